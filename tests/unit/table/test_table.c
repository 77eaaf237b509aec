/* test_table.c -- common/table/table.h: what columns become, targets, weights, groups, and errors.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "tests/unit/table/rows.h"

static const struct read_opts none = READ_OPTIONS_INIT;

/* The text is read and gives these columns and notes. */
static void reads_as(
    const char *text, const struct read_opts *o, const char *columns, const char *notes)
{
    struct err err = ERR_INIT;
    struct buf said = BUF_INIT, out = BUF_INIT;
    struct watch w = rows_watch(&said);
    struct table t;

    assert_ok(rows_read(&t, text, o, &w, &err), &err);
    assert_string_equal(rows_columns(&t, &out), columns);
    assert_string_equal(said.data ? said.data : "", notes);
    table_release(&t);
    buf_release(&said);
    buf_release(&out);
}

static void fails(
    const char *text, const struct read_opts *o, enum err_kind kind, const char *message)
{
    struct err err = ERR_INIT;
    struct table t;
    assert_err(rows_read(&t, text, o, NULL, &err), &err, kind, message);
    assert_null(t.values);
}

/* A header, n rows made of fmt with the row's number (from 1), and more text. */
static const char *many(
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

static void test_kinds(void **state)
{
    (void)state;
    reads_as("n,c,d\n1.5,x,2024-01-01\n,y,2024-01-02T10:00Z\n-2e3,x,\n", &none,
        "n number; c category(x,y); d date", "");
    reads_as("a,b\n10,x\n9,10\n10,9\n", &none, "a number; b category(10,9,x)",
        "W: column 'b': a category, though 66.7% of the values are numbers ('x' is not)\n");
    reads_as("a\n2024-01-01\nsoon\n", &none, "a category(2024-01-01,soon)",
        "W: column 'a': a category, though 50% of the values are dates\n");
    /* the text comes first, the numbers later: the same, without a second pass */
    reads_as("b\nx\n10\n9\n", &none, "b category(10,9,x)",
        "W: column 'b': a category, though 66.7% of the values are numbers ('x' is not)\n");
    reads_as("zip\n10115\n01067\n80331\n", &none, "zip category(01067,10115,80331)",
        "W: column 'zip': digits with leading zeros ('01067') are a category\n");
    reads_as("v\n0\n0.5\n00.5\n", &none, "v number", "");
    reads_as("e,c\n,1\n?,1\nNA,1\n", &none, "e ignored; c number",
        "W: column 'e' is ignored: no value in any row\nW: column 'c': constant\n");
    reads_as("b\n1\n9007199254740993\n", &none, "b number",
        "W: column 'b': whole numbers beyond 2^53 are rounded\n");
    reads_as("b\n9007199254740992\n-1e300\n9007199254740994.0\n", &none, "b number", "");
}

static void test_values(void **state)
{
    struct err err = ERR_INIT;
    struct table t;
    const double n[] = {1.5, NAN, -2000}, c[] = {0, 1, 0}, m[] = {0, 1, 0},
                 d[] = {1704067200, NAN, 1704189600};
    (void)state;
    assert_ok(rows_read(&t,
                  "n,c,m,d\n1.5, x,7,2024-01-01\n ?,y ,\"z\",null\n-2e3,\"x\",7,2024-01-02 10:00\n",
                  &none, NULL, &err),
        &err);
    assert_int_equal(t.n_rows, 3);
    assert_all_close(t.values[0], n, 3, 0, 0);
    assert_all_close(t.values[1], c, 3, 0, 0);
    assert_all_close(t.values[2], m, 3, 0, 0);
    assert_all_close(t.values[3], d, 3, 0, 0);
    assert_null(t.y);
    assert_null(t.target.name);
    assert_true(t.schema.named);
    assert_string_equal(t.schema.na, "NA,N/A,NaN,nan,null,?");
    table_release(&t);
}

static void test_ids(void **state)
{
    struct buf text = BUF_INIT;
    const struct read_opts forced = {.categorical = "id"};
    (void)state;
    reads_as(many(&text, "id,v\n", 20, "k#,1#.5\n", ""), &none, "id ignored; v number",
        "W: column 'id' is ignored: text, 20 different values in 20 rows: an id, free text?\n");
    many(&text, "id,v\n", 11, "k#,1.5\n",
        "k1,1\nk1,1\nk1,1\nk1,1\nk1,1\nk1,1\nk1,1\nk1,1\nk1,1\nk1,1\nk1,1\n");
    reads_as(text.data, &none, "id category(k1,k10,k11,k2,k3,k4,k5,k6,k7,k8,k9); v number",
        ""); /* half, not over */
    reads_as(many(&text, "id\n", 3, "k#\n", ""), &none, "id category(k1,k2,k3)", "");
    many(&text, "id\n", 20, "k#\n", "");
    struct err err = ERR_INIT;
    struct table t;
    assert_ok(rows_read(&t, text.data, &forced, NULL, &err), &err);
    assert_int_equal(dict_size(t.schema.cols[0].dict), 20);
    table_release(&t);
    reads_as(many(&text, "n\n", 20, "#\n", ""), &none, "n number",
        "W: column 'n': whole numbers that never repeat: an id?\n");
    reads_as(many(&text, "n\n", 19, "#\n", ""), &none, "n number", "");
    /* a column that is read again does not make the others' rows come twice */
    reads_as(many(&text, "m,id\n", 18, "1,#\n", "x,19\ny,20\n"), &none,
        "m category(1,x,y); id number",
        "W: column 'm': a category, though 90% of the values are numbers ('x' is not)\n"
        "W: column 'id': whole numbers that never repeat: an id?\n");
    reads_as(many(&text, "n\n", 20, "#\n", "7\n"), &none, "n number", "");
    reads_as(many(&text, "n\n", 20, "#\n", "?\n"), &none, "n number", "");
    buf_release(&text);
}

static void test_stray(void **state)
{
    struct buf text = BUF_INIT;
    const struct read_opts na = {.na = "oops,NA"}, text_wanted = {.categorical = "n"},
                           numbers = {.numeric = "n"};
    (void)state;
    many(&text, "v,n\n", 19, "#.5,#.5\n", "1,oops\n");
    fails(text.data, &none, ERR_FAILED,
        "x.csv:21: column 'n': 'oops' is not a number, as 95% of the column are: say "
        "--categorical 'n', or --na 'oops' if it means a missing value");
    reads_as(text.data, &na, "v number; n number", "");
    fails(text.data, &numbers, ERR_FAILED, "x.csv:21: column 'n': 'oops' is not a number");
    many(&text, "n,v\noops,1\n", 19, "#.5,#.5\n", "");
    fails(text.data, &none, ERR_FAILED, "x.csv:2: column 'n': 'oops' is not a number, as 95%");
    many(&text, "n\n", 18, "3\n", "oops\n");
    reads_as(text.data, &none, "n category(3,oops)",
        "W: column 'n': a category, though 94.7% of the values are numbers ('oops' is not)\n");
    reads_as(text.data, &text_wanted, "n category(3,oops)", "");
    /* one code with a leading zero explains them all */
    many(&text, "n\n", 19, "33\n", "oops\n07\n");
    reads_as(text.data, &none, "n category(07,33,oops)",
        "W: column 'n': digits with leading zeros ('07') are a category\n");
    buf_release(&text);
}

static void test_kinds_by_option(void **state)
{
    const struct read_opts o = {.numeric = "a", .categorical = "b", .date = "3"};
    const struct read_opts twice = {.numeric = "a", .categorical = "1"};
    const struct read_opts wrong = {.numeric = "1", .date = "2"};
    (void)state;
    reads_as(
        "a,b,c\n007,10,20240101\n008,9.0,2023\n", &o, "a number; b category(9.0,10); c date", "");
    fails("a,b,c\n1,10,2024-13-01\n", &o, ERR_FAILED,
        "x.csv:2: column 'c': '2024-13-01' is not a date");
    fails("a,b\n1,2\n", &twice, ERR_USAGE, "column 'a' is to be of two kinds");
    fails("a,b\n1,x\n", &wrong, ERR_FAILED, "x.csv:2: column 'b': 'x' is not a date");
}

static void test_missing(void **state)
{
    const struct read_opts nothing = {.na = ""}, kept = {.no_trim = true, .na = "?"};
    (void)state;
    reads_as("a\nNA\nN/A\nNaN\nnan\nnull\n?\n\n\"\"\n1\n", &none, "a number", "");
    reads_as("a\nx\nNA\n", &nothing, "a category(NA,x)", "");
    reads_as("a,b\nx,?\n x,1\n", &kept, "a category( x,x); b number", "");
}

static void test_lists(void **state)
{
    const struct read_opts some = {.target = "y", .features = "1-3", .exclude = "b"};
    const struct read_opts all = {.target = "y", .weight = "w", .features = "all"};
    const struct read_opts wrong = {.exclude = "cc"}, same = {.target = "a", .weight = "1"};
    (void)state;
    reads_as("a,b,c,y,w\n1,2,3,0.5,1\n2,2,4,0.7,1\n", &some,
        "a number; b ignored; c number; w ignored",
        "I: target 'y': regression\nD: column 'b': left out by request\n"
        "D: column 'w': left out by request\n");
    reads_as("a,y,w\n1,0.5,1\n2,0.7,1\n", &all, "a number", "I: target 'y': regression\n");
    fails("aaa,cc2\n1,2\n", &wrong, ERR_FAILED, "x.csv: -X: no column 'cc': is 'cc2' meant?");
    fails("a,b\n1,2\n", &same, ERR_USAGE,
        "column 'a' cannot be the target, a weight or a group at once");
}

/* A target becomes this task with these codes and classes. */
static void target_is(
    const char *text, const struct read_opts *o, const char *note, int n, const double *y)
{
    struct err err = ERR_INIT;
    struct buf said = BUF_INIT;
    struct watch w = rows_watch(&said);
    struct table t;

    assert_ok(rows_read(&t, text, o, &w, &err), &err);
    assert_string_equal(said.data, note);
    assert_int_equal(t.n_rows, n);
    assert_string_equal(t.target.name, "y");
    assert_int_equal(t.target.task, t.target.classes ? TASK_CLASSIFICATION : TASK_REGRESSION);
    assert_all_close(t.y, y, (size_t)n, 0, 0);
    table_release(&t);
    buf_release(&said);
}

static void test_targets(void **state)
{
    const struct read_opts plain = {.target = "y"};
    const struct read_opts classes = {.target = "y", .task = TASK_CLASSIFICATION};
    const struct read_opts numbers = {.target = "2", .task = TASK_REGRESSION};
    const struct read_opts no = {.target = "y", .positive = "no"};
    const struct read_opts last = {.target = "y", .positive = "a"};
    const struct read_opts text = {.target = "y", .categorical = "y"};
    (void)state;
    target_is("a,y\n1,yes\n2,no\n3,yes\n", &plain,
        "I: target 'y': classification, 2 classes (no, yes)\n", 3, (const double[]){1, 0, 1});
    target_is("a,y\n1,yes\n2,no\n3,yes\n", &no,
        "I: target 'y': classification, 2 classes (yes, no)\n", 3, (const double[]){0, 1, 0});
    target_is("a,y\n1,1\n2,0\n3,1\n", &plain, "I: target 'y': classification, 2 classes (0, 1)\n",
        3, (const double[]){1, 0, 1});
    target_is("a,y\n1,1.0\n2,0.0\n3,1\n", &plain,
        "I: target 'y': classification, 2 classes (0.0, 1.0)\n", 3, (const double[]){1, 0, 1});
    target_is("a,y\n1,1\n2,0\n3,2\n", &plain, "I: target 'y': regression\n", 3,
        (const double[]){1, 0, 2});
    target_is("a,y\n1,1\n2,1\n3,0.5\n", &plain, "I: target 'y': regression\n", 3,
        (const double[]){1, 1, 0.5});
    target_is("a,y\n1,1\n2,0\n3,1\n", &numbers, "I: target 'y': regression\n", 3,
        (const double[]){1, 0, 1});
    target_is("a,y\n1,10\n2,9.0\n3,-3\n4,9\n", &classes,
        "I: target 'y': classification, 3 classes (-3, 9.0, 10)\n", 4,
        (const double[]){2, 1, 0, 1});
    target_is("a,y\n1,1\n2,0\n3,1\n", &(const struct read_opts){.target = "y", .positive = "0.0"},
        "I: target 'y': classification, 2 classes (1, 0)\n", 3, (const double[]){0, 1, 0});
    target_is("a,y\n1,10\n2,9\n3,9.0\n", &text,
        "I: target 'y': classification, 3 classes (9, 9.0, 10)\n", 3, (const double[]){2, 0, 1});
    target_is("a,y\n1,1\n2,b\n3,1\n", &plain, "I: target 'y': classification, 2 classes (1, b)\n",
        3, (const double[]){0, 1, 0});
    target_is("a,y\n1,01\n2,10\n", &plain, "I: target 'y': classification, 2 classes (01, 10)\n", 2,
        (const double[]){0, 1});
    target_is("a,y\n1,2020-01-01\n2,2021-01-01\n", &plain,
        "I: target 'y': classification, 2 classes (2020-01-01, 2021-01-01)\n", 2,
        (const double[]){0, 1});
    target_is("a,y\n1,b\n2,a\n3,c\n", &last, "I: target 'y': classification, 3 classes (b, c, a)\n",
        3, (const double[]){0, 2, 1});
}

static void test_missing_targets(void **state)
{
    const struct read_opts plain = {.target = "y"};
    const struct read_opts drop = {.target = "y", .drop_missing_target = true, .weight = "w"};
    (void)state;
    fails("a,y\n1,2\n2,?\n", &plain, ERR_FAILED,
        "x.csv:3: target 'y' is missing: --drop-missing-target leaves such rows out");
    /* a column that has to be read again leaves out the same rows */
    target_is("a,y,w\n1,b,1\nx,,-5\n7,c,2\nz,NA,2\nv,b,1\n", &drop,
        "I: 2 rows without a target left out\n"
        "I: target 'y': classification, 2 classes (b, c)\n"
        "W: column 'a': a category, though 66.7% of the values are numbers ('v' is not)\n",
        3, (const double[]){0, 1, 0});
    fails("a,y,w\n1,,1\n", &drop, ERR_FAILED, "x.csv: no row has a target");
}

static void test_target_errors(void **state)
{
    const struct read_opts plain = {.target = "y"};
    const struct read_opts numbers = {.target = "y", .task = TASK_REGRESSION};
    const struct read_opts positive = {.target = "y", .positive = "maybe"};
    const struct read_opts odd = {.target = "y", .task = TASK_REGRESSION, .categorical = "y"};
    const struct read_opts dates = {.target = "y", .task = TASK_CLASSIFICATION, .date = "y"};
    struct buf text = BUF_INIT;
    (void)state;
    fails("a,y\n1,x\n2,x\n", &plain, ERR_FAILED, "target 'y': only one class, 'x'");
    fails("a,y\n1,0\n2,0\n", &plain, ERR_FAILED, "target 'y': only one class, '0'");
    fails("a,y\n1,0\n2,x\n", &numbers, ERR_FAILED, "x.csv:3: column 'y': 'x' is not a number");
    fails("a,y\n1,0\n2,-inf\n", &plain, ERR_FAILED,
        "x.csv:3: column 'y': '-inf' is not a finite number");
    fails("a,y\n1,x\n2,y\n", &positive, ERR_FAILED,
        "--positive 'maybe': no such class of 'y': there are 'x', 'y'");
    fails("a,y\n1,3\n2,5\n", &positive, ERR_FAILED, "regression has no classes");
    fails("a,y\n1,3\n2,5\n", &odd, ERR_USAGE, "--categorical");
    fails("a,y\n1,2020\n2,2021\n", &dates, ERR_FAILED, "dates are no classes");
    fails("a,y\n1,caf\xe9\n2,x\n", &plain, ERR_FAILED, "is not UTF-8 text");
    fails("a\n1\n", &plain, ERR_FAILED, "x.csv: -y: no column 'y': there is a");
    fails("y\n1\n0\n", &plain, ERR_FAILED, "x.csv: no column to learn from");
    many(&text, "a,y\n", 30, "1,#.5\n", "1,slip\n");
    fails(text.data, &plain, ERR_FAILED, "x.csv:32: column 'y': 'slip' is not a number, as 96.7");
    buf_release(&text);
}

static void test_many_classes(void **state)
{
    const struct read_opts plain = {.target = "y"};
    struct buf text = BUF_INIT;
    (void)state;
    reads_as(many(&text, "a,y\n", 22, "1.5,k1#\n", "2,x\n"), &plain, "a number",
        "I: target 'y': classification, 23 classes (k11, k110, k111, k112, k113, k114, k115, k116, "
        "k117, k118, ...)\n"
        "W: target 'y': 23 classes in 23 rows: is it the right column?\n");
    buf_release(&text);
}

static void test_weights_and_groups(void **state)
{
    const struct read_opts o = {.target = "y", .weight = "w", .group = "g"};
    const double weight[] = {0, 2.5, 1};
    struct err err = ERR_INIT;
    struct table t;
    (void)state;
    assert_ok(rows_read(&t, "a,y,w,g\n1,3,0,u\n2,4,2.5,01\n3,5,1, u\n", &o, NULL, &err), &err);
    assert_int_equal(t.schema.n_cols, 1);
    assert_all_close(t.weight, weight, 3, 0, 0);
    assert_int_equal(t.group[0], 0);
    assert_int_equal(t.group[1], 1);
    assert_int_equal(t.group[2], 0);
    assert_string_equal(dict_text(t.groups, 1, NULL), "01");
    table_release(&t);
    fails("a,y,w,g\n1,3,,u\n", &o, ERR_FAILED, "x.csv:2: weight 'w' is missing");
    fails("a,y,w,g\n1,3,-1,u\n", &o, ERR_FAILED, "x.csv:2: weight 'w' is negative");
    fails("a,y,w,g\n1,3,inf,u\n", &o, ERR_FAILED, "x.csv:2: weight 'w' is not finite");
    fails("a,y,w,g\n1,3,one,u\n", &o, ERR_FAILED, "x.csv:2: weight 'w': 'one' is not a number");
    fails("a,y,w,g\n1,3,0,u\n2,4,0,u\n", &o, ERR_FAILED, "every row has weight 0");
    fails("a,y,w,g\n1,3,1,\n", &o, ERR_FAILED, "x.csv:2: column 'g': a row without a group");
}

static void test_no_rows(void **state)
{
    const struct read_opts unnamed = {.format = {.no_header = true}};
    (void)state;
    fails("", &none, ERR_FAILED, "x.csv: empty");
    fails("a,b\n", &none, ERR_FAILED, "x.csv: only a header, no rows");
    fails("a,b\n,\n", &none, ERR_FAILED, "x.csv: no column to learn from");
    reads_as("1,x\n", &unnamed, "c1 number; c2 category(x)", "");
}

static void test_names(void **state)
{
    (void)state;
    fails("\xe9,b\n1,2\n", &none, ERR_FAILED, "is not UTF-8 text");
    fails("a,b\n\xe9,2\nb,3\n", &none, ERR_FAILED, "column 'a': '\xe9' is not UTF-8 text");
}

static void test_libsvm(void **state)
{
    const struct read_opts o = {.absent_zero = true, .exclude = "2"};
    const struct read_opts target = {.target = "y"};
    struct err err = ERR_INIT;
    struct buf said = BUF_INIT, out = BUF_INIT;
    struct watch w = rows_watch(&said);
    struct table t;
    const double y[] = {1, 0, 1}, values[] = {0.5, 7, 3}, weight[] = {2, 1, 1};
    (void)state;
    assert_ok(
        rows_read(&t, "1:2 qid:8 1:0.5 2:4\n0 qid:9 4:7\n1 qid:8 1:3 2:1\n", &o, &w, &err), &err);
    assert_string_equal(rows_columns(&t, &out), "c1 number; c2 ignored; c3 ignored; c4 number");
    assert_string_equal(said.data,
        "I: absent entries are read as 0 (--absent missing reads them as missing)\n"
        "I: target 'label': classification, 2 classes (0, 1)\n"
        "D: column 'c2': left out by request\n"
        "W: 1 of 4 columns has no entry in any row and is ignored\n");
    assert_false(t.schema.named);
    assert_true(t.schema.absent_zero);
    assert_null(t.values);
    assert_all_close(t.y, y, 3, 0, 0);
    assert_all_close(t.weight, weight, 3, 0, 0);
    assert_int_equal(t.sparse->start[1], 1);
    assert_int_equal(t.sparse->start[2], 2);
    assert_int_equal(t.sparse->start[3], 3);
    assert_all_close(t.sparse->value, values, 3, 0, 0);
    assert_int_equal(t.sparse->col[1], 3);
    assert_int_equal(t.group[0], t.group[2]);
    assert_string_equal(dict_text(t.groups, t.group[1], NULL), "9");
    table_release(&t);
    buf_release(&said);
    buf_release(&out);
    fails("1 1:2\n", &target, ERR_USAGE, "a LIBSVM file has its own target: no -y");
    fails("1 qid:1 1:2\n0 1:3\n", &none, ERR_FAILED, "x.csv:2: a row without a qid");
    fails("1 1:2\n0 qid:1 1:3\n", &none, ERR_FAILED, "x.csv:2: a row with a qid");
    fails("1 1:2\n0:-1 1:3\n", &none, ERR_FAILED, "x.csv:2: weight 'label' is negative");
    fails("1 16000000:2\n0 1:3\n", &none, ERR_FAILED,
        "x.csv:1: index 16000000, though there are only 2 entries");
}

/* A .npy file of doubles, as NumPy writes it. */
static const char *npy_file(
    const char *name, const char *order, const char *shape, const double *values, size_t n)
{
    struct buf out = BUF_INIT;
    assert_int_equal(buf_add(&out, "\x93NUMPY\1\0\x76\0", 10), 0);
    assert_int_equal(
        buf_printf(&out, "{'descr': '<f8', 'fortran_order': %s, 'shape': %s, }", order, shape), 0);
    while (out.len < 127)
        assert_int_equal(buf_char(&out, ' '), 0);
    assert_int_equal(buf_char(&out, '\n'), 0);
    assert_int_equal(buf_add(&out, values, n * sizeof *values), 0);
    const char *path = unit_file(name, out.data, out.len);
    buf_release(&out);
    return path;
}

static void npy_reads(const char *path, const struct read_opts *o, const char *columns)
{
    const double c1[] = {1, 3, 5}, c3[] = {0, 1, NAN}, y[] = {2, 4, 6};
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct table t;
    assert_ok(table_read(&t, &(struct operands){1, &path}, o, NULL, &err), &err);
    assert_string_equal(rows_columns(&t, &out), columns);
    assert_all_close(t.values[0], c1, 3, 0, 0);
    assert_all_close(t.values[1], c3, 3, 0, 0);
    assert_all_close(t.y, y, 3, 0, 0);
    table_release(&t);
    buf_release(&out);
}

static void test_npy(void **state)
{
    const double rows[] = {1, 2, 7, 3, 4, 8.5, 5, 6, NAN};
    const double columns[] = {1, 3, 5, 2, 4, 6, 7, 8.5, NAN}, one[] = {1, 2, 3};
    const struct read_opts o = {.target = "c2", .categorical = "3"}, wide = READ_OPTIONS_INIT;
    const char *cube = npy_file("cube.npy", "False", "(1, 3, 1)", one, 3);
    const char *line = npy_file("line.npy", "False", "(3,)", one, 3);
    const char *cut = npy_file("cut.npy", "False", "(3, 2)", one, 3);
    struct err err = ERR_INIT;
    struct table t;
    (void)state;
    npy_reads(
        npy_file("rows.npy", "False", "(3, 3)", rows, 9), &o, "c1 number; c3 category(7,8.5)");
    npy_reads(
        npy_file("columns.npy", "True", "(3, 3)", columns, 9), &o, "c1 number; c3 category(7,8.5)");
    assert_ok(table_read(&t, &(struct operands){1, &line}, &wide, NULL, &err), &err);
    assert_int_equal(t.n_rows, 3);
    table_release(&t);
    assert_err(table_read(&t, &(struct operands){1, &cube}, &wide, NULL, &err), &err, ERR_FAILED,
        "an array of 3 dimensions");
    assert_err(table_read(&t, &(struct operands){1, &cut}, &wide, NULL, &err), &err, ERR_FAILED,
        "cut.npy");
}

static void test_idx(void **state)
{
    const char *path = unit_file("x.idx", "\0\0\x08\x01\0\0\0\x02\x07\x08", 10);
    const struct read_opts o = READ_OPTIONS_INIT;
    struct err err = ERR_INIT;
    struct table t;
    (void)state;
    assert_err(table_read(&t, &(struct operands){1, &path}, &o, NULL, &err), &err, ERR_FAILED,
        "x.idx: an IDX file: that is for programs that read tensors");
}

static void test_files(void **state)
{
    const char *a = rows_file("a.csv", "x,y\n1,p\n2,q\n"),
               *b = rows_file("b.csv", "y;x\nr;3\np;oh\n");
    const char *c = rows_file("c.csv", "x,z\n1,p\n"), *d = rows_file("d.svm", "1 1:2\n");
    const char *ab[] = {a, b}, *ac[] = {a, c}, *ca[] = {c, a}, *ad[] = {a, d},
               *twice[] = {"-", "-"};
    const struct read_opts o = READ_OPTIONS_INIT;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct table t;
    const double x[] = {0, 1, 2, 3}, y[] = {0, 1, 2, 0};
    (void)state;
    assert_ok(table_read(&t, &(struct operands){2, ab}, &o, NULL, &err), &err);
    assert_string_equal(rows_columns(&t, &out), "x category(1,2,3,oh); y category(p,q,r)");
    assert_all_close(t.values[0], x, 4, 0, 0);
    assert_all_close(t.values[1], y, 4, 0, 0);
    table_release(&t);
    assert_err(table_read(&t, &(struct operands){2, ac}, &o, NULL, &err), &err, ERR_FAILED,
        "c.csv: column 'z' is not in");
    assert_err(table_read(&t, &(struct operands){2, ca}, &o, NULL, &err), &err, ERR_FAILED,
        "a.csv: column 'y' is not in");
    assert_err(table_read(&t, &(struct operands){2, ad}, &o, NULL, &err), &err, ERR_FAILED,
        "not of the same format");
    assert_err(table_read(&t, &(struct operands){2, twice}, &o, NULL, &err), &err, ERR_USAGE,
        "standard input is named twice");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_stray),
        cmocka_unit_test(test_kinds_by_option),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_missing_targets),
        cmocka_unit_test(test_target_errors),
        cmocka_unit_test(test_many_classes),
        cmocka_unit_test(test_weights_and_groups),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_libsvm),
        cmocka_unit_test(test_npy),
        cmocka_unit_test(test_idx),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
