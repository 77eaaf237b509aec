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
    int step; /* from one row's target to the next one's */
    int64_t *fixed, n;
    double max[PARTS], per_unit;
    bool equal[PARTS];
    int shift; /* sums_second(): of the first derivative above the second */
    double second_per_unit;
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
        double target = f->target[i * f->step];
        double size = fabs(f->weight ? f->weight[i] * target : target);
        max = size > max ? size : max;
    }
    f->max[part] = max;
}

/* Adding 2^52 and a half leaves a double's last bit worth 1: it is rounded as nearbyint() does, and
 * its bits count on from that number's. */
static inline int64_t fix(double value, double per_unit)
{
    const double large = 0x1.8p52;
    double sum = value * per_unit + large;
    int64_t bits, zero;

    memcpy(&bits, &sum, sizeof bits);
    memcpy(&zero, &large, sizeof zero);
    return bits - zero;
}

static void fix_part(void *ctx, int64_t part, int worker)
{
    const struct fixing *f = ctx;
    int64_t begin = part_begin(f, part), end = part_begin(f, part + 1);
    (void)worker;

    for (int64_t i = begin; i < end; i++) {
        double target = f->target[i * f->step];
        f->fixed[i] = fix(f->weight ? f->weight[i] * target : target, f->per_unit);
    }
}

static void join_part(void *ctx, int64_t part, int worker)
{
    const struct fixing *f = ctx;
    int64_t begin = part_begin(f, part), end = part_begin(f, part + 1);
    (void)worker;

    for (int64_t i = begin; i < end; i++)
        f->fixed[i] = (int64_t)((uint64_t)fix(f->target[2 * i], f->per_unit) << f->shift) +
                      fix(f->target[2 * i + 1], f->second_per_unit);
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
        f->equal[part] = f->target[i * f->step] == f->target[0];
}

/* Are all rows' targets the same? */
static bool fixing_equal(struct fixing *f)
{
    bool equal = true;

    pool_run(PARTS, equal_part, f);
    for (int i = 0; i < PARTS; i++)
        equal &= f->equal[i];
    return equal;
}

void sums_reweigh(struct sums *s, const double *weight)
{
    struct fixing f = {.target = weight, .step = 1, .fixed = s->value[0], .n = s->n_rows};

    s->stats.unit[0] = stats_unit(fixing_max(&f), s->n_rows);
    fixing_fix(&f, s->stats.unit[0]);
    s->stats.equal_weights = s->value[0][0] != 0 && fixing_equal(&f);
}

void sums_set(struct sums *s, const double *target, const double *weight)
{
    int bits = s->packed ? packed_value_bits(s->n_rows) : 0;
    struct fixing f = {
        .target = target, .weight = weight, .step = 1, .fixed = s->value[1], .n = s->n_rows};
    double max = fixing_max(&f);

    s->stats.unit[1] = bits ? stats_unit_of(max, bits) : stats_unit(max, s->n_rows);
    s->stats.value_bits = bits;
    fixing_fix(&f, s->stats.unit[1]);
}

int sums_second_init(struct sums *s, int64_t n_rows, struct err *err)
{
    s->n_rows = n_rows;
    s->packed = true;
    s->value[0] = mem_alloc((size_t)n_rows, sizeof *s->value[0]);
    return s->value[0] ? sums_values(s, err) : err_memory(err);
}

void sums_second(struct sums *s, const double *gradient)
{
    struct fixing first = {.target = gradient, .step = 2, .fixed = s->value[1], .n = s->n_rows};
    struct fixing second = {
        .target = gradient + 1, .step = 2, .fixed = s->value[0], .n = s->n_rows};
    double max = fixing_max(&first), second_max = fixing_max(&second);
    int bits = s->n_rows >= SUMS_JOIN_ROWS ? packed_joined_bits(s->n_rows) : 0;
    struct row_stats *stats = &s->stats;

    stats->equal_weights = second_max > 0 && fixing_equal(&second);
    if (stats->equal_weights || !bits) {
        int alone = packed_value_bits(s->n_rows);
        stats->value[0] = s->value[0];
        stats->value[1] = s->value[1];
        stats->word = NULL;
        stats->value_bits = alone;
        stats->unit[0] = stats_unit(second_max, s->n_rows);
        stats->unit[1] = alone ? stats_unit_of(max, alone) : stats_unit(max, s->n_rows);
        fixing_fix(&second, stats->unit[0]);
        fixing_fix(&first, stats->unit[1]);
        return;
    }
    stats->word = s->value[1];
    stats->low_bits = first.shift = packed_low_bits(s->n_rows, bits);
    stats->value_bits = bits;
    stats->unit[0] = stats_unit_of(second_max, bits);
    stats->unit[1] = stats_unit_of(max, bits);
    first.per_unit = 1 / stats->unit[1];
    first.second_per_unit = 1 / stats->unit[0];
    pool_run(PARTS, join_part, &first);
}

void sums_release(struct sums *s)
{
    mem_free(s->slot);
    mem_free(s->value[0]);
    mem_free(s->value[1]);
    *s = (struct sums){.slot = NULL};
}
