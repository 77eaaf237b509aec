/*
 * explain.h -- what each column contributes to a forest's output for a row, and what each two do
 * together: Shapley values and interaction values.
 *
 * The game is TreeSHAP's (Lundberg, Erion, Chen et al. 2020, "From local explanations to global
 * understanding with explainable AI for trees", Nature Machine Intelligence 2): a set of columns is
 * worth what a tree gives when splits on them send the row where it goes, and splits on others
 * average over both sides by the weight of their training rows.  Of weights of columns a column
 * contributes its weight times its value, and the bias is part of the base (as XGBoost has it).  A
 * row's contributions and the base add up to the forest's raw output.
 *
 * Two columns' interaction is half of the game's Shapley interaction index (Lundberg, Erion and Lee
 * 2018, "Consistent individualized feature attribution for tree ensembles", arXiv 1802.03888); a
 * column's with itself is what is left of its contribution without those with others, so that the
 * rows of the matrix add up to the contributions.
 */
#ifndef COMMON_TREE_EXPLAIN_H
#define COMMON_TREE_EXPLAIN_H

#include "common/base/err.h"
#include "common/tree/forest.h"

struct explainer;       /* opaque; read-only once made, so that threads share it */
struct explain_scratch; /* one thread's */

/* Of a forest with stats, which must outlive it, and no FOREST_MEDIAN, which is no sum. */
struct explainer *explainer_new(const struct forest *f, int n_cols, struct err *err) MUST_CHECK;
void explainer_free(struct explainer *e);
/* What no column is worth: the mean output by the weight of the training rows, or base and bias;
 * [n_outputs]. */
const double *explainer_base(const struct explainer *e);

struct explain_scratch *explain_scratch_new(const struct explainer *e, struct err *err) MUST_CHECK;
void explain_scratch_free(struct explain_scratch *s);

/* Fills value[n_cols][n_outputs] for a row of cols. */
void explain_row(const struct explainer *e, struct explain_scratch *s, columns_t cols, int64_t row,
    double *value);
/* The same, to within rounding, and pair[n_cols][n_cols][n_outputs]. */
void explain_pairs(const struct explainer *e, struct explain_scratch *s, columns_t cols,
    int64_t row, double *value, double *pair);

#endif
