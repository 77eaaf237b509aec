/* test_csv_scan.c -- common/io/format/csv_scan.h: every CPU level's kernels against the plain
 * truth. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/rng.h"
#include "common/io/format/csv_scan.h"
#include "common/io/format/number.h"

enum { TEXT_MAX = 4096, ROUNDS = 4000 };

/* Text with room around it that a sanitiser watches. */
struct text {
    char *block, *text;
    size_t len;
};

static struct text text_new(const char *bytes, size_t len)
{
    struct text t = {malloc(len + 2 * (size_t)CSV_SLACK), NULL, len};
    assert_non_null(t.block);
    memset(t.block, '1', len + 2 * (size_t)CSV_SLACK);
    t.text = t.block + CSV_SLACK;
    memcpy(t.text, bytes, len);
    return t;
}

static void each_level(void (*check)(const struct csv_kernels *k, void *ctx), void *ctx)
{
    for (int level = CPU_PLAIN; level <= (int)cpu_level(); level++)
        check(csv_kernels((enum cpu_level)level), ctx);
}

/* ---- what is in it ---- */

static void check_census(const struct csv_kernels *k, void *ctx)
{
    const struct text *t = ctx;
    struct csv_census got, want = {.plain = true};

    for (size_t i = 0; i < t->len; i++) {
        char c = t->text[i];
        want.n_lines += c == '\n';
        want.returns |= c == '\r';
        if (c == '"' || c == '\0' || (c == '\r' && (i + 1 == t->len || t->text[i + 1] != '\n')))
            want.plain = false;
    }
    k->census(t->text, t->len, &got);
    assert_int_equal(got.n_lines, want.n_lines);
    assert_int_equal(got.plain, want.plain);
    assert_int_equal(got.returns, want.returns);
}

static void check_cut(const struct csv_kernels *k, void *ctx)
{
    const struct text *t = ctx;
    uint32_t begin[TEXT_MAX + 1 + CSV_SLACK];
    struct rng rng;

    rng_init(&rng, 1, RNG_DATA, 0, t->len);
    size_t room = 1 + rng_below(&rng, TEXT_MAX);
    uint32_t at = (uint32_t)rng_below(&rng, t->len + 1);
    size_t n = k->cut(t->text, at, (uint32_t)t->len, ',', begin, room), want = 0;
    assert_int_equal(begin[0], at);
    for (; at < t->len && want < room; at++)
        if (t->text[at] == ',' || t->text[at] == '\n') {
            assert_true(want < n);
            assert_int_equal(begin[++want], at + 1);
        }
    assert_int_equal(n, want);
}

static void test_bytes(void **state)
{
    static const char letters[] = "1,\n\r\"\0a.-,,,,1111aaaa\r\n";
    char bytes[TEXT_MAX];
    struct rng rng;
    (void)state;

    rng_init(&rng, 1, RNG_DATA, 0, 0);
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = rng_below(&rng, round % 10 ? 300 : TEXT_MAX);
        /* the first letters are rarer or not there */
        size_t from = rng_below(&rng, 8);
        for (size_t i = 0; i < n; i++)
            bytes[i] = letters[from + rng_below(&rng, sizeof letters - 1 - from)];
        for (size_t i = 0; i + 1 < n && round % 3; i++)
            if (bytes[i] == '\r')
                bytes[i + 1] = '\n';
        struct text t = text_new(bytes, n);
        each_level(check_census, &t);
        each_level(check_cut, &t);
        free(t.block);
    }
}

/* ---- numbers ---- */

struct fields {
    const char *const *field;
    int n;
};

/* Is it [-]digits[.digits] of up to 16 characters, below 2^53 without the point, and not 007? */
static bool common_form(const char *text, bool *point)
{
    size_t len = strlen(text), minus = *text == '-';
    const char *dot = strchr(text, '.');
    char digits[32] = "";
    size_t n = 0;

    *point = dot != NULL;
    if (len > 16)
        return false;
    for (size_t i = minus; i < len; i++) {
        if (text + i == dot)
            continue;
        if (text[i] < '0' || text[i] > '9')
            return false;
        digits[n++] = text[i];
    }
    if (n == 0 || (!dot && len > 1 && *text == '0'))
        return false;
    return strtoull(digits, NULL, 10) < (1ull << 53);
}

static void check_numbers(const struct csv_kernels *k, void *ctx)
{
    const struct fields *f = ctx;
    uint32_t begin[CSV_CELLS_MAX], next[CSV_CELLS_MAX], at = 0;
    double value[CSV_CELLS_MAX + 1];
    char bytes[CSV_CELLS_MAX * 40];
    uint64_t points;

    for (int i = 0; i < f->n; i++) {
        size_t len = strlen(f->field[i]);
        memcpy(bytes + at, f->field[i], len);
        begin[i] = at;
        at += (uint32_t)len;
        bytes[at++] = i % 2 ? '-' : '.';
        next[i] = at;
    }
    struct text t = text_new(bytes, at);
    struct csv_cells cells = {t.text, begin, next, f->n};
    value[f->n] = 77;
    uint64_t left = k->numbers(&cells, value, &points);
    assert_true(value[f->n] == 77);
    for (int i = 0; i < f->n; i++) {
        bool point, common = common_form(f->field[i], &point);
        double want = 0;
        if (!(left >> i & 1) != common)
            print_error("'%s'\n", f->field[i]);
        assert_int_equal(!(left >> i & 1), common);
        assert_int_equal(points >> i & 1, common && point);
        if (!common)
            continue;
        assert_true(number_read(f->field[i], strlen(f->field[i]), &want));
        if (memcmp(&want, &value[i], sizeof want) != 0)
            print_error("'%s' is %.17g, not %.17g\n", f->field[i], want, value[i]);
        assert_memory_equal(&want, &value[i], sizeof want);
    }
    assert_true(f->n == 64 || !(left >> f->n || points >> f->n));
    free(t.block);
}

static const char *const shapes[] = {"0", "1", "-1", "12.5", "", "-", ".", "-.", "1.", ".1", "-.1",
    "-1.", "--1", "1-", "1.2.3", "..", "007", "-007", "00.7", "0", "-0", "0.0", "-0.0", "00",
    "9007199254740991", "9007199254740992", "9007199254740993", "-900719925474099",
    "900719925474099.1", "9007199254740.99", ".900719925474099", "0.90071992547409",
    "999999999999999.", "123456789012345678", "12345678901234567", "-123456789012345",
    "-1234567890123456", "1e5", "+1", " 1", "1 ", "1,", "/", ":", "1/2", "1:2", "inf", "nan", "1\t",
    "\xb0", "\xb1\xb2", "1\xae", "\x01", "0.1", "0.2", "0.3", "-123.456"};

/* All of them, at every place among eight and of every number at once. */
static void test_shapes(void **state)
{
    const int n_shapes = sizeof shapes / sizeof *shapes;
    const char *field[CSV_CELLS_MAX];
    (void)state;

    for (int n = 1; n <= CSV_CELLS_MAX; n++)
        for (int first = 0; first < n_shapes; first++) {
            for (int i = 0; i < n; i++)
                field[i] = shapes[(first + i * 7) % n_shapes];
            each_level(check_numbers, &(struct fields){field, n});
        }
}

/* Digits of every length, a point at every place, often near where doubles are halfway. */
static void random_number(struct rng *rng, char *to)
{
    int n = 1 + (int)rng_below(rng, 17), minus = rng_below(rng, 3) == 0;
    int point = rng_below(rng, 4) ? (int)rng_below(rng, (uint64_t)n + 1) : -1;
    uint64_t odd = ((uint64_t)1 << 52) + rng_below(rng, (uint64_t)1 << 52);
    char digits[32];

    for (int i = 0; i < n; i++)
        digits[i] = (char)('0' + rng_below(rng, 10));
    if (rng_below(rng, 4) == 0)
        n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)(odd | 1));
    if (minus)
        *to++ = '-';
    for (int i = 0; i <= n; i++) {
        if (i == point)
            *to++ = '.';
        if (i < n)
            *to++ = digits[i];
    }
    *to = '\0';
}

static void test_values(void **state)
{
    char text[CSV_CELLS_MAX][40];
    const char *field[CSV_CELLS_MAX];
    struct rng rng;
    (void)state;

    rng_init(&rng, 2, RNG_DATA, 0, 0);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CSV_CELLS_MAX; i++) {
            random_number(&rng, text[i]);
            if (rng_below(&rng, 50) == 0)
                text[i][rng_below(&rng, strlen(text[i]))] = (char)(1 + rng_below(&rng, 255));
            field[i] = text[i];
        }
        each_level(check_numbers, &(struct fields){field, CSV_CELLS_MAX});
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
