/* test_interrupt.c -- the signal flag. */
#include "tests/unit/unit.h"

#include <signal.h>

#include "common/base/interrupt.h"

static void test_a_signal_is_noted(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = interrupt_note}, before;
    assert_int_equal(interrupt_signal(), 0);
    assert_int_equal(sigaction(SIGTERM, &action, &before), 0);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(interrupt_signal(), SIGTERM);
    assert_int_equal(sigaction(SIGTERM, &before, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_signal_is_noted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
