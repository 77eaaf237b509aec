/* test_unit.c -- the assertions of unit.h and fault.h fail when they should. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"

/* Runs a test in a child that nobody listens to; returns how many tests failed there. */
static int failures(void (*test)(void **))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct CMUnitTest tests[] = {{"inner", test, NULL, NULL, NULL}};
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        _exit(cmocka_run_group_tests(tests, NULL, NULL));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define INNER(name, ...)                                                                           \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        __VA_ARGS__;                                                                               \
    }

INNER(close_good, assert_close(1.0000001, 1, 1e-6, 0); assert_close(1e-9, 0, 0, 1e-8);
      assert_close(NAN, NAN, 0, 0); assert_close(INFINITY, INFINITY, 0, 0);
      assert_close(0.1 + 0.2, 0.3, 1e-15, 0))
INNER(close_relative, assert_close(1.00001, 1, 1e-6, 0))
INNER(close_double, assert_close(1 + 1e-9, 1, 1e-12, 0)) /* cmocka 1.1.5 sees no difference */
INNER(close_nan, assert_close(NAN, 1, 1, 1))
INNER(close_infinite, assert_close(INFINITY, 1, 1e-6, 0))
INNER(close_finite, assert_close(1, INFINITY, 1e-6, 0))
INNER(close_sign, assert_close(-INFINITY, INFINITY, 1e-6, 0))

static void test_close(void **state)
{
    (void)state;
    assert_int_equal(failures(close_good), 0);
    assert_int_equal(failures(close_relative), 1);
    assert_int_equal(failures(close_double), 1);
    assert_int_equal(failures(close_nan), 1);
    assert_int_equal(failures(close_infinite), 1);
    assert_int_equal(failures(close_finite), 1);
    assert_int_equal(failures(close_sign), 1);
}

static const double some[3] = {1, 2, 3}, other[3] = {1, 2, 4};
static const float some_f32[3] = {1, 2, 3}, other_f32[3] = {1, 2, 4};

INNER(all_good, assert_all_close(some, some, 3, 0, 0);
      assert_all_close_f32(some_f32, some_f32, 3, 0, 0); assert_all_close(some, other, 2, 0, 0))
INNER(all_bad, assert_all_close(some, other, 3, 1e-3, 0))
INNER(all_bad_f32, assert_all_close_f32(some_f32, other_f32, 3, 1e-3, 0))

static void test_all_close(void **state)
{
    (void)state;
    assert_int_equal(failures(all_good), 0);
    assert_int_equal(failures(all_bad), 1);
    assert_int_equal(failures(all_bad_f32), 1);
}

static const struct err column = {ERR_FAILED, "no column 'x'"};

INNER(err_good, assert_ok(0, &column); assert_err(-1, &column, ERR_FAILED, "column"))
INNER(ok_bad, assert_ok(-1, &column))
INNER(err_none, assert_err(0, &column, ERR_FAILED, "column"))
INNER(err_kind, assert_err(-1, &column, ERR_USAGE, "column"))
INNER(err_text, assert_err(-1, &column, ERR_FAILED, "row"))

static void test_err_asserts(void **state)
{
    (void)state;
    assert_int_equal(failures(err_good), 0);
    assert_int_equal(failures(ok_bad), 1);
    assert_int_equal(failures(err_none), 1);
    assert_int_equal(failures(err_kind), 1);
    assert_int_equal(failures(err_text), 1);
}

static int allocates_nothing(void *ctx, struct err *err)
{
    (void)ctx, (void)err;
    return 0;
}

static int does_not_notice(void *ctx, struct err *err)
{
    (void)ctx, (void)err;
    mem_free(mem_alloc(1, 1));
    return 0;
}

static int wrong_kind(void *ctx, struct err *err)
{
    (void)ctx;
    void *p = mem_alloc(1, 1);
    mem_free(p);
    return p ? 0 : err_set(err, "no memory");
}

static int no_message(void *ctx, struct err *err)
{
    (void)ctx, (void)err;
    void *p = mem_alloc(1, 1);
    mem_free(p);
    return p ? 0 : -1;
}

static int fails_anyway(void *ctx, struct err *err)
{
    (void)ctx;
    mem_free(mem_alloc(1, 1));
    return err_memory(err);
}

INNER(fault_nothing, FAULT_LOOP(allocates_nothing, NULL))
INNER(fault_unnoticed, FAULT_LOOP(does_not_notice, NULL))
INNER(fault_kind, FAULT_LOOP(wrong_kind, NULL))
INNER(fault_message, FAULT_LOOP(no_message, NULL))
INNER(fault_anyway, FAULT_LOOP(fails_anyway, NULL))

static void test_fault_loop(void **state)
{
    (void)state;
    assert_int_equal(failures(fault_nothing), 1);
    assert_int_equal(failures(fault_unnoticed), 1);
    assert_int_equal(failures(fault_kind), 1);
    assert_int_equal(failures(fault_message), 1);
    assert_int_equal(failures(fault_anyway), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_all_close),
        cmocka_unit_test(test_err_asserts),
        cmocka_unit_test(test_fault_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
