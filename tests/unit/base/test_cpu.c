/* test_cpu.c -- the vector level, forced lower by the environment, and the number of CPUs. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cpu.h"

/* The level is found once a process: each case asks in a child. */
static int level_with(const char *forced)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (forced)
            setenv("LEARNUTILS_CPU", forced, 1);
        else
            unsetenv("LEARNUTILS_CPU");
        int level = (int)cpu_level();
        setenv("LEARNUTILS_CPU", "plain", 1);
        _exit((int)cpu_level() == level ? level : 99);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_level_is_lowered_never_raised(void **state)
{
    (void)state;
    int best = level_with(NULL);
    assert_in_range(best, CPU_PLAIN, CPU_AVX512);
    assert_int_equal(level_with("plain"), CPU_PLAIN);
    assert_int_equal(level_with("avx2"), best < CPU_AVX2 ? best : CPU_AVX2);
    assert_int_equal(level_with("avx512"), best);
    assert_int_equal(level_with(""), best);
    assert_int_equal(level_with("nonsense"), best);
}

static void test_check(void **state)
{
    static const char *const good[] = {"", "plain", "avx2", "avx512"};
    struct err err = ERR_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        setenv("LEARNUTILS_CPU", good[i], 1);
        assert_ok(cpu_check(&err), &err);
    }
    setenv("LEARNUTILS_CPU", "avx", 1);
    assert_err(cpu_check(&err), &err, ERR_USAGE,
        "LEARNUTILS_CPU: 'avx' is not one of plain, avx2, avx512");
    unsetenv("LEARNUTILS_CPU");
    assert_ok(cpu_check(&err), &err);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(cpu_level_name(CPU_PLAIN), "plain");
    assert_string_equal(cpu_level_name(CPU_AVX2), "avx2");
    assert_string_equal(cpu_level_name(CPU_AVX512), "avx512");
}

static void test_count(void **state)
{
    (void)state;
    assert_in_range(cpu_count(), 1, sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_level_is_lowered_never_raised),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
