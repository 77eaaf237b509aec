/* boosted.h -- runs of adaboost, for its tests. */
#ifndef TESTS_UNIT_CMD_ADABOOST_BOOSTED_H
#define TESTS_UNIT_CMD_ADABOOST_BOOSTED_H

#include "cmd/adaboost/adaboost.h"
#include "tests/unit/fitted.h"

extern const struct ada_params boosted_defaults; /* those of the program, and seed 1 */

/* Goes on to n_rounds in all; what every round measured is in fit. */
int boosted_fit(struct fit *fit, const struct ada_params *params, struct table *train,
    const struct table *valid, int n_rounds, struct err *err);
/* The same, which succeeds, from nothing. */
struct fit boosted_run(const struct ada_params *params, struct table *train, int n_rounds);

#endif
