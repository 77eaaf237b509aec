/* runs.c -- see runs.h. */
#include "tests/unit/cmd_xgb/runs.h"

#include <math.h>

#include "tests/unit/cmd_xgb/rows.h"
#include "tests/unit/unit.h"

const struct xgb_params runs_defaults = {.opts = {.huber_slope = 1,
                                             .tweedie_variance_power = 1.5,
                                             .scale_pos_weight = 1,
                                             .aft_scale = 1},
    .eta = NAN,
    .regular = {.lambda = NAN, .min_weight = 1},
    .max_depth = 6,
    .max_bin = 1024,
    .num_parallel_tree = 1,
    .subsample = 1,
    .colsample_bytree = 1,
    .colsample_bylevel = 1,
    .colsample_bynode = 1,
    .max_cat_to_onehot = 4,
    .max_cat_threshold = 64,
    .base_score = NAN,
    .seed = 1};

void run_on(const struct xgb_params *params, struct table *train, int n_rounds, struct fit *fit)
{
    struct xgb_params p = *params;
    struct comm comm = comm_single();
    struct err err = ERR_INIT;
    const struct fit_opts opts = {.n_rounds = n_rounds, .max_bins = xgb_bins(&p)};

    assert_ok(booster_settle(&p, &runs_defaults, &err), &err);
    assert_ok(learner_fit(&xgb_learner, &p, train, NULL, &opts, &comm, NULL, fit, &err), &err);
}

struct fit run_trees(const struct xgb_params *params, struct table *train, int n_rounds)
{
    struct fit fit = FIT_INIT;
    run_on(params, train, n_rounds, &fit);
    return fit;
}
