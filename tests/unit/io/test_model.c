/* test_model.c -- common/io/format/model.h. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/io/format/model.h"
#include "tests/unit/io/bytes.h"

static const float values[3] = {1, 2.5f, -3};

static int write_model(const char *path, const char *program, struct err *err)
{
    struct output out = OUTPUT_INIT;
    struct st_writer *w = st_writer_new(err);
    json_t *description =
        json_pack("{s:s, s:[i,i], s:f}", "target", "sp\"ecies", "classes", 1, 2, "real", 2.0);
    int ret = -1;
    if (w && st_writer_add(w, "values", DTYPE_F32, 1, (int64_t[]){3}, values, err) == 0 &&
        output_open(&out, path, OUTPUT_BINARY, err) == 0 &&
        model_write(w, program, description, &out, err) == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    json_decref(description);
    st_writer_free(w);
    return ret;
}

static void assert_is_model(struct model *m)
{
    struct err err = ERR_INIT;
    const char *target;
    double real;
    assert_string_equal(m->program, "rf");
    assert_ok(json_get_string(m->description, "target", &target, &err), &err);
    assert_string_equal(target, "sp\"ecies");
    assert_ok(json_get_real(m->description, "real", &real, &err), &err);
    assert_true(json_is_real(json_object_get(m->description, "real")) && real == 2);
    const struct st_tensor *t = st_find(m->st, "values");
    assert_non_null(t);
    assert_memory_equal(t->data, values, sizeof values);
    model_release(m);
}

static void test_round_trip(void **state)
{
    const char *path = unit_path("model"), *other = unit_path("again");
    struct err err = ERR_INIT;
    struct model m = MODEL_INIT;
    (void)state;
    model_release(&m); /* of nothing */
    assert_ok(write_model(path, "rf", &err), &err);
    assert_ok(write_model(other, "rf", &err), &err);
    struct bytes a = bytes_file(path), b = bytes_file(other);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.data, b.data, a.n);

    assert_ok(model_open(&m, path, "rf", &err), &err);
    assert_is_model(&m);
    assert_ok(model_open(&m, path, NULL, &err), &err);
    assert_is_model(&m);
    assert_ok(model_from_memory(&m, a.data, a.n, "rf", &err), &err);
    assert_is_model(&m);
    struct bytes gz = bytes_gzip(a.data, a.n);
    for (int zipped = 0; zipped < 2; zipped++) {
        pid_t child = stdin_pipe(zipped ? gz.data : a.data, zipped ? gz.n : a.n, 50);
        assert_ok(model_open(&m, "-", "rf", &err), &err);
        assert_is_model(&m);
        stdin_done(child);
    }
    free(a.data);
    free(b.data);
    free(gz.data);
}

static void assert_refused(const char *path, const char *program, const char *text)
{
    struct err err = ERR_INIT;
    struct model m;
    char message[600];
    assert_err(model_open(&m, path, program, &err), &err, ERR_FAILED, "");
    snprintf(message, sizeof message, "%s: %s", path, text);
    if (!strstr(err.text, message))
        print_error("'%s', not '%s'\n", err.text, message);
    assert_non_null(strstr(err.text, message));
    assert_null(m.st); /* nothing is left */
    assert_null(m.in);
}

static void test_wrong_program(void **state)
{
    const char *path = unit_path("gbdt.model");
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(write_model(path, "gbdt", &err), &err);
    assert_refused(path, "rf", "this is a gbdt model: use gbdt-predict");
}

static void test_no_model(void **state)
{
    static const char csv[] = "a,b,c\n1,2,3\n4,5,6\n", none[] = "not a learnutils model";
    (void)state;
    assert_refused(
        unit_file("csv", csv, strlen(csv)), "rf", "not a learnutils model (no safetensors header)");
    assert_refused(unit_file("short", "ab", 2), "rf", none);
    assert_refused(unit_file("zeros", "\0\0\0\0\0\0\0\0\0\0", 10), "rf", none);
    assert_refused(
        unit_file("cut", "\x30\0\0\0\0\0\0\0{", 9), "rf", "truncated: it ends within its header");
    assert_refused(unit_file("empty", "", 0), "rf", "empty input: did the command before fail?");
    assert_refused("tests/gold/io/written.safetensors", "rf", none);
    assert_refused(unit_path("absent"), "rf", "No such file");
}

/*
 * Each metadata key taken from a good model without arrays and replaced; NULL leaves it out.  The
 * CRC-32 is that of what then is there, but where it is replaced itself.
 */
static const char *model_with(const char *key, const char *value)
{
    char crc_text[9];
    const char *good[][2] = {
        {"learnutils", "1"}, {"description", "{}"}, {"program", "rf"}, {"crc32", crc_text}};
    const char *path = unit_path("changed");
    struct err err = ERR_INIT;
    struct output out;
    struct st_writer *w = st_writer_new(&err);
    uLong crc = crc32(0, NULL, 0);
    assert_non_null(w);
    for (int i = 0; i < 4; i++) {
        const char *put = strcmp(good[i][0], key) == 0 ? value : good[i][1];
        if (put && (i == 1 || i == 2))
            crc = crc32(crc, (const Bytef *)put, (uInt)strlen(put));
        snprintf(crc_text, sizeof crc_text, "%08lx", crc);
        if (put)
            assert_ok(st_writer_meta(w, good[i][0], put, &err), &err);
    }
    assert_ok(output_open(&out, path, OUTPUT_BINARY, &err), &err);
    assert_ok(st_write(w, &out, &err), &err);
    assert_ok(output_close(&out, &err), &err);
    st_writer_free(w);
    return path;
}

static void test_metadata(void **state)
{
    struct err err = ERR_INIT;
    struct model m;
    (void)state;
    assert_ok(model_open(&m, model_with("", NULL), "rf", &err), &err);
    model_release(&m);
    assert_ok(model_open(&m, model_with("crc32", NULL), "rf", &err), &err); /* may be absent */
    model_release(&m);
    assert_refused(model_with("learnutils", NULL), "rf", "not a learnutils model");
    assert_refused(
        model_with("learnutils", "3"), "rf", "model format 3 is newer than this program knows (2)");
    assert_refused(model_with("learnutils", "0"), "rf", "damaged: '0' is no model format");
    assert_refused(model_with("learnutils", "1x"), "rf", "damaged: '1x' is no model format");
    assert_refused(model_with("learnutils", ""), "rf", "damaged: '' is no model format");
    assert_refused(model_with("program", NULL), NULL, "damaged: it does not say which program");
    assert_refused(model_with("program", "a;rm"), NULL, "damaged: it does not say which program");
    assert_refused(model_with("crc32", "12345678"), "rf",
        "damaged: the CRC-32 of its data is 788bdc9b, not 12345678"); /* of "{}rf" */
    assert_refused(model_with("description", NULL), "rf", "damaged: it has no description");
    assert_refused(
        model_with("description", "[]"), "rf", "damaged: its description is not an object");
    assert_refused(model_with("description", "{"), "rf", "description: JSON line 1");
}

/* Where a text of the file stands. */
static unsigned char *text_find(struct bytes b, const char *text)
{
    for (size_t i = 0; i + strlen(text) <= b.n; i++)
        if (memcmp(b.data + i, text, strlen(text)) == 0)
            return b.data + i;
    fail_msg("no '%s'", text);
    return NULL;
}

/* A letter in the description or the program's name flipped, the JSON staying sound. */
static void test_texts(void **state)
{
    static const char *const texts[] = {"target", "ecies", "classes", "\"rf\""};
    const char *path = unit_path("texts");
    struct err err = ERR_INIT;
    struct model m;
    (void)state;
    assert_ok(write_model(path, "rf", &err), &err);
    struct bytes b = bytes_file(path);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        unsigned char *at = text_find(b, texts[i]) + 1;
        *at ^= 1;
        assert_err(model_from_memory(&m, b.data, b.n, "rf", &err), &err, ERR_FAILED,
            "memory: damaged: the CRC-32 of its data is ");
        *at ^= 1;
    }
    assert_ok(model_from_memory(&m, b.data, b.n, "rf", &err), &err);
    model_release(&m);
    free(b.data);
}

/* Any byte of the data changed is found; so is a cut anywhere. */
static void test_damage(void **state)
{
    const char *path = unit_path("damaged");
    struct err err = ERR_INIT;
    struct model m;
    (void)state;
    assert_ok(write_model(path, "rf", &err), &err);
    struct bytes b = bytes_file(path);
    for (size_t i = b.n - sizeof values; i < b.n; i++) {
        b.data[i] ^= 1;
        assert_err(model_from_memory(&m, b.data, b.n, "rf", &err), &err, ERR_FAILED,
            "memory: damaged: the CRC-32 of its data is ");
        b.data[i] ^= 1;
    }
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(model_from_memory(&m, b.data, n, "rf", &err), -1);
    free(b.data);
}

static int write_once(void *ctx, struct err *err)
{
    return write_model(ctx, "rf", err);
}

static int open_once(void *ctx, struct err *err)
{
    struct model m;
    int ret = model_open(&m, ctx, "rf", err);
    model_release(&m);
    return ret;
}

static void test_faults(void **state)
{
    char *path = (char *)(uintptr_t)unit_path("faults");
    (void)state;
    assert_true(FAULT_LOOP(write_once, path) >= 12);
    assert_true(FAULT_LOOP(open_once, path) >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_wrong_program),
        cmocka_unit_test(test_no_model),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
