/* boosted.c -- see boosted.h. */
#include "tests/unit/cmd_adaboost/boosted.h"

#include "tests/unit/unit.h"

const struct ada_params boosted_defaults = {.learning_rate = 1,
    .max_depth = -1,
    .min_leaf = 1,
    .min_split = 2,
    .mtry = {.rule = MTRY_AUTO},
    .seed = 1};

int boosted_fit(struct fit *fit, const struct ada_params *params, struct table *train,
    const struct table *valid, int n_rounds, struct err *err)
{
    struct metric metric;
    struct fit_opts opts = {
        .n_rounds = n_rounds, .max_bins = 255, .n_metrics = 1, .metrics = &metric, .curve = true};
    struct comm comm = comm_single();
    bool classes = train->target.task == TASK_CLASSIFICATION;

    assert_ok(metric_find(&metric, classes ? "accuracy" : "rmse", err), err);
    return learner_fit(&ada_learner, params, train, valid, &opts, &comm, NULL, fit, err);
}

struct fit boosted_run(const struct ada_params *params, struct table *train, int n_rounds)
{
    struct fit fit = FIT_INIT;
    struct err err = ERR_INIT;
    assert_ok(boosted_fit(&fit, params, train, NULL, n_rounds, &err), &err);
    return fit;
}
