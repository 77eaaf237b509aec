/* score.c -- see score.h. */
#include "common/tree/score.h"

#include <math.h>

#include "common/base/exps.h"

double score_gini(const void *self, int n, const double *sums)
{
    double weight = 0, squares = 0;
    (void)self;
    for (int k = 0; k < n; k++) {
        weight += sums[k];
        squares += sums[k] * sums[k];
    }
    return weight > 0 ? squares / weight : 0;
}

double score_entropy(const void *self, int n, const double *sums)
{
    double weight = 0, total = 0;
    (void)self;
    for (int k = 0; k < n; k++)
        if (sums[k] > 0) {
            weight += sums[k];
            total += sums[k] * log_one(sums[k]);
        }
    return weight > 0 ? (total - weight * log_one(weight)) * 1.44269504088896340736 : 0; /* bits */
}

double score_squared(const void *self, int n, const double *sums)
{
    (void)self, (void)n;
    return sums[0] > 0 ? sums[1] * sums[1] / sums[0] : 0;
}

static double nearer_to_0(double s, double alpha)
{
    return s > alpha ? s - alpha : s < -alpha ? s + alpha : 0;
}

double regular_value(const struct regular *r, double h, double s)
{
    double value = h + r->lambda > 0 ? nearer_to_0(s, r->alpha) / (h + r->lambda) : 0;
    if (r->max_step > 0 && fabs(value) > r->max_step)
        value = copysign(r->max_step, value);
    return value;
}

double regular_score(const struct regular *r, double h, double s)
{
    double left = nearer_to_0(s, r->alpha);
    if (!(h + r->lambda > 0))
        return 0;
    if (r->max_step > 0) {
        double value = regular_value(r, h, s);
        return 2 * s * value - (h + r->lambda) * value * value - 2 * r->alpha * fabs(value);
    }
    return left * left / (h + r->lambda);
}
