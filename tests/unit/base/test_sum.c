/* test_sum.c -- sums that many values are added to and taken from. */
#include <math.h>

#include "common/base/rng.h"
#include "common/base/sum.h"
#include "tests/unit/unit.h"

/* What was added is taken away again, in another order, and the rest is what it was. */
static void test_no_drift(void **state)
{
    enum { N = 5000 };
    double sum = 1.0 / 3, rest = 0, plain = sum, value[N];
    struct rng r;
    (void)state;

    rng_init(&r, 1, RNG_DATA, 0, 0);
    for (int i = 0; i < N; i++) {
        value[i] = ldexp(rng_normal(&r), (int)rng_below(&r, 40) - 30);
        sum_add(&sum, &rest, value[i]);
        plain += value[i];
    }
    for (int i = N; i-- > 0;) {
        int other = (int)((i * 7L) % N);
        sum_add(&sum, &rest, -value[other]);
        plain -= value[other];
    }
    assert_true(sum == 1.0 / 3);
    assert_true(fabs(rest) < 1e-25);
    assert_true(plain != sum);
}

/* sum is the nearest double to the two. */
static void test_rounded(void **state)
{
    double sum = 1, rest = 0;
    (void)state;

    sum_add(&sum, &rest, ldexp(1, -60));
    assert_true(sum == 1 && rest == ldexp(1, -60));
    sum_add(&sum, &rest, -1);
    assert_true(sum == ldexp(1, -60) && rest == 0);
    sum_add(&sum, &rest, 3);
    sum_add(&sum, &rest, ldexp(1, 70));
    assert_true(sum == ldexp(1, 70) && rest == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_drift),
        cmocka_unit_test(test_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
