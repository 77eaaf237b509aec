/* test_rng.c -- Philox4x32-10 and what is drawn from it. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "common/base/rng.h"

/* Random123 1.14, tests/kat_vectors, the lines "philox4x32 10". */
static void test_published_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
            {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
            {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        philox4x32(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

/*
 * The key is splitmix64(splitmix64(seed) + purpose), the counter (draw, row low, row high, step):
 * models remember seeds, so this never changes.  tests/gold/base/rng.py says the same in Python.
 */
static void test_streams_stay_what_they_are(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        enum rng_purpose purpose;
        uint32_t step;
        uint64_t row;
        uint32_t out[5];
    } known[] = {
#include "tests/gold/base/rng.inc"
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct rng r;
        rng_init(&r, known[i].seed, known[i].purpose, known[i].step, known[i].row);
        for (int j = 0; j < 5; j++)
            assert_int_equal(rng_u32(&r), known[i].out[j]);
    }
}

static void test_u64_is_two_u32(void **state)
{
    (void)state;
    struct rng a, b;
    rng_init(&a, 1, RNG_DATA, 0, 0);
    rng_init(&b, 1, RNG_DATA, 0, 0);
    for (int i = 0; i < 10; i++) {
        uint64_t low = rng_u32(&a), high = rng_u32(&a);
        assert_int_equal(rng_u64(&b), low | high << 32);
    }
}

/* Any part of a stream's name changes all of it. */
static void test_streams_differ(void **state)
{
    (void)state;
    struct rng r[6];
    rng_init(&r[0], 1, RNG_BAG, 2, 3);
    rng_init(&r[1], 2, RNG_BAG, 2, 3);
    rng_init(&r[2], 1, RNG_COLUMNS, 2, 3);
    rng_init(&r[3], 1, RNG_BAG, 3, 3);
    rng_init(&r[4], 1, RNG_BAG, 2, 4);
    rng_init(&r[5], 1, RNG_BAG, 2, 3 + (UINT64_C(1) << 32));
    uint64_t first[6];
    for (int i = 0; i < 6; i++) {
        first[i] = rng_u64(&r[i]);
        for (int j = 0; j < i; j++)
            assert_int_not_equal(first[i], first[j]);
    }
}

/* Chi-squared of 7 cells over 70,000 draws: 6 degrees of freedom, 99.99% below 27.9. */
static void test_below_is_even(void **state)
{
    (void)state;
    struct rng r;
    double count[7] = {0}, chi2 = 0;
    rng_init(&r, 1, RNG_SHUFFLE, 0, 0);
    for (int i = 0; i < 70000; i++) {
        uint64_t x = rng_below(&r, 7);
        assert_true(x < 7);
        count[x]++;
    }
    for (int i = 0; i < 7; i++)
        chi2 += (count[i] - 10000) * (count[i] - 10000) / 10000;
    assert_true(chi2 < 27.9);
}

/* With n = 3 * 2^30 a draw without refusals would give 0 mod 3 twice as often as the rest... */
static void test_below_has_no_favourites(void **state)
{
    (void)state;
    static const uint64_t large[] = {UINT64_C(3) << 30, UINT64_C(3) << 62};
    for (int k = 0; k < 2; k++) {
        struct rng r;
        double third[3] = {0};
        rng_init(&r, 1, RNG_SHUFFLE, 1, (uint64_t)k);
        for (int i = 0; i < 30000; i++) {
            uint64_t x = rng_below(&r, large[k]);
            assert_true(x < large[k]);
            third[k ? (int)(x / (large[k] / 3)) : (int)(x % 3)]++;
        }
        for (int i = 0; i < 3; i++)
            assert_close(third[i], 10000, 0, 400); /* 4.9 standard deviations */
    }
    struct rng r;
    rng_init(&r, 1, RNG_SHUFFLE, 2, 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(rng_below(&r, 1), 0);
}

static void test_uniform_and_normal(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct rng r;
    double sum = 0, sum2 = 0, sum3 = 0, sum4 = 0, least = 1, most = 0;
    rng_init(&r, 5, RNG_DATA, 0, 0);
    for (int i = 0; i < N; i++) {
        double u = rng_uniform(&r);
        assert_true(u >= 0 && u < 1);
        sum += u, sum2 += u * u;
        least = u < least ? u : least, most = u > most ? u : most;
    }
    assert_close(sum / N, 0.5, 0, 5 * sqrt(1.0 / 12 / N));
    assert_close(sum2 / N, 1.0 / 3, 0, 5 * sqrt(4.0 / 45 / N));
    assert_true(least < 1e-3 && most > 1 - 1e-3);
    sum = sum2 = 0;
    for (int i = 0; i < N; i++) {
        double z = rng_normal(&r);
        assert_true(isfinite(z));
        sum += z, sum2 += z * z, sum3 += z * z * z, sum4 += z * z * z * z;
    }
    assert_close(sum / N, 0, 0, 5 * sqrt(1.0 / N));
    assert_close(sum2 / N, 1, 0, 5 * sqrt(2.0 / N));
    assert_close(sum3 / N, 0, 0, 5 * sqrt(15.0 / N));
    assert_close(sum4 / N, 3, 0, 5 * sqrt(96.0 / N));
}

/* All 24 orders of 4 things, about equally often: 23 degrees of freedom, 99.99% below 56.0. */
static void test_shuffle(void **state)
{
    (void)state;
    struct rng r;
    double count[256] = {0}, chi2 = 0;
    int orders = 0;
    rng_init(&r, 1, RNG_SHUFFLE, 0, 9);
    for (int i = 0; i < 24000; i++) {
        uint32_t x[4] = {0, 1, 2, 3};
        rng_shuffle(&r, x, 4);
        assert_int_equal(1 << x[0] | 1 << x[1] | 1 << x[2] | 1 << x[3], 15);
        count[x[0] << 6 | x[1] << 4 | x[2] << 2 | x[3]]++;
    }
    for (int i = 0; i < 256; i++)
        if (count[i] > 0) {
            orders++;
            chi2 += (count[i] - 1000) * (count[i] - 1000) / 1000;
        }
    assert_int_equal(orders, 24);
    assert_true(chi2 < 56.0);
    rng_shuffle(&r, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_answers),
        cmocka_unit_test(test_streams_stay_what_they_are),
        cmocka_unit_test(test_u64_is_two_u32),
        cmocka_unit_test(test_streams_differ),
        cmocka_unit_test(test_below_is_even),
        cmocka_unit_test(test_below_has_no_favourites),
        cmocka_unit_test(test_uniform_and_normal),
        cmocka_unit_test(test_shuffle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
