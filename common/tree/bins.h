/*
 * bins.h -- features as small integers, for growing trees.
 *
 * Each feature column of a table becomes codes 0 .. n_bins-1 in order of its values (categories:
 * any order), and n_bins for a missing value.  A column with no more distinct values than bins
 * asked for has a bin a value, so that nothing is lost; otherwise bins hold about as many rows
 * each.  Codes are u8 up to 255 bins, u16 up to 65,535, u32 beyond, which only BINS_ALL asks for.
 * Categories have a bin a level; beyond 65,535 levels the rarest are taken as missing.
 *
 * Sparse tables stay sparse: codes of the entries present, by row, and one default code a column.
 */
#ifndef COMMON_TREE_BINS_H
#define COMMON_TREE_BINS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/table/table.h"

enum { BINS_MAX = 65535, BINS_ALL = INT32_MAX, NEAR_COLS_MAX = 256, NEAR_SPARE = 4 };

struct bin_column {
    int n_bins; /* 0: not a feature (ignored, or never a value) */
    bool category;
    bool exact;          /* numbers: every bin holds one value */
    double *low, *high;  /* numbers: smallest and largest training value of each bin; where exact
                            they may be the same array */
    int32_t n_levels;    /* categories */
    uint16_t *level_bin; /* categories: bin of each level; n_bins: taken as missing */
    uint32_t *bin_level; /* and the level of each bin, rising */
    uint8_t *code8;      /* [n_rows], one of the three, NULL when sparse */
    uint16_t *code16;
    uint32_t *code32;
    uint32_t default_code; /* sparse: of rows without an entry */
};

struct bins {
    int64_t n_rows;
    int n_cols; /* as the schema's */
    struct bin_column *cols;
    /* sparse: entries of row i are [start[i], start[i+1]) by rising column; else NULL */
    int64_t *start;
    uint32_t *col;
    uint32_t *code;
    /* where every column has code8, and there are no more than NEAR_COLS_MAX: the codes by row as
     * well, stride bytes a row; else NULL */
    uint8_t *near;
    size_t stride; /* a multiple of 32, with NEAR_SPARE bytes or more behind the codes */
};

struct bins_opts {
    int max_bins;         /* 2 .. BINS_MAX, of a number column; BINS_ALL: a bin a value */
    int64_t sparse_above; /* a sparse table whose dense codes would take more bytes than this stays
                             sparse */
};
#define BINS_OPTS_INIT                                                                             \
    {                                                                                              \
        .max_bins = 255, .sparse_above = 64 << 20                                                  \
    }

int bins_build(struct bins *b, const struct table *t, const struct bins_opts *opts,
    struct err *err) MUST_CHECK;
void bins_release(struct bins *b);

/* Are all codes dense bytes? */
bool bins_are_bytes(const struct bins *b);
/* Codes by row, or those anew, where there may be any.  -1: no memory. */
int bins_by_row(struct bins *b) MUST_CHECK;

/* The last code from low to high whose values are <= threshold, as those of low are. */
uint32_t bin_code_below(const struct bin_column *c, int low, int high, double threshold);

/* For each of n thresholds of columns, numbers all of up to BINS_MAX bins, the last code of values
 * <= it. */
void bins_codes_below(const struct bins *b, const int32_t *column, const double *threshold,
    uint32_t n, uint16_t *code);

/* Code of a cell, by binary search in a sparse row. */
uint32_t bins_code(const struct bins *b, int col, uint32_t row);

#endif
