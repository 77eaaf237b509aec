/* test_adaboost.c -- weights, bounds, ends of runs, and runs in parts. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "cmd/adaboost/method.h"
#include "common/base/mem.h"
#include "tests/unit/cmd_adaboost/boosted.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

/* ---- drawing ---- */

static struct ada_rows rows_of(const double *weight, int64_t n)
{
    struct table t = {.n_rows = n, .weight = (double *)weight};
    struct ada_rows r = {.n = 0};
    struct err err = ERR_INIT;
    assert_ok(ada_rows_init(&r, &t, &err), &err);
    return r;
}

/* Rows come as often as their weights say, as many in all as weigh something. */
static void test_draws(void **state)
{
    const double weight[] = {0, 1, 2, 0, 0.5, 4, 0};
    enum { N = 7, DRAWN = 4, ROUNDS = 4000 };
    struct ada_rows r = rows_of(weight, N);
    uint16_t draws[N];
    double sum[N] = {0};
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        int all = 0;
        weights_draw(&r, 1, round, draws);
        for (int i = 0; i < N; i++) {
            all += draws[i];
            sum[i] += draws[i];
        }
        assert_int_equal(all, DRAWN);
    }
    for (int i = 0; i < N; i++) {
        double p = weight[i] / 7.5, n = DRAWN * ROUNDS;
        assert_close(sum[i], n * p, 0, 4 * sqrt(n * p * (1 - p)));
    }
    ada_rows_release(&r);
}

/* A row that has nearly all the weight is drawn every time, beyond what draws[] holds too. */
static void test_draws_many(void **state)
{
    enum { N = 70000 };
    double *weight = mem_alloc(N, sizeof *weight);
    uint16_t *draws = mem_alloc(N, sizeof *draws);
    (void)state;

    assert_true(weight && draws);
    for (int i = 0; i < N; i++)
        weight[i] = i == 5 ? 1 : 1e-30;
    struct ada_rows r = rows_of(weight, N);
    weights_draw(&r, 1, 0, draws);
    for (int i = 0; i < N; i++)
        assert_int_equal(draws[i], i == 5 ? UINT16_MAX : 0);
    ada_rows_release(&r);
    mem_free(weight);
    mem_free(draws);
}

/* Logarithms far beyond the range of double, and rows that weigh nothing. */
static void test_weights_range(void **state)
{
    const double weight[] = {1, 0, 1, 1};
    struct ada_rows r = rows_of(weight, 4);
    (void)state;

    r.log_weight[0] = -5000;
    r.log_weight[2] = -5000 - log(4);
    r.log_weight[3] = -9000;
    weights_make(&r);
    assert_close(r.weight[0], 3 / 1.25, 1e-12, 0);
    assert_true(r.weight[1] == 0);
    assert_close(r.weight[2], 0.75 / 1.25, 1e-12, 0);
    assert_true(r.weight[3] == 0);
    weights_restart(&r);
    weights_make(&r);
    assert_true(r.total == 3);
    for (int i = 0; i < 4; i++)
        assert_close(r.weight[i], weight[i], 1e-12, 0);
    ada_rows_release(&r);
}

/* ---- bounds ---- */

/* The training error is at most the exponential loss, which is the product of 2 sqrt(e (1 - e))
 * (Freund and Schapire 1997, theorem 6). */
static void test_bound(void **state)
{
    struct table *t = sample_table(800, 5, 2, 7);
    struct fit fit = boosted_run(&boosted_defaults, t, 30);
    double product = 1;
    (void)state;

    for (int round = 1; round <= 30; round++) {
        double e = fitted_measured(&fit, round, "tree", "error");
        double loss = fitted_measured(&fit, round, "train", "exp_loss");
        product *= 2 * sqrt(e * (1 - e));
        assert_close(loss, product, 1e-9, 0);
        assert_true(fitted_measured(&fit, round, "train", "error") <= loss);
        assert_close(fitted_measured(&fit, round, "tree", "weight"), log((1 - e) / e), 1e-12, 0);
    }
    assert_true(product < 0.7);
    fit_release(&fit);
    sample_free(t);
}

/* Every tree's nodes measure as much weight, so that gains and covers of trees compare. */
static void test_covers(void **state)
{
    struct table *t = sample_table(200, 5, 3, 7);
    struct fit fit = boosted_run(&boosted_defaults, t, 10);
    (void)state;

    for (int i = 0; i < 10; i++) {
        struct tree tree = forest_tree(&fit.forest, i);
        double cover[3];
        assert_int_equal(tree.n_nodes, 3);
        tree_cover(&tree, cover);
        assert_close(cover[0], 200, 1e-5, 0);
    }
    fit_release(&fit);
    sample_free(t);
}

/* The quantiles of margins, by sorting; for each algorithm they are within -1 and 1. */
static void check_margins(int algorithm, int n_classes)
{
    enum { N = 201, ROUNDS = 7 };
    struct table *t = sample_table(N, 5, n_classes, 7);
    struct ada_params params = boosted_defaults;
    params.algorithm = algorithm;
    params.max_depth = 2;
    struct fit fit = boosted_run(&params, t, ROUNDS);
    double *raw = fitted_raw(&fit, t, ROUNDS), size = 0;
    struct weighted margin[N];

    for (int i = 0; i < ROUNDS; i++) {
        double weight = fitted_measured(&fit, i + 1, "tree", "weight"), greatest = 0;
        struct tree tree = forest_tree(&fit.forest, i);
        for (uint32_t leaf = 0; leaf < tree.n_leaves; leaf++) {
            const double *v = tree.values + leaf * (size_t)fit.forest.n_outputs;
            greatest = fmax(greatest,
                n_classes > 2 ? fmax(v[0], fmax(v[1], v[2])) - fmin(v[0], fmin(v[1], v[2]))
                              : 2 * fabs(v[0]));
        }
        /* every vote is the tree's weight, on the scale of raw outputs */
        if (algorithm != ADA_SAMME_R)
            assert_close(greatest, (n_classes - 1) * weight, 1e-12, 0);
        size += greatest;
    }
    for (int i = 0; i < N; i++) {
        const double *f = raw + i * fit.forest.n_outputs;
        int y = (int)t->y[i];
        margin[i] = (struct weighted){n_classes > 2 ? f[y] - fmax(f[(y + 1) % 3], f[(y + 2) % 3])
                                      : y           ? 2 * f[0]
                                                    : -2 * f[0],
            1};
        assert_true(fabs(margin[i].value) <= size * (1 + 1e-12));
    }
    assert_close(fitted_measured(&fit, ROUNDS, "train", "margin_0.05"),
        weighted_quantile(margin, N, 0.05) / size, 1e-9, 1e-12);
    assert_close(fitted_measured(&fit, ROUNDS, "train", "margin_0.25"),
        weighted_quantile(margin, N, 0.25) / size, 1e-9, 1e-12);
    assert_close(fitted_measured(&fit, ROUNDS, "train", "margin_0.5"),
        weighted_quantile(margin, N, 0.5) / size, 1e-9, 1e-12);
    mem_free(raw);
    fit_release(&fit);
    sample_free(t);
}

static void test_margins(void **state)
{
    (void)state;
    check_margins(ADA_SAMME, 2);
    check_margins(ADA_SAMME, 3);
    check_margins(ADA_SAMME_R, 2);
    check_margins(ADA_SAMME_R, 3);
    check_margins(ADA_M1, 2);
}

/* ---- ends of runs ---- */

static void prediction_of(const struct fit *fit, const struct table *t, int64_t row, double *out)
{
    double *raw = fitted_raw(fit, t, fit->forest.n_trees);
    prediction_link(&t->target, &fit->forest, raw + row * fit->forest.n_outputs, out);
    mem_free(raw);
}

/* A tree without an error is the last, and outweighs all others. */
static void test_perfect(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, 6}, two[] = {0, 0, 0, 1, 1, 1}, y[] = {7, 7, 7, 9, 9, 9};
    struct ada_params params = boosted_defaults;
    struct table *t = fitted_table(x, 6, 1, two, 2, NULL), *r = fitted_table(x, 6, 1, y, 0, NULL);
    (void)state;

    struct fit fit = boosted_run(&params, t, 5);
    assert_int_equal(fit.forest.n_trees, 1);
    assert_string_equal(fit.ended, why_perfect);
    assert_close(fitted_measured(&fit, 1, "tree", "weight"), -log(DBL_EPSILON), 1e-9, 0);
    fit_release(&fit);

    params.algorithm = ADA_SAMME_R;
    fit = boosted_run(&params, t, 5);
    assert_int_equal(fit.forest.n_trees, 1);
    assert_close(fabs(forest_tree(&fit.forest, 0).values[1]), -log(DBL_EPSILON) / 2, 1e-9, 0);
    fit_release(&fit);

    fit = boosted_run(&boosted_defaults, r, 5);
    assert_int_equal(fit.forest.n_trees, 1);
    assert_string_equal(fit.ended, why_perfect);
    double p;
    prediction_of(&fit, r, 0, &p);
    assert_true(p == 7);
    fit_release(&fit);
    sample_free(t);
    sample_free(r);
}

/* Rows that are all alike: the first tree gives the shares of the classes, a second could say
 * nothing. */
static void test_alike(void **state)
{
    const double x[10] = {0}, y[] = {0, 1, 0, 1, 0, 1, 0, 0, 1, 0};
    const double even[] = {0, 1, 0, 1, 0, 1, 1, 0, 1, 0}, three[] = {0, 2, 1, 2, 0, 2, 1, 2, 2, 0};
    const int algorithms[] = {ADA_M1, ADA_SAMME, ADA_SAMME_R};
    double p[3];
    (void)state;

    for (int i = 0; i < 3; i++) {
        struct ada_params params = boosted_defaults;
        params.algorithm = algorithms[i];
        struct table *t = fitted_table(x, 10, 1, y, 2, NULL);
        struct fit fit = boosted_run(&params, t, 5);
        assert_int_equal(fit.forest.n_trees, 1);
        assert_string_equal(fit.ended, why_guess);
        prediction_of(&fit, t, 0, p);
        assert_close(p[1], 0.4, 1e-9, 0);
        fit_release(&fit);
        sample_free(t);

        t = fitted_table(x, 10, 1, even, 2, NULL);
        fit = boosted_run(&params, t, 5);
        assert_int_equal(fit.forest.n_trees, 1);
        assert_string_equal(fit.ended, why_first);
        prediction_of(&fit, t, 0, p);
        assert_close(p[1], 0.5, 1e-9, 0);
        assert_true(fitted_measured(&fit, 1, "train", "margin_0.5") == 0);
        fit_release(&fit);
        sample_free(t);

        t = fitted_table(x, 10, 1, three, 3, NULL);
        fit = boosted_run(&params, t, 5);
        prediction_of(&fit, t, 0, p);
        assert_close(p[2], 0.5, params.algorithm == ADA_SAMME ? 0.01 : 1e-9, 0);
        assert_true(params.algorithm == ADA_SAMME || fit.forest.n_trees == 1);
        fit_release(&fit);
        sample_free(t);
    }
}

/* M1 has no use for trees that are wrong in half of the rows; SAMME goes on. */
static void test_m1_half(void **state)
{
    const double x[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1};
    const double y[12] = {0, 0, 0, 0, 1, 1, 1, 2, 2, 0, 1, 2};
    struct ada_params params = boosted_defaults;
    struct table *t = fitted_table(x, 12, 1, y, 3, NULL);
    double p[3];
    (void)state;

    params.algorithm = ADA_M1;
    struct fit fit = boosted_run(&params, t, 5);
    assert_int_equal(fit.forest.n_trees, 1);
    assert_string_equal(fit.ended, why_first);
    double e = fitted_measured(&fit, 1, "tree", "error");
    assert_close(e, 7.0 / 12, 1e-12, 0);
    prediction_of(&fit, t, 0, p);
    assert_close(p[0], 1 - e, 1e-9, 0);
    fit_release(&fit);
    params.algorithm = ADA_SAMME;
    fit = boosted_run(&params, t, 2);
    assert_true(fit.forest.n_trees > 1 || fit.ended);
    assert_close(fitted_measured(&fit, 1, "tree", "weight"), log((1 - e) / e) + log(2), 1e-12, 0);
    fit_release(&fit);
    sample_free(t);
}

/* Values whose tree is wrong by half of the greatest error, and more. */
static void test_values_guess(void **state)
{
    const double x[4] = {0}, y[4] = {0, 1, 0, 1};
    struct table *t = fitted_table(x, 4, 1, y, 0, NULL);
    struct fit fit = boosted_run(&boosted_defaults, t, 5);
    double p;
    (void)state;

    assert_int_equal(fit.forest.n_trees, 1);
    assert_string_equal(fit.ended, why_first);
    assert_true(fit.forest.tree_weight[0] == 1);
    assert_true(fitted_measured(&fit, 1, "tree", "weight") == 1);
    prediction_of(&fit, t, 0, &p);
    assert_true(p == 0.5);
    fit_release(&fit);
    sample_free(t);
}

static bool says_nothing(const struct tree *t)
{
    for (uint32_t leaf = 0; leaf < t->n_leaves; leaf++)
        if (t->values[leaf] != 0 || signbit(t->values[leaf]))
            return false;
    return true;
}

/* Noise, drawn by weight: trees that are no better than guessing say nothing, weights start anew
 * and the run goes on, also one that is taken up between. */
static void test_resample_restarts(void **state)
{
    enum { N = 60, ROUNDS = 60 };
    double x[N], y[N];
    int guesses = 0, after = 0;
    bool guess = true;
    struct err err = ERR_INIT;
    (void)state;

    for (int i = 0; i < N; i++) {
        x[i] = i * 7 % 5;
        y[i] = i * i % 11 > 4;
    }
    struct table *t = fitted_table(x, N, 1, y, 2, NULL);
    struct ada_params params = boosted_defaults;
    params.resample = true;
    struct fit fit = boosted_run(&params, t, ROUNDS);
    assert_int_equal(fit.forest.n_trees, ROUNDS);
    assert_null(fit.ended);
    for (int i = 0; i < ROUNDS; i++) {
        struct tree tree = forest_tree(&fit.forest, i);
        double error = fitted_measured(&fit, i + 1, "tree", "error");
        /* with equal weights, of so many rows */
        if (guess)
            assert_close(error * N, nearbyint(error * N), 0, 1e-9);
        guess = error >= 0.5 - 1e-9;
        assert_true(i == 0 || guess == says_nothing(&tree));
        guesses += guess;
        after += !guess && guesses;
    }
    assert_true(guesses > 2 && after > 2);
    for (int n = 5; n < ROUNDS; n += 9) {
        struct fit part = boosted_run(&params, t, n);
        assert_ok(boosted_fit(&part, &params, t, NULL, ROUNDS, &err), &err);
        assert_same_forest(&part.forest, &fit.forest);
        fit_release(&part);
    }
    fit_release(&fit);
    sample_free(t);
}

/* A perfect tree of drawn rows: the weights start anew, and another is grown. */
static void test_resample_perfect(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, 6}, y[] = {0, 0, 0, 1, 1, 1};
    struct table *t = fitted_table(x, 6, 1, y, 2, NULL);
    struct ada_params params = boosted_defaults;
    params.resample = true;
    struct fit fit = boosted_run(&params, t, 40);
    int perfect = 0;
    (void)state;

    assert_int_equal(fit.forest.n_trees, 40);
    for (int i = 1; i <= 40; i++)
        if (fitted_measured(&fit, i, "tree", "error") == 0) {
            assert_close(fitted_measured(&fit, i, "tree", "weight"), -log(DBL_EPSILON), 1e-9, 0);
            perfect++;
        }
    assert_true(perfect > 1);
    fit_release(&fit);
    sample_free(t);
}

/* Rows of weight 0 change nothing. */
static void test_zero_weights(void **state)
{
    enum { N = 300 };
    (void)state;
    for (int n_classes = 0; n_classes <= 3; n_classes += n_classes ? 1 : 2) {
        struct table *t = sample_table(N, 5, n_classes, 7);
        t->weight = mem_alloc(N, sizeof *t->weight);
        for (int i = 0; i < N; i++)
            t->weight[i] = i % 3 ? 1 + i % 2 : 0;
        struct fit with = boosted_run(&boosted_defaults, t, 8);
        for (int i = 0; i < N; i += 3)
            t->y[i] = n_classes ? (int)(t->y[i] + 1) % n_classes : t->y[i] + 1e6;
        struct fit without = boosted_run(&boosted_defaults, t, 8);
        assert_int_equal(with.forest.n_trees, 8);
        for (int i = 1; i <= 8; i++)
            assert_close(fitted_measured(&with, i, "tree", "error"),
                fitted_measured(&without, i, "tree", "error"), 1e-7, 0);
        fit_release(&with);
        fit_release(&without);
        sample_free(t);
    }
}

/* Nor do they count as rows of a leaf. */
static void test_zero_weights_leaf(void **state)
{
    const double x[] = {0, 0, 1, 1, 1, 2, 2, 2}, y[] = {1, 1, 1, 1, 1, 0, 0, 0};
    const double weight[] = {1, 1, 0, 0, 0, 1, 1, 1};
    struct table *t = fitted_table(x, 8, 1, y, 2, weight);
    struct ada_params params = boosted_defaults;
    (void)state;

    params.min_leaf = 2;
    struct fit fit = boosted_run(&params, t, 1);
    assert_int_equal(forest_tree(&fit.forest, 0).n_leaves, 2);
    fit_release(&fit);
    params.min_leaf = 3;
    fit = boosted_run(&params, t, 1);
    assert_int_equal(forest_tree(&fit.forest, 0).n_leaves, 1);
    fit_release(&fit);
    sample_free(t);
}

/* ---- runs in parts ---- */

static const struct part_case {
    int algorithm, n_classes;
    bool resample;
    int64_t max_depth;
} part_cases[] = {{ADA_SAMME, 2, false, 1}, {ADA_SAMME, 3, false, 2}, {ADA_M1, 3, false, 3},
    {ADA_SAMME_R, 2, false, 1}, {ADA_SAMME_R, 3, false, 1}, {ADA_SAMME, 2, true, 1},
    {ADA_SAMME, 2, true, 0}, {ADA_SAMME_R, 3, true, 0}, {ADA_R2, 0, false, 3},
    {ADA_R2, 0, true, 3}};

/* A run goes on as if it had never stopped, with restarts of weights before and after; a model of
 * fewer rounds is a part of one of more; so are measures. */
static void test_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof part_cases / sizeof *part_cases; i++) {
        const struct part_case *c = &part_cases[i];
        struct ada_params params = boosted_defaults;
        struct table *t = sample_table(120, 5, c->n_classes, 9);
        struct err err = ERR_INIT;
        params.algorithm = c->algorithm;
        params.resample = c->resample;
        params.max_depth = c->max_depth;
        struct fit whole = boosted_run(&params, t, 25);
        struct fit part = boosted_run(&params, t, 9);
        int n = part.n_measurements;
        assert_ok(boosted_fit(&part, &params, t, NULL, 25, &err), &err);
        assert_same_forest(&part.forest, &whole.forest);
        assert_true(part.n_measurements >= n);
        for (int round = 10; round <= whole.forest.n_trees; round++)
            assert_close(fitted_measured(&part, round, "train", "margin_0.25"),
                fitted_measured(&whole, round, "train", "margin_0.25"), 1e-12, 0);
        fit_release(&part);
        fit_release(&whole);
        sample_free(t);
    }
}

/* A run that ended goes on to nothing, and still measures valid rows. */
static void test_ended_goes_on(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, 6}, y[] = {0, 0, 0, 1, 1, 1};
    struct table *t = fitted_table(x, 6, 1, y, 2, NULL);
    struct fit fit = boosted_run(&boosted_defaults, t, 5);
    struct err err = ERR_INIT;
    (void)state;

    fit.n_measurements = 0;
    assert_ok(boosted_fit(&fit, &boosted_defaults, t, t, 9, &err), &err);
    assert_int_equal(fit.forest.n_trees, 1);
    assert_true(fitted_measured(&fit, 1, "valid", "accuracy") == 1);
    fit_release(&fit);
    sample_free(t);
}

/* ---- errors ---- */

static void check_error(
    const struct ada_params *params, struct table *t, enum err_kind kind, const char *text)
{
    struct fit fit = FIT_INIT;
    struct err err = ERR_INIT;
    assert_err(boosted_fit(&fit, params, t, NULL, 3, &err), &err, kind, text);
    fit_release(&fit);
}

static void test_errors(void **state)
{
    struct table *classes = sample_table(30, 5, 2, 7), *values = sample_table(30, 5, 0, 7);
    struct ada_params params = boosted_defaults;
    (void)state;

    params.algorithm = ADA_R2;
    check_error(&params, classes, ERR_USAGE, "--algorithm r2 does not fit: 'y' is a classif");
    params.algorithm = ADA_M1;
    check_error(&params, values, ERR_USAGE, "--algorithm m1 does not fit: 'y' is a regress");
    params = boosted_defaults;
    params.loss = ADA_SQUARE;
    check_error(&params, classes, ERR_USAGE, "--loss does not fit");
    params = boosted_defaults;
    values->y[3] = 1e101;
    check_error(&params, values, ERR_FAILED, "beyond 1e100");
    values->weight = mem_zalloc(30, sizeof *values->weight);
    check_error(&params, values, ERR_FAILED, "all rows have weight 0");
    values->weight[3] = 1e101;
    check_error(&params, values, ERR_FAILED, "too large");
    values->weight[3] = 1e-101;
    check_error(&params, values, ERR_FAILED, "too small");
    sample_free(classes);
    sample_free(values);
}

struct faulty {
    struct ada_params params;
    struct table *t;
};

static int fit_faulty(void *ctx, struct err *err)
{
    struct faulty *f = ctx;
    struct fit fit = FIT_INIT;
    int ret = boosted_fit(&fit, &f->params, f->t, f->t, 2, err);
    fit_release(&fit);
    return ret;
}

static void test_faults(void **state)
{
    (void)state;
    for (int n_classes = 0; n_classes <= 3; n_classes += n_classes ? 1 : 2)
        for (int resample = 0; resample < 2; resample++) {
            struct faulty f = {boosted_defaults, sample_table(40, 3, n_classes, 7)};
            f.params.resample = resample;
            FAULT_LOOP(fit_faulty, &f);
            sample_free(f.t);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_draws_many),
        cmocka_unit_test(test_weights_range),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_covers),
        cmocka_unit_test(test_margins),
        cmocka_unit_test(test_perfect),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_m1_half),
        cmocka_unit_test(test_values_guess),
        cmocka_unit_test(test_resample_restarts),
        cmocka_unit_test(test_resample_perfect),
        cmocka_unit_test(test_zero_weights),
        cmocka_unit_test(test_zero_weights_leaf),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_ended_goes_on),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
