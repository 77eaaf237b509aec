/*
 * curve.h -- rows by falling score, for ROC and precision-recall curves.
 *
 * An entry packs what a walk along the curve asks for: the row, whether it is positive, and whether
 * it is the last of those with its score (the curve has a point only there).
 */
#ifndef COMMON_METRIC_CURVE_H
#define COMMON_METRIC_CURVE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

#define CURVE_ROWS_MAX ((INT64_C(1) << 30) - 1)

struct curve {
    int64_t n;
    uint32_t *entry;
    bool has_nan; /* a score is NaN: nothing can be said */
};

/* Row i's score is score[i * stride]; rows with y equal to positive are positive. */
int curve_init(struct curve *c, const double *score, int64_t stride, const double *y, int positive,
    int64_t n, struct err *err) MUST_CHECK;
void curve_release(struct curve *c);

static inline int64_t curve_row(uint32_t entry)
{
    return entry & (uint32_t)CURVE_ROWS_MAX;
}

static inline bool curve_is_positive(uint32_t entry)
{
    return entry >> 30 & 1;
}

static inline bool curve_is_point(uint32_t entry)
{
    return entry >> 31;
}

/* Areas under the curves by weight (NULL: all 1); NaN when there is no positive weight on a side
 * that must have some. */
struct curve_areas {
    double positive, negative; /* sums of weights */
    double roc, average_precision;
};
void curve_measure(const struct curve *c, const double *weight, struct curve_areas *areas);
/* The area under the precision-recall curve, between whose points positives and negatives come
 * evenly; NaN without positive weight on a side.  positive: the sum of that side's weights. */
double curve_precision_area(const struct curve *c, const double *weight, double *positive);

#endif
