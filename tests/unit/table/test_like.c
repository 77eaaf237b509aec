/* test_like.c -- common/table/table.h: another sample of a table's columns, rows picked, no memory.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/table/rows.h"

static int read_like(struct table *t, const char *path, const struct table *train,
    const struct read_opts *opts, const struct watch *w, struct err *err)
{
    return table_read_like(t, &(struct operands){1, &path}, train, opts, w, err);
}

static const struct read_opts none = READ_OPTIONS_INIT;

static void test_like(void **state)
{
    const struct read_opts o = {.target = "y", .weight = "w"};
    struct err err = ERR_INIT;
    struct buf said = BUF_INIT;
    struct watch w = rows_watch(&said);
    struct table train, t;
    const double n[] = {9, NAN}, c[] = {1, NAN}, y[] = {1, 0}, weight[] = {3, 1};
    const char *good = rows_file("good.csv", "y,c,n,w,more\n2,v,9,3,1\n1.0,new,,1,1\n");
    const char *label = rows_file("label.csv", "y,c,n,w\n3,v,9,1\n");
    const char *text = rows_file("text.csv", "y,c,n,w\n1,v,x,1\n");
    const char *column = rows_file("column.csv", "y,c,w\n1,v,1\n");
    const char *joined = rows_file("joined.csv", "y|c|n|w\n2|v|9|3\n");
    const char *target = rows_file("target.csv", "c,n,w\nv,9,1\n");
    (void)state;
    assert_ok(rows_read(&train, "n,c,y,w\n1,u,1,1\n2,v,2,1\n",
                  &(struct read_opts){.target = "y", .weight = "w", .task = TASK_CLASSIFICATION},
                  NULL, &err),
        &err);
    assert_ok(read_like(&t, good, &train, &o, &w, &err), &err);
    assert_int_equal(t.n_rows, 2);
    assert_all_close(t.values[0], n, 2, 0, 0);
    assert_all_close(t.values[1], c, 2, 0, 0);
    assert_all_close(t.y, y, 2, 0, 0);
    assert_all_close(t.weight, weight, 2, 0, 0);
    assert_non_null(
        strstr(said.data, "1 category not known from training is read as missing ('c' 1)"));
    table_release(&t);
    assert_err(read_like(&t, label, &train, &o, NULL, &err), &err, ERR_FAILED,
        "label.csv:2: target 'y': '3' is a class that the training rows do not have");
    assert_err(read_like(&t, text, &train, &o, NULL, &err), &err, ERR_FAILED,
        "text.csv:2: column 'n': 'x' is not a number");
    assert_err(read_like(&t, column, &train, &o, NULL, &err), &err, ERR_FAILED,
        "column.csv: no column 'n'");
    assert_err(
        read_like(&t, good, &train,
            &(struct read_opts){.target = "y", .group = "g", .group_option = "--fold"}, NULL, &err),
        &err, ERR_FAILED, "good.csv: --fold: no column 'g'");
    assert_err(read_like(&t, good, &train, &(struct read_opts){.weight = "weigh"}, NULL, &err),
        &err, ERR_FAILED, "good.csv: -w: no column 'weigh'");
    assert_err(read_like(&t, joined, &train, &o, NULL, &err), &err, ERR_FAILED,
        "(the model needs it): if '|' separates columns, say -d '|'");
    assert_err(read_like(&t, target, &train, &o, NULL, &err), &err, ERR_FAILED,
        "target.csv: no column 'y', the target");
    table_release(&train);
    buf_release(&said);
}

static void test_like_libsvm(void **state)
{
    struct err err = ERR_INIT;
    struct table train, t;
    const char *other = rows_file("other.svm", "1 qid:2 1:5 3:4 9:1\n0 qid:2 2:1\n");
    const double values[] = {5, 4};
    (void)state;
    assert_ok(rows_read(&train, "1 1:2\n0 3:3\n", &none, NULL, &err), &err);
    assert_ok(read_like(&t, other, &train, &none, NULL, &err), &err);
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(t.sparse->start[1], 2);
    assert_int_equal(t.sparse->start[2], 2); /* column 2 is not in the training rows */
    assert_int_equal(t.sparse->col[1], 2);
    assert_all_close(t.sparse->value, values, 2, 0, 0);
    assert_close(t.y[0], 1, 0, 0);
    assert_non_null(t.group);
    table_release(&t);
    table_release(&train);
}

static void test_select(void **state)
{
    const struct read_opts o = {.target = "y", .weight = "w", .group = "g"};
    const int64_t rows[] = {2, 0, 2};
    const double a[] = {3, 1, 3}, values[] = {8, 5, 8};
    struct err err = ERR_INIT;
    struct table t, part;
    (void)state;
    assert_ok(rows_read(&t, "a,c,y,w,g\n1,u,3,1,p\n2,v,4,2,q\n3,u,5,3,q\n", &o, NULL, &err), &err);
    assert_ok(table_select(&part, &t, rows, 3, &err), &err);
    table_release(&t);
    assert_int_equal(part.n_rows, 3);
    assert_all_close(part.values[0], a, 3, 0, 0);
    assert_all_close(part.weight, a, 3, 0, 0);
    assert_close(part.y[1], 3, 0, 0);
    assert_int_equal(part.group[0], 1);
    assert_string_equal(dict_text(part.schema.cols[1].dict, 1, NULL), "v");
    table_release(&part);
    assert_ok(rows_read(&t, "1 1:5\n0 2:7 3:1\n1 1:8\n", &none, NULL, &err), &err);
    assert_ok(table_select(&part, &t, rows, 3, &err), &err);
    assert_int_equal(part.sparse->start[3], 3);
    assert_all_close(part.sparse->value, values, 3, 0, 0);
    table_release(&part);
    table_release(&t);
}

/* ---- no memory ---- */

static int read_under_fault(void *ctx, struct err *err)
{
    const struct read_opts o = {
        .target = "y", .weight = "w", .group = "g", .exclude = "x", .positive = "p"};
    const int64_t rows[] = {1, 0};
    struct table t, part;
    if (rows_read(&t, ctx, &o, NULL, err) < 0)
        return -1;
    int ret = table_select(&part, &t, rows, 2, err);
    if (ret == 0)
        table_release(&part);
    table_release(&t);
    return ret;
}

static int sparse_under_fault(void *ctx, struct err *err)
{
    const struct read_opts o = {.exclude = "2"};
    const int64_t rows[] = {1, 0};
    struct table t, part, like;
    int ret;
    if (rows_read(&t, "1:2 qid:8 1:0.5 2:4\n0 qid:9 4:7\n", &o, NULL, err) < 0)
        return -1;
    ret = table_select(&part, &t, rows, 2, err);
    if (ret == 0)
        table_release(&part);
    if (ret == 0 && (ret = read_like(&like, ctx, &t, &o, NULL, err)) == 0)
        table_release(&like);
    table_release(&t);
    return ret;
}

static int like_under_fault(void *ctx, struct err *err)
{
    struct table *train = ctx, t;
    const char *path = unit_path("fault.csv");
    const struct read_opts o = {.weight = "w", .group = "g"};
    if (read_like(&t, path, train, &o, NULL, err) < 0)
        return -1;
    table_release(&t);
    return 0;
}

static void test_faults(void **state)
{
    char dense[] = "n,c,d,m,x,y,w,g,e\n1,u,2024-01-01,5,1,p,1,a,\n2,v,2024-01-02,k,2,q,2,b,\n";
    char path[512];
    struct err err = ERR_INIT;
    struct table train;
    (void)state;
    FAULT_LOOP(read_under_fault, dense);
    snprintf(path, sizeof path, "%s", rows_file("fault.svm", "1:3 qid:1 1:2 4:5\n"));
    FAULT_LOOP(sparse_under_fault, path);
    rows_file("fault.csv", "y,c,n,w,g\nq,zz,3,1,k\n");
    assert_ok(
        rows_read(&train, "n,c,y\n1,u,p\n2,v,q\n", &(struct read_opts){.target = "y"}, NULL, &err),
        &err);
    FAULT_LOOP(like_under_fault, &train);
    table_release(&train);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_like),
        cmocka_unit_test(test_like_libsvm),
        cmocka_unit_test(test_select),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
