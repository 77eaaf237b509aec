/* test_linear.c -- the booster gblinear: XGBoost's weights, sparse rows, runs in parts, ends. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/xgb/xgb.h"
#include "common/base/mem.h"
#include "common/learner/rounds.h"
#include "common/tree/linear.h"
#include "tests/gold/xgb_linear_gold.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = XGB_LINEAR_ROWS, COLUMNS = XGB_LINEAR_COLUMNS, WIDTH = COLUMNS + 1 };

static const struct xgb_params defaults = {.opts = {.scale_pos_weight = 1},
    .booster = BOOSTER_GBLINEAR,
    .eta = NAN,
    .regular = {.lambda = NAN, .min_weight = 1},
    .max_depth = 6,
    .num_parallel_tree = 1,
    .subsample = 1,
    .base_score = NAN,
    .seed = 1};

/* ---- tables and runs ---- */

/* sample_free() it. */
static struct table *gold_table(bool classes, bool weighted)
{
    struct table *t = mem_zalloc(1, sizeof *t);

    assert_non_null(t);
    t->schema = (struct schema){.n_cols = COLUMNS, .named = true, .na = mem_strdup("NA")};
    t->schema.cols = mem_zalloc(COLUMNS, sizeof *t->schema.cols);
    t->n_rows = ROWS;
    t->values = mem_zalloc(COLUMNS, sizeof *t->values);
    for (int col = 0; col < COLUMNS; col++) {
        char name[] = {(char)('a' + col), '\0'};
        t->schema.cols[col] = (struct col_spec){.name = mem_strdup(name), .kind = COL_NUMBER};
        t->values[col] = mem_alloc(ROWS, sizeof **t->values);
        for (int i = 0; i < ROWS; i++)
            t->values[col][i] = xgb_linear_x[i * COLUMNS + col];
    }
    t->y = mem_copy(classes ? xgb_linear_two : xgb_linear_value, ROWS, sizeof *t->y);
    if (weighted)
        t->weight = mem_copy(xgb_linear_w, ROWS, sizeof *t->weight);
    t->target.name = mem_strdup("y");
    t->target.task = classes ? TASK_CLASSIFICATION : TASK_REGRESSION;
    if (classes) {
        t->target.classes = dict_new();
        assert_int_equal(dict_add(t->target.classes, "no", 2), 0);
        assert_int_equal(dict_add(t->target.classes, "yes", 3), 1);
    }
    return t;
}

static struct xgb_params settled(struct xgb_params p)
{
    struct err err = ERR_INIT;
    assert_ok(booster_settle(&p, &defaults, &err), &err);
    return p;
}

struct job {
    const struct learner *learner; /* NULL: xgb's */
    struct xgb_params params;
    struct table *train, *valid;
    int n_rounds, early_stop;
    bool curve;
};

static int fit_job(const struct job *j, struct fit *fit, struct err *err)
{
    struct metric metric;
    struct comm comm = comm_single();
    bool classes = j->train->target.task == TASK_CLASSIFICATION;
    const struct fit_opts opts = {.n_rounds = j->n_rounds,
        .max_bins = 255,
        .early_stop = j->early_stop,
        .n_metrics = 1,
        .metrics = &metric,
        .curve = j->curve};

    assert_ok(metric_find(&metric, classes ? "log_loss" : "rmse", err), err);
    return learner_fit(j->learner ? j->learner : &xgb_learner, &j->params, j->train, j->valid,
        &opts, &comm, NULL, fit, err);
}

static struct fit fit_of(const struct job *j)
{
    struct fit fit = FIT_INIT;
    struct err err = ERR_INIT;
    assert_ok(fit_job(j, &fit, &err), &err);
    return fit;
}

static void assert_weights(const struct forest *f, const double *weights)
{
    assert_all_close(f->linear, weights, (size_t)f->n_outputs * ((size_t)f->linear_cols + 1), 0, 0);
}

/* ---- XGBoost's weights ---- */

static int named(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fail_msg("no %s", name);
    return -1;
}

static struct xgb_params case_params(const struct xgb_linear_case *c)
{
    struct xgb_params p = defaults;
    p.linear.updater = named(linear_updater_names, c->updater);
    p.linear.selector = named(linear_selector_names, c->selector);
    p.linear.top_k = c->top_k;
    p.linear.tolerance = c->tolerance;
    p.eta = c->eta;
    p.regular.lambda = c->lambda;
    p.regular.alpha = c->alpha;
    return settled(p);
}

static void test_gold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof xgb_linear_cases / sizeof *xgb_linear_cases; i++) {
        const struct xgb_linear_case *c = &xgb_linear_cases[i];
        struct job j = {.params = case_params(c), .train = gold_table(c->classes, c->weighted)};
        for (int s = 0; s < XGB_LINEAR_STAGES; s++) {
            j.n_rounds = xgb_linear_rounds[s];
            struct fit fit = fit_of(&j);
            print_message("%s, %d rounds\n", c->name, j.n_rounds);
            assert_all_close(fit.forest.linear, c->weights + (size_t)s * WIDTH, WIDTH, 1e-5, 2e-6);
            assert_int_equal(fit.forest.n_trees, 0);
            if (c->tolerance == 0 || s == 0)
                assert_int_equal(forest_rounds(&fit.forest), j.n_rounds);
            fit_release(&fit);
        }
        sample_free(j.train);
    }
}

/* A run that ends by its tolerance has fewer rounds, and says why. */
static void test_tolerance(void **state)
{
    struct xgb_params p = defaults;
    (void)state;
    p.eta = 1;
    p.linear.tolerance = 0.003;
    struct job j = {.params = settled(p), .train = gold_table(false, false), .n_rounds = 40};
    struct fit fit = fit_of(&j);
    int n = forest_rounds(&fit.forest);

    assert_true(n > 10 && n < 40);
    assert_non_null(fit.ended);
    j.n_rounds = n - 1;
    struct fit before = fit_of(&j);
    assert_null(before.ended);
    double largest = 0;
    for (int i = 0; i < WIDTH; i++)
        largest = fmax(largest, fabs(fit.forest.linear[i] - before.forest.linear[i]));
    assert_true(largest <= 0.003);
    fit_release(&before);
    fit_release(&fit);
    sample_free(j.train);
}

/* ---- selectors that draw ---- */

/* With many rounds all come to the least squares, by any way; runs of one seed are the same. */
static void test_selectors_meet(void **state)
{
    struct fit first = FIT_INIT;
    struct table *t = gold_table(false, true);
    (void)state;

    for (int selector = SELECT_CYCLIC; selector <= SELECT_THRIFTY; selector++) {
        struct xgb_params p = defaults;
        p.linear.updater = UPDATER_COORD_DESCENT;
        p.linear.selector = selector;
        struct job j = {.params = settled(p), .train = t, .n_rounds = 400};
        struct fit fit = fit_of(&j), again = fit_of(&j);
        assert_weights(&again.forest, fit.forest.linear);
        if (selector == SELECT_CYCLIC) {
            first = fit;
        } else {
            assert_all_close(fit.forest.linear, first.forest.linear, WIDTH, 1e-6, 1e-6);
            fit_release(&fit);
        }
        fit_release(&again);
    }
    fit_release(&first);
    sample_free(t);
}

static void test_seeds_differ(void **state)
{
    struct xgb_params p = defaults;
    (void)state;
    p.linear.selector = SELECT_SHUFFLE;
    struct job j = {.params = settled(p), .train = gold_table(false, false), .n_rounds = 2};
    struct fit one = fit_of(&j);
    j.params.linear.seed = 2;
    struct fit two = fit_of(&j);
    assert_true(memcmp(one.forest.linear, two.forest.linear, WIDTH * sizeof(double)) != 0);
    fit_release(&one);
    fit_release(&two);
    sample_free(j.train);
}

/* Orders are drawn anew for each round and output. */
static void test_draws_differ(void **state)
{
    enum { DRAWS = 12 };
    struct table *t = gold_table(false, false);
    struct xgb_params p = defaults;
    double gradients[ROWS][2], first[2][WIDTH], weights[WIDTH];
    int differ[2] = {0, 0};
    struct err err = ERR_INIT;
    (void)state;
    p.linear.selector = SELECT_SHUFFLE;
    p = settled(p);
    struct descent *d = descent_new(t, &p.linear, &err);
    assert_non_null(d);
    for (int i = 0; i < 2 * DRAWS; i++) {
        int by_output = i % 2, draw = i / 2;
        for (int row = 0; row < ROWS; row++) {
            gradients[row][0] = t->y[row];
            gradients[row][1] = 1;
        }
        memset(weights, 0, sizeof weights);
        descent_round(d, by_output ? 3 : draw, by_output ? draw : 0, gradients, weights);
        if (draw == 0)
            memcpy(first[by_output], weights, sizeof weights);
        differ[by_output] += memcmp(first[by_output], weights, sizeof weights) != 0;
    }
    assert_true(differ[0] > DRAWS / 2 && differ[1] > DRAWS / 2);
    descent_free(d);
    sample_free(t);
}

/* ---- many rows, sparse rows ---- */

/* n rows of numbers, and the same as a sparse table. */
static void numbers_tables(int64_t n, struct table **dense, struct table **sparse)
{
    struct col_spec *level;

    *dense = sample_table(n, 5, 0, 3);
    *sparse = sample_sparse(*dense);
    level = &(*dense)->schema.cols[2];
    level->kind = COL_IGNORED;
    dict_free(level->dict);
    level->dict = NULL;
    mem_free((*dense)->values[2]);
    (*dense)->values[2] = NULL;
}

/* Absent entries of a sparse table are missing values of a dense one; sums are the same but for
 * rounding, the chunks being others. */
static void test_sparse(void **state)
{
    struct table *dense, *sparse;
    (void)state;
    numbers_tables(20000, &dense, &sparse);
    struct job j = {.params = settled(defaults), .train = dense, .n_rounds = 5};
    struct fit one = fit_of(&j);

    j.train = sparse;
    j.valid = sparse;
    j.curve = true;
    struct fit two = fit_of(&j);
    assert_all_close(
        two.forest.linear, one.forest.linear, (size_t)one.forest.linear_cols + 1, 1e-9, 0);
    double *raw = mem_zalloc(20000, sizeof *raw), squares = 0;
    forest_predict(&two.forest, (columns_t)dense->values, 0, 20000, raw);
    for (int i = 0; i < 20000; i++)
        squares += (raw[i] - dense->y[i]) * (raw[i] - dense->y[i]);
    assert_close(fit_value(&two, "valid", "rmse"), sqrt(squares / 20000), 1e-12, 0);
    mem_free(raw);
    fit_release(&one);
    fit_release(&two);
    sample_free(sparse);
    sample_free(dense);
}

/* ---- rounds ---- */

/* Validation sees what the weights say; the best round's weights are kept. */
static void test_early_stop(void **state)
{
    struct table *train = gold_table(false, false), *valid = gold_table(false, false);
    struct job j = {.params = settled(defaults),
        .train = train,
        .valid = valid,
        .n_rounds = 300,
        .early_stop = 4};
    (void)state;

    for (int i = 0; i < ROWS; i++) /* a wrong sign: the first rounds are the best */
        valid->y[i] = i % 3 ? valid->y[i] : 2 - valid->y[i];
    struct fit fit = fit_of(&j);
    int best = forest_rounds(&fit.forest), n = fit.n_measurements;
    assert_true(fit.stopped_early && best > 1);
    assert_int_equal(fit.measurements[n - 1].round, best + 4);
    for (int i = 0; i < n; i++)
        if (strcmp(fit.measurements[i].data, "valid") == 0)
            assert_true(fit_value(&fit, "valid", "rmse") <= fit.measurements[i].value);
    j.n_rounds = best;
    j.early_stop = 0;
    struct fit same = fit_of(&j);
    assert_weights(&same.forest, fit.forest.linear);
    assert_close(fit_value(&same, "valid", "rmse"), fit_value(&fit, "valid", "rmse"), 0, 0);
    /* what valid rows are left with is by the best weights */
    assert_all_close(fit.valid.linked, same.valid.linked, ROWS, 0, 0);
    fit_release(&same);
    fit_release(&fit);
    sample_free(train);
    sample_free(valid);
}

/* A learner that measures nothing itself has the metrics of its training rows, in all rounds. */
static void test_train_metrics(void **state)
{
    struct learner learner = xgb_learner;
    struct boosting boosting = *xgb_learner.boosting;
    struct table *t = gold_table(true, true);
    (void)state;
    boosting.measure = NULL;
    learner.boosting = &boosting;
    for (int booster = BOOSTER_GBTREE; booster <= BOOSTER_GBLINEAR; booster++) {
        struct job j = {.learner = &learner, .train = t, .valid = t, .n_rounds = 4, .curve = true};
        j.params = defaults;
        j.params.booster = booster;
        j.params = settled(j.params);
        struct fit fit = fit_of(&j);
        assert_int_equal(fit.n_measurements, 8);
        for (int i = 0; i < 8; i += 2) {
            const struct measurement *train = &fit.measurements[i], *valid = train + 1;
            assert_string_equal(train->data, "train");
            assert_string_equal(valid->data, "valid");
            assert_int_equal(train->round, i / 2 + 1);
            assert_close(train->value, valid->value, 1e-12, 0);
        }
        assert_true(fit.measurements[6].value < fit.measurements[0].value);
        fit_release(&fit);
    }
    sample_free(t);
}

/* A run in parts is a run in one. */
static void test_parts(void **state)
{
    struct job j = {.params = settled(defaults), .train = gold_table(true, true), .n_rounds = 12};
    struct err err = ERR_INIT;
    (void)state;

    j.params.linear.selector = SELECT_SHUFFLE;
    struct fit whole = fit_of(&j);
    j.n_rounds = 5;
    struct fit part = fit_of(&j);
    j.n_rounds = 12;
    assert_ok(fit_job(&j, &part, &err), &err);
    assert_weights(&part.forest, whole.forest.linear);
    assert_ok(fit_job(&j, &part, &err), &err); /* nothing is left to do */
    assert_weights(&part.forest, whole.forest.linear);
    j.n_rounds = 3;
    assert_err(fit_job(&j, &part, &err), &err, ERR_USAGE, "-n 3: 12 rounds");
    j.params.booster = BOOSTER_GBTREE;
    j.params.max_bin = 256;
    assert_err(fit_job(&j, &part, &err), &err, ERR_FAILED, "another booster");
    fit_release(&whole);
    fit_release(&part);
    sample_free(j.train);
}

/* ---- errors ---- */

static void test_refused(void **state)
{
    struct job j = {.params = settled(defaults), .train = sample_table(50, 3, 0, 1), .n_rounds = 2};
    struct fit fit = FIT_INIT;
    struct err err = ERR_INIT;
    (void)state;

    assert_err(fit_job(&j, &fit, &err), &err, ERR_USAGE, "'level' is a category");
    fit_release(&fit);
    sample_free(j.train);
    j.train = gold_table(false, false);
    for (int i = 0; i < ROWS; i++)
        j.train->values[1][i] *= 1e200;
    assert_err(fit_job(&j, &fit, &err), &err, ERR_FAILED, "no longer finite");
    for (int i = 0; i < WIDTH; i++)
        assert_true(isfinite(fit.forest.linear[i]));
    fit_release(&fit);
    sample_free(j.train);
}

static void option_refused(struct xgb_params p, const char *message)
{
    struct err err = ERR_INIT;
    assert_err(booster_settle(&p, &defaults, &err), &err, ERR_USAGE, message);
}

static void test_options(void **state)
{
    struct xgb_params p = defaults;
    (void)state;

    p = settled(p);
    assert_true(p.linear.eta == 0.5 && p.linear.lambda == 0 && p.linear.alpha == 0);
    p.booster = BOOSTER_GBTREE;
    p.eta = p.regular.lambda = NAN;
    p = settled(p);
    assert_true(p.eta == 0.3 && p.regular.lambda == 1);
    p.linear.tolerance = 1;
    option_refused(p, "--tolerance does not go with --booster gbtree");
    p = defaults;
    p.max_depth = 3;
    option_refused(p, "--max_depth does not go with --booster gblinear");
    p = defaults;
    p.regular.max_step = 1;
    option_refused(p, "--max_delta_step does not");
    p.objective = "count:poisson";
    settled(p);
    p = defaults;
    p.linear.selector = SELECT_GREEDY;
    option_refused(p, "--feature_selector greedy goes with --updater coord_descent");
    p.linear.updater = UPDATER_COORD_DESCENT;
    p.linear.top_k = 2;
    settled(p);
    p.linear.selector = SELECT_RANDOM;
    option_refused(p, "--top_k goes with");
}

static int fit_some(void *ctx, struct err *err)
{
    struct fit fit = FIT_INIT;
    int ret = fit_job(ctx, &fit, err);
    fit_release(&fit);
    return ret;
}

static void test_memory(void **state)
{
    struct table *dense, *sparse;
    (void)state;
    numbers_tables(30, &dense, &sparse);
    struct job j = {.params = settled(defaults),
        .train = dense,
        .valid = dense,
        .n_rounds = 3,
        .early_stop = 2};

    FAULT_LOOP(fit_some, &j);
    j.train = sparse;
    FAULT_LOOP(fit_some, &j);
    sample_free(sparse);
    sample_free(dense);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gold),
        cmocka_unit_test(test_tolerance), cmocka_unit_test(test_selectors_meet),
        cmocka_unit_test(test_seeds_differ), cmocka_unit_test(test_draws_differ),
        cmocka_unit_test(test_sparse), cmocka_unit_test(test_early_stop),
        cmocka_unit_test(test_train_metrics), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_options),
        cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
