/* order.h -- rows sorted by a number. */
#ifndef COMMON_METRIC_ORDER_H
#define COMMON_METRIC_ORDER_H

#include <stdint.h>

#include "common/base/err.h"

/*
 * order[0..n) becomes the rows 0..n-1 by falling value, equal ones by rising row; row i's value is
 * value[i * stride].  -0 equals 0, NaN comes last.  n is at most 2^32-1.
 */
int order_falling(
    const double *value, int64_t stride, int64_t n, uint32_t *order, struct err *err) MUST_CHECK;

#endif
