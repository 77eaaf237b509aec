/*
 * hist.h -- sums of rows' statistics by bin, in fixed point, so that no order of adding changes
 * them.
 *
 * A histogram of a column has n_bins + 1 bins (the last: missing) of 1 + n_sums int64 each: how
 * many rows were drawn into the bin, then the sums.
 */
#ifndef COMMON_TREE_HIST_H
#define COMMON_TREE_HIST_H

#include <stddef.h>
#include <stdint.h>

#include "common/tree/bins.h"

/*
 * What a row adds to a node, times its draws.  Either one of n_sums sums, that of its class (slot),
 * or two: its weight (or second derivative) and its weighted target (or first derivative).
 */
struct row_stats {
    int n_sums;
    const int32_t *slot;     /* [n_rows] 0 .. n_sums-1, or NULL */
    const int64_t *value[2]; /* [n_rows] fixed point; with slot only value[0] */
    double unit[2];          /* what 1 is worth: a power of two */
    const double
        *target;        /* without slot: rows of equal target are alike, and a node of them pure */
    bool equal_weights; /* value[0] is the same for all rows, and not 0 */
    int value_bits;     /* values of value[1] are below 2^value_bits; 0: not known */
    /* Or both in one: value[1] above low_bits bits for a sum of value[0]; draws are not counted
     * then, and value[] is not there.  NULL: not so. */
    const int64_t *word;
    int low_bits;
};

/*
 * The unit for values up to max_abs of which n_draws are added: 40 bits, or as many as a sum of 62
 * bits leaves.  Values that are whole multiples of the unit are exact.
 */
double stats_unit(double max_abs, int64_t n_draws);
/* The unit in which values up to max_abs have so many bits: a power of two. */
double stats_unit_of(double max_abs, int bits);
int64_t stats_fixed(double value, double unit); /* to nearest, ties to even */

/* Rows of a node: draws[row] times each. */
struct hist_rows {
    const uint32_t *row;
    uint32_t n;
    const uint16_t *draws; /* by row of the table */
    size_t at; /* of a leaf of a tree of all threads: where its rows stand among the tree's; no
                  leaf has another's places */
};

/* Adds the rows to the node's totals[1 + n_sums]. */
void hist_totals(const struct row_stats *s, const struct hist_rows *rows, int64_t *totals);
/* Adds the rows to a histogram of one column. */
void hist_column(const struct bins *b, const struct row_stats *s, int col,
    const struct hist_rows *rows, int64_t *hist);
/*
 * The same of few rows and many bins: hist is all 0 before.  Lists the bins that got rows, rising,
 * without that of missing values; returns how many.  hist_clear() makes hist 0 again in time that
 * goes with the rows.  seen[n_bins / 64 + 1] is scratch, all 0 before and after.
 */
int hist_column_few(const struct bins *b, const struct row_stats *s, int col,
    const struct hist_rows *rows, int64_t *hist, int32_t *occupied, uint64_t *seen);
void hist_clear(const struct bins *b, const struct row_stats *s, int col,
    const struct hist_rows *rows, int64_t *hist);
/* The same of a sparse column of which a node has these entries; what they leave of its totals is
 * in the default bin. */
struct hist_entry {
    uint32_t row, code;
};
int hist_column_entries(const struct bin_column *c, const struct row_stats *s,
    const struct hist_entry *entry, uint32_t n, const uint16_t *draws, const int64_t *totals,
    int64_t *hist, int32_t *occupied, uint64_t *seen);
void hist_clear_entries(const struct bin_column *c, const struct row_stats *s,
    const struct hist_entry *entry, uint32_t n, int64_t *hist);
/*
 * Histograms of several columns one after another: offset[i] is where that of cols[i] starts.
 * place[col] is its i, or -1; totals are the node's.  Costs, on sparse bins, what the rows' entries
 * cost.
 */
void hist_columns(const struct bins *b, const struct row_stats *s, const int *cols, int n_cols,
    const int32_t *place, const size_t *offset, const struct hist_rows *rows, const int64_t *totals,
    int64_t *hist);

#endif
