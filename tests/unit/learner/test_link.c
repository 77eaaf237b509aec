/* test_link.c -- raw outputs as probabilities and values, at both ends too. */
#include <math.h>

#include "common/base/mem.h"
#include "common/learner/learner.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

static void check(enum link link, double scale, int n_classes, int n_outputs, const double *raw,
    const double *right, double rtol)
{
    struct table *t = sample_table(1, 1, n_classes, 1);
    struct forest f = {.n_outputs = n_outputs, .link = link, .link_scale = scale};
    double out[3];

    prediction_link(&t->target, &f, raw, out);
    assert_all_close(out, right, (size_t)prediction_width(&t->target), rtol, 0);
    sample_free(t);
}

static void test_identity(void **state)
{
    (void)state;
    check(LINK_IDENTITY, 1, 0, 1, (double[]){0.1}, (double[]){0.1}, 0);
    check(LINK_IDENTITY, 1, 2, 1, (double[]){0.1}, (double[]){0.9, 0.1}, 0);
    check(LINK_IDENTITY, 0.5, 3, 3, (double[]){1, 2, 3}, (double[]){0.5, 1, 1.5}, 0);
}

static void test_logistic(void **state)
{
    static const double x[] = {0, 1, -1, 3, 40, -40, 700, -700, 2000, -2000};
    (void)state;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        for (int scale = 1; scale < 3; scale++) {
            /* each from its own side, so that the small one keeps its digits */
            double right[] = {1 / (1 + exp(x[i])), 1 / (1 + exp(-x[i]))};
            check(LINK_LOGISTIC, scale, 2, 1, (double[]){x[i] / scale}, right, 1e-14);
        }
    check(LINK_LOGISTIC, 1, 2, 1, (double[]){INFINITY}, (double[]){0, 1}, 0);
    check(LINK_LOGISTIC, 1, 2, 1, (double[]){-INFINITY}, (double[]){1, 0}, 0);
}

static void test_softmax(void **state)
{
    const double sum = 1 + exp(-1) + exp(-2);
    const double right[] = {exp(-2) / sum, 1 / sum, exp(-1) / sum};
    (void)state;
    check(LINK_SOFTMAX, 1, 3, 3, (double[]){0, 2, 1}, right, 1e-15);
    check(LINK_SOFTMAX, 0.25, 3, 3, (double[]){4, 12, 8}, right, 1e-15);
    check(LINK_SOFTMAX, 1, 3, 3, (double[]){1e5, 1e5 + 2, 1e5 + 1}, right, 1e-15);
    check(LINK_SOFTMAX, 2, 3, 3, (double[]){-1e308, -1e308, 1e308}, (double[]){0, 0, 1}, 0);
    check(LINK_SOFTMAX, 1, 2, 2, (double[]){0, 0}, (double[]){0.5, 0.5}, 0);
}

static void test_exp(void **state)
{
    (void)state;
    check(LINK_EXP, 1, 0, 1, (double[]){0}, (double[]){1}, 0);
    check(LINK_EXP, 2, 0, 1, (double[]){1}, (double[]){exp(2)}, 1e-15);
    check(LINK_EXP, 1, 0, 1, (double[]){-1e4}, (double[]){0}, 0);
}

/* Of several quantiles the one nearest to the median, the first of two. */
static void test_quantiles(void **state)
{
    static const struct {
        int n, central;
        double q[4];
    } of[] = {{3, 1, {0.1, 0.5, 0.9}}, {3, 2, {0.9, 0.1, 0.625}}, {2, 0, {0.9, 0.1}},
        {2, 0, {0.55, 0.45}}, {2, 0, {0.45, 0.55}}, {4, 2, {0.01, 0.2, 0.4, 0.7}}};
    static const double raw[4] = {1, 2, 3, 4};
    struct table *t = sample_table(1, 1, 0, 1);

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct err err = ERR_INIT;
        struct forest f;
        double out[1];
        assert_ok(forest_init(&f, FOREST_SUM, of[i].n, 1, &err), &err);
        assert_int_equal(forest_quantiles(&f, of[i].q), 0);
        f.link_scale = 2;
        prediction_link(&t->target, &f, raw, out);
        assert_close(out[0], 2 * raw[of[i].central], 0, 0);
        f.link = LINK_EXP;
        prediction_link(&t->target, &f, raw, out);
        assert_close(out[0], exp(2 * raw[of[i].central]), 1e-15, 0);
        forest_release(&f);
    }
    sample_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_logistic),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
