/* test_margin.c -- base margins: columns of raw outputs, read beside the others. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/base/mem.h"
#include "tests/unit/table/rows.h"

enum { ROWS = 3000 };

/* Two margins, told by the row, and a feature; the cell of row `odd` is `text` instead. */
static const char *many_rows(const char *name, int odd, const char *text)
{
    struct buf b = BUF_INIT;

    assert_int_equal(buf_str(&b, "m2,x,m1,y\n"), 0);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(buf_printf(&b, "%d,%d,", -i, i % 7), 0);
        assert_int_equal(i == odd ? buf_str(&b, text) : buf_printf(&b, "%d.5", i), 0);
        assert_int_equal(buf_printf(&b, ",%d\n", i % 5), 0);
    }
    const char *path = unit_file(name, b.data, b.len);
    buf_release(&b);
    return path;
}

static const struct read_opts two = {.target = "y", .margin = "m1,m2"};

static void check_margins(double *const *margin, int64_t first, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        assert_true(margin[0][i] == (double)(first + i) + 0.5);
        assert_true(margin[1][i] == -(double)(first + i));
    }
}

static void test_table(void **state)
{
    const char *path = many_rows("many.csv", -1, "");
    const int64_t last[] = {ROWS - 2, ROWS - 1};
    const struct operands files = {1, &path};
    struct table t, like, some;
    struct err err = ERR_INIT;

    (void)state;
    assert_ok(table_read(&t, &files, &two, NULL, &err), &err);
    assert_int_equal(t.n_margins, 2);
    assert_int_equal(t.schema.n_cols, 1); /* x alone is a feature */
    check_margins(t.margin, 0, ROWS);
    assert_ok(table_read_like(&like, &files, &t, &two, NULL, &err), &err);
    assert_int_equal(like.n_margins, 2);
    check_margins(like.margin, 0, ROWS);
    assert_ok(table_select(&some, &t, last, 2, &err), &err);
    assert_int_equal(some.n_margins, 2);
    check_margins(some.margin, ROWS - 2, 2);
    table_release(&some);
    table_release(&like);
    table_release(&t);
}

static void test_reader(void **state)
{
    const char *path = many_rows("many.csv", -1, "");
    const struct operands files = {1, &path};
    struct err err = ERR_INIT;
    struct batch b;
    struct table t;

    (void)state;
    assert_ok(table_read(&t, &files, &two, NULL, &err), &err);
    for (int keep = 0; keep < 2; keep++) {
        const struct bind_opts o = {.margin = "m1,m2", .keep = keep ? "m1" : NULL};
        struct reader *r = reader_open(&files, &o, &t.schema, &err);
        assert_non_null(r);
        assert_int_equal(reader_n_margins(r), 2);
        while (reader_next(r, &b, &err) > 0)
            check_margins((double *const *)b.margin, b.first_row, b.n_rows);
        assert_int_equal(reader_rows(r), ROWS);
        reader_close(r);
    }
    table_release(&t);
}

static int read_all(const char *path, const struct table *train, const char *list, struct err *err)
{
    const struct operands files = {1, &path};
    const struct bind_opts o = {.margin = list, .by_position = true};
    struct reader *r = reader_open(&files, &o, &train->schema, err);
    struct batch b;
    int got = -1;

    while (r && (got = reader_next(r, &b, err)) > 0)
        ;
    reader_close(r);
    return got;
}

/* The same error wherever rows are read, early or late. */
static void refused(int row, const char *cell, const char *message)
{
    const char *good = many_rows("many.csv", -1, ""), *bad = many_rows("bad.csv", row, cell);
    struct table train, t;
    struct err err = ERR_INIT;

    assert_ok(table_read(&train, &(struct operands){1, &good}, &two, NULL, &err), &err);
    assert_err(
        table_read(&t, &(struct operands){1, &bad}, &two, NULL, &err), &err, ERR_FAILED, message);
    assert_err(table_read_like(&t, &(struct operands){1, &bad}, &train, &two, NULL, &err), &err,
        ERR_FAILED, message);
    assert_err(read_all(bad, &train, "m1,m2", &err), &err, ERR_FAILED, message);
    table_release(&train);
}

static void test_cells_are_checked(void **state)
{
    (void)state;
    refused(1, "", "bad.csv:3: base margin 'm1' is missing");
    refused(2500, "NA", "bad.csv:2502: base margin 'm1' is missing");
    refused(2500, "inf", "bad.csv:2502: base margin 'm1' is not finite");
    refused(2500, "1x", "bad.csv:2502: base margin 'm1': '1x' is not a number");
}

static void table_refused(
    const char *text, const struct read_opts *o, enum err_kind kind, const char *message)
{
    struct err err = ERR_INIT;
    struct table t;
    assert_err(rows_read(&t, text, o, NULL, &err), &err, kind, message);
}

static void test_columns_are_checked(void **state)
{
    static const char rows[] = "a,b,y\n1,2,1\n3,4,2\n";
    struct err err = ERR_INIT;
    struct table t;

    (void)state;
    table_refused(rows, &(struct read_opts){.target = "y", .margin = "c"}, ERR_FAILED,
        "--base-margin: no column 'c'");
    table_refused(rows, &(struct read_opts){.target = "y", .margin = "b,2"}, ERR_FAILED,
        "--base-margin: 'b' is there twice");
    table_refused(rows, &(struct read_opts){.target = "y", .margin = "y"}, ERR_USAGE,
        "column 'y' is the target, a weight or a group: it is no margin");
    table_refused(rows, &(struct read_opts){.target = "y", .weight = "b", .margin = "b"}, ERR_USAGE,
        "column 'b' is the target, a weight or a group: it is no margin");
    table_refused("1 1:2\n2 1:3\n", &(struct read_opts){.margin = "c1"}, ERR_USAGE,
        "a LIBSVM file has no column for --base-margin");
    assert_ok(rows_read(&t, rows, &(struct read_opts){.target = "y"}, NULL, &err), &err);
    const char *svm = rows_file("rows.svm", "1 1:2\n"), *csv = rows_file("some.csv", rows);
    assert_err(read_all(svm, &t, "c1", &err), &err, ERR_USAGE, "LIBSVM");
    assert_err(
        read_all(csv, &t, "m", &err), &err, ERR_FAILED, "some.csv: --base-margin: no column 'm'");
    table_release(&t);
}

/* Margins may be features too, left out by -x; rows without a target have none. */
static void test_other_options(void **state)
{
    const struct read_opts o = {
        .target = "y", .features = "a", .margin = "b", .drop_missing_target = true};
    const double margin[] = {2, 6};
    struct err err = ERR_INIT;
    struct table t;

    (void)state;
    assert_ok(rows_read(&t, "a,b,y\n1,2,1\n3,,\n5,6,2\n", &o, NULL, &err), &err);
    assert_int_equal(t.n_rows, 2);
    assert_all_close(t.margin[0], margin, 2, 0, 0);
    table_release(&t);
}

static int everything(void *ctx, struct err *err)
{
    const char *path = ctx;
    const struct operands files = {1, &path};
    const int64_t first = 0;
    struct table t, like = TABLE_INIT, some = TABLE_INIT;
    int ret = table_read(&t, &files, &two, NULL, err);

    if (ret == 0)
        ret = table_read_like(&like, &files, &t, &two, NULL, err);
    if (ret == 0)
        ret = table_select(&some, &t, &first, 1, err);
    if (ret == 0)
        ret = read_all(path, &t, "m1,m2", err);
    table_release(&some);
    table_release(&like);
    table_release(&t);
    return ret;
}

static void test_without_memory(void **state)
{
    (void)state;
    FAULT_LOOP(
        everything, (void *)(uintptr_t)rows_file("few.csv", "m2,x,m1,y\n1,2,3,4\n2,3,4,5\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_reader),
        cmocka_unit_test(test_cells_are_checked),
        cmocka_unit_test(test_columns_are_checked),
        cmocka_unit_test(test_other_options),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
