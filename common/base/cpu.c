/* cpu.c -- see cpu.h. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "common/base/cpu.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const level_names[] = {"plain", "avx2", "avx512"};

static enum cpu_level cpu_detect(void)
{
    enum cpu_level level = CPU_PLAIN;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        level = CPU_AVX2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
            level = CPU_AVX512;
    }
#endif
    const char *forced = getenv("LEARNUTILS_CPU");
    for (int i = 0; forced && i < (int)level; i++)
        if (strcmp(forced, level_names[i]) == 0)
            return (enum cpu_level)i;
    return level;
}

enum cpu_level cpu_level(void)
{
    static int known = -1; /* the same whoever finds it first */
    int level = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (level < 0) {
        level = (int)cpu_detect();
        __atomic_store_n(&known, level, __ATOMIC_RELAXED);
    }
    return (enum cpu_level)level;
}

int cpu_check(struct err *err)
{
    const char *forced = getenv("LEARNUTILS_CPU");
    if (!forced || !*forced)
        return 0;
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
        if (strcmp(forced, level_names[i]) == 0)
            return 0;
    return err_usage(err, "LEARNUTILS_CPU: '%.*s' is not one of plain, avx2, avx512",
        err_quote_len(strlen(forced)), forced);
}

const char *cpu_level_name(enum cpu_level level)
{
    return level_names[level];
}

/* The quota in CPUs of one cgroup file layout, or 0 when there is none. */
static double cpu_quota(const char *quota_path, const char *period_path)
{
    double quota = 0, period = 0;
    FILE *f = fopen(quota_path, "re");
    if (!f)
        return 0;
    int n = fscanf(f, "%lf %lf", &quota, &period);
    fclose(f);
    if (n == 1 && period_path && (f = fopen(period_path, "re"))) {
        n += fscanf(f, "%lf", &period);
        fclose(f);
    }
    return n == 2 && quota > 0 && period > 0 ? quota / period : 0;
}

int cpu_count(void)
{
    cpu_set_t set;
    int count = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        count = CPU_COUNT(&set);
    double quota = cpu_quota("/sys/fs/cgroup/cpu.max", NULL);
    if (quota <= 0)
        quota = cpu_quota(
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    if (quota > 0 && quota < count)
        count = (int)quota + (quota > (int)quota);
    return count > 0 ? count : 1;
}
