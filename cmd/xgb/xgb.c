/* xgb.c -- gradients, leaves and samples of second-order boosting; see xgb.h. */
#include "cmd/xgb/xgb.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/xgb/choose.h"
#include "cmd/xgb/constraints.h"
#include "cmd/xgb/describe.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"
#include "common/learner/sums.h"
#include "common/learner/targets.h"
#include "common/tree/linear.h"
#include "common/tree/recut.h"

const char *const xgb_tree_methods[] = {"auto", "hist", "approx", "exact", NULL};
const char *const xgb_grow_policies[] = {"depthwise", "lossguide", NULL};
const char *const xgb_samplings[] = {"uniform", "gradient_based", NULL};

/* XGBoost makes no split that gains less than this. */
#define LEAST_GAIN 1e-6

enum { CHUNK = 4096 };

struct xgb {
    const struct xgb_params *params;
    const struct table *table;
    struct objective_rows rows;
    struct gradient *gradient; /* [n] of the tree at hand, weighted */
    struct sums sums;
    struct weighted *weighted; /* [n] leaves that are quantiles */
    double *left;              /* [n] y - f of the output at hand, for those */
    double *hessian;           /* [n] of drawn rows, where bins are cut by them */
    const double *raw;         /* of the round */
    int round, output;         /* of the tree at hand */
    double *base;              /* [n_outputs] */
    int8_t *direction;
    struct interactions interactions;
};

/* ---- bins ---- */

/* XGBoost counts missing values' bin. */
static int bins_asked(const struct xgb_params *p)
{
    return !p->max_bin || p->max_bin == MAX_BIN ? MAX_BIN - 1 : (int)p->max_bin;
}

int xgb_bins(const struct xgb_params *p)
{
    return p->tree_method == TREE_EXACT || p->tree_method == TREE_APPROX ? BINS_ALL : bins_asked(p);
}

static int approx_bins(const struct xgb_params *p)
{
    if (p->sketch_eps <= 0 && p->max_bin)
        return bins_asked(p);
    return (int)fmin(ceil(1 / (p->sketch_eps > 0 ? p->sketch_eps : SKETCH_EPS)), BINS_MAX);
}

static bool xgb_recuts(const void *self)
{
    const struct xgb *x = self;
    return x->params->tree_method == TREE_APPROX && !x->params->sketch_local;
}

static int xgb_recut(
    void *self, const struct bins *all, const uint16_t *draws, struct bins *bins, struct err *err)
{
    struct xgb *x = self;

    for (int64_t i = 0; i < x->rows.n; i++)
        x->hessian[i] = draws[i] * x->gradient[i].h;
    return bins_recut(bins, all, x->hessian, approx_bins(x->params), err);
}

/* ---- beginning ---- */

static int constraints_init(struct xgb *x, const struct table *t, struct err *err)
{
    const struct xgb_params *p = x->params;

    if (p->monotone) {
        x->direction = mem_zalloc((size_t)t->schema.n_cols, 1);
        if (!x->direction)
            return err_memory(err);
        if (monotone_parse(p->monotone, &t->schema, x->direction, err) < 0)
            return -1;
    }
    return p->interactions ? interactions_parse(p->interactions, &t->schema, &x->interactions, err)
                           : 0;
}

static int base_init(struct xgb *x, struct err *err)
{
    const struct objective *o = x->rows.objective;

    x->base = mem_alloc((size_t)x->rows.n_outputs, sizeof *x->base);
    if (!x->base)
        return err_memory(err);
    for (int k = 0; k < x->rows.n_outputs; k++) {
        x->base[k] =
            isnan(x->params->base_score) ? o->base(&x->rows, k) : o->base_of(x->params->base_score);
        if (isnan(x->base[k]))
            return err_usage(err, "--base_score %g is none of %s", x->params->base_score, o->name);
    }
    return 0;
}

static bool is_linear(const struct xgb *x)
{
    return x->params->booster == BOOSTER_GBLINEAR;
}

static int rows_init(struct xgb *x, const struct table *t, struct err *err)
{
    struct objective_rows *rows = &x->rows;
    size_t n = (size_t)t->n_rows;
    bool leaves = rows->objective->level && !is_linear(x);

    rows->opts = &x->params->opts;
    rows->n = t->n_rows;
    rows->y = t->y;
    rows->weight = t->weight;
    rows->group = t->group;
    rows->upper = t->upper;
    rows->n_outputs = objective_outputs(rows->objective, rows->opts, &t->target);
    x->gradient = mem_alloc(n, sizeof *x->gradient);
    if (leaves) {
        x->weighted = mem_alloc(n, sizeof *x->weighted);
        x->left = mem_alloc(n, sizeof *x->left);
    }
    if (xgb_recuts(x))
        x->hessian = mem_alloc(n, sizeof *x->hessian);
    if (!x->gradient || (leaves && (!x->weighted || !x->left)) || (xgb_recuts(x) && !x->hessian))
        return err_memory(err);
    mem_expect(x->gradient, n * sizeof *x->gradient);
    if (rows->objective->start && rows->objective->start(rows, err) < 0)
        return -1;
    return is_linear(x) ? 0 : sums_second_init(&x->sums, t->n_rows, err);
}

static int columns_of(double fraction, int n)
{
    int some = (int)(fraction * n);
    return fraction >= 1 ? 0 : some < 1 ? 1 : some;
}

static void grow_choose(const struct xgb *x, const struct table *t, struct grow_opts *grow)
{
    const struct xgb_params *p = x->params;
    bool exact = p->tree_method == TREE_EXACT;
    bool local = p->tree_method == TREE_APPROX && p->sketch_local;
    int d = schema_n_features(&t->schema), by_tree = columns_of(p->colsample_bytree, d);
    int left = by_tree ? by_tree : d, by_level = columns_of(p->colsample_bylevel, left);
    *grow = (struct grow_opts){
        .max_depth = (int)p->max_depth,
        .max_leaves = p->max_leaves,
        .min_leaf = 1,
        .min_split = 2,
        .n_columns = by_tree,
        .columns_per_tree = true,
        .level_columns = by_level,
        .node_columns = columns_of(p->colsample_bynode, by_level ? by_level : left),
        .interactions = p->interactions ? &x->interactions : NULL,
        .by_level = p->grow_policy == GROW_DEPTHWISE,
        .min_gain = exact ? LEAST_GAIN : fmax(p->gamma, LEAST_GAIN),
        .prune_gain = exact ? p->gamma : 0,
        .exact = exact || local,
        .n_proposed = local ? approx_bins(p) : 0,
        .score = score_squared,
        .regular = &p->regular,
        .direction = x->direction,
        .seed = p->seed,
    };
}

static int xgb_start(void *self, const void *params, const struct table *train,
    struct grow_opts *grow, struct err *err)
{
    struct xgb *x = self;

    x->params = params;
    x->table = train;
    x->rows.objective =
        objective_choose(x->params->objective, &train->target, train->group != NULL, err);
    if (!x->rows.objective ||
        (train->weight && weights_check(train->weight, train->n_rows, err) < 0) ||
        booster_takes(x->params, &train->schema, err) < 0 ||
        targets_check(train, x->rows.objective->domain, x->rows.objective->name,
            x->rows.objective->domain_text, err) < 0 ||
        constraints_init(x, train, err) < 0 || rows_init(x, train, err) < 0 ||
        base_init(x, err) < 0)
        return -1;
    if (train->upper && strcmp(x->rows.objective->name, "survival:aft") != 0)
        return err_usage(err, "--upper goes with --objective survival:aft");
    grow_choose(x, train, grow);
    return 0;
}

static void xgb_release(void *self)
{
    struct xgb *x = self;

    if (x->rows.objective && x->rows.objective->release)
        x->rows.objective->release(&x->rows);
    mem_free(x->gradient);
    mem_free(x->weighted);
    mem_free(x->left);
    mem_free(x->hessian);
    mem_free(x->base);
    mem_free(x->direction);
    interactions_release(&x->interactions);
    sums_release(&x->sums);
}

static int xgb_forest(const void *self, struct forest *forest, struct err *err)
{
    const struct xgb *x = self;

    if (forest_init(forest, FOREST_SUM, x->rows.n_outputs, 1, err) < 0)
        return -1;
    memcpy(forest->base, x->base, (size_t)x->rows.n_outputs * sizeof *forest->base);
    if (x->rows.objective->level && x->rows.n_outputs > 1 &&
        forest_quantiles(forest, x->rows.opts->quantile) < 0)
        return err_memory(err);
    forest->link = x->rows.objective->link;
    forest->parallel = (int)x->params->num_parallel_tree;
    return is_linear(x) ? linear_init(forest, x->table->schema.n_cols, err) : 0;
}

/* ---- rounds ---- */

static const struct row_stats *xgb_stats(const void *self)
{
    const struct xgb *x = self;
    return &x->sums.stats;
}

/* Each row by itself, and never none. */
static void xgb_sample(const void *self, int round, uint16_t *draws)
{
    const struct xgb *x = self;
    const struct xgb_params *p = x->params;
    bool all = p->subsample >= 1 || p->sampling_method == SAMPLE_GRADIENT_BASED, some = false;
    struct rng r;

    rng_init(&r, p->seed, RNG_BAG, (uint32_t)round, 0);
    for (int64_t i = 0; i < x->rows.n; i++) {
        bool counts = !x->rows.weight || x->rows.weight[i] > 0;
        draws[i] = counts && (all || rng_uniform(&r) < p->subsample);
        some |= draws[i];
    }
    for (int64_t i = 0; i < x->rows.n && !some; i++)
        draws[i] = !x->rows.weight || x->rows.weight[i] > 0;
}

static bool xgb_leaves_out(const void *self)
{
    const struct xgb *x = self;
    bool some = x->params->subsample < 1 && x->params->sampling_method == SAMPLE_UNIFORM;

    for (int64_t i = 0; i < x->rows.n && !some && x->rows.weight; i++)
        some = !(x->rows.weight[i] > 0);
    return some;
}

static int xgb_round(void *self, int round, const double *raw, struct err *err)
{
    struct xgb *x = self;
    x->raw = raw;
    x->round = round;
    return x->rows.objective->round ? x->rows.objective->round(&x->rows, round, raw, err) : 0;
}

static void gradients_chunk(void *ctx, int64_t chunk, int worker)
{
    const struct xgb *x = ctx;
    const struct objective_rows *rows = &x->rows;
    int64_t begin = chunk * CHUNK, end = begin + CHUNK < rows->n ? begin + CHUNK : rows->n;
    (void)worker;
    rows->objective->gradients(rows, x->raw, x->output, begin, end, x->gradient);
    /* trees beside each other have the same, though each adds to raw as it grows */
    for (int64_t i = begin; i < end && x->left; i++)
        x->left[i] = rows->y[i] - x->raw[i * rows->n_outputs + x->output];
}

static double (*xgb_gradients(void *self, int output, const double *raw))[2]
{
    struct xgb *x = self;

    x->raw = raw;
    x->output = output;
    pool_run((x->rows.n + CHUNK - 1) / CHUNK, gradients_chunk, x);
    return (double(*)[2])(void *)x->gradient;
}

static void fit_gradients(
    void *self, int output, const double *raw, const uint16_t *draws, bool measured)
{
    struct xgb *x = self;
    (void)draws, (void)measured;

    xgb_gradients(self, output, raw);
    if (x->params->sampling_method == SAMPLE_GRADIENT_BASED && x->params->subsample < 1)
        gradients_choose(x->gradient, x->rows.n, x->params->subsample, x->params->regular.lambda,
            x->params->seed, (uint32_t)(x->round * x->rows.n_outputs + output));
    sums_second(&x->sums, &x->gradient->s);
}

static const struct linear_opts *xgb_linear(const void *self)
{
    const struct xgb *x = self;
    return is_linear(x) ? &x->params->linear : NULL;
}

/* A quantile of what is left. */
static double leaf_quantile(const struct xgb *x, const struct hist_rows *leaf)
{
    struct weighted *items = x->weighted + leaf->at;

    for (uint32_t i = 0; i < leaf->n; i++) {
        uint32_t row = leaf->row[i];
        items[i] = (struct weighted){x->left[row], x->rows.weight ? x->rows.weight[row] : 1};
    }
    return objective_quantile(
        items, leaf->n, x->rows.weight != NULL, x->rows.objective->level(&x->rows, x->output));
}

enum { AHEAD = 16 };

static double leaf_newton(const struct xgb *x, const struct hist_rows *leaf)
{
    const struct gradient *g = x->gradient;
    double s = 0, h = 0;

    for (uint32_t i = 0; i < leaf->n; i++) {
        __builtin_prefetch(g + leaf->row[i + AHEAD < leaf->n ? i + AHEAD : i]);
        s += g[leaf->row[i]].s;
        h += g[leaf->row[i]].h;
    }
    return regular_value(&x->params->regular, h, s);
}

static void xgb_leaf(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    const struct xgb *x = self;
    /* a root may have less than a child needs: then it says nothing */
    double h = (double)totals[1] * x->sums.stats.unit[0];
    double best = x->rows.objective->level            ? leaf_quantile(x, rows)
                  : h < x->params->regular.min_weight ? 0
                                                      : leaf_newton(x, rows);
    *value = x->params->eta / (double)x->params->num_parallel_tree * best;
}

static bool xgb_leaf_by_rows(const void *self)
{
    (void)self;
    return true;
}

/* The objective's own metric. */
static const char *xgb_metrics(const void *params, const struct table *train, char text[64])
{
    const struct xgb_params *p = params;
    struct err ignored;
    const struct objective *o =
        objective_choose(p->objective, &train->target, train->group != NULL, &ignored);

    if (!o)
        return NULL; /* start() says why */
    const struct objective_opts *opts = &p->opts;
    if (o->ranking && opts->lambdarank_pair_method == PAIRS_TOPK)
        snprintf(text, 64, "%s@%d", o->metric,
            (int)(opts->lambdarank_num_pair ? opts->lambdarank_num_pair : 32));
    else if (strcmp(o->name, "reg:tweedie") == 0)
        snprintf(text, 64, "%s@%g", o->metric, opts->tweedie_variance_power);
    else if (strcmp(o->name, "reg:pseudohubererror") == 0 && opts->huber_slope != 1)
        snprintf(text, 64, "%s@%g", o->metric, opts->huber_slope);
    else if (strcmp(o->name, "reg:quantileerror") == 0 && opts->n_quantiles)
        snprintf(text, 64, "%s@%g", o->metric,
            opts->quantile[quantiles_central(opts->quantile, opts->n_quantiles)]);
    else if (strcmp(o->name, "survival:aft") == 0)
        snprintf(text, 64, "%s@%s:%g", o->metric, aft_distributions[opts->aft_distribution],
            opts->aft_scale);
    else
        snprintf(text, 64, "%s", o->metric);
    return text;
}

static json_t *describe_linear(const struct xgb_params *p)
{
    const struct linear_opts *l = &p->linear;
    return json_pack("{s:s?, s:s, s:f, s:f, s:f, s:s, s:s, s:I, s:f, s:I}", "objective",
        p->objective, "booster", xgb_boosters[p->booster], "eta", l->eta, "lambda", l->lambda,
        "alpha", l->alpha, "updater", linear_updater_names[l->updater], "feature_selector",
        linear_selector_names[l->selector], "top_k", (json_int_t)l->top_k, "tolerance",
        l->tolerance, "seed", (json_int_t)p->seed);
}

/* ---- dart ---- */

static int xgb_choose(const void *self, int round, int n_trees, const double *weight, int *dropped)
{
    const struct xgb_params *p = ((const struct xgb *)self)->params;
    return dart_choose(&p->dart, p->seed, round, n_trees, weight, dropped);
}

static void xgb_scale(const void *self, int n_dropped, double *old, double *own)
{
    const struct xgb *x = self;
    const struct xgb_params *p = x->params;
    int n_trees = x->rows.n_outputs * (int)p->num_parallel_tree;
    dart_scale(&p->dart, p->eta, n_trees, n_dropped, old, own);
}

static const struct dropping *xgb_dropping(const void *self)
{
    static const struct dropping dart = {xgb_choose, xgb_scale};
    const struct xgb *x = self;
    return x->params->booster == BOOSTER_DART ? &dart : NULL;
}

/* ---- description ---- */

static json_t *dart_describe(const struct dart_opts *o)
{
    return json_pack("{s:s, s:s, s:s, s:f, s:f, s:b}", "booster", xgb_boosters[BOOSTER_DART],
        "sample_type", dart_samples[o->sample_type], "normalize_type",
        dart_normalizes[o->normalize_type], "rate_drop", o->rate_drop, "skip_drop", o->skip_drop,
        "one_drop", (int)o->one_drop);
}

static json_t *describe_trees(const struct xgb_params *p)
{
    json_t *dart = p->booster == BOOSTER_DART ? dart_describe(&p->dart) : json_object();
    json_t *j = json_pack(
        "{s:s?, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:f, s:s, s:s, s:s, "
        "s:f, s:f, s:f, s:f, s:b, s:I, s:I, s:s?, s:s?, s:I}",
        "objective", p->objective, "eta", p->eta, "gamma", p->gamma, "lambda", p->regular.lambda,
        "alpha", p->regular.alpha, "max_delta_step", p->regular.max_step, "min_child_weight",
        p->regular.min_weight, "max_depth", (json_int_t)p->max_depth, "max_leaves",
        (json_int_t)p->max_leaves, "max_bin", (json_int_t)(p->max_bin ? p->max_bin : MAX_BIN),
        "num_parallel_tree", (json_int_t)p->num_parallel_tree, "subsample", p->subsample,
        "sampling_method", xgb_samplings[p->sampling_method], "tree_method",
        xgb_tree_methods[p->tree_method], "grow_policy", xgb_grow_policies[p->grow_policy],
        "colsample_bytree", p->colsample_bytree, "colsample_bylevel", p->colsample_bylevel,
        "colsample_bynode", p->colsample_bynode, "sketch_eps", p->sketch_eps, "sketch_local",
        (int)p->sketch_local, "max_cat_to_onehot", (json_int_t)p->max_cat_to_onehot,
        "max_cat_threshold", (json_int_t)p->max_cat_threshold, "monotone_constraints", p->monotone,
        "interaction_constraints", p->interactions, "seed", (json_int_t)p->seed);

    if (!j || !dart || json_object_update(j, dart) < 0) {
        json_decref(j);
        j = NULL;
    }
    json_decref(dart);
    return j;
}

static json_t *xgb_describe(const void *params)
{
    const struct xgb_params *p = params;
    json_t *j = p->booster == BOOSTER_GBLINEAR ? describe_linear(p) : describe_trees(p);

    if (j && describe_objective(j, p) < 0) {
        json_decref(j);
        return NULL;
    }
    return j;
}

static const struct boosting boosting = {
    .round = xgb_round,
    .stats = fit_gradients,
    .recuts = xgb_recuts,
    .bins = xgb_recut,
    .linear = xgb_linear,
    .gradients = xgb_gradients,
    .dropping = xgb_dropping,
};

const struct learner xgb_learner = {
    .program = "xgb",
    .rounds = "rounds",
    .self_size = sizeof(struct xgb),
    .boosting = &boosting,
    .start = xgb_start,
    .release = xgb_release,
    .forest = xgb_forest,
    .stats = xgb_stats,
    .sample = xgb_sample,
    .leaves_out = xgb_leaves_out,
    .leaf = xgb_leaf,
    .leaf_by_rows = xgb_leaf_by_rows,
    .metrics = xgb_metrics,
    .describe = xgb_describe,
};
