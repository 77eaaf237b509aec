/*
 * grower.h -- what grower.c makes and grow.c works with: the inside of grow.h.
 */
#ifndef COMMON_TREE_GROWER_H
#define COMMON_TREE_GROWER_H

#include "common/base/blocks.h"
#include "common/base/rng.h"
#include "common/tree/builder.h"
#include "common/tree/grow.h"
#include "common/tree/packed.h"
#include "common/tree/queue.h"
#include "common/tree/records.h"
#include "common/tree/split.h"

/* Deals sparse entries of a node to their columns (grow_sparse.c). */
struct dealer {
    uint32_t *count; /* [n_cols] all 0 between uses */
    int *touched;    /* [n_cols] */
    struct hist_entry *entry;
};
int dealer_init(struct dealer *d, const struct bins *b) MUST_CHECK; /* of sparse bins */
void dealer_release(struct dealer *d);

/* Scratch memory of one thread. */
struct grow_worker {
    int *drawn;           /* columns of a node, in the order of drawing */
    uint64_t *allowed;    /* [mask_words] columns of a node, a bit each */
    int64_t *column_hist; /* one column's and a bin more, all 0 between uses */
    struct dealer dealer;
    int64_t *part; /* packed: of all columns, for its part of a large node's rows */
    struct split_scratch scratch;
    struct split best;
    uint64_t *best_memory;
};

/* A leaf of a tree that all threads grow: its values are found when the tree is whole. */
struct grown_leaf {
    uint32_t begin, end; /* rows of a buffer */
    uint8_t buffer;
};

struct grower {
    const struct bins *bins;
    const struct row_stats *stats;
    const struct grow_opts *opts;
    const struct grow_rule *rule;
    size_t width; /* int64 in a bin */
    int max_bins, max_category_bins;

    int *usable; /* columns that have bins */
    int n_usable;
    int *cols; /* of the tree: the usable ones, or those drawn */
    int n_cols;
    int32_t *place;    /* [bins->n_cols] index in cols, or -1 */
    size_t *offset;    /* [n_usable + 1] of each column's histogram, in int64 */
    bool same_columns; /* every node looks at all of cols */
    bool keeps;        /* histograms are kept, where there is room */

    bool moving; /* rows are in records (histograms are not kept); else in rows */
    struct records records;
    uint32_t *rows[2], *spare; /* [n_rows]; rows[1] where all threads grow a tree */
    const uint16_t *draws;
    bool is_packed; /* histograms are */
    struct packed packed;
    struct blocks hists;  /* of the tree's columns */
    struct blocks memory; /* arrays of open nodes */
    struct blocks aheads;
    int n_workers;
    struct grow_worker *worker;
    size_t set_room;
    size_t mask_words; /* of a bit a column */

    struct node_queue open;
    int64_t n_leaves; /* that the tree has if nothing more is split */
    uint32_t tree_number;
    struct tree_builder builder;

    /* by number, where all threads grow a tree */
    struct grown_leaf *leaf;
    int64_t *leaf_totals; /* [n_leaves][width] */
    uint32_t n_grown;
    size_t leaf_room, total_room;
};

/* The two children of a node that is not split yet, but may be. */
struct ahead {
    struct open_node child[2];
    bool may_split[2], found[2];
    int64_t *hist; /* for the smaller one */
};

/* An open node's memory; -1: none. */
int open_init(struct grower *g, struct open_node *node, int depth) MUST_CHECK;
void open_release(struct grower *g, struct open_node *node); /* and what is ahead of it */
void ahead_release(struct grower *g, struct ahead *a);
/* Gives back what a tree left. */
void grower_reset(struct grower *g);

/* The tree's columns, and where each one's histogram is among theirs. */
void tree_columns(struct grower *g);
/* Moves a column drawn from those at [done..n) to the place done. */
void draw_one(int *cols, int done, int n, struct rng *r);

/* ---- rows (grow_rows.c) ---- */

enum { GROW_CHUNK = 16384, GROW_LARGE = 2 * GROW_CHUNK }; /* rows: all threads share such a node */

struct hist_rows node_rows(const struct grower *g, const struct open_node *node);
uint32_t node_size(const struct grower *g, const struct open_node *node);
/* Makes *root hold the rows with draws, and totals their sums. */
int rows_fill(struct grower *g, struct open_node *root) MUST_CHECK;
/* Parts the node's rows among its children, each part in its old order; all_threads: the caller
 * is no task of the pool. */
void rows_partition(
    struct grower *g, const struct open_node *node, struct open_node child[2], bool all_threads);

/* ---- splits (grow_find.c) ---- */

/* A zeroed histogram of the tree's columns; *hist is NULL where none are kept, or the budget for
 * keeping them is spent. */
int hist_take(struct grower *g, int64_t **hist) MUST_CHECK;
/* Counts the node's rows into its histogram. */
void hist_count(struct grower *g, struct open_node *node, bool all_threads);
/* Makes `from`, which held the sums of both, what is left without `less`. */
void hist_subtract(const struct grower *g, int64_t *from, const int64_t *less);
bool node_may_split(const struct grower *g, const struct open_node *node);
/* Finds the node's best split; false: there is none that gains enough. */
bool node_find(struct grower *g, struct open_node *node, int worker, bool all_threads);
/* Leaves in w->best the best split of all of the tree's columns of a node of sparse rows
 * (grow_sparse.c); cuts NULL: none are random. */
void sparse_find(struct grower *g, const struct open_node *node, const struct split_node *sn,
    struct rng *cuts, struct grow_worker *w, bool all_threads);
/* Runs tasks that look at a column each, rising, and leave what they find in their worker's best:
 * the best of all goes to worker 0's.  Of splits that gain the same that of the first column is the
 * best, as it would be in turn. */
void columns_share(
    struct grower *g, int64_t n, void (*task)(void *ctx, int64_t i, int worker), void *ctx);

/* ---- afterwards (grow_prune.c) ---- */

/* Undoes the splits of two leaves that gained less than opts->prune_gain.  -1: no memory. */
int grower_prune(struct grower *g) MUST_CHECK;

#endif
