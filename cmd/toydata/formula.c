/*
 * formula.c -- targets given by a formula of the columns.
 *
 * friedman1-3: Friedman 1991, "Multivariate adaptive regression splines", with the noise of
 * Breiman 1996, "Bagging predictors" (signal to noise 3 to 1 in the second and third).
 * mixed: 20 normal columns, 4 log-normal, 4 with six values each, and a logistic response with
 * interactions: a stand-in of the width of HIGGS for timing tree learners.
 */
#include <math.h>

#include "cmd/toydata/kind.h"

#define PI 3.14159265358979323846

static double draw_between(struct rng *rng, double low, double high)
{
    return low + (high - low) * rng_uniform(rng);
}

static void draw_friedman1(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    (void)row;
    for (int d = 0; d < toy->n_dims; d++)
        x[d] = (float)rng_uniform(rng);
    double third = x[2] - 0.5;
    *y = 10 * sin(PI * x[0] * x[1]) + 20 * third * third + 10.0 * x[3] + 5.0 * x[4] +
         toy->noise * rng_normal(rng);
}

const struct kind kind_friedman1 = {
    .name = "friedman1",
    .uses = TOY_NOISE | TOY_DIMS | TOY_REAL,
    .stream = 9,
    .noise = 1,
    .dims = 10,
    .min_dims = 5,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_friedman1,
};

/* Resistance, frequency, inductance and capacitance of a circuit; gives the reactance. */
static double draw_circuit(struct rng *rng, float *x)
{
    x[0] = (float)draw_between(rng, 0, 100);
    x[1] = (float)draw_between(rng, 40 * PI, 560 * PI);
    x[2] = (float)draw_between(rng, 0, 1);
    x[3] = (float)draw_between(rng, 1, 11);
    return (double)x[1] * x[2] - 1 / ((double)x[1] * x[3]);
}

static void draw_friedman2(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    (void)row;
    double reactance = draw_circuit(rng, x);
    *y = sqrt((double)x[0] * x[0] + reactance * reactance) + toy->noise * rng_normal(rng);
}

const struct kind kind_friedman2 = {
    .name = "friedman2",
    .uses = TOY_NOISE | TOY_REAL,
    .stream = 10,
    .noise = 125,
    .dims = 4,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_friedman2,
};

static void draw_friedman3(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    (void)row;
    double reactance = draw_circuit(rng, x);
    *y = atan2(reactance, x[0]) + toy->noise * rng_normal(rng);
}

const struct kind kind_friedman3 = {
    .name = "friedman3",
    .uses = TOY_NOISE | TOY_REAL,
    .stream = 11,
    .noise = 0.1,
    .dims = 4,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_friedman3,
};

enum { MIXED_NORMAL = 20, MIXED_LOG_NORMAL = 24, MIXED_COLUMNS = 28, MIXED_VALUES = 6 };

static double mixed_score(const float *x)
{
    return sin(2.0 * x[0]) + (double)x[1] * x[2] + 0.7 * (x[3] > 0) * x[4] +
           0.5 * log(x[20]) * x[5] + 0.6 * (x[24] == 2) - 0.4 * (x[25] > 3) + 0.3 * x[6] * x[6] -
           0.3 + 0.3 * fabs(x[7]);
}

static void draw_mixed(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    (void)toy;
    (void)row;
    for (int d = 0; d < MIXED_NORMAL; d++)
        x[d] = (float)rng_normal(rng);
    for (int d = MIXED_NORMAL; d < MIXED_LOG_NORMAL; d++)
        x[d] = (float)exp(rng_normal(rng));
    for (int d = MIXED_LOG_NORMAL; d < MIXED_COLUMNS; d++)
        x[d] = (float)rng_below(rng, MIXED_VALUES);
    *y = rng_uniform(rng) < 1 / (1 + exp(-mixed_score(x)));
}

const struct kind kind_mixed = {
    .name = "mixed",
    .stream = 18,
    .classes = 2,
    .dims = MIXED_COLUMNS,
    .letter = 'f',
    .first_number = 0,
    .draw = draw_mixed,
};
