/* test_safetensors.c -- common/io/format/safetensors.h against the reference and hostile files.
 * tests/gold/io/formats.py made written.safetensors with Python's safetensors. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/io/format/safetensors.h"
#include "tests/unit/io/bytes.h"

/* A file: length, header, then n bytes of data that count up. */
static struct bytes file_of(const char *header, size_t n)
{
    size_t len = strlen(header);
    struct bytes b = {malloc(8 + len + n), 8 + len + n};
    assert_non_null(b.data);
    for (int i = 0; i < 8; i++)
        b.data[i] = (unsigned char)(len >> (8 * i) & 0xff);
    memcpy(b.data + 8, header, len);
    for (size_t i = 0; i < n; i++)
        b.data[8 + len + i] = (unsigned char)i;
    return b;
}

/* Reads from memory (which is mapped), or through a pipe. */
static struct st_file *read_bytes(
    const struct bytes *b, bool piped, struct input **in, struct err *err)
{
    pid_t child = piped ? stdin_pipe(b->data, b->n, 1000) : 0;
    *in = piped ? input_open("-", err) : input_from_memory("x", b->data, b->n, err);
    assert_non_null(*in);
    struct st_file *st = st_read(*in, err);
    if (piped)
        stdin_done(child);
    return st;
}

static void assert_refused(struct bytes b, const char *text)
{
    for (int piped = 0; piped < 2; piped++) {
        struct err err = ERR_INIT;
        struct input *in;
        struct st_file *st = read_bytes(&b, piped, &in, &err);
        assert_err(st ? 0 : -1, &err, ERR_FAILED, text);
        assert_true(strncmp(err.text, piped ? "standard input: " : "x: ", piped ? 16 : 3) == 0);
        input_close(in);
    }
    free(b.data);
}

static const struct {
    const char *name;
    enum dtype dtype;
} types[] = {{"b1", DTYPE_BOOL}, {"i1", DTYPE_I8}, {"i2", DTYPE_I16}, {"i4", DTYPE_I32},
    {"i8", DTYPE_I64}, {"u1", DTYPE_U8}, {"u2", DTYPE_U16}, {"u4", DTYPE_U32}, {"u8", DTYPE_U64},
    {"f2", DTYPE_F16}, {"f4", DTYPE_F32}, {"f8", DTYPE_F64}};
enum { N_TYPES = sizeof types / sizeof *types };

/* 0 1 2 3 (1 for BOOL beyond 0) as elements of a type. */
static void fill(enum dtype dtype, unsigned char to[32])
{
    static const uint16_t half[4] = {0, 0x3c00, 0x4000, 0x4200};
    size_t size = dtype_size(dtype);
    for (int i = 0; i < 4; i++) {
        float f = (float)i;
        double d = i;
        uint64_t n = dtype == DTYPE_BOOL ? i > 0 : (uint64_t)i;
        const void *from = dtype == DTYPE_F16   ? (const void *)&half[i]
                           : dtype == DTYPE_F32 ? (const void *)&f
                           : dtype == DTYPE_F64 ? (const void *)&d
                                                : (const void *)&n;
        memcpy(to + (size_t)i * size, from, size);
    }
}

/* The same tensors give the very bytes of the reference writer; reading gives them back. */
static void test_as_python(void **state)
{
    static const int64_t square[2] = {2, 2}, empty[2] = {0, 3}, two[1] = {2};
    static const double scalar = 0.5, quoted[2] = {0.5, -1};
    unsigned char data[N_TYPES][32];
    struct bytes python = bytes_file("tests/gold/io/written.safetensors");
    const char *path = unit_path("written");
    struct err err = ERR_INIT;
    struct output out;
    uint32_t crc;
    (void)state;

    struct st_writer *w = st_writer_new(&err);
    assert_non_null(w);
    for (int i = N_TYPES - 1; i >= 0; i--) {
        fill(types[i].dtype, data[i]);
        assert_ok(st_writer_add(w, types[i].name, types[i].dtype, 2, square, data[i], &err), &err);
    }
    assert_ok(st_writer_add(w, "scalar", DTYPE_F64, 0, NULL, &scalar, &err), &err);
    assert_ok(st_writer_add(w, "empty", DTYPE_F32, 2, empty, NULL, &err), &err);
    assert_ok(st_writer_add(w, "quoted \"\xc3\xa9\n", DTYPE_F64, 1, two, quoted, &err), &err);
    assert_ok(st_writer_meta(w, "key", "first", &err), &err);
    assert_ok(st_writer_meta(w, "key", "a \"value\"\n", &err), &err); /* replaces it */
    assert_ok(st_writer_crc(w, &crc, &err), &err);
    assert_ok(output_open(&out, path, OUTPUT_BINARY, &err), &err);
    assert_ok(st_write(w, &out, &err), &err);
    assert_ok(output_close(&out, &err), &err);
    st_writer_free(w);
    struct bytes ours = bytes_file(path);
    assert_int_equal(ours.n, python.n);
    assert_memory_equal(ours.data, python.data, python.n);

    for (int piped = 0; piped < 3; piped++) {
        struct input *in = input_open(path, &err);
        if (piped)
            input_close(in);
        struct st_file *st = piped ? read_bytes(&python, piped == 1, &in, &err) : st_read(in, &err);
        assert_ok(st ? 0 : -1, &err);
        assert_int_equal(st_count(st), N_TYPES + 3);
        assert_string_equal(st_meta(st, "key"), "a \"value\"\n");
        assert_null(st_meta(st, "other"));
        assert_null(st_find(st, "other"));
        assert_true(st_crc(st) == crc);
        size_t len = python.data[0] | (size_t)python.data[1] << 8;
        assert_true(crc == crc32(0, python.data + 8 + len, (uInt)(python.n - 8 - len)));
        for (int i = 0; i < N_TYPES; i++) {
            const struct st_tensor *t =
                st_require(st, types[i].name, types[i].dtype, 2, (int64_t[]){2, -1}, &err);
            assert_ok(t ? 0 : -1, &err);
            assert_int_equal(t->bytes, 4 * dtype_size(t->dtype));
            assert_memory_equal(t->data, data[i], t->bytes);
            assert_int_equal((uintptr_t)t->data % dtype_size(t->dtype), 0);
        }
        assert_true(*(const double *)st_find(st, "scalar")->data == 0.5);
        assert_int_equal(st_find(st, "scalar")->n_dims, 0);
        assert_int_equal(st_find(st, "empty")->bytes, 0);
        assert_string_equal(st_tensor(st, 0)->name, "u8");
        st_free(st);
        input_close(in);
    }
    free(ours.data);
    free(python.data);
}

/* Cut anywhere, or longer by a byte. */
static void test_length(void **state)
{
    struct bytes b = bytes_file("tests/gold/io/written.safetensors");
    struct err err = ERR_INIT;
    size_t data = 8 + (size_t)b.data[0] + 256 * (size_t)b.data[1]; /* where the header ends */
    (void)state;
    for (size_t n = 0; n < b.n; n++) {
        struct bytes cut = {malloc(n ? n : 1), n}; /* so that reading beyond is seen */
        struct input *in;
        assert_non_null(cut.data);
        memcpy(cut.data, b.data, n);
        struct st_file *st = read_bytes(&cut, n % 50 == 3, &in, &err);
        assert_err(st ? 0 : -1, &err, ERR_FAILED,
            n < data ? ": truncated: it ends within its header"
                     : ": truncated: it ends within its arrays");
        input_close(in);
        free(cut.data);
    }
    b = bytes_join(b, (struct bytes){(unsigned char *)strdup("x"), 1});
    assert_refused(b, ": bytes after the last tensor");
}

#define T(name, dtype, shape, offsets)                                                             \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void test_hostile(void **state)
{
    static const struct {
        const char *header;
        size_t n;
        const char *text;
    } cases[] = {
        {"", 0, "no header"},
        {" {}", 0, "no header"},
        {"[]", 0, "no header"},
        {"{", 0, "safetensors header: JSON line 1"},
        {"{}", 1, "bytes after the last tensor"},
        {"{} x", 0, "JSON line 1"},
        {"{\"a\":\"\xff\"}", 0, "JSON line 1"},
        {"{\"a\":1}", 0, "tensor 'a': is not described by an object"},
        {"{\"a\":{}}", 0, "tensor 'a': 'dtype' is missing"},
        {"{" T("a", "F31", "[]", "[0,4]") "}", 4, "tensor 'a': unknown type 'F31'"},
        {"{" T("a", "F32", "{}", "[0,4]") "}", 4, "'shape' is not an array"},
        {"{" T("a", "F32", "[-1]", "[0,4]") "}", 4, "'shape' holds something other than sizes"},
        {"{" T("a", "F32", "[1.0]", "[0,4]") "}", 4, "'shape' holds something other than sizes"},
        {"{" T("a", "F32", "[4611686018427387904,4]", "[0,0]") "}", 0, "'shape' is too large"},
        {"{" T("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4, "9 dimensions: at most 8"},
        {"{" T("a", "F32", "[1]", "[0,4,8]") "}", 4, "'data_offsets' is not a begin and an end"},
        {"{" T("a", "F32", "[1]", "[0]") "}", 4, "'data_offsets' is not a begin and an end"},
        {"{" T("a", "F32", "[1]", "[4,0]") "}", 4, "'data_offsets' is not a begin and an end"},
        {"{" T("a", "F32", "[1]", "[-4,0]") "}", 4, "'data_offsets' is not a begin and an end"},
        {"{" T("a", "F32", "[1]", "[0,99999999999999999999]") "}", 4, "too big integer"},
        {"{" T("a", "F32", "[2]", "[0,4]") "}", 4, "'data_offsets' leaves 4 bytes for 8"},
        {"{" T("a", "F32", "[1]", "[4,8]") "}", 8, "'a' does not begin where the one before"},
        {"{" T("a", "U8", "[4]", "[0,4]") "," T("b", "U8", "[4]", "[5,9]") "}", 9,
            "'b' does not begin where the one before it ends"},
        {"{" T("a", "U8", "[4]", "[0,4]") "," T("b", "U8", "[4]", "[3,7]") "}", 7,
            "'b' does not begin where the one before it ends"},
        {"{" T("a", "U8", "[4]", "[0,4]") "," T("b", "U8", "[4]", "[0,4]") "}", 4,
            "'b' does not begin where the one before it ends"},
        {"{" T("a", "U8", "[1]", "[0,1]") "," T("a", "U8", "[1]", "[1,2]") "}", 2, "duplicate"},
        {"{" T("a", "U8", "[9007199254740992]", "[0,9007199254740992]") "}", 5, "truncated"},
        {"{\"__metadata__\":[]}", 0, "__metadata__ is not an object"},
        {"{\"__metadata__\":{\"k\":1}}", 0, "__metadata__ 'k' is not text"},
    };
    static const unsigned char large[9] = {0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0, '{'};
    static const unsigned char larger[9] = {0, 0, 0, 0, 0, 0, 0, 0x80, '{'};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(file_of(cases[i].header, cases[i].n), cases[i].text);
    assert_refused(bytes_join((struct bytes){memcpy(malloc(9), large, 9), 9}, file_of("{}", 0)),
        "a header of 100000001 bytes");
    assert_refused(bytes_join((struct bytes){memcpy(malloc(9), larger, 9), 9}, file_of("{}", 0)),
        "a header of 9223372036854775808 bytes");
}

/* What the format allows though our writer does not make it: tensors out of order in the header,
 * data at odd addresses, keys unknown to us, no tensors. */
static void test_allowed(void **state)
{
    static const char header[] = "{" T("late", "F64", "[1]", "[3,11]") "," T("first", "U8", "[3]",
        "[0,3]") "," T("none", "F32", "[0]", "[3,3]") ",\"x\":{\"dtype\":\"U8\",\"shape\":[],"
                                                      "\"data_offsets\":[11,12],\"more\":[1]}}";
    struct err err = ERR_INIT;
    (void)state;
    for (int piped = 0; piped < 2; piped++) {
        struct bytes b = file_of(header, 12);
        struct input *in;
        struct st_file *st = read_bytes(&b, piped, &in, &err);
        assert_ok(st ? 0 : -1, &err);
        assert_string_equal(st_tensor(st, 0)->name, "first");
        assert_string_equal(st_tensor(st, 1)->name, "none");
        const struct st_tensor *late = st_tensor(st, 2);
        assert_string_equal(late->name, "late");
        assert_int_equal((uintptr_t)late->data % 8, 0);
        assert_memory_equal(late->data, "\3\4\5\6\7\10\11\12", 8);
        st_free(st);
        input_close(in);
        free(b.data);

        b = file_of("{}   ", 0);
        st = read_bytes(&b, piped, &in, &err);
        assert_ok(st ? 0 : -1, &err);
        assert_int_equal(st_count(st), 0);
        assert_null(st_find(st, "x"));
        assert_null(st_meta(st, "x"));
        assert_true(st_crc(st) == 0);
        st_free(st);
        input_close(in);
        free(b.data);
    }
}

static void test_require(void **state)
{
    struct bytes b = bytes_file("tests/gold/io/written.safetensors");
    struct err err = ERR_INIT;
    struct input *in;
    static const int64_t want[2] = {2, 3};
    (void)state;
    struct st_file *st = read_bytes(&b, false, &in, &err);
    assert_non_null(st);
    assert_null(st_require(st, "none", DTYPE_F32, 2, want, &err));
    assert_string_equal(err.text, "x: tensor 'none' is missing");
    assert_null(st_require(st, "f4", DTYPE_F64, 2, want, &err));
    assert_string_equal(err.text, "x: tensor 'f4' is F32, not F64");
    assert_null(st_require(st, "f4", DTYPE_F32, 1, want, &err));
    assert_string_equal(err.text, "x: tensor 'f4' has 2 dimensions, not 1");
    assert_null(st_require(st, "f4", DTYPE_F32, 2, want, &err));
    assert_string_equal(err.text, "x: tensor 'f4' has size 2, not 3, in dimension 2");
    st_free(st);
    input_close(in);
    free(b.data);
}

static void test_writer_refuses(void **state)
{
    static const int64_t large[2] = {INT64_MAX, 8}, negative[1] = {-1};
    struct err err = ERR_INIT;
    (void)state;
    struct st_writer *w = st_writer_new(&err);
    assert_non_null(w);
    assert_ok(st_writer_add(w, "a", DTYPE_U8, 0, NULL, "x", &err), &err);
    assert_err(
        st_writer_add(w, "a", DTYPE_U8, 0, NULL, "x", &err), &err, ERR_FAILED, "'a' is there");
    assert_err(st_writer_add(w, "__metadata__", DTYPE_U8, 0, NULL, "x", &err), &err, ERR_FAILED,
        "cannot be called");
    assert_err(
        st_writer_add(w, "b", DTYPE_U8, 9, NULL, "x", &err), &err, ERR_FAILED, "9 dimensions");
    assert_err(
        st_writer_add(w, "b", DTYPE_F64, 2, large, "x", &err), &err, ERR_FAILED, "impossible");
    assert_err(
        st_writer_add(w, "b", DTYPE_U8, 1, negative, "x", &err), &err, ERR_FAILED, "impossible");
    st_writer_free(w);
}

static int write_once(void *ctx, struct err *err)
{
    struct output out = OUTPUT_INIT;
    struct st_writer *w = st_writer_new(err);
    uint32_t crc;
    int ret = -1;
    if (w && st_writer_add(w, "name", DTYPE_U8, 0, NULL, "x", err) == 0 &&
        st_writer_meta(w, "k", "v", err) == 0 && st_writer_meta(w, "k", "v2", err) == 0 &&
        st_writer_crc(w, &crc, err) == 0 && output_open(&out, ctx, OUTPUT_BINARY, err) == 0 &&
        st_write(w, &out, err) == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    st_writer_free(w);
    return ret;
}

static int read_once(void *ctx, struct err *err)
{
    const struct bytes *b = ctx;
    struct input *in = input_from_memory("x", b->data, b->n, err);
    struct st_file *st = in ? st_read(in, err) : NULL;
    int ret = st ? 0 : -1;
    st_free(st);
    input_close(in);
    return ret;
}

static int read_pipe_once(void *ctx, struct err *err)
{
    const struct bytes *b = ctx;
    pid_t child = stdin_pipe(b->data, b->n, b->n);
    struct input *in = input_open("-", err);
    struct st_file *st = in ? st_read(in, err) : NULL;
    int ret = st ? 0 : -1;
    st_free(st);
    input_close(in);
    stdin_done(child);
    return ret;
}

static void test_faults(void **state)
{
    struct bytes b =
        file_of("{" T("a", "U8", "[1]", "[0,1]") "," T("b", "F64", "[1]", "[1,9]") "}", 9);
    (void)state;
    assert_true(FAULT_LOOP(write_once, (char *)(uintptr_t)unit_path("w")) >= 10);
    assert_true(FAULT_LOOP(read_once, &b) >= 7);
    assert_true(FAULT_LOOP(read_pipe_once, &b) >= 9);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_python),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_require),
        cmocka_unit_test(test_writer_refuses),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
