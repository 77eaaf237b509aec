/*
 * monotone.h -- trees whose value does not fall (or rise) with a column's values.
 */
#ifndef COMMON_TREE_MONOTONE_H
#define COMMON_TREE_MONOTONE_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/forest.h"

/*
 * Brings the values of a tree with one value a leaf into order: at each split of a column with a
 * direction (1: rising, -1: falling; 0: none) the values on either side are kept on their side of
 * the middle between the two sides' means, as XGBoost bounds them.  Missing values have no order.
 * -1: no memory.
 */
int tree_keep_order(struct tree *t, const int8_t *direction) MUST_CHECK;

#endif
