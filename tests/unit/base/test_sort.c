/* test_sort.c -- the radix sort against the C library's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/sort.h"
#include "tests/unit/unit.h"

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double draw(struct rng *r, int kind)
{
    switch (kind) {
    case 0:
        return rng_normal(r);
    case 1:
        return (double)rng_below(r, 7);
    case 2:
        return ldexp(rng_normal(r), (int)rng_below(r, 2000) - 1000);
    case 3:
        return rng_below(r, 2) ? INFINITY : rng_below(r, 2) ? -INFINITY : -rng_uniform(r);
    default:
        return 3;
    }
}

static void test_sort_doubles(void **state)
{
    enum { MOST = 5000 };
    double *values = mem_alloc(MOST, sizeof *values), *spare = mem_alloc(MOST, sizeof *spare);
    double *right = mem_alloc(MOST, sizeof *right);
    (void)state;
    for (int kind = 0; kind < 5; kind++)
        for (size_t n = 0; n <= MOST; n = n < 3 ? n + 1 : n * 3) {
            struct rng r;
            rng_init(&r, 1, RNG_DATA, (uint32_t)kind, n);
            for (size_t i = 0; i < n; i++)
                right[i] = values[i] = draw(&r, kind);
            qsort(right, n, sizeof *right, compare);
            sort_doubles(values, n, spare);
            assert_memory_equal(values, right, n * sizeof *values);
        }
    mem_free(values);
    mem_free(spare);
    mem_free(right);
}

static void test_zeros(void **state)
{
    double values[1000], spare[1000];
    (void)state;
    for (int i = 0; i < 1000; i++)
        values[i] = i % 2 ? 0.0 : -0.0;
    sort_doubles(values, 1000, spare);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(signbit(values[i]) != 0, i < 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_doubles), cmocka_unit_test(test_zeros)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
