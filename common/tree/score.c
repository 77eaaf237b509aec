/* score.c -- see score.h. */
#include "common/tree/score.h"

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
