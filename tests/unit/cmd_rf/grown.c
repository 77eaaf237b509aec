/* grown.c -- see grown.h. */
#include "tests/unit/cmd_rf/grown.h"

#include "common/base/mem.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

void grown_init(struct grown *g, int64_t n, int n_classes, int n_trees, int64_t min_leaf,
    int64_t max_depth, bool weights)
{
    struct metric metric;
    struct fit_opts opts = {
        .n_rounds = n_trees, .max_bins = 255, .n_metrics = 1, .metrics = &metric};
    struct comm comm = comm_single();
    struct err err = ERR_INIT;

    g->params = (struct rf_params){.mtry = {.rule = MTRY_COUNT, .amount = 2},
        .max_depth = max_depth,
        .min_leaf = min_leaf,
        .min_split = 2,
        .replace = true,
        .seed = 3};
    g->fit = (struct fit)FIT_INIT;
    g->table = sample_table(n, 6, n_classes, 5);
    if (weights) {
        g->table->weight = mem_alloc((size_t)n, sizeof *g->table->weight);
        assert_non_null(g->table->weight);
        for (int64_t i = 0; i < n; i++)
            g->table->weight[i] = (double)(i * 7 % 9) / 2;
    }
    assert_ok(metric_find(&metric, n_classes ? "log_loss" : "rmse", &err), &err);
    assert_ok(
        learner_fit(&rf_learner, &g->params, g->table, NULL, &opts, &comm, NULL, &g->fit, &err),
        &err);
}

void grown_release(struct grown *g)
{
    fit_release(&g->fit);
    sample_free(g->table);
}
