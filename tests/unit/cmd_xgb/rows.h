/* rows.h -- gradients of rows for the tests of objectives. */
#ifndef TESTS_UNIT_CMD_XGB_ROWS_H
#define TESTS_UNIT_CMD_XGB_ROWS_H

#include "cmd/xgb/objective.h"

/* XGBoost's defaults. */
extern const struct objective_opts default_opts;

/* start(), then so many rounds with the same raw outputs; gradients of the last, g[n_outputs][n],
 * asked for in uneven pieces, and what outputs start from, base[n_outputs].  Either may be NULL. */
int gradients_of(struct objective_rows *rows, const double *raw, int rounds, struct gradient *g,
    double *base, struct err *err);

#endif
