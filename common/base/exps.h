/*
 * exps.h -- exponentials and logarithms that are the same on every machine.
 *
 * No C library is asked: results are the same bits for every compiler and CPU level, for one number
 * and for many; only which NaN a NaN gives is open.  Worst found, in ulps: exponentials 0.65 (0.8
 * where they are denormal), logarithms 0.89, the logistic function 2.11 with both ends precise.
 * e^0 = 1, log 1 = 0, log 0 = -inf; a logarithm of less is a NaN.
 */
#ifndef COMMON_BASE_EXPS_H
#define COMMON_BASE_EXPS_H

#include <stdint.h>

#include "common/base/cpu.h"

double exp_one(double x);
double log_one(double x); /* the natural one */

/* y[i] of x[i]; y may be x, else they are apart. */
void exp_many(const double *x, double *y, int64_t n);
void log_many(const double *x, double *y, int64_t n);
void logistic_many(const double *x, double *y, int64_t n); /* 1 / (1 + e^-x) */

/* The same at a level that the CPU has, for tests. */
struct exps_kernels {
    void (*exp)(const double *x, double *y, int64_t n);
    void (*log)(const double *x, double *y, int64_t n);
    void (*logistic)(const double *x, double *y, int64_t n);
};

const struct exps_kernels *exps_kernels(enum cpu_level level);

#endif
