/* test_cuts.c -- the table of thresholds: found again, sorted, without those of no node. */
#include <math.h>

#include "common/base/mem.h"
#include "common/tree/cuts.h"
#include "tests/unit/unit.h"

enum { MANY = 5000 };

static double threshold(uint32_t i)
{
    return (double)(i * 7919 % MANY) - MANY / 2;
}

static void test_intern(void **state)
{
    struct cuts c = CUTS_INIT;
    (void)state;
    for (int turn = 0; turn < 2; turn++)
        for (uint32_t i = 0; i < MANY; i++)
            assert_int_equal(cuts_intern(&c, (int32_t)(i % 3), threshold(i)), i);
    assert_int_equal(c.n, MANY);
    uint32_t zero = cuts_intern(&c, 9, 0.0);
    assert_int_equal(cuts_intern(&c, 9, -0.0), zero);
    assert_false(signbit(c.threshold[zero]));
    assert_int_equal(cuts_intern(&c, 9, INFINITY), zero + 1);
    cuts_release(&c);
}

static void test_sort(void **state)
{
    struct cuts c = CUTS_INIT;
    unsigned char used[MANY];
    uint32_t rank[MANY];
    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(cuts_intern(&c, (int32_t)(i % 3), threshold(i)), i);
        used[i] = i % 5 != 0;
    }
    assert_int_equal(cuts_sort(&c, used, rank), 0);
    assert_int_equal(c.n, MANY - MANY / 5);
    for (uint32_t i = 0; i < MANY; i++)
        if (used[i]) {
            assert_int_equal(c.column[rank[i]], i % 3);
            assert_true(c.threshold[rank[i]] == threshold(i));
            assert_int_equal(cuts_intern(&c, (int32_t)(i % 3), threshold(i)), rank[i]);
        }
    for (uint32_t i = 1; i < c.n; i++)
        assert_true(c.column[i] > c.column[i - 1] ||
                    (c.column[i] == c.column[i - 1] && c.threshold[i] > c.threshold[i - 1]));
    cuts_release(&c);
}

static int sort_once(void *ctx, struct err *err)
{
    struct cuts c = CUTS_INIT;
    const unsigned char used[] = {1, 1};
    uint32_t rank[2];
    int ret = -1;
    (void)ctx;
    if (cuts_intern(&c, 0, 1) == 0 && cuts_intern(&c, 0, 2) == 1)
        ret = cuts_sort(&c, used, rank);
    cuts_release(&c);
    return ret < 0 ? err_memory(err) : 0;
}

static void test_without_memory(void **state)
{
    (void)state;
    FAULT_LOOP(sort_once, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intern),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
