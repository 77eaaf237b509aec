/*
 * targets.h -- what learners ask of rows' weights and targets before they add them up, and means.
 */
#ifndef COMMON_LEARNER_TARGETS_H
#define COMMON_LEARNER_TARGETS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/table/table.h"
#include "common/tree/hist.h"

/* Weights that can be added up: none beyond SUMS_LARGEST, and not all 0. */
int weights_check(const double *weight, int64_t n_rows, struct err *err) MUST_CHECK;
/* Targets that can be added up and, where there is a domain, are in it; else an error that names
 * the row: "row 2: the target 'y' is -3, and WHO takes DOMAIN_TEXT". */
int targets_check(const struct table *t, bool (*domain)(double y), const char *who,
    const char *domain_text, struct err *err) MUST_CHECK;
/* centred[n_rows] is y less its weighted mean, which keeps the fixed point's bits for what differs.
 * An error where numbers are too large or too close. */
int targets_centre(
    const struct table *t, const double *weight, double *centred, struct err *err) MUST_CHECK;

/* The weighted mean of the rows' y; of equal ones just that, without rounding. */
double rows_mean(const double *y, const double *weight, const struct hist_rows *rows);

#endif
