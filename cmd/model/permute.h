/*
 * permute.h -- how much worse a model predicts when a column's values are shuffled.
 *
 * Breiman 2001; Fisher, Rudin and Dominici 2019, "All models are wrong, but many are useful".  The
 * score of the rows as they are less that of the rows with one column shuffled, for scores that
 * should be high; the other way round for errors: what matters is positive.
 */
#ifndef CMD_MODEL_PERMUTE_H
#define CMD_MODEL_PERMUTE_H

#include "common/base/watch.h"
#include "common/learner/tree_model.h"
#include "common/metric/metric.h"

struct permute_opts {
    struct metric metric;
    int repeats;
    uint64_t seed;
};

struct permuted {
    double baseline; /* score of the rows as they are */
    double *mean;    /* [n_cols] */
    double *sd;      /* [n_cols] over repeats, with repeats - 1; NaN for one */
};

/* Rows are dense, with a target.  A column without a split is 0.  Shuffles are settled by seed,
 * repeat and the column's place alone.  mean and sd are the caller's. */
int permutation_importance(const struct tree_model *m, const struct table *rows,
    const struct permute_opts *o, struct permuted *p, const struct watch *w,
    struct err *err) MUST_CHECK;

#endif
