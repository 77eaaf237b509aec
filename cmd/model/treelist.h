/* treelist.h -- LISTs of trees: "3", "1-5", "10-", "-4", "all", with commas between; from 1. */
#ifndef CMD_MODEL_TREELIST_H
#define CMD_MODEL_TREELIST_H

#include <stdbool.h>

#include "common/base/err.h"

/* picked[n] becomes true for the trees in the list (NULL: all). */
int treelist_pick(const char *list, int n, bool *picked, struct err *err) MUST_CHECK;

#endif
