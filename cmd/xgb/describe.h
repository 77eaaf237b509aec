/*
 * describe.h -- what models say of the options of objectives.
 */
#ifndef CMD_XGB_DESCRIBE_H
#define CMD_XGB_DESCRIBE_H

#include <jansson.h>

#include "cmd/xgb/xgb.h"

/* Adds base_score and the objective's options to j where they are not the default.  -1: no memory.
 */
int describe_objective(json_t *j, const struct xgb_params *p);

#endif
