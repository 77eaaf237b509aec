/* test_rf.c -- what makes a forest random, and the frame it is grown in. */
#include <math.h>
#include <string.h>

#include "cmd/rf/rf.h"
#include "common/base/mem.h"
#include "common/learner/learner.h"
#include "common/learner/tree_model.h"
#include "common/tree/score.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

static const struct rf_params defaults = {
    .mtry = {.rule = MTRY_AUTO}, .min_leaf = 1, .min_split = 2, .replace = true, .seed = 1};

/* ---- columns to look at ---- */

static int count_of(const char *text, bool regression, int d)
{
    struct mtry mtry;
    struct err err = ERR_INIT;
    assert_ok(mtry_parse(text, &mtry, &err), &err);
    return mtry_count(&mtry, regression ? MTRY_THIRD : MTRY_SQRT, d);
}

static void test_mtry(void **state)
{
    struct mtry mtry;
    struct err err = ERR_INIT;
    (void)state;
    assert_int_equal(count_of("auto", false, 28), 5);
    assert_int_equal(count_of("auto", true, 28), 9);
    assert_int_equal(count_of("sqrt", true, 16), 4);
    assert_int_equal(count_of("log2", false, 8), 3);
    assert_int_equal(count_of("log2", false, 1), 1);
    assert_int_equal(count_of("third", true, 2), 1);
    assert_int_equal(count_of("all", false, 7), 7);
    assert_int_equal(count_of("3", false, 7), 3);
    assert_int_equal(count_of("30", false, 7), 7);
    assert_int_equal(count_of("0.5", false, 7), 3);
    assert_int_equal(count_of("0.01", false, 7), 1);
    assert_int_equal(count_of("1.0", false, 7), 7);
    assert_int_equal(count_of("1", false, 7), 1);
    const char *bad[] = {"", "0", "-1", "1.5", "nan", "inf", "none", "2e30"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_err(mtry_parse(bad[i], &mtry, &err), &err, ERR_USAGE, "is not sqrt");
}

/* ---- scores ---- */

/* Gains are differences of scores: those of impurities times weight, up to a constant. */
static void test_scores(void **state)
{
    const double left[] = {3, 1, 0}, right[] = {0, 2, 6}, all[] = {3, 3, 6};
    (void)state;
    double gini = score_gini(NULL, 3, left) + score_gini(NULL, 3, right) - score_gini(NULL, 3, all);
    /* 12 (1 - 54/144) - 4 (1 - 10/16) - 8 (1 - 40/64) */
    assert_close(gini, 12 * (1 - 54.0 / 144) - 4 * (1 - 10.0 / 16) - 8 * (1 - 40.0 / 64), 1e-12, 0);
    double entropy =
        score_entropy(NULL, 3, left) + score_entropy(NULL, 3, right) - score_entropy(NULL, 3, all);
    /* bits: 12 x 1.5 - 4 x 0.811278 - 8 x 0.811278 */
    assert_close(entropy, 18 - 12 * (2 - 0.75 * log2(3)), 1e-12, 0);
    const double sums[] = {4, 6}, none[] = {0, 0};
    assert_close(score_squared(NULL, 2, sums), 9, 0, 0);
    assert_close(score_squared(NULL, 2, none), 0, 0, 0);
    assert_close(score_gini(NULL, 2, none), 0, 0, 0);
    assert_close(score_entropy(NULL, 2, none), 0, 0, 0);
}

/* The logarithm of its own against the C library's, over many magnitudes. */
static void test_entropy_logarithm(void **state)
{
    (void)state;
    for (double x = 1e-9; x < 1e15; x *= 1.37) {
        const double sums[] = {x, 1};
        double right = x * log2(x) - (x + 1) * log2(x + 1);
        assert_close(
            score_entropy(NULL, 2, sums), right, 1e-13, 1e-14 * (x + 1) * fabs(log2(x + 1)));
    }
}

/* ---- samples ---- */

static void *started(const struct rf_params *params, const struct table *t)
{
    struct grow_opts grow;
    struct err err = ERR_INIT;
    void *self = mem_zalloc(1, rf_learner.self_size);
    assert_non_null(self);
    assert_ok(rf_learner.start(self, params, t, &grow, &err), &err);
    return self;
}

static void test_samples(void **state)
{
    struct table *t = sample_table(1000, 5, 2, 1);
    uint16_t draws[1000];
    struct rf_params p = defaults;
    (void)state;
    for (int replace = 0; replace < 2; replace++) {
        p.replace = replace;
        void *self = started(&p, t);
        double rows_in = 0;
        for (int tree = 0; tree < 50; tree++) {
            int total = 0;
            rf_learner.sample(self, tree, draws);
            for (int i = 0; i < 1000; i++) {
                total += draws[i];
                rows_in += draws[i] > 0;
                assert_true(replace || draws[i] <= 1);
            }
            assert_int_equal(total, replace ? 1000 : 632);
        }
        /* a bootstrap holds 1 - 1/e of the rows; 50 trees: standard error 0.0014 */
        assert_close(rows_in / 50000, replace ? 1 - exp(-1) : 0.632, 0, 0.006);
        rf_learner.release(self);
        mem_free(self);
    }
    sample_free(t);
}

/* ---- the frame ---- */

static void metric_named(struct metric *m, const char *name)
{
    struct err err = ERR_INIT;
    assert_ok(metric_find(m, name, &err), &err);
}

static int fit_trees(struct fit *fit, struct table *t, int n, bool curve, struct err *err)
{
    struct metric metric;
    struct comm comm = comm_single();
    metric_named(&metric, "log_loss");
    const struct fit_opts opts = {
        .n_rounds = n, .max_bins = 255, .n_metrics = 1, .metrics = &metric, .curve = curve};
    *fit = (struct fit)FIT_INIT;
    return learner_fit(&rf_learner, &defaults, t, NULL, &opts, &comm, NULL, fit, err);
}

static void test_a_longer_run_begins_as_a_shorter_one(void **state)
{
    struct table *t = sample_table(200, 5, 3, 2);
    struct fit a, b;
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(fit_trees(&a, t, 5, true, &err), &err);
    assert_ok(fit_trees(&b, t, 20, true, &err), &err);
    for (int i = 0; i < 5; i++) {
        struct tree x = forest_tree(&a.forest, i), y = forest_tree(&b.forest, i);
        assert_same_tree(&x, &y);
        assert_true(a.measurements[i].value == b.measurements[i].value);
    }
    fit_release(&a);
    fit_release(&b);
    sample_free(t);
}

/* What is out of bag, by hand: the mean of the trees whose sample the row was not in. */
static void test_out_of_bag_by_hand(void **state)
{
    struct table *t = sample_table(120, 5, 2, 3);
    struct fit fit;
    struct err err = ERR_INIT;
    uint16_t draws[120];
    double sum[120] = {0};
    int votes[120] = {0};
    (void)state;
    assert_ok(fit_trees(&fit, t, 30, false, &err), &err);
    void *self = started(&defaults, t);
    for (int tree = 0; tree < 30; tree++) {
        rf_learner.sample(self, tree, draws);
        for (int64_t i = 0; i < 120; i++)
            if (!draws[i]) {
                const struct tree grown = forest_tree(&fit.forest, tree);
                sum[i] += grown.values[tree_leaf_in_table(&grown, t, i)];
                votes[i]++;
            }
    }
    double loss = 0;
    for (int i = 0; i < 120; i++) {
        double p = sum[i] / votes[i];
        assert_close(fit.oob.linked[2 * i + 1], p, 0, 0);
        p = t->y[i] ? p : 1 - p;
        loss -= log(p < 1e-15 ? 1e-15 : p) / 120;
    }
    assert_close(fit_value(&fit, "oob", "log_loss"), loss, 1e-12, 0);
    rf_learner.release(self);
    mem_free(self);
    fit_release(&fit);
    sample_free(t);
}

static int fit_once(void *ctx, struct err *err)
{
    struct fit fit;
    int ret = fit_trees(&fit, ctx, 3, true, err);
    fit_release(&fit);
    return ret;
}

struct saved {
    const struct table *table;
    const struct fit *fit;
    const char *path;
};

static int write_once(void *ctx, struct err *err)
{
    const struct saved *s = ctx;
    json_t *options = json_object(), *summary = json_object();
    const struct tree_model_parts parts = {.program = "rf",
        .schema = &s->table->schema,
        .target = &s->table->target,
        .forest = &s->fit->forest,
        .options = options,
        .summary = summary};
    int ret = tree_model_write(&parts, s->path, err);
    json_decref(options);
    json_decref(summary);
    return ret;
}

static int read_once(void *ctx, struct err *err)
{
    const struct saved *s = ctx;
    struct tree_model m;
    int ret = tree_model_read(&m, s->path, "rf", true, err);
    if (ret == 0)
        assert_int_equal(m.forest.n_trees, 3);
    tree_model_release(&m);
    return ret;
}

static void test_without_memory(void **state)
{
    struct table *t = sample_table(40, 5, 2, 4);
    struct fit fit;
    struct err err = ERR_INIT;
    struct saved saved = {t, &fit, unit_path("rf.model")};
    (void)state;
    FAULT_LOOP(fit_once, t);
    assert_ok(fit_trees(&fit, t, 3, false, &err), &err);
    FAULT_LOOP(write_once, &saved);
    FAULT_LOOP(read_once, &saved);
    fit_release(&fit);
    sample_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mtry),
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_entropy_logarithm),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_a_longer_run_begins_as_a_shorter_one),
        cmocka_unit_test(test_out_of_bag_by_hand),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
