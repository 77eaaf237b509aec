/* fit.c -- growing a forest round by round; see learner.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/tally.h"

enum { MAX_BATCH = 64, SAVE_SECONDS = 60, DRAWS_BYTES = 16 << 20 };

/* What one learner_fit() works with. */
struct run {
    const struct learner *learner;
    const struct fit_opts *opts;
    const struct watch *watch;
    struct fit *fit;
    void *self;
    struct bins bins;
    struct grow_opts grow;
    struct grow_rule rule;
    double started;

    /* a batch of trees, grown at the same time */
    int most, batch; /* how many at most, ever and now */
    int first, n;    /* those being grown: [first, first + n) */
    int n_resumed;   /* trees that the forest came with */
    bool no_memory;  /* for what goes with a tree */
    uint16_t *draws[MAX_BATCH];
    struct tree *tree[MAX_BATCH];
    struct bytetree bytes[MAX_BATCH]; /* for out-of-bag rows, where their codes are bytes */
    struct byte_codes codes;
    uint16_t *resumed_cuts; /* [n_cuts] codes of the forest's cuts, while trees are resumed */
    struct err tree_err[MAX_BATCH];
    struct grower **growers; /* [pool_size()], made when a worker first needs one */

    double values[METRICS_MAX];
    double best_value;
    int best_round;
    double last_shown; /* when the out-of-bag score was last measured for the progress line */
    double last_saved;
    char detail[96];
};

/* ---- a batch ---- */

/* Trees that the forest came with are there already; their rows are drawn all the same. */
static bool is_resumed(const struct run *r, int i)
{
    return r->first + i < r->n_resumed;
}

static int bytes_make(struct run *r, int i, struct err *err)
{
    struct byte_codes codes = r->codes;

    if (is_resumed(r, i)) {
        struct tree tree = forest_tree(&r->fit->forest, r->first + i);
        codes.cut = r->resumed_cuts;
        return bytetree_init(&r->bytes[i], &tree, &codes, NULL, err);
    }
    if (!r->tree[i])
        return 0;
    codes.cut = r->tree[i]->codes;
    return bytetree_init(&r->bytes[i], r->tree[i], &codes, NULL, err);
}

static void grow_task(void *ctx, int64_t i, int worker)
{
    struct run *r = ctx;
    struct err *err = &r->tree_err[i];

    if (!r->growers[worker])
        r->growers[worker] =
            grower_new(&r->bins, r->learner->stats(r->self), &r->grow, &r->rule, err);
    r->learner->sample(r->self, r->first + (int)i, r->draws[i]);
    if (r->growers[worker] && !is_resumed(r, (int)i))
        r->tree[i] = grower_tree(r->growers[worker], (uint32_t)(r->first + i), r->draws[i], err);
    if ((r->tree[i] && forest_know(&r->fit->forest, r->tree[i]) < 0) ||
        (r->fit->oob.table && r->bins.near && bytes_make(r, (int)i, err) < 0))
        r->no_memory = true;
}

static void batch_clear(struct run *r)
{
    for (int i = 0; i < MAX_BATCH; i++) {
        tree_free(r->tree[i]);
        r->tree[i] = NULL;
    }
}

static void bytes_clear(struct run *r)
{
    for (int i = 0; i < MAX_BATCH; i++)
        bytetree_release(&r->bytes[i]);
}

static int batch_grow(struct run *r, struct err *err)
{
    int ret = 0;
    pool_run(r->n, grow_task, r);
    if (r->no_memory)
        ret = err_memory(err);
    for (int i = 0; i < r->n && ret == 0; i++) {
        if (is_resumed(r, i))
            continue;
        if (!r->tree[i]) {
            *err = r->tree_err[i];
            ret = -1;
        } else if (forest_add(&r->fit->forest, r->tree[i]) < 0) {
            ret = err_memory(err);
        } else {
            r->tree[i] = NULL;
        }
    }
    batch_clear(r);
    return ret;
}

/* ---- measuring ---- */

static int keep_measurements(
    struct run *r, int round, const char *data, const double *values, struct err *err)
{
    struct fit *fit = r->fit;
    size_t n = (size_t)fit->n_measurements, more = (size_t)r->opts->n_metrics;
    if (mem_grow(&fit->measurements, &fit->room, n + more, sizeof *fit->measurements) < 0)
        return err_memory(err);
    for (int i = 0; i < r->opts->n_metrics; i++)
        fit->measurements[fit->n_measurements++] = (struct measurement){round, data, i, values[i]};
    return 0;
}

static int measure(struct run *r, struct tally *t, int round, const char *data, struct err *err)
{
    if (!t->table)
        return 0;
    if (tally_measure(t, &r->fit->forest, r->opts->metrics, r->opts->n_metrics, r->values, err) < 0)
        return -1;
    return keep_measurements(r, round, data, r->values, err);
}

/*
 * Measures both sets after a round.  The last set measured, valid where there is one, is what early
 * stopping watches; a value that is not defined is never the best.
 */
static int measure_round(struct run *r, int round, struct err *err)
{
    const struct fit_opts *o = r->opts;

    if (measure(r, &r->fit->oob, round, "oob", err) < 0 ||
        measure(r, &r->fit->valid, round, "valid", err) < 0)
        return -1;
    double value = r->values[o->decisive];
    if (!o->metrics[o->decisive].info->higher_is_better)
        value = -value;
    if (isnan(value))
        return 0;
    if (!r->best_round || value > r->best_value) {
        r->best_value = value;
        r->best_round = round;
    }
    return 0;
}

/* Adds trees to what the rows have. */
static int tally_rounds(struct run *r, int first, int last, struct err *err)
{
    const struct forest *f = &r->fit->forest;
    if (r->fit->oob.table && tally_add(&r->fit->oob, f, first, last, &r->draws[first - r->first],
                                 &r->bytes[first - r->first], &r->bins, err) < 0)
        return -1;
    return r->fit->valid.table ? tally_add(&r->fit->valid, f, first, last, NULL, NULL, NULL, err)
                               : 0;
}

static bool is_measured(const struct run *r)
{
    return r->fit->oob.table || r->fit->valid.table;
}

/* Round by round where each one is measured, all at once where not. */
static int batch_measure(struct run *r, struct err *err)
{
    const struct fit_opts *o = r->opts;
    int last = r->first + r->n;

    if (!is_measured(r))
        return 0;
    if (!o->curve && !o->early_stop)
        return tally_rounds(r, r->first, last, err);
    for (int i = r->first; i < last; i++) {
        if (tally_rounds(r, i, i + 1, err) < 0 || measure_round(r, i + 1, err) < 0)
            return -1;
        if (o->early_stop && r->best_round && i + 1 - r->best_round >= o->early_stop) {
            r->fit->stopped_early = true;
            return 0;
        }
    }
    return 0;
}

/* The score on the progress line is measured at most once a second. */
static void show_progress(struct run *r)
{
    const struct fit_opts *o = r->opts;
    struct tally *t = r->fit->valid.table ? &r->fit->valid : &r->fit->oob;
    int round = r->first + r->n;
    double now = clock_seconds();
    struct err ignored;
    double value;

    if (r->watch && r->watch->progress && t->table && now - r->last_shown > 1) {
        r->last_shown = now;
        if (tally_measure(t, &r->fit->forest, o->metrics, 1, &value, &ignored) == 0)
            snprintf(r->detail, sizeof r->detail, "%s %s %.4g", t == &r->fit->oob ? "oob" : "valid",
                o->metrics[0].name, value);
    }
    watch_progress(r->watch, r->learner->rounds, round, o->n_rounds, r->detail);
}

/* ---- all batches ---- */

/* Batches start with a tree a worker and grow while they are quick, so that signals and limits are
 * soon heard. */
static void batch_size(struct run *r, double seconds)
{
    if (seconds < 0.2 && 2 * r->batch <= r->most)
        r->batch *= 2;
    else if (seconds > 0.5 && r->batch > pool_size())
        r->batch = pool_size() < r->most ? pool_size() : r->most;
}

static int batch_run(struct run *r, struct err *err)
{
    const struct fit_opts *o = r->opts;
    double start = clock_seconds();

    r->n = o->n_rounds - r->first < r->batch ? o->n_rounds - r->first : r->batch;
    if (batch_grow(r, err) < 0 || batch_measure(r, err) < 0)
        return -1;
    bytes_clear(r);
    if (!r->fit->stopped_early)
        show_progress(r);
    if (o->save && r->first >= r->n_resumed && clock_seconds() - r->last_saved > SAVE_SECONDS) {
        r->last_saved = clock_seconds();
        if (forest_settle(&r->fit->forest) < 0)
            return err_memory(err);
        if (o->save(o->save_ctx, &r->fit->forest, err) < 0)
            return -1;
    }
    batch_size(r, clock_seconds() - start);
    return 0;
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
    forest_truncate(&fit->forest, r->best_round);
    if (!fit->valid.table)
        return 0;
    tally_clear(&fit->valid, &fit->forest);
    if (tally_add(&fit->valid, &fit->forest, 0, fit->forest.n_trees, NULL, NULL, NULL, err) < 0)
        return -1;
    return tally_measure(
        &fit->valid, &fit->forest, r->opts->metrics, r->opts->n_metrics, r->values, err);
}

static int run_rounds(struct run *r, struct err *err)
{
    const struct fit_opts *o = r->opts;
    struct fit *fit = r->fit;

    while (r->first < o->n_rounds && !fit->stopped_early) {
        if (watch_stop(r->watch))
            return err_interrupted(err);
        if (o->time_limit > 0 && r->first > 0 && r->first >= r->n_resumed &&
            clock_seconds() - r->started > o->time_limit) {
            fit->out_of_time = true;
            break;
        }
        if (batch_run(r, err) < 0)
            return -1;
        r->first += r->n;
    }
    if (!is_measured(r))
        return 0;
    if (o->early_stop)
        return keep_best(r, err);
    return o->curve ? 0 : measure_round(r, fit->forest.n_trees, err);
}

static int codes_init(struct run *r, struct err *err)
{
    const struct cuts *cuts = &r->fit->forest.cuts;

    if (byte_codes_of_bins(&r->codes, &r->bins, err) < 0)
        return -1;
    r->resumed_cuts = mem_alloc(cuts->n, sizeof *r->resumed_cuts);
    if (!r->resumed_cuts)
        return err_memory(err);
    for (uint32_t i = 0; i < cuts->n; i++) {
        const struct bin_column *c = &r->bins.cols[cuts->column[i]];
        r->resumed_cuts[i] = bin_code_below(c, 0, c->n_bins - 1, cuts->threshold[i]);
    }
    return 0;
}

static int run_init(struct run *r, struct table *train, const struct table *valid, struct err *err)
{
    struct bins_opts bins_opts = BINS_OPTS_INIT;
    int n_outputs = r->learner->n_outputs(r->self);

    if (n_outputs > LEARNER_MAX_OUTPUTS)
        return err_set(
            err, "%d classes are more than the %d supported", n_outputs, LEARNER_MAX_OUTPUTS);
    bins_opts.max_bins = r->opts->max_bins;
    if (bins_build(&r->bins, train, &bins_opts, err) < 0)
        return -1;
    if (r->opts->drop_cells && r->bins.near)
        table_drop_cells(train);
    r->rule =
        (struct grow_rule){r->self, n_outputs, r->learner->leaf, r->learner->leaf_by_rows(r->self)};
    r->growers = mem_zalloc((size_t)pool_size(), sizeof *r->growers);
    if (!r->growers)
        return err_memory(err);
    if (r->bins.near && codes_init(r, err) < 0)
        return -1;
    r->most = (int)(DRAWS_BYTES / ((size_t)train->n_rows * sizeof **r->draws) < MAX_BATCH
                        ? DRAWS_BYTES / ((size_t)train->n_rows * sizeof **r->draws)
                        : MAX_BATCH);
    if (r->most < 4 * pool_size())
        r->most = 4 * pool_size() < MAX_BATCH ? 4 * pool_size() : MAX_BATCH;
    r->batch = pool_size() < r->most ? pool_size() : r->most;
    for (int i = 0; i < r->most; i++)
        if (!(r->draws[i] = mem_alloc((size_t)train->n_rows, sizeof *r->draws[i])))
            return err_memory(err);
    if (valid && tally_init(&r->fit->valid, valid, &r->fit->forest, false, err) < 0)
        return -1;
    if (r->learner->leaves_out(r->self))
        return tally_init(&r->fit->oob, train, &r->fit->forest, true, err);
    if (r->opts->early_stop && !valid)
        return err_usage(
            err, "--early-stop has nothing to watch: no row is out of bag, held out or in --valid");
    return 0;
}

static void run_release(struct run *r, int n_workers)
{
    batch_clear(r);
    bytes_clear(r);
    for (int i = 0; i < n_workers && r->growers; i++)
        grower_free(r->growers[i]);
    mem_free(r->growers);
    byte_codes_release(&r->codes);
    mem_free(r->resumed_cuts);
    for (int i = 0; i < MAX_BATCH; i++)
        mem_free(r->draws[i]);
    bins_release(&r->bins);
}

int learner_fit(const struct learner *l, const void *params, struct table *train,
    const struct table *valid, const struct fit_opts *opts, struct comm *comm,
    const struct watch *watch, struct fit *fit, struct err *err)
{
    struct run r = {.learner = l,
        .opts = opts,
        .watch = watch,
        .fit = fit,
        .started = clock_seconds(),
        .last_shown = clock_seconds(),
        .last_saved = clock_seconds()};
    int n_workers = pool_size(), ret = -1;

    forest_truncate(&fit->forest, opts->n_rounds);
    r.n_resumed = fit->forest.n_trees;
    r.self = mem_zalloc(1, l->self_size);
    if (!r.self) {
        err_memory(err);
        goto out;
    }
    if (opts->n_metrics > METRICS_MAX) {
        err_usage(err, "more than %d metrics", METRICS_MAX);
        goto out;
    }
    if (comm_barrier(comm, err) < 0 || l->start(r.self, params, train, &r.grow, err) < 0 ||
        (!r.n_resumed && forest_init(&fit->forest, l->kind, l->n_outputs(r.self),
                             l->n_outputs(r.self), err) < 0) ||
        run_init(&r, train, valid, err) < 0)
        goto out;
    if (fit->forest.n_outputs != r.rule.n_outputs || fit->forest.leaf_width != r.rule.n_outputs ||
        fit->forest.kind != l->kind) {
        err_set(err, "the checkpoint's leaves do not fit the target");
        goto out;
    }
    ret = run_rounds(&r, err);
    if ((ret == 0 || err->kind == ERR_INTERRUPTED) && forest_settle(&fit->forest) < 0)
        ret = err_memory(err);
out:
    run_release(&r, n_workers);
    if (r.self)
        l->release(r.self);
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

double fit_value(const struct fit *fit, const char *data, int metric)
{
    for (int i = fit->n_measurements; i-- > 0;)
        if (fit->measurements[i].metric == metric &&
            fit->measurements[i].round == fit->forest.n_trees &&
            strcmp(fit->measurements[i].data, data) == 0)
            return fit->measurements[i].value;
    return NAN;
}

bool fit_measured(const struct fit *fit, const char *data)
{
    for (int i = 0; i < fit->n_measurements; i++)
        if (strcmp(fit->measurements[i].data, data) == 0)
            return true;
    return false;
}
