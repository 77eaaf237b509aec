/* main.c -- rf: random forests.  User manual: man/rf.1. */
#include "cmd/rf/cmd.h"

PROGRAM("rf", "random forests", &rf_train, &rf_predict)
