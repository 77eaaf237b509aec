/*
 * decrease.h -- what columns contributed to a forest, by what its splits gained.
 *
 * The decrease of impurity of Breiman, Friedman, Olshen and Stone 1984, averaged over trees
 * (Breiman 2001); and its debiased form on other rows (Li, Wang, Basu, Kumbier and Yu 2019, "A
 * debiased MDI feature importance measure for random forests").  Results are value[n_cols], by
 * position in the schema; the forest has stats, and at least one tree but for count_splits().
 */
#ifndef CMD_MODEL_DECREASE_H
#define CMD_MODEL_DECREASE_H

#include "common/base/watch.h"
#include "common/learner/tree_model.h"

/* How many nodes split on each column, or how many outputs have a weight for it. */
void count_splits(const struct forest *f, int n_cols, double *value);

/*
 * The mean over trees of the sum of gains of the splits on a column, each tree's divided by the
 * weight of its training rows.  normalise: sums are 1; averaged trees are brought to a sum of 1 one
 * by one before the mean, as scikit-learn's forests do.
 */
int decrease_of_impurity(
    const struct forest *f, int n_cols, bool normalise, double *value, struct err *err) MUST_CHECK;

/*
 * The mean over trees of the weighted mean over rows of
 *
 *     sum over splits t on the column, of those that the row passes, of
 *         (value of the child it goes to - value of t) * (y - value of the root)
 *
 * where an inner node's value is the mean of its leaves by cover, and y is the row's target: for
 * classes 1 or 0 for each, summed over classes.  The paper has y where this has y less the root's
 * value: of a tree's own training rows that is the same, on others it keeps a constant that is
 * added to the target from mattering.  Of forests whose leaves_are_means(); rows are dense, with a
 * target.
 */
int debiased_decrease(const struct tree_model *m, const struct table *rows, double *value,
    const struct watch *w, struct err *err) MUST_CHECK;

#endif
