/* test_csv.c -- common/io/format/csv.h: rows, raw bytes, and every way a file can be wrong. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/csv.h"
#include "tests/unit/io/bytes.h"

/* Made by tests/gold/io/csv_rows.py: what Python reads. */
static const struct {
    const char *text;
    size_t n;
    int rows, columns;
    const char *fields;
} gold[] = {
#include "tests/gold/io/csv_rows.inc"
};

static struct csv *open_text(
    struct input **in, const char *text, size_t n, const struct csv_opts *opts, struct err *err)
{
    *in = input_from_memory("x.csv", text, n, err);
    assert_non_null(*in);
    return csv_open(*in, opts, err);
}

/* All rows of the text as "a|b/c|d/", header first, or the error's message. */
static const char *read_all(
    const char *text, size_t n, const struct csv_opts *opts, struct buf *out)
{
    struct err err = ERR_INIT;
    struct input *in;
    struct csv_row row;
    int got = -1;

    buf_clear(out);
    struct csv *csv = open_text(&in, text, n, opts, &err);
    for (int i = 0; csv && !opts->no_header && i < csv_n_columns(csv); i++)
        assert_int_equal(buf_printf(out, "%s%s", i ? "|" : "", csv_column(csv, i)), 0);
    if (csv && !opts->no_header)
        assert_int_equal(buf_char(out, '/'), 0);
    while (csv && (got = csv_next(csv, &row, &err)) > 0) {
        for (int i = 0; i < row.n_fields; i++) {
            assert_int_equal(i ? buf_char(out, '|') : 0, 0);
            assert_int_equal(buf_add(out, row.fields[i].text, row.fields[i].len), 0);
        }
        assert_int_equal(buf_char(out, '/'), 0);
    }
    if (got < 0) {
        buf_clear(out);
        assert_int_equal(buf_str(out, err.text), 0);
    }
    csv_close(csv);
    input_close(in);
    return out->data;
}

/* Both ways of reading give this. */
static void reads_as(const char *text, struct csv_opts opts, const char *want)
{
    struct buf out = BUF_INIT;
    assert_string_equal(read_all(text, strlen(text), &opts, &out), want);
    opts.reference = true;
    assert_string_equal(read_all(text, strlen(text), &opts, &out), want);
    buf_release(&out);
}

static const struct csv_opts plain = {0};

static void test_rows(void **state)
{
    (void)state;
    reads_as("a,b\n1,2\n3,4\n", plain, "a|b/1|2/3|4/");
    reads_as("a,b\r\n1,2\r\n3,4", plain, "a|b/1|2/3|4/");
    reads_as("a,b\n1,2\n3,4\r", plain, "a|b/1|2/3|4/");
    reads_as("a,b\n,\n\"\",\"\"\n", plain, "a|b/|/|/");
    reads_as("\"a\"\"b\",\"c,d\"\n\"1\n2\",\"\"\"\"\n", plain, "a\"b|c,d/1\n2|\"/");
    reads_as("\xef\xbb\xbf\"a\",b\n1,2\n", plain, "a|b/1|2/");
    reads_as("1,2\n3,4\n", (struct csv_opts){.no_header = true}, "1|2/3|4/");
}

static void test_blanks(void **state)
{
    const struct csv_opts kept = {.no_trim = true}, spaces = {.delimiter = ' '};
    (void)state;
    reads_as(" a , b\n 1\t,\t2 x \n\" 3 \",\n", plain, "a|b/1|2 x/ 3 |/");
    reads_as("a, b\n 1 ,2\n", kept, "a| b/ 1 |2/");
    reads_as("a b\n1 \t2\n", spaces, "a|b/1|2/");
    reads_as("a\tb\n 1\t\n", plain, "a|b/1|/");
    reads_as(
        "a,b\n1, \"2\"\n", plain, "x.csv:2: field 2: quote inside an unquoted field: '1, \"2\"'");
}

static void test_delimiters(void **state)
{
    (void)state;
    reads_as("a;b\n1,5;2\n", plain, "a|b/1,5|2/");
    reads_as("a\tb;c\td\n1\t2\t3\n", plain, "a|b;c|d/1|2|3/");
    reads_as("\"x;y;z\",b\n1,2\n", plain, "x;y;z|b/1|2/");
    reads_as("a,b;c\n1,2\n", plain, "a|b;c/1|2/");
    reads_as("a;b,c\n", (struct csv_opts){.delimiter = ';'}, "a|b,c/");
    reads_as("abc\n1\n", plain, "abc/1/");
}

static void test_blank_lines(void **state)
{
    (void)state;
    reads_as("a\n1\n\n3\n\n", plain, "a/1//3//");
    reads_as("a,b\n1,2\n\n \n\r\n", plain, "a|b/1|2/");
    reads_as("a\tb\n\t\n1\t2\n", plain, "a|b/|/1|2/"); /* tabs that are no blanks */
    reads_as("a,b\n1,2\n\n3,4\n", plain, "x.csv:3: blank line where the header has 2 fields");
    reads_as("a,b\n1,2\n \n", (struct csv_opts){.no_trim = true},
        "x.csv:3: 1 field where the header has 2: ' '");
    reads_as("\na\n", plain, "x.csv:1: the header is a blank line");
    reads_as("\n1\n", (struct csv_opts){.no_header = true}, "/1/");
}

static void test_errors(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "x.csv: empty"},
        {"\xef\xbb\xbf", "x.csv: empty"},
        {"a,b\n1,2,3\n", "x.csv:2: 3 fields where the header has 2: '1,2,3'"},
        {"a,b\n\"1\n2\"\n3,4\n", "x.csv:2: 1 field where the header has 2: '\"1\n2\"'"},
        {"a,b\n1,2\n\"x,1\n2,3\n", "x.csv:3: a quote that begins here is never closed"},
        {"a,b\n\"x\n\",\"1\n2,3\n", "x.csv:3: a quote that begins here is never closed"},
        {"a,b\n1,x\"y\n", "x.csv:2: field 2: quote inside an unquoted field: '1,x\"y'"},
        {"a,b\n\"1\"x,2\n",
            "x.csv:2: field 1: text after the closing quote of a field: '\"1\"x,2'"},
        {"a,b\r1,2\r", "x.csv:1: a bare carriage return ends a line: convert the file with tr "
                       "'\\r' '\\n'"},
        {"a,b\n\r1,2\n", "x.csv:2: a bare carriage return ends a line: convert the file with tr "
                         "'\\r' '\\n'"},
        {"a,b,a\n", "x.csv:1: columns 1 and 3 have the same name, 'a'"},
        {"a,b,b,a\n", "x.csv:1: columns 2 and 3 have the same name, 'b'"},
        {"a,,b\n", "x.csv:1: column 2 has no name in the header"},
        {"1,2.5,-3e4\n1,2,3\n", "x.csv:1: the header is made of numbers ('1,2.5,-3e4'): is it a "
                                "row? then say --no-header"},
        {"\xff\xfe"
         "a",
            "x.csv: text in UTF-16: convert it with iconv -f UTF-16 -t UTF-8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        reads_as(wrong[i].text, plain, wrong[i].message);
    reads_as("1,2\n3\n", (struct csv_opts){.no_header = true},
        "x.csv:2: 1 field where the first row has 2: '3'");
    reads_as("a,b\n", (struct csv_opts){.delimiter = '"'},
        "a quote or a line end cannot be the delimiter");
}

static void test_nul(void **state)
{
    static const char text[] = "a,b\n1,\0\n", quoted[] = "a,b\n\"\n\0\",1\n";
    struct buf out = BUF_INIT;
    (void)state;
    assert_string_equal(
        read_all(text, sizeof text - 1, &plain, &out), "x.csv:2: NUL byte: this is not CSV text");
    assert_string_equal(read_all(quoted, sizeof quoted - 1, &plain, &out),
        "x.csv:3: NUL byte: this is not CSV text");
    buf_release(&out);
}

/* A record of over 16 MiB: a quote left open early, a file without line ends, a long line. */
static void test_too_long(void **state)
{
    static const struct {
        const char *start, *repeat, *message;
    } cases[] = {
        {"a,b\n1,2\n3,\"", "x\n",
            "x.csv:3: a record of over 16 MiB: unterminated quote that began on line 3?"},
        {"a,b\r", "1,2\r",
            "x.csv:1: line ends are bare carriage returns: convert them with tr '\\r' '\\n'"},
        {"a,b\n1,2", "345678", "x.csv:2: a line of over 16 MiB"},
    };
    struct buf text = BUF_INIT, out = BUF_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&text);
        assert_int_equal(buf_str(&text, cases[i].start), 0);
        while (text.len < 17 << 20)
            assert_int_equal(buf_str(&text, cases[i].repeat), 0);
        assert_string_equal(read_all(text.data, text.len, &plain, &out), cases[i].message);
    }
    buf_release(&text);
    buf_release(&out);
}

/* Fields with delimiters between them, and line ends, are the file again. */
static void check_raw(const char *text, size_t n, struct csv *csv)
{
    struct err err = ERR_INIT;
    struct csv_row row;
    size_t at = 0;
    int got;
    int64_t line = 1;

    while ((got = csv_next(csv, &row, &err)) > 0) {
        assert_int_equal(row.line, line);
        for (int i = 0; i < row.n_fields; i++) {
            assert_memory_equal(row.fields[i].raw, text + at, row.fields[i].raw_len);
            for (size_t k = 0; k < row.fields[i].raw_len; k++)
                line += text[at + k] == '\n';
            at += row.fields[i].raw_len;
            assert_true(i + 1 == row.n_fields || text[at] == ',');
            at += i + 1 < row.n_fields;
        }
        at += at < n && text[at] == '\r';
        at += at < n && text[at] == '\n';
        line++;
    }
    assert_ok(got, &err);
    assert_int_equal(at, n);
}

static void test_gold(void **state)
{
    struct buf fields = BUF_INIT;
    (void)state;
    for (size_t g = 0; g < sizeof gold / sizeof *gold; g++)
        for (int reference = 0; reference < 2; reference++) {
            const struct csv_opts opts = {
                .delimiter = ',', .no_header = true, .no_trim = true, .reference = reference};
            struct err err = ERR_INIT;
            struct input *in;
            struct csv_row row;
            int rows = 0;

            struct csv *csv = open_text(&in, gold[g].text, gold[g].n, &opts, &err);
            assert_ok(csv ? 0 : -1, &err);
            assert_int_equal(csv_n_columns(csv), gold[g].columns);
            buf_clear(&fields);
            for (; csv_next(csv, &row, &err) > 0; rows++)
                for (int i = 0; i < row.n_fields; i++) {
                    assert_int_equal(buf_add(&fields, row.fields[i].text, row.fields[i].len), 0);
                    assert_int_equal(buf_char(&fields, '\1'), 0);
                }
            assert_int_equal(rows, gold[g].rows);
            assert_string_equal(fields.data, gold[g].fields);
            csv_close(csv);
            input_close(in);
            csv = open_text(&in, gold[g].text, gold[g].n, &opts, &err);
            check_raw(gold[g].text, gold[g].n, csv);
            csv_close(csv);
            input_close(in);
        }
    buf_release(&fields);
}

/* What csv_add_field() writes reads back as it was, whatever the delimiter. */
static void test_write(void **state)
{
    static const char *const texts[] = {"", "plain", "a,b", "a;b", "say \"hi\"", "\"", "two\nlines",
        "a\r", " lead", "trail\t", "é"};
    const size_t n = sizeof texts / sizeof *texts;
    static const char delimiters[] = {',', ';', '\t'};
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    struct input *in;
    struct csv_row row;
    (void)state;

    for (size_t d = 0; d < sizeof delimiters; d++) {
        const struct csv_opts opts = {.delimiter = delimiters[d], .no_header = true};
        buf_clear(&out);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(i ? buf_char(&out, delimiters[d]) : 0, 0);
            assert_int_equal(csv_add_field(&out, texts[i], strlen(texts[i]), delimiters[d]), 0);
        }
        struct csv *csv = open_text(&in, out.data, out.len, &opts, &err);
        assert_ok(csv ? 0 : -1, &err);
        assert_int_equal(csv_next(csv, &row, &err), 1);
        assert_int_equal(row.n_fields, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(row.fields[i].len, strlen(texts[i]));
            assert_memory_equal(row.fields[i].text, texts[i], row.fields[i].len);
        }
        csv_close(csv);
        input_close(in);
    }
    buf_clear(&out);
    assert_int_equal(csv_add_field(&out, "a;b", 3, ','), 0);
    assert_string_equal(out.data, "a;b"); /* no quotes where none are needed */
    buf_release(&out);
}

static void test_empty_stdin(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    pid_t child = stdin_pipe("", 0, 1);
    struct input *in = input_open("-", &err);
    assert_non_null(in);
    assert_null(csv_open(in, &plain, &err));
    assert_string_equal(err.text, "standard input: empty: did the command before it fail?");
    input_close(in);
    stdin_done(child);
}

static int read_under_fault(void *ctx, struct err *err)
{
    const char *text = ctx;
    struct csv_row row;
    int got = -1;
    struct input *in = input_from_memory("x.csv", text, strlen(text), err);
    struct csv *csv = in ? csv_open(in, &plain, err) : NULL;
    while (csv && (got = csv_next(csv, &row, err)) > 0)
        continue;
    csv_close(csv);
    input_close(in);
    return got;
}

static int write_under_fault(void *ctx, struct err *err)
{
    struct buf out = BUF_INIT;
    (void)ctx;
    int ret = csv_add_field(&out, "a\"b", 3, ',') < 0 ? err_memory(err) : 0;
    buf_release(&out);
    return ret;
}

/* libcsv tries again with less when it gets no memory, so a failure may well come to nothing. */
static void test_quoted_faults(void **state)
{
    char text[] = "a,\"b\"\n\"1\"\"\n\",2\n3,4\n";
    long n = 0, used;
    (void)state;
    do {
        struct err err = ERR_INIT;
        fault_after(++n);
        int ret = read_under_fault(text, &err);
        used = fault_off();
        assert_true(ret == 0 || (ret == -1 && err.kind == ERR_MEMORY));
    } while (used >= n);
    assert_true(n > 5);
}

static void test_faults(void **state)
{
    char text[] = "a,b\n1,2\n3,4\n";
    (void)state;
    FAULT_LOOP(read_under_fault, text);
    FAULT_LOOP(write_under_fault, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_blanks),
        cmocka_unit_test(test_delimiters),
        cmocka_unit_test(test_blank_lines),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_gold),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_empty_stdin),
        cmocka_unit_test(test_quoted_faults),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
