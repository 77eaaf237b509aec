/*
 * metric.h -- how good predictions are.
 *
 * A metric is found by a name in the table, in which '-' is the same as '_'; those with a parameter
 * take it after '@' ("ndcg@10", "quantile_loss@0.9").  Arrays are the caller's.  Rows with weight 0
 * do not count.  Sums over rows are in 65,536-row blocks added in order, so that results are the
 * same everywhere.
 */
#ifndef COMMON_METRIC_METRIC_H
#define COMMON_METRIC_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

struct scored {
    int64_t n;
    const double *y;      /* truth: class code, value or relevance */
    const double *weight; /* NULL: all 1; finite, never negative */
    int n_classes;        /* 0: regression */
    const int32_t *label; /* [n] predicted class codes (n_classes: a label that is no class: always
                             wrong); or NULL */
    const double *prob;   /* [n][n_classes] probabilities; NULL when there are none */
    const double *value;  /* [n] predicted value, or ranking score; NULL */
    const int32_t *group; /* [n] query of each row, from 0; NULL */
    const double
        *upper; /* [n] the truth is from y to upper, perhaps infinite; NULL: there is none */
    const uint32_t *origin; /* [n] what messages call a row, from 0; NULL: its place */
};

/*
 * With two classes the second is the positive one: precision, recall, f1, brier, auc and
 * average_precision are its.  With more, these are means over the classes that occur (brier: the
 * sum over classes).  Without prob, two classes may have value, a score of the positive class
 * (log_loss and brier then want it within [0, 1]).  Without label, the most probable class is the
 * prediction. Relevance (ndcg, map) is y without classes, and with two classes whether a row is
 * positive.
 */

/* What may stand behind '@'. */
enum metric_takes {
    TAKES_NOTHING,
    TAKES_POSITIONS, /* how many of a group's first rows count; 0: all */
    TAKES_LEVEL,     /* within (0, 1) */
    TAKES_POWER,     /* within (1, 2) */
    TAKES_SCALE,     /* above 0 */
    TAKES_NOISE,     /* a distribution, and its scale after ':' if that is not 1 */
    TAKES_THRESHOLD  /* a number, without which the name means another metric */
};

enum { METRIC_ALSO = 2 };
struct metric_info {
    const char *name, *also[METRIC_ALSO];     /* also: other names of it; NULL */
    bool classification, regression, ranking; /* what it is for */
    bool needs_prob, needs_upper, higher_is_better;
    bool may_be_empty; /* the name may end in '-' or '+' (enum metric_empty) */
    enum metric_takes takes;
    double parameter; /* default */
    const char *help;
    const char *undefined; /* when it is NaN, for a warning: "the truth has one class only" */
    const struct metric_method *method; /* how (plan.h) */
};

/* What a group without a relevant row is worth. */
enum metric_empty { EMPTY_LEFT_OUT, EMPTY_ZERO, EMPTY_ONE };
/* Of the logarithm of a time. */
enum metric_noise { NOISE_NORMAL, NOISE_LOGISTIC, NOISE_EXTREME };

enum { METRIC_NAME_MAX = 48 };
struct metric {
    const struct metric_info *info;
    double parameter;
    enum metric_empty empty;
    enum metric_noise noise;
    char name[METRIC_NAME_MAX]; /* as it was asked for, and is reported: "ndcg@10" */
};

const struct metric_info *metric_infos(int *n);
/* Unknown: the message has the nearest name, or if none is near lists them. */
int metric_find(struct metric *m, const char *name, struct err *err) MUST_CHECK;
/* NaN where the metric is not defined for these rows (one class only for auc, ...). */
int metric_compute(
    const struct metric *m, const struct scored *s, double *value, struct err *err) MUST_CHECK;

/*
 * Many metrics of the same rows, and again under other weights (the bootstrap: weight times how
 * often a row was drawn): rows are sorted once, an evaluation then is linear in the rows.  The
 * arrays of s must outlive the plan.  Errors: what a metric needs is not in s, or a row of positive
 * weight is not in the metric's domain; the message names it.
 */
struct metric_plan;
struct metric_plan *metric_plan_new(const struct metric *metrics, int n_metrics,
    const struct scored *s, struct err *err) MUST_CHECK;
void metric_plan_free(struct metric_plan *p);
/* values[n_metrics] under weight[n] (NULL: all 1).  scratch has metric_plan_scratch() doubles; with
 * scratch of its own each thread may evaluate the same plan. */
int64_t metric_plan_scratch(const struct metric_plan *p);
void metric_plan_evaluate(
    const struct metric_plan *p, const double *weight, double *scratch, double *values);

/* The names of what a task reports by default, best known first, comma-separated. */
const char *metric_defaults(int n_classes, bool has_prob);

#endif
