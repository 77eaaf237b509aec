/*
 * xgb.h -- second-order gradient boosting (Chen and Guestrin 2016, "XGBoost: a scalable tree
 * boosting system"), with XGBoost's parameters and defaults.
 *
 * A round grows a tree (or num_parallel_tree) for each output on the first and second derivatives
 * of the objective at what the trees before say; a leaf's value is eta S / (H + lambda), S being
 * the sum of -dL/df brought alpha nearer to 0.  With the booster gblinear it changes the weights of
 * columns instead (common/learner/coordinate.h).
 */
#ifndef CMD_XGB_XGB_H
#define CMD_XGB_XGB_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/xgb/booster.h"
#include "cmd/xgb/dart.h"
#include "cmd/xgb/objective.h"
#include "common/learner/coordinate.h"
#include "common/learner/learner.h"
#include "common/tree/score.h"

enum xgb_tree_method { TREE_AUTO, TREE_HIST, TREE_APPROX, TREE_EXACT };
enum xgb_grow_policy { GROW_DEPTHWISE, GROW_LOSSGUIDE };
enum xgb_sampling { SAMPLE_UNIFORM, SAMPLE_GRADIENT_BASED };
extern const char *const xgb_tree_methods[], *const xgb_grow_policies[], *const xgb_samplings[];

struct xgb_params {
    const char *objective; /* NULL: the target's own */
    struct objective_opts opts;
    int booster;
    struct dart_opts dart;     /* of dart */
    struct linear_opts linear; /* of gblinear; booster_settle() takes eta and so on from below */
    double eta, gamma;         /* eta NAN, as lambda: the booster's default */
    struct regular regular;    /* lambda, alpha, max_delta_step, min_child_weight */
    int64_t max_depth, max_leaves, num_parallel_tree;
    int64_t max_bin; /* 0: not given */
    /* of TREE_APPROX: how far cuts may be apart; 0: 1 / max_bin, or SKETCH_EPS */
    double sketch_eps;
    bool sketch_local;                            /* cuts are proposed in each node */
    int64_t max_cat_to_onehot, max_cat_threshold; /* booster_settle() puts them into regular */
    double subsample;
    int sampling_method, tree_method, grow_policy;
    double colsample_bytree, colsample_bylevel, colsample_bynode;
    const char *monotone, *interactions; /* texts of the constraints, or NULL */
    double base_score;                   /* NAN: estimated */
    uint64_t seed;
};

enum { MAX_BIN = 256 };
#define SKETCH_EPS 0.03                   /* Chen and Guestrin's */
int xgb_bins(const struct xgb_params *p); /* bins a number column has to begin with */

extern const struct learner xgb_learner;

#endif
