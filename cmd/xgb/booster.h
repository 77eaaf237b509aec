/*
 * booster.h -- what a round adds to: trees, or weights of columns.
 */
#ifndef CMD_XGB_BOOSTER_H
#define CMD_XGB_BOOSTER_H

#include "common/base/err.h"
#include "common/table/schema.h"

enum xgb_booster { BOOSTER_GBTREE, BOOSTER_GBLINEAR, BOOSTER_DART };
extern const char *const xgb_boosters[];

struct xgb_params;

/* Gives options that were not given (eta and lambda NAN) what the booster has by default.  A usage
 * error where others differ from defaults and are not the booster's. */
int booster_settle(
    struct xgb_params *p, const struct xgb_params *defaults, struct err *err) MUST_CHECK;

/* A usage error where gblinear finds a column that is no number. */
int booster_takes(
    const struct xgb_params *p, const struct schema *schema, struct err *err) MUST_CHECK;

#endif
