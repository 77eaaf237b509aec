/* test_npy.c -- common/io/format/npy.h against numpy and hostile headers.
 * tests/gold/io/formats.py made the files with numpy. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/npy.h"
#include "tests/unit/io/bytes.h"

static struct input *open_ok(const char *path)
{
    struct err err = ERR_INIT;
    struct input *in = input_open(path, &err);
    assert_ok(in ? 0 : -1, &err);
    return in;
}

/* The values formats.py gives a type: typed(). */
static void typed(enum dtype dtype, double to[6])
{
    static const double real[6] = {0.5, -1.5, 1000.5, -0.0, INFINITY, -0x1p-14};
    static const double boolean[6] = {1, 0, 1, 1, 0, 0};
    bool is_signed =
        dtype == DTYPE_I8 || dtype == DTYPE_I16 || dtype == DTYPE_I32 || dtype == DTYPE_I64;
    int bits = dtype_size(dtype) < 8 ? 8 * (int)dtype_size(dtype) : 53;
    double high = ldexp(1, bits - 1) - 1, low = is_signed ? -high - 1 : 0;
    const double whole[6] = {low, low + 1, 1, 2, high - 1, high};
    bool is_real = dtype == DTYPE_F16 || dtype == DTYPE_F32 || dtype == DTYPE_F64;
    memcpy(to, dtype == DTYPE_BOOL ? boolean : is_real ? real : whole, 6 * sizeof *to);
}

static const enum dtype types[] = {DTYPE_BOOL, DTYPE_I8, DTYPE_I16, DTYPE_I32, DTYPE_I64, DTYPE_U8,
    DTYPE_U16, DTYPE_U32, DTYPE_U64, DTYPE_F16, DTYPE_F32, DTYPE_F64};
enum { N_TYPES = sizeof types / sizeof *types };

static void test_types(void **state)
{
    struct input *in = open_ok("tests/gold/io/types.npy");
    struct npy_header h;
    struct err err = ERR_INIT;
    double got[6], right[6];
    (void)state;
    for (int i = 0; i < 2 * N_TYPES; i++) {
        enum dtype dtype = types[i % N_TYPES];
        assert_int_equal(npy_read_header(in, &h, &err), 1);
        assert_int_equal(h.dtype, dtype);
        assert_true(h.big_endian == (i >= N_TYPES && dtype_size(dtype) > 1));
        assert_false(h.fortran_order);
        assert_int_equal(h.n_dims, 2);
        assert_true(h.shape[0] == 2 && h.shape[1] == 3 && h.n_elements == 6);
        typed(dtype, right);
        /* In two pieces; every other time as an array. */
        if (i % 2 == 0) {
            assert_ok(npy_read_doubles(in, &h, got, 4, &err), &err);
            assert_ok(npy_read_doubles(in, &h, got + 4, 2, &err), &err);
        } else {
            struct npy_header native = h;
            void *data;
            assert_ok(npy_read_array(in, &h, &data, &err), &err);
            struct input *again = input_from_memory("x", data, npy_bytes(&h), &err);
            assert_non_null(again);
            native.big_endian = false;
            assert_ok(npy_read_doubles(again, &native, got, 6, &err), &err);
            input_close(again);
            mem_free(data);
        }
        assert_memory_equal(got, right, sizeof right); /* signs of zero too */
    }
    assert_int_equal(npy_read_header(in, &h, &err), 0);
    input_close(in);
}

/* The other parity of the loop above: types.npy read whole, as arrays. */
static void test_arrays(void **state)
{
    struct input *in = open_ok("tests/gold/io/types.npy");
    struct npy_header h;
    struct err err = ERR_INIT;
    (void)state;
    for (int i = 0; i < 2 * N_TYPES; i++) {
        void *data;
        double right[6];
        assert_int_equal(npy_read_header(in, &h, &err), 1);
        assert_ok(npy_read_array(in, &h, &data, &err), &err);
        typed(h.dtype, right);
        if (h.dtype == DTYPE_I64)
            for (int j = 0; j < 6; j++)
                assert_true((double)((int64_t *)data)[j] == right[j]);
        else if (h.dtype == DTYPE_F32)
            for (int j = 0; j < 6; j++)
                assert_true((double)((float *)data)[j] == right[j]);
        else if (h.dtype == DTYPE_I16)
            for (int j = 0; j < 6; j++)
                assert_true((double)((int16_t *)data)[j] == right[j]);
        mem_free(data);
    }
    input_close(in);
}

static void test_fortran(void **state)
{
    struct input *in = open_ok("tests/gold/io/fortran.npy");
    struct npy_header h;
    struct err err = ERR_INIT;
    void *data;
    (void)state;
    assert_int_equal(npy_read_header(in, &h, &err), 1);
    assert_true(h.fortran_order && h.n_dims == 3 && h.shape[2] == 4);
    assert_ok(npy_read_array(in, &h, &data, &err), &err);
    for (int i = 0; i < 24; i++)
        assert_true(((float *)data)[i] == (float)i);
    mem_free(data);
    assert_int_equal(npy_read_header(in, &h, &err), 1);
    assert_ok(npy_read_array(in, &h, &data, &err), &err);
    for (int i = 0; i < 24; i++)
        assert_int_equal(((int16_t *)data)[i], i);
    mem_free(data);
    input_close(in);
}

static void test_shapes(void **state)
{
    static const int n_dims[] = {0, 2, 1, 1, 1};
    static const int n_elements[] = {1, 0, 2, 2, 1};
    static const double first[] = {2.5, 0, 1, 3, 5};
    struct input *in = open_ok("tests/gold/io/shapes.npy");
    struct npy_header h;
    struct err err = ERR_INIT;
    double v[2];
    void *none;
    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(npy_read_header(in, &h, &err), 1);
        assert_int_equal(h.n_dims, n_dims[i]);
        assert_int_equal(h.n_elements, n_elements[i]);
        assert_ok(npy_read_doubles(in, &h, v, h.n_elements, &err), &err);
        assert_true(!h.n_elements || v[0] == first[i]);
        if (!h.n_elements) {
            assert_ok(npy_read_array(in, &h, &none, &err), &err);
            mem_free(none);
        }
    }
    assert_int_equal(npy_read_header(in, &h, &err), 0);
    input_close(in);
}

static int write_npy(const char *path, enum dtype dtype, int n_dims, const int64_t *shape,
    const void *data, size_t n, struct err *err)
{
    struct output out;
    int ret = output_open(&out, path, OUTPUT_BINARY, err);
    if (ret == 0)
        ret = npy_write_header(&out, dtype, n_dims, shape, err);
    if (ret == 0)
        ret = output_put(&out, data, n, err);
    if (ret == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    return ret;
}

/* The very bytes numpy writes. */
static void test_write(void **state)
{
    static const float data[6] = {0, 1, 2, 3, 4, 5};
    static const int64_t shape[2] = {2, 3};
    int64_t many[NPY_MAX_DIMS];
    const char *path = unit_path("written");
    struct err err = ERR_INIT;
    struct npy_header h;
    (void)state;
    assert_ok(write_npy(path, DTYPE_F32, 2, shape, data, sizeof data, &err), &err);
    struct bytes ours = bytes_file(path), numpy = bytes_file("tests/gold/io/written.npy");
    assert_int_equal(ours.n, numpy.n);
    assert_memory_equal(ours.data, numpy.data, numpy.n);
    free(ours.data);
    free(numpy.data);

    for (int i = 0; i < NPY_MAX_DIMS; i++)
        many[i] = i ? 0 : INT64_MAX;
    for (int i = 0; i < N_TYPES; i++)
        for (int d = 0; d <= NPY_MAX_DIMS; d += 1 + d / 2) {
            if (d == 1)
                continue; /* INT64_MAX elements */
            assert_ok(write_npy(path, types[i], d, many, "", 0, &err), &err);
            struct input *in = open_ok(path);
            assert_int_equal(npy_read_header(in, &h, &err), 1);
            assert_true(h.dtype == types[i] && h.n_dims == d && !h.big_endian);
            assert_memory_equal(h.shape, many, (size_t)d * sizeof *many);
            input_close(in);
        }
    assert_err(write_npy(path, DTYPE_BF16, 0, NULL, "", 0, &err), &err, ERR_FAILED,
        ".npy has no type BF16");
    assert_err(write_npy(path, DTYPE_F32, 33, many, "", 0, &err), &err, ERR_FAILED, "33 dim");
}

/* A version 1 file of this header and n bytes of data, all 1. */
static struct input *input_of(const char *header, size_t n, struct bytes *b)
{
    struct err err = ERR_INIT;
    size_t len = strlen(header);
    b->n = 10 + len + n;
    b->data = malloc(b->n);
    assert_non_null(b->data);
    memcpy(b->data, "\x93NUMPY\1\0", 8);
    b->data[8] = (unsigned char)(len & 0xff);
    b->data[9] = (unsigned char)(len >> 8);
    memcpy(b->data + 10, header, len);
    memset(b->data + 10 + len, 1, n);
    struct input *in = input_from_memory("x", b->data, b->n, &err);
    assert_non_null(in);
    return in;
}

static void test_literals(void **state)
{
    static const struct {
        const char *header;
        const char *refused; /* NULL: shape (3, 4) of <f4 */
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n", NULL},
        {"{'descr':'<f4','fortran_order':False,'shape':(3,4)}", NULL},
        {" \t{\n\"shape\" : ( 3 , 4 , ) , 'fortran_order' : False , \"descr\" : \"f4\" }  \n",
            NULL},
        {"{'descr': '=f4', 'fortran_order': False, 'shape': (3L, 4L)}", NULL},
        {"", "not a dictionary"},
        {"[]", "not a dictionary"},
        {"{}", "bad header"},
        {"{'descr': '<f4', 'fortran_order': False}", "bad header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)", "bad header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}}", "bad header"},
        {"{'descr': '<f4' 'fortran_order': False, 'shape': (3, 4)}", "bad header"},
        {"{'descr': '<f4',, 'fortran_order': False, 'shape': (3, 4)}", "bad header"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}", "'descr'"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'x': 1}", "a key 'x'"},
        {"{'descr\\x': '<f4', 'fortran_order': False, 'shape': (3, 4)}", "bad header"},
        {"{'a_very_long_name_of_a_key': 1}", "bad header"},
        {"{descr: '<f4'}", "bad header"},
        {"{'descr': '<f4", "header without a type"},
        {"{'descr': <f4", "header without a type"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3, 4)}", "arrays of Python objects"},
        {"{'descr': 'O8', 'fortran_order': False, 'shape': (3, 4)}", "arrays of Python objects"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "arrays of records"},
        {"{'descr': '<U5', 'fortran_order': False, 'shape': ()}", "arrays of type '<U5'"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': ()}", "arrays of type '<c8'"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': ()}", "arrays of type '<f16'"},
        {"{'descr': '', 'fortran_order': False, 'shape': ()}", "arrays of type ''"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (3, 4)}", "fortran_order is neither"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': 3}", "header without a shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3)}", "bad shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3 4)}", "bad shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", "bad shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,,4)}", "bad shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 4)}", "bad shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3.0, 4)}", "bad shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 9223372036854775808)}",
            "bad shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 9223372036854775807)}",
            "more elements than can be counted"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
            "more elements than can be counted"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
         "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}",
            "more than 32 dimensions"},
    };
    struct npy_header h;
    struct bytes b;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = ERR_INIT;
        struct input *in = input_of(cases[i].header, 48, &b);
        int got = npy_read_header(in, &h, &err);
        if (cases[i].refused) {
            assert_err(got, &err, ERR_FAILED, cases[i].refused);
            assert_true(strncmp(err.text, "x: .npy: ", 9) == 0);
        } else {
            assert_ok(got, &err);
            assert_true(
                h.dtype == DTYPE_F32 && h.n_dims == 2 && h.shape[0] == 3 && h.shape[1] == 4);
        }
        input_close(in);
        free(b.data);
    }
}

/* A zero among sizes that multiplied overflow: no elements. */
static void test_empty_huge(void **state)
{
    struct npy_header h;
    struct bytes b;
    struct err err = ERR_INIT;
    void *data;
    (void)state;
    struct input *in = input_of("{'descr': '<f8', 'fortran_order': True, 'shape': "
                                "(9223372036854775807, 0, 9223372036854775807)}",
        0, &b);
    assert_int_equal(npy_read_header(in, &h, &err), 1);
    assert_int_equal(h.n_elements, 0);
    assert_ok(npy_read_array(in, &h, &data, &err), &err);
    mem_free(data);
    input_close(in);
    free(b.data);
}

/* Sizes that lie cost an error, and no memory. */
static void test_lying(void **state)
{
    struct npy_header h;
    struct bytes b;
    struct err err = ERR_INIT;
    void *data;
    double v[4];
    (void)state;
    struct input *in = input_of(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000000,)}", 20, &b);
    assert_int_equal(npy_read_header(in, &h, &err), 1);
    assert_err(npy_read_array(in, &h, &data, &err), &err, ERR_FAILED, "x: truncated");
    input_close(in);
    in = input_from_memory("x", b.data, b.n, &err);
    assert_non_null(in);
    assert_int_equal(npy_read_header(in, &h, &err), 1);
    assert_ok(npy_read_doubles(in, &h, v, 2, &err), &err);
    assert_err(npy_read_doubles(in, &h, v, 2, &err), &err, ERR_FAILED, "x: truncated");
    input_close(in);
    free(b.data);
}

static void test_version(void **state)
{
    static const char v4[] = "\x93NUMPY\4\0\2\0\0\0{}", v11[] = "\x93NUMPY\1\1\2\0{}";
    static const char large[] = "\x93NUMPY\2\0\x11\x27\0\0{}", other[] = "\x93NUMPX\1\0\2\0{}";
    static const struct {
        const char *bytes;
        size_t n;
        const char *text;
    } cases[] = {{v4, 14, "version 4.0 is not known"}, {v11, 12, "version 1.1 is not known"},
        {large, 14, "header of 10001 bytes: at most 10000"}, {other, 12, "x: not .npy"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = ERR_INIT;
        struct npy_header h;
        struct input *in = input_from_memory("x", cases[i].bytes, cases[i].n, &err);
        assert_non_null(in);
        assert_err(npy_read_header(in, &h, &err), &err, ERR_FAILED, cases[i].text);
        input_close(in);
    }
    assert_true(npy_recognise((const unsigned char *)v4, 6));
    assert_false(npy_recognise((const unsigned char *)v4, 5));
    assert_false(npy_recognise((const unsigned char *)other, 12));
}

/* Cut anywhere: an error, unless nothing is left. */
static void test_truncated(void **state)
{
    struct bytes b = bytes_file("tests/gold/io/written.npy");
    (void)state;
    for (size_t n = 0; n < b.n; n++) {
        struct err err = ERR_INIT;
        struct npy_header h;
        void *data = NULL;
        struct input *in = input_from_memory("x", b.data, n, &err);
        assert_non_null(in);
        int got = npy_read_header(in, &h, &err);
        if (got == 1)
            got = npy_read_array(in, &h, &data, &err);
        if (n == 0)
            assert_int_equal(got, 0);
        else
            assert_err(got, &err, ERR_FAILED, "x: truncated");
        input_close(in);
    }
    free(b.data);
}

/* Whole numbers that no double holds are an error; those far beyond 2^53 that one does are not. */
static void test_inexact(void **state)
{
    static const uint64_t values[] = {(uint64_t)1 << 53, ((uint64_t)1 << 53) + 2, (uint64_t)1 << 63,
        0xfffffffffffff800u, ((uint64_t)1 << 53) + 1, UINT64_MAX, 0xfffffffffffffc00u - 1};
    static const double as_signed[] = {0x1p53, 0x1p53 + 2, -0x1p63, -2048, 0, -1, -1025};
    static const double as_unsigned[] = {0x1p53, 0x1p53 + 2, 0x1p63, 0x1p64 - 2048, 0, 0, 0};
    struct npy_header h = {.n_dims = 0};
    (void)state;
    for (int i = 0; i < 7; i++)
        for (int sign = 0; sign < 2; sign++) {
            struct err err = ERR_INIT;
            double v, right = sign ? as_signed[i] : as_unsigned[i];
            struct input *in = input_from_memory("x", &values[i], 8, &err);
            assert_non_null(in);
            h.dtype = sign ? DTYPE_I64 : DTYPE_U64;
            int got = npy_read_doubles(in, &h, &v, 1, &err);
            if (right != 0) {
                assert_ok(got, &err);
                assert_true(v == right);
            } else {
                assert_err(
                    got, &err, ERR_FAILED, i == 4 ? "hold 9007199254740993 exactly" : "exactly");
            }
            input_close(in);
        }
}

/* Every half-precision number against its definition. */
static void test_half(void **state)
{
    struct npy_header h = {.dtype = DTYPE_F16};
    struct err err = ERR_INIT;
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits += bits < 2048 ? 1 : 37) {
        uint16_t half = (uint16_t)bits;
        unsigned e = bits >> 10 & 31;
        double fraction = bits % 1024 / 1024.0, v;
        double right = e == 31 ? (fraction > 0 ? NAN : INFINITY)
                               : pow(2, e ? (int)e - 15 : -14) * (fraction + (e > 0));
        struct input *in = input_from_memory("x", &half, 2, &err);
        assert_non_null(in);
        assert_ok(npy_read_doubles(in, &h, &v, 1, &err), &err);
        assert_close(v, bits >> 15 ? -right : right, 0, 0);
        assert_true(isnan(right) || !signbit(v) == !(bits >> 15));
        input_close(in);
    }
}

static int read_once(void *ctx, struct err *err)
{
    const struct bytes *b = ctx;
    struct input *in = input_from_memory("x", b->data, b->n, err);
    struct npy_header h;
    void *data = NULL;
    int ret = -1;
    if (in && npy_read_header(in, &h, err) == 1)
        ret = npy_read_array(in, &h, &data, err);
    mem_free(data);
    input_close(in);
    return ret;
}

static int write_once(void *ctx, struct err *err)
{
    return write_npy(ctx, DTYPE_F32, 2, (int64_t[]){2, 3}, "data", 4, err);
}

static void test_faults(void **state)
{
    struct bytes b = bytes_file("tests/gold/io/fortran.npy");
    (void)state;
    assert_int_equal(FAULT_LOOP(read_once, &b), 5);
    assert_true(FAULT_LOOP(write_once, (char *)(uintptr_t)unit_path("w")) >= 6);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_fortran),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_empty_huge),
        cmocka_unit_test(test_lying),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_inexact),
        cmocka_unit_test(test_half),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
