/* test_dict.c -- common/table/dict.h. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/table/dict.h"

enum { MANY = 20000 };

static void add_all(struct dict *d, int n)
{
    char text[16];
    for (int i = 0; i < n; i++) {
        int len = snprintf(text, sizeof text, "%d", i * 7);
        assert_int_equal(dict_add(d, text, (size_t)len), i);
    }
}

static void test_add(void **state)
{
    struct dict *d = dict_new();
    size_t len;
    (void)state;
    assert_int_equal(dict_find(d, "", 0), -1);
    add_all(d, MANY);
    assert_int_equal(dict_size(d), MANY);
    assert_int_equal(dict_add(d, "7", 1), 1);
    assert_int_equal(dict_size(d), MANY);
    assert_int_equal(dict_find(d, "8", 1), -1);
    assert_int_equal(dict_find(d, "", 0), -1);
    assert_int_equal(dict_add(d, "", 0), MANY);
    assert_int_equal(dict_find(d, "", 0), MANY);
    assert_string_equal(dict_text(d, MANY, &len), "");
    assert_int_equal(len, 0);
    for (int i = 0; i < MANY; i += 100) {
        const char *text = dict_text(d, i, &len);
        assert_int_equal(len, strlen(text));
        assert_int_equal(dict_find(d, text, len), i);
    }
    dict_free(d);
    dict_free(NULL);
}

/* One text is the beginning of the other. */
static void test_prefixes(void **state)
{
    struct dict *d = dict_new();
    (void)state;
    assert_int_equal(dict_add(d, "category-one", 8), 0);
    assert_int_equal(dict_add(d, "category-one", 12), 1);
    assert_int_equal(dict_add(d, "category-one", 9), 2);
    assert_string_equal(dict_text(d, 0, NULL), "category");
    assert_string_equal(dict_text(d, 1, NULL), "category-one");
    assert_int_equal(dict_find(d, "category-", 9), 2);
    dict_free(d);
}

static void test_copy_and_order(void **state)
{
    struct dict *d = dict_new(), *copy;
    const int32_t order[] = {2, 0, 3, 1};
    (void)state;
    add_all(d, 4);
    copy = dict_copy(d);
    assert_int_equal(dict_reorder(d, order), 0);
    assert_string_equal(dict_text(d, 0, NULL), "14");
    assert_string_equal(dict_text(d, 1, NULL), "0");
    assert_string_equal(dict_text(d, 2, NULL), "21");
    assert_int_equal(dict_find(d, "7", 1), 3);
    assert_int_equal(dict_size(copy), 4);
    assert_string_equal(dict_text(copy, 3, NULL), "21");
    dict_free(d);
    dict_free(copy);
}

static int under_fault(void *ctx, struct err *err)
{
    const int32_t order[] = {1, 0};
    struct dict *copy = NULL, *d = dict_new();
    char text[16];
    int ret = d ? 0 : -1;

    (void)ctx;
    for (int i = 0; ret == 0 && i < 40; i++) {
        snprintf(text, sizeof text, "%d", i);
        if (dict_add(d, text, strlen(text)) != i)
            ret = -1;
    }
    if (ret < 0 && d && dict_size(d) > 1) /* as it was */
        assert_int_equal(dict_find(d, "1", 1), 1);
    if (ret == 0 && (!(copy = dict_copy(d)) || dict_size(copy) != 40))
        ret = -1;
    dict_free(d);
    d = dict_new();
    if (ret == 0 &&
        (!d || dict_add(d, "a", 1) < 0 || dict_add(d, "b", 1) < 0 || dict_reorder(d, order) < 0))
        ret = -1;
    dict_free(d);
    dict_free(copy);
    return ret < 0 ? err_memory(err) : 0;
}

static void test_faults(void **state)
{
    (void)state;
    FAULT_LOOP(under_fault, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_copy_and_order),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
