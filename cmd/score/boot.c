/* boot.c -- see boot.h. */
#include "cmd/score/boot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"

/* What a worker needs for a repeat. */
struct worker {
    uint32_t *drawn; /* [rows or groups] how often */
    double *weight;  /* [rows] */
    double *scratch;
};

struct run {
    const struct boot *b;
    struct worker *workers;
    double *samples;
    int64_t n_values, first_repeat;
};

static int64_t boot_units(const struct boot *b)
{
    return b->group ? b->n_groups : b->n;
}

static void worker_draw(struct worker *w, const struct boot *b, int64_t repeat)
{
    int64_t units = boot_units(b);
    struct rng rng;

    memset(w->drawn, 0, (size_t)units * sizeof *w->drawn);
    rng_init(&rng, b->seed, RNG_BOOT, (uint32_t)repeat, b->key);
    for (int64_t i = 0; i < units; i++)
        w->drawn[rng_below(&rng, (uint64_t)units)]++;
    for (int64_t i = 0; i < b->n; i++)
        w->weight[i] = w->drawn[b->group ? b->group[i] : i];
    if (b->weight)
        for (int64_t i = 0; i < b->n; i++)
            w->weight[i] *= b->weight[i];
}

static void repeat_run(void *ctx, int64_t task, int worker)
{
    struct run *run = ctx;
    const struct boot *b = run->b;
    struct worker *w = &run->workers[worker];
    int64_t repeat = run->first_repeat + task;
    double *values = run->samples + repeat * run->n_values;

    worker_draw(w, b, repeat);
    for (int p = 0; p < b->n_plans; p++) {
        metric_plan_evaluate(b->plans[p], w->weight, w->scratch, values);
        values += b->n_values[p];
    }
}

static int workers_init(struct run *run, int n, struct err *err)
{
    int64_t scratch = 1;

    for (int p = 0; p < run->b->n_plans; p++) {
        int64_t need = metric_plan_scratch(run->b->plans[p]);
        scratch = need > scratch ? need : scratch;
    }
    run->workers = mem_zalloc((size_t)n, sizeof *run->workers);
    if (!run->workers)
        return err_memory(err);
    for (int i = 0; i < n; i++) {
        struct worker *w = &run->workers[i];
        w->drawn = mem_alloc((size_t)boot_units(run->b), sizeof *w->drawn);
        w->weight = mem_alloc((size_t)run->b->n, sizeof *w->weight);
        w->scratch = mem_alloc((size_t)scratch, sizeof *w->scratch);
        if (!w->drawn || !w->weight || !w->scratch)
            return err_memory(err);
    }
    return 0;
}

int boot_run(const struct boot *b, double *samples, const struct watch *watch, struct err *err)
{
    struct run run = {.b = b, .samples = samples};
    int n_workers = pool_size(), ret = -1;
    int64_t step = 4 * (int64_t)n_workers; /* between two looks at signals */

    for (int p = 0; p < b->n_plans; p++)
        run.n_values += b->n_values[p];
    if (workers_init(&run, n_workers, err) < 0)
        goto out;
    for (; run.first_repeat < b->repeats; run.first_repeat += step) {
        int64_t left = b->repeats - run.first_repeat;
        if (watch_stop(watch)) {
            err_interrupted(err);
            goto out;
        }
        watch_progress(watch, "repeats", run.first_repeat, b->repeats, "");
        pool_run(left < step ? left : step, repeat_run, &run);
    }
    ret = 0;
out:
    for (int i = 0; run.workers && i < n_workers; i++) {
        mem_free(run.workers[i].scratch);
        mem_free(run.workers[i].weight);
        mem_free(run.workers[i].drawn);
    }
    mem_free(run.workers);
    return ret;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Between order statistics, linear: NumPy's default, Hyndman and Fan's seventh definition. */
static double quantile(const double *sorted, int64_t n, double q)
{
    double at = q * (double)(n - 1);
    int64_t below = (int64_t)floor(at);

    if (below >= n - 1)
        return sorted[n - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

int64_t boot_interval(double *samples, int64_t n, double level, double *low, double *high)
{
    int64_t kept = 0;

    for (int64_t i = 0; i < n; i++)
        if (!isnan(samples[i]))
            samples[kept++] = samples[i];
    *low = *high = NAN;
    if (kept) {
        qsort(samples, (size_t)kept, sizeof *samples, by_value);
        *low = quantile(samples, kept, (1 - level) / 2);
        *high = quantile(samples, kept, 1 - (1 - level) / 2);
    }
    return kept;
}
