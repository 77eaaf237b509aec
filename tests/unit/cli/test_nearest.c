/* The distance of names, and which one is proposed. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/cli/nearest.h"

/* Counted by hand, by the definition of the optimal string alignment distance. */
static void test_distance(void **state)
{
    char longer[80];
    (void)state;

    assert_int_equal(name_distance("", ""), 0);
    assert_int_equal(name_distance("abc", ""), 3);
    assert_int_equal(name_distance("", "ab"), 2);
    assert_int_equal(name_distance("kitten", "sitting"), 3);
    assert_int_equal(name_distance("trian", "train"), 1);
    assert_int_equal(name_distance("ca", "abc"), 3); /* 2 if a piece could be edited twice */
    assert_int_equal(name_distance("max_depth", "max-depth"), 0);
    assert_int_equal(name_distance("sunday", "saturday"), 3);
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_true(name_distance(longer, longer) == SIZE_MAX);
    assert_true(name_distance("a", longer) == SIZE_MAX);
}

static const char *nearest(const char *typed, const char *const *names)
{
    const char *best = NULL;
    for (; *names; names++)
        nearest_try(&best, typed, *names);
    return best ? best : "-";
}

static void test_nearest(void **state)
{
    static const char *const names[] = {"trees", "train", "predict", "mtry", "n", NULL};
    (void)state;

    assert_string_equal(nearest("tress", names), "trees");
    assert_string_equal(nearest("tran", names), "train");
    assert_string_equal(nearest("perdict", names), "predict");
    assert_string_equal(nearest("zzzzz", names), "-");
    assert_string_equal(nearest("x", names), "-"); /* one letter is near to every other */
    assert_string_equal(nearest("", names), "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
