/* test_plan.c -- converted tables: columns, codes, and no memory on the way. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/table/plan.h"
#include "cmd/table/plan_row.h"
#include "common/base/mem.h"
#include "tests/unit/unit.h"

static const char text[] = "x,c,y\n1,b,no\n,a,yes\n2,,no\n3,b,yes\n";

static int read_text(struct table *t, const char *bytes, const char *target, struct err *err)
{
    static const char *item[1];
    static const struct operands files = {1, item};
    struct read_opts o = READ_OPTIONS_INIT;
    item[0] = unit_file("plan.csv", bytes, strlen(bytes));
    o.target = target;
    return table_read(t, &files, &o, NULL, err);
}

static void test_columns(void **state)
{
    struct err err = ERR_INIT;
    struct table t;
    struct plan p;

    (void)state;
    assert_ok(read_text(&t, text, "y", &err), &err);
    assert_ok(plan_init(&p, &t, CATEGORY_CODE, NULL, NULL, &err), &err);
    assert_int_equal(p.n_columns, 2);
    assert_close(plan_value(&p, 0, 1), 1, 0, 0); /* a, b */
    assert_true(isnan(plan_value(&p, 1, 0)) && isnan(plan_value(&p, 2, 1)));
    assert_false(p.numeric_labels);
    assert_close(plan_target(&p, 1), 1, 0, 0); /* no, yes */
    plan_release(&p);
    assert_ok(plan_init(&p, &t, CATEGORY_ONE_HOT, NULL, NULL, &err), &err);
    assert_int_equal(p.n_columns, 3);
    assert_close(plan_value(&p, 0, 1), 0, 0, 0);
    assert_close(plan_value(&p, 0, 2), 1, 0, 0);
    assert_true(isnan(plan_value(&p, 2, 1)) && isnan(plan_value(&p, 2, 2)));
    plan_release(&p);
    table_release(&t);
}

/* Classes called by numbers keep them. */
static void test_labels(void **state)
{
    struct err err = ERR_INIT;
    struct table t;
    struct plan p;
    struct read_opts o = READ_OPTIONS_INIT;
    const char *item[1] = {unit_file("labels.csv", "x,y\n1,-1\n2,7\n3,7\n", 17)};
    struct operands files = {1, item};

    (void)state;
    o.target = "y";
    o.task = TASK_CLASSIFICATION;
    assert_ok(table_read(&t, &files, &o, NULL, &err), &err);
    assert_ok(plan_init(&p, &t, CATEGORY_CODE, NULL, NULL, &err), &err);
    assert_true(p.numeric_labels);
    assert_close(plan_target(&p, 0), -1, 0, 0);
    assert_close(plan_target(&p, 2), 7, 0, 0);
    plan_release(&p);
    table_release(&t);
}

static void test_sparse(void **state)
{
    struct err err = ERR_INIT;
    struct table t;
    struct plan p;

    (void)state;
    assert_ok(read_text(&t, "1 1:5 4:-2\n2.5 2:1\n3 1:0 2:7 4:8\n", NULL, &err), &err);
    assert_ok(plan_init(&p, &t, CATEGORY_CODE, NULL, NULL, &err), &err);
    assert_int_equal(p.n_columns, 3); /* the third has no entry, and is ignored */
    assert_close(plan_value(&p, 0, 0), 5, 0, 0);
    assert_close(plan_value(&p, 0, 2), -2, 0, 0);
    assert_true(isnan(plan_value(&p, 0, 1)) && isnan(plan_value(&p, 1, 2)));
    assert_close(plan_value(&p, 2, 2), 8, 0, 0);
    assert_close(plan_target(&p, 1), 2.5, 0, 0);
    plan_release(&p);
    table_release(&t);
}

/* What is converted keeps its positions. */
static void test_all_columns(void **state)
{
    static const char bytes[] = "1 1:5 4:-2\n2.5 2:1\n3 1:0 2:7 4:8\n";
    struct err err = ERR_INIT;
    struct table t;
    struct plan p;
    struct read_opts o = READ_OPTIONS_INIT;
    const char *item[1] = {unit_file("all.svm", bytes, sizeof bytes - 1)};
    struct operands files = {1, item};

    (void)state;
    o.keep_all = true;
    assert_ok(table_read(&t, &files, &o, NULL, &err), &err);
    assert_ok(plan_init(&p, &t, CATEGORY_CODE, NULL, NULL, &err), &err);
    assert_int_equal(p.n_columns, 4);
    assert_true(isnan(plan_value(&p, 0, 2)));
    assert_close(plan_value(&p, 0, 3), -2, 0, 0);
    plan_release(&p);
    table_release(&t);
}

/* Everything that a plan can do, with what it is made from already there. */
static int write_all(void *ctx, struct err *err)
{
    const struct table *t = ctx;
    struct plan p = PLAN_INIT;
    struct output out = OUTPUT_INIT;
    char path[4096];
    int ret = -1;

    snprintf(path, sizeof path, "%s", unit_path("written"));
    if (plan_init(&p, t, CATEGORY_ONE_HOT, NULL, NULL, err) < 0 ||
        output_open(&out, path, OUTPUT_BINARY, err) < 0 || plan_write_csv(&p, ';', &out, err) < 0 ||
        plan_write_npy(&p, DTYPE_F32, &out, err) < 0 ||
        plan_write_libsvm(&p, false, &out, err) < 0 || plan_put_codes(&p, &out, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    plan_release(&p);
    return ret;
}

static void test_memory(void **state)
{
    struct err err = ERR_INIT;
    struct table t;

    (void)state;
    assert_ok(read_text(&t, text, "y", &err), &err);
    FAULT_LOOP(write_all, &t);
    table_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_all_columns),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
