/*
 * grow.h -- one tree from binned rows: CART (Breiman et al. 1984) with histograms.
 *
 * Where every node looks at the same columns, the histogram of the larger child is its parent's
 * less its sibling's.  Random choices depend on (seed, tree, node) only, sums are fixed point, rows
 * keep their order: the tree is the same for any thread count and machine.
 */
#ifndef COMMON_TREE_GROW_H
#define COMMON_TREE_GROW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/bins.h"
#include "common/tree/forest.h"
#include "common/tree/hist.h"
#include "common/tree/score.h"

/* Sets of columns that may stand on one path from the root; a column of no set stands alone. */
struct interactions {
    int n_sets;
    size_t words;         /* of a set: a bit a column of the schema */
    const uint64_t *sets; /* [n_sets][words] */
};

struct grow_opts {
    int max_depth;      /* 0: no limit */
    int64_t max_leaves; /* 0: no limit; otherwise the node that gains most is split first */
    int64_t min_leaf;   /* drawn rows a leaf needs */
    int64_t min_split;  /* drawn rows a node needs to be split */
    int n_columns;      /* columns to look at, drawn anew per node (or tree); 0: all */
    bool columns_per_tree;
    bool random_cuts;  /* extremely randomised trees: one random cut a column */
    bool stop_if_pure; /* a node whose rows have the same statistics is a leaf */
    double min_gain;   /* a split must gain more; -INFINITY: any cut will do */
    /* Of the tree's columns, how many each level draws, and of these each node; 0: all.  Unlike
     * n_columns: of all_threads, and no more are drawn where none can be cut. */
    int level_columns, node_columns;
    const struct interactions *interactions; /* NULL: none; of all_threads */
    bool by_level;                           /* with max_leaves: level by level, not best first */
    bool exact;     /* bins are values (BINS_ALL): histograms of so many are not kept, but each node
                       counts those it has */
    int n_proposed; /* as in struct split_node */
    double prune_gain; /* of all_threads: a split of two leaves that gained less is undone, from the
                          leaves up */
    score_fn *score;
    const struct regular *regular; /* as in struct split_node */
    const int8_t *direction;       /* as in struct split_node; NULL: none */
    bool all_threads; /* a tree is grown by all threads; otherwise by the one that asks */
    uint64_t seed;
};

/* What the learner decides. */
struct grow_rule {
    const void *self;
    int n_outputs;
    /* fills value[n_outputs] of the leaf that these rows end in, whose sums (as those of a
     * histogram's bin) are totals; rows is NULL unless by_rows.  Rows rise, but where all_threads
     * part a node ahead and max_leaves then leaves it whole: those that would have gone left come
     * first. */
    void (*leaf)(
        const void *self, const struct hist_rows *rows, const int64_t *totals, double *value);
    bool by_rows;
};

/* One worker's scratch memory; what it points to must outlive it. */
struct grower;
struct grower *grower_new(const struct bins *b, const struct row_stats *stats,
    const struct grow_opts *opts, const struct grow_rule *rule, struct err *err) MUST_CHECK;
void grower_free(struct grower *g);

/* Grows tree number `tree` on the rows with draws[row] > 0; tree_free() the result. */
struct tree *grower_tree(
    struct grower *g, uint32_t tree, const uint16_t *draws, struct err *err) MUST_CHECK;

/*
 * After a tree of a grower of all_threads: leaf[row] is its leaf's number for each row it was grown
 * on; others are left as they are.
 */
void grower_leaves(const struct grower *g, uint32_t *leaf);

#endif
