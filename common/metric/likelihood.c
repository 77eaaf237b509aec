/*
 * likelihood.c -- how unlikely a truth is where the prediction is a mean.
 *
 * Means over rows, with the bounds that XGBoost puts to predictions near 0, so that the numbers are
 * its numbers: poisson_nloglik takes no prediction below 1e-16, gamma_nloglik none below 1e-6, and
 * gamma_deviance adds 1e-6 to both sides.  tweedie_nloglik leaves out the term without the mean.
 */
#include <math.h>

#include "common/base/exps.h"
#include "common/metric/plan.h"

#define POISSON_MIN 1e-16
#define GAMMA_MIN   1e-6

static const struct metric_domain at_least_0 = {.truth = 0, .value = 0};
static const struct metric_domain prediction_above_0 = {
    .truth = 0, .value = 0, .value_above = true};

/* log(x!) of x >= 0: Stirling's series, far enough out.  lgamma() may write a global. */
static double log_factorial(double x)
{
    static const double series[] = {
        1. / 12, -1. / 360, 1. / 1260, -1. / 1680, 1. / 1188, -691. / 360360, 1. / 156};
    double product = 1, z = x + 1, sum = 0;

    for (; z < 10; z++)
        product *= z;
    for (int i = (int)(sizeof series / sizeof *series) - 1; i >= 0; i--)
        sum = sum / (z * z) + series[i];
    return (z - .5) * log_one(z) - z + .91893853320467274178 + sum / z - log_one(product);
}

static double poisson_term(const struct scored *s, int64_t row, double parameter)
{
    double mean = fmax(s->value[row], POISSON_MIN);

    (void)parameter;
    return log_factorial(s->y[row]) + mean - s->y[row] * log_one(mean);
}

static double poisson_nloglik_value(const struct evaluation *e, double parameter)
{
    return evaluation_mean(e, poisson_term, parameter);
}

/* Of the exponential distribution, which is the gamma one of shape 1. */
static double gamma_term(const struct scored *s, int64_t row, double parameter)
{
    double mean = fmax(s->value[row], GAMMA_MIN);

    (void)parameter;
    return s->y[row] / mean + log_one(mean);
}

static double gamma_nloglik_value(const struct evaluation *e, double parameter)
{
    return evaluation_mean(e, gamma_term, parameter);
}

static double gamma_deviance_term(const struct scored *s, int64_t row, double parameter)
{
    double mean = s->value[row] + GAMMA_MIN, truth = s->y[row] + GAMMA_MIN;

    (void)parameter;
    return 2 * (log_one(mean / truth) + truth / mean - 1);
}

static double gamma_deviance_value(const struct evaluation *e, double parameter)
{
    return evaluation_mean(e, gamma_deviance_term, parameter);
}

static double tweedie_term(const struct scored *s, int64_t row, double power)
{
    double log_mean = log_one(s->value[row]);

    return exp_one((2 - power) * log_mean) / (2 - power) -
           s->y[row] * exp_one((1 - power) * log_mean) / (1 - power);
}

static double tweedie_nloglik_value(const struct evaluation *e, double power)
{
    return evaluation_mean(e, tweedie_term, power);
}

const struct metric_method poisson_nloglik_method = {
    PART_VALUES, poisson_nloglik_value, &at_least_0};
const struct metric_method gamma_nloglik_method = {PART_VALUES, gamma_nloglik_value, &at_least_0};
const struct metric_method gamma_deviance_method = {PART_VALUES, gamma_deviance_value, &at_least_0};
const struct metric_method tweedie_nloglik_method = {
    PART_VALUES, tweedie_nloglik_value, &prediction_above_0};
