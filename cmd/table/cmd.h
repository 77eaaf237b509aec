/* cmd.h -- the verbs of table. */
#ifndef CMD_TABLE_CMD_H
#define CMD_TABLE_CMD_H

#include "common/cli/verb.h"

extern const struct verb table_info, table_split, table_folds, table_convert;

#endif
