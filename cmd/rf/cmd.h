/* cmd.h -- the verbs of rf. */
#ifndef CMD_RF_CMD_H
#define CMD_RF_CMD_H

#include "common/cli/verb.h"

extern const struct verb rf_train, rf_predict;

#endif
