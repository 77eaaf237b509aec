/* cmd.h -- the verb of toydata. */
#ifndef CMD_TOYDATA_CMD_H
#define CMD_TOYDATA_CMD_H

#include "common/cli/verb.h"

extern const struct verb toydata;

#endif
