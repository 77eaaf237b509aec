/* runs.h -- runs of xgb, for its tests. */
#ifndef TESTS_UNIT_CMD_XGB_RUNS_H
#define TESTS_UNIT_CMD_XGB_RUNS_H

#include "cmd/xgb/xgb.h"

extern const struct xgb_params runs_defaults; /* those of the program, and seed 1 */

/* A run of trees that succeeds, of numbers in as many bins as there are values: fit_release() its
 * fit.  Options that have no value yet get the booster's. */
struct fit run_trees(const struct xgb_params *params, struct table *train, int n_rounds);
/* Goes on to that many rounds with what fit has. */
void run_on(const struct xgb_params *params, struct table *train, int n_rounds, struct fit *fit);

#endif
