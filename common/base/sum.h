/*
 * sum.h -- sums that values are added to and taken from many times over, without drifting.
 */
#ifndef COMMON_BASE_SUM_H
#define COMMON_BASE_SUM_H

/*
 * Adds value to *sum + *rest, twice as many digits as one double has: *sum is that rounded, *rest
 * what rounding left (Knuth, "The art of computer programming" 2, 4.2.2, theorem B).
 */
static inline void sum_add(double *sum, double *rest, double value)
{
    double all = *sum + value, part = all - *sum;
    double low = *rest + ((*sum - (all - part)) + (value - part));

    *sum = all + low;
    *rest = low - (*sum - all);
}

#endif
