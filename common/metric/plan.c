/* plan.c -- what a set of metrics needs, made once and evaluated under any weights; see metric.h.
 */
#include "common/metric/plan.h"

#include <math.h>

#include "common/base/mem.h"

enum { BLOCK = 65536 };

/* Has s what this metric looks at? */
static int metric_check(const struct metric *m, const struct scored *s, struct err *err)
{
    const struct metric_info *info = m->info;
    int parts = info->method->parts;

    if (s->n_classes ? !info->classification : !info->regression)
        return err_set(
            err, "metric '%s' is for %s", m->name, s->n_classes ? "regression" : "classification");
    if (parts & PART_LABELS && !s->label && !s->prob)
        return err_set(err, "metric '%s' needs predicted labels", m->name);
    if (parts & (PART_PROBS | PART_CURVES) && !s->prob && !(s->value && s->n_classes == 2))
        return err_set(err, "metric '%s' needs probabilities", m->name);
    if (info->takes == TAKES_THRESHOLD && s->n_classes != 2)
        return err_set(err, "metric '%s' needs two classes", m->name);
    if (parts & PART_VALUES && !s->value)
        return err_set(err, "metric '%s' needs predicted values", m->name);
    if (parts & PART_BOUNDS && !s->upper)
        return err_set(err, "metric '%s' needs upper bounds of the truth", m->name);
    if (!(parts & PART_QUERIES))
        return 0;
    if (!s->group)
        return err_set(err, "metric '%s' needs groups", m->name);
    if (s->n_classes > 2)
        return err_set(err, "metric '%s' needs a truth of numbers or two classes", m->name);
    if (!s->value && !s->prob)
        return err_set(err, "metric '%s' needs predicted values or probabilities", m->name);
    return 0;
}

/* Is a number of row what the metric wants? */
static int number_check(const struct metric *m, const struct scored *s, int64_t row,
    const char *what, double number, double least, bool above, struct err *err)
{
    if (above ? number > least : number >= least)
        return 0;
    return err_set(err, "metric '%s': row %lld: the %s is %g, not %s %g", m->name,
        (long long)(s->origin ? s->origin[row] : row) + 1, what, number,
        above ? "above" : "at least", least);
}

static int domain_check(const struct metric *m, const struct scored *s, struct err *err)
{
    const struct metric_domain *d = m->info->method->domain;

    for (int64_t i = 0; d && i < s->n; i++) {
        if (s->weight && !(s->weight[i] > 0))
            continue;
        if (number_check(m, s, i, "truth", s->y[i], d->truth, d->truth_above, err) < 0 ||
            number_check(m, s, i, "prediction", s->value[i], d->value, d->value_above, err) < 0)
            return -1;
        if (m->info->method->parts & PART_BOUNDS &&
            (number_check(m, s, i, "upper bound", s->upper[i], s->y[i], false, err) < 0 ||
                number_check(m, s, i, "upper bound", s->upper[i], 0, true, err) < 0))
            return -1;
    }
    return 0;
}

static int plan_make_curves(struct metric_plan *p, struct err *err)
{
    int k = p->s.n_classes, first = k == 2;

    p->curves = mem_zalloc((size_t)k, sizeof *p->curves);
    if (!p->curves)
        return err_memory(err);
    for (int c = first; c < k; c++) {
        const double *score = p->s.prob ? p->s.prob + c : p->s.value;
        int64_t stride = p->s.prob ? k : 1;
        if (curve_init(&p->curves[p->n_curves], score, stride, p->s.y, c, p->s.n, err) < 0)
            return -1;
        p->n_curves++;
    }
    return 0;
}

static int plan_make(struct metric_plan *p, const struct metric *metrics, struct err *err)
{
    p->metrics = mem_copy(metrics, (size_t)p->n_metrics, sizeof *metrics);
    if (!p->metrics)
        return err_memory(err);
    for (int i = 0; i < p->n_metrics; i++) {
        if (metric_check(&metrics[i], &p->s, err) < 0 || domain_check(&metrics[i], &p->s, err) < 0)
            return -1;
        p->parts |= metrics[i].info->method->parts;
    }
    if (p->parts & PART_PROBS && !p->s.prob)
        for (int64_t i = 0; i < p->s.n; i++)
            p->bad_score |= !(p->s.value[i] >= 0 && p->s.value[i] <= 1);
    if (p->parts & PART_CURVES && plan_make_curves(p, err) < 0)
        return -1;
    if (p->parts & PART_QUERIES) {
        p->queries = queries_new(&p->s, err);
        if (!p->queries)
            return -1;
    }
    if (p->parts & PART_TIMES) {
        p->times = times_new(&p->s, err);
        if (!p->times)
            return -1;
    }
    return 0;
}

struct metric_plan *metric_plan_new(
    const struct metric *metrics, int n_metrics, const struct scored *s, struct err *err)
{
    struct metric_plan *p = mem_zalloc(1, sizeof *p);

    if (!p) {
        err_memory(err);
        return NULL;
    }
    p->s = *s;
    p->n_metrics = n_metrics;
    if (plan_make(p, metrics, err) < 0) {
        metric_plan_free(p);
        return NULL;
    }
    return p;
}

void metric_plan_free(struct metric_plan *p)
{
    if (!p)
        return;
    mem_free(p->times);
    queries_free(p->queries);
    for (int i = 0; i < p->n_curves; i++)
        curve_release(&p->curves[i]);
    mem_free(p->curves);
    mem_free(p->metrics);
    mem_free(p);
}

int64_t metric_plan_scratch(const struct metric_plan *p)
{
    return p->parts & PART_LABELS ? 3 * (int64_t)p->s.n_classes : 1;
}

static double weight_total(const double *weight, int64_t n)
{
    double total = 0;

    if (!weight)
        return (double)n;
    for (int64_t start = 0; start < n; start += BLOCK) {
        double sum = 0;
        for (int64_t i = start; i < n && i < start + BLOCK; i++)
            sum += weight[i];
        total += sum;
    }
    return total;
}

void metric_plan_evaluate(
    const struct metric_plan *p, const double *weight, double *scratch, double *values)
{
    struct evaluation e = {.plan = p, .s = &p->s, .weight = weight};

    e.total = weight_total(weight, p->s.n);
    if (p->parts & PART_LABELS) {
        e.truth = scratch;
        e.predicted = scratch + p->s.n_classes;
        e.hits = scratch + 2 * (int64_t)p->s.n_classes;
        evaluation_tally(&e);
    }
    if (p->parts & PART_CURVES)
        evaluation_curves(&e);
    for (int i = 0; i < p->n_metrics; i++) {
        e.metric = &p->metrics[i];
        values[i] = e.total > 0 ? e.metric->info->method->value(&e, e.metric->parameter) : NAN;
    }
}

double evaluation_mean(const struct evaluation *e,
    double (*term)(const struct scored *s, int64_t row, double parameter), double parameter)
{
    double total = 0;

    for (int64_t start = 0; start < e->s->n; start += BLOCK) {
        double sum = 0;
        for (int64_t i = start; i < e->s->n && i < start + BLOCK; i++) {
            double weight = evaluation_weight(e, i);
            if (weight > 0)
                sum += weight * term(e->s, i, parameter);
        }
        total += sum;
    }
    return total / e->total;
}
