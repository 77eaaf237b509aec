/*
 * objective_parts.h -- the objectives, a file of them each, and what these files share.
 */
#ifndef CMD_XGB_OBJECTIVE_PARTS_H
#define CMD_XGB_OBJECTIVE_PARTS_H

#include "cmd/xgb/objective.h"

enum { OBJECTIVE_BLOCK = 512 }; /* rows whose exponentials are taken together */

/* objective_regression.c */
extern const struct objective objective_squarederror, objective_squaredlogerror,
    objective_pseudohubererror, objective_absoluteerror, objective_quantileerror,
    objective_reg_logistic, objective_gamma, objective_tweedie, objective_poisson;
/* objective_classes.c */
extern const struct objective objective_logistic, objective_logitraw, objective_hinge,
    objective_softmax, objective_softprob;
/* objective_survival.c, objective_aft.c */
extern const struct objective objective_cox, objective_aft;
/* objective_rank.c */
extern const struct objective objective_ndcg, objective_map, objective_pairwise;

/* A row's weight, without scale_pos_weight. */
static inline double objective_weight(const struct objective_rows *rows, int64_t row)
{
    return rows->weight ? rows->weight[row] : 1;
}

/* gradients() by block(), weighted. */
void objective_gradients(const struct objective_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, struct gradient *g);

/* The weighted mean of the targets. */
double objective_mean(const struct objective_rows *rows);
/* One Newton step from 0 of an objective of one output whose block() looks at rows alone. */
double objective_newton(const struct objective_rows *rows);
/* The margin of the mean; with scale_pos_weight, which a mean knows nothing of, Newton's step. */
double objective_mean_base(const struct objective_rows *rows, double (*margin)(double mean));

/* A base_score as a raw output, NAN where it cannot be: itself, a logarithm, log odds. */
double margin_same(double value);
double margin_log(double value);
double margin_odds(double value);

/* Sorted by rising key, equal ones by rising row. */
struct keyed {
    double key;
    uint32_t row;
};
void keyed_sort(struct keyed *items, size_t n);

/* The logistic loss, which reg:logistic and the binary ones share: domain, block, base. */
bool logistic_domain(double y);
void logistic_block(const struct objective_rows *rows, const double *f, int output, int64_t at,
    int64_t n, struct gradient *g);
double logistic_base(struct objective_rows *rows, int output);

#endif
