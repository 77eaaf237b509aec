/* xgb_objective_gold.h -- XGBoost's gradients, Hessians and base scores of small rows, which
 * xgb_objective.py made. */
#ifndef TESTS_GOLD_XGB_OBJECTIVE_GOLD_H
#define TESTS_GOLD_XGB_OBJECTIVE_GOLD_H

#include <math.h>

#include "cmd/xgb/objective.h"

enum { GOLD_ROWS = 14, GOLD_OUTPUTS = 3 };

struct objective_gold {
    const char *name, *objective;
    struct objective_opts opts;
    int n, n_outputs;
    int rounds;            /* s and h are of the last of so many with the same raw outputs */
    bool sums;             /* only sums of s and h of the rows of equal group and y are known */
    bool bounded, grouped; /* there are upper, groups */
    double y[GOLD_ROWS], upper[GOLD_ROWS];
    double weight[GOLD_ROWS]; /* the first is -1: none */
    int32_t group[GOLD_ROWS];
    /* [n][n_outputs] */
    double raw[GOLD_ROWS * GOLD_OUTPUTS], s[GOLD_ROWS * GOLD_OUTPUTS], h[GOLD_ROWS * GOLD_OUTPUTS];
    double base[GOLD_OUTPUTS]; /* raw outputs start there */
};

static const struct objective_gold objective_golds[] = {
#include "tests/gold/xgb_objective/cases.inc"
};
enum { N_GOLDS = sizeof objective_golds / sizeof *objective_golds };

#endif
