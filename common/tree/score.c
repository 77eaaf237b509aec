/* score.c -- see score.h. */
#include "common/tree/score.h"

#include <math.h>

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

/*
 * log2 of a positive normal number by arithmetic alone, so that trees do not depend on a C
 * library's log(): with x = m 2^e, 1/sqrt(2) <= m < sqrt(2), ln m = 2 atanh(s) with s = (m - 1)/(m
 * + 1), |s| < 0.172.
 */
static double log2_same_everywhere(double x)
{
    int e;
    double m = frexp(x, &e);
    if (m < 0.70710678118654752440) {
        m *= 2;
        e--;
    }
    double s = (m - 1) / (m + 1), s2 = s * s, sum = 0;
    for (int i = 23; i >= 1; i -= 2)
        sum = sum * s2 + 1.0 / i;
    return e + 2 * s * sum * 1.44269504088896340736;
}

double score_entropy(const void *self, int n, const double *sums)
{
    double weight = 0, total = 0;
    (void)self;
    for (int k = 0; k < n; k++)
        if (sums[k] > 0) {
            weight += sums[k];
            total += sums[k] * log2_same_everywhere(sums[k]);
        }
    return weight > 0 ? total - weight * log2_same_everywhere(weight) : 0;
}

double score_squared(const void *self, int n, const double *sums)
{
    (void)self, (void)n;
    return sums[0] > 0 ? sums[1] * sums[1] / sums[0] : 0;
}
