/* cmd.h -- the verb of score. */
#ifndef CMD_SCORE_CMD_H
#define CMD_SCORE_CMD_H

#include "common/cli/verb.h"

extern const struct verb score;

#endif
