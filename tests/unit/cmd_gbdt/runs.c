/* runs.c -- see runs.h. */
#include "tests/unit/cmd_gbdt/runs.h"

#include "tests/unit/unit.h"

const struct gbdt_params runs_defaults = {.learning_rate = 0.1,
    .max_leaves = -1,
    .min_leaf = 20,
    .min_split = 2,
    .sample_fraction = 1,
    .mtry = {.rule = MTRY_AUTO},
    .seed = 1};

void run_prepare(
    struct a_run *run, const struct gbdt_params *params, struct table *train, int n_rounds)
{
    bool classes = train->target.task == TASK_CLASSIFICATION;
    struct err err = ERR_INIT;

    *run = (struct a_run){.params = *params, .train = train, .fit = FIT_INIT};
    assert_ok(metric_find(&run->metric, classes ? "log_loss" : "rmse", &err), &err);
    run->opts =
        (struct fit_opts){.n_rounds = n_rounds, .max_bins = 255, .n_metrics = 1, .curve = true};
}

int run_fit(struct a_run *run, struct err *err)
{
    struct comm comm = comm_single();
    run->opts.metrics = &run->metric;
    return learner_fit(&gbdt_learner, &run->params, run->train, run->valid, &run->opts, &comm,
        &run->watch, &run->fit, err);
}

struct fit run_whole(const struct gbdt_params *params, struct table *train, int n_rounds)
{
    struct a_run run;
    struct err err = ERR_INIT;
    run_prepare(&run, params, train, n_rounds);
    assert_ok(run_fit(&run, &err), &err);
    return run.fit;
}
