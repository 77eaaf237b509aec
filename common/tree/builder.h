/*
 * builder.h -- a tree's arrays while they grow.
 */
#ifndef COMMON_TREE_BUILDER_H
#define COMMON_TREE_BUILDER_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/bins.h"
#include "common/tree/forest.h"
#include "common/tree/split.h"

struct tree_builder {
    int n_outputs;
    struct tree *tree; /* NULL between trees */
    size_t node_room, stat_room, leaf_room, word_room, code_room;
    uint32_t *level; /* scratch */
    size_t level_room;
};

/* All answer -1 for want of memory. */
int builder_start(struct tree_builder *b) MUST_CHECK;
/* Room for more nodes, so that builder_add() cannot fail. */
int builder_reserve(struct tree_builder *b, uint32_t more) MUST_CHECK;
uint32_t builder_add(struct tree_builder *b); /* a node that is nothing yet; its number */
/* Makes node a leaf of rows of that weight; *values are its n_outputs values, to be filled. */
int builder_leaf(struct tree_builder *b, uint32_t node, double cover, double **values) MUST_CHECK;
/* Makes node an internal one whose children are the next two to be added. */
int builder_split(struct tree_builder *b, uint32_t node, const struct split *split,
    const struct bin_column *c) MUST_CHECK;
struct tree *builder_finish(struct tree_builder *b); /* the tree, now the caller's */
void builder_abandon(struct tree_builder *b);
void builder_release(struct tree_builder *b);

#endif
