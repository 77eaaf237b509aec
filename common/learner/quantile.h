/*
 * quantile.h -- quantile regression forests (Meinshausen 2006, Journal of Machine Learning Research
 * 7): the distribution of the target given a row.
 *
 * A training row weighs, for a row x, the mean over trees of its share of the weight of the
 * training rows in x's leaf, or 0 where it is in another.  The q quantile is the smallest target
 * such that the rows up to it weigh at least q of the whole, to within QUANTILE_SLACK, so that
 * rounding in sums such as 0.1 + 0.2 does not pass over it.
 */
#ifndef COMMON_LEARNER_QUANTILE_H
#define COMMON_LEARNER_QUANTILE_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/learner/header.h"
#include "common/learner/leaf_rows.h"
#include "common/tree/predictor.h"

#define QUANTILE_SLACK 1e-9

enum { QUANTILES_MAX = 64 };
struct quantiles {
    int n;
    double q[QUANTILES_MAX]; /* each within (0, 1), no two alike */
};

/* For OPT_CUSTOM: comma-separated. */
int quantiles_parse(const char *text, void *quantiles, struct err *err) MUST_CHECK;
/* Columns q_0.05 and so on. */
int quantiles_header(const struct quantiles *q, struct header *h, struct err *err) MUST_CHECK;

/* One thread's. */
struct quantile_scratch {
    double *weight; /* [n_rows] all 0 between rows */
    uint64_t *seen; /* [n_rows] bits, likewise */
    uint32_t *row;  /* [n_rows] of weight above 0, rising */
    double *upto;   /* [n_rows] what they weigh together */
};
int quantile_scratch_init(struct quantile_scratch *s, const struct leaf_index *x) MUST_CHECK;
void quantile_scratch_release(struct quantile_scratch *s);

/* leaf[i * stride]: the row's leaf in tree i.  value[n]: the quantiles. */
void quantiles_find(const struct quantiles *q, const struct leaf_index *x, const struct forest *f,
    const uint32_t *leaf, size_t stride, struct quantile_scratch *s, double *value);

#endif
