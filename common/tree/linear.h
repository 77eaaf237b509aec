/*
 * linear.h -- forests that have weights of columns in the place of trees.
 *
 * An output of a row is base + bias + the sum over columns of weight times value, added up in the
 * order of the columns; a missing value adds nothing, nor does a column whose weight is 0.
 */
#ifndef COMMON_TREE_LINEAR_H
#define COMMON_TREE_LINEAR_H

#include "common/base/err.h"
#include "common/tree/forest.h"

/* Gives a forest without trees weights of 0 for the columns of a schema.  -1 releases f. */
int linear_init(struct forest *f, int n_cols, struct err *err) MUST_CHECK;

/* [linear_cols + 1] of an output, the bias last. */
static inline double *linear_weights(const struct forest *f, int output)
{
    return f->linear + (size_t)output * ((size_t)f->linear_cols + 1);
}
/* 0 of trees, as all that follow do nothing then. */
static inline double linear_bias(const struct forest *f, int output)
{
    return f->linear ? linear_weights(f, output)[f->linear_cols] : 0;
}
/* May a column have a weight?  Numbers and dates may. */
static inline bool linear_takes(const struct col_spec *column)
{
    return column->kind == COL_NUMBER || column->kind == COL_DATE;
}

/* Adds bias and weights times values of n_rows rows from first_row to out[n_rows][n_outputs]. */
void linear_add(
    const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows, double *out);
/* The same of a table, dense or sparse; of a sparse one at the cost of its entries. */
void linear_add_table(
    const struct forest *f, const struct table *t, int64_t first_row, int64_t n_rows, double *out);
/* Adds weight times value of each column of a row to value[n_cols][n_outputs]. */
void linear_explain(const struct forest *f, columns_t cols, int64_t row, double *value);

#endif
