/*
 * quantile.h -- a quantile of weighted numbers, without sorting all of them.
 */
#ifndef COMMON_BASE_QUANTILE_H
#define COMMON_BASE_QUANTILE_H

#include <stddef.h>

struct weighted {
    double value, weight; /* weight > 0 */
};

/*
 * The least value such that values up to it have q (0 .. 1) of all the weight: of an even number of
 * equal weights the lower median.  n > 0; items are put in another order.
 */
double weighted_quantile(struct weighted *items, size_t n, double q);

#endif
