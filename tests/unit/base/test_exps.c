/* test_exps.c -- common/base/exps.h: how far off, and the same everywhere. */
#include "tests/unit/unit.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "common/base/exps.h"
#include "common/base/rng.h"

enum { DRAWS = 200000, MANY = 1021, TAILS = 20 };

static const double least = 0x1p-1074;

/* ---- accuracy: against long doubles, which have 11 bits more on x86 ---- */

static double ulps_off(double got, long double right)
{
    int exponent;
    if (isinf(got))
        return got == (double)right ? 0 : INFINITY;
    frexpl(right, &exponent);
    return (double)(fabsl(got - right) / ldexpl(1, exponent < -1021 ? -1074 : exponent - 53));
}

static double logistic_one(double x)
{
    double y;
    logistic_many(&x, &y, 1);
    return y;
}

static long double logistic_right(long double x)
{
    return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

static void check_range(double (*f)(double), long double (*right)(long double), double low,
    double high, double most, uint64_t seed)
{
    struct rng r;
    double worst = 0, at = 0;

    if (LDBL_MANT_DIG < 64)
        skip();
    rng_init(&r, seed, RNG_BAG, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        double x = low + (high - low) * rng_uniform(&r), off = ulps_off(f(x), right(x));
        if (!(off <= worst))
            worst = off, at = x;
    }
    if (!(worst < most))
        fail_msg("%g ulp off at %a", worst, at);
}

static void test_exp_is_accurate(void **state)
{
    (void)state;
    check_range(exp_one, expl, -708, 709.78, 0.7, 1);
    check_range(exp_one, expl, -745.2, -708, 0.85, 2);
    check_range(exp_one, expl, -1.1, 1.1, 0.7, 3);
    check_range(exp_one, expl, -1e-8, 1e-8, 0.7, 4);
}

/* The number with so much of an exponent. */
static double log_of_power(double exponent)
{
    return log_one(exp2(exponent));
}

static long double log_of_power_right(long double exponent)
{
    return logl(exp2((double)exponent));
}

static void test_log_is_accurate(void **state)
{
    (void)state;
    check_range(log_one, logl, 0.5, 2, 0.9, 1);
    check_range(log_one, logl, 1 - 1e-6, 1 + 1e-6, 0.9, 2);
    check_range(log_one, logl, 0, 1e6, 0.9, 3);
    check_range(log_one, logl, 0, 0x1p-1020, 0.9, 4);
    check_range(log_of_power, log_of_power_right, -1074, 1023.99, 0.9, 5);
}

static void test_logistic_is_accurate(void **state)
{
    (void)state;
    check_range(logistic_one, logistic_right, -5, 5, 2.2, 1);
    check_range(logistic_one, logistic_right, -40, 40, 2.2, 2);
    check_range(logistic_one, logistic_right, -745.2, -36, 2.2, 3);
}

/* ---- special values ---- */

static void test_special_values(void **state)
{
    (void)state;
    static const struct {
        double x, exp;
    } exps[] = {{0, 1}, {-0.0, 1}, {1, 0x1.5bf0a8b145769p+1}, {INFINITY, INFINITY}, {-INFINITY, 0},
        {0x1.62e42fefa39efp+9, 0x1.fffffffffff2ap+1023}, {0x1.62e42fefa39f0p+9, INFINITY},
        {1e300, INFINITY}, {-1e300, 0}, {-0x1.74910d52d3051p+9, least}, {-0x1.74910d52d3052p+9, 0},
        {710, INFINITY}, {-750, 0}, {least, 1}, {DBL_MAX, INFINITY}, {-DBL_MAX, 0}};
    for (size_t i = 0; i < sizeof exps / sizeof *exps; i++)
        assert_true(exp_one(exps[i].x) == exps[i].exp);
    static const struct {
        double x, log;
    } logs[] = {{1, 0}, {0, -INFINITY}, {-0.0, -INFINITY}, {INFINITY, INFINITY},
        {2, 0x1.62e42fefa39efp-1}, {least, -0x1.74385446d71c3p+9}, {DBL_MAX, 0x1.62e42fefa39efp+9},
        {DBL_MIN, -0x1.6232bdd7abcd2p+9}};
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
        assert_true(log_one(logs[i].x) == logs[i].log);
    assert_false(signbit(log_one(1)));

    assert_true(logistic_one(0) == 0.5 && logistic_one(-0.0) == 0.5);
    assert_true(logistic_one(INFINITY) == 1 && logistic_one(1e300) == 1);
    assert_true(logistic_one(-INFINITY) == 0 && logistic_one(-1e300) == 0);
    assert_true(logistic_one(-745) == least && logistic_one(-700) == exp_one(-700));
}

static void test_nan_stays(void **state)
{
    (void)state;
    /* Payloads are where e^x looks for exponents. */
    static const uint64_t bits[] = {0x7ff8000000000000, 0xfff8000000000000, 0x7ff00000000007a2,
        0x7ff0000000000001, 0xffffffffffffffff, 0x7ff8000000000801};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        double x;
        memcpy(&x, &bits[i], sizeof x);
        assert_true(isnan(exp_one(x)) && isnan(log_one(x)) && isnan(logistic_one(x)));
    }
    assert_true(isnan(log_one(-1)) && isnan(log_one(-least)) && isnan(log_one(-INFINITY)));
}

/* ---- the same everywhere ---- */

/* Numbers of all kinds: ordinary ones, any bits, special ones. */
static void draw_all_kinds(double *x, int n)
{
    static const double special[] = {0, -0.0, 1, INFINITY, -INFINITY, NAN, 710, -750, 0x1p-1074};
    struct rng r;

    rng_init(&r, 7, RNG_BAG, 0, 0);
    for (int i = 0; i < n; i++) {
        uint64_t bits = rng_u64(&r);
        if (i % 4 == 0)
            memcpy(&x[i], &bits, sizeof bits);
        else if (i % 4 == 1)
            x[i] = special[bits % (sizeof special / sizeof *special)];
        else
            x[i] = (rng_uniform(&r) - 0.5) * (i % 4 == 2 ? 1500 : 10);
    }
}

/* Which NaN it is may differ. */
static uint64_t bits_of(double x)
{
    uint64_t bits;
    if (isnan(x))
        return 0x7ff8000000000000;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

typedef void (*many_fn)(const double *x, double *y, int64_t n);

/* n at odd addresses, apart and in place; what stands behind stays. */
static void check_many(many_fn f, const double *x, const double *right, int n)
{
    double apart[MANY + 1], place[MANY + 1];

    memcpy(place, x, (size_t)n * sizeof *x);
    apart[n] = place[n] = 17;
    f(x, apart, n);
    f(place, place, n);
    assert_true(apart[n] == 17 && place[n] == 17);
    for (int i = 0; i < n; i++) {
        assert_int_equal(bits_of(apart[i]), bits_of(right[i]));
        assert_int_equal(bits_of(place[i]), bits_of(right[i]));
    }
}

static void check_lengths(many_fn f, const double *x, const double *right)
{
    for (int n = 0; n <= TAILS; n++)
        check_many(f, x + n, right + n, n);
    check_many(f, x, right, MANY);
}

static void test_levels_agree(void **state)
{
    double x[MANY], exps[MANY], logs[MANY], logistics[MANY];

    (void)state;
    draw_all_kinds(x, MANY);
    for (int i = 0; i < MANY; i++) {
        exps[i] = exp_one(x[i]);
        logs[i] = log_one(x[i]);
        logistics[i] = logistic_one(x[i]);
    }
    for (int level = CPU_PLAIN; level <= (int)cpu_level(); level++) {
        const struct exps_kernels *k = exps_kernels((enum cpu_level)level);
        check_lengths(k->exp, x, exps);
        check_lengths(k->log, x, logs);
        check_lengths(k->logistic, x, logistics);
    }
    check_lengths(exp_many, x, exps);
    check_lengths(log_many, x, logs);
    check_lengths(logistic_many, x, logistics);
}

static uint64_t mix(uint64_t sum, double y)
{
    return (sum ^ bits_of(y)) * 0x100000001b3;
}

/* Models are made of these: no compiler, machine or change may give other bits. */
static void test_results_stay_what_they_are(void **state)
{
    double x[MANY];
    uint64_t exps = 0, logs = 0, logistics = 0;

    (void)state;
    draw_all_kinds(x, MANY);
    for (int i = 0; i < MANY; i++) {
        exps = mix(exps, exp_one(x[i]));
        logs = mix(logs, log_one(fabs(x[i])));
        logistics = mix(logistics, logistic_one(x[i]));
    }
    assert_int_equal(exps, 0x5412f0c63dc9850d);
    assert_int_equal(logs, 0x5f72c60b693f9bd9);
    assert_int_equal(logistics, 0x564534674776b7f1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp_is_accurate),
        cmocka_unit_test(test_log_is_accurate),
        cmocka_unit_test(test_logistic_is_accurate),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_nan_stays),
        cmocka_unit_test(test_levels_agree),
        cmocka_unit_test(test_results_stay_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
