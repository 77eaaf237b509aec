/* main.c -- model: what stands in models, and what they have learned.  User manual: man/model.1. */
#include "cmd/model/cmd.h"

PROGRAM("model", "look into models", &model_info, &model_dump, &model_dot, &model_importance,
    &model_partial)
