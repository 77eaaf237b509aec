/*
 * score.h -- what the rows of a node are worth as one leaf, for the common criteria: see split.h.
 *
 * Gini: sum_k c_k^2 / W.  Entropy: sum_k c_k log2 c_k - W log2 W.  Squared error: S^2 / W, of sums
 * W and S.
 */
#ifndef COMMON_TREE_SCORE_H
#define COMMON_TREE_SCORE_H

typedef double score_fn(const void *self, int n_sums, const double *sums);

score_fn score_gini, score_entropy, score_squared;

#endif
