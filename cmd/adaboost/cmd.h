/* cmd.h -- the verbs of adaboost. */
#ifndef CMD_ADABOOST_CMD_H
#define CMD_ADABOOST_CMD_H

#include "common/cli/verb.h"

extern const struct verb adaboost_train, adaboost_predict;

#endif
