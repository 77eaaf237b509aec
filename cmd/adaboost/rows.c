/* rows.c -- see rows.h. */
#include "cmd/adaboost/rows.h"

#include <math.h>
#include <string.h>

#include "common/base/exps.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"
#include "common/learner/targets.h"

enum { PARTS = 64 };

/* ---- parts ---- */

struct parts {
    int64_t n;
    double (*fn)(void *ctx, int64_t begin, int64_t end);
    void *ctx;
    double value[PARTS];
};

static void part_run(void *ctx, int64_t part, int worker)
{
    struct parts *p = ctx;
    (void)worker;
    p->value[part] = p->fn(p->ctx, p->n * part / PARTS, p->n * (part + 1) / PARTS);
}

double parts_sum(int64_t n, double (*fn)(void *ctx, int64_t begin, int64_t end), void *ctx)
{
    struct parts p = {.n = n, .fn = fn, .ctx = ctx};
    double sum = 0;

    pool_run(PARTS, part_run, &p);
    for (int i = 0; i < PARTS; i++)
        sum += p.value[i];
    return sum;
}

double parts_max(int64_t n, double (*fn)(void *ctx, int64_t begin, int64_t end), void *ctx)
{
    struct parts p = {.n = n, .fn = fn, .ctx = ctx};
    double max;

    pool_run(PARTS, part_run, &p);
    max = p.value[0];
    for (int i = 1; i < PARTS; i++)
        max = p.value[i] > max ? p.value[i] : max;
    return max;
}

/* ---- weights ---- */

int ada_rows_init(struct ada_rows *r, const struct table *t, struct err *err)
{
    size_t n = (size_t)t->n_rows;

    r->n = t->n_rows;
    r->log_first = mem_zalloc(n, sizeof *r->log_first);
    r->log_weight = mem_alloc(n, sizeof *r->log_weight);
    r->weight = mem_alloc(n, sizeof *r->weight);
    r->scratch = mem_alloc(n + 1, sizeof *r->scratch);
    if (!r->log_first || !r->log_weight || !r->weight || !r->scratch)
        return err_memory(err);
    mem_expect(r->log_weight, n * sizeof *r->log_weight);
    mem_expect(r->weight, n * sizeof *r->weight);
    if (t->weight && weights_check(t->weight, t->n_rows, err) < 0)
        return -1;
    if (t->weight)
        log_many(t->weight, r->log_first, r->n);
    for (int64_t i = 0; i < r->n; i++) {
        r->n_counting += r->log_first[i] > -INFINITY;
        r->total += t->weight ? t->weight[i] : 1;
    }
    weights_restart(r);
    weights_make(r);
    return 0;
}

void ada_rows_release(struct ada_rows *r)
{
    mem_free(r->log_first);
    mem_free(r->log_weight);
    mem_free(r->weight);
    mem_free(r->scratch);
}

void weights_restart(struct ada_rows *r)
{
    memcpy(r->log_weight, r->log_first, (size_t)r->n * sizeof *r->log_weight);
}

static double log_greatest(void *ctx, int64_t begin, int64_t end)
{
    const struct ada_rows *r = ctx;
    double max = -INFINITY;
    for (int64_t i = begin; i < end; i++)
        max = r->log_weight[i] > max ? r->log_weight[i] : max;
    return max;
}

struct making {
    struct ada_rows *rows;
    double greatest, scale;
};

static double weights_part(void *ctx, int64_t begin, int64_t end)
{
    const struct making *m = ctx;
    double *weight = m->rows->weight, sum = 0;

    for (int64_t i = begin; i < end; i++)
        weight[i] = m->rows->log_weight[i] - m->greatest;
    exp_many(weight + begin, weight + begin, end - begin);
    for (int64_t i = begin; i < end; i++)
        sum += weight[i];
    return sum;
}

static double scale_part(void *ctx, int64_t begin, int64_t end)
{
    const struct making *m = ctx;
    for (int64_t i = begin; i < end; i++)
        m->rows->weight[i] *= m->scale;
    return 0;
}

void weights_make(struct ada_rows *r)
{
    struct making m = {.rows = r, .greatest = parts_max(r->n, log_greatest, r)};
    m.scale = r->total / parts_sum(r->n, weights_part, &m);
    parts_sum(r->n, scale_part, &m);
}

/*
 * Sorted uniform numbers are sums of exponential ones over one sum more (Devroye 1986, "Non-uniform
 * random variate generation", V.3.1): rows and numbers are gone through side by side.
 */
void weights_draw(const struct ada_rows *r, uint64_t seed, int round, uint16_t *draws)
{
    int64_t n = r->n_counting, row = 0;
    double sum = 0, below;
    struct rng rng;

    rng_init(&rng, seed, RNG_BAG, (uint32_t)round, 0);
    for (int64_t i = 0; i <= n; i++)
        r->scratch[i] = 1 - rng_uniform(&rng);
    log_many(r->scratch, r->scratch, n + 1);
    for (int64_t i = 0; i <= n; i++)
        r->scratch[i] = sum -= r->scratch[i];

    memset(draws, 0, (size_t)r->n * sizeof *draws);
    while (!(r->weight[row] > 0))
        row++;
    below = r->weight[row];
    for (int64_t i = 0, next = row; i < n; i++) {
        double at = r->scratch[i] / sum * r->total;
        while (at >= below && ++next < r->n)
            if (r->weight[next] > 0) {
                row = next;
                below += r->weight[row];
            }
        draws[row] += draws[row] < UINT16_MAX;
    }
}
