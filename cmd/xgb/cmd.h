/* cmd.h -- the verbs of xgb. */
#ifndef CMD_XGB_CMD_H
#define CMD_XGB_CMD_H

#include "common/cli/verb.h"

extern const struct verb xgb_train, xgb_predict;

#endif
