/*
 * choose.h -- rows chosen by their gradients: sampling_method gradient_based.
 */
#ifndef CMD_XGB_CHOOSE_H
#define CMD_XGB_CHOOSE_H

#include <stdint.h>

#include "cmd/xgb/objective.h"

/*
 * Keeps about a fraction of g[n] and makes the others 0: row i with probability p = min(1, c
 * sqrt(s^2 + lambda h^2)), and then counts 1/p times, so that sums stay what they are in the mean
 * (Ou 2020, "Out-of-core GPU gradient boosting", minimal variance sampling).  step names the tree.
 */
void gradients_choose(
    struct gradient *g, int64_t n, double fraction, double lambda, uint64_t seed, uint32_t step);

#endif
