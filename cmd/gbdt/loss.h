/*
 * loss.h -- the losses of gradient boosting: Friedman 2001, "Greedy function approximation: a
 * gradient boosting machine", Annals of Statistics 29; Friedman, Hastie, Tibshirani 2000,
 * "Additive logistic regression", for the exponential loss.
 *
 * y is the target (a class's number), f a row's raw output, r = -dL/df the residual that a tree is
 * fitted to by least squares.
 */
#ifndef CMD_GBDT_LOSS_H
#define CMD_GBDT_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/quantile.h"
#include "common/table/table.h"
#include "common/tree/forest.h"
#include "common/tree/hist.h"

enum {
    LOSS_AUTO,
    LOSS_SQUARED,
    LOSS_ABSOLUTE,
    LOSS_HUBER,
    LOSS_QUANTILE,
    LOSS_LOGISTIC,
    LOSS_EXPONENTIAL,
    LOSS_POISSON,
    LOSS_SOFTMAX, /* what logistic is for more than two classes */
};
extern const char *const loss_names[]; /* up to poisson, NULL */

/* The rows of a run, as losses see them. */
struct loss_rows {
    const struct loss *loss;
    int64_t n;
    int n_outputs;
    const double *y;
    const double *weight; /* [n] NULL: all 1 */
    double alpha;
    double delta;              /* huber: beyond it a residual counts linearly; of the round */
    double *log_sum;           /* softmax: [n] log of the sum of e^f; of the round */
    double *residual;          /* [n] of the tree at hand */
    double *difference;        /* quantiles: [n] y - f */
    struct weighted *weighted; /* quantiles: [n], of a leaf those from where its rows stand */
};

struct loss {
    const char *name;
    enum task task;
    bool two_classes;
    enum link link;
    double link_scale;
    bool quantiles; /* are looked for */

    /* May y be a target?  NULL: any. */
    bool (*domain)(double y);
    const char *domain_text; /* "0 or more" */
    /* The best constant for an output. */
    double (*base)(struct loss_rows *rows, int output);
    /* Before a round: what its gradients share.  NULL: nothing. */
    void (*round)(struct loss_rows *rows, const double *raw);
    /* Residuals of rows [begin, end) for an output, without their weights, into r[begin..end). */
    void (*residuals)(const struct loss_rows *rows, const double *raw, int output, int64_t begin,
        int64_t end, double *r);
    /* What a leaf adds to f, before shrinkage. */
    double (*leaf)(const struct loss_rows *rows, const struct hist_rows *leaf);
    /* The loss of rows [begin, end), of their raw outputs. */
    void (*losses)(
        const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss);
};

/* The loss of an option and a target; a usage error where they do not fit. */
const struct loss *loss_choose(int option, const struct target *target, struct err *err) MUST_CHECK;
/* The mean weighted loss of the rows with draws: drawn true, of those drawn, false, of the others
 * (draws NULL: of all); NAN of none. */
double loss_mean(
    const struct loss_rows *rows, const double *raw, const uint16_t *draws, bool drawn);

#endif
