/* test_fit.c -- runs in parts, runs of many threads, early stops, errors. */
#include <math.h>
#include <string.h>

#include "cmd/gbdt/loss.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "tests/unit/cmd_gbdt/runs.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 300 };

/* Of each loss one, and of what changes how rows and columns are drawn. */
static const struct a_case {
    int loss, n_classes;
    double sample_fraction, mtry; /* mtry 0: all columns */
    bool mtry_per_tree, weights;
    int64_t max_depth;
} cases[] = {
    {LOSS_SQUARED, 0, 1, 0, false, false, 0},
    {LOSS_SQUARED, 0, 0.5, 2, true, true, 0},
    {LOSS_ABSOLUTE, 0, 1, 0, false, true, 3},
    {LOSS_HUBER, 0, 0.7, 0, false, false, 0},
    {LOSS_QUANTILE, 0, 1, 2, false, false, 0},
    {LOSS_POISSON, 0, 1, 0, false, true, 0},
    {LOSS_LOGISTIC, 2, 0.5, 2, false, false, 2},
    {LOSS_EXPONENTIAL, 2, 1, 0, false, true, 0},
    {LOSS_LOGISTIC, 3, 0.6, 0, false, false, 0},
    {LOSS_LOGISTIC, 3, 1, 1, true, true, 3},
};
enum { CASES = sizeof cases / sizeof *cases };

static struct gbdt_params params_of(const struct a_case *c)
{
    struct gbdt_params p = runs_defaults;
    p.loss = c->loss;
    p.sample_fraction = c->sample_fraction;
    p.mtry_per_tree = c->mtry_per_tree;
    p.max_depth = c->max_depth;
    p.min_leaf = 5;
    if (c->mtry > 0)
        p.mtry = (struct mtry){.rule = MTRY_COUNT, .amount = c->mtry};
    return p;
}

static struct table *table_of(const struct a_case *c, int64_t n, uint64_t seed)
{
    struct table *t = sample_table(n, 6, c->n_classes, seed);
    for (int64_t i = 0; i < n && c->loss == LOSS_POISSON; i++)
        t->y[i] = floor(exp(t->y[i] / 3));
    if (c->weights) {
        t->weight = mem_alloc((size_t)n, sizeof *t->weight);
        assert_non_null(t->weight);
        for (int64_t i = 0; i < n; i++)
            t->weight[i] = (double)(i * 7 % 9) / 4;
    }
    return t;
}

/* ---- runs in parts ---- */

/* A run goes on as if it had never stopped, and a run of fewer rounds is a part of one of more. */
static void test_parts(void **state)
{
    enum { PART = 10, WHOLE = 20 };
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct gbdt_params params = params_of(&cases[i]);
        struct table *t = table_of(&cases[i], ROWS, 4);
        struct fit whole = run_whole(&params, t, WHOLE), part = run_whole(&params, t, PART);
        struct err err = ERR_INIT;
        struct a_run more;

        assert_int_equal(forest_rounds(&whole.forest), WHOLE);
        for (int k = 0; k < part.forest.n_trees; k++) {
            struct tree a = forest_tree(&part.forest, k), b = forest_tree(&whole.forest, k);
            assert_same_tree(&a, &b);
            assert_all_close(a.values, b.values, a.n_leaves, 0, 0);
        }
        run_prepare(&more, &params, t, WHOLE);
        more.fit.forest = part.forest;
        part.forest = (struct forest)FOREST_INIT;
        assert_ok(run_fit(&more, &err), &err);
        assert_same_forest(&more.fit.forest, &whole.forest);
        for (int round = 1; round <= WHOLE; round++) {
            double loss = fitted_measured(&whole, round, "train", "loss");
            double gain = fitted_measured(&whole, round, "oob", "improvement");
            assert_int_equal(isnan(gain), cases[i].sample_fraction == 1);
            if (round <= PART) { /* of those before nothing is kept */
                assert_close(fitted_measured(&part, round, "train", "loss"), loss, 0, 0);
                continue;
            }
            assert_close(fitted_measured(&more.fit, round, "train", "loss"), loss, 0, 0);
            assert_close(fitted_measured(&more.fit, round, "oob", "improvement"), gain, 0, 0);
        }
        fit_release(&whole);
        fit_release(&part);
        fit_release(&more.fit);
        sample_free(t);
    }
}

/* What a checkpoint has too much of is cut off, by whole rounds; what is left is measured as it was
 * when it grew. */
static void test_fewer_rounds(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct gbdt_params params = params_of(&cases[i]);
        struct table *t = table_of(&cases[i], ROWS, 4);
        struct fit few = run_whole(&params, t, 4);
        struct err err = ERR_INIT;
        struct a_run run;

        run_prepare(&run, &params, t, 9);
        assert_ok(run_fit(&run, &err), &err);
        run.opts.n_rounds = 4;
        run.fit.n_measurements = 0;
        assert_ok(run_fit(&run, &err), &err);
        assert_same_forest(&run.fit.forest, &few.forest);
        assert_int_equal(run.fit.n_measurements, 1);
        assert_true(fitted_measured(&run.fit, 4, "train", "loss") ==
                    fitted_measured(&few, 4, "train", "loss"));
        fit_release(&run.fit);
        fit_release(&few);
        sample_free(t);
    }
}

static void test_threads(void **state)
{
    static const int threads[] = {1, 4, 8};
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct gbdt_params params = params_of(&cases[i]);
        struct table *t = table_of(&cases[i], 3000, 4);
        struct fit one = run_whole(&params, t, 4);
        for (int k = 0; k < 3; k++) {
            struct err err = ERR_INIT;
            assert_ok(pool_start(threads[k], &err), &err);
            struct fit fit = run_whole(&params, t, 4);
            pool_stop();
            assert_same_forest(&fit.forest, &one.forest);
            assert_int_equal(fit.n_measurements, one.n_measurements);
            for (int m = 0; m < fit.n_measurements; m++)
                assert_true(fit.measurements[m].value == one.measurements[m].value);
            fit_release(&fit);
        }
        fit_release(&one);
        sample_free(t);
    }
}

/* Rows and columns are drawn by the seed, and nothing else is. */
static void test_seed(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct gbdt_params params = params_of(&cases[i]);
        struct table *t = table_of(&cases[i], ROWS, 4);
        struct fit one = run_whole(&params, t, 5);
        params.seed = 2;
        struct fit two = run_whole(&params, t, 5);
        double *a = fitted_raw(&one, t, 5), *b = fitted_raw(&two, t, 5);
        size_t n = (size_t)ROWS * (size_t)one.forest.n_outputs;
        bool draws = cases[i].sample_fraction < 1 || cases[i].mtry > 0;
        assert_int_equal(memcmp(a, b, n * sizeof *a) != 0, draws);
        mem_free(a);
        mem_free(b);
        fit_release(&one);
        fit_release(&two);
        sample_free(t);
    }
}

/* ---- what is measured ---- */

static double mean_loss(const struct a_case *c, const struct table *t, const struct fit *fit,
    int n_rounds, const uint16_t *draws)
{
    struct err err = ERR_INIT;
    double *raw = fitted_raw(fit, t, n_rounds);
    struct loss_rows rows = {.loss = loss_choose(c->loss, &t->target, &err),
        .n = t->n_rows,
        .n_outputs = fit->forest.n_outputs,
        .y = t->y,
        .weight = t->weight};
    assert_non_null(rows.loss);
    double mean = loss_mean(&rows, raw, draws, false);
    mem_free(raw);
    return mean;
}

/* The loss on the training rows falls where all of them are fitted, and what rows that were not
 * drawn gain is the difference of their losses. */
static void test_measures(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct a_case *c = &cases[i];
        struct gbdt_params params = params_of(c);
        struct table *t = table_of(c, ROWS, 4);
        struct fit fit = run_whole(&params, t, 6);
        double before = INFINITY, gains = 0;
        for (int round = 1; round <= 6; round++) {
            double loss = fitted_measured(&fit, round, "train", "loss");
            double gain = fitted_measured(&fit, round, "oob", "improvement");
            if (c->sample_fraction == 1)
                assert_true(loss < before);
            else
                gains += gain;
            before = loss;
            if (c->loss == LOSS_HUBER ||
                c->loss == LOSS_QUANTILE) /* of the round's own delta, alpha */
                continue;
            assert_close(loss, mean_loss(c, t, &fit, round, NULL), 1e-9, 0);
            if (c->sample_fraction < 1) {
                uint16_t draws[ROWS];
                void *self = mem_zalloc(1, gbdt_learner.self_size);
                struct grow_opts grow;
                struct err err = ERR_INIT;
                assert_ok(gbdt_learner.start(self, &params, t, &grow, &err), &err);
                gbdt_learner.sample(self, round - 1, draws);
                gbdt_learner.release(self);
                mem_free(self);
                assert_close(gain,
                    mean_loss(c, t, &fit, round - 1, draws) - mean_loss(c, t, &fit, round, draws),
                    1e-6, 1e-9);
            }
        }
        assert_true(c->sample_fraction == 1 || gains > 0);
        fit_release(&fit);
        sample_free(t);
    }
}

/* ---- early stops ---- */

static void test_the_best_round_is_kept(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct gbdt_params params = params_of(&cases[i]);
        struct table *t = table_of(&cases[i], ROWS, 4), *valid = table_of(&cases[i], 200, 5);
        struct err err = ERR_INIT;
        struct a_run run;
        double best = INFINITY;
        int best_round = 0, last = 0;

        params.learning_rate = 0.7;
        run_prepare(&run, &params, t, 500);
        run.valid = valid;
        run.opts.early_stop = 7;
        run.opts.curve = i % 2;
        assert_ok(run_fit(&run, &err), &err);
        assert_true(run.fit.stopped_early);
        for (int m = 0; m < run.fit.n_measurements; m++) {
            const struct measurement *s = &run.fit.measurements[m];
            if (strcmp(s->data, "valid") != 0)
                continue;
            last = s->round;
            if (s->value < best) {
                best = s->value;
                best_round = s->round;
            }
        }
        assert_int_equal(last, best_round + 7);
        assert_int_equal(forest_rounds(&run.fit.forest), best_round);
        assert_int_equal(run.fit.forest.n_trees % forest_trees_per_round(&run.fit.forest), 0);
        struct fit part = run_whole(&params, t, best_round);
        assert_same_forest(&run.fit.forest, &part.forest);
        fit_release(&part);
        fit_release(&run.fit);
        sample_free(t);
        sample_free(valid);
    }
}

/* Rows out of a sample are no measure of the whole forest: they were in other samples. */
static void test_nothing_to_watch(void **state)
{
    struct gbdt_params params = params_of(&cases[1]);
    struct table *t = table_of(&cases[1], ROWS, 4);
    struct err err = ERR_INIT;
    struct a_run run;
    (void)state;
    run_prepare(&run, &params, t, 9);
    run.opts.early_stop = 3;
    assert_err(run_fit(&run, &err), &err, ERR_USAGE, "nothing to watch");
    fit_release(&run.fit);
    sample_free(t);
}

/* ---- interrupts ---- */

static bool stop_later(void *ctx)
{
    return --*(int *)ctx < 0;
}

/* What is grown is whole rounds, the first of the run, and can be gone on from. */
static void test_interrupts(void **state)
{
    (void)state;
    for (int after = 0; after < 12; after += 5) {
        struct gbdt_params params = params_of(&cases[CASES - 1]);
        struct table *t = table_of(&cases[CASES - 1], ROWS, 4);
        struct fit whole = run_whole(&params, t, 9);
        struct err err = ERR_INIT;
        struct a_run run;
        int left = after;

        run_prepare(&run, &params, t, 9);
        run.watch = (struct watch){.ctx = &left, .stop = stop_later};
        int ret = run_fit(&run, &err);
        if (after < 9) {
            assert_err(ret, &err, ERR_INTERRUPTED, "interrupted");
            assert_int_equal(forest_rounds(&run.fit.forest), after);
        }
        run.watch = (struct watch){.ctx = NULL};
        assert_ok(run_fit(&run, &err), &err);
        assert_same_forest(&run.fit.forest, &whole.forest);
        fit_release(&run.fit);
        fit_release(&whole);
        sample_free(t);
    }
}

/* Trees of an earlier run go by the rows before new ones are grown: that can be stopped too. */
static void test_interrupted_replay(void **state)
{
    struct gbdt_params params = params_of(&cases[0]);
    struct table *t = table_of(&cases[0], ROWS, 4);
    struct err err = ERR_INIT;
    struct a_run run;
    int left = 3;
    (void)state;
    run_prepare(&run, &params, t, 8);
    assert_ok(run_fit(&run, &err), &err);
    run.opts.n_rounds = 12;
    run.watch = (struct watch){.ctx = &left, .stop = stop_later};
    assert_err(run_fit(&run, &err), &err, ERR_INTERRUPTED, "interrupted");
    assert_int_equal(run.fit.forest.n_trees, 8);
    fit_release(&run.fit);
    sample_free(t);
}

/* ---- weights ---- */

/* Rows of weight 0 change nothing, whatever they say. */
static void test_zero_weights(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct a_case *c = &cases[i];
        struct gbdt_params params = params_of(c);
        struct table *t = table_of(c, ROWS, 4);
        if (!t->weight)
            t->weight = mem_alloc(ROWS, sizeof *t->weight);
        for (int row = 0; row < ROWS; row++)
            t->weight[row] = row % 3 ? 1 + row % 2 : 0;
        struct fit with = run_whole(&params, t, 6);
        for (int row = 0; row < ROWS; row += 3)
            t->y[row] = c->n_classes ? (int)(t->y[row] + 1) % c->n_classes : t->y[row] + 3;
        struct fit without = run_whole(&params, t, 6);
        assert_same_forest(&with.forest, &without.forest);
        fit_release(&with);
        fit_release(&without);
        sample_free(t);
    }
}

/* ---- errors ---- */

static void check_error(
    const struct gbdt_params *params, struct table *t, enum err_kind kind, const char *text)
{
    struct err err = ERR_INIT;
    struct a_run run;
    run_prepare(&run, params, t, 2);
    assert_err(run_fit(&run, &err), &err, kind, text);
    fit_release(&run.fit);
}

static void test_errors(void **state)
{
    struct table *t = sample_table(ROWS, 6, 0, 4), *classes = sample_table(ROWS, 6, 3, 4);
    struct gbdt_params p = runs_defaults;
    (void)state;

    p.loss = LOSS_POISSON;
    for (int i = 0; i < ROWS; i++)
        t->y[i] = i == 6 ? -0.5 : i;
    check_error(&p, t, ERR_FAILED, "row 7: the target 'y' is -0.5, and --loss poisson takes 0 or");
    for (int i = 0; i < ROWS; i++)
        t->y[i] = 0;
    check_error(&p, t, ERR_FAILED, "is 0 in every row that weighs something");
    p = runs_defaults;
    p.increasing = "many,nobody";
    check_error(&p, t, ERR_FAILED, "--increasing: no column 'nobody'");
    p.increasing = "level";
    check_error(&p, t, ERR_USAGE, "--increasing: 'level' is a category");
    p.increasing = "few";
    check_error(&p, classes, ERR_USAGE, "'y' has 3 classes");
    p.decreasing = "2";
    check_error(&p, t, ERR_USAGE, "'few' cannot be both");
    p = runs_defaults;
    t->y[5] = -2e100;
    check_error(&p, t, ERR_FAILED, "beyond 1e100");
    t->y[5] = 0;
    t->weight = mem_zalloc(ROWS, sizeof *t->weight);
    check_error(&p, t, ERR_FAILED, "weight 0");
    sample_free(t);
    sample_free(classes);
}

/* Trees made for another loss or target are not gone on from. */
static void test_other_forest(void **state)
{
    struct gbdt_params params = params_of(&cases[0]);
    struct table *t = table_of(&cases[5], ROWS, 4);
    struct err err = ERR_INIT;
    struct a_run run;
    (void)state;
    run_prepare(&run, &params, t, 2);
    assert_ok(run_fit(&run, &err), &err);
    run.params.loss = LOSS_POISSON;
    run.opts.n_rounds = 4;
    assert_err(run_fit(&run, &err), &err, ERR_FAILED, "another target or loss");
    fit_release(&run.fit);
    sample_free(t);
}

struct faulty {
    struct gbdt_params params;
    struct table *t;
};

static int fit_faulty(void *ctx, struct err *err)
{
    struct faulty *f = ctx;
    struct a_run run;
    run_prepare(&run, &f->params, f->t, 2);
    run.valid = f->t;
    int ret = run_fit(&run, err);
    fit_release(&run.fit);
    return ret;
}

static void test_faults(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct faulty f = {params_of(&cases[i]), table_of(&cases[i], 40, 4)};
        if (cases[i].n_classes < 3)
            f.params.increasing = "many", f.params.decreasing = "few";
        FAULT_LOOP(fit_faulty, &f);
        sample_free(f.t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_fewer_rounds),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_the_best_round_is_kept),
        cmocka_unit_test(test_nothing_to_watch),
        cmocka_unit_test(test_interrupts),
        cmocka_unit_test(test_interrupted_replay),
        cmocka_unit_test(test_zero_weights),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_other_forest),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
