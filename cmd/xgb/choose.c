/* choose.c -- see choose.h. */
#include "cmd/xgb/choose.h"

#include <math.h>

#include "common/base/pool.h"
#include "common/base/rng.h"

/* Halvings of the interval in which c is looked for. */
enum { PARTS = 64, STEPS = 40 };

struct choosing {
    struct gradient *g;
    int64_t n;
    double lambda, c, sum[PARTS];
    uint64_t seed;
    uint32_t step;
};

static double size_of(const struct choosing *k, int64_t i)
{
    return sqrt(k->g[i].s * k->g[i].s + k->lambda * k->g[i].h * k->g[i].h);
}

/* How many rows c keeps, in the mean. */
static void expect_part(void *ctx, int64_t part, int worker)
{
    struct choosing *k = ctx;
    double sum = 0;
    (void)worker;

    for (int64_t i = k->n * part / PARTS; i < k->n * (part + 1) / PARTS; i++)
        sum += fmin(1, k->c * size_of(k, i));
    k->sum[part] = sum;
}

static double expected(struct choosing *k, double c)
{
    double sum = 0;

    k->c = c;
    pool_run(PARTS, expect_part, k);
    for (int i = 0; i < PARTS; i++)
        sum += k->sum[i];
    return sum;
}

static void choose_part(void *ctx, int64_t part, int worker)
{
    const struct choosing *k = ctx;
    (void)worker;

    for (int64_t i = k->n * part / PARTS; i < k->n * (part + 1) / PARTS; i++) {
        double p = fmin(1, k->c * size_of(k, i));
        struct rng r;
        if (p >= 1)
            continue;
        rng_init(&r, k->seed, RNG_BAG, k->step, (uint64_t)i);
        double kept = p > 0 && rng_uniform(&r) < p ? 1 / p : 0;
        k->g[i].s *= kept;
        k->g[i].h *= kept;
    }
}

void gradients_choose(
    struct gradient *g, int64_t n, double fraction, double lambda, uint64_t seed, uint32_t step)
{
    struct choosing k = {.g = g, .n = n, .lambda = lambda, .seed = seed, .step = step};
    double low = 0, high = 1, wanted = fraction * (double)n;

    /* rows of no gradient are never kept, and then no c is enough: all others are */
    while (expected(&k, high) < wanted && high < 1e300)
        high *= 1024;
    for (int i = 0; i < STEPS; i++) {
        double middle = low + (high - low) / 2;
        if (expected(&k, middle) < wanted)
            low = middle;
        else
            high = middle;
    }
    k.c = high;
    pool_run(PARTS, choose_part, &k);
}
