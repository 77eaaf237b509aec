/* rf.c -- what makes a forest random: bootstraps, columns, leaves; see rf.h. */
#include "cmd/rf/rf.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/learner/sampling.h"
#include "common/learner/sums.h"
#include "common/learner/targets.h"

const char *const rf_criterion_names[] = {"auto", "gini", "entropy", "squared", NULL};

struct rf {
    const struct rf_params *params;
    const struct table *table;
    bool classes;
    int n_classes;
    double *weight; /* [n_rows] of a row in sums and leaves: row weight times class weight */
    struct sums sums;
    struct sampling sampling;
    score_fn *score;
};

/* ---- weights ---- */

/* w[k] = n / (K n_k), counting weight: every class weighs the same in the whole. */
static void weights_balanced(const struct rf *rf, const struct table *t, double *w)
{
    double total = 0;
    for (int64_t i = 0; i < t->n_rows; i++) {
        double row = t->weight ? t->weight[i] : 1;
        w[(int)t->y[i]] += row;
        total += row;
    }
    for (int k = 0; k < rf->n_classes; k++)
        w[k] = w[k] > 0 ? total / (rf->n_classes * w[k]) : 0;
}

/* One "LABEL=W" of text[0..len); the label may hold '=' itself. */
static int weight_parse(
    const struct table *t, const char *text, size_t len, double *w, struct err *err)
{
    size_t label = len;
    double value;
    while (label > 0 && text[label - 1] != '=')
        label--;
    if (label == 0)
        return err_usage(
            err, "--class-weight: '%.*s' is not LABEL=WEIGHT", err_quote_len(len), text);
    if (!number_read(text + label, len - label, &value) || !(value >= 0) || isinf(value))
        return err_usage(err, "--class-weight: '%.*s' is not a weight of 0 or more",
            err_quote_len(len - label), text + label);
    int32_t k = dict_find(t->target.classes, text, label - 1);
    if (k < 0)
        return err_set(err, "--class-weight: '%s' has no class '%.*s'", t->target.name,
            err_quote_len(label - 1), text);
    w[k] = value;
    return 0;
}

static int class_weights(const struct rf *rf, const struct table *t, double *w, struct err *err)
{
    const char *text = rf->params->class_weight;

    if (strcmp(text, "balanced") == 0) {
        weights_balanced(rf, t, w);
        return 0;
    }
    for (int k = 0; k < rf->n_classes; k++)
        w[k] = 1;
    for (;;) {
        size_t len = strcspn(text, ",");
        if (weight_parse(t, text, len, w, err) < 0)
            return -1;
        if (!text[len])
            return 0;
        text += len + 1;
    }
}

static int row_weights(struct rf *rf, const struct table *t, struct err *err)
{
    double *by_class = NULL;
    int ret = -1;

    rf->weight = mem_alloc((size_t)t->n_rows, sizeof *rf->weight);
    by_class = mem_zalloc((size_t)rf->n_classes + 1, sizeof *by_class);
    if (!rf->weight || !by_class) {
        err_memory(err);
        goto out;
    }
    if (rf->params->class_weight && class_weights(rf, t, by_class, err) < 0)
        goto out;
    for (int64_t i = 0; i < t->n_rows; i++) {
        rf->weight[i] = t->weight ? t->weight[i] : 1;
        if (rf->params->class_weight)
            rf->weight[i] *= by_class[(int)t->y[i]];
    }
    ret = weights_check(rf->weight, t->n_rows, err);
out:
    mem_free(by_class);
    return ret;
}

/* ---- statistics ---- */

static int stats_values(struct rf *rf, const struct table *t, struct err *err)
{
    double *centred = mem_alloc((size_t)t->n_rows, sizeof *centred);
    int ret = -1;

    if (!centred) {
        err_memory(err);
        goto out;
    }
    if (targets_centre(t, rf->weight, centred, err) < 0 || sums_values(&rf->sums, err) < 0)
        goto out;
    sums_set(&rf->sums, centred, rf->weight);
    rf->sums.stats.target = t->y;
    ret = 0;
out:
    mem_free(centred);
    return ret;
}

/* ---- the learner ---- */

static int usable_columns(const struct table *t)
{
    return schema_n_features(&t->schema);
}

static int choose_criterion(struct rf *rf, const struct table *t, struct err *err)
{
    int criterion = rf->params->criterion;

    if (criterion == RF_AUTO)
        criterion = rf->classes ? RF_GINI : RF_SQUARED;
    if ((criterion == RF_SQUARED) == rf->classes)
        return err_usage(err, "--criterion %s does not fit: '%s' is a %s target",
            rf_criterion_names[criterion], t->target.name, task_names[t->target.task]);
    if (rf->params->class_weight && !rf->classes)
        return err_usage(
            err, "--class-weight does not fit: '%s' is a regression target", t->target.name);
    rf->score = criterion == RF_GINI      ? score_gini
                : criterion == RF_ENTROPY ? score_entropy
                                          : score_squared;
    return 0;
}

static int rows_to_draw(struct rf *rf, struct err *err)
{
    const struct rf_params *p = rf->params;
    double fraction = p->sample_fraction > 0 ? p->sample_fraction : p->replace ? 1 : 0.632;
    return sampling_init(
        &rf->sampling, rf->sums.value[0], rf->sums.n_rows, fraction, p->replace, p->seed, err);
}

static void grow_choose(const struct rf *rf, const struct table *t, struct grow_opts *grow)
{
    const struct rf_params *p = rf->params;
    int d = usable_columns(t), mtry = mtry_count(&p->mtry, rf->classes ? MTRY_SQRT : MTRY_THIRD, d);
    *grow = (struct grow_opts){
        .max_depth = (int)p->max_depth,
        .max_leaves = p->max_leaves,
        .min_leaf = p->min_leaf,
        .min_split = p->min_split,
        .n_columns = mtry < d ? mtry : 0,
        .columns_per_tree = p->mtry_per_tree,
        .random_cuts = p->extra_trees,
        .stop_if_pure = true,
        .min_gain = -INFINITY,
        .score = rf->score,
        .seed = p->seed,
    };
}

static int rf_start(void *self, const void *params, const struct table *train,
    struct grow_opts *grow, struct err *err)
{
    struct rf *rf = self;

    rf->params = params;
    rf->table = train;
    rf->classes = train->target.task == TASK_CLASSIFICATION;
    rf->n_classes = rf->classes ? (int)dict_size(train->target.classes) : 0;
    if (choose_criterion(rf, train, err) < 0 || row_weights(rf, train, err) < 0 ||
        sums_weights(&rf->sums, rf->weight, train->n_rows, err) < 0 || rows_to_draw(rf, err) < 0)
        return -1;
    grow_choose(rf, train, grow);
    return rf->classes ? sums_classes(&rf->sums, train->y, rf->n_classes, err)
                       : stats_values(rf, train, err);
}

static void rf_release(void *self)
{
    struct rf *rf = self;
    mem_free(rf->weight);
    sums_release(&rf->sums);
    sampling_release(&rf->sampling);
}

static int rf_forest(const void *self, struct forest *forest, struct err *err)
{
    const struct rf *rf = self;
    int n_outputs = rf->n_classes > 2 ? rf->n_classes : 1;
    return forest_init(forest, FOREST_MEAN, n_outputs, n_outputs, err);
}

static const struct row_stats *rf_stats(const void *self)
{
    const struct rf *rf = self;
    return &rf->sums.stats;
}

static void rf_sample(const void *self, int tree, uint16_t *draws)
{
    const struct rf *rf = self;
    sampling_draw(&rf->sampling, tree, draws);
}

static bool rf_leaves_out(const void *self)
{
    const struct rf *rf = self;
    return sampling_leaves_out(&rf->sampling);
}

static void leaf_shares(const struct rf *rf, const int64_t *totals, double *value)
{
    double weight = 0;

    for (int k = 0; k < rf->n_classes; k++)
        weight += (double)totals[1 + k];
    if (rf->n_classes <= 2) {
        value[0] = weight > 0 ? (double)totals[2] / weight : 0.5;
        return;
    }
    for (int k = 0; k < rf->n_classes; k++)
        value[k] = weight > 0 ? (double)totals[1 + k] / weight : 1.0 / rf->n_classes;
}

static void rf_leaf(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    const struct rf *rf = self;
    if (rf->classes)
        leaf_shares(rf, totals, value);
    else
        *value = rows_mean(rf->table->y, rf->weight, rows);
}

static bool rf_leaf_by_rows(const void *self)
{
    const struct rf *rf = self;
    return !rf->classes;
}

static json_t *rf_describe(const void *params)
{
    const struct rf_params *p = params;
    struct buf mtry = BUF_INIT;
    json_t *j = NULL;

    if (mtry_show(&p->mtry, &mtry) == 0)
        j = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:f, s:b, s:s?, s:b, s:I}", "criterion",
            rf_criterion_names[p->criterion], "mtry", mtry.data, "mtry_per",
            p->mtry_per_tree ? "tree" : "node", "max_depth", (json_int_t)p->max_depth, "max_leaves",
            (json_int_t)p->max_leaves, "min_leaf", (json_int_t)p->min_leaf, "min_split",
            (json_int_t)p->min_split, "sample_fraction", p->sample_fraction, "replace", p->replace,
            "class_weight", p->class_weight, "extra_trees", p->extra_trees, "seed",
            (json_int_t)p->seed);
    buf_release(&mtry);
    return j;
}

const struct learner rf_learner = {
    .program = "rf",
    .rounds = "trees",
    .self_size = sizeof(struct rf),
    .start = rf_start,
    .release = rf_release,
    .forest = rf_forest,
    .stats = rf_stats,
    .sample = rf_sample,
    .leaves_out = rf_leaves_out,
    .leaf = rf_leaf,
    .leaf_by_rows = rf_leaf_by_rows,
    .describe = rf_describe,
};
