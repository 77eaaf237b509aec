/* test_idx.c -- common/io/format/idx.h, by files written out as the format's description says. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/idx.h"

static struct input *input_of(const void *bytes, size_t n)
{
    struct err err = ERR_INIT;
    struct input *in = input_from_memory("x", bytes, n, &err);
    assert_non_null(in);
    return in;
}

/* Two numbers, 1 and -2 (254 unsigned), of each type. */
static void test_types(void **state)
{
    static const struct {
        char code;
        enum dtype dtype;
        const char *bytes;
        double second;
    } cases[] = {
        {0x08, DTYPE_U8, "\1\xfe", 254},
        {0x09, DTYPE_I8, "\1\xfe", -2},
        {0x0b, DTYPE_I16, "\0\1\xff\xfe", -2},
        {0x0c, DTYPE_I32, "\0\0\0\1\xff\xff\xff\xfe", -2},
        {0x0d, DTYPE_F32, "\x3f\x80\0\0\xc0\0\0\0", -2},
        {0x0e, DTYPE_F64, "\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", -2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = 8 + 2 * dtype_size(cases[i].dtype);
        unsigned char file[64] = {0, 0, (unsigned char)cases[i].code, 1, 0, 0, 0, 2};
        struct err err = ERR_INIT;
        struct npy_header h;
        double v[2];
        memcpy(file + 8, cases[i].bytes, n - 8);
        assert_true(idx_recognise(file, n));
        struct input *in = input_of(file, n);
        assert_int_equal(idx_read_header(in, &h, &err), 1);
        assert_true(h.dtype == cases[i].dtype && h.n_dims == 1 && h.shape[0] == 2);
        assert_ok(npy_read_doubles(in, &h, v, 2, &err), &err);
        assert_true(v[0] == 1 && v[1] == cases[i].second);
        assert_int_equal(idx_read_header(in, &h, &err), 0);
        input_close(in);
    }
}

static void test_images(void **state)
{
    static const unsigned char file[] = {
        0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    struct err err = ERR_INIT;
    struct npy_header h;
    void *data;
    (void)state;
    struct input *in = input_of(file, sizeof file);
    assert_int_equal(idx_read_header(in, &h, &err), 1);
    assert_true(h.n_dims == 3 && h.shape[0] == 2 && h.shape[1] == 2 && h.shape[2] == 3);
    assert_int_equal(h.n_elements, 12);
    assert_ok(npy_read_array(in, &h, &data, &err), &err);
    assert_memory_equal(data, file + 16, 12);
    mem_free(data);
    input_close(in);

    for (size_t n = 0; n < sizeof file; n++) {
        in = input_of(file, n);
        int got = idx_read_header(in, &h, &err);
        if (got == 1)
            got = npy_read_array(in, &h, &data, &err);
        if (n == 0)
            assert_int_equal(got, 0);
        else
            assert_err(got, &err, ERR_FAILED, "x: truncated");
        input_close(in);
    }
}

static void test_refused(void **state)
{
    static const unsigned char bad[][4] = {
        {1, 0, 8, 1}, {0, 1, 8, 1}, {0, 0, 7, 1}, {0, 0, 10, 1}, {0, 0, 8, 0}, {0, 0, 8, 33}};
    struct err err = ERR_INIT;
    struct npy_header h;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(idx_recognise(bad[i], 4));
        struct input *in = input_of(bad[i], 4);
        assert_err(idx_read_header(in, &h, &err), &err, ERR_FAILED, "x: not IDX");
        input_close(in);
    }
    assert_false(idx_recognise((const unsigned char *)"\0\0\10\1", 3));

    unsigned char huge[4 + 12] = {0, 0, 14, 3};
    memset(huge + 4, 0xff, 12);
    struct input *in = input_of(huge, sizeof huge);
    assert_err(
        idx_read_header(in, &h, &err), &err, ERR_FAILED, "more elements than can be counted");
    input_close(in);

    void *data;
    huge[3] = 1; /* one dimension: 2^32 - 1 elements that are not there */
    in = input_of(huge, 8);
    assert_int_equal(idx_read_header(in, &h, &err), 1);
    assert_true(h.n_elements == UINT32_MAX);
    assert_err(npy_read_array(in, &h, &data, &err), &err, ERR_FAILED, "x: truncated");
    input_close(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
