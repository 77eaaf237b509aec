/* test_date.c -- common/table/date.h. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/table/date.h"

static const struct {
    const char *text;
    double seconds;
} gold[] = {
#include "tests/gold/table/dates.inc"
};

static void test_gold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof gold / sizeof *gold; i++) {
        double seconds = -1;
        if (!date_read(gold[i].text, strlen(gold[i].text), true, &seconds))
            fail_msg("'%s' is not read", gold[i].text);
        assert_close(seconds, gold[i].seconds, 0, 0);
    }
}

static void test_forms(void **state)
{
    const double day = 1577836800; /* 2020-01-01 */
    const struct {
        const char *text;
        double seconds;
    } good[] = {
        {"2020-01", day},
        {"2020-W01", day - 2 * 86400},
        {"2020-01-01T17", day + 17 * 3600},
        {"2020-01-01t17:30z", day + 17.5 * 3600},
        {"2020-01-01 17:30", day + 17.5 * 3600},
        {"20200101T1730", day + 17.5 * 3600},
        {"20200101T173015.25Z", day + 17.5 * 3600 + 15.25},
        {"2020-01-01T17:30:15,125-05", day + 22.5 * 3600 + 15.125},
        {"2020-01-01T00:00+0530", day - 5.5 * 3600},
        {"2020-01-01T24:00:00", day + 86400},
        {"2019-12-31T23:59:60Z", day},
        {"0000-01-01", -62167219200},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double seconds = -1;
        if (!date_read(good[i].text, strlen(good[i].text), false, &seconds))
            fail_msg("'%s' is not read", good[i].text);
        assert_close(seconds, good[i].seconds, 0, 0);
    }
}

static void test_no_dates(void **state)
{
    static const char *const bad[] = {"", "2020", "20200101", "2020001", "2020-1-1", "2020-13-01",
        "2020-02-30", "2021-02-29", "2021-366", "2020-000", "2019-W53-1", "2020-W54", "2020-W00",
        "2020-W01-8", "2020-01-01T", "2020-01-01T25:00", "2020-01-01T24:00:01", "2020-01-01T1",
        "2020-01-01T17:60", "2020-01-01T17:30:61", "2020-01-01T17:30.5", "2020-01-01T17:30:15.",
        "2020-01-01Z", "2020-01-01T17:30Zx", "2020-01-01T17:30+24", "2020-01-01T17:30+1",
        "2020-01-01  17:30", "17:30", "01/02/2020", "2020/01/02", "-2020-01-01", "2020-01-011",
        "2020-01-", "abcd-01-01", "202001", "2020-W011"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double seconds;
        if (date_read(bad[i], strlen(bad[i]), false, &seconds))
            fail_msg("'%s' is read as a date", bad[i]);
    }
}

static void test_digits(void **state)
{
    double seconds;
    (void)state;
    assert_true(date_read("2020", 4, true, &seconds));
    assert_close(seconds, 1577836800, 0, 0);
    assert_true(date_read("20200229", 8, true, &seconds));
    assert_close(seconds, 1582934400, 0, 0);
    assert_false(date_read("20210229", 8, true, &seconds));
    assert_false(date_read("123", 3, true, &seconds));
    assert_false(date_read("202001011", 9, true, &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gold),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_no_dates),
        cmocka_unit_test(test_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
