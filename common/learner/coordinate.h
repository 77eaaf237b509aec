/*
 * coordinate.h -- one round of coordinate descent on the weights of columns, as XGBoost's gblinear
 * has it.
 *
 * With s = -dL/df and h = d2L/df2 of the rows, the bias changes by eta sum s / sum h, and then one
 * weight after another by eta times the step that makes
 *
 *     sum over rows of (h / 2 (d v)^2 - s d v) + lambda W / 2 (w + d)^2 + alpha W |w + d|
 *
 * small, v being the column's values and W the sum of the rows' weights; a step that would pass 0
 * ends there.  After each change s becomes what it is by h: s - h v d.  (Friedman, Hastie and
 * Tibshirani 2010, "Regularization paths for generalized linear models via coordinate descent".)
 * Of several classes each begins from its own base; XGBoost 3.2 has all begin from the first one's.
 *
 * Threads share the rows of a column, not the columns: sums are of blocks of rows that do not
 * depend on how many threads there are, added in order.
 */
#ifndef COMMON_LEARNER_COORDINATE_H
#define COMMON_LEARNER_COORDINATE_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/table/table.h"

/* They differ in what selectors they take; XGBoost's shotgun is this with one thread. */
enum linear_updater { UPDATER_SHOTGUN, UPDATER_COORD_DESCENT };
/* Which weight comes next: in order; in an order drawn for the round; any, drawn for each step; of
 * those left the one that would change most; all in the order of how much they would change as the
 * round begins. */
enum linear_selector {
    SELECT_CYCLIC,
    SELECT_SHUFFLE,
    SELECT_RANDOM,
    SELECT_GREEDY,
    SELECT_THRIFTY
};
extern const char *const linear_updater_names[], *const linear_selector_names[];

struct linear_opts {
    int updater, selector;
    int64_t top_k;    /* steps of a round, of greedy and thrifty; 0: a step for each but one */
    double tolerance; /* the run ends by a round that changes no weight by more; 0: never */
    double eta, lambda, alpha;
    uint64_t seed;
};

struct descent; /* opaque */

/* Of the numbers of a table, which outlives it as opts do. */
struct descent *descent_new(
    const struct table *t, const struct linear_opts *opts, struct err *err) MUST_CHECK;
void descent_free(struct descent *d);
/* Changes weights[n_cols + 1] of an output, the bias last, by gradients[n_rows][2] of s and h, of
 * which s is changed too. */
void descent_round(
    struct descent *d, int round, int output, double (*gradients)[2], double *weights);

#endif
