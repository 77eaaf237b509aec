/*
 * masktree.h -- a small tree, gone down by 256 rows at once.
 *
 * Codes are bytes as in bytetree.h, but of 256 rows side by side for each column.  Every node gets
 * the set of the rows that reach it, four words of 64 bits, from its parent's set and one
 * comparison of all rows' codes; the leaf's number is then written to the rows of each leaf's set.
 * Costs what the tree has nodes, whatever rows do: for trees of at most 256 leaves.  AVX-512 only.
 */
#ifndef COMMON_TREE_MASKTREE_H
#define COMMON_TREE_MASKTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/bytetree.h"
#include "common/tree/forest.h"

enum { MASKTREE_ROWS = 256, MASKTREE_LEAVES = 256 };

/* An internal node. */
struct mask_node {
    uint32_t column;      /* where the column's codes begin */
    uint16_t self, child; /* of the tree's nodes */
    uint8_t start, width; /* as in struct byte_node; a category: its set's number */
    bool category;
};

struct masktree {
    int n_splits, n_leaves;
    struct mask_node *splits; /* [n_splits] parents first */
    uint16_t *leaf_node;      /* [n_leaves] */
    struct byte_set *sets;    /* as in struct bytetree */
};

bool masktree_possible(void); /* on this CPU */

/* From the tree (its sizes) and its bytes, whose sets become the masktree's. */
int masktree_init(struct masktree *m, const struct tree *tree, struct bytetree *bytes,
    struct err *err) MUST_CHECK;
void masktree_release(struct masktree *m);

/* leaf[i] of row i, whose codes are codes[col * MASKTREE_ROWS + i].  Without missing values among
 * them it is a little faster. */
void masktree_leaves(
    const struct masktree *m, const uint8_t *codes, bool missing, uint8_t leaf[MASKTREE_ROWS]);
/* out[i] += values[leaf[i]] */
void masktree_add(const double *values, const uint8_t leaf[MASKTREE_ROWS], double *out);

#endif
