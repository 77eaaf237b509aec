/*
 * score.h -- what the rows of a node are worth as one leaf, for the common criteria: see split.h.
 *
 * Gini: sum_k c_k^2 / W.  Entropy: sum_k c_k log2 c_k - W log2 W.  Squared error: S^2 / W, of sums
 * W and S.
 */
#ifndef COMMON_TREE_SCORE_H
#define COMMON_TREE_SCORE_H

typedef double score_fn(const void *self, int n_sums, const double *sums);

/*
 * The worth of a leaf by a second-order loss with a penalty (Chen and Guestrin 2016, "XGBoost: a
 * scalable tree boosting system", equations 5 to 7), of sums H and G = -S: S^2 / (H + lambda), S
 * being brought alpha nearer to 0; with a limit to the leaf's value, what that leaves of it.
 */
struct regular {
    double lambda, alpha;
    double max_step;   /* of a leaf's value; 0: none */
    double min_weight; /* H that a child needs */
    int onehot_below;  /* a category of fewer levels is cut one level against the rest */
    int max_levels;    /* of a category on one of the two sides; 0: any number */
};
double regular_value(const struct regular *r, double h, double s); /* the best leaf */
double regular_score(const struct regular *r, double h, double s);

score_fn score_gini, score_entropy, score_squared;

#endif
