/* main.c -- adaboost: AdaBoost.  User manual: man/adaboost.1. */
#include "cmd/adaboost/cmd.h"

PROGRAM("adaboost", "AdaBoost (Freund and Schapire)", &adaboost_train, &adaboost_predict)
