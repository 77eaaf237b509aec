/*
 * objective_classes.c -- objectives of classes: log loss of two (binary:logistic, binary:logitraw)
 * or more (multi:softmax, multi:softprob), and the hinge loss.
 *
 * y is a class's number.  Of K classes H is 2 p (1 - p), which is what XGBoost has had since its
 * first days: twice the diagonal of the second derivatives bounds all of them.
 */
#include <float.h>

#include "cmd/xgb/objective_parts.h"
#include "common/base/exps.h"
#include "common/base/mem.h"
#include "common/base/pool.h"

/* ---- two classes ---- */

bool logistic_domain(double y)
{
    return y >= 0 && y <= 1;
}

void logistic_block(const struct objective_rows *rows, const double *f, int output, int64_t at,
    int64_t n, struct gradient *g)
{
    double p[OBJECTIVE_BLOCK];
    (void)output;

    logistic_many(f, p, n);
    for (int64_t i = 0; i < n; i++) {
        double h = p[i] * (1 - p[i]);
        g[i] = (struct gradient){rows->y[at + i] - p[i], h > 1e-16 ? h : 1e-16};
    }
}

double logistic_base(struct objective_rows *rows, int output)
{
    (void)output;
    return objective_mean_base(rows, margin_odds);
}

/* XGBoost's outputs of binary:logitraw start at the share of positives, a probability taken for
 * log odds; a few rounds make up for it. */
static double logitraw_base(struct objective_rows *rows, int output)
{
    (void)output;
    return objective_mean_base(rows, margin_same);
}

/* max(0, 1 - m) of margins m = f or -f.  It has no second derivative: H is 1 where it falls, and
 * next to nothing elsewhere. */
static void hinge_block(const struct objective_rows *rows, const double *f, int output, int64_t at,
    int64_t n, struct gradient *g)
{
    (void)output;
    for (int64_t i = 0; i < n; i++) {
        double sign = rows->y[at + i] > 0 ? 1 : -1;
        g[i] = f[i] * sign < 1 ? (struct gradient){sign, 1} : (struct gradient){0, FLT_MIN};
    }
}

/* XGBoost takes the label of its first step for what outputs start from. */
static double hinge_base(struct objective_rows *rows, int output)
{
    (void)output;
    return objective_newton(rows) > 0;
}

/* ---- K classes: own is [n] logarithms of the sums of e^f of a row's outputs, of the round ---- */

static int softmax_start(struct objective_rows *rows, struct err *err)
{
    rows->own = mem_alloc((size_t)rows->n, sizeof(double));
    return rows->own ? 0 : err_memory(err);
}

static void softmax_release(struct objective_rows *rows)
{
    mem_free(rows->own);
    rows->own = NULL;
}

/* The logarithm of each class's share of the weight, with a floor for those of none, less their
 * mean. */
static double softmax_base(struct objective_rows *rows, int output)
{
    double total = 0, mean = 0, own = 0;
    int k = rows->n_outputs;

    for (int64_t i = 0; i < rows->n; i++)
        total += objective_weight(rows, i);
    for (int j = 0; j < k; j++) {
        double weight = 0;
        for (int64_t i = 0; i < rows->n; i++)
            if ((int)rows->y[i] == j)
                weight += objective_weight(rows, i);
        double log_p = log_one(weight / total + 1e-6);
        mean += log_p / k;
        if (j == output)
            own = log_p;
    }
    return own - mean;
}

struct softmax_rows {
    const struct objective_rows *rows;
    const double *raw;
};

static void log_sums(void *ctx, int64_t block, int worker)
{
    const struct softmax_rows *round = ctx;
    const struct objective_rows *rows = round->rows;
    int64_t at = block * OBJECTIVE_BLOCK, k = rows->n_outputs;
    int64_t n = rows->n - at < OBJECTIVE_BLOCK ? rows->n - at : OBJECTIVE_BLOCK;
    const double *f = round->raw + at * k;
    double most[OBJECTIVE_BLOCK], e[OBJECTIVE_BLOCK], *sum = (double *)rows->own + at;
    (void)worker;

    for (int64_t i = 0; i < n; i++) {
        most[i] = f[i * k];
        for (int64_t j = 1; j < k; j++)
            most[i] = f[i * k + j] > most[i] ? f[i * k + j] : most[i];
        sum[i] = 0;
    }
    for (int64_t j = 0; j < k; j++) {
        for (int64_t i = 0; i < n; i++)
            e[i] = f[i * k + j] - most[i];
        exp_many(e, e, n);
        for (int64_t i = 0; i < n; i++)
            sum[i] += e[i];
    }
    log_many(sum, sum, n);
    for (int64_t i = 0; i < n; i++)
        sum[i] += most[i];
}

static int softmax_round(struct objective_rows *rows, int round, const double *raw, struct err *err)
{
    struct softmax_rows r = {rows, raw};
    (void)round, (void)err;
    pool_run((rows->n + OBJECTIVE_BLOCK - 1) / OBJECTIVE_BLOCK, log_sums, &r);
    return 0;
}

static void softmax_block(const struct objective_rows *rows, const double *f, int output,
    int64_t at, int64_t n, struct gradient *g)
{
    const double *log_sum = (const double *)rows->own + at;
    double p[OBJECTIVE_BLOCK] = {0};

    for (int64_t i = 0; i < n; i++)
        p[i] = f[i] - log_sum[i];
    exp_many(p, p, n);
    for (int64_t i = 0; i < n; i++) {
        double h = 2 * p[i] * (1 - p[i]);
        g[i] = (struct gradient){((int)rows->y[at + i] == output) - p[i], h > 1e-16 ? h : 1e-16};
    }
}

/* ---- the table ---- */

const struct objective objective_logistic = {.name = "binary:logistic",
    .task = TASK_CLASSIFICATION,
    .n_classes = 2,
    .scales_positives = true,
    .link = LINK_LOGISTIC,
    .metric = "logloss",
    .base = logistic_base,
    .base_of = margin_odds,
    .gradients = objective_gradients,
    .block = logistic_block};

const struct objective objective_logitraw = {.name = "binary:logitraw",
    .task = TASK_CLASSIFICATION,
    .n_classes = 2,
    .scales_positives = true,
    .link = LINK_LOGISTIC,
    .metric = "logloss",
    .base = logitraw_base,
    .base_of = margin_same,
    .gradients = objective_gradients,
    .block = logistic_block};

/* Outputs above 0 are of the second class: so are probabilities over a half. */
const struct objective objective_hinge = {.name = "binary:hinge",
    .task = TASK_CLASSIFICATION,
    .n_classes = 2,
    .link = LINK_LOGISTIC,
    .metric = "error",
    .base = hinge_base,
    .base_of = margin_same,
    .gradients = objective_gradients,
    .block = hinge_block};

/* softmax and softprob differ in what XGBoost says of rows, labels or probabilities: here
 * predictions have both. */
const struct objective objective_softmax = {.name = "multi:softmax",
    .task = TASK_CLASSIFICATION,
    .n_classes = 3,
    .link = LINK_SOFTMAX,
    .metric = "mlogloss",
    .start = softmax_start,
    .release = softmax_release,
    .base = softmax_base,
    .base_of = margin_same,
    .round = softmax_round,
    .gradients = objective_gradients,
    .block = softmax_block};

const struct objective objective_softprob = {.name = "multi:softprob",
    .task = TASK_CLASSIFICATION,
    .n_classes = 3,
    .link = LINK_SOFTMAX,
    .metric = "mlogloss",
    .start = softmax_start,
    .release = softmax_release,
    .base = softmax_base,
    .base_of = margin_same,
    .round = softmax_round,
    .gradients = objective_gradients,
    .block = softmax_block};
