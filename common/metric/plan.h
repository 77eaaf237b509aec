/*
 * plan.h -- inside common/metric: what metrics share when several are computed of the same rows.
 *
 * metric_plan_new() makes the parts that the metrics name and that no weight changes;
 * metric_plan_evaluate() fills an evaluation's sums from them and asks each metric's method.
 */
#ifndef COMMON_METRIC_PLAN_H
#define COMMON_METRIC_PLAN_H

#include <stdint.h>

#include "common/metric/curve.h"
#include "common/metric/metric.h"

enum metric_part {
    PART_LABELS = 1,   /* sums of weights by class */
    PART_PROBS = 2,    /* probabilities, or a score within [0, 1] */
    PART_CURVES = 4,   /* rows by falling score, for each class */
    PART_VALUES = 8,   /* predicted numbers */
    PART_QUERIES = 16, /* rows by group and falling score */
    PART_BOUNDS = 32,  /* upper bounds of the truth */
    PART_TIMES = 64    /* rows by the falling size of the truth */
};

struct evaluation {
    const struct metric_plan *plan;
    const struct scored *s;
    const struct metric *metric;      /* the one whose value is asked for */
    const double *weight;             /* NULL: all 1 */
    double total;                     /* sum of weights */
    double *truth, *predicted, *hits; /* [K] each: weights of rows of, called, and both */
    double auc, average_precision;
};

/* What rows of positive weight must be: above the least number, or at least that. */
struct metric_domain {
    double truth, value;
    bool truth_above, value_above;
};

struct metric_method {
    int parts;
    double (*value)(const struct evaluation *e, double parameter);
    const struct metric_domain *domain; /* NULL: all numbers */
};

struct metric_plan {
    struct scored s;
    struct metric *metrics;
    int n_metrics, parts;
    bool bad_score; /* two classes, a score outside [0, 1]: not a probability */
    struct curve *curves;
    int n_curves;
    struct queries *queries;
    uint32_t *times;
};

static inline double evaluation_weight(const struct evaluation *e, int64_t row)
{
    return e->weight ? e->weight[row] : 1;
}

/* Of row's class c, or, without prob, of the positive one and the other. */
static inline double scored_prob(const struct scored *s, int64_t row, int c)
{
    if (s->prob)
        return s->prob[row * s->n_classes + c];
    return c == 1 ? s->value[row] : 1 - s->value[row];
}

/* The weighted mean of term over the rows of positive weight; NaN without any. */
double evaluation_mean(const struct evaluation *e,
    double (*term)(const struct scored *s, int64_t row, double parameter), double parameter);

/* classification.c */
void evaluation_tally(struct evaluation *e);
extern const struct metric_method accuracy_method, balanced_accuracy_method, log_loss_method,
    brier_method, precision_method, recall_method, f1_method, macro_f1_method, mcc_method,
    error_method, threshold_error_method;

/* curve.c */
void evaluation_curves(struct evaluation *e);
extern const struct metric_method auc_method, average_precision_method, aucpr_method;

/* regression.c */
extern const struct metric_method rmse_method, mae_method, r2_method, mape_method,
    quantile_loss_method, rmsle_method, mphe_method;

/* likelihood.c */
extern const struct metric_method poisson_nloglik_method, gamma_nloglik_method,
    gamma_deviance_method, tweedie_nloglik_method;

/* survival.c */
uint32_t *times_new(const struct scored *s, struct err *err) MUST_CHECK;
extern const struct metric_method cox_nloglik_method, aft_nloglik_method,
    interval_regression_accuracy_method;

/* ranking.c */
struct queries *queries_new(const struct scored *s, struct err *err) MUST_CHECK;
void queries_free(struct queries *q);
extern const struct metric_method ndcg_method, map_method, pre_method;

#endif
