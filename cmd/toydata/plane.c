/*
 * plane.c -- shapes in the plane (and blobs and meshes in any number of dimensions).
 *
 * moons, circles, blobs: as in scikit-learn's make_moons, make_circles and make_blobs.
 * spirals: Lang, Witbrock 1988, "Learning to tell two spirals apart".
 * rings, checkerboard, 8gaussians: the densities of FFJORD (Grathwohl et al. 2019).
 * pinwheel: Johnson et al. 2016, "Composing graphical models with neural networks".
 */
#include <math.h>
#include <stdlib.h>

#include "cmd/toydata/kind.h"
#include "common/base/mem.h"

#define PI 3.14159265358979323846

static int draw_class(const struct toy *toy, struct rng *rng)
{
    return (int)rng_below(rng, (uint64_t)toy->n_classes);
}

/* The point (x1, x2) with the kind's noise added to both. */
static void place(const struct toy *toy, struct rng *rng, double x1, double x2, float *x)
{
    x[0] = (float)(x1 + toy->noise * rng_normal(rng));
    x[1] = (float)(x2 + toy->noise * rng_normal(rng));
}

static void draw_moons(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = draw_class(toy, rng);
    double t = PI * rng_uniform(rng);

    (void)row;
    if (c == 0)
        place(toy, rng, cos(t), sin(t), x);
    else
        place(toy, rng, 1 - cos(t), 0.5 - sin(t), x);
    *y = c;
}

const struct kind kind_moons = {
    .name = "moons",
    .uses = TOY_NOISE,
    .stream = 1,
    .noise = 0.1,
    .classes = 2,
    .dims = 2,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_moons,
};

static void draw_on_circle(
    const struct toy *toy, struct rng *rng, int c, double radius, float *x, double *y)
{
    double t = 2 * PI * rng_uniform(rng);
    place(toy, rng, radius * cos(t), radius * sin(t), x);
    *y = c;
}

static void draw_circles(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = draw_class(toy, rng);
    (void)row;
    draw_on_circle(toy, rng, c, 1 - (double)c / toy->n_classes, x, y);
}

const struct kind kind_circles = {
    .name = "circles",
    .uses = TOY_NOISE | TOY_CLASSES,
    .stream = 2,
    .noise = 0.05,
    .classes = 2,
    .min_classes = 1,
    .max_classes = TOY_MAX_CLASSES,
    .dims = 2,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_circles,
};

/* Each class's centre is uniform in the cube from -10 to 10 and drawn from a stream of its own, so
 * that it stays where it is when there are more classes. */
static int prepare_blobs(struct toy *toy, struct err *err)
{
    size_t n;

    if (!size_mul((size_t)toy->n_classes, (size_t)toy->n_dims, &n))
        return err_memory(err);
    toy->fixed = mem_alloc(n, sizeof *toy->fixed);
    if (!toy->fixed)
        return err_memory(err);
    for (int c = 0; c < toy->n_classes; c++) {
        struct rng rng;
        toy_fixed_rng(toy, &rng, (uint64_t)c);
        for (int d = 0; d < toy->n_dims; d++)
            toy->fixed[(size_t)c * (size_t)toy->n_dims + (size_t)d] = 20 * rng_uniform(&rng) - 10;
    }
    return 0;
}

static void draw_blobs(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = draw_class(toy, rng);
    const double *centre = toy->fixed + (size_t)c * (size_t)toy->n_dims;

    (void)row;
    for (int d = 0; d < toy->n_dims; d++)
        x[d] = (float)(centre[d] + toy->noise * rng_normal(rng));
    *y = c;
}

const struct kind kind_blobs = {
    .name = "blobs",
    .uses = TOY_NOISE | TOY_CLASSES | TOY_DIMS,
    .stream = 3,
    .noise = 1,
    .classes = 3,
    .min_classes = 1,
    .max_classes = TOY_MAX_CLASSES,
    .dims = 2,
    .min_dims = 1,
    .letter = 'x',
    .first_number = 1,
    .prepare = prepare_blobs,
    .draw = draw_blobs,
};

/* Point i of 0..96 has angle i pi/16 and radius 6.5 (104 - i)/104; here i is any real number. */
static void draw_spirals(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = draw_class(toy, rng);
    double i = 96 * rng_uniform(rng);
    double angle = i * PI / 16 + 2 * PI * c / toy->n_classes;
    double radius = 6.5 * (104 - i) / 104;

    (void)row;
    place(toy, rng, radius * sin(angle), radius * cos(angle), x);
    *y = c;
}

const struct kind kind_spirals = {
    .name = "spirals",
    .uses = TOY_NOISE | TOY_CLASSES,
    .stream = 4,
    .noise = 0.1,
    .classes = 2,
    .min_classes = 1,
    .max_classes = TOY_MAX_CLASSES,
    .dims = 2,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_spirals,
};

static void draw_rings(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = draw_class(toy, rng);
    (void)row;
    draw_on_circle(toy, rng, c, 3.0 * (c + 1) / toy->n_classes, x, y);
}

const struct kind kind_rings = {
    .name = "rings",
    .uses = TOY_NOISE | TOY_CLASSES,
    .stream = 5,
    .noise = 0.08,
    .classes = 4,
    .min_classes = 1,
    .max_classes = TOY_MAX_CLASSES,
    .dims = 2,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_rings,
};

/* 4 x 4 squares of side 2; the one whose lower left corner is at even coordinates (2i, 2j) has
 * colour (i + j) mod 2.  With one class only squares of colour 0 are drawn from. */
static void draw_checkerboard(
    const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = draw_class(toy, rng);
    int i = (int)rng_below(rng, 4) - 2;
    int j = 2 * (int)rng_below(rng, 2) - 2 + abs(i + c) % 2;
    double u = rng_uniform(rng), v = rng_uniform(rng);

    (void)row;
    place(toy, rng, 2 * (i + u), 2 * (j + v), x);
    *y = c;
}

const struct kind kind_checkerboard = {
    .name = "checkerboard",
    .uses = TOY_NOISE | TOY_CLASSES,
    .stream = 6,
    .noise = 0,
    .classes = 2,
    .min_classes = 1,
    .max_classes = 2,
    .dims = 2,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_checkerboard,
};

static void draw_pinwheel(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = draw_class(toy, rng);
    double radial = 1 + 0.3 * rng_normal(rng), tangential = toy->noise * rng_normal(rng);
    double angle = 2 * PI * c / toy->n_classes + 0.25 * exp(radial);

    (void)row;
    x[0] = (float)(2 * (radial * cos(angle) + tangential * sin(angle)));
    x[1] = (float)(2 * (tangential * cos(angle) - radial * sin(angle)));
    *y = c;
}

const struct kind kind_pinwheel = {
    .name = "pinwheel",
    .uses = TOY_NOISE | TOY_CLASSES,
    .stream = 7,
    .noise = 0.1,
    .classes = 5,
    .min_classes = 1,
    .max_classes = TOY_MAX_CLASSES,
    .dims = 2,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_pinwheel,
};

static void draw_8gaussians(
    const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    int c = draw_class(toy, rng);
    double radius = 4 / sqrt(2), angle = PI * c / 4;

    (void)row;
    place(toy, rng, radius * cos(angle), radius * sin(angle), x);
    *y = c;
}

const struct kind kind_8gaussians = {
    .name = "8gaussians",
    .uses = TOY_NOISE,
    .stream = 8,
    .noise = 0.35355339059327376, /* 0.5 / sqrt(2) */
    .classes = 8,
    .dims = 2,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_8gaussians,
};

/* The last column changes fastest.  Both ends are met exactly. */
static void draw_grid(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y)
{
    (void)rng;
    (void)y;
    for (int d = toy->n_dims - 1; d >= 0; d--) {
        const struct toy_axis *a = &toy->axes[d];
        int64_t i = row % a->steps;
        double t = a->steps > 1 ? (double)i / (double)(a->steps - 1) : 0;
        x[d] = (float)(a->low * (1 - t) + a->high * t);
        row /= a->steps;
    }
}

const struct kind kind_grid = {
    .name = "grid",
    .uses = TOY_MESH,
    .stream = 19,
    .dims = 2,
    .min_dims = 1,
    .letter = 'x',
    .first_number = 1,
    .draw = draw_grid,
};
