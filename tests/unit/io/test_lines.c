/* test_lines.c -- common/io/format/lines.h: lines one by one, and many of them seen ahead. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"
#include "common/io/format/lines.h"
#include "tests/unit/io/bytes.h"

/* Text whose line n has (n * n) % longest bytes; the last without its end. */
static struct bytes make_lines(int n, int longest)
{
    struct bytes b = {malloc((size_t)n * (size_t)(longest + 1)), 0};
    assert_non_null(b.data);
    for (int i = 0; i < n; i++) {
        int len = (int)((long)i * i % longest);
        for (int k = 0; k < len; k++)
            b.data[b.n++] = (unsigned char)('a' + (i + k) % 26);
        if (i + 1 < n)
            b.data[b.n++] = '\n';
    }
    return b;
}

static int64_t count_lines(const char *text, size_t len)
{
    int64_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

/* Reads all of in, now many lines at once, now one; asserts that they are `want`. */
static void check_lines(struct input *in, const struct bytes *want, size_t most, uint64_t seed)
{
    struct lines l;
    struct err err = ERR_INIT;
    struct rng rng;
    size_t at = 0, from, len;
    const char *text;
    int got = LINES_ONE;

    rng_init(&rng, seed, RNG_DATA, 0, 0);
    lines_init(&l, in);
    while (got == LINES_ONE) {
        assert_ok(lines_ahead(&l, 1 + rng_below(&rng, most), &text, &len, &err), &err);
        assert_true(len <= want->n - at);
        assert_memory_equal(text, want->data + at, len);
        assert_true(len == 0 || text[len - 1] == '\n');
        while (len && rng_below(&rng, 2)) /* not all of them */
            for (len--; len && text[len - 1] != '\n';)
                len--;
        lines_pass(&l, len, count_lines(text, len));
        at += len;
        assert_true(at == want->n || l.line == count_lines((char *)want->data, at));
        lines_drop(&l);
        got = lines_more(&l, 1 << 24, &from, &err);
        assert_true(got >= 0);
        assert_memory_equal(lines_held(&l), want->data + at, lines_length(&l));
        at += lines_length(&l);
    }
    assert_int_equal(at, want->n);
    lines_release(&l);
}

static void test_memory(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    for (int longest = 1; longest < 3000; longest = 3 * longest + 7)
        for (size_t most = 1; most < 100000; most = 9 * most + 5) {
            struct bytes b = make_lines(300, longest);
            struct input *in = input_from_memory("x", b.data, b.n, &err);
            check_lines(in, &b, most, most);
            input_close(in);
            free(b.data);
        }
}

/* By all threads at once, and through gzip. */
static void test_files(void **state)
{
    struct err err = ERR_INIT;
    struct bytes b = make_lines(6000, 1000), packed = bytes_gzip(b.data, b.n);
    const char *path = unit_file("lines", b.data, b.n);
    const char *gz = unit_file("lines.gz", packed.data, packed.n);
    (void)state;
    assert_true(b.n > 2 << 20);
    for (int threads = 1; threads <= 4; threads += 3) {
        assert_ok(pool_start(threads, &err), &err);
        for (size_t most = 100000; most < 10000000; most *= 9) {
            struct input *in = input_open(path, &err);
            assert_int_equal(input_left(in), b.n);
            check_lines(in, &b, most, most);
            assert_int_equal(input_left(in), 0);
            input_close(in);
            in = input_open(gz, &err);
            check_lines(in, &b, most, most);
            input_close(in);
        }
        stdin_file(path, 12345);
        struct input *in = input_open("-", &err);
        struct bytes rest = {b.data + 12345, b.n - 12345};
        assert_int_equal(input_left(in), rest.n);
        check_lines(in, &rest, 3 << 20, 1);
        input_close(in);
        stdin_done(0);
        pool_stop();
    }
    free(b.data);
    free(packed.data);
}

/* An error comes after the lines before it. */
static void test_error_late(void **state)
{
    struct err err = ERR_INIT;
    struct bytes b = make_lines(300, 100), packed = bytes_gzip(b.data, b.n);
    const char *path = unit_file("short.gz", packed.data, packed.n - 9);
    const char *text;
    size_t len, from;
    struct lines l;
    (void)state;

    struct input *in = input_open(path, &err);
    lines_init(&l, in);
    assert_ok(lines_ahead(&l, 1 << 20, &text, &len, &err), &err);
    assert_true(len > b.n / 2);
    assert_memory_equal(text, b.data, len);
    lines_pass(&l, len, count_lines(text, len));
    assert_err(lines_more(&l, 1 << 20, &from, &err), &err, ERR_FAILED, "truncated");
    err.kind = ERR_NONE;
    assert_ok(lines_ahead(&l, 1 << 20, &text, &len, &err), &err);
    assert_int_equal(len, 0);
    assert_err(lines_more(&l, 1 << 20, &from, &err), &err, ERR_FAILED, "truncated");
    lines_release(&l);
    input_close(in);
    free(b.data);
    free(packed.data);
}

/* What a pipe has now is not kept back: the writer waits between two writes until it is read. */
static void test_pipe(void **state)
{
    static const char all[] = "a,b\n1,2\n3";
    struct err err = ERR_INIT;
    const char *text;
    size_t len, seen = 0;
    struct lines l;
    (void)state;

    pid_t child = stdin_pipe(all, 9, 6);
    struct input *in = input_open("-", &err);
    assert_int_equal(input_left(in), SIZE_MAX);
    lines_init(&l, in);
    while (seen < 8) {
        assert_ok(lines_ahead(&l, 1 << 20, &text, &len, &err), &err);
        assert_true(len > 0);
        assert_memory_equal(text, all + seen, len);
        lines_pass(&l, len, count_lines(text, len));
        seen += len;
    }
    assert_ok(lines_ahead(&l, 1 << 20, &text, &len, &err), &err);
    assert_int_equal(len, 0);
    lines_release(&l);
    input_close(in);
    stdin_done(child);
}

static int ahead_under_fault(void *ctx, struct err *err)
{
    const struct bytes *b = ctx;
    struct lines l;
    const char *text;
    size_t len, from;
    int got = -1;

    struct input *in = input_from_memory("x", b->data, b->n, err);
    lines_init(&l, in);
    while (in && lines_ahead(&l, 1 << 20, &text, &len, err) == 0) {
        lines_pass(&l, len, count_lines(text, len));
        got = lines_more(&l, 1 << 20, &from, err);
        if (got <= 0)
            break;
        got = -1;
    }
    lines_release(&l);
    input_close(in);
    return got;
}

static void test_faults(void **state)
{
    struct bytes b = make_lines(300, 3000);
    (void)state;
    FAULT_LOOP(ahead_under_fault, &b);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_error_late),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
