/* main.c -- gbdt: gradient boosting.  User manual: man/gbdt.1. */
#include "cmd/gbdt/cmd.h"

PROGRAM("gbdt", "gradient boosting (Friedman)", &gbdt_train, &gbdt_predict)
