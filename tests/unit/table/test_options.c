/* test_options.c -- the option tables of common/table: sound, and read as they should be. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/table/reader.h"
#include "common/table/table.h"

static const struct opt *find(const struct opt *table, const char *name)
{
    for (; table->type != OPT_TYPE_END; table++)
        if (table->name && strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static void test_tables(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(opts_check(read_opts_table, &err), &err);
    assert_ok(opts_check(bind_opts_table, &err), &err);
    assert_ok(opts_check(format_opts_table, &err), &err);
}

static void test_delimiter(void **state)
{
    const struct opt *o = find(format_opts_table, "delimiter");
    struct err err = ERR_INIT;
    char c = 'x';
    (void)state;
    assert_ok(o->parse(";", &c, &err), &err);
    assert_int_equal(c, ';');
    assert_ok(o->parse("\\t", &c, &err), &err);
    assert_int_equal(c, '\t');
    assert_ok(o->parse("\t", &c, &err), &err);
    assert_int_equal(c, '\t');
    assert_ok(o->parse("comma", &c, &err), &err);
    assert_int_equal(c, ',');
    assert_err(o->parse("", &c, &err), &err, ERR_USAGE, "'' is not one character");
    assert_err(o->parse("ab", &c, &err), &err, ERR_USAGE, "'ab' is not one character");
    assert_err(o->parse("\"", &c, &err), &err, ERR_USAGE, "cannot be the delimiter");
    assert_int_equal(c, ',');
}

static void test_absent(void **state)
{
    const struct opt *o = find(read_opts_table, "absent");
    struct err err = ERR_INIT;
    bool zero = false;
    (void)state;
    assert_ok(o->parse("zero", &zero, &err), &err);
    assert_true(zero);
    assert_ok(o->parse("missing", &zero, &err), &err);
    assert_false(zero);
    assert_err(o->parse("none", &zero, &err), &err, ERR_USAGE, "neither zero nor missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_delimiter),
        cmocka_unit_test(test_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
