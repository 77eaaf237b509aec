/* exps.c -- see exps.h; what is computed is in exps_lanes.h. */
#include "common/base/exps.h"

#include "common/base/exps_lanes.h"

#if defined(__x86_64__)
#define EXPS_LANES   4
#define EXPS_CODE    __attribute__((target("avx2")))
#define EXPS_NAME(f) f##_avx2
#include "common/base/exps_lanes.h"

#define EXPS_LANES   8
#define EXPS_CODE    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define EXPS_NAME(f) f##_avx512
#include "common/base/exps_lanes.h"
#endif

const struct exps_kernels *exps_kernels(enum cpu_level level)
{
    static const struct exps_kernels plain = {exp_many_plain, log_many_plain, logistic_many_plain};
#if defined(__x86_64__)
    static const struct exps_kernels avx2 = {exp_many_avx2, log_many_avx2, logistic_many_avx2};
    static const struct exps_kernels avx512 = {
        exp_many_avx512, log_many_avx512, logistic_many_avx512};
    if (level != CPU_PLAIN)
        return level == CPU_AVX512 ? &avx512 : &avx2;
#endif
    (void)level;
    return &plain;
}

double exp_one(double x)
{
    return exp_lanes_plain((lanes_plain){x, x})[0];
}

double log_one(double x)
{
    return log_lanes_plain((lanes_plain){x, x})[0];
}

void exp_many(const double *x, double *y, int64_t n)
{
    exps_kernels(cpu_level())->exp(x, y, n);
}

void log_many(const double *x, double *y, int64_t n)
{
    exps_kernels(cpu_level())->log(x, y, n);
}

void logistic_many(const double *x, double *y, int64_t n)
{
    exps_kernels(cpu_level())->logistic(x, y, n);
}
