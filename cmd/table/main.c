/* table -- look at tables, divide them, change their format. */
#include "cmd/table/cmd.h"

PROGRAM("table", "look at tables, divide them, change their format", &table_info, &table_split,
    &table_folds, &table_convert)
