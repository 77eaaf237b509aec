/*
 * sort.h -- sorting many numbers.
 */
#ifndef COMMON_BASE_SORT_H
#define COMMON_BASE_SORT_H

#include <stddef.h>

/* Sorts values[n], none of them NaN, in rising order (-0 before 0); spare has room for n more. */
void sort_doubles(double *values, size_t n, double *spare);

#endif
