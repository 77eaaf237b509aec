/* test_sheet.c -- lines made by threads; headers; predictions as text. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/io/stream/input.h"
#include "common/learner/header.h"
#include "common/learner/learner.h"
#include "common/learner/prediction.h"
#include "common/learner/sheet.h"
#include "tests/unit/unit.h"

/* ---- lines ---- */

struct ask {
    int64_t n_rows, n_fields;
    int most;      /* rows of the longest task seen */
    bool unmarked; /* a task that begins within a block */
    const char *path;
};

static int numbers(void *ctx, int64_t first, int n, int worker, struct buf *text)
{
    struct ask *ask = ctx;
    (void)worker;
    if (n > ask->most)
        ask->most = n;
    ask->unmarked |= ask->most >= SHEET_BLOCK && first % SHEET_BLOCK;
    for (int64_t row = first; row < first + n; row++)
        if (buf_printf(text, "%d\n", (int)row) < 0)
            return -1;
    return 0;
}

static int put_once(void *ctx, struct err *err)
{
    struct ask *ask = ctx;
    struct output out = OUTPUT_INIT;
    struct sheet sheet = {.n_texts = 0};
    int ret = -1;

    if (output_open(&out, ask->path, OUTPUT_TEXT, err) == 0 && sheet_init(&sheet, err) == 0 &&
        sheet_put(&sheet, ask->n_rows, ask->n_fields, numbers, ask, &out, err) == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    sheet_release(&sheet);
    return ret;
}

static void put(int64_t n_rows, int64_t n_fields, int most)
{
    struct ask ask = {.n_rows = n_rows, .n_fields = n_fields, .path = unit_path("lines")};
    struct err err = ERR_INIT;
    struct buf want = BUF_INIT;
    void *bytes;
    size_t n;

    assert_ok(put_once(&ask, &err), &err);
    assert_true(ask.most <= most);
    assert_false(ask.unmarked);
    assert_int_equal(numbers(&ask, 0, (int)n_rows, 0, &want), 0);
    struct input *in = input_open(ask.path, &err);
    assert_ok(input_slurp(in, 1 << 24, &bytes, &n, &err), &err);
    assert_int_equal(n, want.len);
    if (n)
        assert_memory_equal(bytes, want.data, n);
    mem_free(bytes);
    input_close(in);
    buf_release(&want);
}

static void test_lines_stand_in_order(void **state)
{
    (void)state;
    put(0, 3, 0);
    put(1, 3, 1);
    put(127, 3, 127);
    put(100000, 3, 2048);
    put(4000, 100, 640);
    put(1000, 1000, 65);
    put(100, 1 << 20, 1);
}

static void test_lines_without_memory(void **state)
{
    struct ask ask = {.n_rows = 3000, .n_fields = 10, .path = unit_path("lines")};
    (void)state;
    FAULT_LOOP(put_once, &ask);
}

/* ---- headers ---- */

static int header_once(void *ctx, struct err *err)
{
    struct header h = {.delimiter = ';',
        .prefix = "m.",
        .kind = ERR_USAGE,
        .before = "the kept column",
        .after = "is there"};
    int ret = -1;
    (void)ctx;

    if (header_init(&h, err) == 0 && header_keep(&h, "a;b", err) == 0 &&
        header_keep(&h, "m.leaf_3", err) == 0 && header_add(&h, "p_", "x", err) == 0 &&
        header_add_numbered(&h, "leaf", 1, 2, err) == 0) {
        assert_string_equal(h.line.data, "\"a;b\";m.leaf_3;m.p_x;m.leaf_1;m.leaf_2");
        assert_int_equal(header_add(&h, "leaf", "_3", err), -1);
        if (err->kind == ERR_USAGE) {
            assert_string_equal(err->text, "the kept column 'm.leaf_3' is there");
            ret = 0;
        }
    }
    header_release(&h);
    return ret;
}

static void test_headers(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(header_once(NULL, &err), &err);
}

/* ---- predictions ---- */

static int text_once(void *ctx, struct err *err)
{
    struct target t = {.task = TASK_CLASSIFICATION, .classes = dict_new()};
    struct prediction_text p = {.start = NULL};
    struct buf out = BUF_INIT;
    const double linked[] = {0.25, 0.5, 0.25};
    int ret = -1;
    (void)ctx;

    if (!t.classes || dict_add(t.classes, "a", 1) < 0 || dict_add(t.classes, "b,\"c", 4) < 0 ||
        dict_add(t.classes, "", 0) < 0 || prediction_text_init(&p, &t, ',', err) < 0 ||
        prediction_add(&p, linked, &out) < 0 || buf_char(&out, '/') < 0 ||
        prediction_add_none(&p, &out) < 0 || buf_char(&out, '/') < 0 ||
        prediction_add_truth(&p, 1, &out) < 0) {
        err_memory(err);
        goto out;
    }
    assert_string_equal(out.data, "\"b,\"\"c\",0.25,0.5,0.25/,,,/\"b,\"\"c\"");
    ret = 0;
out:
    buf_release(&out);
    prediction_text_release(&p);
    dict_free(t.classes);
    return ret;
}

static void test_predictions(void **state)
{
    struct target values = {.task = TASK_REGRESSION};
    struct prediction_text p;
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    const double linked[] = {0.1};
    (void)state;
    assert_ok(text_once(NULL, &err), &err);
    assert_ok(prediction_text_init(&p, &values, ',', &err), &err);
    assert_int_equal(prediction_add(&p, linked, &out), 0);
    assert_int_equal(prediction_add_none(&p, &out), 0);
    assert_int_equal(prediction_add_truth(&p, -2, &out), 0);
    assert_string_equal(out.data, "0.1-2");
    prediction_text_release(&p);
    buf_release(&out);
}

static void test_text_without_memory(void **state)
{
    (void)state;
    FAULT_LOOP(header_once, NULL);
    FAULT_LOOP(text_once, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_stand_in_order),
        cmocka_unit_test(test_lines_without_memory),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_predictions),
        cmocka_unit_test(test_text_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
