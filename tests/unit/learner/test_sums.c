/* test_sums.c -- gradients in fixed point, by all threads, against one after another. */
#include "common/learner/sums.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"
#include "common/tree/packed.h"
#include "tests/unit/unit.h"

enum { MOST = 5000 };

static void check(int64_t n, double scale, bool weighted, bool packed)
{
    double target[MOST], weight[MOST], max = 0;
    struct sums s = {.packed = packed};
    struct err err = ERR_INIT;
    struct rng r;

    rng_init(&r, 9, RNG_DATA, (uint32_t)n, 0);
    for (int64_t i = 0; i < n; i++) {
        target[i] = scale * (i % 10 == 3 ? 0 : rng_normal(&r));
        weight[i] = weighted ? (double)rng_below(&r, 5) / 3 + 0.25 : 1;
        max = fmax(max, fabs(weight[i] * target[i]));
    }
    assert_ok(sums_weights(&s, weight, n, &err), &err);
    assert_ok(sums_values(&s, &err), &err);
    sums_set(&s, target, weighted ? weight : NULL);
    int bits = packed ? packed_value_bits(n) : 0;
    assert_int_equal(s.stats.value_bits, bits);
    assert_true(s.stats.unit[1] == (bits ? stats_unit_of(max, bits) : stats_unit(max, n)));
    assert_true(!bits || max / s.stats.unit[1] < ldexp(1, bits));
    for (int64_t i = 0; i < n; i++)
        assert_int_equal(s.value[1][i], stats_fixed(weight[i] * target[i], s.stats.unit[1]));
    /* set again, of other targets */
    for (int64_t i = 0; i < n; i++)
        target[i] *= -1e-3;
    sums_set(&s, target, weighted ? weight : NULL);
    for (int64_t i = 0; i < n; i++)
        assert_int_equal(s.value[1][i], stats_fixed(weight[i] * target[i], s.stats.unit[1]));
    sums_release(&s);
}

static void test_set(void **state)
{
    static const int64_t sizes[] = {1, 2, 63, 64, 65, 127, MOST};
    static const double scales[] = {0, 1, 1e-90, 1e90};
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(pool_start(3, &err), &err);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof scales / sizeof *scales; k++)
            for (int way = 0; way < 4; way++)
                check(sizes[i], scales[k], way & 1, way & 2);
    pool_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_set)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
