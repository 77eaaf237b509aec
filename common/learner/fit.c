/* fit.c -- growing a forest round by round; see learner.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/learner/rounds.h"
#include "common/learner/tally.h"

enum { SAVE_SECONDS = 60 };

/* ---- measuring ---- */

int run_keep(
    struct run *r, int round, const char *data, const char *name, double value, struct err *err)
{
    struct fit *fit = r->fit;

    if (mem_grow(&fit->measurements, &fit->room, (size_t)fit->n_measurements + 1,
            sizeof *fit->measurements) < 0)
        return err_memory(err);
    struct measurement *m = &fit->measurements[fit->n_measurements++];
    *m = (struct measurement){.round = round, .data = data, .value = value};
    snprintf(m->name, sizeof m->name, "%s", name);
    return 0;
}

/* The metrics on the training rows, of which the forest says raw. */
static int keep_metrics(struct run *r, int round, const double *raw, struct err *err)
{
    const struct forest *f = &r->fit->forest;
    const struct fit_opts *o = r->opts;
    struct tally *t = &r->told;
    int64_t k = f->n_outputs;
    double values[METRICS_MAX];

    if (!t->table && tally_init(t, r->train, f, false, err) < 0)
        return -1;
    for (int64_t i = 0; i < r->train->n_rows * k; i++)
        t->sum[i] = raw[i] - f->base[i % k];
    t->n_trees = f->n_trees;
    if (tally_measure(t, f, o->metrics, o->n_metrics, values, err) < 0)
        return -1;
    for (int i = 0; i < o->n_metrics; i++)
        if (run_keep(r, round, "train", o->metrics[i].name, values[i], err) < 0)
            return -1;
    return 0;
}

int run_keep_measures(
    struct run *r, int round, const double *raw, const uint16_t *draws, struct err *err)
{
    const struct boosting *b = r->learner->boosting;
    double values[BOOST_MEASURES_MAX];

    if (!b->measure)
        return keep_metrics(r, round, raw, err);
    b->measure(r->self, raw, draws, values);
    for (int i = 0; b->measures[i].name; i++)
        if (!isnan(values[i]) &&
            run_keep(r, round, b->measures[i].data, b->measures[i].name, values[i], err) < 0)
            return -1;
    return 0;
}

static int measure(struct run *r, struct tally *t, int round, const char *data, struct err *err)
{
    const struct fit_opts *o = r->opts;

    if (!t->table)
        return 0;
    if (tally_measure(t, &r->fit->forest, o->metrics, o->n_metrics, r->values, err) < 0)
        return -1;
    for (int i = 0; i < o->n_metrics; i++)
        if (run_keep(r, round, data, o->metrics[i].name, r->values[i], err) < 0)
            return -1;
    return 0;
}

static bool is_measured(const struct run *r)
{
    return r->fit->oob.table || r->fit->valid.table;
}

/*
 * The last set measured, valid where there is one, is what early stopping watches; a value that is
 * not defined is never the best.
 */
int run_measure(struct run *r, int round, struct err *err)
{
    const struct fit_opts *o = r->opts;

    if (!is_measured(r))
        return 0;
    if (measure(r, &r->fit->oob, round, "oob", err) < 0 ||
        measure(r, &r->fit->valid, round, "valid", err) < 0)
        return -1;
    double value = r->values[o->decisive];
    if (!o->metrics[o->decisive].info->higher_is_better)
        value = -value;
    if (!isnan(value) && (!r->best_round || value > r->best_value)) {
        r->best_value = value;
        r->best_round = round;
    }
    r->fit->stopped_early =
        o->early_stop && r->best_round && round - r->best_round >= o->early_stop;
    return 0;
}

/* The score on the progress line is measured at most once a second. */
static void show_progress(struct run *r)
{
    const struct fit_opts *o = r->opts;
    struct tally *t = r->fit->valid.table ? &r->fit->valid : &r->fit->oob;
    double now = clock_seconds();
    struct err ignored;
    double value;

    if (r->watch && r->watch->progress && t->table && now - r->last_shown > 1) {
        r->last_shown = now;
        if (tally_measure(t, &r->fit->forest, o->metrics, 1, &value, &ignored) == 0)
            snprintf(r->detail, sizeof r->detail, "%s %s %.4g", t == &r->fit->oob ? "oob" : "valid",
                o->metrics[0].name, value);
    }
    watch_progress(r->watch, r->learner->rounds, r->first, o->n_rounds, r->detail);
}

/* ---- all rounds ---- */

static int save_now_and_then(struct run *r, struct err *err)
{
    const struct fit_opts *o = r->opts;

    if (!o->save || r->first <= r->n_resumed || clock_seconds() - r->last_saved <= SAVE_SECONDS)
        return 0;
    r->last_saved = clock_seconds();
    if (forest_settle(&r->fit->forest) < 0)
        return err_memory(err);
    return o->save(o->save_ctx, &r->fit->forest, err);
}

/* Cuts the forest back to its best round, and what valid rows have with it. */
static int keep_best(struct run *r, struct err *err)
{
    struct fit *fit = r->fit;

    if (!r->best_round) {
        watch_warn(r->watch, "early stopping: %s was never defined",
            r->opts->metrics[r->opts->decisive].name);
        return 0;
    }
    if (r->rounds->back)
        r->rounds->back(r);
    else
        forest_truncate(&fit->forest, r->best_round * forest_trees_per_round(&fit->forest));
    if (!fit->valid.table)
        return 0;
    tally_clear(&fit->valid, &fit->forest);
    if (tally_add(&fit->valid, &fit->forest, 0, fit->forest.n_trees, NULL, NULL, NULL, err) < 0)
        return -1;
    return tally_measure(
        &fit->valid, &fit->forest, r->opts->metrics, r->opts->n_metrics, r->values, err);
}

static bool is_out_of_time(const struct run *r)
{
    return r->opts->time_limit > 0 && r->first > 0 && r->first >= r->n_resumed &&
           clock_seconds() - r->started > r->opts->time_limit;
}

static int run_rounds(struct run *r, struct err *err)
{
    const struct fit_opts *o = r->opts;
    struct fit *fit = r->fit;

    /* a run that went on from where no round could follow still shows what it has to valid rows */
    while (
        r->first < o->n_rounds && !fit->stopped_early && !(r->ended && r->first >= r->n_resumed)) {
        if (watch_stop(r->watch))
            return err_interrupted(err);
        if ((fit->out_of_time = is_out_of_time(r)))
            break;
        if (r->rounds->step(r, err) < 0)
            return -1;
        if (!fit->stopped_early)
            show_progress(r);
        if (save_now_and_then(r, err) < 0)
            return -1;
    }
    if (r->rounds->finish && r->rounds->finish(r, err) < 0)
        return -1;
    if (!is_measured(r))
        return 0;
    if (o->early_stop)
        return keep_best(r, err);
    return o->curve ? 0 : run_measure(r, forest_rounds(&fit->forest), err);
}

/* ---- beginning and end ---- */

/* Leaves the first n rounds of those the forest came with. */
static int forest_cut(struct forest *f, int n, struct err *err)
{
    if (f->linear && f->linear_rounds > n)
        return err_usage(err, "-n %d: %d rounds have made the weights to go on from already", n,
            f->linear_rounds);
    forest_truncate(f, n * forest_trees_per_round(f));
    return 0;
}

static bool same_quantiles(const struct forest *a, const struct forest *b)
{
    if (!a->quantile || !b->quantile)
        return a->quantile == b->quantile;
    return memcmp(a->quantile, b->quantile, (size_t)a->n_outputs * sizeof *a->quantile) == 0;
}

/* The forest may have come with trees of an earlier run. */
static int forest_start(struct run *r, struct err *err)
{
    struct forest *f = &r->fit->forest, fresh = FOREST_INIT;
    int ret = -1;

    if (r->learner->forest(r->self, &fresh, err) < 0)
        return -1;
    if (fresh.n_outputs > LEARNER_MAX_OUTPUTS) {
        err_set(
            err, "%d classes are more than the %d supported", fresh.n_outputs, LEARNER_MAX_OUTPUTS);
    } else if (forest_is_empty(f)) {
        forest_release(f);
        *f = fresh;
        return 0;
    } else if (!f->linear != !fresh.linear) {
        err_set(err, "what there is to go on from is made by another booster");
    } else if (f->n_outputs != fresh.n_outputs || f->leaf_width != fresh.leaf_width ||
               f->parallel != fresh.parallel || f->kind != fresh.kind || f->link != fresh.link ||
               f->link_scale != fresh.link_scale || !same_quantiles(f, &fresh)) {
        err_set(err, "the trees to go on from are made for another target or loss");
    } else {
        ret = forest_cut(f, r->opts->n_rounds, err);
        r->n_resumed = forest_rounds(f);
    }
    forest_release(&fresh);
    return ret;
}

int margins_misfit(int n_margins, int n_outputs, struct err *err)
{
    return err_usage(err, "--base-margin: %d column%s, and the model has %d output%s", n_margins,
        n_margins == 1 ? "" : "s", n_outputs, n_outputs == 1 ? "" : "s");
}

static int run_init(struct run *r, struct table *train, const struct table *valid, struct err *err)
{
    struct bins_opts bins_opts = BINS_OPTS_INIT;
    const struct learner *l = r->learner;
    struct fit *fit = r->fit;

    if (forest_start(r, err) < 0)
        return -1;
    if (train->margin && train->n_margins != fit->forest.n_outputs)
        return margins_misfit(train->n_margins, fit->forest.n_outputs, err);
    bins_opts.max_bins = r->opts->max_bins;
    if (!r->rounds->no_bins && bins_build(&r->bins, train, &bins_opts, err) < 0)
        return -1;
    r->rule =
        (struct grow_rule){r->self, fit->forest.leaf_width, l->leaf, l->leaf_by_rows(r->self)};
    if (valid && tally_init(&fit->valid, valid, &fit->forest, false, err) < 0)
        return -1;
    if (l->leaves_out(r->self) && !l->boosting &&
        tally_init(&fit->oob, train, &fit->forest, true, err) < 0)
        return -1;
    if (r->opts->early_stop && !is_measured(r))
        return err_usage(
            err, l->boosting ? "--early-stop has nothing to watch: no row is held out or in --valid"
                             : "--early-stop has nothing to watch: no row is out of bag, held out "
                               "or in --valid");
    if (r->rounds->init(r, err) < 0)
        return -1;
    if (r->opts->drop_cells && r->bins.near && !r->keep_cells)
        table_drop_cells(train);
    return 0;
}

static const struct rounds *rounds_choose(const struct learner *l, const void *self)
{
    const struct boosting *b = l->boosting;
    return !b ? &bagged_rounds : b->linear && b->linear(self) ? &linear_rounds : &boosted_rounds;
}

int learner_fit(const struct learner *l, const void *params, struct table *train,
    const struct table *valid, const struct fit_opts *opts, struct comm *comm,
    const struct watch *watch, struct fit *fit, struct err *err)
{
    double now = clock_seconds();
    struct run r = {.learner = l,
        .opts = opts,
        .watch = watch,
        .train = train,
        .fit = fit,
        .started = now,
        .last_shown = now,
        .last_saved = now};
    int ret = -1;

    r.self = mem_zalloc(1, l->self_size);
    if (!r.self) {
        err_memory(err);
        goto out;
    }
    if (opts->n_metrics > METRICS_MAX) {
        err_usage(err, "more than %d metrics", METRICS_MAX);
        goto out;
    }
    if (comm_barrier(comm, err) < 0 || l->start(r.self, params, train, &r.grow, err) < 0)
        goto out;
    r.rounds = rounds_choose(l, r.self);
    r.own = mem_zalloc(1, r.rounds->own_size);
    if (!r.own) {
        err_memory(err);
        goto out;
    }
    if (run_init(&r, train, valid, err) < 0)
        goto out;
    ret = run_rounds(&r, err);
    if ((ret == 0 || err->kind == ERR_INTERRUPTED) && forest_settle(&fit->forest) < 0)
        ret = err_memory(err);
out:
    if (r.own)
        r.rounds->release(&r);
    if (r.self)
        l->release(r.self);
    bins_release(&r.bins);
    tally_release(&r.told);
    mem_free(r.own);
    mem_free(r.self);
    return ret;
}

void fit_release(struct fit *fit)
{
    forest_release(&fit->forest);
    tally_release(&fit->oob);
    tally_release(&fit->valid);
    mem_free(fit->measurements);
    *fit = (struct fit)FIT_INIT;
}

double fit_value(const struct fit *fit, const char *data, const char *name)
{
    for (int i = fit->n_measurements; i-- > 0;) {
        const struct measurement *m = &fit->measurements[i];
        if (m->round == forest_rounds(&fit->forest) && strcmp(m->name, name) == 0 &&
            strcmp(m->data, data) == 0)
            return m->value;
    }
    return NAN;
}

bool fit_measured(const struct fit *fit, const char *data)
{
    for (int i = 0; i < fit->n_measurements; i++)
        if (strcmp(fit->measurements[i].data, data) == 0)
            return true;
    return false;
}
