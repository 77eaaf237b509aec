/*
 * predictor.h -- a forest made ready for finding the leaves of many rows.
 *
 * The thresholds that a forest has for a column, in order, make codes of its values: a value's code
 * is how many of them are below it.  Rows are coded once and go down every tree by codes.  Trees
 * that split on categories, and columns with more thresholds than codes, are followed by values.
 * Leaves are those of tree_leaf().
 */
#ifndef COMMON_TREE_PREDICTOR_H
#define COMMON_TREE_PREDICTOR_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/forest.h"

struct predictor; /* opaque; read-only once made, so that threads share it */

struct predictor *predictor_new(const struct forest *f, int n_cols, struct err *err) MUST_CHECK;
void predictor_free(struct predictor *p);
const struct forest *predictor_forest(const struct predictor *p);

enum { PREDICTOR_ROWS = 128 }; /* at most, in a block */

/* Rows [first, first + n) of cols as one thread works on them. */
struct predictor_block {
    columns_t cols;
    int64_t first;
    int n;
    uint16_t *codes; /* predictor_codes_size() of them, the caller's */
};
size_t predictor_codes_size(const struct predictor *p);
void predictor_code(const struct predictor *p, struct predictor_block *b);
/* leaf[i] of row first + i in a tree. */
void predictor_leaves(const struct predictor *p, const struct predictor_block *b, int tree,
    uint32_t leaf[PREDICTOR_ROWS]);

/* forest_predict() of the block: the same sums in the same order. */
void predictor_raw(const struct predictor *p, const struct predictor_block *b, double *out);

#endif
