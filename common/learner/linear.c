/* linear.c -- rounds that change weights of columns and grow no tree; see rounds.h. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/coordinate.h"
#include "common/learner/rounds.h"
#include "common/learner/tally.h"
#include "common/tree/linear.h"

enum { CHUNK = 4096 };

struct linear {
    const struct linear_opts *opts;
    struct descent *descent;
    size_t n_weights;
    double *before, *best; /* [n_weights] of the round before, of the best round */
    double *raw;           /* [n_rows][n_outputs] what the forest says */
    uint16_t *draws;       /* [n_rows] */
    int measured;          /* the round that was last, from 1 */
};

/* ---- what the weights say ---- */

static void raw_task(void *ctx, int64_t chunk, int worker)
{
    const struct run *r = ctx;
    const struct linear *l = r->own;
    const struct forest *f = &r->fit->forest;
    int64_t k = f->n_outputs, begin = chunk * CHUNK, left = r->train->n_rows - begin;
    int64_t n = left < CHUNK ? left : CHUNK;
    double *raw = l->raw + begin * k;
    (void)worker;

    memset(raw, 0, (size_t)(n * k) * sizeof *raw);
    linear_add_table(f, r->train, begin, n, raw);
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < k; j++)
            raw[i * k + j] = forest_raw(f, j, raw[i * k + j], 0);
}

/* On training rows and on valid ones. */
static int weights_tell(struct run *r, struct err *err)
{
    struct fit *fit = r->fit;

    pool_run((r->train->n_rows + CHUNK - 1) / CHUNK, raw_task, r);
    return fit->valid.table ? tally_add(&fit->valid, &fit->forest, 0, 0, NULL, NULL, NULL, err) : 0;
}

/* ---- measuring ---- */

/* Of the round, from 1, that made the weights. */
static int keep_measures(struct run *r, int round, struct err *err)
{
    struct linear *l = r->own;

    l->measured = round;
    return run_keep_measures(r, round, l->raw, l->draws, err);
}

/* Both, where they are asked for. */
static int round_measure(struct run *r, int round, struct err *err)
{
    const struct fit_opts *o = r->opts;
    struct linear *l = r->own;

    if ((o->curve || round == o->n_rounds) && keep_measures(r, round, err) < 0)
        return -1;
    if (!o->curve && !o->early_stop)
        return 0;
    if (run_measure(r, round, err) < 0)
        return -1;
    if (r->best_round == round)
        memcpy(l->best, r->fit->forest.linear, l->n_weights * sizeof *l->best);
    return 0;
}

static int linear_finish(struct run *r, struct err *err)
{
    const struct linear *l = r->own;
    int n = forest_rounds(&r->fit->forest);
    return n > 0 && l->measured != n ? keep_measures(r, n, err) : 0;
}

/* ---- a round ---- */

/* The largest change of a weight in the round; NAN: one is not finite. */
static double weights_changed(const struct linear *l, const double *weights)
{
    double largest = 0;

    for (size_t i = 0; i < l->n_weights; i++) {
        double change = fabs(weights[i] - l->before[i]);
        if (!isfinite(weights[i]))
            return NAN;
        largest = change > largest ? change : largest;
    }
    return largest;
}

static int linear_step(struct run *r, struct err *err)
{
    const struct boosting *b = r->learner->boosting;
    struct linear *l = r->own;
    struct forest *f = &r->fit->forest;

    memcpy(l->before, f->linear, l->n_weights * sizeof *l->before);
    if (b->round(r->self, r->first, l->raw, err) < 0)
        return -1;
    for (int j = 0; j < f->n_outputs; j++)
        descent_round(
            l->descent, r->first, j, b->gradients(r->self, j, l->raw), linear_weights(f, j));
    double changed = weights_changed(l, f->linear);
    if (isnan(changed)) {
        memcpy(f->linear, l->before, l->n_weights * sizeof *l->before);
        return err_set(err,
            "round %d: a weight is no longer finite: columns or target are too "
            "large, scale them",
            r->first + 1);
    }
    f->linear_rounds = ++r->first;
    if (l->opts->tolerance > 0 && changed <= l->opts->tolerance) {
        r->ended = true;
        r->fit->ended = "no weight changed by more than --tolerance";
    }
    return weights_tell(r, err) < 0 ? -1 : round_measure(r, r->first, err);
}

/* ---- beginning and end ---- */

/* Weights of earlier rounds are not known: those that the forest comes with are the first to be
 * measured. */
static int linear_start(struct run *r, struct err *err)
{
    struct linear *l = r->own;
    struct forest *f = &r->fit->forest;
    size_t n = (size_t)r->train->n_rows, k = (size_t)f->n_outputs;

    l->opts = r->learner->boosting->linear(r->self);
    l->n_weights = k * ((size_t)f->linear_cols + 1);
    l->before = mem_alloc(l->n_weights, sizeof *l->before);
    l->best = mem_copy(f->linear, l->n_weights, sizeof *l->best);
    l->raw = mem_alloc(n, k * sizeof *l->raw);
    l->draws = mem_alloc(n, sizeof *l->draws);
    if (!l->before || !l->best || !l->raw || !l->draws)
        return err_memory(err);
    l->descent = descent_new(r->train, l->opts, err);
    if (!l->descent)
        return -1;
    r->learner->sample(r->self, 0, l->draws);
    r->first = r->n_resumed;
    if (weights_tell(r, err) < 0)
        return -1;
    return r->n_resumed ? round_measure(r, r->n_resumed, err) : 0;
}

static void linear_back(struct run *r)
{
    const struct linear *l = r->own;
    struct forest *f = &r->fit->forest;

    memcpy(f->linear, l->best, l->n_weights * sizeof *l->best);
    f->linear_rounds = r->best_round;
}

static void linear_release(struct run *r)
{
    struct linear *l = r->own;

    descent_free(l->descent);
    mem_free(l->before);
    mem_free(l->best);
    mem_free(l->raw);
    mem_free(l->draws);
}

const struct rounds linear_rounds = {
    .own_size = sizeof(struct linear),
    .no_bins = true,
    .init = linear_start,
    .step = linear_step,
    .finish = linear_finish,
    .back = linear_back,
    .release = linear_release,
};
