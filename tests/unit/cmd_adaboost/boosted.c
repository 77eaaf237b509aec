/* boosted.c -- see boosted.h. */
#include "tests/unit/cmd_adaboost/boosted.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/unit/unit.h"

const struct ada_params boosted_defaults = {.learning_rate = 1,
    .max_depth = -1,
    .min_leaf = 1,
    .min_split = 2,
    .mtry = {.rule = MTRY_AUTO},
    .seed = 1};

struct table *boosted_table(
    const double *x, int64_t n, int d, const double *y, int n_classes, const double *weight)
{
    struct table *t = mem_zalloc(1, sizeof *t);

    assert_non_null(t);
    t->schema = (struct schema){.n_cols = d, .named = true};
    t->schema.cols = mem_zalloc((size_t)d, sizeof *t->schema.cols);
    t->schema.na = mem_strdup("NA");
    t->n_rows = n;
    t->values = mem_zalloc((size_t)d, sizeof *t->values);
    t->y = mem_copy(y, (size_t)n, sizeof *y);
    if (weight)
        t->weight = mem_copy(weight, (size_t)n, sizeof *weight);
    for (int col = 0; col < d; col++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", col + 1);
        t->schema.cols[col] = (struct col_spec){.name = mem_strdup(name), .kind = COL_NUMBER};
        t->values[col] = mem_alloc((size_t)n, sizeof **t->values);
        for (int64_t i = 0; i < n; i++)
            t->values[col][i] = x[i * d + col];
    }
    t->target.name = mem_strdup("y");
    t->target.task = n_classes ? TASK_CLASSIFICATION : TASK_REGRESSION;
    if (n_classes)
        t->target.classes = dict_new();
    for (int k = 0; k < n_classes; k++) {
        char label[2] = {(char)('a' + k), '\0'};
        assert_int_equal(dict_add(t->target.classes, label, 1), k);
    }
    return t;
}

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

double boosted_measured(const struct fit *fit, int round, const char *data, const char *name)
{
    for (int i = 0; i < fit->n_measurements; i++) {
        const struct measurement *m = &fit->measurements[i];
        if (m->round == round && strcmp(m->data, data) == 0 && strcmp(m->name, name) == 0)
            return m->value;
    }
    return NAN;
}

double *boosted_raw(const struct fit *fit, const struct table *t, int n_rounds)
{
    struct forest some = fit->forest; /* borrows all */
    double *raw = mem_alloc((size_t)t->n_rows, (size_t)some.n_outputs * sizeof *raw);

    assert_non_null(raw);
    some.n_trees = n_rounds;
    forest_predict(&some, (columns_t)t->values, 0, t->n_rows, raw);
    return raw;
}
