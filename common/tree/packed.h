/*
 * packed.h -- histograms of all of a tree's columns at once, for nodes that all look at the same
 * ones: boosting.
 *
 * A bin is one 64-bit word, in which two sums are added up at the same time: the low bits have the
 * draws of its rows, the others the sum of their values.  Where weights differ a second word has
 * theirs; or, where they are few bits, the low bits have their sum, and nobody counts draws.  What
 * is added is whole numbers, so no order changes it, and a histogram less another is one too.  For
 * dense u8 codes (by row where bins have them so) and statistics of two sums.  Splits are those of
 * split_find(), bit for bit.
 */
#ifndef COMMON_TREE_PACKED_H
#define COMMON_TREE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/tree/bins.h"
#include "common/tree/hist.h"
#include "common/tree/split.h"

enum { PACKED_BINS = 256 }; /* a column's, used or not: a fixed distance is fastest */

struct packed {
    const struct bins *bins;
    const struct row_stats *stats;
    int low_bits;    /* of draws, or weights, in a word */
    bool weights;    /* differ: two words a bin */
    bool joined;     /* weights are in the low bits */
    bool many_draws; /* some row is drawn more than once */
    const int *cols; /* the tree's */
    int n_cols;
};

/* Bits that values of rows drawn n_draws times may have; 0: too few to be of use. */
int packed_value_bits(int64_t n_draws);
/* Can the rows of a tree be counted so: up to n_draws draws of these statistics? */
bool packed_fits(const struct bins *b, const struct row_stats *stats, int64_t n_draws);
/* Bits of weights and of values, as many of each, that are joined in one word. */
int packed_joined_bits(int64_t n_draws);
/* Of the sum of weights of so many bits. */
int packed_low_bits(int64_t n_draws, int weight_bits);

/* For a tree of n_draws draws; cols and n_cols are still to be set. */
struct packed packed_init(
    const struct bins *b, const struct row_stats *stats, int64_t n_draws, bool many_draws);
/* Adds the rows to hist. */
void packed_count(const struct packed *p, const struct hist_rows *rows, int64_t *hist);

/* As split_find() of each of the tree's columns in turn; wide is scratch for a column of
 * split_find()'s histogram.  Returns whether one could be cut at all. */
bool packed_find(const struct packed *p, const struct split_node *node, const int64_t *hist,
    int64_t *wide, struct split_scratch *scratch, struct split *best);

#endif
