/* metric.c -- the table of metrics; see metric.h. */
#include "common/metric/metric.h"

#include "common/base/mem.h"
#include "common/metric/plan.h"

#define ONE_CLASS "the truth has one class only"
#define NO_ROWS   "no row has a positive weight"
#define BAD_SCORE "a score is not within 0 and 1, or no row has a positive weight"

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
    {.name = "error",
        .also = {"merror"},
        .classification = true,
        .help = "rows whose class is not predicted",
        .undefined = NO_ROWS,
        .method = &error_method},
    {.name = "error",
        .classification = true,
        .needs_prob = true,
        .takes = TAKES_THRESHOLD,
        .help = "rows whose class is not predicted where a probability above T is positive",
        .undefined = NO_ROWS,
        .method = &threshold_error_method},
    {.name = "log_loss",
        .also = {"logloss", "mlogloss"},
        .classification = true,
        .needs_prob = true,
        .help = "mean of -log(probability of the true class)",
        .undefined = BAD_SCORE,
        .method = &log_loss_method},
    {.name = "brier",
        .classification = true,
        .needs_prob = true,
        .help = "mean squared error of probabilities",
        .undefined = BAD_SCORE,
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
    {.name = "aucpr",
        .classification = true,
        .needs_prob = true,
        .higher_is_better = true,
        .help = "area under the precision-recall curve, one class against the rest",
        .undefined = ONE_CLASS,
        .method = &aucpr_method},
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
    {.name = "rmsle",
        .regression = true,
        .help = "root of the mean squared error of log(1 + value)",
        .undefined = NO_ROWS,
        .method = &rmsle_method},
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
    {.name = "mphe",
        .regression = true,
        .takes = TAKES_SCALE,
        .parameter = 1,
        .help = "mean pseudo-Huber error of slope S (1), as mphe@S",
        .undefined = NO_ROWS,
        .method = &mphe_method},
    {.name = "quantile_loss",
        .also = {"quantile"},
        .regression = true,
        .takes = TAKES_LEVEL,
        .parameter = 0.5,
        .help = "mean pinball loss of quantile A, as quantile_loss@A",
        .undefined = NO_ROWS,
        .method = &quantile_loss_method},
    {.name = "poisson_nloglik",
        .regression = true,
        .help = "mean -log(likelihood) of counts",
        .undefined = NO_ROWS,
        .method = &poisson_nloglik_method},
    {.name = "gamma_nloglik",
        .regression = true,
        .help = "mean -log(likelihood) of the gamma distribution of shape 1",
        .undefined = NO_ROWS,
        .method = &gamma_nloglik_method},
    {.name = "gamma_deviance",
        .regression = true,
        .help = "mean deviance of the gamma distribution",
        .undefined = NO_ROWS,
        .method = &gamma_deviance_method},
    {.name = "tweedie_nloglik",
        .regression = true,
        .takes = TAKES_POWER,
        .parameter = 1.5,
        .help = "mean -log(likelihood) of variance power P, as tweedie_nloglik@P",
        .undefined = NO_ROWS,
        .method = &tweedie_nloglik_method},
    {.name = "cox_nloglik",
        .regression = true,
        .help = "mean -log(partial likelihood) of hazard ratios",
        .undefined = "the truth has no event, which is a time above 0",
        .method = &cox_nloglik_method},
    {.name = "aft_nloglik",
        .regression = true,
        .needs_upper = true,
        .takes = TAKES_NOISE,
        .parameter = 1,
        .help = "mean -log(likelihood) of times, as aft_nloglik@NOISE:SCALE",
        .undefined = NO_ROWS,
        .method = &aft_nloglik_method},
    {.name = "interval_regression_accuracy",
        .regression = true,
        .needs_upper = true,
        .higher_is_better = true,
        .help = "rows whose prediction is within the bounds",
        .undefined = NO_ROWS,
        .method = &interval_regression_accuracy_method},
    {.name = "ndcg",
        .classification = true,
        .regression = true,
        .ranking = true,
        .higher_is_better = true,
        .may_be_empty = true,
        .takes = TAKES_POSITIONS,
        .help = "discounted gain of each group's first K, as ndcg@K",
        .undefined = "no group has a relevant row",
        .method = &ndcg_method},
    {.name = "map",
        .classification = true,
        .regression = true,
        .ranking = true,
        .higher_is_better = true,
        .may_be_empty = true,
        .takes = TAKES_POSITIONS,
        .help = "mean over groups of the average precision of each one's first K, as map@K",
        .undefined = "no group has a relevant row",
        .method = &map_method},
    {.name = "pre",
        .classification = true,
        .regression = true,
        .ranking = true,
        .higher_is_better = true,
        .takes = TAKES_POSITIONS,
        .help = "mean over groups of the relevant share of the first K, as pre@K",
        .undefined = NO_ROWS,
        .method = &pre_method},
};
enum { N_INFOS = sizeof infos / sizeof *infos };

const struct metric_info *metric_infos(int *n)
{
    *n = N_INFOS;
    return infos;
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
