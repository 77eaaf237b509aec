/* toydata -- made-up data sets as CSV. */
#include "cmd/toydata/cmd.h"

PROGRAM("toydata", "write made-up data sets as CSV", &toydata)
