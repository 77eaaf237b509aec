/*
 * pair.h -- nodes of two classes: cuts from sums that are two halves of one number.
 *
 * A bin's sums are 64 bits, draws in the lower half and those of the second class in the upper, so
 * that one addition counts a row (records.h).  In blocks, where the CPU can (AVX-512), codes are
 * compared all at once.
 */
#ifndef COMMON_TREE_PAIR_H
#define COMMON_TREE_PAIR_H

#include "common/tree/records.h"

enum { PAIR_ABOVE_LATER = -2 };

/* The cut that is best so far, and what the node's cuts are judged by. */
struct pair_cuts {
    const struct split_node *node;
    bool gini;
    double unit, node_score;
    int64_t draws, second; /* of the node */
    double gain;           /* must be beaten */
    int col;               /* -1: nothing has beaten it */
    int below, above; /* bins; above -1: all numbers go left, PAIR_ABOVE_LATER: see the block */
    int missing_left; /* -1: no value is missing */
    uint64_t left;    /* draws, and in the upper half those of the second class */
};
struct pair_cuts pair_cuts_init(const struct split_node *node, double gain);

/*
 * Tries the cuts of a number column of n_bins bins with these sums, which become 0; bit b of
 * occurs[b / 64], where occurs is not NULL, tells that bin b is not empty.  Returns whether there
 * is a cut.
 */
bool pair_cuts_try(
    struct pair_cuts *c, int col, int n_bins, uint64_t *hist, const uint64_t occurs[4]);

/* The one cut of two rows whose codes are low and high; left: what the one of low counts. */
void pair_cut_two(struct pair_cuts *c, int col, int low, int high, uint64_t left);

/* Blocks (AVX-512). */
bool pair_block_possible(void);
void pair_block_load(struct records *r, const struct record_node *node);
void pair_block_select(struct record_block *b, uint64_t set); /* for pair_block_try() */
/* Tries the cuts of a number column; -1: not in this way, since values are missing or other. */
int pair_block_try(
    struct pair_cuts *c, const struct record_block *b, uint64_t set, int col, int n_bins);
/* The least code above `below` that a row of the set has: there is one. */
int pair_block_above(const struct record_block *b, uint64_t set, int col, int below);
/* Those of the set that side sends left. */
uint64_t pair_block_left(
    const struct record_block *b, uint64_t set, int col, const uint8_t side[RECORD_BINS]);

#endif
