/* gbdt.c -- gradients, leaves and samples of boosted trees; see gbdt.h. */
#include "cmd/gbdt/gbdt.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/gbdt/loss.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/sampling.h"
#include "common/learner/sums.h"
#include "common/learner/targets.h"

enum { DEFAULT_LEAVES = 31, CHUNK = 4096 };

struct gbdt {
    const struct gbdt_params *params;
    struct loss_rows rows;
    struct sums sums;
    struct sampling sampling;
    int8_t *direction; /* [columns] or NULL */
    double *base;      /* [n_outputs] */
    double oob_before; /* loss of the rows not drawn, before the round; NAN: not measured */
};

/* ---- options that name columns ---- */

static int directions_pick(struct gbdt *g, const struct table *t, const char *list,
    const char *option, int8_t direction, struct err *err)
{
    size_t n = (size_t)t->schema.n_cols;
    const char **names = mem_alloc(n, sizeof *names);
    bool *picked = mem_zalloc(n, sizeof *picked);
    int ret = -1;

    if (!names || !picked) {
        err_memory(err);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        names[i] = t->schema.cols[i].name;
    if (list_pick(list, names, (int)n, picked, err) < 0) {
        err_prefix(err, "%s", option);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        const struct col_spec *c = &t->schema.cols[i];
        if (!picked[i])
            continue;
        if (c->kind == COL_CATEGORY) {
            err_usage(err, "%s: '%s' is a category: it has no order", option, c->name);
            goto out;
        }
        if (g->direction[i] && g->direction[i] != direction) {
            err_usage(err, "'%s' cannot be both increasing and decreasing", c->name);
            goto out;
        }
        g->direction[i] = direction;
    }
    ret = 0;
out:
    mem_free(names);
    mem_free(picked);
    return ret;
}

static int directions_init(struct gbdt *g, const struct table *t, struct err *err)
{
    const struct gbdt_params *p = g->params;

    if (!p->increasing && !p->decreasing)
        return 0;
    if (g->rows.n_outputs > 1)
        return err_usage(err,
            "--increasing and --decreasing are for values and two classes: '%s' "
            "has %d classes",
            t->target.name, g->rows.n_outputs);
    g->direction = mem_zalloc((size_t)t->schema.n_cols, 1);
    if (!g->direction)
        return err_memory(err);
    if (p->increasing && directions_pick(g, t, p->increasing, "--increasing", 1, err) < 0)
        return -1;
    return p->decreasing ? directions_pick(g, t, p->decreasing, "--decreasing", -1, err) : 0;
}

/* ---- rows ---- */

/* Counts must have a mean whose logarithm there is. */
static int losses_check(const struct gbdt *g, const struct table *t, struct err *err)
{
    const struct loss *loss = g->rows.loss;
    char who[32];
    double sum = 0;

    snprintf(who, sizeof who, "--loss %s", loss->name);
    if (targets_check(t, loss->domain, who, loss->domain_text, err) < 0)
        return -1;
    for (int64_t i = 0; i < t->n_rows; i++)
        sum += t->y[i] * (t->weight ? t->weight[i] : 1);
    return loss->link != LINK_EXP || sum > 0
               ? 0
               : err_set(err,
                     "the target '%s' is 0 in every row that weighs something: --loss %s "
                     "has no mean to learn",
                     t->target.name, loss->name);
}

static int rows_init(struct gbdt *g, const struct table *t, struct err *err)
{
    struct loss_rows *rows = &g->rows;
    size_t n = (size_t)t->n_rows;
    double *ones = NULL;
    int ret = -1;

    rows->n = t->n_rows;
    rows->y = t->y;
    rows->weight = t->weight;
    rows->residual = mem_alloc(n, sizeof *rows->residual);
    if (rows->loss->quantiles) {
        rows->difference = mem_alloc(n, sizeof *rows->difference);
        rows->weighted = mem_alloc(n, sizeof *rows->weighted);
    }
    if (rows->n_outputs > 1)
        rows->log_sum = mem_alloc(n, sizeof *rows->log_sum);
    g->base = mem_alloc((size_t)rows->n_outputs, sizeof *g->base);
    if (!t->weight)
        ones = mem_alloc(n, sizeof *ones);
    if (!rows->residual || !g->base || (!t->weight && !ones) ||
        (rows->loss->quantiles && (!rows->difference || !rows->weighted)) ||
        (rows->n_outputs > 1 && !rows->log_sum)) {
        err_memory(err);
        goto out;
    }
    mem_expect(rows->residual, n * sizeof *rows->residual);
    for (size_t i = 0; ones && i < n; i++)
        ones[i] = 1;
    g->sums.packed = true;
    if (sums_weights(&g->sums, ones ? ones : t->weight, t->n_rows, err) < 0 ||
        sums_values(&g->sums, err) < 0)
        goto out;
    g->sums.stats.target = rows->residual;
    for (int k = 0; k < rows->n_outputs; k++)
        g->base[k] = rows->loss->base(rows, k);
    ret = 0;
out:
    mem_free(ones);
    return ret;
}

static int64_t leaves_of(const struct gbdt_params *p)
{
    return p->max_leaves >= 0 ? p->max_leaves : p->max_depth ? 0 : DEFAULT_LEAVES;
}

static void grow_choose(const struct gbdt *g, const struct table *t, struct grow_opts *grow)
{
    const struct gbdt_params *p = g->params;
    int d = schema_n_features(&t->schema), mtry = mtry_count(&p->mtry, MTRY_ALL, d);
    *grow = (struct grow_opts){
        .max_depth = (int)p->max_depth,
        .max_leaves = p->max_leaves >= 0 ? p->max_leaves
                      : p->max_depth     ? 0
                                         : DEFAULT_LEAVES,
        .min_leaf = p->min_leaf,
        .min_split = p->min_split,
        .n_columns = mtry < d ? mtry : 0,
        .columns_per_tree = p->mtry_per_tree,
        .stop_if_pure = true,
        .min_gain = -INFINITY,
        .score = score_squared,
        .direction = g->direction,
        .seed = p->seed,
    };
}

static double alpha_of(const struct gbdt_params *p, const struct loss *loss)
{
    return strcmp(loss->name, "absolute") == 0 ? 0.5
           : p->alpha > 0                      ? p->alpha
           : strcmp(loss->name, "huber") == 0  ? 0.9
                                               : 0.5;
}

static int gbdt_start(void *self, const void *params, const struct table *train,
    struct grow_opts *grow, struct err *err)
{
    struct gbdt *g = self;
    const struct target *t = &train->target;

    g->params = params;
    g->oob_before = NAN;
    g->rows.loss = loss_choose(g->params->loss, t, err);
    if (!g->rows.loss)
        return -1;
    g->rows.alpha = alpha_of(g->params, g->rows.loss);
    g->rows.n_outputs = g->rows.loss->link == LINK_SOFTMAX ? (int)dict_size(t->classes) : 1;
    if ((train->weight && weights_check(train->weight, train->n_rows, err) < 0) ||
        losses_check(g, train, err) < 0 || directions_init(g, train, err) < 0 ||
        rows_init(g, train, err) < 0 ||
        sampling_init(&g->sampling, g->sums.value[0], train->n_rows, g->params->sample_fraction,
            false, g->params->seed, err) < 0)
        return -1;
    grow_choose(g, train, grow);
    return 0;
}

static void gbdt_release(void *self)
{
    struct gbdt *g = self;
    mem_free(g->rows.residual);
    mem_free(g->rows.difference);
    mem_free(g->rows.weighted);
    mem_free(g->rows.log_sum);
    mem_free(g->base);
    mem_free(g->direction);
    sums_release(&g->sums);
    sampling_release(&g->sampling);
}

static int gbdt_forest(const void *self, struct forest *forest, struct err *err)
{
    const struct gbdt *g = self;
    if (forest_init(forest, FOREST_SUM, g->rows.n_outputs, 1, err) < 0)
        return -1;
    memcpy(forest->base, g->base, (size_t)g->rows.n_outputs * sizeof *forest->base);
    forest->link = g->rows.loss->link;
    forest->link_scale = g->rows.loss->link_scale;
    return 0;
}

/* ---- rounds ---- */

static const struct row_stats *gbdt_stats(const void *self)
{
    const struct gbdt *g = self;
    return &g->sums.stats;
}

static void gbdt_sample(const void *self, int round, uint16_t *draws)
{
    const struct gbdt *g = self;
    sampling_draw(&g->sampling, round, draws);
}

static bool gbdt_leaves_out(const void *self)
{
    const struct gbdt *g = self;
    return g->sampling.n_draws < g->rows.n;
}

static int gbdt_round(void *self, int round, const double *raw, struct err *err)
{
    struct gbdt *g = self;
    (void)round, (void)err;
    if (g->rows.loss->round)
        g->rows.loss->round(&g->rows, raw);
    return 0;
}

struct gradients {
    const struct gbdt *g;
    const double *raw;
    int output;
};

static void gradients_chunk(void *ctx, int64_t chunk, int worker)
{
    const struct gradients *a = ctx;
    const struct loss_rows *rows = &a->g->rows;
    int64_t begin = chunk * CHUNK, end = begin + CHUNK < rows->n ? begin + CHUNK : rows->n;
    (void)worker;

    rows->loss->residuals(rows, a->raw, a->output, begin, end, rows->residual);
}

static void fit_residuals(
    void *self, int output, const double *raw, const uint16_t *draws, bool measured)
{
    struct gbdt *g = self;
    struct gradients a = {.g = g, .raw = raw, .output = output};

    if (output == 0)
        g->oob_before =
            measured && gbdt_leaves_out(g) ? loss_mean(&g->rows, raw, draws, false) : NAN;
    pool_run((g->rows.n + CHUNK - 1) / CHUNK, gradients_chunk, &a);
    sums_set(&g->sums, g->rows.residual, g->rows.weight);
}

static void gbdt_leaf(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    const struct gbdt *g = self;
    (void)totals;
    *value = g->params->learning_rate * g->rows.loss->leaf(&g->rows, rows);
}

static bool gbdt_leaf_by_rows(const void *self)
{
    (void)self;
    return true;
}

static const struct boost_measure measures[] = {
    {"train", "loss"}, {"oob", "improvement"}, {NULL, NULL}};

static void gbdt_measure(void *self, const double *raw, const uint16_t *draws, double *values)
{
    struct gbdt *g = self;
    values[0] = loss_mean(&g->rows, raw, NULL, true);
    values[1] = isnan(g->oob_before) ? NAN : g->oob_before - loss_mean(&g->rows, raw, draws, false);
}

static json_t *gbdt_describe(const void *params)
{
    const struct gbdt_params *p = params;
    struct buf mtry = BUF_INIT;
    json_t *j = NULL;

    if (mtry_show(&p->mtry, &mtry) == 0)
        j = json_pack("{s:s, s:o, s:f, s:I, s:I, s:I, s:I, s:f, s:s, s:s, s:s?, s:s?, s:I}", "loss",
            loss_names[p->loss], "alpha", p->alpha > 0 ? json_real(p->alpha) : json_null(),
            "learning_rate", p->learning_rate, "max_depth", (json_int_t)p->max_depth, "max_leaves",
            (json_int_t)leaves_of(p), "min_leaf", (json_int_t)p->min_leaf, "min_split",
            (json_int_t)p->min_split, "sample_fraction", p->sample_fraction, "mtry", mtry.data,
            "mtry_per", p->mtry_per_tree ? "tree" : "node", "increasing", p->increasing,
            "decreasing", p->decreasing, "seed", (json_int_t)p->seed);
    buf_release(&mtry);
    return j;
}

static const struct boosting boosting = {
    .round = gbdt_round,
    .stats = fit_residuals,
    .measure = gbdt_measure,
    .measures = measures,
};

const struct learner gbdt_learner = {
    .program = "gbdt",
    .rounds = "rounds",
    .self_size = sizeof(struct gbdt),
    .boosting = &boosting,
    .start = gbdt_start,
    .release = gbdt_release,
    .forest = gbdt_forest,
    .stats = gbdt_stats,
    .sample = gbdt_sample,
    .leaves_out = gbdt_leaves_out,
    .leaf = gbdt_leaf,
    .leaf_by_rows = gbdt_leaf_by_rows,
    .describe = gbdt_describe,
};
