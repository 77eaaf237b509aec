/* test_margin.c -- training from base margins, which stand in the place of the model's base. */
#include <math.h>
#include <string.h>

#include "cmd/xgb/xgb.h"
#include "common/base/mem.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 300, ROUNDS = 4 };

static const struct xgb_params params = {
    .opts = {.scale_pos_weight = 1},
    .eta = 0.5,
    .regular = {.lambda = 1, .min_weight = 1},
    .max_depth = 4,
    .max_bin = 256,
    .num_parallel_tree = 1,
    .subsample = 1,
    .colsample_bytree = 1,
    .colsample_bylevel = 1,
    .colsample_bynode = 1,
    .base_score = NAN,
    .seed = 1,
};

static int fit_rounds(
    struct fit *fit, struct table *train, const struct table *valid, int n, struct err *err)
{
    struct metric metric;
    const struct fit_opts opts = {.n_rounds = n,
        .max_bins = 255,
        .n_metrics = 1,
        .metrics = &metric,
        .curve = true,
        .early_stop = 2};
    struct comm comm = comm_single();

    *fit = (struct fit)FIT_INIT;
    assert_ok(metric_find(&metric, train->target.classes ? "log_loss" : "rmse", err), err);
    return learner_fit(&xgb_learner, &params, train, valid, &opts, &comm, NULL, fit, err);
}

/* Margins of the table: what the forest says, added up as training does. */
static void set_margin(struct table *t, const struct forest *f)
{
    t->n_margins = 1;
    t->margin = mem_zalloc(1, sizeof *t->margin);
    t->margin[0] = mem_alloc((size_t)t->n_rows, sizeof **t->margin);
    for (int64_t row = 0; row < t->n_rows; row++) {
        double *raw = &t->margin[0][row];
        *raw = f->base[0];
        for (int i = 0; i < f->n_trees; i++) {
            struct tree tree = forest_tree(f, i);
            *raw += tree.values[tree_leaf(&tree, (columns_t)t->values, row)];
        }
    }
}

/* Starting from what a model says is going on with it. */
static void test_going_on(void **state)
{
    (void)state;
    for (int n_classes = 0; n_classes < 3; n_classes += 2) {
        struct table *t = sample_table(ROWS, 5, n_classes, 3);
        struct table *valid = sample_table(ROWS, 5, n_classes, 4);
        struct err err = ERR_INIT;
        struct fit some, all, rest;

        assert_ok(fit_rounds(&some, t, valid, ROUNDS, &err), &err);
        assert_ok(fit_rounds(&all, t, valid, 2 * ROUNDS, &err), &err);
        assert_int_equal(some.forest.n_trees, ROUNDS);
        set_margin(t, &some.forest);
        set_margin(valid, &some.forest);
        assert_ok(fit_rounds(&rest, t, valid, ROUNDS, &err), &err);
        assert_int_equal(rest.forest.n_trees, all.forest.n_trees - ROUNDS);
        for (int i = 0; i < rest.forest.n_trees; i++) {
            struct tree is = forest_tree(&rest.forest, i),
                        was = forest_tree(&all.forest, ROUNDS + i);
            assert_same_tree(&is, &was);
            assert_all_close(is.values, was.values, was.n_leaves, 0, 0);
        }
        const char *name = n_classes ? "log_loss" : "rmse";
        assert_close(fit_value(&rest, "valid", name), fit_value(&all, "valid", name), 1e-12, 0);
        assert_true(fabs(fit_value(&rest, "valid", name) - fit_value(&some, "valid", name)) > 1e-6);
        fit_release(&some);
        fit_release(&all);
        fit_release(&rest);
        sample_free(t);
        sample_free(valid);
    }
}

static void test_too_many(void **state)
{
    struct table *t = sample_table(ROWS, 5, 0, 3);
    struct err err = ERR_INIT;
    struct fit fit;

    (void)state;
    t->n_margins = 2;
    t->margin = mem_zalloc(2, sizeof *t->margin);
    assert_err(fit_rounds(&fit, t, t, ROUNDS, &err), &err, ERR_USAGE,
        "--base-margin: 2 columns, and the model has 1 output");
    fit_release(&fit);
    sample_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
