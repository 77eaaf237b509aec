/* charts.c -- see charts.h. */
#include "cmd/score/charts.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/metric/curve.h"

enum { CELLS_MAX = 1 << 24 };

int chart_check(const struct chart *chart, const struct scoring *all, struct err *err)
{
    if (!all->classification)
        return err_set(err, "%s: the task is regression, which has no classes", chart->option);
    for (int m = 0; m < all->n_models; m++) {
        const struct model *model = &all->models[m];
        if (chart->needs_labels ? !model->label : !model->prob && !model->value)
            return err_set(err, "%s: column '%s' has no %s", chart->option, model->column->name,
                chart->needs_labels ? "labels" : "probabilities");
        if (chart->needs_labels &&
            (int64_t)all->classes.n * (all->classes.n + model->n_others) > CELLS_MAX)
            return err_set(err, "%s: too many classes (%d)", chart->option, all->classes.n);
    }
    return 0;
}

static double row_weight(const struct scoring *s, int64_t i)
{
    return s->weight ? s->weight[i] : 1;
}

/* With two classes the positive one says it all. */
static int first_class(const struct scoring *all)
{
    return all->classes.n == 2 ? 1 : 0;
}

static double row_score(const struct scoring *s, const struct model *m, int64_t i, int c)
{
    return m->prob ? m->prob[i * s->classes.n + c] : c == 1 ? m->value[i] : 1 - m->value[i];
}

/* ---- confusion ---- */

static int confusion_put(
    const struct scoring *all, int m, const double *count, struct sheet *sheet, struct err *err)
{
    const struct model *model = &all->models[m];
    int k = all->classes.n, width = k + model->n_others;

    for (int t = 0; t < k; t++) {
        for (int p = 0; p < width; p++) {
            double cell = count[(int64_t)t * width + p];
            if (p >= k && cell == 0)
                continue;
            if ((all->n_models > 1 && sheet_name(sheet, model->name, err) < 0) ||
                sheet_name(sheet, all->classes.text[t], err) < 0 ||
                sheet_name(sheet, p < k ? all->classes.text[p] : model->others[p - k], err) < 0 ||
                sheet_number(sheet, cell, err) < 0 || sheet_end(sheet, err) < 0)
                return -1;
        }
    }
    return 0;
}

static int confusion_rows(const struct scoring *s, const struct scoring *all, int64_t bins,
    struct sheet *sheet, struct err *err)
{
    int ret = 0;

    (void)bins;
    for (int m = 0; m < s->n_models && ret == 0; m++) {
        int k = all->classes.n, width = k + all->models[m].n_others;
        double *count = mem_zalloc((size_t)k * (size_t)width, sizeof *count);
        if (!count)
            return err_memory(err);
        for (int64_t i = 0; i < s->n; i++)
            count[(int64_t)s->y[i] * width + s->models[m].label[i]] += row_weight(s, i);
        ret = confusion_put(all, m, count, sheet, err);
        mem_free(count);
    }
    return ret;
}

/* ---- calibration ---- */

struct bin {
    double weight, hits, sum;
};

/* Bins begin at their low bound; the last one has 1 too. */
static int64_t bin_of(double p, int64_t bins)
{
    int64_t b = (int64_t)(p * (double)bins);

    if (b < bins && p >= (double)(b + 1) / (double)bins) /* the product was rounded */
        b++;
    else if (b > 0 && p < (double)b / (double)bins)
        b--;
    return b < bins ? b : bins - 1;
}

static void bins_fill(struct bin *bin, int64_t bins, const struct scoring *s, int m, int c)
{
    memset(bin, 0, (size_t)bins * sizeof *bin);
    for (int64_t i = 0; i < s->n; i++) {
        double p = row_score(s, &s->models[m], i, c), weight = row_weight(s, i);
        int64_t b = bin_of(p, bins);
        bin[b].weight += weight;
        bin[b].sum += weight * p;
        bin[b].hits += s->y[i] == c ? weight : 0;
    }
}

static int bins_put(const struct bin *bin, int64_t bins, const struct scoring *all, int m, int c,
    struct sheet *sheet, struct err *err)
{
    for (int64_t b = 0; b < bins; b++) {
        if (sheet_name(sheet, all->models[m].name, err) < 0 ||
            sheet_name(sheet, all->classes.text[c], err) < 0 ||
            sheet_number(sheet, (double)(b + 1), err) < 0 ||
            sheet_number(sheet, (double)b / (double)bins, err) < 0 ||
            sheet_number(sheet, (double)(b + 1) / (double)bins, err) < 0 ||
            sheet_number(sheet, bin[b].weight > 0 ? bin[b].sum / bin[b].weight : NAN, err) < 0 ||
            sheet_number(sheet, bin[b].weight > 0 ? bin[b].hits / bin[b].weight : NAN, err) < 0 ||
            sheet_number(sheet, bin[b].weight, err) < 0 || sheet_end(sheet, err) < 0)
            return -1;
    }
    return 0;
}

static int scores_check(const struct scoring *s, const struct model *model, struct err *err)
{
    for (int64_t i = 0; i < s->n && !model->prob; i++)
        if (!(model->value[i] >= 0 && model->value[i] <= 1))
            return err_set(err, "--calibration: column '%s' has %g, which is not a probability",
                model->column->name, model->value[i]);
    return 0;
}

static int calibration_rows(const struct scoring *s, const struct scoring *all, int64_t bins,
    struct sheet *sheet, struct err *err)
{
    int ret = 0;
    struct bin *bin = mem_alloc((size_t)bins, sizeof *bin);

    if (!bin)
        return err_memory(err);
    for (int m = 0; m < s->n_models && ret == 0; m++) {
        ret = scores_check(s, &s->models[m], err);
        for (int c = first_class(all); c < all->classes.n && ret == 0; c++) {
            bins_fill(bin, bins, s, m, c);
            ret = bins_put(bin, bins, all, m, c, sheet, err);
        }
    }
    mem_free(bin);
    return ret;
}

/* ---- ROC ---- */

static int roc_point(struct sheet *sheet, const struct scoring *all, int m, int c, double threshold,
    double fpr, double tpr, struct err *err)
{
    if (sheet_name(sheet, all->models[m].name, err) < 0 ||
        sheet_name(sheet, all->classes.text[c], err) < 0 ||
        sheet_number(sheet, threshold, err) < 0 || sheet_number(sheet, fpr, err) < 0 ||
        sheet_number(sheet, tpr, err) < 0)
        return -1;
    return sheet_end(sheet, err);
}

/* A point for each distinct score: rows at or above it are called positive. */
static int roc_put(const struct curve *curve, const struct scoring *s, const struct scoring *all,
    int m, int c, struct sheet *sheet, struct err *err)
{
    struct curve_areas total;
    double above[2] = {0, 0};

    curve_measure(curve, s->weight, &total);
    if (roc_point(sheet, all, m, c, INFINITY, total.negative > 0 ? 0 : NAN,
            total.positive > 0 ? 0 : NAN, err) < 0)
        return -1;
    for (int64_t i = 0; i < curve->n; i++) {
        int64_t row = curve_row(curve->entry[i]);
        above[curve_is_positive(curve->entry[i])] += row_weight(s, row);
        if (curve_is_point(curve->entry[i]) &&
            roc_point(sheet, all, m, c, row_score(s, &s->models[m], row, c),
                above[0] / total.negative, above[1] / total.positive, err) < 0)
            return -1;
    }
    return 0;
}

static int roc_rows(const struct scoring *s, const struct scoring *all, int64_t bins,
    struct sheet *sheet, struct err *err)
{
    int ret = 0, k = all->classes.n;

    (void)bins;
    for (int m = 0; m < s->n_models; m++) {
        const struct model *model = &s->models[m];
        for (int c = first_class(all); c < k && ret == 0; c++) {
            struct curve curve;
            if (curve_init(&curve, model->prob ? model->prob + c : model->value,
                    model->prob ? k : 1, s->y, c, s->n, err) < 0)
                return -1;
            ret = roc_put(&curve, s, all, m, c, sheet, err);
            curve_release(&curve);
        }
    }
    return ret;
}

const struct chart confusion_chart = {"truth,predicted,count", confusion_rows, true, "--confusion"};
const struct chart calibration_chart = {"model,class,bin,low,high,mean_probability,frequency,count",
    calibration_rows, false, "--calibration"};
const struct chart roc_chart = {"model,class,threshold,fpr,tpr", roc_rows, false, "--roc"};
