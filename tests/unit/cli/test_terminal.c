/* What may be shown as it is, and how the rest is. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/cli/terminal.h"

static void check_glyph(const char *text, size_t length, int wanted)
{
    int columns = 0;
    assert_int_equal(terminal_glyph(text, &columns), length);
    if (length)
        assert_int_equal(columns, wanted);
}

static void test_shown(void **state)
{
    (void)state;
    check_glyph("a", 1, 1);
    check_glyph(" ", 1, 1);
    check_glyph("~", 1, 1);
    check_glyph("\xc2\xa0", 2, 1);         /* U+00A0, the first after C1 */
    check_glyph("\xc3\xa9x", 2, 1);        /* e acute */
    check_glyph("\xe2\x82\xac", 3, 1);     /* euro */
    check_glyph("\xed\x9f\xbf", 3, 1);     /* U+D7FF, last before the surrogates */
    check_glyph("\xe4\xb8\xad", 3, 2);     /* a Han character */
    check_glyph("\xf0\x9f\x8c\xb2", 4, 2); /* a tree */
    check_glyph("\xf4\x8f\xbf\xbf", 4, 2); /* U+10FFFF */
}

static void test_escaped(void **state)
{
    static const char *const hidden[] = {"\n", "\x1b", "\x7f", "\x01", "\xc2\x80", "\xc2\x9b",
        "\xc2\x9f", "\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "\xfe", "\xc3", "\xe2\x82", "\xf0\x9f\x8c", "\xc3(", "\xe2\x80\xa8", "\xe2\x80\xae",
        "\xe2\x81\xa6", "\xef\xbb\xbf"};
    (void)state;
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        check_glyph(hidden[i], 0, 0);
}

static void test_escapes(void **state)
{
    char out[TERMINAL_ESCAPE_MAX];
    (void)state;
    assert_int_equal(terminal_escape("\n", out), 2);
    assert_string_equal(out, "\\n");
    assert_int_equal(terminal_escape("\t", out), 2);
    assert_string_equal(out, "\\t");
    assert_int_equal(terminal_escape("\x1b[0m", out), 4);
    assert_string_equal(out, "\\x1b");
    assert_int_equal(terminal_escape("\xff", out), 4);
    assert_string_equal(out, "\\xff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shown),
        cmocka_unit_test(test_escaped),
        cmocka_unit_test(test_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
