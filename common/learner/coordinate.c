/* coordinate.c -- see coordinate.h. */
#include "common/learner/coordinate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"
#include "common/tree/linear.h"

const char *const linear_updater_names[] = {"shotgun", "coord_descent", NULL};
const char *const linear_selector_names[] = {
    "cyclic", "shuffle", "random", "greedy", "thrifty", NULL};

/* A column whose rows curve less than this keeps its weight, as in XGBoost. */
#define LEAST_CURVE 1e-5

enum { CHUNK = 4096, LANES = 4 };

struct column {
    int col; /* of the schema */
    int64_t n;
    const double *value; /* [n] NULL: all 1 */
    const uint32_t *row; /* [n] NULL: entry i is of row i */
};

struct sums {
    double s, h;
};

/* How much a weight would change. */
struct step {
    double size;
    uint32_t column;
};

struct descent {
    const struct linear_opts *opts;
    int n; /* columns */
    struct column *column;
    struct column ones; /* what the bias stands before */
    uint32_t *row;      /* of sparse tables: their entries by column */
    double *value;
    struct sums *part;      /* [chunks] of a column */
    struct step *step;      /* [n] */
    uint32_t *order;        /* [n] of columns */
    double lambda, alpha;   /* times the sum of the rows' weights */
    double (*gradients)[2]; /* of the round, as the next */
    double *weights;
    const struct column *changed; /* whose weight changed last, and by what; NULL: s has it */
    double change;
};

/* ---- columns ---- */

/* Entries of a sparse table, one column's after another's. */
static int columns_of_sparse(struct descent *d, const struct table *t)
{
    const struct sparse *s = t->sparse;
    size_t n_entries = (size_t)s->start[t->n_rows];
    int64_t *at = mem_zalloc((size_t)t->schema.n_cols + 1, sizeof *at);

    d->row = mem_alloc(n_entries, sizeof *d->row);
    d->value = mem_alloc(n_entries, sizeof *d->value);
    if (!at || !d->row || !d->value) {
        mem_free(at);
        return -1;
    }
    for (size_t e = 0; e < n_entries; e++)
        at[s->col[e] + 1]++;
    for (int i = 0; i < t->schema.n_cols; i++)
        at[i + 1] += at[i];
    for (int i = 0; i < d->n; i++) {
        struct column *c = &d->column[i];
        c->row = d->row + at[c->col];
        c->value = d->value + at[c->col];
        c->n = at[c->col + 1] - at[c->col];
    }
    for (int64_t row = 0; row < t->n_rows; row++)
        for (int64_t e = s->start[row]; e < s->start[row + 1]; e++) {
            int64_t to = at[s->col[e]]++;
            d->row[to] = (uint32_t)row;
            d->value[to] = s->value[e];
        }
    mem_free(at);
    return 0;
}

static int columns_make(struct descent *d, const struct table *t)
{
    d->column = mem_zalloc((size_t)t->schema.n_cols, sizeof *d->column);
    if (!d->column)
        return -1;
    for (int i = 0; i < t->schema.n_cols; i++)
        if (linear_takes(&t->schema.cols[i]))
            d->column[d->n++] =
                (struct column){.col = i, .n = t->n_rows, .value = t->sparse ? NULL : t->values[i]};
    d->ones = (struct column){.n = t->n_rows};
    return t->sparse ? columns_of_sparse(d, t) : 0;
}

static int64_t chunks_of(const struct column *c)
{
    return (c->n + CHUNK - 1) / CHUNK;
}

/* ---- sums over a column and changes along it ---- */

/* A missing value moves nothing. */
static double value_at(const struct column *c, int64_t i)
{
    double v = c->value ? c->value[i] : 1;
    return isnan(v) ? 0 : v;
}

static void range_of(const struct column *c, int64_t chunk, int64_t *begin, int64_t *end)
{
    *begin = chunk * CHUNK;
    *end = *begin + CHUNK < c->n ? *begin + CHUNK : c->n;
}

static struct sums chunk_sums(const struct descent *d, const struct column *c, int64_t chunk)
{
    struct sums lane[LANES] = {{0, 0}};
    int64_t begin, end;

    range_of(c, chunk, &begin, &end);
    for (int64_t i = begin; i < end; i++) {
        const double *g = d->gradients[c->row ? (int64_t)c->row[i] : i];
        double v = value_at(c, i);
        lane[i % LANES].s += g[0] * v;
        lane[i % LANES].h += g[1] * v * v;
    }
    for (int j = 1; j < LANES; j++) {
        lane[0].s += lane[j].s;
        lane[0].h += lane[j].h;
    }
    return lane[0];
}

static void chunk_change(const struct descent *d, int64_t chunk)
{
    const struct column *c = d->changed;
    int64_t begin, end;

    range_of(c, chunk, &begin, &end);
    for (int64_t i = begin; i < end; i++) {
        double *g = d->gradients[c->row ? (int64_t)c->row[i] : i];
        g[0] -= g[1] * value_at(c, i) * d->change;
    }
}

static void change_task(void *ctx, int64_t chunk, int worker)
{
    (void)worker;
    chunk_change(ctx, chunk);
}

/* Makes s what it is by the last change. */
static void change_settle(struct descent *d)
{
    if (d->changed)
        pool_run(chunks_of(d->changed), change_task, d);
    d->changed = NULL;
}

struct pass {
    const struct descent *d;
    const struct column *column;
};

static void sums_task(void *ctx, int64_t chunk, int worker)
{
    const struct pass *p = ctx;
    (void)worker;
    if (p->d->changed)
        chunk_change(p->d, chunk);
    p->d->part[chunk] = chunk_sums(p->d, p->column, chunk);
}

/* With all threads.  Of dense columns a chunk's last change is made while its gradients are at
 * hand. */
static struct sums column_sums(struct descent *d, const struct column *c)
{
    struct pass p = {.d = d, .column = c};
    struct sums sums = {0, 0};

    if (d->row)
        change_settle(d);
    pool_run(chunks_of(c), sums_task, &p);
    d->changed = NULL;
    for (int64_t i = 0; i < chunks_of(c); i++) {
        sums.s += d->part[i].s;
        sums.h += d->part[i].h;
    }
    return sums;
}

/* Its gradients follow when they are next looked at. */
static void weight_change(struct descent *d, const struct column *c, double *w, double change)
{
    *w += change;
    if (change != 0) {
        d->changed = c;
        d->change = change;
    }
}

/* ---- steps ---- */

/* To where the penalised sum is least, eta being 1; NAN: the sums are beyond any number. */
static double step_of(const struct descent *d, struct sums sums, double w)
{
    double slope = sums.s - d->lambda * w, curve = sums.h + d->lambda;

    if (!isfinite(slope) || !isfinite(curve))
        return NAN;
    if (sums.h < LEAST_CURVE)
        return 0;
    return w + slope / curve >= 0 ? fmax((slope - d->alpha) / curve, -w)
                                  : fmin((slope + d->alpha) / curve, -w);
}

static void bias_step(struct descent *d, double *bias)
{
    struct sums sums = column_sums(d, &d->ones);
    if (sums.h > 0)
        weight_change(d, &d->ones, bias, d->opts->eta * (sums.s / sums.h));
}

static void column_step(struct descent *d, uint32_t column)
{
    const struct column *c = &d->column[column];
    double *w = &d->weights[c->col];
    weight_change(d, c, w, d->opts->eta * step_of(d, column_sums(d, c), *w));
}

/* ---- which comes next ---- */

static void size_task(void *ctx, int64_t column, int worker)
{
    const struct descent *d = ctx;
    const struct column *c = &d->column[column];
    struct sums sums = {0, 0};
    (void)worker;

    for (int64_t i = 0; i < chunks_of(c); i++) {
        struct sums part = chunk_sums(d, c, i);
        sums.s += part.s;
        sums.h += part.h;
    }
    double step = step_of(d, sums, d->weights[c->col]);
    d->step[column] = (struct step){isnan(step) ? INFINITY : fabs(step), (uint32_t)column};
}

/* What each weight would change by, all others staying. */
static void sizes_find(struct descent *d)
{
    change_settle(d);
    pool_run(d->n, size_task, d);
}

static int compare_steps(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

/* XGBoost's greedy and thrifty leave one column out; not here where there is but one. */
static int64_t steps_most(const struct descent *d)
{
    int64_t most = d->n > 1 ? d->n - 1 : d->n;
    return d->opts->top_k && d->opts->top_k < most ? d->opts->top_k : most;
}

static void descend_greedy(struct descent *d)
{
    for (int64_t i = 0; i < steps_most(d); i++) {
        struct step best = {0, 0};
        sizes_find(d);
        for (int c = 0; c < d->n; c++)
            if (d->step[c].size > best.size)
                best = d->step[c];
        if (best.size == 0)
            return;
        column_step(d, best.column);
    }
}

static void descend_thrifty(struct descent *d)
{
    sizes_find(d);
    qsort(d->step, (size_t)d->n, sizeof *d->step, compare_steps);
    for (int64_t i = 0; i < steps_most(d); i++)
        column_step(d, d->step[i].column);
}

static void descend_random(struct descent *d, struct rng *r)
{
    for (int i = 0; i < d->n; i++)
        column_step(d, (uint32_t)rng_below(r, (uint64_t)d->n));
}

static void descend_in_order(struct descent *d, struct rng *shuffle)
{
    for (int i = 0; i < d->n; i++)
        d->order[i] = (uint32_t)i;
    if (shuffle)
        rng_shuffle(shuffle, d->order, (uint32_t)d->n);
    for (int i = 0; i < d->n; i++)
        column_step(d, d->order[i]);
}

void descent_round(
    struct descent *d, int round, int output, double (*gradients)[2], double *weights)
{
    struct rng r;

    d->gradients = gradients;
    d->weights = weights;
    d->changed = NULL;
    rng_init(&r, d->opts->seed, RNG_COLUMNS, (uint32_t)round, (uint64_t)output);
    bias_step(d, weights + d->ones.col);
    switch (d->opts->selector) {
    case SELECT_GREEDY:
        descend_greedy(d);
        break;
    case SELECT_THRIFTY:
        descend_thrifty(d);
        break;
    case SELECT_RANDOM:
        descend_random(d, &r);
        break;
    default:
        descend_in_order(d, d->opts->selector == SELECT_SHUFFLE ? &r : NULL);
    }
}

/* ---- beginning and end ---- */

struct descent *descent_new(const struct table *t, const struct linear_opts *opts, struct err *err)
{
    struct descent *d = mem_zalloc(1, sizeof *d);
    double weight = 0;

    if (!d || columns_make(d, t) < 0)
        goto fail;
    for (int64_t i = 0; i < t->n_rows; i++)
        weight += t->weight ? t->weight[i] : 1;
    d->opts = opts;
    d->ones.col = t->schema.n_cols;
    d->lambda = opts->lambda * weight;
    d->alpha = opts->alpha * weight;
    d->part = mem_alloc((size_t)chunks_of(&d->ones), sizeof *d->part);
    d->step = mem_alloc((size_t)d->n, sizeof *d->step);
    d->order = mem_alloc((size_t)d->n, sizeof *d->order);
    if (d->part && d->step && d->order)
        return d;
fail:
    descent_free(d);
    err_memory(err);
    return NULL;
}

void descent_free(struct descent *d)
{
    if (!d)
        return;
    mem_free(d->column);
    mem_free(d->row);
    mem_free(d->value);
    mem_free(d->part);
    mem_free(d->step);
    mem_free(d->order);
    mem_free(d);
}
