/* test_watch.c -- callbacks that may be missing. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/base/watch.h"

struct seen {
    enum note_level level;
    char text[2000];
    int64_t done, total;
    bool stop;
};

static void see_note(void *ctx, enum note_level level, const char *text)
{
    struct seen *seen = ctx;
    seen->level = level;
    snprintf(seen->text, sizeof seen->text, "%s", text);
}

static void see_progress(
    void *ctx, const char *what, int64_t done, int64_t total, const char *detail)
{
    struct seen *seen = ctx;
    seen->done = done, seen->total = total;
    snprintf(seen->text, sizeof seen->text, "%s %s", what, detail);
}

static bool see_stop(void *ctx)
{
    return ((struct seen *)ctx)->stop;
}

static void test_calls_come_through(void **state)
{
    (void)state;
    struct seen seen = {.stop = false};
    struct watch w = {&seen, see_note, see_progress, see_stop};
    watch_info(&w, "%d rows", 3);
    assert_int_equal(seen.level, NOTE_INFO);
    assert_string_equal(seen.text, "3 rows");
    watch_warn(&w, "odd");
    assert_int_equal(seen.level, NOTE_WARNING);
    watch_detail(&w, "fine");
    assert_int_equal(seen.level, NOTE_DETAIL);
    watch_progress(&w, "trees", 5, 10, "oob 0.9");
    assert_string_equal(seen.text, "trees oob 0.9");
    assert_int_equal(seen.done, 5);
    assert_int_equal(seen.total, 10);
    assert_false(watch_stop(&w));
    seen.stop = true;
    assert_true(watch_stop(&w));
}

static void test_nothing_need_be_there(void **state)
{
    (void)state;
    struct watch w = {NULL, NULL, NULL, NULL};
    const struct watch *each[] = {NULL, &w};
    for (int i = 0; i < 2; i++) {
        watch_info(each[i], "x");
        watch_warn(each[i], "x");
        watch_detail(each[i], "x");
        watch_progress(each[i], "x", 0, 0, "");
        assert_false(watch_stop(each[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_come_through),
        cmocka_unit_test(test_nothing_need_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
