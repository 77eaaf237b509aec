/* boosted.h -- tables and runs of adaboost, for its tests. */
#ifndef TESTS_UNIT_CMD_ADABOOST_BOOSTED_H
#define TESTS_UNIT_CMD_ADABOOST_BOOSTED_H

#include "cmd/adaboost/adaboost.h"
#include "common/learner/learner.h"

extern const struct ada_params boosted_defaults; /* those of the program, and seed 1 */

/* n rows of numbers x[n][d], targets y[n] (classes when n_classes is not 0) and weights, or NULL;
 * sample_free() it. */
struct table *boosted_table(
    const double *x, int64_t n, int d, const double *y, int n_classes, const double *weight);

/* Goes on to n_rounds in all; what every round measured is in fit. */
int boosted_fit(struct fit *fit, const struct ada_params *params, struct table *train,
    const struct table *valid, int n_rounds, struct err *err);
/* The same, which succeeds, from nothing. */
struct fit boosted_run(const struct ada_params *params, struct table *train, int n_rounds);

/* What was measured after a round, from 1; NAN: nothing. */
double boosted_measured(const struct fit *fit, int round, const char *data, const char *name);
/* The raw outputs of all rows by the first n_rounds: mem_free() it. */
double *boosted_raw(const struct fit *fit, const struct table *t, int n_rounds);

#endif
