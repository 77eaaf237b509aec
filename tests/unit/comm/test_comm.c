/* test_comm.c -- one process alone: nothing changes, nothing waits. */
#include <string.h>

#include "common/comm/comm.h"
#include "tests/unit/unit.h"

static void test_single(void **state)
{
    struct comm c = comm_single();
    struct err err = ERR_INIT;
    int64_t sums[] = {3, -4};
    char bytes[] = "abc";
    (void)state;
    assert_int_equal(c.rank, 0);
    assert_int_equal(c.size, 1);
    assert_ok(comm_all_reduce_i64(&c, sums, 2, &err), &err);
    assert_ok(comm_broadcast(&c, bytes, sizeof bytes, 0, &err), &err);
    assert_ok(comm_barrier(&c, &err), &err);
    assert_int_equal(sums[0], 3);
    assert_int_equal(sums[1], -4);
    assert_string_equal(bytes, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_single)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
