/* test_err.c -- messages. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void test_set_usage_memory_interrupted(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_int_equal(err_set(&err, "row %d: '%s'", 3, "x"), -1);
    assert_int_equal(err.kind, ERR_FAILED);
    assert_string_equal(err.text, "row 3: 'x'");
    assert_int_equal(err_usage(&err, "no %s", "y"), -1);
    assert_int_equal(err.kind, ERR_USAGE);
    assert_string_equal(err.text, "no y");
    assert_int_equal(err_memory(&err), -1);
    assert_int_equal(err.kind, ERR_MEMORY);
    assert_string_equal(err.text, "out of memory");
    assert_int_equal(err_interrupted(&err), -1);
    assert_int_equal(err.kind, ERR_INTERRUPTED);
}

static void test_system_adds_why(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    errno = ENOENT;
    assert_int_equal(err_system(&err, "%s", "iris.csv"), -1);
    assert_int_equal(err.kind, ERR_FAILED);
    assert_string_equal(err.text, "iris.csv: No such file or directory");
    errno = EPIPE;
    assert_int_equal(err_system(&err, "standard output"), -1);
    assert_int_equal(err.kind, ERR_PIPE);
}

static void test_prefix_keeps_the_kind(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    err_usage(&err, "inner");
    assert_int_equal(err_prefix(&err, "%s:%d", "a.csv", 7), -1);
    assert_string_equal(err.text, "a.csv:7: inner");
    assert_int_equal(err.kind, ERR_USAGE);
}

/* A message that does not fit is cut, and stays a string. */
static void test_long_texts_are_cut(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    char text[3000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    errno = ENOENT;
    err_system(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    for (int i = 0; i < 5; i++)
        err_prefix(&err, "%s", text);
    assert_true(strlen(err.text) < sizeof err.text);
    err_set(&err, "short");
    err_prefix(&err, "%s", text);
    assert_true(strstr(err.text, "aaa: short") != NULL);
}

static void test_quotes_are_short(void **state)
{
    (void)state;
    assert_int_equal(err_quote_len(5), 5);
    assert_int_equal(err_quote_len(ERR_QUOTE_MAX + 1), ERR_QUOTE_MAX);
    assert_int_equal(err_quote_len(SIZE_MAX), ERR_QUOTE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_usage_memory_interrupted),
        cmocka_unit_test(test_system_adds_why),
        cmocka_unit_test(test_prefix_keeps_the_kind),
        cmocka_unit_test(test_long_texts_are_cut),
        cmocka_unit_test(test_quotes_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
