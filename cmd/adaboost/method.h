/*
 * method.h -- what classes (votes.c) and values (values.c) make of rounds, and what both work with.
 */
#ifndef CMD_ADABOOST_METHOD_H
#define CMD_ADABOOST_METHOD_H

#include "cmd/adaboost/adaboost.h"
#include "cmd/adaboost/rows.h"
#include "common/base/quantile.h"
#include "common/learner/sums.h"

struct ada {
    const struct ada_params *params;
    const struct method *method;
    const struct table *table;
    int n_classes; /* 0: values */
    enum ada_algorithm algorithm;
    enum ada_loss loss;
    struct ada_rows rows;
    struct sums sums;
    const double *grown_weight; /* [n] of rows in trees: those of rows, or all 1 */
    double *ones;               /* [n] where trees are grown on draws */
    double *target;             /* [n] that trees are fitted to by least squares; else NULL */
    struct weighted *margin;    /* [n] scratch, of classes */
    double error, tree_weight;  /* of the last tree */
    double size;                /* the greatest margin that all trees together could give */
};

/* What a round can tell: ada_measures[]. */
enum {
    TRAIN_ERROR,
    TRAIN_EXP_LOSS,
    TRAIN_MARGIN,
    TREE_ERROR = TRAIN_MARGIN + 3,
    TREE_WEIGHT,
    N_ADA_MEASURES
};

struct method {
    /* Makes target, and what the method needs of its own. */
    int (*start)(struct ada *a, struct err *err);
    int (*forest)(const struct ada *a, struct forest *f, struct err *err);
    /* A leaf before its tree is weighed. */
    void (*leaf)(const struct ada *a, const struct hist_rows *rows, double *value);
    /* Weighs the tree and what rows weigh after it. */
    enum boost_verdict (*weigh)(struct ada *a, struct boost_tree *t);
    /* What the forest says of the rows; NULL: nothing. */
    void (*measure)(struct ada *a, const double *raw, double *values);
};
extern const struct method ada_votes, ada_values;

/* log((1 - e) / e), where an error below DBL_EPSILON counts as that. */
double log_odds(double error);
/* Is it as good as guessing, whose error is limit, or worse?  What sums of fixed point leave of an
 * equal chance is. */
bool error_is_guess(double error, double limit);
extern const char why_perfect[], why_guess[], why_first[]; /* the run ends */

#endif
