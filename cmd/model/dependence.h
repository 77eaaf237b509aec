/*
 * dependence.h -- what a model predicts when a column or two have given values.
 *
 * Partial dependence (Friedman 2001, "Greedy function approximation: a gradient boosting machine",
 * equations 51 to 53): the mean prediction over the rows, their columns of the grid replaced, by
 * brute force.  And the curves of single rows it is the mean of (Goldstein, Kapelner, Bleich and
 * Pitkin 2015, "Peeking inside the black box").  Rows are dense; predictions have width values.
 */
#ifndef CMD_MODEL_DEPENDENCE_H
#define CMD_MODEL_DEPENDENCE_H

#include "cmd/model/apply.h"
#include "cmd/model/grid.h"
#include "common/base/watch.h"

/* mean[grid_size()][width], by the rows' weights. */
int dependence_mean(const struct applier *a, const struct table *rows, const struct grid *g,
    double *mean, const struct watch *w, struct err *err) MUST_CHECK;

/* Of rows [first, first + n): curve[n][grid_size()][width]. */
int dependence_curves(const struct applier *a, const struct table *rows, const struct grid *g,
    int64_t first, int64_t n, double *curve, struct err *err) MUST_CHECK;

#endif
