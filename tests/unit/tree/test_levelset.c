/* test_levelset.c -- sets of levels in both forms, and what is no set. */
#include <string.h>

#include "common/base/rng.h"
#include "common/tree/levelset.h"
#include "tests/unit/unit.h"

enum { LEVELS = 5000, WORDS = 100 };

/* n different levels of [0, within), rising. */
static uint32_t draw(struct rng *r, uint32_t within, uint32_t n, uint32_t *level)
{
    uint32_t got = 0;
    for (uint32_t i = 0; i < within && got < n; i++)
        if (rng_below(r, within - i) < n - got)
            level[got++] = i;
    return got;
}

static void test_members(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 200; trial++) {
        struct rng r;
        uint32_t level[64], n_drawn, next = 0;
        uint64_t set[WORDS];
        rng_init(&r, 1, RNG_DATA, trial, 0);
        uint32_t within = trial % 2 ? LEVELS : 1 + (uint32_t)rng_below(&r, 300);
        n_drawn = draw(&r, within, 1 + (uint32_t)rng_below(&r, within < 64 ? within : 64), level);
        size_t size = levelset_size(level, n_drawn);
        assert_true(size >= 2 && size <= 1 + n_drawn / 2 + 1);
        levelset_write(set, level, n_drawn);
        assert_int_equal(levelset_check(set, size, within), size);
        assert_int_equal(levelset_check(set, size - 1, within), 0);
        assert_int_equal(levelset_check(set, 0, within), 0);
        for (uint32_t i = 0; i < LEVELS + 70; i++) {
            bool member = next < n_drawn && level[next] == i;
            next += member;
            assert_int_equal(levelset_has(set, i), member);
        }
    }
}

static void test_what_is_no_set(void **state)
{
    const uint64_t list = (uint64_t)1 << 63;
    const uint64_t cases[][3] = {
        {0, 0, 0},                              /* a bitmap of no words */
        {3, 1, 1},                              /* more words than there are */
        {(uint64_t)2 << 32 | 1, 1, 0},          /* a bitmap beyond the levels */
        {list, 0, 0},                           /* an empty list */
        {list | 5, 1, 1},                       /* a list longer than the room */
        {list | 2, (uint64_t)3 << 32 | 3, 0},   /* a level twice */
        {list | 2, (uint64_t)2 << 32 | 3, 0},   /* falling */
        {list | 2, (uint64_t)100 << 32 | 3, 0}, /* no such level */
        {list | (uint64_t)1 << 40 | 1, 1, 0},   /* bits that mean nothing */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(levelset_check(cases[i], 3, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members), cmocka_unit_test(test_what_is_no_set)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
