/* metric.c -- the table of metrics and how one is found; see metric.h. */
#include "common/metric/metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/cli/nearest.h"
#include "common/metric/plan.h"

#define ONE_CLASS "the truth has one class only"
#define NO_ROWS   "no row has a positive weight"

static const struct metric_info infos[] = {
    {.name = "accuracy",
        .classification = true,
        .higher_is_better = true,
        .help = "rows whose class is predicted",
        .undefined = NO_ROWS,
        .method = &accuracy_method},
    {.name = "balanced_accuracy",
        .classification = true,
        .higher_is_better = true,
        .help = "mean recall of the classes",
        .undefined = NO_ROWS,
        .method = &balanced_accuracy_method},
    {.name = "log_loss",
        .classification = true,
        .needs_prob = true,
        .help = "mean of -log(probability of the true class)",
        .undefined = "a score is not within 0 and 1, or no row has a positive weight",
        .method = &log_loss_method},
    {.name = "brier",
        .classification = true,
        .needs_prob = true,
        .help = "mean squared error of probabilities",
        .undefined = "a score is not within 0 and 1, or no row has a positive weight",
        .method = &brier_method},
    {.name = "auc",
        .classification = true,
        .needs_prob = true,
        .higher_is_better = true,
        .help = "area under the ROC curve, one class against the rest",
        .undefined = ONE_CLASS,
        .method = &auc_method},
    {.name = "average_precision",
        .classification = true,
        .needs_prob = true,
        .higher_is_better = true,
        .help = "mean precision where recall rises",
        .undefined = "the truth has no positive row",
        .method = &average_precision_method},
    {.name = "precision",
        .classification = true,
        .higher_is_better = true,
        .help = "share of predicted positives that are positive",
        .undefined = "no row is predicted positive",
        .method = &precision_method},
    {.name = "recall",
        .classification = true,
        .higher_is_better = true,
        .help = "share of positives that are predicted so",
        .undefined = "the truth has no positive row",
        .method = &recall_method},
    {.name = "f1",
        .classification = true,
        .higher_is_better = true,
        .help = "harmonic mean of precision and recall",
        .undefined = "no row is positive, in truth or predicted",
        .method = &f1_method},
    {.name = "macro_f1",
        .classification = true,
        .higher_is_better = true,
        .help = "mean f1 of the classes",
        .undefined = NO_ROWS,
        .method = &macro_f1_method},
    {.name = "mcc",
        .classification = true,
        .higher_is_better = true,
        .help = "Matthews correlation",
        .undefined = ONE_CLASS,
        .method = &mcc_method},
    {.name = "rmse",
        .regression = true,
        .help = "root of the mean squared error",
        .undefined = NO_ROWS,
        .method = &rmse_method},
    {.name = "mae",
        .regression = true,
        .help = "mean absolute error",
        .undefined = NO_ROWS,
        .method = &mae_method},
    {.name = "r2",
        .regression = true,
        .higher_is_better = true,
        .help = "share of the variance explained",
        .undefined = "the truth does not vary",
        .method = &r2_method},
    {.name = "mape",
        .regression = true,
        .help = "mean of |error / truth|",
        .undefined = "the truth is 0 in a row",
        .method = &mape_method},
    {.name = "quantile_loss",
        .regression = true,
        .has_parameter = true,
        .parameter = 0.5,
        .help = "mean pinball loss of quantile A, as quantile_loss@A",
        .undefined = NO_ROWS,
        .method = &quantile_loss_method},
    {.name = "ndcg",
        .classification = true,
        .regression = true,
        .ranking = true,
        .higher_is_better = true,
        .has_parameter = true,
        .help = "discounted gain of each group's first K, as ndcg@K",
        .undefined = "no group has a relevant row",
        .method = &ndcg_method},
    {.name = "map",
        .classification = true,
        .regression = true,
        .ranking = true,
        .higher_is_better = true,
        .help = "mean over groups of the average precision",
        .undefined = "no group has a relevant row",
        .method = &map_method},
};
enum { N_INFOS = sizeof infos / sizeof *infos };

const struct metric_info *metric_infos(int *n)
{
    *n = N_INFOS;
    return infos;
}

static int unknown_metric(const char *name, struct err *err)
{
    char known[512] = "", typed[ERR_QUOTE_MAX + 1];
    const char *best = NULL;
    size_t used = 0;

    snprintf(typed, sizeof typed, "%.*s", err_quote_len(strcspn(name, "@")), name);
    for (int i = 0; i < N_INFOS && !best && strlen(typed) > 1; i++)
        if (str_starts(infos[i].name, typed)) /* "acc" */
            best = infos[i].name;
    bool begun = best != NULL;
    for (int i = 0; i < N_INFOS && !begun; i++)
        nearest_try(&best, typed, infos[i].name);
    if (best)
        return err_usage(err, "unknown metric '%.*s'; did you mean '%s'?",
            err_quote_len(strlen(name)), name, best);
    for (int i = 0; i < N_INFOS && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s%s", i ? ", " : "",
            infos[i].name,
            !infos[i].has_parameter   ? ""
            : infos[i].parameter == 0 ? "[@K]"
                                      : "@A");
    return err_usage(
        err, "unknown metric '%.*s'; there are %s", err_quote_len(strlen(name)), name, known);
}

/* What stands behind '@': a whole number of positions for ndcg, a level within (0, 1) else. */
static int read_parameter(struct metric *m, const char *name, const char *text, struct err *err)
{
    char *end;
    bool count = m->info->parameter == 0;
    double value = strtod(text, &end);

    if (strchr("0123456789.", *text) == NULL || *text == '\0' || *end != '\0' ||
        (count ? value < 1 || value > 1e9 || value != floor(value) : !(value > 0 && value < 1)))
        return err_usage(err, "metric '%.*s': '%.*s' is not %s", err_quote_len(strlen(name)), name,
            err_quote_len(strlen(text)), text, count ? "a number of positions" : "between 0 and 1");
    m->parameter = value;
    return 0;
}

int metric_find(struct metric *m, const char *name, struct err *err)
{
    size_t len = strcspn(name, "@");
    int i;

    for (i = 0; i < N_INFOS; i++)
        if (strlen(infos[i].name) == len && memcmp(infos[i].name, name, len) == 0)
            break;
    if (i == N_INFOS)
        return unknown_metric(name, err);
    m->info = &infos[i];
    m->parameter = m->info->parameter;
    if (name[len] == '@') {
        if (!m->info->has_parameter)
            return err_usage(err, "metric '%s' takes no parameter", m->info->name);
        if (read_parameter(m, name, name + len + 1, err) < 0)
            return -1;
    }
    if (m->parameter != 0)
        snprintf(m->name, sizeof m->name, "%s@%.12g", m->info->name, m->parameter);
    else
        snprintf(m->name, sizeof m->name, "%s", m->info->name);
    return 0;
}

const char *metric_defaults(int n_classes, bool has_prob)
{
    if (n_classes == 0)
        return "rmse,mae,r2";
    if (n_classes == 2)
        return has_prob ? "accuracy,balanced_accuracy,f1,mcc,log_loss,brier,auc,average_precision"
                        : "accuracy,balanced_accuracy,f1,mcc";
    return has_prob ? "accuracy,balanced_accuracy,macro_f1,mcc,log_loss,brier,auc"
                    : "accuracy,balanced_accuracy,macro_f1,mcc";
}

int metric_compute(const struct metric *m, const struct scored *s, double *value, struct err *err)
{
    int ret = -1;
    double *scratch = NULL;
    struct metric_plan *plan = metric_plan_new(m, 1, s, err);

    if (!plan)
        goto out;
    scratch = mem_alloc((size_t)metric_plan_scratch(plan), sizeof *scratch);
    if (!scratch) {
        err_memory(err);
        goto out;
    }
    metric_plan_evaluate(plan, s->weight, scratch, value);
    ret = 0;
out:
    mem_free(scratch);
    metric_plan_free(plan);
    return ret;
}
