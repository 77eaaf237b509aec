/* test_number.c -- common/io/format/number.h against strtod(), Python and the rules it states. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/rng.h"
#include "common/io/format/number.h"
#include "tests/gold/io/numbers.inc"

enum { N_DOUBLES = sizeof doubles / sizeof *doubles, N_FLOATS = sizeof floats / sizeof *floats };

static double double_of(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static float float_of(uint32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* number_read() of the text is what strtod() makes of it, to the bit. */
static void check_strtod(const char *text)
{
    double v = -1, right = strtod(text, NULL);
    bool ok = number_read(text, strlen(text), &v);
    if (ok == !isinf(right) && (!ok || bits_of(v) == bits_of(right)))
        return;
    print_error("'%s': %d, %.17g, not %.17g\n", text, ok, v, right);
    fail();
}

static void test_read_known(void **state)
{
    static const char *const texts[] = {"0", "-0", "+1", "1.", ".5", "-.5e1", "1e5", "1E+5",
        "1e-05", "0.1", "123456789012345678", "1e22", "1e23", "9007199254740993",
        "9007199254740992.5", "9007199254740993.0000000000000000000001", "5e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308",
        "1.7976931348623157e308", "1.7976931348623159e308", "1e308", "1e309", "1e-400",
        "0e999999999999", "0.0e-99999999999", "00000000000000000000000000000000000001.5",
        "1e00000000000000000000000000000001", "18446744073709551615", "18446744073709551616",
        "9999999999999999999e-27", "9999999999999999999e27", "1e-999999999999999999999",
        "72057594037927945",
        "0.000000000000000000000000000000000000000000000000000000000000000000000123e70"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_strtod(texts[i]);
}

static void test_read_random(void **state)
{
    struct rng r;
    (void)state;
    rng_init(&r, 1, RNG_DATA, 0, 0);
    for (int i = 0; i < 200000; i++) {
        char text[96];
        unsigned long long a = rng_u64(&r) >> rng_below(&r, 64),
                           b = rng_u64(&r) >> rng_below(&r, 64);
        int wide = i % 8 == 0 ? 350 : 30, e = (int)rng_below(&r, 2 * (uint64_t)wide) - wide;
        if (i % 3 == 0)
            snprintf(text, sizeof text, "%llu.%llu", a, b);
        else if (i % 3 == 1)
            snprintf(text, sizeof text, "-%llue%d", a, e);
        else
            snprintf(text, sizeof text, "%llu.%020llue%d", a, b, e);
        check_strtod(text);
    }
}

/* Where quotients have just 64 bits or a few more, some end in a half and a small remainder. */
static void test_read_quotients(void **state)
{
    struct rng r;
    (void)state;
    rng_init(&r, 4, RNG_DATA, 0, 0);
    for (int i = 0; i < 100000; i++) {
        char text[64];
        unsigned long long mantissa = rng_u64(&r) >> 1;
        snprintf(text, sizeof text, "%llue-%d", mantissa, i % 4 ? 27 : 26);
        check_strtod(text);
    }
}

/* Halfway between two doubles, exactly: 1 + 2^-53 has 53 decimals, what follows decides. */
static void test_read_long(void **state)
{
    static const char half[] = "1.00000000000000011102230246251565404236316680908203125";
    char text[2000];
    double v;
    (void)state;

    assert_true(number_read(half, strlen(half), &v));
    assert_true(bits_of(v) == bits_of(1.0));
    size_t n = (size_t)snprintf(text, sizeof text, "%s", half);
    memset(text + n, '0', 1900 - n);
    assert_true(number_read(text, 1900, &v));
    assert_true(bits_of(v) == bits_of(1.0));
    text[1899] = '1';
    assert_true(number_read(text, 1900, &v));
    assert_true(bits_of(v) == bits_of(1.0 + 0x1p-52));

    memset(text, '9', 1900);
    assert_false(number_read(text, 1900, &v));
    memcpy(text + 1500, "e-1500", 6);
    assert_true(number_read(text, 1506, &v));
    assert_true(v == 1.0);
}

static void test_read_refused(void **state)
{
    static const char *const texts[] = {"", "+", "-", ".", "-.", "e5", ".e5", "1e", "1e+", "1e-",
        "1e5.", "1.2.3", " 1", "1 ", "0x10", "0X1p3", "nan", "NaN", "nan(123)", "-nan", "1_000",
        "1,5", "1d5", "--1", "+-1", "in", "infi", "infinit", "infinityx", "i", "1f", "1e309",
        "-1e400", "\xc2\xa0"};
    double v = 7;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (number_read(texts[i], strlen(texts[i]), &v)) {
            print_error("'%s' was read\n", texts[i]);
            fail();
        }
    assert_false(number_read("1\0002", 3, &v));
    assert_true(v == 7); /* untouched */
}

static void test_read_infinite(void **state)
{
    static const char *const texts[] = {"inf", "INF", "Infinity", "+inf", "-inf", "-iNfInItY"};
    double v;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(number_read(texts[i], strlen(texts[i]), &v));
        assert_true(v == (texts[i][0] == '-' ? -INFINITY : INFINITY));
    }
}

/* Only text[0..len) is looked at. */
static void test_read_bounded(void **state)
{
    char *three = malloc(3);
    double v;
    (void)state;
    assert_non_null(three);
    memcpy(three, "1.5", 3);
    assert_true(number_read(three, 3, &v));
    assert_true(v == 1.5);
    assert_true(number_read("12345", 2, &v));
    assert_true(v == 12);
    free(three);
}

static void test_write_python(void **state)
{
    char text[NUMBER_MAX];
    (void)state;
    for (int i = 0; i < N_DOUBLES; i++) {
        int n = number_write(double_of(doubles[i].bits), text);
        assert_string_equal(text, doubles[i].text);
        assert_int_equal(n, strlen(text));
    }
    for (int i = 0; i < N_FLOATS; i++) {
        int n = number_write_float(float_of(floats[i].bits), text);
        assert_string_equal(text, floats[i].text);
        assert_int_equal(n, strlen(text));
    }
}

static void test_write_special(void **state)
{
    char text[NUMBER_MAX];
    (void)state;
    assert_int_equal(number_write(NAN, text), 3);
    assert_string_equal(text, "nan");
    assert_int_equal(number_write(-NAN, text), 3);
    assert_string_equal(text, "nan");
    assert_int_equal(number_write(-INFINITY, text), 4);
    assert_string_equal(text, "-inf");
    assert_int_equal(number_write_float(INFINITY, text), 3);
    assert_string_equal(text, "inf");
    assert_int_equal(number_write_float(-0.0f, text), 2);
    assert_string_equal(text, "-0");
}

/* Digits of a text, to count them: no sign, point, zeros at the ends or exponent. */
static int count_digits(const char *text)
{
    int n = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        n += n || *text != '0';
    }
    return n - zeros;
}

static void check_round_trip(double v)
{
    char text[NUMBER_MAX], shorter[64];
    double back;
    int n = number_write(v, text);
    assert_true(n < NUMBER_MAX);
    assert_true(number_read(text, (size_t)n, &back));
    assert_true(bits_of(back) == bits_of(v));
    int digits = count_digits(text);
    if (digits > 1) { /* one digit less does not do */
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, v);
        assert_true(strtod(shorter, NULL) != v);
    }
}

static void test_write_round_trip(void **state)
{
    struct rng r;
    (void)state;
    rng_init(&r, 2, RNG_DATA, 0, 0);
    for (int i = 0; i < 30000; i++) {
        double v = double_of(rng_u64(&r)); /* of any size */
        if (isfinite(v))
            check_round_trip(v);
        check_round_trip(rng_normal(&r));
        check_round_trip((double)(int64_t)rng_below(&r, 1u << 30) / 1000);
    }
}

static void test_write_float_round_trip(void **state)
{
    struct rng r;
    char text[NUMBER_MAX];
    double back;
    (void)state;
    rng_init(&r, 3, RNG_DATA, 0, 0);
    for (int i = 0; i < 200000; i++) {
        float v = float_of(rng_u32(&r));
        if (!isfinite(v))
            continue;
        int n = number_write_float(v, text);
        assert_true(n < NUMBER_MAX && count_digits(text) <= 9);
        assert_true(number_read(text, (size_t)n, &back));
        assert_true((float)back == v && strtof(text, NULL) == v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_known),
        cmocka_unit_test(test_read_random),
        cmocka_unit_test(test_read_quotients),
        cmocka_unit_test(test_read_long),
        cmocka_unit_test(test_read_refused),
        cmocka_unit_test(test_read_infinite),
        cmocka_unit_test(test_read_bounded),
        cmocka_unit_test(test_write_python),
        cmocka_unit_test(test_write_special),
        cmocka_unit_test(test_write_round_trip),
        cmocka_unit_test(test_write_float_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
