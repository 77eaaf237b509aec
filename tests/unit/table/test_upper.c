/* test_upper.c -- upper bounds of the target, read beside the others. */
#include "tests/unit/unit.h"

#include <math.h>

#include "tests/unit/table/rows.h"

enum { ROWS = 3000 };
static const struct read_opts bounds = {.target = "low", .upper = "high"};

/* Every fifth row's bound is missing or infinite, in one way or another; blocks of rows without
 * quotes are read at once, the others by the row. */
static const char *many_rows(const char *name, int odd, const char *text)
{
    static const char *const none[] = {"", "NA", "inf", "\"\""};
    struct buf b = BUF_INIT;

    assert_int_equal(buf_str(&b, "x,high,low\n"), 0);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(buf_printf(&b, "%d,", i % 7), 0);
        assert_int_equal(i == odd ? buf_str(&b, text)
                         : i % 5  ? buf_printf(&b, "%d.5", i)
                                  : buf_str(&b, none[i > 2000 ? i % 4 : i % 3]),
            0);
        assert_int_equal(buf_printf(&b, ",%d\n", i), 0);
    }
    const char *path = unit_file(name, b.data, b.len);
    buf_release(&b);
    return path;
}

static void check_bounds(const struct table *t, int64_t first)
{
    for (int64_t i = 0; i < t->n_rows; i++) {
        int64_t row = first + i;
        assert_true(t->y[i] == (double)row);
        assert_true(t->upper[i] == (row % 5 ? (double)row + 0.5 : INFINITY));
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
    assert_ok(table_read(&t, &files, &bounds, NULL, &err), &err);
    assert_int_equal(t.n_rows, ROWS);
    assert_int_equal(t.schema.n_cols, 1); /* x alone is a feature */
    check_bounds(&t, 0);
    assert_ok(table_read_like(&like, &files, &t, &bounds, NULL, &err), &err);
    check_bounds(&like, 0);
    assert_ok(table_select(&some, &t, last, 2, &err), &err);
    check_bounds(&some, ROWS - 2);
    table_release(&some);
    table_release(&like);
    table_release(&t);
}

/* Beside margins, each is in its place. */
static void test_with_margins(void **state)
{
    const struct read_opts o = {.target = "y", .upper = "u", .margin = "m", .weight = "w"};
    const double upper[] = {5, INFINITY}, margin[] = {0.25, 0.5}, weight[] = {1, 3};
    const char *path = rows_file("rows.csv", "u,m,x,w,y\n5,0.25,7,1,1\n,0.5,8,3,2\n");
    const struct operands files = {1, &path};
    struct table t, like;
    struct err err = ERR_INIT;

    (void)state;
    assert_ok(table_read(&t, &files, &o, NULL, &err), &err);
    assert_ok(table_read_like(&like, &files, &t, &o, NULL, &err), &err);
    const struct table *both[] = {&t, &like};
    for (int i = 0; i < 2; i++) {
        assert_all_close(both[i]->upper, upper, 2, 0, 0);
        assert_all_close(both[i]->margin[0], margin, 2, 0, 0);
        assert_all_close(both[i]->weight, weight, 2, 0, 0);
    }
    table_release(&like);
    table_release(&t);
}

static void refused(
    const char *text, const struct read_opts *o, enum err_kind kind, const char *message)
{
    struct err err = ERR_INIT;
    struct table t;
    assert_err(rows_read(&t, text, o, NULL, &err), &err, kind, message);
}

static void test_refused(void **state)
{
    static const char rows[] = "a,b,y\n1,2,1\n3,4,2\n";
    const char *good = many_rows("many.csv", -1, ""), *bad = many_rows("bad.csv", 2500, "1x");
    struct err err = ERR_INIT;
    struct table train, t;

    (void)state;
    assert_ok(table_read(&train, &(struct operands){1, &good}, &bounds, NULL, &err), &err);
    assert_err(table_read(&t, &(struct operands){1, &bad}, &bounds, NULL, &err), &err, ERR_FAILED,
        "bad.csv:2502: upper bound 'high': '1x' is not a number");
    assert_err(table_read_like(&t, &(struct operands){1, &bad}, &train, &bounds, NULL, &err), &err,
        ERR_FAILED, "bad.csv:2502: upper bound 'high': '1x' is not a number");
    table_release(&train);
    refused(rows, &(struct read_opts){.target = "y", .upper = "c"}, ERR_FAILED,
        "--upper: no column 'c'");
    refused(rows, &(struct read_opts){.target = "y", .upper = "y"}, ERR_USAGE,
        "column 'y' is the target, a weight or a group: it is no bound");
    refused(rows, &(struct read_opts){.target = "y", .margin = "b", .upper = "b"}, ERR_USAGE,
        "it is no bound");
    refused("1 1:2\n2 1:3\n", &(struct read_opts){.upper = "c1"}, ERR_USAGE,
        "a LIBSVM file has no column for --upper");
}

static int everything(void *ctx, struct err *err)
{
    const char *path = ctx;
    const struct operands files = {1, &path};
    const int64_t first = 0;
    struct table t, like = TABLE_INIT, some = TABLE_INIT;
    int ret = table_read(&t, &files, &bounds, NULL, err);

    if (ret == 0)
        ret = table_read_like(&like, &files, &t, &bounds, NULL, err);
    if (ret == 0)
        ret = table_select(&some, &t, &first, 1, err);
    table_release(&some);
    table_release(&like);
    table_release(&t);
    return ret;
}

static void test_without_memory(void **state)
{
    (void)state;
    FAULT_LOOP(everything, (void *)(uintptr_t)rows_file("few.csv", "high,x,low\n3,2,3\n,3,4\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_with_margins),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
