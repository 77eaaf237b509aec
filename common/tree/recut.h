/*
 * recut.h -- bins cut anew by weights that change: the approximate algorithm with global proposal
 * (Chen and Guestrin 2016, "XGBoost: a scalable tree boosting system", section 3.2).
 */
#ifndef COMMON_TREE_RECUT_H
#define COMMON_TREE_RECUT_H

#include "common/base/err.h"
#include "common/tree/bins.h"

/*
 * Makes *to the rows of *from, whose bins are values (BINS_ALL), in at most n_bins (2 .. BINS_MAX)
 * bins a number column that have about as much of weight[n_rows] each, by a sketch; categories keep
 * theirs.  A column of no more values keeps each.  *to is all 0, or what an earlier call with the
 * same from and n_bins made of it, whose memory is used again; bins_release() it, after a failure
 * too.  The same for any number of threads.
 */
int bins_recut(struct bins *to, const struct bins *from, const double *weight, int n_bins,
    struct err *err) MUST_CHECK;

#endif
