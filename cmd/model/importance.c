/*
 * model importance -- what the columns are worth to a model of trees, a line of CSV a column and
 * kind.
 *
 * User manual: man/model.1.
 */
#include <math.h>
#include <string.h>

#include "cmd/model/cmd.h"
#include "cmd/model/decrease.h"
#include "cmd/model/facts.h"
#include "cmd/model/opened.h"
#include "cmd/model/permute.h"
#include "common/base/mem.h"
#include "common/io/format/csv.h"
#include "common/io/format/number.h"
#include "common/learner/learner.h"
#include "common/tree/linear.h"

/* In the order of the result. */
enum kind { IMPURITY, COUNT, WEIGHT, PERMUTATION, PERMUTATION_SD, DEBIASED, N_KINDS };
static const char *const kind_names[] = {
    "impurity", "count", "weight", "permutation", "permutation_sd", "debiased"};

struct options {
    struct common_options common;
    struct read_opts read;
    const char *kinds, *metric;
    int64_t repeats;
    bool normalise, sort;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT, .read = READ_OPTIONS_INIT, .repeats = 5};

static const struct opt table[] = {
    OPT_HEAD("Result"),
    OPT_STRING(0, "kind", struct options, kinds, "LIST",
        "impurity, count (or weight, of columns), and with DATA permutation, debiased; else all "
        "there can be"),
    OPT_FLAG(0, "normalize", struct options, normalise, "impurity or weight adds up to 1"),
    OPT_FLAG(0, "sort", struct options, sort, "within a kind, the most important columns first"),
    OPT_STRING(0, "metric", struct options, metric, "NAME",
        "what permutation measures, as score(1) names it; else accuracy or r2"),
    OPT_INT(0, "repeats", struct options, repeats, 1, 1 << 20, "N", "shuffles of each column"),
    OPT_HEAD("Rows"),
    OPT_STRING('w', "weight", struct options, read.weight, "COL", "column of row weights"),
    OPT_FLAG(0, "drop-missing-target", struct options, read.drop_missing_target,
        "leave out rows without a target"),
    OPT_GROUP(format_opts_table, struct options, read.format),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

struct result {
    const struct schema *schema;
    bool wanted[N_KINDS];
    double *value[N_KINDS]; /* [n_cols] where wanted */
    int *order;             /* [n_features] columns that are not ignored */
    int n;
};

static bool needs_rows(int kind)
{
    return kind > WEIGHT;
}

/* ---- options ---- */

static int kind_find(const char *name, size_t len, struct err *err)
{
    for (int i = 0; i < N_KINDS; i++)
        if (i != PERMUTATION_SD && strlen(kind_names[i]) == len &&
            strncmp(kind_names[i], name, len) == 0)
            return i;
    return err_usage(err, "--kind: '%.*s' is not impurity, count, weight, permutation or debiased",
        err_quote_len(len), name);
}

static int kinds_choose(struct result *r, const struct options *o, const char *data,
    const struct tree_model *m, struct err *err)
{
    bool linear = m->forest.linear != NULL;

    for (int i = 0; i < N_KINDS; i++)
        r->wanted[i] = !o->kinds && (needs_rows(i) ? data != NULL : (i == WEIGHT) == linear);
    if (!o->kinds)
        r->wanted[DEBIASED] = data && leaves_are_means(&m->forest);
    for (const char *at = o->kinds; at;) {
        size_t len = strcspn(at, ",");
        int kind = kind_find(at, len, err);
        if (kind < 0)
            return -1;
        if (needs_rows(kind) && !data)
            return err_usage(
                err, "--kind: %s needs rows: name DATA after the model", kind_names[kind]);
        if (!needs_rows(kind) && (kind == WEIGHT) != linear)
            return err_usage(err, "--kind: %s is of %s", kind_names[kind],
                linear ? "trees, and the model has weights of columns"
                       : "models that have weights of columns, and this one has trees");
        if (kind == DEBIASED && !leaves_are_means(&m->forest))
            return err_usage(
                err, "--kind: debiased is for trees that are averaged, and these are not");
        r->wanted[kind] = true;
        at = at[len] ? at + len + 1 : NULL;
    }
    r->wanted[PERMUTATION_SD] = r->wanted[PERMUTATION] && o->repeats > 1;
    if (o->metric && !r->wanted[PERMUTATION])
        return err_usage(err, "--metric goes with permutation%s", data ? "" : ": name DATA");
    return 0;
}

static int metric_choose(
    struct metric *metric, const char *name, const struct table *t, struct err *err)
{
    bool classes = t->target.task == TASK_CLASSIFICATION;

    if (!name)
        name = classes ? "accuracy" : "r2";
    if (metric_find(metric, name, err) < 0)
        return -1;
    const struct metric_info *info = metric->info;
    if (info->needs_upper ||
        (info->ranking ? !t->group : !(classes ? info->classification : info->regression)))
        return err_usage(err, "--metric: %s does not fit a %s target%s", info->name,
            task_names[t->target.task], info->ranking ? " without groups" : "");
    return 0;
}

/* ---- the result ---- */

static int result_init(struct result *r, const struct schema *s, struct err *err)
{
    size_t n = (size_t)s->n_cols;

    r->schema = s;
    r->order = mem_alloc(n, sizeof *r->order);
    if (!r->order)
        return err_memory(err);
    for (int c = 0; c < s->n_cols; c++)
        if (s->cols[c].kind != COL_IGNORED)
            r->order[r->n++] = c;
    for (int i = 0; i < N_KINDS; i++)
        if (r->wanted[i] && !(r->value[i] = mem_zalloc(n, sizeof *r->value[i])))
            return err_memory(err);
    return 0;
}

static void result_release(struct result *r)
{
    for (int i = 0; i < N_KINDS; i++)
        mem_free(r->value[i]);
    mem_free(r->order);
}

/* The sizes of a column's weights for all outputs, added up. */
static void weights_size(const struct forest *f, bool normalise, double *value)
{
    double sum = 0;

    for (int i = 0; i < f->linear_cols; i++) {
        for (int j = 0; j < f->n_outputs; j++)
            value[i] += fabs(linear_weights(f, j)[i]);
        sum += value[i];
    }
    for (int i = 0; normalise && sum > 0 && i < f->linear_cols; i++)
        value[i] /= sum;
}

static int result_fill(struct result *r, const struct options *o, const struct tree_model *m,
    const struct table *rows, const struct watch *w, struct err *err)
{
    int n_cols = m->schema.n_cols;

    if (r->wanted[IMPURITY] &&
        decrease_of_impurity(&m->forest, n_cols, o->normalise, r->value[IMPURITY], err) < 0)
        return -1;
    if (r->wanted[COUNT])
        count_splits(&m->forest, n_cols, r->value[COUNT]);
    if (r->wanted[WEIGHT])
        weights_size(&m->forest, o->normalise, r->value[WEIGHT]);
    if (r->wanted[PERMUTATION]) {
        struct permute_opts opts = {.repeats = (int)o->repeats, .seed = (uint64_t)o->common.seed};
        double *sd = r->value[PERMUTATION_SD], *unused = NULL;
        if (!sd && !(sd = unused = mem_alloc((size_t)n_cols, sizeof *unused)))
            return err_memory(err);
        struct permuted p = {.mean = r->value[PERMUTATION], .sd = sd};
        int ret = metric_choose(&opts.metric, o->metric, rows, err);
        if (ret == 0)
            ret = permutation_importance(m, rows, &opts, &p, w, err);
        mem_free(unused);
        if (ret < 0)
            return -1;
        watch_info(w, "%s %.6g on %lld row%s", opts.metric.name, p.baseline,
            (long long)rows->n_rows, rows->n_rows == 1 ? "" : "s");
    }
    return r->wanted[DEBIASED] ? debiased_decrease(m, rows, r->value[DEBIASED], w, err) : 0;
}

/* order[n] by falling value, equal ones as they were: a merge sort from below. */
static void sort_falling(int *order, int *spare, int n, const double *value)
{
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t begin = 0; begin < n; begin += 2 * width) {
            int64_t middle = begin + width < n ? begin + width : n;
            int64_t end = begin + 2 * width < n ? begin + 2 * width : n;
            int64_t a = begin, b = middle;
            for (int64_t to = begin; to < end; to++)
                spare[to] = a < middle && (b == end || !(value[order[b]] > value[order[a]]))
                                ? order[a++]
                                : order[b++];
        }
        memcpy(order, spare, (size_t)n * sizeof *order);
    }
}

static int result_write(const struct result *r, bool sort, struct output *out, struct err *err)
{
    int *order = mem_copy(r->order, (size_t)r->n, sizeof *order);
    int *spare = mem_alloc((size_t)r->n, sizeof *spare), ret = -1;
    char text[NUMBER_MAX];

    if (!order || !spare) {
        err_memory(err);
        goto out;
    }
    if (output_printf(out, err, "column,kind,value\n") < 0)
        goto out;
    for (int kind = 0; kind < N_KINDS; kind++) {
        if (!r->wanted[kind])
            continue;
        /* deviations stand in the order of their means */
        if (sort && kind != PERMUTATION_SD) {
            memcpy(order, r->order, (size_t)r->n * sizeof *order);
            sort_falling(order, spare, r->n, r->value[kind]);
        }
        for (int i = 0; i < r->n; i++) {
            const char *name = r->schema->cols[order[i]].name;
            number_write(r->value[kind][order[i]], text);
            if (csv_put_field(out, name, strlen(name), ',', err) < 0 ||
                output_printf(out, err, ",%s,%s\n", kind_names[kind], text) < 0)
                goto out;
        }
    }
    ret = 0;
out:
    mem_free(order);
    mem_free(spare);
    return ret;
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct opened opened = OPENED_INIT;
    struct table rows = TABLE_INIT;
    struct result result = {.n = 0};
    struct output out = OUTPUT_INIT;
    const char *model, *data;
    int ret = -1;

    if (operands_take(files, true, o->common.output, &model, &data, err) < 0 ||
        opened_read(&opened, model, WANT_STATS, err) < 0)
        goto out;
    const struct tree_model *m = &opened.model;
    if (forest_is_empty(&m->forest)) {
        err_set(err, "%s: a checkpoint without trees", opened.name);
        goto out;
    }
    if (kinds_choose(&result, o, data, m, err) < 0 || result_init(&result, &m->schema, err) < 0)
        goto out;
    if (data && !m->target.name) {
        err_set(err, "%s: the model has no target to compare with", opened.name);
        goto out;
    }
    if (data && rows_read(&rows, m, data, &o->read, true, watch, err) < 0)
        goto out;
    if (result_fill(&result, o, m, &rows, watch, err) < 0 ||
        output_open(&out, o->common.output, OUTPUT_TEXT, err) < 0 ||
        result_write(&result, o->sort, &out, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    result_release(&result);
    table_release(&rows);
    opened_release(&opened);
    return ret;
}

VERB(model_importance, "importance", "what the columns are worth to the trees of a model",
    "[options] MODEL [DATA] > CSV", table, struct options, defaults, 0, run)
