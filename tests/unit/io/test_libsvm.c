/* test_libsvm.c -- common/io/format/libsvm.h. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/io/format/libsvm.h"

/* Rows as "label*weight qid index=value ...;" with columns from 0, or the error's message. */
static const char *read_all(const char *text, bool zero_based, struct buf *out)
{
    struct err err = ERR_INIT;
    struct libsvm_row row;
    struct input *in = input_from_memory("x.svm", text, strlen(text), &err);
    struct libsvm *s = libsvm_open(in, zero_based, &err);
    int got;

    assert_non_null(s);
    buf_clear(out);
    while ((got = libsvm_next(s, &row, &err)) > 0) {
        assert_int_equal(buf_str(out, row.label), 0);
        if (row.has_weight)
            assert_int_equal(buf_printf(out, "*%g", row.weight), 0);
        else
            assert_close(row.weight, 1, 0, 0);
        if (row.qid >= 0)
            assert_int_equal(buf_printf(out, " q%lld", (long long)row.qid), 0);
        for (int i = 0; i < row.n; i++)
            assert_int_equal(buf_printf(out, " %u=%g", row.index[i], row.value[i]), 0);
        assert_int_equal(buf_printf(out, " @%lld;", (long long)row.line), 0);
    }
    if (got < 0) {
        buf_clear(out);
        assert_int_equal(buf_str(out, err.text), 0);
    }
    libsvm_close(s);
    input_close(in);
    return out->data ? out->data : "";
}

static void test_rows(void **state)
{
    static const struct {
        const char *text;
        bool zero_based;
        const char *want;
    } cases[] = {
        {"1 1:2 3:-4.5\n-1 2:1e3\n", false, "1 0=2 2=-4.5 @1;-1 1=1000 @2;"},
        {"+1 0:1 5:2", true, "+1 0=1 5=2 @1;"},
        {"# a comment\n\n 3:0.25\tqid:7  16777216:1 # more 9:9\r\n0\n", false,
            "3*0.25 q7 16777215=1 @3;0 @4;"},
        {"2#c\n", false, "2 @1;"},
        {"", false, ""},
        {"\n#\n", false, ""},
        {"1 1:inf\n", false, "1 0=inf @1;"},
        {"1 qid:9223372036854775806 1:1", false, "1 q9223372036854775806 0=1 @1;"},
    };
    struct buf out = BUF_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(read_all(cases[i].text, cases[i].zero_based, &out), cases[i].want);
    buf_release(&out);
}

static void test_errors(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"1 1:2\nx 1:2\n", "x.svm:2: 'x': not a LIBSVM label (a number, or number:weight)"},
        {"1,3 1:2\n", "x.svm:1: '1,3': not a LIBSVM label (a number, or number:weight)"},
        {"1:w 1:2\n", "x.svm:1: '1:w': not a weight after the label's colon"},
        {"1 2\n", "x.svm:1: '2': not an index:value"},
        {"1 -1:2\n", "x.svm:1: '-1:2': not an index:value"},
        {"1 :2\n", "x.svm:1: ':2': not an index:value"},
        {"1 1:\n", "x.svm:1: '1:': the value is not a number"},
        {"1 1:nan\n", "x.svm:1: '1:nan': the value is not a number"},
        {"1 0:2\n",
            "x.svm:1: '0:2': index 0, but indices start at 1: say --zero-based if they start at 0"},
        {"1 16777217:2\n", "x.svm:1: '16777217:2': the index is over 16777216"},
        {"1 99999999999999999999:2\n",
            "x.svm:1: '99999999999999999999:2': the index is over 16777216"},
        {"1 2:1 2:1\n", "x.svm:1: '2:1': indices must rise within a row"},
        {"1 1:1 qid:2\n", "x.svm:1: 'qid:2': a qid may stand after the label only, and once"},
        {"1 qid:1 qid:2\n", "x.svm:1: 'qid:2': a qid may stand after the label only, and once"},
        {"1 qid:-2\n", "x.svm:1: 'qid:-2': not a query number"},
        {"1 qid:9223372036854775807\n", "x.svm:1: 'qid:9223372036854775807': not a query number"},
    };
    struct buf out = BUF_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(read_all(cases[i].text, false, &out), cases[i].message);
    buf_release(&out);
}

static bool recognised(const char *text)
{
    return libsvm_recognise((const unsigned char *)text, strlen(text));
}

static void test_recognise(void **state)
{
    (void)state;
    assert_true(recognised("1 1:2\n"));
    assert_true(recognised("# c\n\n-1.5 qid:3 1:2 7:0"));
    assert_true(recognised("0:0.5 1:2 3:4\nanything"));
    assert_true(recognised("1 1:2 3:4 5:")); /* cut short */
    assert_false(recognised(""));
    assert_false(recognised("1\n2\n"));
    assert_false(recognised("a,b\n1:2,3\n"));
    assert_false(recognised("x 1:2\n"));
    assert_false(recognised("1 a:2\n"));
    /* with a slip in it */
    assert_true(recognised("1 1:2 2:x\n"));
    assert_true(recognised("1 1:2 2=3 3:4\n"));
    assert_true(recognised("1 qid:x 1:2\n"));
    assert_true(recognised("cat 1:2 2:3\n"));
    assert_true(recognised("1 1: 2:5\n"));
    assert_false(recognised("1 1:x\n"));
    assert_false(recognised("1 1:2 two words\n"));
    assert_false(recognised("cat 1:2 2:3 four\n"));
    assert_false(recognised("2020-01-01 10:30,5 1:2,7\n"));
    assert_false(recognised("a,b 1:2 2:3\n"));
    assert_false(recognised("1 10:30:00\n"));
}

static int read_under_fault(void *ctx, struct err *err)
{
    static const char text[] = "1 qid:1 1:2 3:4\n2:3 qid:2\n";
    struct libsvm_row row;
    int got = -1;
    (void)ctx;
    struct input *in = input_from_memory("x.svm", text, sizeof text - 1, err);
    struct libsvm *s = in ? libsvm_open(in, false, err) : NULL;
    while (s && (got = libsvm_next(s, &row, err)) > 0)
        continue;
    libsvm_close(s);
    input_close(in);
    return got;
}

static void test_faults(void **state)
{
    (void)state;
    FAULT_LOOP(read_under_fault, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_recognise),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
