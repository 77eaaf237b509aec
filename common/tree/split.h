/*
 * split.h -- the best cut of one column in one node, from its histogram.
 *
 * A cut's gain is score(left) + score(right) - score(node), where the learner's score of a node's
 * sums is what its best leaf would reach: sum_k c_k^2 / W for Gini, S^2 / W for squared error.
 * Missing values are tried on both sides of every cut, and alone against the rest.  Categories are
 * put in the order of their mean target and cut like numbers, which finds the best of all subsets
 * for two sums and for two classes (Breiman et al. 1984, theorem 4.5); with more classes the orders
 * by the shares of the eight heaviest classes in the node are tried in turn.
 */
#ifndef COMMON_TREE_SPLIT_H
#define COMMON_TREE_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/rng.h"
#include "common/tree/bins.h"
#include "common/tree/hist.h"
#include "common/tree/score.h"
#include "common/tree/sketch.h"

struct split {
    double gain; /* -INFINITY: none */
    int col;
    int cut; /* numbers: codes 0 .. cut go left */
    double threshold;
    uint32_t code; /* the last one whose values are <= threshold */
    bool missing_left;
    int64_t *left; /* [1 + n_sums] sums of the left child */
    uint64_t *set; /* [set_room] categories: bins that go left */
    size_t set_room;
};

/* What stays the same for the columns of a node. */
struct split_node {
    const struct row_stats *stats;
    const int64_t *totals; /* [1 + n_sums] */
    int64_t min_leaf;      /* draws each child needs */
    score_fn *score;
    const void *self;
    const struct regular *regular; /* instead of score; NULL: none */
    const uint64_t *allowed;       /* bit col: the column may be cut; NULL: all may */
    int n_proposed; /* numbers are cut into so many parts of equal sums of value[0], proposed anew
                       in each node from a sketch, and only between those; 0: anywhere */
    const int8_t *direction; /* [schema columns] 1: the mean target must not fall with the column's
                                values, -1: not rise, 0: as it will; NULL: 0 all */
};

static inline bool split_allowed(const struct split_node *node, int col)
{
    return !node->allowed || (node->allowed[col / 64] >> (col % 64) & 1);
}

static inline int split_direction(const struct split_node *node, int col)
{
    return node->direction ? node->direction[col] : 0;
}

/* Scratch memory of one worker: for columns of up to max_bins bins. */
struct split_scratch {
    int64_t *left, *best;          /* [1 + n_sums] */
    double *sums;                  /* [n_sums] */
    int32_t *order;                /* [max_bins] occupied bins */
    double *key;                   /* [max_bins] */
    uint64_t *seen;                /* [max_bins / 64 + 1] all 0 between uses */
    unsigned char *cut;            /* [max_bins]: 1: may be cut behind */
    struct sketch *sketch;         /* of up to max_bins; NULL: no cuts are proposed */
    struct sketch_entry *proposed; /* [split_node.n_proposed + 1] */
};
int split_scratch_init(
    struct split_scratch *s, int n_sums, int max_bins, struct err *err) MUST_CHECK;
/* For nodes with n_proposed. */
int split_scratch_propose(
    struct split_scratch *s, int max_bins, int n_proposed, struct err *err) MUST_CHECK;
void split_scratch_release(struct split_scratch *s);

/* A split without a cut yet, whose arrays are in memory[1 + n_sums + set_room], of the caller. */
void split_init(struct split *s, int n_sums, size_t set_room, uint64_t *memory);
void split_copy(
    struct split *to, const struct split *from, int n_sums); /* arrays of the same size */

/*
 * Makes *s the cut of a number column between bins below and above (-1: all numbers go left);
 * missing_left is -1 where no value is missing in the node.  s->left is there already.
 */
void split_set_number(struct split *s, const struct split_node *node, const struct bin_column *c,
    int col, double gain, int below, int above, int missing_left);

/* Puts the column's best cut into *best if it beats what is there.  random: one cut drawn at random
 * instead (Geurts et al. 2006).  Returns whether the column could be cut at all.
 * n_occupied is -1, or how many bins have rows: they are in scratch->order then, rising, without
 * that of missing values. */
bool split_find(const struct split_node *node, const struct bin_column *c, int col,
    const int64_t *hist, int n_occupied, struct rng *random, struct split_scratch *scratch,
    struct split *best);

#endif
