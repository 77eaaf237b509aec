/* report.c -- see report.h. */
#include "cmd/score/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/score/boot.h"
#include "common/base/buf.h"
#include "common/base/mem.h"

/* ---- which metrics ---- */

static bool all_within_unit(const double *value, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!(value[i] >= 0 && value[i] <= 1))
            return false;
    return true;
}

static const char *default_list(const struct scoring *s, const struct model *model, bool ranking)
{
    int n_classes = s->classification ? s->classes.n : 0;

    if (s->upper)
        return "aft_nloglik,interval_regression_accuracy";
    if (ranking && n_classes <= 2 && (model->value || model->prob))
        return "ndcg@10,map";
    if (n_classes == 2 && model->value)
        return all_within_unit(model->value, s->n) ? "log_loss,brier,auc,average_precision"
                                                   : "auc,average_precision";
    return metric_defaults(n_classes, model->prob != NULL);
}

static int metric_suits(const struct metric *m, const struct scoring *s, struct err *err)
{
    bool classification = s->classification;

    if (m->info->needs_upper && !s->upper)
        return err_usage(err, "metric '%s' needs --upper", m->name);
    if (classification ? m->info->classification : m->info->regression)
        return 0;
    return err_set(err, "metric '%s' is for %s, but the task is %s; --task overrides", m->name,
        classification ? "regression" : "classification",
        classification ? "classification" : "regression");
}

static int measures_init(
    struct measures *m, const char *list, const struct scoring *s, struct err *err)
{
    size_t items = 1;
    char name[64];

    for (const char *p = list; *p; p++)
        items += *p == ',';
    m->metrics = mem_alloc(items, sizeof *m->metrics);
    m->values = mem_alloc(items, sizeof *m->values);
    m->undefined = mem_zalloc(items, sizeof *m->undefined);
    m->failed = mem_zalloc(items, sizeof *m->failed);
    if (!m->metrics || !m->values || !m->undefined || !m->failed)
        return err_memory(err);
    for (;; list++) {
        size_t len = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", err_quote_len(len), list);
        if (metric_find(&m->metrics[m->n], name, err) < 0)
            return err_prefix(err, "--metric");
        if (metric_suits(&m->metrics[m->n], s, err) < 0)
            return -1;
        for (int i = 0; i < m->n; i++)
            if (strcmp(m->metrics[i].name, m->metrics[m->n].name) == 0)
                return err_usage(err, "--metric: '%s' twice", m->metrics[i].name);
        m->n++;
        list += len;
        if (!*list)
            return 0;
    }
}

int report_init(
    struct report *r, const struct scoring *s, const char *list, bool ranking, struct err *err)
{
    r->models = mem_zalloc((size_t)s->n_models, sizeof *r->models);
    if (!r->models)
        return err_memory(err);
    r->show_model = s->n_models > 1;
    for (int m = 0; m < s->n_models; m++) {
        const char *names = list ? list : default_list(s, &s->models[m], ranking);
        r->n_models++;
        if (measures_init(&r->models[m], names, s, err) < 0)
            return -1;
    }
    return 0;
}

void report_release(struct report *r)
{
    for (int m = 0; m < r->n_models; m++) {
        mem_free(r->models[m].failed);
        mem_free(r->models[m].undefined);
        mem_free(r->models[m].values);
        mem_free(r->models[m].metrics);
    }
    mem_free(r->models);
}

const char *report_columns(const struct report *r)
{
    static const char *const columns[2][2] = {{"metric,value", "metric,value,low,high"},
        {"model,metric,value", "model,metric,value,low,high"}};

    return columns[r->show_model][r->intervals];
}

/* ---- rows ---- */

static int put_row(const struct report *r, struct sheet *sheet, const char *model,
    const char *metric, double value, double low, double high, struct err *err)
{
    if (r->show_model && sheet_name(sheet, model, err) < 0)
        return -1;
    if (sheet_name(sheet, metric, err) < 0 || sheet_number(sheet, value, err) < 0)
        return -1;
    if (r->intervals && (sheet_number(sheet, low, err) < 0 || sheet_number(sheet, high, err) < 0))
        return -1;
    return sheet_end(sheet, err);
}

/* Samples of the bootstrap: value v of repeat i is all[i * width + v]. */
struct samples {
    int64_t n, width;
    double *all;
    double *one; /* room for those of one value */
};

/* Of value v, less those of value minus (-1: nothing). */
static void samples_interval(const struct samples *s, int64_t v, int64_t minus, double level,
    double *low, double *high, int64_t *failed)
{
    for (int64_t i = 0; i < s->n; i++) {
        const double *row = s->all + i * s->width;
        s->one[i] = row[v] - (minus < 0 ? 0 : row[minus]);
    }
    int64_t lost = s->n - boot_interval(s->one, s->n, level, low, high);
    if (lost > *failed)
        *failed = lost;
}

static int put_model(struct report *r, int m, const char *name, const struct samples *samples,
    int64_t first, struct sheet *sheet, struct err *err)
{
    struct measures *of = &r->models[m];

    for (int i = 0; i < of->n; i++) {
        double low = NAN, high = NAN;
        if (r->intervals)
            samples_interval(samples, first + i, -1, r->level, &low, &high, &of->failed[i]);
        of->undefined[i] += isnan(of->values[i]);
        if (put_row(r, sheet, name, of->metrics[i].name, of->values[i], low, high, err) < 0)
            return -1;
    }
    return 0;
}

/* What model m has over the first model, in the metrics that both have. */
static int put_difference(struct report *r, int m, const struct scoring *s,
    const struct samples *samples, int64_t first, struct sheet *sheet, struct err *err)
{
    const struct measures *a = &r->models[0], *b = &r->models[m];
    struct buf name = BUF_INIT;
    int ret = -1;

    if (buf_printf(&name, "%s-%s", s->models[m].name, s->models[0].name) < 0) {
        err_memory(err);
        goto out;
    }
    for (int i = 0; i < b->n; i++) {
        double low, high;
        int64_t failed = 0;
        int j = 0;
        while (j < a->n && strcmp(a->metrics[j].name, b->metrics[i].name) != 0)
            j++;
        if (j == a->n)
            continue;
        samples_interval(samples, first + i, j, r->level, &low, &high, &failed);
        if (put_row(r, sheet, name.data, b->metrics[i].name, b->values[i] - a->values[j], low, high,
                err) < 0)
            goto out;
    }
    ret = 0;
out:
    buf_release(&name);
    return ret;
}

static int put_all(struct report *r, const struct scoring *s, const struct samples *samples,
    struct sheet *sheet, struct err *err)
{
    int64_t first = 0;

    for (int m = 0; m < r->n_models; m++) {
        if (put_model(r, m, s->models[m].name, samples, first, sheet, err) < 0)
            return -1;
        first += r->models[m].n;
    }
    first = r->models[0].n;
    for (int m = 1; m < r->n_models && r->intervals; m++) {
        if (put_difference(r, m, s, samples, first, sheet, err) < 0)
            return -1;
        first += r->models[m].n;
    }
    return 0;
}

/* ---- values and samples ---- */

static int plans_init(
    struct metric_plan **plans, const struct report *r, const struct scoring *s, struct err *err)
{
    for (int m = 0; m < r->n_models; m++) {
        struct scored scored = scoring_model(s, m);
        plans[m] = metric_plan_new(r->models[m].metrics, r->models[m].n, &scored, err);
        if (!plans[m])
            return err->kind == ERR_MEMORY
                       ? -1
                       : err_prefix(err, "column '%s'", s->models[m].column->name);
        double *scratch = mem_alloc((size_t)metric_plan_scratch(plans[m]), sizeof *scratch);
        if (!scratch)
            return err_memory(err);
        metric_plan_evaluate(plans[m], s->weight, scratch, r->models[m].values);
        mem_free(scratch);
    }
    return 0;
}

static int samples_draw(struct samples *samples, const struct report *r, const struct scoring *s,
    struct metric_plan *const *plans, uint64_t key, const struct watch *watch, struct err *err)
{
    size_t cells;
    int ret = -1, *n_values = mem_alloc((size_t)r->n_models, sizeof *n_values);

    if (!n_values)
        return err_memory(err);
    samples->n = r->repeats;
    for (int m = 0; m < r->n_models; m++) {
        n_values[m] = r->models[m].n;
        samples->width += n_values[m];
    }
    samples->all = size_mul((size_t)samples->n, (size_t)samples->width, &cells)
                       ? mem_alloc(cells, sizeof *samples->all)
                       : NULL;
    samples->one = mem_alloc((size_t)samples->n, sizeof *samples->one);
    if (!samples->all || !samples->one) {
        err_memory(err);
        goto out;
    }
    struct boot boot = {.n = s->n,
        .weight = s->weight,
        .group = s->group,
        .n_groups = s->n_groups,
        .plans = (const struct metric_plan *const *)plans,
        .n_values = n_values,
        .n_plans = r->n_models,
        .repeats = r->repeats,
        .seed = r->seed,
        .key = key};
    ret = boot_run(&boot, samples->all, watch, err);
out:
    mem_free(n_values);
    return ret;
}

int report_rows(struct report *r, const struct scoring *s, uint64_t key, struct sheet *sheet,
    const struct watch *watch, struct err *err)
{
    struct samples samples = {.n = 0};
    int ret = -1;
    struct metric_plan **plans = mem_zalloc((size_t)r->n_models, sizeof(struct metric_plan *));

    if (!plans)
        return err_memory(err);
    if (plans_init(plans, r, s, err) < 0)
        goto out;
    if (r->intervals && samples_draw(&samples, r, s, plans, key, watch, err) < 0)
        goto out;
    ret = put_all(r, s, &samples, sheet, err);
out:
    mem_free(samples.one);
    mem_free(samples.all);
    for (int m = 0; m < r->n_models; m++)
        metric_plan_free(plans[m]);
    mem_free(plans);
    return ret;
}

/* ---- warnings ---- */

void report_warn(const struct report *r, const struct scoring *s, int64_t n_groups, const char *by,
    const struct watch *watch)
{
    for (int m = 0; m < r->n_models; m++) {
        const struct measures *of = &r->models[m];
        for (int i = 0; i < of->n; i++) {
            const char *metric = of->metrics[i].name;
            char model[96] = "", where[96] = "";
            if (r->show_model)
                snprintf(model, sizeof model, " of '%.60s'", s->models[m].name);
            if (by)
                snprintf(where, sizeof where, " in %lld of %lld group%s",
                    (long long)of->undefined[i], (long long)n_groups, n_groups == 1 ? "" : "s");
            if (of->undefined[i])
                watch_warn(watch, "%s%s is not defined%s: %s", metric, model, where,
                    of->metrics[i].info->undefined);
            else if (of->failed[i])
                watch_warn(watch, "%s%s: %lld of %lld repeat%s left out of its interval: %s",
                    metric, model, (long long)of->failed[i], (long long)r->repeats,
                    r->repeats == 1 ? "" : "s", of->metrics[i].info->undefined);
        }
    }
}
