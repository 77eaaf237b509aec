/*
 * grower.h -- what grower.c makes and grow.c works with: the inside of grow.h.
 */
#ifndef COMMON_TREE_GROWER_H
#define COMMON_TREE_GROWER_H

#include "common/base/blocks.h"
#include "common/base/rng.h"
#include "common/tree/builder.h"
#include "common/tree/grow.h"
#include "common/tree/queue.h"
#include "common/tree/records.h"
#include "common/tree/split.h"

struct grower {
    const struct bins *bins;
    const struct row_stats *stats;
    const struct grow_opts *opts;
    const struct grow_rule *rule;
    size_t width; /* int64 in a bin */
    int max_category_bins;

    int *usable; /* columns that have bins */
    int n_usable;
    int *cols; /* of the tree: the usable ones, or those drawn */
    int n_cols;
    int32_t *place;    /* [bins->n_cols] index in cols, or -1 */
    size_t *offset;    /* [n_usable + 1] of each column's histogram, in int64 */
    bool same_columns; /* every node looks at all of cols */
    int *drawn;        /* scratch: columns of a node, in the order of drawing */

    bool moving; /* rows are in records (histograms are not kept); else in rows */
    struct records records;
    uint32_t *rows, *spare; /* [n_rows] */
    const uint16_t *draws;
    int64_t *column_hist; /* one column's */
    struct blocks hists;  /* of the tree's columns */
    struct blocks memory; /* arrays of open nodes */
    struct split_scratch scratch;
    struct split best;
    uint64_t *best_memory;
    size_t set_room;

    struct node_queue open;
    int64_t n_leaves; /* that the tree has if nothing more is split */
    uint32_t tree_number;
    struct tree_builder builder;
};

/* An open node's memory; -1: none. */
int open_init(struct grower *g, struct open_node *node, int depth) MUST_CHECK;
void open_release(struct grower *g, struct open_node *node);
/* Gives back what a tree left: open nodes and all histograms (their size is the tree's). */
void grower_reset(struct grower *g);

/* The tree's columns, and where each one's histogram is among theirs. */
void tree_columns(struct grower *g);
/* Moves a column drawn from those at [done..n) to the place done. */
void draw_one(int *cols, int done, int n, struct rng *r);

#endif
