/*
 * cpu.h -- which vector code may run, and how many threads should.
 *
 * The level is found once.  LEARNUTILS_CPU=plain|avx2|avx512 lowers it (never raises it): results
 * do not depend on it, only speed.  Other values mean nothing here; programs refuse them first.
 */
#ifndef COMMON_BASE_CPU_H
#define COMMON_BASE_CPU_H

#include "common/base/err.h"

enum cpu_level { CPU_PLAIN, CPU_AVX2, CPU_AVX512 };

enum cpu_level cpu_level(void);
int cpu_check(struct err *err) MUST_CHECK; /* a usage error if LEARNUTILS_CPU is no level */
const char *cpu_level_name(enum cpu_level level);

/* CPUs this process may use: affinity and the cgroup's quota (v1 and v2), rounded up; at least 1.
 */
int cpu_count(void);

#endif
