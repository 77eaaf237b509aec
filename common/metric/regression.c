/* regression.c -- metrics of predicted numbers. */
#include <math.h>

#include "common/metric/plan.h"

static double squared_term(const struct scored *s, int64_t row, double parameter)
{
    double d = s->value[row] - s->y[row];

    (void)parameter;
    return d * d;
}

static double rmse_value(const struct evaluation *e, double parameter)
{
    return sqrt(evaluation_mean(e, squared_term, parameter));
}

static double absolute_term(const struct scored *s, int64_t row, double parameter)
{
    (void)parameter;
    return fabs(s->value[row] - s->y[row]);
}

static double mae_value(const struct evaluation *e, double parameter)
{
    return evaluation_mean(e, absolute_term, parameter);
}

static double truth_term(const struct scored *s, int64_t row, double parameter)
{
    (void)parameter;
    return s->y[row];
}

static double deviation_term(const struct scored *s, int64_t row, double mean)
{
    double d = s->y[row] - mean;

    return d * d;
}

static double r2_value(const struct evaluation *e, double parameter)
{
    double mean = evaluation_mean(e, truth_term, parameter);
    double variance = evaluation_mean(e, deviation_term, mean);

    return variance > 0 ? 1 - evaluation_mean(e, squared_term, parameter) / variance : NAN;
}

static double relative_term(const struct scored *s, int64_t row, double parameter)
{
    (void)parameter;
    return s->y[row] == 0 ? NAN : fabs((s->value[row] - s->y[row]) / s->y[row]);
}

static double mape_value(const struct evaluation *e, double parameter)
{
    return evaluation_mean(e, relative_term, parameter);
}

/* Koenker and Bassett 1978: a miss below the truth costs a, one above 1 - a. */
static double pinball_term(const struct scored *s, int64_t row, double a)
{
    double d = s->y[row] - s->value[row];

    return d >= 0 ? a * d : (a - 1) * d;
}

static double quantile_loss_value(const struct evaluation *e, double parameter)
{
    return evaluation_mean(e, pinball_term, parameter);
}

const struct metric_method rmse_method = {PART_VALUES, rmse_value};
const struct metric_method mae_method = {PART_VALUES, mae_value};
const struct metric_method r2_method = {PART_VALUES, r2_value};
const struct metric_method mape_method = {PART_VALUES, mape_value};
const struct metric_method quantile_loss_method = {PART_VALUES, quantile_loss_value};
