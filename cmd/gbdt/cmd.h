/* cmd.h -- the verbs of gbdt. */
#ifndef CMD_GBDT_CMD_H
#define CMD_GBDT_CMD_H

#include "common/cli/verb.h"

extern const struct verb gbdt_train, gbdt_predict;

#endif
