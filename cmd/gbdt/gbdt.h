/*
 * gbdt.h -- gradient boosting (Friedman 2001, "Greedy function approximation: a gradient boosting
 * machine"; 2002, "Stochastic gradient boosting").
 *
 * Each round a regression tree is fitted by least squares to the negative gradient of the loss; its
 * leaves then get the value that lowers the loss most (a mean, a quantile, one Newton step), times
 * the learning rate.  With K > 2 classes a round has a tree for each.
 */
#ifndef CMD_GBDT_GBDT_H
#define CMD_GBDT_GBDT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/learner/learner.h"
#include "common/learner/mtry.h"

struct gbdt_params {
    int loss;     /* enum in loss.h */
    double alpha; /* 0: 0.9 of huber, 0.5 of quantile */
    double learning_rate;
    int64_t max_depth, max_leaves, min_leaf, min_split; /* as in struct grow_opts; max_leaves -1:
                                                           31 where max_depth is 0 */
    double sample_fraction;
    struct mtry mtry; /* auto: all */
    bool mtry_per_tree;
    const char *increasing, *decreasing; /* LISTs of columns, or NULL */
    uint64_t seed;
};

extern const struct learner gbdt_learner;

#endif
