/*
 * predictor.h -- a forest made ready for finding the leaves of many rows.
 *
 * Rows are coded once (coder.h) and go down every tree by codes: as bytes, where no column has more
 * than 254 thresholds or levels, else as 16-bit numbers.  On bytes, trees of at most 256 leaves are
 * gone down by many rows at once where the CPU can (masktree.h).  Columns with more thresholds or
 * levels than codes are followed by values.  Leaves are those of tree_leaf(), sums and medians
 * those of forest_predict().
 */
#ifndef COMMON_TREE_PREDICTOR_H
#define COMMON_TREE_PREDICTOR_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/forest.h"

struct predictor; /* opaque; read-only once made, so that threads share it */

/* f is settled, outlives it, and reads n_cols columns. */
struct predictor *predictor_new(const struct forest *f, int n_cols, struct err *err) MUST_CHECK;
/* The same, but the predictor's nodes are written over f's, which are no longer to be looked at
 * (even if this fails): a node takes 8 bytes once, not twice. */
struct predictor *predictor_spend(struct forest *f, int n_cols, struct err *err) MUST_CHECK;
void predictor_free(struct predictor *p);
const struct forest *predictor_forest(const struct predictor *p);

enum { PREDICTOR_ROWS = 2048 }; /* at most, in a block */

/* Rows [first, first + n) of cols as one thread works on them. */
struct predictor_block {
    columns_t cols;
    int64_t first;
    int n;
    uint16_t *codes; /* predictor_codes_size() of them, from mem_alloc(), the caller's */
    bool missing;    /* some value is, as far as that matters */
};

size_t predictor_codes_size(const struct predictor *p);
void predictor_code(const struct predictor *p, struct predictor_block *b);
/* leaf[i] of row first + i in a tree. */
void predictor_leaves(const struct predictor *p, const struct predictor_block *b, int tree,
    uint32_t leaf[PREDICTOR_ROWS]);
/* forest_predict() of the block, bit for bit. */
void predictor_raw(const struct predictor *p, const struct predictor_block *b, double *out);

#endif
