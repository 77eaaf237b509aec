/* test_reader.c -- common/table/reader.h: binding, streaming, unknown categories, kept columns. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/stream/input.h"
#include "common/table/source.h"
#include "tests/unit/table/rows.h"

/* A schema with the column `age` a number, `city` a category, `when` a date, `junk` ignored. */
static const char trained[] = "age,junk,city,when,y\n1,,Ulm,2024-01-01,1\n2,,Bonn,2024-01-02,2\n";
static const struct bind_opts none = {.keep = NULL};

static void make_schema(struct schema *s, const char *text, const struct read_opts *o)
{
    struct err err = ERR_INIT;
    struct table t;
    assert_ok(rows_read(&t, text, o, NULL, &err), &err);
    assert_int_equal(schema_copy(s, &t.schema), 0);
    table_release(&t);
}

static struct schema make_trained(void)
{
    struct schema s;
    make_schema(&s, trained, &(const struct read_opts){.target = "y"});
    return s;
}

/* All values as text: "1 0 1704067200/- 1 -/", or the message. */
static const char *read_all(
    const char *text, const struct bind_opts *o, const struct schema *s, struct buf *out)
{
    struct err err = ERR_INIT;
    struct batch b;
    int got = -1;

    buf_clear(out);
    struct reader *r = rows_reader(text, o, s, &err);
    while (r && (got = reader_next(r, &b, &err)) > 0)
        for (int i = 0; i < b.n_rows; i++) {
            for (int c = 0; c < s->n_cols; c++) {
                assert_true(!b.cols[c] == (s->cols[c].kind == COL_IGNORED));
                if (b.cols[c])
                    assert_int_equal(isnan(b.cols[c][i]) ? buf_str(out, "- ")
                                                         : buf_printf(out, "%.17g ", b.cols[c][i]),
                        0);
            }
            out->data[out->len - 1] = '/';
        }
    reader_close(r);
    if (got < 0) {
        buf_clear(out);
        assert_int_equal(buf_str(out, err.text), 0);
    }
    return out->data ? out->data : "";
}

static void test_by_name(void **state)
{
    struct schema s = make_trained();
    struct buf out = BUF_INIT;
    (void)state;
    assert_string_equal(
        read_all("when;more;city;age\n2024-01-02;x; Ulm;1e3\n;;\"Bonn\";?\n", &none, &s, &out),
        "1000 1 1704153600/- 0 -/");
    assert_string_equal(read_all("age,city,when,junk\n", &none, &s, &out), "");
    assert_string_equal(read_all("age,when\n1,2\n", &none, &s, &out),
        "x.csv: no column 'city' (the model needs it)");
    assert_string_equal(read_all("age,wehn,cit\n1,2,3\n", &none, &s, &out),
        "x.csv: no column 'city' (the model needs it): is 'cit' meant?");
    assert_string_equal(read_all("age|city|when\n1|2|3\n", &none, &s, &out),
        "x.csv: no column 'age' (the model needs it): if '|' separates columns, say -d '|'");
    assert_string_equal(read_all("age,city,when\n1,Ulm,\nx,Ulm,\n", &none, &s, &out),
        "x.csv:3: column 'age': 'x' is not a number");
    assert_string_equal(read_all("age,city,when\n1,Ulm,soon\n", &none, &s, &out),
        "x.csv:2: column 'when': 'soon' is not a date");
    assert_string_equal(read_all("age,city,when\n1,Ulm\n", &none, &s, &out),
        "x.csv:2: 2 fields where the header has 3: '1,Ulm'");
    assert_string_equal(read_all("", &none, &s, &out), "x.csv: empty");
    schema_release(&s);
    buf_release(&out);
}

/* What the model knows is not mistaken for what it needs. */
static void test_alike(void **state)
{
    struct schema s;
    struct buf out = BUF_INIT;
    (void)state;
    make_schema(&s, "width1,width2\n1,2\n2,3\n", &(const struct read_opts){.target = NULL});
    assert_string_equal(read_all("width1,junk\n1,2\n", &none, &s, &out),
        "x.csv: no column 'width2' (the model needs it)");
    assert_string_equal(read_all("width1,width_2\n1,2\n", &none, &s, &out),
        "x.csv: no column 'width2' (the model needs it): is 'width_2' meant?");
    schema_release(&s);
    buf_release(&out);
}

static void test_unknown(void **state)
{
    static const char text[] = "age,city,when\n1,Paris,\n1,Ulm,\n1,Rome,\n";
    const struct bind_opts refuse = {.unknown = 1};
    struct schema s = make_trained();
    struct buf out = BUF_INIT, said = BUF_INIT;
    struct watch w = rows_watch(&said);
    struct err err = ERR_INIT;
    struct batch b;
    (void)state;
    assert_string_equal(read_all(text, &none, &s, &out), "1 - -/1 1 -/1 - -/");
    assert_string_equal(read_all(text, &refuse, &s, &out),
        "x.csv:2: column 'city': 'Paris' is a category that training did not have");
    struct reader *r = rows_reader(text, &none, &s, &err);
    reader_report(r, &w);
    assert_null(said.data);
    assert_int_equal(reader_next(r, &b, &err), 1);
    assert_int_equal(reader_next(r, &b, &err), 0);
    assert_int_equal(reader_rows(r), 3);
    reader_report(r, &w);
    assert_string_equal(said.data, "W: 2 categories not known from training are read as missing "
                                   "('city' 2), the first at x.csv:2: 'Paris'\n");
    reader_close(r);
    schema_release(&s);
    buf_release(&out);
    buf_release(&said);
}

static void test_unnamed(void **state)
{
    const struct bind_opts rows = {.format = {.no_header = true}};
    const struct bind_opts in_order = {.format = {.no_header = true}, .by_position = true};
    struct schema named = make_trained(), unnamed;
    struct buf out = BUF_INIT;
    (void)state;
    /* c2 is the target: the features are c1 and c3 */
    make_schema(&unnamed, "1,7,x\n2,8,y\n",
        &(const struct read_opts){.target = "2", .format = {.no_header = true}});
    assert_string_equal(read_all("5,0,y\n6,0,x\n", &rows, &unnamed, &out), "5 1/6 0/");
    assert_string_equal(
        read_all("5,0\n", &rows, &unnamed, &out), "x.csv: no column 'c3' (the model needs it)");
    assert_string_equal(read_all("a,b,c\n5,0,y\n", &none, &unnamed, &out),
        "x.csv: no column 'c1' (the model needs it): the model was trained on columns without "
        "names: --no-header?");
    assert_string_equal(read_all("c3,c1\ny,5\n", &none, &unnamed, &out), "5 1/");

    assert_string_equal(read_all("1,Ulm,2024-01-01,\n", &rows, &named, &out),
        "x.csv: its columns have no names, but the model's have: --by-position takes them in the "
        "model's order");
    assert_string_equal(
        read_all("1,x,Ulm,2024-01-01\n", &in_order, &named, &out), "1 1 1704067200/");
    assert_string_equal(read_all("1,Ulm,2024-01-01\n", &in_order, &named, &out), "1 1 1704067200/");
    assert_string_equal(read_all("1,Ulm\n", &in_order, &named, &out),
        "x.csv: 2 columns, but --by-position needs the 4 that the model was trained on, or the 3 "
        "that it uses");
    schema_release(&named);
    schema_release(&unnamed);
    buf_release(&out);
}

static void test_sparse(void **state)
{
    struct schema s, zero;
    struct buf out = BUF_INIT;
    (void)state;
    make_schema(&s, "1 1:2 3:1\n0 3:4\n", &(const struct read_opts){.absent_zero = false});
    make_schema(&zero, "1 1:2 3:1\n0 3:4\n", &(const struct read_opts){.absent_zero = true});
    assert_string_equal(read_all("0 1:5 2:9 7:1\n0 3:0\n", &none, &s, &out), "5 -/- 0/");
    assert_string_equal(read_all("0 1:5 2:9 7:1\n0 3:8\n", &none, &zero, &out), "5 0/0 8/");
    schema_release(&s);
    schema_release(&zero);
    buf_release(&out);
}

/* Kept fields of all rows, each row with a '/' behind it. */
static void assert_kept(struct reader *r, const char *want)
{
    struct err err = ERR_INIT;
    struct buf got = BUF_INIT;
    struct batch b;

    while (reader_next(r, &b, &err) > 0)
        for (int i = 0; i < b.n_rows; i++) {
            size_t len;
            const char *text = reader_kept(r, i, &len);
            assert_int_equal(buf_add(&got, text, len), 0);
            assert_int_equal(buf_char(&got, '/'), 0);
        }
    assert_string_equal(got.data, want);
    buf_release(&got);
}

static void kept_are(const char *text, const char *list, const struct schema *s, const char *want)
{
    const struct bind_opts o = {.keep = list};
    struct err err = ERR_INIT;
    struct reader *r = rows_reader(text, &o, s, &err);
    assert_ok(r ? 0 : -1, &err);
    assert_kept(r, want);
    reader_close(r);
}

static void test_kept(void **state)
{
    const struct bind_opts wrong = {.keep = "citi"}, sparse = {.keep = "1"};
    struct schema s, svm;
    struct err err = ERR_INIT;
    (void)state;
    make_schema(&s, "a\n1\n2\n", &(const struct read_opts){.target = NULL});
    kept_are("t,a,u\n\"x,\"\"\n\",1,  b \n ,2,\"b\"\r\nNA,3,", "t,u", &s,
        "\"x,\"\"\n\",  b ,/ ,\"b\",/NA,,/");
    kept_are("a\tt\n1\tb,c \n", "2", &s, "b,c \t/");
    schema_release(&s);
    make_schema(&svm, "1 1:1\n0 1:2\n", &(const struct read_opts){.target = NULL});
    assert_null(rows_reader("1 1:1\n", &sparse, &svm, &err));
    assert_int_equal(err.kind, ERR_USAGE);
    schema_release(&svm);
    make_schema(&s, "city\nx\ny\n", &(const struct read_opts){.target = NULL});
    assert_null(rows_reader("city\nx\n", &wrong, &s, &err));
    assert_string_equal(err.text, "x.csv: -k: no column 'citi': is 'city' meant?");
    schema_release(&s);
}

/* More rows than a batch; row numbers go on. */
static void test_batches(void **state)
{
    struct schema s;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    struct batch b;
    int64_t n = 0;
    int batches = 0;
    (void)state;
    make_schema(&s, "a\n1\n2\n", &(const struct read_opts){.target = NULL});
    assert_int_equal(buf_str(&text, "a\n"), 0);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(buf_printf(&text, "%d\n", i), 0);
    const struct read_opts o = READ_OPTIONS_INIT;
    struct source *source = rows_source(text.data, -1, &o, false, &err);
    source_set_pieces(source, (struct source_pieces){.size = 4096, .n = 2});
    struct reader *r = reader_of(source, &none, &s, &err);
    for (; reader_next(r, &b, &err) > 0; batches++) {
        assert_int_equal(b.first_row, n);
        for (int i = 0; i < b.n_rows; i++)
            assert_close(b.cols[0][i], (double)n++, 0, 0);
    }
    assert_int_equal(n, 10000);
    assert_true(batches > 1);
    assert_int_equal(reader_rows(r), n);
    reader_close(r);
    schema_release(&s);
    buf_release(&text);
}

/* Later files need what the first gave, in any order, with any delimiter. */
static void test_files(void **state)
{
    const char *files[] = {rows_file("a.csv", "x,a,k\n9,1,\"p;q\"\n"),
        rows_file("b.csv", "k;z;a\nr,s;0;2\n"), rows_file("c.csv", "a,x\n1,2\n")};
    const struct bind_opts keep = {.keep = "k"};
    struct schema s;
    struct err err = ERR_INIT;
    struct batch b;
    (void)state;
    make_schema(&s, "a\n1\n2\n", &(const struct read_opts){.target = NULL});
    struct reader *r = reader_open(&(struct operands){2, files}, &keep, &s, &err);
    assert_ok(r ? 0 : -1, &err);
    assert_int_equal(reader_next(r, &b, &err), 1);
    assert_int_equal(b.n_rows, 2);
    assert_close(b.cols[0][1], 2, 0, 0);
    assert_int_equal(reader_delimiter(r), ',');
    assert_int_equal(reader_n_kept(r), 1);
    assert_string_equal(reader_kept_name(r, 0), "k");
    reader_close(r);
    r = reader_open(&(struct operands){2, files}, &keep, &s, &err);
    assert_kept(r, "\"p;q\",/\"r,s\",/");
    reader_close(r);
    r = reader_open(&(struct operands){3, files}, &keep, &s, &err);
    assert_int_equal(reader_next(r, &b, &err), -1);
    assert_non_null(strstr(err.text, "c.csv: no column 'k', which "));
    reader_close(r);
    schema_release(&s);
}

static int under_fault(void *ctx, struct err *err)
{
    const struct bind_opts o = {.keep = "more"};
    struct batch b;
    struct reader *r = rows_reader("city,more,age,when\nPola,1,2,\nUlm,1,2,\n", &o, ctx, err);
    int got = r ? 1 : -1;
    while (got > 0)
        got = reader_next(r, &b, err);
    reader_close(r);
    return got;
}

/* A missing column's message takes memory. */
static int missing_under_fault(void *ctx, struct err *err)
{
    struct reader *r = rows_reader("cit,more,age,when\n", &none, ctx, err);
    assert_null(r);
    return err->kind == ERR_MEMORY ? -1 : 0;
}

static void test_faults(void **state)
{
    struct schema s = make_trained();
    (void)state;
    FAULT_LOOP(under_fault, &s);
    FAULT_LOOP(missing_under_fault, &s);
    schema_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_unnamed),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
