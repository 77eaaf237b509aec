/* objective.c -- the table of objectives, and what they share; see objective.h. */
#include "cmd/xgb/objective.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/xgb/objective_parts.h"
#include "common/base/exps.h"
#include "common/cli/nearest.h"

const char *const aft_distributions[] = {"normal", "logistic", "extreme", NULL};
const char *const pair_methods[] = {"topk", "mean", NULL};

/* ---- choosing ---- */

static const struct objective *const all[] = {
    &objective_squarederror,
    &objective_squaredlogerror,
    &objective_pseudohubererror,
    &objective_absoluteerror,
    &objective_quantileerror,
    &objective_reg_logistic,
    &objective_gamma,
    &objective_tweedie,
    &objective_poisson,
    &objective_logistic,
    &objective_logitraw,
    &objective_hinge,
    &objective_softmax,
    &objective_softprob,
    &objective_cox,
    &objective_aft,
    &objective_ndcg,
    &objective_map,
    &objective_pairwise,
};
enum { N_OBJECTIVES = sizeof all / sizeof *all };

const struct objective *const *objectives(int *n)
{
    *n = N_OBJECTIVES;
    return all;
}

static void unknown_objective(const char *name, struct err *err)
{
    char known[512] = "";
    const char *best = NULL;
    size_t used = 0;

    for (int i = 0; i < N_OBJECTIVES; i++)
        nearest_try(&best, name, all[i]->name);
    if (best) {
        err_usage(err, "unknown objective '%.*s'; did you mean '%s'?", err_quote_len(strlen(name)),
            name, best);
        return;
    }
    for (int i = 0; i < N_OBJECTIVES && used < sizeof known; i++)
        used += (size_t)snprintf(
            known + used, sizeof known - used, "%s%s", i ? ", " : "", all[i]->name);
    err_usage(
        err, "unknown objective '%.*s'; there are %s", err_quote_len(strlen(name)), name, known);
}

const struct objective *objective_named(const char *name)
{
    for (int i = 0; i < N_OBJECTIVES; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

const struct objective *objective_choose(
    const char *name, const struct target *target, bool has_groups, struct err *err)
{
    bool classes = target->task == TASK_CLASSIFICATION;
    int n_classes = classes ? (int)dict_size(target->classes) : 0;

    if (!name)
        return !classes         ? &objective_squarederror
               : n_classes == 2 ? &objective_logistic
                                : &objective_softprob;
    const struct objective *o = objective_named(name);
    if (!o) {
        unknown_objective(name, err);
        return NULL;
    }
    if (o->task != target->task) {
        err_usage(err, "%s does not fit: '%s' is a %s target (--task %s would make it another)",
            name, target->name, task_names[target->task], task_names[o->task]);
        return NULL;
    }
    if (o->n_classes == 2 && n_classes != 2) {
        err_usage(err, "%s is for two classes: '%s' has %d", name, target->name, n_classes);
        return NULL;
    }
    if (o->ranking && !has_groups) {
        err_usage(err, "%s ranks the rows of a group: there are no groups", name);
        return NULL;
    }
    return o;
}

int objective_outputs(
    const struct objective *o, const struct objective_opts *opts, const struct target *target)
{
    return o->n_classes == 3               ? (int)dict_size(target->classes)
           : o == &objective_quantileerror ? opts->n_quantiles
                                           : 1;
}

/* ---- gradients by blocks ---- */

static void weigh(const struct objective_rows *rows, int64_t at, int64_t n, struct gradient *g)
{
    double positive = rows->objective->scales_positives ? rows->opts->scale_pos_weight : 1;

    if (!rows->weight && positive == 1)
        return;
    for (int64_t i = 0; i < n; i++) {
        double weight = objective_weight(rows, at + i) * (rows->y[at + i] == 1 ? positive : 1);
        g[i].s *= weight;
        g[i].h *= weight;
    }
}

void objective_gradients(const struct objective_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, struct gradient *g)
{
    int64_t width = rows->n_outputs;
    double f[OBJECTIVE_BLOCK];

    for (int64_t at = begin; at < end; at += OBJECTIVE_BLOCK) {
        int64_t n = end - at < OBJECTIVE_BLOCK ? end - at : OBJECTIVE_BLOCK;
        for (int64_t i = 0; width > 1 && i < n; i++)
            f[i] = raw[(at + i) * width + output];
        rows->objective->block(rows, width > 1 ? f : raw + at, output, at, n, g + at);
        weigh(rows, at, n, g + at);
    }
}

/* ---- where outputs start ---- */

double objective_mean(const struct objective_rows *rows)
{
    double mean = 0, total = 0;
    for (int64_t i = 0; i < rows->n; i++) {
        double weight = objective_weight(rows, i);
        total += weight;
        if (weight > 0)
            mean += (rows->y[i] - mean) * (weight / total);
    }
    return mean;
}

double objective_newton(const struct objective_rows *rows)
{
    const double f[OBJECTIVE_BLOCK] = {0};
    struct gradient g[OBJECTIVE_BLOCK];
    double s = 0, h = 0;

    for (int64_t at = 0; at < rows->n; at += OBJECTIVE_BLOCK) {
        int64_t n = rows->n - at < OBJECTIVE_BLOCK ? rows->n - at : OBJECTIVE_BLOCK;
        rows->objective->block(rows, f, 0, at, n, g);
        weigh(rows, at, n, g);
        for (int64_t i = 0; i < n; i++) {
            s += g[i].s;
            h += g[i].h;
        }
    }
    return s / (h > 1e-6 ? h : 1e-6);
}

double objective_mean_base(const struct objective_rows *rows, double (*margin)(double mean))
{
    bool mean = fabs(rows->opts->scale_pos_weight - 1) <= 1e-6;
    return mean ? margin(objective_mean(rows)) : objective_newton(rows);
}

double margin_same(double value)
{
    return value;
}

double margin_log(double value)
{
    return value > 0 ? log_one(value) : NAN;
}

double margin_odds(double value)
{
    double p = value < 1e-6 ? 1e-6 : value > 1 - 1e-6 ? 1 - 1e-6 : value;
    return value >= 0 && value <= 1 ? log_one(p / (1 - p)) : NAN;
}

/* ---- quantiles and orders ---- */

/* The kth of n items that weigh 1, from 0. */
static double item_at(struct weighted *items, size_t n, double k)
{
    return weighted_quantile(items, n, (k + 0.5) / (double)n);
}

double objective_quantile(struct weighted *items, size_t n, bool rows_weigh, double level)
{
    double last = (double)n - 1, position = level * ((double)n + 1) - 1, k = floor(position);

    if (rows_weigh)
        return weighted_quantile(items, n, level);
    if (position <= 0 || position >= last)
        return item_at(items, n, position <= 0 ? 0 : last);
    double below = item_at(items, n, k), above = item_at(items, n, k + 1);
    return below + (position - k) * (above - below);
}

static int keyed_compare(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                            : (x->row > y->row) - (x->row < y->row);
}

void keyed_sort(struct keyed *items, size_t n)
{
    qsort(items, n, sizeof *items, keyed_compare);
}
