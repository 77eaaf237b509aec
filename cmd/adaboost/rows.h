/*
 * rows.h -- what each row weighs, in logarithms: no weight is ever out of range, however many
 * rounds multiply it.
 */
#ifndef CMD_ADABOOST_ROWS_H
#define CMD_ADABOOST_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/table/table.h"

struct ada_rows {
    int64_t n;
    int64_t n_counting; /* rows whose own weight is not 0 */
    double *log_first;  /* [n] of their own weights; -INFINITY: 0 */
    double *log_weight; /* [n] before the next tree, but for a constant */
    double *weight;     /* [n] of weights_make() */
    double total;       /* of weight; the same before each tree, so that trees' measures compare */
    double *scratch;    /* [n + 1] */
};

int ada_rows_init(struct ada_rows *r, const struct table *t, struct err *err) MUST_CHECK;
void ada_rows_release(struct ada_rows *r);
/* The weights that the logarithms say, with all threads. */
void weights_make(struct ada_rows *r);
/* Back to the rows' own. */
void weights_restart(struct ada_rows *r);
/* As many rows as count, drawn with replacement by weight: draws[n]. */
void weights_draw(const struct ada_rows *r, uint64_t seed, int round, uint16_t *draws);

/*
 * The sum, or the greatest, of what fn says of parts of the rows, with all threads: fn(ctx, begin,
 * end) of rows [begin, end).  Parts are the same for any number of threads.
 */
double parts_sum(int64_t n, double (*fn)(void *ctx, int64_t begin, int64_t end), void *ctx);
double parts_max(int64_t n, double (*fn)(void *ctx, int64_t begin, int64_t end), void *ctx);

#endif
