/* cmd.h -- the verbs of model. */
#ifndef CMD_MODEL_CMD_H
#define CMD_MODEL_CMD_H

#include "common/cli/verb.h"

extern const struct verb model_info, model_dump, model_dot, model_importance, model_partial;

#endif
