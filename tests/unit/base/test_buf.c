/* test_buf.c -- runs of bytes and string helpers. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"

static void test_appends(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    assert_int_equal(buf_add(&b, "a\0b", 3), 0);
    assert_int_equal(buf_str(&b, "cd"), 0);
    assert_int_equal(buf_char(&b, '\n'), 0);
    assert_int_equal(buf_printf(&b, "%05d|%s", 42, "x"), 0);
    assert_int_equal(buf_add(&b, NULL, 0), 0);
    assert_int_equal(b.len, 13);
    assert_memory_equal(b.data, "a\0bcd\n00042|x", 14); /* and the NUL */
    buf_clear(&b);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.data, "");
    buf_release(&b);
    assert_null(b.data);
    assert_int_equal(buf_str(&b, "again"), 0);
    buf_release(&b);
}

static void test_grows_by_any_amount(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    for (int i = 0; i < 2000; i++)
        assert_int_equal(buf_printf(&b, "%d,", i), 0);
    assert_true(str_starts(b.data, "0,1,2,3,"));
    assert_true(str_ends(b.data, ",1998,1999,"));
    assert_int_equal(strlen(b.data), b.len);
    assert_int_equal(buf_room(&b, 100000), 0);
    assert_true(b.room - b.len > 100000);
    assert_int_equal(buf_room(&b, SIZE_MAX), -1);
    assert_int_equal(buf_room(&b, SIZE_MAX - b.len), -1);
    assert_true(str_ends(b.data, ",1998,1999,"));
    buf_release(&b);
}

static void test_steal(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    char *empty = buf_steal(&b);
    assert_string_equal(empty, "");
    mem_free(empty);
    assert_int_equal(buf_str(&b, "mine"), 0);
    char *mine = buf_steal(&b);
    assert_string_equal(mine, "mine");
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.room, 0);
    mem_free(mine);
}

static int fill_and_steal(void *ctx, struct err *err)
{
    struct buf b = BUF_INIT, empty = BUF_INIT;
    char *text = NULL, *nothing = NULL;
    int ret = -1;
    (void)ctx;
    for (int i = 0; i < 100; i++) {
        size_t len = b.len;
        if (buf_printf(&b, "%d,", i) < 0) {
            assert_int_equal(b.len, len); /* as it was */
            goto out;
        }
    }
    text = buf_steal(&b);
    nothing = buf_steal(&empty);
    if (text && nothing)
        ret = 0;
out:
    mem_free(nothing);
    mem_free(text);
    buf_release(&b);
    return ret < 0 ? err_memory(err) : 0;
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_true(FAULT_LOOP(fill_and_steal, NULL) > 3);
}

static void test_strings(void **state)
{
    (void)state;
    assert_true(str_starts("abc", ""));
    assert_true(str_starts("abc", "abc"));
    assert_false(str_starts("ab", "abc"));
    assert_true(str_ends("abc", "bc"));
    assert_true(str_ends("abc", ""));
    assert_false(str_ends("bc", "abc"));
    assert_false(str_ends("abd", "bc"));
    assert_true(bytes_compare("a", 1, "b", 1) < 0);
    assert_true(bytes_compare("\xff", 1, "a", 1) > 0);
    assert_true(bytes_compare("a", 1, "ab", 2) < 0);
    assert_true(bytes_compare("ab", 2, "a", 1) > 0);
    assert_true(bytes_compare("b", 1, "ab", 2) > 0);
    assert_int_equal(bytes_compare("a\0b", 3, "a\0b", 3), 0);
    assert_true(bytes_compare("a\0b", 3, "a\0c", 3) < 0);
    assert_int_equal(bytes_compare(NULL, 0, NULL, 0), 0);
    assert_true(bytes_compare(NULL, 0, "a", 1) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_grows_by_any_amount),
        cmocka_unit_test(test_steal),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
