/*
 * survival.c -- metrics of times until an event, which not every row has seen.
 *
 * cox_nloglik is the partial likelihood of Cox (1972), equal times as Breslow (1974) has them, a
 * row without an event having its time with a minus sign.  For the others a truth is from y to
 * upper and a prediction a time, whose logarithm is off the truth's by noise of a distribution.
 */
#include <math.h>

#include "common/base/exps.h"
#include "common/base/mem.h"
#include "common/metric/order.h"
#include "common/metric/plan.h"

/* No row is less likely than this, as in XGBoost. */
#define LIKELIHOOD_MIN 1e-12

static const struct metric_domain hazards = {.truth = -INFINITY, .value = 0, .value_above = true};
static const struct metric_domain times = {.truth = 0, .value = 0, .value_above = true};

uint32_t *times_new(const struct scored *s, struct err *err)
{
    double *size = mem_alloc((size_t)s->n, sizeof *size);
    uint32_t *order = NULL, *ret = NULL;

    if (s->n > UINT32_MAX) {
        err_set(err, "too many rows to sort by time: %lld", (long long)s->n);
        goto out;
    }
    order = mem_alloc((size_t)s->n, sizeof *order);
    if (!size || !order) {
        err_memory(err);
        goto out;
    }
    for (int64_t i = 0; i < s->n; i++)
        size[i] = fabs(s->y[i]);
    if (order_falling(size, 1, s->n, order, err) < 0)
        goto out;
    ret = order;
    order = NULL;
out:
    mem_free(order);
    mem_free(size);
    return ret;
}

/* From the last time back, so that those at risk are a sum that grows. */
static double cox_nloglik_value(const struct evaluation *e, double parameter)
{
    const struct scored *s = e->s;
    const uint32_t *order = e->plan->times;
    double at_risk = 0, sum = 0, events = 0;
    int64_t end;

    (void)parameter;
    for (int64_t start = 0; start < s->n; start = end) {
        double time = fabs(s->y[order[start]]);
        for (end = start; end < s->n && fabs(s->y[order[end]]) == time; end++) {
            double weight = evaluation_weight(e, order[end]);
            if (weight > 0)
                at_risk += weight * s->value[order[end]];
        }
        for (int64_t i = start; i < end; i++) {
            double weight = evaluation_weight(e, order[i]);
            if (weight > 0 && s->y[order[i]] > 0) {
                events += weight;
                sum += weight * (log_one(at_risk) - log_one(s->value[order[i]]));
            }
        }
    }
    return events > 0 ? sum / events : NAN;
}

/* ---- distributions of noise: what is beyond z, and the density there ---- */

static double normal_beyond(double z)
{
    return .5 * erfc(z * .70710678118654752440);
}

static double normal_density(double z)
{
    return .39894228040143267794 * exp_one(-.5 * z * z);
}

static double logistic_beyond(double z)
{
    return 1 / (1 + exp_one(z));
}

static double logistic_density(double z)
{
    double w = exp_one(-fabs(z));

    return w / ((1 + w) * (1 + w));
}

static double extreme_beyond(double z)
{
    return exp_one(-exp_one(z));
}

static double extreme_density(double z)
{
    return exp_one(z - exp_one(z));
}

/* Bounds of 0 and infinity have nothing before and beyond them. */
static double aft_cost(const struct scored *s, int64_t row, double scale,
    double (*beyond)(double z), double (*density)(double z))
{
    double lower = s->y[row], upper = s->upper[row], log_time = log_one(s->value[row]);
    double z = (log_one(lower) - log_time) / scale, likelihood;

    if (lower == upper)
        likelihood = density(z) / (scale * lower);
    else
        likelihood = beyond(z) - beyond((log_one(upper) - log_time) / scale);
    return -log_one(fmax(likelihood, LIKELIHOOD_MIN));
}

static double aft_normal_term(const struct scored *s, int64_t row, double scale)
{
    return aft_cost(s, row, scale, normal_beyond, normal_density);
}

static double aft_logistic_term(const struct scored *s, int64_t row, double scale)
{
    return aft_cost(s, row, scale, logistic_beyond, logistic_density);
}

static double aft_extreme_term(const struct scored *s, int64_t row, double scale)
{
    return aft_cost(s, row, scale, extreme_beyond, extreme_density);
}

static double aft_nloglik_value(const struct evaluation *e, double scale)
{
    switch (e->metric->noise) {
    case NOISE_NORMAL:
        return evaluation_mean(e, aft_normal_term, scale);
    case NOISE_LOGISTIC:
        return evaluation_mean(e, aft_logistic_term, scale);
    case NOISE_EXTREME:
        return evaluation_mean(e, aft_extreme_term, scale);
    }
    return NAN;
}

static double within_term(const struct scored *s, int64_t row, double parameter)
{
    (void)parameter;
    return s->value[row] >= s->y[row] && s->value[row] <= s->upper[row];
}

static double interval_regression_accuracy_value(const struct evaluation *e, double parameter)
{
    return evaluation_mean(e, within_term, parameter);
}

const struct metric_method cox_nloglik_method = {
    PART_VALUES | PART_TIMES, cox_nloglik_value, &hazards};
const struct metric_method aft_nloglik_method = {
    PART_VALUES | PART_BOUNDS, aft_nloglik_value, &times};
const struct metric_method interval_regression_accuracy_method = {
    PART_VALUES | PART_BOUNDS, interval_regression_accuracy_value, &times};
