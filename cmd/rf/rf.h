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

enum rf_criterion { RF_AUTO, RF_GINI, RF_ENTROPY, RF_SQUARED };
extern const char *const rf_criterion_names[];

/* How many columns a node looks at: a rule, a count (>= 1) or a fraction of the usable ones. */
enum rf_mtry_rule {
    MTRY_AUTO,
    MTRY_SQRT,
    MTRY_LOG2,
    MTRY_THIRD,
    MTRY_ALL,
    MTRY_COUNT,
    MTRY_FRACTION
};
struct rf_mtry {
    enum rf_mtry_rule rule;
    double amount; /* MTRY_COUNT, MTRY_FRACTION */
};

struct rf_params {
    int criterion;       /* enum rf_criterion; auto: gini, or squared for regression */
    struct rf_mtry mtry; /* auto: sqrt, or third for regression */
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

/* Columns that a node of a forest on d usable columns looks at: at least 1, at most d. */
int rf_mtry_count(const struct rf_mtry *mtry, bool regression, int d);
/* "sqrt", "log2", "third", "all", a whole number >= 1, or a fraction such as 0.4. */
int rf_mtry_parse(const char *text, void *mtry, struct err *err) MUST_CHECK;
int rf_mtry_show(const void *mtry, struct buf *out) MUST_CHECK;

#endif
