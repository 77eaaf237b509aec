/* adaboost.c -- AdaBoost as a learner; see adaboost.h. */
#include "cmd/adaboost/adaboost.h"

#include <float.h>
#include <math.h>

#include "cmd/adaboost/method.h"
#include "common/base/exps.h"
#include "common/base/mem.h"

const char *const ada_algorithm_names[] = {"auto", "m1", "samme", "samme.r", "r2", NULL};
const char *const ada_loss_names[] = {"auto", "linear", "square", "exponential", NULL};

const char why_perfect[] = "the last tree makes no error";
const char why_guess[] = "the next tree is no better than guessing";
const char why_first[] = "the first tree is no better than guessing";

double log_odds(double error)
{
    error = fmax(error, DBL_EPSILON);
    return log_one((1 - error) / error);
}

bool error_is_guess(double error, double limit)
{
    return error >= limit * (1 - 1e-10);
}

/* ---- beginning ---- */

static int algorithm_choose(struct ada *a, struct err *err)
{
    const struct ada_params *p = a->params;
    const struct target *t = &a->table->target;
    bool classes = t->task == TASK_CLASSIFICATION;

    a->n_classes = classes ? (int)dict_size(t->classes) : 0;
    a->method = classes ? &ada_votes : &ada_values;
    a->loss = p->loss ? (enum ada_loss)p->loss : ADA_LINEAR;
    a->algorithm = p->algorithm ? (enum ada_algorithm)p->algorithm : classes ? ADA_SAMME : ADA_R2;
    if ((a->algorithm == ADA_R2) == classes)
        return err_usage(err, "--algorithm %s does not fit: '%s' is a %s target",
            ada_algorithm_names[a->algorithm], t->name, task_names[t->task]);
    if (p->loss && classes)
        return err_usage(
            err, "--loss does not fit: '%s' is a %s target", t->name, task_names[t->task]);
    return 0;
}

/* Trees see the weights as they are at the start, or, grown on draws, all as 1. */
static int sums_init(struct ada *a, struct err *err)
{
    size_t n = (size_t)a->rows.n;

    a->grown_weight = a->rows.weight;
    if (a->params->resample) {
        a->ones = mem_alloc(n, sizeof *a->ones);
        if (!a->ones)
            return err_memory(err);
        for (size_t i = 0; i < n; i++)
            a->ones[i] = 1;
        a->grown_weight = a->ones;
    }
    a->sums.packed = true;
    if (sums_weights(&a->sums, a->grown_weight, a->rows.n, err) < 0 || a->method->start(a, err) < 0)
        return -1;
    if (!a->target)
        return 0;
    if (sums_values(&a->sums, err) < 0)
        return -1;
    sums_set(&a->sums, a->target, a->params->resample ? NULL : a->rows.weight);
    a->sums.stats.target = a->table->y;
    return 0;
}

static void grow_choose(const struct ada *a, struct grow_opts *grow)
{
    const struct ada_params *p = a->params;
    int d = schema_n_features(&a->table->schema), mtry = mtry_count(&p->mtry, MTRY_ALL, d);
    *grow = (struct grow_opts){
        .max_depth = p->max_depth >= 0 ? (int)p->max_depth
                     : p->max_leaves   ? 0
                     : a->n_classes    ? 1
                                       : 3,
        .max_leaves = p->max_leaves,
        .min_leaf = p->min_leaf,
        .min_split = p->min_split,
        .n_columns = mtry < d ? mtry : 0,
        .columns_per_tree = p->mtry_per_tree,
        .stop_if_pure = true,
        .min_gain = -INFINITY,
        .score = a->n_classes > 2 ? score_gini : score_squared,
        .seed = p->seed,
    };
}

static int ada_start(void *self, const void *params, const struct table *train,
    struct grow_opts *grow, struct err *err)
{
    struct ada *a = self;

    a->params = params;
    a->table = train;
    a->tree_weight = NAN;
    if (algorithm_choose(a, err) < 0 || ada_rows_init(&a->rows, train, err) < 0 ||
        sums_init(a, err) < 0)
        return -1;
    grow_choose(a, grow);
    return 0;
}

static void ada_release(void *self)
{
    struct ada *a = self;
    ada_rows_release(&a->rows);
    sums_release(&a->sums);
    mem_free(a->ones);
    mem_free(a->target);
    mem_free(a->margin);
}

static int ada_forest(const void *self, struct forest *forest, struct err *err)
{
    const struct ada *a = self;
    return a->method->forest(a, forest, err);
}

/* ---- rounds ---- */

static const struct row_stats *ada_stats(const void *self)
{
    const struct ada *a = self;
    return &a->sums.stats;
}

static int ada_round(void *self, int round, const double *raw, struct err *err)
{
    struct ada *a = self;
    (void)round, (void)raw, (void)err;
    weights_make(&a->rows);
    return 0;
}

static void ada_sample(const void *self, int round, uint16_t *draws)
{
    const struct ada *a = self;

    if (a->params->resample) {
        weights_draw(&a->rows, a->params->seed, round, draws);
        return;
    }
    for (int64_t i = 0; i < a->rows.n; i++)
        draws[i] = a->rows.log_first[i] > -INFINITY;
}

static bool ada_leaves_out(const void *self)
{
    const struct ada *a = self;
    return a->params->resample || a->rows.n_counting < a->rows.n;
}

static void fit_weights(
    void *self, int output, const double *raw, const uint16_t *draws, bool measured)
{
    struct ada *a = self;
    (void)output, (void)raw, (void)draws, (void)measured;

    if (a->params->resample)
        return;
    sums_reweigh(&a->sums, a->rows.weight);
    if (a->target)
        sums_set(&a->sums, a->target, a->rows.weight);
}

static void ada_leaf(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    const struct ada *a = self;
    (void)totals;
    a->method->leaf(a, rows, value);
}

static bool ada_leaf_by_rows(const void *self)
{
    (void)self;
    return true;
}

static enum boost_verdict ada_weigh(void *self, struct boost_tree *t)
{
    struct ada *a = self;
    return a->method->weigh(a, t);
}

static const struct boost_measure measures[] = {{"train", "error"}, {"train", "exp_loss"},
    {"train", "margin_0.05"}, {"train", "margin_0.25"}, {"train", "margin_0.5"}, {"tree", "error"},
    {"tree", "weight"}, {NULL, NULL}};

static void ada_measure(void *self, const double *raw, const uint16_t *draws, double *values)
{
    struct ada *a = self;
    (void)draws;

    for (int i = 0; i < N_ADA_MEASURES; i++)
        values[i] = NAN;
    if (a->method->measure)
        a->method->measure(a, raw, values);
    values[TREE_ERROR] = a->error;
    values[TREE_WEIGHT] = a->tree_weight;
}

static json_t *ada_describe(const void *params)
{
    const struct ada_params *p = params;
    struct buf mtry = BUF_INIT;
    json_t *j = NULL;

    if (mtry_show(&p->mtry, &mtry) == 0)
        j = json_pack("{s:s, s:s, s:f, s:b, s:I, s:I, s:I, s:I, s:s, s:s, s:I}", "algorithm",
            ada_algorithm_names[p->algorithm], "loss", ada_loss_names[p->loss], "learning_rate",
            p->learning_rate, "resample", p->resample, "max_depth", (json_int_t)p->max_depth,
            "max_leaves", (json_int_t)p->max_leaves, "min_leaf", (json_int_t)p->min_leaf,
            "min_split", (json_int_t)p->min_split, "mtry", mtry.data, "mtry_per",
            p->mtry_per_tree ? "tree" : "node", "seed", (json_int_t)p->seed);
    buf_release(&mtry);
    return j;
}

static const struct boosting boosting = {
    .round = ada_round,
    .stats = fit_weights,
    .weigh = ada_weigh,
    .measure = ada_measure,
    .measures = measures,
};

const struct learner ada_learner = {
    .program = "adaboost",
    .rounds = "rounds",
    .self_size = sizeof(struct ada),
    .boosting = &boosting,
    .by_label = true,
    .start = ada_start,
    .release = ada_release,
    .forest = ada_forest,
    .stats = ada_stats,
    .sample = ada_sample,
    .leaves_out = ada_leaves_out,
    .leaf = ada_leaf,
    .leaf_by_rows = ada_leaf_by_rows,
    .describe = ada_describe,
};
