/* sums.c -- see sums.h. */
#include "common/learner/sums.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/tree/packed.h"

enum { PARTS = 64 };

double max_abs(const double *values, int64_t n)
{
    double max = 0;
    for (int64_t i = 0; i < n; i++)
        max = fabs(values[i]) > max ? fabs(values[i]) : max;
    return max;
}

int sums_weights(struct sums *s, const double *weight, int64_t n_rows, struct err *err)
{
    s->n_rows = n_rows;
    s->value[0] = mem_alloc((size_t)n_rows, sizeof *s->value[0]);
    s->stats.value[0] = s->value[0];
    if (!s->value[0])
        return err_memory(err);
    sums_reweigh(s, weight);
    return 0;
}

int sums_classes(struct sums *s, const double *y, int n_classes, struct err *err)
{
    s->slot = mem_alloc((size_t)s->n_rows, sizeof *s->slot);
    if (!s->slot)
        return err_memory(err);
    for (int64_t i = 0; i < s->n_rows; i++)
        s->slot[i] = (int32_t)y[i];
    s->stats.slot = s->slot;
    s->stats.n_sums = n_classes;
    return 0;
}

int sums_values(struct sums *s, struct err *err)
{
    s->value[1] = mem_alloc((size_t)s->n_rows, sizeof *s->value[1]);
    s->stats.value[1] = s->value[1];
    s->stats.n_sums = 2;
    s->stats.unit[1] = 1;
    if (!s->value[1])
        return err_memory(err);
    mem_expect(s->value[1], (size_t)s->n_rows * sizeof *s->value[1]);
    return 0;
}

/* ---- fixed point, with all threads ---- */

struct fixing {
    const double *target, *weight;
    int64_t *fixed, n;
    double max[PARTS], per_unit;
    bool equal[PARTS];
};

static int64_t part_begin(const struct fixing *f, int64_t part)
{
    return f->n * part / PARTS;
}

static void max_part(void *ctx, int64_t part, int worker)
{
    struct fixing *f = ctx;
    int64_t begin = part_begin(f, part), end = part_begin(f, part + 1);
    double max = 0;
    (void)worker;

    for (int64_t i = begin; i < end; i++) {
        double size = fabs(f->weight ? f->weight[i] * f->target[i] : f->target[i]);
        max = size > max ? size : max;
    }
    f->max[part] = max;
}

/* Adding 2^52 and a half leaves a double's last bit worth 1: it is rounded as nearbyint() does, and
 * its bits count on from that number's. */
static void fix_part(void *ctx, int64_t part, int worker)
{
    const struct fixing *f = ctx;
    int64_t begin = part_begin(f, part), end = part_begin(f, part + 1), zero;
    const double large = 0x1.8p52;
    (void)worker;

    memcpy(&zero, &large, sizeof zero);
    for (int64_t i = begin; i < end; i++) {
        double value = f->weight ? f->weight[i] * f->target[i] : f->target[i];
        double sum = value * f->per_unit + large;
        int64_t bits;
        memcpy(&bits, &sum, sizeof bits);
        f->fixed[i] = bits - zero;
    }
}

static double fixing_max(struct fixing *f)
{
    pool_run(PARTS, max_part, f);
    return max_abs(f->max, PARTS);
}

static void fixing_fix(struct fixing *f, double unit)
{
    f->per_unit = 1 / unit;
    pool_run(PARTS, fix_part, f);
}

static void equal_part(void *ctx, int64_t part, int worker)
{
    struct fixing *f = ctx;
    int64_t begin = part_begin(f, part), end = part_begin(f, part + 1);
    (void)worker;

    f->equal[part] = true;
    for (int64_t i = begin; i < end && f->equal[part]; i++)
        f->equal[part] = f->fixed[i] == f->fixed[0];
}

void sums_reweigh(struct sums *s, const double *weight)
{
    struct fixing f = {.target = weight, .fixed = s->value[0], .n = s->n_rows};

    s->stats.unit[0] = stats_unit(fixing_max(&f), s->n_rows);
    fixing_fix(&f, s->stats.unit[0]);
    pool_run(PARTS, equal_part, &f);
    s->stats.equal_weights = s->value[0][0] != 0;
    for (int i = 0; i < PARTS; i++)
        s->stats.equal_weights &= f.equal[i];
}

void sums_set(struct sums *s, const double *target, const double *weight)
{
    int bits = s->packed ? packed_value_bits(s->n_rows) : 0;
    struct fixing f = {.target = target, .weight = weight, .fixed = s->value[1], .n = s->n_rows};
    double max = fixing_max(&f);

    s->stats.unit[1] = bits ? packed_unit(max, bits) : stats_unit(max, s->n_rows);
    s->stats.value_bits = bits;
    fixing_fix(&f, s->stats.unit[1]);
}

void sums_release(struct sums *s)
{
    mem_free(s->slot);
    mem_free(s->value[0]);
    mem_free(s->value[1]);
    *s = (struct sums){.slot = NULL};
}
