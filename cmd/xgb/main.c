/* main.c -- xgb: second-order gradient boosting.  User manual: man/xgb.1. */
#include "cmd/xgb/cmd.h"

PROGRAM("xgb", "gradient boosting as XGBoost has it", &xgb_train, &xgb_predict)
