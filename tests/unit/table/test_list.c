/* test_list.c -- LISTs of columns: common/table/schema.h. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/table/schema.h"

static const char *const plain[] = {"id", "age", "sepal-length", "income", "class"};
static const char *const odd[] = {"3", "a,b", "1-2", "all", "x"};

/* What is picked, as "+" and "." a column, or the message. */
static const char *picked(const char *list, const char *const names[5])
{
    static struct err err;
    static char text[6];
    bool in[5] = {false};
    if (list_pick(list, names, 5, in, &err) < 0)
        return err.text;
    for (int i = 0; i < 5; i++)
        text[i] = in[i] ? '+' : '.';
    return text;
}

/* The columns in the list's order, as digits, or the message. */
static const char *ordered(const char *list, const char *const names[5])
{
    static struct err err;
    static char text[6];
    int at[5], n = list_order(list, names, 5, at, &err);
    if (n < 0)
        return err.text;
    for (int i = 0; i < n; i++)
        text[i] = (char)('1' + at[i]);
    text[n] = '\0';
    return text;
}

static void test_order(void **state)
{
    (void)state;
    assert_string_equal(ordered("class,age", plain), "52");
    assert_string_equal(ordered("4-,1-2", plain), "4512");
    assert_string_equal(ordered("all", plain), "12345");
    assert_string_equal(ordered("x,a,b", odd), "52");
    assert_string_equal(ordered("3-4,class,3", plain), "'sepal-length' is there twice");
    assert_non_null(strstr(ordered("age,agge", plain), "no column 'agge'"));
}

static void test_pick(void **state)
{
    (void)state;
    assert_string_equal(picked("age", plain), ".+...");
    assert_string_equal(picked("age,class", plain), ".+..+");
    assert_string_equal(picked("1,5", plain), "+...+");
    assert_string_equal(picked("2-4", plain), ".+++.");
    assert_string_equal(picked("4-", plain), "...++");
    assert_string_equal(picked("-2", plain), "++...");
    assert_string_equal(picked("sepal-length", plain), "..+..");
    assert_string_equal(picked("age-income", plain), ".+++.");
    assert_string_equal(picked("age-sepal-length", plain), ".++..");
    assert_string_equal(picked("sepal-length-5", plain), "..+++");
    assert_string_equal(picked("3-3", plain), "..+..");
    assert_string_equal(picked("all", plain), "+++++");
}

/* An exact name goes before anything that it looks like. */
static void test_names_first(void **state)
{
    (void)state;
    assert_string_equal(picked("3", odd), "+....");
    assert_string_equal(picked("1", odd), "+....");
    assert_string_equal(picked("a,b", odd), ".+...");
    assert_string_equal(picked("x,a,b,3", odd), "++..+");
    assert_string_equal(picked("1-2", odd), "..+..");
    assert_string_equal(picked("all", odd), "...+.");
}

static void test_errors(void **state)
{
    (void)state;
    assert_string_equal(picked("agee", plain), "no column 'agee': is 'age' meant?");
    assert_string_equal(picked("zebra", plain),
        "no column 'zebra': there are id, age, sepal-length, income, class");
    assert_string_equal(picked("6", plain), "no column 6: there are 5, counted from 1");
    assert_string_equal(picked("0", plain), "no column 0: there are 5, counted from 1");
    assert_string_equal(picked("2-9", plain), "no column 9: there are 5, counted from 1");
    assert_string_equal(picked("4-2", plain), "the range '4-2' runs backwards");
    assert_string_equal(picked("99999999999999999999", plain),
        "no column 99999999999999999999: there are 5, counted from 1");
    assert_string_equal(picked("age,", plain), "an empty item in a list of columns");
    assert_string_equal(picked("", plain), "an empty item in a list of columns");
    assert_string_equal(
        picked("-", plain), "no column '-': there are id, age, sepal-length, income, class");
}

static void test_find(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    assert_int_equal(list_find("income", plain, 5, &err), 3);
    assert_int_equal(list_find("4", plain, 5, &err), 3);
    assert_int_equal(list_find("3", odd, 5, &err), 0);
    assert_int_equal(list_find("1-2", odd, 5, &err), 2);
    assert_err(list_find("1-2", plain, 5, &err), &err, ERR_FAILED, "no column '1-2'");
    assert_err(list_find("clas", plain, 5, &err), &err, ERR_FAILED, "is 'class' meant?");
}

/* Several columns in one name: the delimiter is another. */
static void test_delimiters(void **state)
{
    const char *const one[] = {"a|b;c|y"}, *const tab[] = {"a\ty"};
    const char *const two[] = {"id", "a,b,y", "3;4"}, *const gone[] = {NULL, "petal_widht", NULL};
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    (void)state;
    assert_err(list_find("y", one, 1, &err), &err, ERR_FAILED,
        "no column 'y': there is a|b;c|y: if ';' separates columns, say -d ';'");
    assert_err(list_find("2", one, 1, &err), &err, ERR_FAILED,
        "no column 2: there is 1, counted from 1: if ';' separates columns, say -d ';'");
    assert_err(list_find("y", tab, 1, &err), &err, ERR_FAILED,
        "no column 'y': there is a\ty: if a tab separates columns, say -d tab");
    assert_err(list_find("y", two, 3, &err), &err, ERR_FAILED,
        "no column 'y': there are id, a,b,y, 3;4: if ',' separates columns, say -d ','");
    assert_err(list_find("b,", two, 3, &err), &err, ERR_FAILED, "no column 'b,'");
    assert_null(strstr(err.text, "separates"));
    assert_err(list_find("4", two, 3, &err), &err, ERR_FAILED, "if ';' separates");
    assert_int_equal(list_hint(&out, "petal_width", gone, 3), 0);
    assert_string_equal(out.data, ": is 'petal_widht' meant?");
    buf_clear(&out);
    assert_int_equal(list_hint(&out, "zebra", gone, 3), 0);
    assert_int_equal(out.len, 0);
    buf_release(&out);
}

static int under_fault(void *ctx, struct err *err)
{
    struct err other = ERR_INIT;
    bool in[5] = {false};
    (void)ctx;
    if (list_pick("zebra", plain, 5, in, &other) < 0 && other.kind == ERR_MEMORY)
        return *err = other, -1;
    return 0;
}

static void test_faults(void **state)
{
    (void)state;
    FAULT_LOOP(under_fault, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pick),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_names_first),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_delimiters),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
