/*
 * bin_cut.h -- where the bins of a number column end, and which bin each value is in.
 *
 * Distinct values are taken in order; a bin is full when it holds its share of the rows still to
 * come.  That needs little of the order: values are dealt to ranges first, and where a bin ends in
 * one, the values below are parted from those above.
 */
#ifndef COMMON_TREE_BIN_CUT_H
#define COMMON_TREE_BIN_CUT_H

#include <stdint.h>

#include "common/tree/bins.h"

/* Memory of one worker for one column after the other; opaque. */
struct bin_cutter;

struct bin_cutter *bin_cutter_new(void); /* NULL: no memory */
void bin_cutter_free(struct bin_cutter *k);

/* Chooses n_bins, low, high and exact of a column whose values are values[n] (NaN left out) and
 * n_zeros zeros more: n_bins stays 0 where there are none.  -1: no memory. */
int bin_cut(struct bin_cutter *k, struct bin_column *c, const double *values, int64_t n,
    int64_t n_zeros, int max_bins) MUST_CHECK;

/* Fills code8, code16 or code32 of the column that bin_cut() was last called for: the bins of the
 * same values, n_bins for NaN.  -1: no memory. */
int bin_codes(const struct bin_cutter *k, struct bin_column *c, const double *values) MUST_CHECK;

#endif
