/*
 * boot.h -- the bootstrap (Efron 1979): metrics again and again of rows drawn with replacement.
 *
 * A row drawn twice weighs twice.  All plans see the same draws, so that differences between models
 * are paired; with groups, whole groups are drawn.  The draws of a repeat depend on the seed, the
 * repeat and the key alone.
 */
#ifndef CMD_SCORE_BOOT_H
#define CMD_SCORE_BOOT_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/metric/metric.h"

struct boot {
    int64_t n; /* rows */
    const double *weight;
    const int32_t *group; /* from 0, dense; NULL: rows are drawn */
    int32_t n_groups;
    const struct metric_plan *const *plans;
    const int *n_values; /* metrics of each plan */
    int n_plans;
    int64_t repeats;
    uint64_t seed, key;
};

/* samples[repeat][value of plan 0, 1, ...]. */
int boot_run(
    const struct boot *b, double *samples, const struct watch *watch, struct err *err) MUST_CHECK;

/* The percentile interval of n samples, which are sorted and those that are NaN put away; NaN when
 * none is left.  Returns how many were left. */
int64_t boot_interval(double *samples, int64_t n, double level, double *low, double *high);

#endif
