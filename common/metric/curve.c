/*
 * curve.c -- areas under ROC and precision-recall curves, exact with ties.
 *
 * The ROC area is the chance that a positive row scores above a negative one, equal scores counting
 * one half (Hanley and McNeil 1982).  Average precision is the sum over distinct scores of
 * precision times the rise in recall, without interpolation.  The area under the precision-recall
 * curve is that between its points too, where precision is no straight line (Keilwagen, Grosse and
 * Grau 2014).
 */
#include "common/metric/curve.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/metric/order.h"
#include "common/metric/plan.h"

int curve_init(struct curve *c, const double *score, int64_t stride, const double *y, int positive,
    int64_t n, struct err *err)
{
    *c = (struct curve){.n = n};
    if (n > CURVE_ROWS_MAX)
        return err_set(err, "too many rows for a curve: %lld", (long long)n);
    c->entry = mem_alloc((size_t)n, sizeof *c->entry);
    if (!c->entry)
        return err_memory(err);
    if (order_falling(score, stride, n, c->entry, err) < 0) {
        curve_release(c);
        return -1;
    }
    c->has_nan = n > 0 && isnan(score[c->entry[n - 1] * stride]);
    for (int64_t i = 0; i < n; i++) {
        uint32_t row = c->entry[i];
        bool last = i == n - 1 || score[row * stride] != score[c->entry[i + 1] * stride];
        c->entry[i] = row | (uint32_t)(y[row] == positive) << 30 | (uint32_t)last << 31;
    }
    return 0;
}

void curve_release(struct curve *c)
{
    mem_free(c->entry);
    c->entry = NULL;
}

void curve_measure(const struct curve *c, const double *weight, struct curve_areas *areas)
{
    double above[2] = {0, 0}, tied[2] = {0, 0}; /* negative, positive */
    double roc = 0, precision = 0;

    for (int64_t i = 0; i < c->n; i++) {
        uint32_t entry = c->entry[i];
        tied[curve_is_positive(entry)] += weight ? weight[curve_row(entry)] : 1;
        if (curve_is_point(entry)) {
            roc += tied[0] * (above[1] + tied[1] / 2);
            above[0] += tied[0];
            above[1] += tied[1];
            if (tied[1] > 0)
                precision += tied[1] * (above[1] / (above[0] + above[1]));
            tied[0] = tied[1] = 0;
        }
    }
    *areas = (struct curve_areas){.positive = above[1], .negative = above[0]};
    areas->roc = c->has_nan ? NAN : roc / (above[0] * above[1]);
    areas->average_precision = c->has_nan ? NAN : precision / above[1];
}

/*
 * Where weights p of positives and n of negatives come evenly upon P and N, the precision when a
 * share t of them has come is (P + t p) / (P + N + t (p + n)); its integral over t times p is, with
 * T = P + N and s = p + n,  p (p / s + (P - p T / s) / s log(1 + s / T)).
 */
static double rise_area(double positive, double total, double positives, double all)
{
    double share = positives / all;

    if (total == 0)
        return positives * share;
    return positives * (share + (positive - share * total) / all * log1p(all / total));
}

double curve_precision_area(const struct curve *c, const double *weight, double *positive)
{
    double above[2] = {0, 0}, tied[2] = {0, 0}, area = 0;

    for (int64_t i = 0; i < c->n; i++) {
        uint32_t entry = c->entry[i];
        tied[curve_is_positive(entry)] += weight ? weight[curve_row(entry)] : 1;
        if (curve_is_point(entry)) {
            if (tied[1] > 0)
                area += rise_area(above[1], above[0] + above[1], tied[1], tied[0] + tied[1]);
            above[0] += tied[0];
            above[1] += tied[1];
            tied[0] = tied[1] = 0;
        }
    }
    *positive = above[1];
    return c->has_nan || !(above[0] > 0) ? NAN : area / above[1];
}

/* Means over the classes that occur: one that does not has no curve, and one that is all there is
 * has no area. */
void evaluation_curves(struct evaluation *e)
{
    int classes = 0;

    e->auc = e->average_precision = 0;
    for (int i = 0; i < e->plan->n_curves; i++) {
        struct curve_areas areas;
        curve_measure(&e->plan->curves[i], e->weight, &areas);
        if (areas.positive > 0) {
            classes++;
            e->auc += areas.roc;
            e->average_precision += areas.average_precision;
        }
    }
    e->auc = classes ? e->auc / classes : NAN;
    e->average_precision = classes ? e->average_precision / classes : NAN;
}

static double auc_value(const struct evaluation *e, double parameter)
{
    (void)parameter;
    return e->auc;
}

static double average_precision_value(const struct evaluation *e, double parameter)
{
    (void)parameter;
    return e->average_precision;
}

static double aucpr_value(const struct evaluation *e, double parameter)
{
    double sum = 0;
    int classes = 0;

    (void)parameter;
    for (int i = 0; i < e->plan->n_curves; i++) {
        double positive, area = curve_precision_area(&e->plan->curves[i], e->weight, &positive);
        if (positive > 0) {
            classes++;
            sum += area;
        }
    }
    return classes ? sum / classes : NAN;
}

const struct metric_method auc_method = {PART_CURVES, auc_value};
const struct metric_method average_precision_method = {PART_CURVES, average_precision_value};
const struct metric_method aucpr_method = {PART_CURVES, aucpr_value};
