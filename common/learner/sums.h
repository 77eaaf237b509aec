/*
 * sums.h -- the statistics of rows that trees add up (struct row_stats), made from weights and
 * targets or gradients.
 */
#ifndef COMMON_LEARNER_SUMS_H
#define COMMON_LEARNER_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/hist.h"

/* Beyond this, and below its inverse, squares and their sums would leave the range of double. */
#define SUMS_LARGEST 1e100

struct sums {
    struct row_stats stats;
    bool packed; /* values have as many bits as packed histograms (packed.h) can hold */
    int64_t n_rows;
    int32_t *slot;
    int64_t *value[2];
};

/* Each is an error where memory is short; what was made before stays for sums_release(). */

/* The weights, 0 or more and not all 0, each at most SUMS_LARGEST. */
int sums_weights(struct sums *s, const double *weight, int64_t n_rows, struct err *err) MUST_CHECK;
/* Other weights for the same rows, with all threads. */
void sums_reweigh(struct sums *s, const double *weight);
/* Classes y[n_rows] of n_classes: a sum for each. */
int sums_classes(struct sums *s, const double *y, int n_classes, struct err *err) MUST_CHECK;
/* Room for values. */
int sums_values(struct sums *s, struct err *err) MUST_CHECK;
/* Sets them to weight times target, with all threads; weight[n_rows] NULL: all 1. */
void sums_set(struct sums *s, const double *target, const double *weight);
void sums_release(struct sums *s);

/* The greatest |values[i]|; 0 of none. */
double max_abs(const double *values, int64_t n);

#endif
