/* fitted.h -- tables of given numbers, and what runs of learners on them come to. */
#ifndef TESTS_UNIT_FITTED_H
#define TESTS_UNIT_FITTED_H

#include "common/learner/learner.h"

/* n rows of numbers x[n][d], targets y[n] (classes when n_classes is not 0) and weights, or NULL;
 * sample_free() it. */
struct table *fitted_table(
    const double *x, int64_t n, int d, const double *y, int n_classes, const double *weight);

/* What was measured after a round, from 1; NAN: nothing. */
double fitted_measured(const struct fit *fit, int round, const char *data, const char *name);
/* The raw outputs of all rows by the first n_rounds: mem_free() it. */
double *fitted_raw(const struct fit *fit, const struct table *t, int n_rounds);

/* Asserts that two forests, settled, are the same, bit for bit. */
void assert_same_forest(const struct forest *a, const struct forest *b);

#endif
