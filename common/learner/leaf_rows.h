/*
 * leaf_rows.h -- the training rows of each leaf, for what is asked of them when predicting.
 *
 * All rows that training was given and that weigh something go down every tree, whether drawn for
 * it or not.  In a model file: row_leaf U32 [trees][rows], the leaf of each row; row_target F64
 * [rows]; row_weight F64 [rows] where rows have weights.
 */
#ifndef COMMON_LEARNER_LEAF_ROWS_H
#define COMMON_LEARNER_LEAF_ROWS_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/io/format/safetensors.h"
#include "common/table/table.h"
#include "common/tree/forest.h"

struct leaf_rows {
    int64_t n_rows;
    int n_trees;
    uint32_t *leaf; /* [n_trees][n_rows] */
    double *target; /* [n_rows] */
    double *weight; /* [n_rows], or NULL: all 1 */
};

#define LEAF_ROWS_INIT                                                                             \
    {                                                                                              \
        .n_rows = 0                                                                                \
    }

/* Of a settled forest and the rows it was trained on. */
int leaf_rows_make(
    struct leaf_rows *l, const struct forest *f, const struct table *t, struct err *err) MUST_CHECK;
void leaf_rows_release(struct leaf_rows *l);
/* Adds the tensors; the writer borrows them. */
int leaf_rows_pack(const struct leaf_rows *l, struct st_writer *w, struct err *err) MUST_CHECK;

/* The same the other way about: rows by leaf.  Rows are numbered by rising target. */
struct leaf_index {
    uint32_t n_rows;
    double *target; /* [n_rows] rising */
    double *weight; /* [n_rows] or NULL */
    uint32_t *row;  /* [n_trees][n_rows] leaf by leaf, rising in each */
    size_t *start;  /* [leaves + 1] into row: leaves of all trees, one after another */
    double *sum;    /* [leaves] of their rows' weights, above 0 */
};

#define LEAF_INDEX_INIT                                                                            \
    {                                                                                              \
        .n_rows = 0                                                                                \
    }

/* Reads and checks the tensors; 0 and n_rows 0 when there are none. */
int leaf_index_read(struct leaf_index *x, const struct st_file *st, const struct forest *f,
    struct err *err) MUST_CHECK;
void leaf_index_release(struct leaf_index *x);

#endif
