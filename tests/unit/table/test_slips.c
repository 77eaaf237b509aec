/* test_slips.c -- common/table/table.h: what is said about data that is not quite what was meant.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/table/rows.h"

static const struct read_opts none = READ_OPTIONS_INIT;
static const struct read_opts target = {.target = "y"};

/* The notes that reading the text makes, or the message that it fails with. */
static const char *said(const char *text, const struct read_opts *o)
{
    static char notes[2048];
    struct err err = ERR_INIT;
    struct buf buf = BUF_INIT;
    struct watch w = rows_watch(&buf);
    struct table t;

    bool failed = rows_read(&t, text, o, &w, &err) < 0;
    snprintf(notes, sizeof notes, "%s", failed ? err.text : buf.data ? buf.data : "");
    if (!failed)
        table_release(&t);
    buf_release(&buf);
    return notes;
}

/* A header and n rows made of fmt with the row's number (from 1), then more text. */
static const char *rows_of(
    struct buf *out, const char *header, int n, const char *fmt, const char *more)
{
    buf_clear(out);
    assert_int_equal(buf_str(out, header), 0);
    for (int i = 1; i <= n; i++)
        for (const char *p = fmt; *p; p++)
            assert_int_equal(*p == '#' ? buf_printf(out, "%d", i) : buf_char(out, *p), 0);
    assert_int_equal(buf_str(out, more), 0);
    return out->data;
}

/* 19 of 20 dates make the twentieth a slip, wherever it stands. */
static void test_dates(void **state)
{
    const struct read_opts na = {.na = "soon"}, category = {.categorical = "d"};
    const struct read_opts y = {.target = "d"};
    struct buf text = BUF_INIT;
    (void)state;
    rows_of(&text, "d,v\n", 19, "2020-01-01,#.5\n", "2020-02-30,2\n");
    assert_string_equal(said(text.data, &none),
        "x.csv:21: column 'd': '2020-02-30' is not a date, as 95% of the column are: say "
        "--categorical 'd', or --na '2020-02-30' if it means a missing value");
    assert_string_equal(said(text.data, &category), "");
    rows_of(&text, "d,v\nsoon,1\n", 19, "2020-01-01,#.5\n", "");
    assert_string_equal(said(text.data, &none),
        "x.csv:2: column 'd': 'soon' is not a date, as 95% of the column are: say --categorical "
        "'d', or --na 'soon' if it means a missing value");
    assert_string_equal(said(text.data, &na), "");
    rows_of(&text, "d,v\n", 38, "2020-01-01,#.5\n", "17,2\n007,3\n");
    assert_non_null(strstr(said(text.data, &none), "x.csv:40: column 'd': '17' is not a date"));
    rows_of(&text, "d,v\n", 18, "2020-01-01,#.5\n", "soon,2\n");
    assert_string_equal(said(text.data, &none),
        "W: column 'd': a category, though 94.7% of the values are dates\n");
    /* a target's dates are classes */
    rows_of(&text, "d,v\n", 19, "2020-01-01,#.5\n", "soon,2\n");
    assert_string_equal(
        said(text.data, &y), "I: target 'd': classification, 2 classes (2020-01-01, soon)\n");
    buf_release(&text);
}

static void test_many_texts(void **state)
{
    struct buf text = BUF_INIT;
    (void)state;
    rows_of(&text, "n\n0.5\n", 1100000, "#.5\n", "");
    memcpy(strstr(text.data, "\n700.5\n"), "\nx00.5\n", 7);
    const char *message = said(text.data, &none);
    assert_non_null(strstr(message, "x.csv:702: column 'n': 'x00.5' is not a number, as over "
                                    "99.99% of the column are: say"));
    buf_release(&text);
}

static void test_utf8(void **state)
{
    const struct read_opts category = {.categorical = "c"};
    struct buf text = BUF_INIT;
    (void)state;
    assert_string_equal(said("v,c\n1,x\n2,Z\xfcrich\n3,\xe9\n", &none),
        "x.csv:3: column 'c': 'Z\xfcrich' is not UTF-8 text: convert the file, as in iconv -f "
        "latin1 -t utf-8");
    assert_non_null(strstr(said("v,c\n1,5\n2,x\n3,\"\n\xe9\"\n", &none), "x.csv:4: column 'c': "));
    assert_non_null(strstr(said("v,c\n1,5\n2,\xe9\n", &category), "x.csv:3: column 'c': "));
    assert_non_null(strstr(said("v,y\n1,x\n2,\xe9\n", &target), "x.csv:3: column 'y': '\xe9'"));
    assert_string_equal(said("v,c,caf\xe9\n1,2,3\n", &none),
        "x.csv:1: column 3: the name 'caf\xe9' is not UTF-8 text: convert the file, as in iconv "
        "-f latin1 -t utf-8");
    /* bytes that are the inside of characters, more than a message quotes */
    rows_of(&text, "v,c\n1,x\n2,", 100, "\x80", "\n");
    assert_non_null(strstr(said(text.data, &none), "x.csv:3: column 'c': '\x80\x80"));
    /* what is ignored need not be text */
    rows_of(&text, "v,c\n", 20, "1.5,k#\xe9\n", "2,x\n");
    assert_non_null(strstr(said(text.data, &none), "'c' is ignored: text, 21 different values"));
    buf_release(&text);
}

static void test_decimal_commas(void **state)
{
    struct buf text = BUF_INIT;
    (void)state;
    assert_string_equal(said("a;v\n1,5;1\n2;2\n1,5;3\n-,5e1;3\n", &none),
        "W: column 'a': numbers with a decimal comma are text here: convert them\n");
    rows_of(&text, "a;v\n", 20, "#,#;1.5\n", "2;2\n");
    assert_string_equal(said(text.data, &none),
        "W: column 'a' is ignored: text, 21 different values in 21 rows: numbers with a decimal "
        "comma are text here: convert them\n");
    rows_of(&text, "a;v\n", 19, "3;#.5\n", "1,5;2\n");
    assert_string_equal(said(text.data, &none),
        "x.csv:21: column 'a': '1,5' is not a number, as 95% of the column are: numbers with a "
        "decimal comma are text here: convert them");
    assert_string_equal(said("y;v\n1,5;1\n2;2\n1,5;3\n", &target),
        "I: target 'y': classification, 2 classes (1,5, 2)\n"
        "W: target 'y': numbers with a decimal comma are text here: convert them\n");
    rows_of(&text, "a;v\n", 18, "1,5;#.5\n", "1,2,3;2\n");
    assert_string_equal(said(text.data, &none), ""); /* 94.7% */
    buf_release(&text);
}

static void test_ids_in_part(void **state)
{
    struct buf text = BUF_INIT;
    (void)state;
    rows_of(&text, "n,v\n", 30, "#.5,1\n", "a,2\nb,2\nc,2\n");
    assert_string_equal(said(text.data, &none),
        "W: column 'n' is ignored: text, 33 different values in 33 rows, 90.9% of them numbers: "
        "an id, free text?\n");
    buf_clear(&text);
    assert_int_equal(buf_str(&text, "d,v\na,2\nb,2\nc,2\n"), 0);
    for (int i = 0; i < 30; i++)
        assert_int_equal(buf_printf(&text, "2020-01-%02d,1\n", i + 1), 0);
    assert_string_equal(said(text.data, &none),
        "W: column 'd' is ignored: text, 33 different values in 33 rows, 90.9% of them dates: an "
        "id, free text?\n");
    buf_release(&text);
}

static void test_numbers_for_classes(void **state)
{
    const struct read_opts regression = {.target = "y", .task = TASK_REGRESSION};
    const char *six = "v,y\n1,-1\n2,1\n3,1\n4,-1\n5,1\n6,1\n";
    struct buf text = BUF_INIT;
    (void)state;
    assert_string_equal(said(six, &target),
        "I: target 'y': regression (2 different whole numbers: if they are classes, --task "
        "classification)\n");
    assert_string_equal(said(six, &regression), "I: target 'y': regression\n");
    assert_string_equal(
        said("v,y\n1,1\n2,2\n3,1\n4,2\n5,1\n", &target), "I: target 'y': regression\n");
    assert_string_equal(said("v,y\n1,1\n2,2\n3,1\n4,2\n5,1\n5,1.5\n7,1\n8,1\n9,2\n", &target),
        "I: target 'y': regression\n");
    assert_string_equal(
        said("v,y\n1,2\n2,2\n3,2\n4,2\n5,2\n6,2\n", &target), "I: target 'y': regression\n");
    rows_of(&text, "v,y\n", 20, "1.5,#\n2.5,#\n3.5,#\n", "");
    assert_non_null(strstr(said(text.data, &target), "(20 different whole numbers: if"));
    rows_of(&text, "v,y\n", 21, "1.5,#\n2.5,#\n3.5,#\n", "");
    assert_string_equal(said(text.data, &target), "I: target 'y': regression\n");
    buf_release(&text);
}

static void test_options_by_name(void **state)
{
    const struct read_opts group = {.group = "g"};
    const struct read_opts fold = {.group = "g", .group_option = "--fold"};
    (void)state;
    assert_string_equal(
        said("a,b\n1,2\n", &group), "x.csv: --group: no column 'g': there are a, b");
    assert_string_equal(said("a,b\n1,2\n", &fold), "x.csv: --fold: no column 'g': there are a, b");
    assert_string_equal(said("1 1:2\n", &fold), "a LIBSVM file has its groups in qid: no --fold");
}

/* Not to learn from: columns without an entry, and one class. */
static void test_keep_all(void **state)
{
    const struct read_opts keep = {.keep_all = true, .exclude = "2"};
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct table t;
    (void)state;
    assert_ok(rows_read(&t, "1 1:2 2:3\n1 5:7\n", &keep, NULL, &err), &err);
    assert_string_equal(
        rows_columns(&t, &out), "c1 number; c2 ignored; c3 number; c4 number; c5 number");
    assert_int_equal(dict_size(t.target.classes), 1);
    table_release(&t);
    buf_release(&out);
    assert_string_equal(said("1 1:2 2:3\n1 5:7\n", &keep),
        "I: absent entries are read as missing (--absent zero "
        "reads them as 0)\n"
        "I: target 'label': classification, 1 class (1)\n"
        "D: column 'c2': left out by request\n");
    assert_string_equal(
        said("1 1:2 2:3\n1 5:7\n", &none), "target 'label': only one class, '1': nothing to learn");
}

static void test_malformed_libsvm(void **state)
{
    (void)state;
    assert_string_equal(said("1 1:2 2:x\n", &none), "x.csv:1: '2:x': the value is not a number");
}

static int under_fault(void *ctx, struct err *err)
{
    struct table t;
    if (rows_read(&t, ctx, &target, NULL, err) == 0)
        table_release(&t);
    else if (err->kind == ERR_MEMORY)
        return -1;
    return 0;
}

static void test_faults(void **state)
{
    char dates[] = "a,y\n2020-01-01,1\nx,2\n2020-01-01,0\n", bytes[] = "a,y\nx,1\n\xe9,2\n";
    char commas[] = "a;y\nx;1,5\nz;2\nx;1,5\n", one[] = "a|y\n1|2\n";
    (void)state;
    FAULT_LOOP(under_fault, dates);
    FAULT_LOOP(under_fault, bytes);
    FAULT_LOOP(under_fault, commas);
    FAULT_LOOP(under_fault, one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_many_texts),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_decimal_commas),
        cmocka_unit_test(test_ids_in_part),
        cmocka_unit_test(test_numbers_for_classes),
        cmocka_unit_test(test_options_by_name),
        cmocka_unit_test(test_keep_all),
        cmocka_unit_test(test_malformed_libsvm),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
