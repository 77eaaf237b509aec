/* test_order.c -- the order of rows by a number, against a plain sort. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/rng.h"
#include "common/metric/order.h"

enum { N = 3000 };

static void check_order(const double *value, int stride, int n)
{
    static uint32_t order[N];
    struct err err = ERR_INIT;
    assert_ok(order_falling(value, stride, n, order, &err), &err);
    for (int i = 1; i < n; i++) {
        double a = value[order[i - 1] * (uint32_t)stride], b = value[order[i] * (uint32_t)stride];
        if (isnan(a)) {
            assert_true(isnan(b));
            assert_true(order[i - 1] < order[i]);
        } else {
            assert_true(isnan(b) || a >= b);
            assert_true(a != b || order[i - 1] < order[i]);
        }
    }
    static unsigned char seen[N];
    for (int i = 0; i < n; i++)
        seen[i] = 0;
    for (int i = 0; i < n; i++)
        seen[order[i]]++;
    for (int i = 0; i < n; i++)
        assert_int_equal(seen[i], 1);
}

static void test_special_values(void **state)
{
    (void)state;
    const double value[] = {0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 5e-324, -5e-324, 1e308, 1,
        -NAN, -1e308, 0.1, -0.0, 0};
    check_order(value, 1, 16);
    check_order(value, 2, 8);
    check_order(value, 1, 1);
    check_order(value, 1, 0);
}

static void test_random_values(void **state)
{
    (void)state;
    static double value[3 * N];
    struct rng rng;
    rng_init(&rng, 3, RNG_DATA, 0, 0);
    for (int i = 0; i < 3 * N; i++)
        value[i] = rng_normal(&rng) * exp2(rng_normal(&rng) * 20);
    check_order(value, 1, N);
    check_order(value, 3, N);
    for (int i = 0; i < N; i++) /* many ties */
        value[i] = floor(rng_normal(&rng) * 3) / 10;
    check_order(value, 1, N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_special_values), cmocka_unit_test(test_random_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
