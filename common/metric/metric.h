/*
 * metric.h -- how good predictions are.
 *
 * A metric is found by its name in the table; those with a parameter take it after '@' ("ndcg@10",
 * "quantile_loss@0.9").  Arrays are the caller's.  Rows with weight 0 do not count.  Sums over rows
 * are in 65,536-row blocks added in order, so that results are the same everywhere.
 */
#ifndef COMMON_METRIC_METRIC_H
#define COMMON_METRIC_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

struct scored {
    int64_t n;
    const double *y;      /* truth: class code, value or relevance */
    const double *weight; /* NULL: all 1 */
    int n_classes;        /* 0: regression */
    const int32_t *label; /* [n] predicted class codes (n_classes: a label that is no class: always
                             wrong); or NULL */
    const double *prob;   /* [n][n_classes] probabilities; NULL when there are none */
    const double *value;  /* [n] predicted value, or ranking score; NULL */
    const int32_t *group; /* [n] query of each row; NULL */
};

struct metric_info {
    const char *name;
    bool classification, regression, ranking; /* what it is for */
    bool needs_prob, higher_is_better;
    bool has_parameter;
    double parameter; /* default */
    const char *help;
};

struct metric {
    const struct metric_info *info;
    double parameter;
    char name[48]; /* as it is reported: "ndcg@10" */
};

const struct metric_info *metric_infos(int *n);
int metric_find(
    struct metric *m, const char *name, struct err *err) MUST_CHECK; /* unknown: lists the names */
/* NaN where the metric is not defined for these rows (one class only for auc, ...). */
int metric_compute(
    const struct metric *m, const struct scored *s, double *value, struct err *err) MUST_CHECK;

/* The names of what a task reports by default, best known first, comma-separated. */
const char *metric_defaults(int n_classes, bool has_prob);

#endif
