/* test_rows.c -- rows read twice: classes and groups, then the bytes; and no memory on the way. */
#include <stdio.h>
#include <string.h>

#include "cmd/table/rows.h"
#include "common/base/mem.h"
#include "tests/unit/unit.h"

static const char text[] = "k,\"g\",v\n10,x,\" a\"\"b\"\n9, x ,2\n10,y,\n,y,4\n";

static const struct format_opts formats = {.format = FORMAT_AUTO};

static int read_file(
    struct rows *rows, const char *path, const char *y, const char *group, struct err *err)
{
    const char *const item[1] = {path};
    const struct operands files = {1, item};
    return rows_read(rows, &files, &formats, y, group, NULL, err);
}

static int read_text(
    struct rows *rows, const char *bytes, const char *y, const char *group, struct err *err)
{
    return read_file(rows, unit_file("rows.csv", bytes, strlen(bytes)), y, group, err);
}

/* Classes are in order of value, 9 before 10, and what is missing is one; groups as they came. */
static void test_survey(void **state)
{
    struct err err = ERR_INIT;
    struct rows rows;

    (void)state;
    assert_ok(read_text(&rows, text, "k", "g", &err), &err);
    assert_int_equal(rows.n, 4);
    assert_int_equal(rows.n_classes, 3);
    assert_true(rows.y[0] == rows.y[2] && rows.y[0] != rows.y[1] && rows.y[3] != rows.y[0]);
    assert_string_equal(dict_text(rows.classes, (int32_t)rows.y[0], NULL), "10");
    assert_true(
        rows.group[0] == 0 && rows.group[1] == 0 && rows.group[2] == 1 && rows.group[3] == 1);
    struct split_rows split = rows_to_split(&rows);
    assert_true(split.n == 4 && split.y == rows.y && split.n_classes == 3);
    rows_release(&rows);
}

static void test_order(void **state)
{
    struct err err = ERR_INIT;
    struct rows rows;

    (void)state;
    assert_ok(read_text(&rows, "k\n10\n9\n10\n", "1", NULL, &err), &err);
    assert_true(rows.y[0] == 1 && rows.y[1] == 0 && rows.y[2] == 1);
    assert_null(rows.group);
    rows_release(&rows);
}

/* 50 numbers are classes, 51 are not; 51 words are. */
static void test_measurement(void **state)
{
    struct err err = ERR_INIT;
    struct rows rows;
    char many[4096];

    (void)state;
    for (int n = 50; n <= 51; n++)
        for (int words = 0; words <= 1; words++) {
            size_t used = (size_t)sprintf(many, "k\n");
            for (int i = 0; i < n; i++)
                used += (size_t)sprintf(many + used, "%s%d\n", words ? "w" : "", i);
            assert_ok(read_text(&rows, many, "k", NULL, &err), &err);
            assert_int_equal(rows.n, n);
            assert_true((rows.y != NULL) == (words || n == 50));
            rows_release(&rows);
        }
}

static int copy_rows(void *ctx, struct err *err)
{
    struct rows rows;
    struct output out = OUTPUT_INIT;
    const char *const *path = ctx; /* from, to */
    int got, ret = -1;

    if (read_file(&rows, path[0], "k", "g", err) < 0 || rows_rewind(&rows, err) < 0 ||
        output_open(&out, path[1], OUTPUT_TEXT, err) < 0 ||
        rows_put_header(&rows, ",f", &out, err) < 0)
        goto out;
    while ((got = rows_next(&rows, err)) > 0)
        if (rows_put(&rows, ",7", &out, err) < 0)
            goto out;
    if (got == 0)
        ret = output_close(&out, err);
out:
    output_discard(&out);
    rows_release(&rows);
    return ret;
}

static void test_copy(void **state)
{
    struct err err = ERR_INIT;
    const char *paths[2] = {unit_file("from.csv", text, strlen(text)), unit_path("to.csv")};
    char got[256] = "";

    (void)state;
    assert_ok(copy_rows(paths, &err), &err);
    FILE *f = fopen(paths[1], "rb");
    assert_non_null(f);
    assert_true(fread(got, 1, sizeof got - 1, f) > 0);
    fclose(f);
    assert_string_equal(got,
        "k,g,v,f\n10,x,\" a\"\"b\",7\n9, x ,2,7\n10,y,,7\n,y,4,7\n"); /* blanks and quotes stay */
}

static void test_errors(void **state)
{
    struct err err = ERR_INIT;
    struct rows rows;

    (void)state;
    assert_err(read_text(&rows, text, "z", NULL, &err), &err, ERR_FAILED, "--target");
    rows_release(&rows);
    assert_err(read_text(&rows, text, NULL, "z", &err), &err, ERR_FAILED, "--group");
    rows_release(&rows);
    assert_err(read_text(&rows, "1 1:2\n0 1:3\n", NULL, NULL, &err), &err, ERR_FAILED, "not CSV");
    rows_release(&rows);
    assert_err(read_text(&rows, "a,b\n", NULL, NULL, &err), &err, ERR_FAILED, "no rows");
    rows_release(&rows);
}

/* Without quotes: libcsv asks again for less when it cannot have what it wants. */
static void test_memory(void **state)
{
    static const char plain[] = "k,g,v\n10,x,1\n9,y,2\n";
    const char *paths[2] = {unit_file("from.csv", plain, strlen(plain)), unit_path("to.csv")};
    (void)state;
    FAULT_LOOP(copy_rows, paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survey),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_measurement),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
