/* test_gzip.c -- common/io/stream/gzip.h: members, padding, garbage, cuts and damage everywhere. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/io/stream/gzip.h"
#include "tests/unit/io/bytes.h"

struct feed {
    const unsigned char *data;
    size_t n, pos, step;
};

static ssize_t feed_read(void *ctx, void *to, size_t n, struct err *err)
{
    struct feed *f = ctx;
    size_t left = f->n - f->pos;
    (void)err;
    n = n < f->step ? n : f->step;
    n = n < left ? n : left;
    memcpy(to, f->data + f->pos, n);
    f->pos += n;
    return (ssize_t)n;
}

/* Undoes data, fed `step` bytes at a time, taking `take` at a time; -1, or what came out. */
static ssize_t undo(const void *data, size_t n, size_t step, size_t take, unsigned char *out,
    size_t room, struct err *err)
{
    struct feed f = {data, n, n < 2 ? n : 2, step};
    struct gzip *gz = gzip_new("x.gz", feed_read, &f, data, f.pos, err);
    size_t have = 0;
    if (!gz)
        return -1;
    for (;;) {
        assert_true(have < room);
        size_t ask = take < room - have ? take : room - have;
        ssize_t got = gzip_read(gz, out + have, ask, err);
        if (got <= 0) {
            if (got == 0)
                assert_int_equal(gzip_read(gz, out, 1, err), 0); /* it stays at the end */
            gzip_free(gz);
            return got < 0 ? -1 : (ssize_t)have;
        }
        have += (size_t)got;
    }
}

static struct bytes two_members(void)
{
    struct bytes joined = bytes_join(bytes_gzip("hello ", 6), bytes_gzip("", 0));
    return bytes_join(joined, bytes_gzip("world", 5));
}

static void test_members(void **state)
{
    struct bytes gz = two_members();
    unsigned char out[64];
    struct err err = ERR_INIT;
    (void)state;
    for (size_t step = 1; step <= gz.n; step++)
        for (size_t take = 1; take <= 12; take++) {
            assert_int_equal(undo(gz.data, gz.n, step, take, out, sizeof out, &err), 11);
            assert_memory_equal(out, "hello world", 11);
        }
    free(gz.data);
}

static void test_padding(void **state)
{
    struct bytes pad = {calloc(1000, 1), 1000};
    struct bytes gz = bytes_join(two_members(), pad);
    unsigned char out[64];
    struct err err = ERR_INIT;
    (void)state;
    for (size_t n = gz.n - 1000; n <= gz.n; n += 1)
        assert_int_equal(undo(gz.data, n, 1 + n % 7, 64, out, sizeof out, &err), 11);
    gz.data[gz.n - 500] = 1;
    assert_err((int)undo(gz.data, gz.n, 100, 64, out, sizeof out, &err), &err, ERR_FAILED,
        "x.gz: trailing garbage after gzip data");
    free(gz.data);
}

static void test_garbage(void **state)
{
    static const char *const tails[] = {"x", "\x1fx", "hello", "\x8b\x1f"};
    unsigned char out[64];
    struct err err = ERR_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct bytes tail = {(unsigned char *)strdup(tails[i]), strlen(tails[i])};
        struct bytes gz = bytes_join(two_members(), tail);
        assert_err((int)undo(gz.data, gz.n, 3, 64, out, sizeof out, &err), &err, ERR_FAILED,
            "x.gz: trailing garbage after gzip data");
        free(gz.data);
    }
}

/* Cut anywhere: an error, but for the two places where a member ends. */
static void test_truncated(void **state)
{
    struct bytes first = bytes_gzip("hello ", 6), second = bytes_gzip("", 0), gz = two_members();
    unsigned char out[64];
    struct err err = ERR_INIT;
    (void)state;
    for (size_t n = 2; n < gz.n; n++) {
        ssize_t got = undo(gz.data, n, 5, 64, out, sizeof out, &err);
        if (n == first.n || n == first.n + second.n)
            assert_int_equal(got, 6);
        else
            assert_err((int)got, &err, ERR_FAILED, "x.gz: truncated gzip data");
    }
    free(first.data);
    free(second.data);
    free(gz.data);
}

/* Any byte of the data or its CRC changed is found. */
static void test_corrupt(void **state)
{
    struct bytes gz = bytes_gzip("some text, some more text", 25);
    unsigned char out[4096];
    struct err err = ERR_INIT;
    int corrupt = 0;
    (void)state;
    for (size_t i = 10; i < gz.n; i++) {
        gz.data[i] ^= 0x55;
        ssize_t got = undo(gz.data, gz.n, 100, 64, out, sizeof out, &err);
        assert_int_equal(got, -1);
        corrupt += strstr(err.text, "x.gz: corrupt gzip data (") != NULL;
        gz.data[i] ^= 0x55;
    }
    assert_true(corrupt > 8);
    free(gz.data);
}

static int undo_once(void *ctx, struct err *err)
{
    const struct bytes *gz = ctx;
    unsigned char out[64];
    return undo(gz->data, gz->n, 3, 5, out, sizeof out, err) < 0 ? -1 : 0;
}

static void test_faults(void **state)
{
    struct bytes gz = two_members();
    (void)state;
    assert_true(FAULT_LOOP(undo_once, &gz) >= 3);
    free(gz.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_corrupt),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
