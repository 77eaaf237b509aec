/* test_classes.c -- the order of classes, and which texts are the same class. */
#include "tests/unit/unit.h"

#include <string.h>

#include "cmd/score/classes.h"

static struct dict *dict_of(const char *const *texts, int n)
{
    struct dict *d = dict_new();
    assert_non_null(d);
    for (int i = 0; i < n; i++)
        assert_true(dict_add(d, texts[i], strlen(texts[i])) >= 0);
    return d;
}

static void check_classes(const char *const *truth, int n_truth, const char *const *names,
    int n_names, const char *positive, const char *expected)
{
    struct err err = ERR_INIT;
    struct classes c;
    char joined[256] = "";
    struct dict *d = dict_of(truth, n_truth);
    assert_ok(classes_init(&c, d, names, (size_t)n_names, positive, &err), &err);
    for (int i = 0; i < c.n; i++) {
        strcat(strcat(joined, c.text[i]), "|");
        assert_int_equal(classes_find(&c, c.text[i], strlen(c.text[i])), i);
    }
    assert_string_equal(joined, expected);
    for (int i = 0; i < n_truth; i++)
        assert_true(classes_find(&c, truth[i], strlen(truth[i])) >= 0);
    assert_int_equal(classes_find(&c, "nothing", 7), -1);
    assert_int_equal(classes_find(&c, "77", 2), -1);
    assert_int_equal(classes_find(&c, "", 0), -1);
    classes_release(&c);
    dict_free(d);
}

static void test_order(void **state)
{
    (void)state;
    const char *const texts[] = {"b", "a", "Z", "ab"}, *const numbers[] = {"10", "9", "-1", "1e1"};
    const char *const mixed[] = {"10", "9", "x"}, *const codes[] = {"010", "9", "10"};
    const char *const names[] = {"c", "a"}, *const others[] = {"9.0", "100"};
    check_classes(texts, 4, NULL, 0, NULL, "Z|a|ab|b|");
    check_classes(texts, 4, names, 2, NULL, "Z|a|ab|b|c|");
    check_classes(numbers, 4, NULL, 0, NULL, "-1|9|10|");
    check_classes(numbers, 3, others, 2, NULL, "-1|9|10|100|");
    check_classes(mixed, 3, NULL, 0, NULL, "10|9|x|");
    check_classes(codes, 3, NULL, 0, NULL, "010|10|9|"); /* leading zeros: names */
}

static void test_positive(void **state)
{
    (void)state;
    const char *const texts[] = {"a", "b", "c", "d"}, *const numbers[] = {"0", "1"};
    check_classes(texts, 4, NULL, 0, "b", "a|c|d|b|");
    check_classes(texts, 4, NULL, 0, "d", "a|b|c|d|");
    check_classes(numbers, 2, NULL, 0, "0.0", "1|0|");
    struct err err = ERR_INIT;
    struct classes c;
    struct dict *d = dict_of(texts, 4);
    assert_err(classes_init(&c, d, NULL, 0, "e", &err), &err, ERR_FAILED, "no such class");
    classes_release(&c);
    dict_free(d);
}

/* The code that a --by value has stays with it. */
static void test_ordered(void **state)
{
    (void)state;
    struct ordered items[] = {{"10", 2, 0, 0}, {"", 0, 0, 1}, {"9", 1, 0, 2}, {"-3", 2, 0, 3}};
    assert_true(ordered_sort(items, 4));
    const int expected[] = {1, 3, 2, 0};
    for (int i = 0; i < 4; i++)
        assert_int_equal(items[i].code, expected[i]);
    struct ordered words[] = {{"b", 1, 0, 0}, {"", 0, 0, 1}, {"10", 2, 0, 2}};
    assert_false(ordered_sort(words, 3));
    assert_int_equal(words[0].code, 1);
    assert_int_equal(words[1].code, 2);
}

static int classes_again(void *ctx, struct err *err)
{
    struct classes c;
    int ret = classes_init(&c, ctx, NULL, 0, NULL, err);
    classes_release(&c);
    return ret;
}

static void test_no_memory(void **state)
{
    (void)state;
    const char *const texts[] = {"a", "b"};
    struct dict *d = dict_of(texts, 2);
    FAULT_LOOP(classes_again, d);
    dict_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order),
        cmocka_unit_test(test_positive), cmocka_unit_test(test_ordered),
        cmocka_unit_test(test_no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
