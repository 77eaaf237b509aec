/* rf.c -- what makes a forest random: bootstraps, columns, leaves; see rf.h. */
#include "cmd/rf/rf.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/io/format/number.h"

const char *const rf_criterion_names[] = {"auto", "gini", "entropy", "squared", NULL};

/* Beyond this, and below its inverse, squares and their sums would leave the range of double. */
#define LARGEST 1e100

struct rf {
    const struct rf_params *params;
    const struct table *table;
    bool classes;
    int n_classes;
    double *weight; /* [n_rows] of a row in sums and leaves: row weight times class weight */
    int32_t *slot;  /* [n_rows] class; NULL in regression */
    int64_t *fixed[2];
    struct row_stats stats;
    uint32_t *drawable; /* rows that weigh something; NULL: all do */
    int64_t n_drawable;
    int64_t n_draws; /* of them for a tree */
    score_fn *score;
};

/* ---- mtry ---- */

static const char *const mtry_names[] = {"auto", "sqrt", "log2", "third", "all", NULL};

int rf_mtry_parse(const char *text, void *field, struct err *err)
{
    struct rf_mtry *mtry = field;
    double amount;

    for (int i = 0; mtry_names[i]; i++)
        if (strcmp(text, mtry_names[i]) == 0) {
            *mtry = (struct rf_mtry){.rule = (enum rf_mtry_rule)i};
            return 0;
        }
    if (number_read(text, strlen(text), &amount)) {
        if (amount >= 1 && amount <= 1 << 24 && amount == floor(amount) && !strchr(text, '.')) {
            *mtry = (struct rf_mtry){MTRY_COUNT, amount};
            return 0;
        }
        if (amount > 0 && amount <= 1) {
            *mtry = (struct rf_mtry){MTRY_FRACTION, amount};
            return 0;
        }
    }
    return err_usage(err,
        "'%s' is not sqrt, log2, third, all, a whole number from 1 or a fraction "
        "up to 1.0",
        text);
}

int rf_mtry_show(const void *field, struct buf *out)
{
    const struct rf_mtry *mtry = field;
    char text[NUMBER_MAX];
    if (mtry->rule < MTRY_COUNT)
        return buf_str(out, mtry_names[mtry->rule]);
    number_write(mtry->amount, text);
    /* a fraction of 1 is all columns, a count of 1 is one */
    return mtry->rule == MTRY_FRACTION && mtry->amount == 1 ? buf_str(out, "1.0")
                                                            : buf_str(out, text);
}

int rf_mtry_count(const struct rf_mtry *mtry, bool regression, int d)
{
    enum rf_mtry_rule rule = mtry->rule;
    double n = d;

    if (rule == MTRY_AUTO)
        rule = regression ? MTRY_THIRD : MTRY_SQRT;
    switch (rule) {
    case MTRY_SQRT:
        n = floor(sqrt(d));
        break;
    case MTRY_LOG2:
        n = floor(log2(d));
        break;
    case MTRY_THIRD:
        n = d / 3;
        break;
    case MTRY_COUNT:
        n = mtry->amount;
        break;
    case MTRY_FRACTION:
        n = floor(mtry->amount * d);
        break;
    case MTRY_AUTO:
    case MTRY_ALL:
        break;
    }
    return n < 1 ? 1 : n > d ? d : (int)n;
}

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
    double *by_class = NULL, sum = 0;
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
        sum += rf->weight[i];
        if (rf->weight[i] > LARGEST) {
            err_set(err, "a weight of %g is too large to add up: scale the weights", rf->weight[i]);
            goto out;
        }
    }
    ret = sum > 1 / LARGEST ? 0
          : sum > 0         ? err_set(err, "the weights are too small to add up: scale them")
                            : err_set(err, "all rows have weight 0");
out:
    mem_free(by_class);
    return ret;
}

/* ---- statistics ---- */

static double max_abs(const double *values, int64_t n)
{
    double max = 0;
    for (int64_t i = 0; i < n; i++)
        if (fabs(values[i]) > max)
            max = fabs(values[i]);
    return max;
}

static int fixed_alloc(struct rf *rf, int which, int64_t n, struct err *err)
{
    rf->fixed[which] = mem_alloc((size_t)n, sizeof *rf->fixed[which]);
    rf->stats.value[which] = rf->fixed[which];
    return rf->fixed[which] ? 0 : err_memory(err);
}

static int stats_weights(struct rf *rf, const struct table *t, struct err *err)
{
    if (fixed_alloc(rf, 0, t->n_rows, err) < 0)
        return -1;
    rf->stats.unit[0] = stats_unit(max_abs(rf->weight, t->n_rows), t->n_rows);
    rf->stats.equal_weights = true;
    for (int64_t i = 0; i < t->n_rows; i++) {
        rf->fixed[0][i] = stats_fixed(rf->weight[i], rf->stats.unit[0]);
        rf->stats.equal_weights &= rf->fixed[0][i] == rf->fixed[0][0];
    }
    return 0;
}

static int stats_classes(struct rf *rf, const struct table *t, struct err *err)
{
    rf->slot = mem_alloc((size_t)t->n_rows, sizeof *rf->slot);
    if (!rf->slot)
        return err_memory(err);
    for (int64_t i = 0; i < t->n_rows; i++)
        rf->slot[i] = (int32_t)t->y[i];
    rf->stats.slot = rf->slot;
    rf->stats.n_sums = rf->n_classes;
    return 0;
}

static double weighted_mean(const double *y, const double *weight, int64_t n)
{
    double mean = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += weight[i];
        if (weight[i] > 0)
            mean += (y[i] - mean) * (weight[i] / sum);
    }
    return mean;
}

/* Weighted targets about their mean, which keeps the fixed point's bits for what differs. */
static int stats_values(struct rf *rf, const struct table *t, struct err *err)
{
    double largest = max_abs(t->y, t->n_rows), mean, max = 0;

    if (largest > LARGEST)
        return err_set(err, "the target '%s' has values beyond 1e100: scale it", t->target.name);
    mean = weighted_mean(t->y, rf->weight, t->n_rows);
    if (fixed_alloc(rf, 1, t->n_rows, err) < 0)
        return -1;
    for (int64_t i = 0; i < t->n_rows; i++)
        max = fmax(max, fabs(rf->weight[i] * (t->y[i] - mean)));
    if (max > 0 && max < 1 / LARGEST)
        return err_set(
            err, "the target '%s' hardly differs: below 1e-100: scale it", t->target.name);
    rf->stats.unit[1] = stats_unit(max, t->n_rows);
    for (int64_t i = 0; i < t->n_rows; i++)
        rf->fixed[1][i] = stats_fixed(rf->weight[i] * (t->y[i] - mean), rf->stats.unit[1]);
    rf->stats.target = t->y;
    rf->stats.n_sums = 2;
    return 0;
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

/* Rows of weight 0 are in no tree's sample. */
static int drawable_rows(struct rf *rf, const struct table *t, struct err *err)
{
    int64_t n = 0;

    for (int64_t i = 0; i < t->n_rows; i++)
        n += rf->fixed[0][i] > 0;
    rf->n_drawable = n;
    if (n == t->n_rows)
        return 0;
    rf->drawable = mem_alloc((size_t)n, sizeof *rf->drawable);
    if (!rf->drawable)
        return err_memory(err);
    n = 0;
    for (int64_t i = 0; i < t->n_rows; i++)
        if (rf->fixed[0][i] > 0)
            rf->drawable[n++] = (uint32_t)i;
    return 0;
}

/* At least one row, and without replacement no more than there are. */
static int64_t count_draws(const struct rf_params *p, int64_t n_rows)
{
    double fraction = p->sample_fraction > 0 ? p->sample_fraction : p->replace ? 1 : 0.632;
    double n = nearbyint(fraction * (double)n_rows);
    return n < 1 ? 1 : n > (double)n_rows ? n_rows : (int64_t)n;
}

static void grow_choose(const struct rf *rf, const struct table *t, struct grow_opts *grow)
{
    const struct rf_params *p = rf->params;
    int d = usable_columns(t), mtry = rf_mtry_count(&p->mtry, !rf->classes, d);
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
        stats_weights(rf, train, err) < 0 || drawable_rows(rf, train, err) < 0)
        return -1;
    rf->n_draws = count_draws(rf->params, rf->n_drawable);
    grow_choose(rf, train, grow);
    return rf->classes ? stats_classes(rf, train, err) : stats_values(rf, train, err);
}

static void rf_release(void *self)
{
    struct rf *rf = self;
    mem_free(rf->weight);
    mem_free(rf->slot);
    mem_free(rf->drawable);
    mem_free(rf->fixed[0]);
    mem_free(rf->fixed[1]);
}

static int rf_n_outputs(const void *self)
{
    const struct rf *rf = self;
    return rf->n_classes > 2 ? rf->n_classes : 1;
}

static const struct row_stats *rf_stats(const void *self)
{
    const struct rf *rf = self;
    return &rf->stats;
}

/* A bootstrap, or a choice without replacement (Knuth's algorithm S), of the rows that weigh
 * something. */
static void rf_sample(const void *self, int tree, uint16_t *draws)
{
    const struct rf *rf = self;
    int64_t n = rf->n_drawable, left = rf->n_draws;
    struct rng r;

    rng_init(&r, rf->params->seed, RNG_BAG, (uint32_t)tree, 0);
    memset(draws, 0, (size_t)rf->table->n_rows * sizeof *draws);
    for (int64_t i = 0; i < rf->n_draws && rf->params->replace; i++) {
        uint64_t at = rng_below(&r, (uint64_t)n);
        uint64_t row = rf->drawable ? rf->drawable[at] : at;
        draws[row] += draws[row] < UINT16_MAX;
    }
    for (int64_t at = 0; at < n && left && !rf->params->replace; at++)
        if ((int64_t)rng_below(&r, (uint64_t)(n - at)) < left) {
            draws[rf->drawable ? rf->drawable[at] : at] = 1;
            left--;
        }
}

/* Can a row be in no sample?  Then it is out of bag. */
static bool rf_leaves_out(const void *self)
{
    const struct rf *rf = self;
    return rf->n_draws < rf->n_drawable || (rf->params->replace && rf->n_drawable > 1);
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

/* The mean; of equal targets just that, without rounding. */
static void leaf_mean(const struct rf *rf, const struct hist_rows *rows, double *value)
{
    const double *y = rf->table->y;
    double first = rows->n ? y[rows->row[0]] : 0, sum = 0, weight = 0;
    bool equal = true;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i];
        double w = rows->draws[row] * rf->weight[row];
        equal &= y[row] == first;
        sum += w * y[row];
        weight += w;
    }
    *value = equal || weight <= 0 ? first : sum / weight;
}

static void rf_leaf(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    const struct rf *rf = self;
    if (rf->classes)
        leaf_shares(rf, totals, value);
    else
        leaf_mean(rf, rows, value);
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

    if (rf_mtry_show(&p->mtry, &mtry) == 0)
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
    .kind = FOREST_MEAN,
    .self_size = sizeof(struct rf),
    .start = rf_start,
    .release = rf_release,
    .n_outputs = rf_n_outputs,
    .stats = rf_stats,
    .sample = rf_sample,
    .leaves_out = rf_leaves_out,
    .leaf = rf_leaf,
    .leaf_by_rows = rf_leaf_by_rows,
    .describe = rf_describe,
};
