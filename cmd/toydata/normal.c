/*
 * normal.c -- classes of normally distributed rows, in ten or more dimensions.
 *
 * hastie: Hastie, Tibshirani, Friedman, "The elements of statistical learning", equation 10.2.
 * spheres: nested spheres; Friedman, Hastie, Tibshirani 2000, "Additive logistic regression", and
 *     Zhu, Zou, Rosset, Hastie 2009, "Multi-class AdaBoost".
 * twonorm, threenorm, ringnorm: Breiman 1996, "Bias, variance, and arcing classifiers".
 * waveform: Breiman, Friedman, Olshen, Stone 1984, "Classification and regression trees".
 */
#include <math.h>
#include <stdlib.h>

#include "cmd/toydata/chi2.h"
#include "cmd/toydata/kind.h"
#include "common/base/mem.h"

static double draw_sphere(const struct toy *toy, struct rng *rng, float *x)
{
    double sum = 0;
    for (int d = 0; d < toy->n_dims; d++) {
        x[d] = (float)rng_normal(rng);
        sum += (double)x[d] * x[d];
    }
    return sum;
}

static void draw_hastie(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    (void)row;
    *y = draw_sphere(toy, rng, x) > 9.34; /* the median of chi-square with 10 degrees */
}

const struct kind kind_hastie = {
    .name = "hastie",
    .stream = 12,
    .classes = 2,
    .dims = 10,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_hastie,
};

/* fixed[c]: the squared radius at which class c ends. */
static int prepare_spheres(struct toy *toy, struct err *err)
{
    toy->fixed = mem_alloc((size_t)toy->n_classes, sizeof *toy->fixed);
    if (!toy->fixed)
        return err_memory(err);
    for (int c = 0; c + 1 < toy->n_classes; c++)
        toy->fixed[c] = chi2_quantile((c + 1.0) / toy->n_classes, toy->n_dims);
    toy->fixed[toy->n_classes - 1] = INFINITY;
    return 0;
}

static void draw_spheres(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    double sum = draw_sphere(toy, rng, x);
    int c = 0;

    (void)row;
    while (sum >= toy->fixed[c])
        c++;
    *y = c;
}

const struct kind kind_spheres = {
    .name = "spheres",
    .uses = TOY_CLASSES | TOY_DIMS,
    .stream = 13,
    .classes = 2,
    .min_classes = 2,
    .max_classes = TOY_MAX_CLASSES,
    .dims = 10,
    .min_dims = 1,
    .letter = 'x',
    .first_number = 1,
    .prepare = prepare_spheres,
    .draw = draw_spheres,
};

static void draw_twonorm(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = (int)rng_below(rng, 2);
    double mean = (c == 0 ? 2 : -2) / sqrt(toy->n_dims);

    (void)row;
    for (int d = 0; d < toy->n_dims; d++)
        x[d] = (float)(mean + rng_normal(rng));
    *y = c;
}

const struct kind kind_twonorm = {
    .name = "twonorm",
    .uses = TOY_DIMS,
    .stream = 14,
    .classes = 2,
    .dims = 20,
    .min_dims = 1,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_twonorm,
};

static void draw_threenorm(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = (int)rng_below(rng, 2);
    double a = 2 / sqrt(toy->n_dims);

    (void)row;
    if (c == 0 && rng_below(rng, 2))
        a = -a;
    for (int d = 0; d < toy->n_dims; d++)
        x[d] = (float)((c == 1 && d % 2 ? -a : a) + rng_normal(rng));
    *y = c;
}

const struct kind kind_threenorm = {
    .name = "threenorm",
    .uses = TOY_DIMS,
    .stream = 15,
    .classes = 2,
    .dims = 20,
    .min_dims = 1,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_threenorm,
};

static void draw_ringnorm(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = (int)rng_below(rng, 2);
    double mean = c == 0 ? 0 : 1 / sqrt(toy->n_dims);
    double sd = c == 0 ? 2 : 1;

    (void)row;
    for (int d = 0; d < toy->n_dims; d++)
        x[d] = (float)(mean + sd * rng_normal(rng));
    *y = c;
}

const struct kind kind_ringnorm = {
    .name = "ringnorm",
    .uses = TOY_DIMS,
    .stream = 16,
    .classes = 2,
    .dims = 20,
    .min_dims = 1,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_ringnorm,
};

/* The triangle of height 6 with its top at the column `top`, columns counted from 1. */
static double triangle(int column, int top)
{
    return fmax(6 - abs(column - top), 0);
}

enum { WAVEFORM_COLUMNS = 21 };

static void draw_waveform(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    static const int tops[3][2] = {{11, 15}, {11, 7}, {15, 7}}; /* h1 h2, h1 h3, h2 h3 */
    int c = (int)rng_below(rng, 3);
    double u = rng_uniform(rng);

    (void)row;
    for (int d = 0; d < WAVEFORM_COLUMNS; d++) {
        double wave = u * triangle(d + 1, tops[c][0]) + (1 - u) * triangle(d + 1, tops[c][1]);
        x[d] = (float)(wave + toy->noise * rng_normal(rng));
    }
    for (int d = WAVEFORM_COLUMNS; d < toy->n_dims; d++)
        x[d] = (float)(toy->noise * rng_normal(rng));
    *y = c;
}

const struct kind kind_waveform = {
    .name = "waveform",
    .uses = TOY_NOISE | TOY_DIMS,
    .stream = 17,
    .noise = 1,
    .classes = 3,
    .dims = WAVEFORM_COLUMNS,
    .min_dims = WAVEFORM_COLUMNS,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_waveform,
};
