/*
 * regression.c -- metrics of predicted numbers.
 *
 * Squares of numbers beyond 1e150 or below 1e-150 leave the range of doubles.  Where a mean of
 * squares has come near its ends, it is taken again of numbers scaled by a power of two, which is
 * exact; so is the variance of a truth that may be constant, which rounding hides.
 */
#include <math.h>

#include "common/metric/plan.h"

static double squared_term(const struct scored *s, int64_t row, double parameter)
{
    double d = s->value[row] - s->y[row];

    (void)parameter;
    return d * d;
}

/* A mean of squares: value * 4^exponent. */
struct squares {
    double value;
    int exponent;
};

static bool is_safe(double mean_of_squares)
{
    return mean_of_squares > 1e-270 && mean_of_squares < INFINITY;
}

/* Rows and what their numbers are multiplied by; found again from the rows, which come first. */
struct scaled {
    struct scored s;
    double scale, mean;
};

enum { SCALE_MIN_EXPONENT = -1000 }; /* 2^1000 is the largest scale */

/* The exponent such that all numbers of rows that count are below 2^exponent. */
static int numbers_exponent(const struct evaluation *e, const double *numbers, int at_least)
{
    double most = 0;
    int exponent;

    for (int64_t i = 0; i < e->s->n; i++)
        if (evaluation_weight(e, i) > 0)
            most = fmax(most, fabs(numbers[i]));
    frexp(most, &exponent);
    return exponent > at_least ? exponent : at_least;
}

static double scaled_mean(const struct evaluation *e, const struct scaled *scaled,
    double (*term)(const struct scored *s, int64_t row, double parameter))
{
    struct evaluation of = *e;

    of.s = &scaled->s;
    return evaluation_mean(&of, term, 0);
}

static double scaled_squared_term(const struct scored *s, int64_t row, double parameter)
{
    double scale = ((const struct scaled *)s)->scale;
    double d = s->value[row] * scale - s->y[row] * scale;

    (void)parameter;
    return d * d;
}

static struct squares squared_error(const struct evaluation *e)
{
    double mean = evaluation_mean(e, squared_term, 0);

    if (is_safe(mean))
        return (struct squares){mean, 0};
    int exponent = numbers_exponent(e, e->s->y, SCALE_MIN_EXPONENT);
    exponent = numbers_exponent(e, e->s->value, exponent);
    struct scaled scaled = {.s = *e->s, .scale = ldexp(1, -exponent)};
    return (struct squares){scaled_mean(e, &scaled, scaled_squared_term), exponent};
}

static double rmse_value(const struct evaluation *e, double parameter)
{
    struct squares error = squared_error(e);

    (void)parameter;
    return ldexp(sqrt(error.value), error.exponent);
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

static bool truth_varies(const struct evaluation *e)
{
    double low = INFINITY, high = -INFINITY;

    for (int64_t i = 0; i < e->s->n; i++)
        if (evaluation_weight(e, i) > 0) {
            low = fmin(low, e->s->y[i]);
            high = fmax(high, e->s->y[i]);
        }
    return low < high;
}

static double scaled_truth_term(const struct scored *s, int64_t row, double parameter)
{
    (void)parameter;
    return s->y[row] * ((const struct scaled *)s)->scale;
}

static double scaled_deviation_term(const struct scored *s, int64_t row, double parameter)
{
    double d = scaled_truth_term(s, row, parameter) - ((const struct scaled *)s)->mean;

    return d * d;
}

/* 0 if the truth is the same everywhere. */
static struct squares truth_variance(const struct evaluation *e)
{
    double mean = evaluation_mean(e, truth_term, 0);
    double variance = evaluation_mean(e, deviation_term, mean);

    if (is_safe(variance) && variance > mean * mean * 1e-24)
        return (struct squares){variance, 0};
    if (!truth_varies(e))
        return (struct squares){0, 0};
    int exponent = numbers_exponent(e, e->s->y, SCALE_MIN_EXPONENT);
    struct scaled scaled = {.s = *e->s, .scale = ldexp(1, -exponent)};
    scaled.mean = scaled_mean(e, &scaled, scaled_truth_term);
    return (struct squares){scaled_mean(e, &scaled, scaled_deviation_term), exponent};
}

static double r2_value(const struct evaluation *e, double parameter)
{
    struct squares error = squared_error(e), variance = truth_variance(e);

    (void)parameter;
    if (!(variance.value > 0))
        return NAN;
    return 1 - ldexp(error.value / variance.value, 2 * (error.exponent - variance.exponent));
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

static double log_squared_term(const struct scored *s, int64_t row, double parameter)
{
    double d = log1p(s->value[row]) - log1p(s->y[row]);

    (void)parameter;
    return d * d;
}

static double rmsle_value(const struct evaluation *e, double parameter)
{
    return sqrt(evaluation_mean(e, log_squared_term, parameter));
}

/* Charbonnier et al. 1994: a square near 0, a straight line of this slope far from it. */
static double pseudo_huber_term(const struct scored *s, int64_t row, double slope)
{
    double d = (s->value[row] - s->y[row]) / slope, root = hypot(1, d);

    return slope * slope * (d / (root + 1)) * d; /* root - 1, but exact near 0 */
}

static double mphe_value(const struct evaluation *e, double parameter)
{
    return evaluation_mean(e, pseudo_huber_term, parameter);
}

static const struct metric_domain above_minus_1 = {
    .truth = -1, .truth_above = true, .value = -1, .value_above = true};

const struct metric_method rmse_method = {PART_VALUES, rmse_value};
const struct metric_method mae_method = {PART_VALUES, mae_value};
const struct metric_method r2_method = {PART_VALUES, r2_value};
const struct metric_method mape_method = {PART_VALUES, mape_value};
const struct metric_method quantile_loss_method = {PART_VALUES, quantile_loss_value};
const struct metric_method rmsle_method = {PART_VALUES, rmsle_value, &above_minus_1};
const struct metric_method mphe_method = {PART_VALUES, mphe_value};
