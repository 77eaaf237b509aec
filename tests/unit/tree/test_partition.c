/* test_partition.c -- rows parted by codes, against a plain loop. */
#include "common/tree/partition.h"

#include <string.h>

#include "common/base/rng.h"
#include "tests/unit/unit.h"

enum { ROWS = 3000 };

static void check(uint32_t n, uint64_t seed, unsigned left_of_8)
{
    uint32_t rows[ROWS], right[ROWS + 1], want_left[ROWS], want_right[ROWS];
    uint8_t codes[4 * ROWS], left[256];
    uint32_t n_left = 0, n_right = 0;
    struct rng r;

    rng_init(&r, seed, RNG_DATA, n, 0);
    for (int i = 0; i < 4 * ROWS; i++)
        codes[i] = (uint8_t)rng_below(&r, 256);
    for (int i = 0; i < 256; i++)
        left[i] = rng_below(&r, 8) < left_of_8;
    for (uint32_t i = 0; i < n; i++) {
        rows[i] = 4 * i + (uint32_t)rng_below(&r, 4);
        if (left[codes[rows[i]]])
            want_left[n_left++] = rows[i];
        else
            want_right[n_right++] = rows[i];
    }
    right[n] = 12345; /* not its own */
    assert_int_equal(rows_part(rows, n, right, codes, left), n_left);
    assert_memory_equal(rows, want_left, n_left * sizeof *rows);
    assert_memory_equal(right, want_right, n_right * sizeof *rows);
    assert_int_equal(right[n], 12345);
}

static void test_parts(void **state)
{
    static const uint32_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1000, ROWS};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (unsigned share = 0; share <= 8; share++)
            check(sizes[i], i, share);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
