/* summary.h -- a column of numbers in a few numbers. */
#ifndef CMD_TABLE_SUMMARY_H
#define CMD_TABLE_SUMMARY_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/table/table.h"

struct summary {
    int64_t n, missing, distinct; /* n: values that are there */
    double min, max, mean, sd;    /* NaN where too few values; sd with n - 1 */
};

/* A column of n_rows rows: value[n] (NaN: missing), n_zeros zeros besides, missing in the others.
 * Sorts value. */
void summary_of(struct summary *s, double *value, int64_t n, int64_t n_zeros, int64_t n_rows);

/* The columns of a table, dense or sparse, one after another. */
struct columns;
struct columns *columns_new(const struct table *t, struct err *err) MUST_CHECK;
void columns_free(struct columns *c);
/* Column i (not an ignored one) as summary_of() wants it; valid until the next call. */
double *columns_get(struct columns *c, int i, int64_t *n, int64_t *n_zeros);

#endif
