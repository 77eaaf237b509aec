/* test_quantile.c -- weighted quantiles against sorting. */
#include "common/base/quantile.h"

#include <stdlib.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "tests/unit/unit.h"

static int compare(const void *a, const void *b)
{
    double x = ((const struct weighted *)a)->value, y = ((const struct weighted *)b)->value;
    return (x > y) - (x < y);
}

/* The definition; weights are such that sums are exact. */
static double by_sorting(const struct weighted *items, size_t n, double q)
{
    struct weighted *sorted = mem_copy(items, n, sizeof *items);
    double all = 0, sum = 0;
    size_t i;
    assert_non_null(sorted);
    qsort(sorted, n, sizeof *sorted, compare);
    for (i = 0; i < n; i++)
        all += sorted[i].weight;
    for (i = 0; i + 1 < n; i++)
        if ((sum += sorted[i].weight) >= q * all)
            break;
    double value = sorted[i].value;
    mem_free(sorted);
    return value;
}

enum order { RANDOM, TIES, EQUAL, RISING, FALLING, ORGAN_PIPE, SAW, ORDERS };

static double value_of(enum order order, size_t i, size_t n, struct rng *r)
{
    switch (order) {
    case RANDOM:
        return rng_normal(r);
    case TIES:
        return (double)rng_below(r, 5);
    case EQUAL:
        return -3;
    case RISING:
        return (double)i;
    case FALLING:
        return -(double)i;
    case ORGAN_PIPE:
        return (double)(i < n / 2 ? i : n - i);
    default:
        return (double)(i % 17);
    }
}

static void test_by_sorting(void **state)
{
    static const size_t sizes[] = {1, 2, 3, 15, 16, 17, 18, 100, 1001, 5000};
    static const double qs[] = {0, 1e-9, 0.1, 0.25, 0.5, 0.7, 0.9, 1 - 1e-9, 1};
    struct weighted items[5000], moved[5000];
    struct rng r;
    (void)state;
    rng_init(&r, 3, RNG_DATA, 0, 0);
    for (int order = 0; order < ORDERS; order++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int weights = 0; weights < 3; weights++) {
                size_t n = sizes[s];
                for (size_t i = 0; i < n; i++) {
                    items[i].value = value_of((enum order)order, i, n, &r);
                    items[i].weight = weights == 0   ? 1
                                      : weights == 1 ? (double)(1 + rng_below(&r, 64)) / 16
                                                     : (i == n / 3 ? 4096 : 0.25);
                }
                for (size_t k = 0; k < sizeof qs / sizeof *qs; k++) {
                    for (size_t i = 0; i < n; i++)
                        moved[i] = items[i];
                    double value = weighted_quantile(moved, n, qs[k]);
                    assert_true(value == by_sorting(items, n, qs[k]));
                    /* nothing is lost: a second look at what was moved finds the same */
                    assert_true(value == weighted_quantile(moved, n, qs[k]));
                    assert_true(by_sorting(moved, n, qs[k]) == value);
                }
            }
}

static void test_lower_median(void **state)
{
    struct weighted items[] = {{4, 1}, {1, 1}, {3, 1}, {2, 1}}, heavy[] = {{1, 3}, {2, 1}, {9, 1}};
    (void)state;
    assert_true(weighted_quantile(items, 4, 0.5) == 2);
    assert_true(weighted_quantile(items, 4, 0.51) == 3);
    assert_true(weighted_quantile(heavy, 3, 0.6) == 1);
    assert_true(weighted_quantile(heavy, 3, 0.61) == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_sorting), cmocka_unit_test(test_lower_median)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
