/*
 * rf.h -- random forests (Breiman 2001, "Random forests", Machine Learning 45).
 *
 * Each tree is an unpruned CART grown on a bootstrap of the rows; each node (or tree) looks at a
 * random choice of the columns.  A leaf holds the classes' shares of the weight that ended in it,
 * or the mean target; the forest's prediction is the mean over trees.
 */
#ifndef CMD_RF_RF_H
#define CMD_RF_RF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/learner/learner.h"
#include "common/learner/mtry.h"

enum rf_criterion { RF_AUTO, RF_GINI, RF_ENTROPY, RF_SQUARED };
extern const char *const rf_criterion_names[];

struct rf_params {
    int criterion;    /* enum rf_criterion; auto: gini, or squared for regression */
    struct mtry mtry; /* auto: sqrt, or third for regression */
    bool mtry_per_tree;
    int64_t max_depth, max_leaves, min_leaf, min_split; /* as in struct grow_opts */
    double sample_fraction; /* of the rows, drawn for each tree; 0: 1 with and 0.632 without
                               replacement */
    bool replace;
    const char *class_weight; /* "balanced", "LABEL=W,..." or NULL */
    bool extra_trees;
    uint64_t seed;
};

extern const struct learner rf_learner;

#endif
