/* loss.c -- see loss.h. */
#include "cmd/gbdt/loss.h"

#include <float.h>
#include <math.h>

#include "common/base/exps.h"
#include "common/base/pool.h"

const char *const loss_names[] = {
    "auto", "squared", "absolute", "huber", "quantile", "logistic", "exponential", "poisson", NULL};

enum { BLOCK = 512, PARTS = 64 };

static double weight_of(const struct loss_rows *rows, int64_t row)
{
    return rows->weight ? rows->weight[row] : 1;
}

/* ---- means and quantiles ---- */

static double target_mean(const struct loss_rows *rows)
{
    double mean = 0, total = 0;
    for (int64_t i = 0; i < rows->n; i++) {
        double weight = weight_of(rows, i);
        total += weight;
        if (weight > 0)
            mean += (rows->y[i] - mean) * (weight / total);
    }
    return mean;
}

/* A quantile of y - raw, or of its size; raw NULL: of y. */
static double rows_quantile(struct loss_rows *rows, const double *raw, bool size, double q)
{
    size_t n = 0;
    for (int64_t i = 0; i < rows->n; i++) {
        double weight = weight_of(rows, i), r = raw ? rows->y[i] - raw[i] : rows->y[i];
        if (weight > 0)
            rows->weighted[n++] = (struct weighted){size ? fabs(r) : r, weight};
    }
    return weighted_quantile(rows->weighted, n, q);
}

/* Residuals of losses that look at quantiles are y - f: what the tree is fitted to follows from
 * them, and leaves want them whole. */
static double leaf_quantile(const struct loss_rows *rows, const struct hist_rows *leaf, double q)
{
    struct weighted *items = rows->weighted + leaf->at;
    for (uint32_t i = 0; i < leaf->n; i++) {
        uint32_t row = leaf->row[i];
        items[i] = (struct weighted){rows->difference[row], weight_of(rows, row)};
    }
    return weighted_quantile(items, leaf->n, q);
}

/* ---- squared error: f is a mean ---- */

static double squared_base(struct loss_rows *rows, int output)
{
    (void)output;
    return target_mean(rows);
}

static void squared_residuals(const struct loss_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, double *r)
{
    (void)output;
    for (int64_t i = begin; i < end; i++)
        r[i] = rows->y[i] - raw[i];
}

static double mean_leaf(const struct loss_rows *rows, const struct hist_rows *leaf)
{
    double sum = 0, total = 0;
    for (uint32_t i = 0; i < leaf->n; i++) {
        uint32_t row = leaf->row[i];
        double weight = weight_of(rows, row);
        sum += weight * rows->residual[row];
        total += weight;
    }
    return total > 0 ? sum / total : 0;
}

static void squared_losses(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss)
{
    for (int64_t i = begin; i < end; i++) {
        double r = rows->y[i] - raw[i];
        loss[i - begin] = r * r;
    }
}

/* ---- absolute error and quantiles ---- */

static double quantile_base(struct loss_rows *rows, int output)
{
    (void)output;
    return rows_quantile(rows, NULL, false, rows->alpha);
}

static void differences(const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        rows->difference[i] = rows->y[i] - raw[i];
}

static void quantile_residuals(const struct loss_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, double *r)
{
    (void)output;
    differences(rows, raw, begin, end);
    for (int64_t i = begin; i < end; i++)
        r[i] = rows->difference[i] >= 0 ? rows->alpha : rows->alpha - 1;
}

static double quantile_leaf(const struct loss_rows *rows, const struct hist_rows *leaf)
{
    return leaf_quantile(rows, leaf, rows->alpha);
}

static void quantile_losses(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss)
{
    for (int64_t i = begin; i < end; i++) {
        double r = rows->y[i] - raw[i];
        loss[i - begin] = r * (r >= 0 ? rows->alpha : rows->alpha - 1);
    }
}

/* alpha is 1/2: the residuals and losses are twice those of that quantile. */
static void absolute_residuals(const struct loss_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, double *r)
{
    (void)output;
    differences(rows, raw, begin, end);
    for (int64_t i = begin; i < end; i++)
        r[i] = rows->difference[i] >= 0 ? 1 : -1;
}

static void absolute_losses(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss)
{
    for (int64_t i = begin; i < end; i++)
        loss[i - begin] = fabs(rows->y[i] - raw[i]);
}

/* ---- Huber: squared up to delta, the alpha quantile of |r|, then linear ---- */

static double median_base(struct loss_rows *rows, int output)
{
    (void)output;
    return rows_quantile(rows, NULL, false, 0.5);
}

static void huber_round(struct loss_rows *rows, const double *raw)
{
    rows->delta = rows_quantile(rows, raw, true, rows->alpha);
}

static double clip(double r, double delta)
{
    return r > delta ? delta : r < -delta ? -delta : r;
}

static void huber_residuals(const struct loss_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, double *r)
{
    (void)output;
    differences(rows, raw, begin, end);
    for (int64_t i = begin; i < end; i++)
        r[i] = clip(rows->difference[i], rows->delta);
}

/* The median, and from there the mean of what is left, clipped. */
static double huber_leaf(const struct loss_rows *rows, const struct hist_rows *leaf)
{
    double median = leaf_quantile(rows, leaf, 0.5), sum = 0, total = 0;
    for (uint32_t i = 0; i < leaf->n; i++) {
        uint32_t row = leaf->row[i];
        double weight = weight_of(rows, row);
        sum += weight * clip(rows->difference[row] - median, rows->delta);
        total += weight;
    }
    return total > 0 ? median + sum / total : median;
}

static void huber_losses(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss)
{
    for (int64_t i = begin; i < end; i++) {
        double r = fabs(rows->y[i] - raw[i]);
        loss[i - begin] = r <= rows->delta ? r * r / 2 : rows->delta * (r - rows->delta / 2);
    }
}

/* ---- one Newton step ---- */

/* How many rows ahead a leaf's are fetched: they stand far apart. */
enum { AHEAD = 16 };

/*
 * Sums of residuals and of second derivatives, which follow from the residual and, where needs_y,
 * the target.  Inlined, so that the common case is a short loop.
 */
static inline __attribute__((always_inline)) double newton_step(const struct loss_rows *rows,
    const struct hist_rows *leaf, bool needs_y, double (*curvature)(double r, double y))
{
    const double *residual = rows->residual;
    double sum = 0, curved = 0;

    for (uint32_t i = 0; i < leaf->n; i++) {
        uint32_t row = leaf->row[i];
        __builtin_prefetch(residual + leaf->row[i + AHEAD < leaf->n ? i + AHEAD : i]);
        double r = residual[row], y = needs_y ? rows->y[row] : 0, c = curvature(r, y);
        if (rows->weight) {
            double weight = rows->weight[row];
            r *= weight;
            c *= weight;
        }
        sum += r;
        curved += c;
    }
    return curved < 1e-150 ? 0 : sum / curved;
}

/* ---- logistic: two classes ---- */

static double log_odds(const struct loss_rows *rows)
{
    double p = target_mean(rows);
    p = p < DBL_EPSILON ? DBL_EPSILON : p > 1 - DBL_EPSILON ? 1 - DBL_EPSILON : p;
    return log_one(p / (1 - p));
}

static double logistic_base(struct loss_rows *rows, int output)
{
    (void)output;
    return log_odds(rows);
}

static void logistic_residuals(const struct loss_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, double *r)
{
    (void)output;
    logistic_many(raw + begin, r + begin, end - begin);
    for (int64_t i = begin; i < end; i++)
        r[i] = rows->y[i] - r[i];
}

/* p (1 - p), where |r| is p or 1 - p. */
static double logistic_curvature(double r, double y)
{
    (void)y;
    return fabs(r) * (1 - fabs(r));
}

static double logistic_leaf(const struct loss_rows *rows, const struct hist_rows *leaf)
{
    return newton_step(rows, leaf, false, logistic_curvature);
}

/* log(1 + e^-m) of the margins m = f or -f. */
static void logistic_losses(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss)
{
    int64_t n = end - begin;
    for (int64_t i = 0; i < n; i++)
        loss[i] = -fabs(raw[begin + i]);
    exp_many(loss, loss, n);
    for (int64_t i = 0; i < n; i++)
        loss[i] += 1;
    log_many(loss, loss, n);
    for (int64_t i = 0; i < n; i++) {
        double margin = rows->y[begin + i] > 0 ? raw[begin + i] : -raw[begin + i];
        loss[i] += margin < 0 ? -margin : 0;
    }
}

/* ---- exponential: two classes, as AdaBoost ---- */

static double exponential_base(struct loss_rows *rows, int output)
{
    (void)output;
    return log_odds(rows) / 2;
}

static void exponential_residuals(const struct loss_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, double *r)
{
    (void)output;
    for (int64_t i = begin; i < end; i++)
        r[i] = rows->y[i] > 0 ? -raw[i] : raw[i];
    exp_many(r + begin, r + begin, end - begin);
    for (int64_t i = begin; i < end; i++)
        r[i] = rows->y[i] > 0 ? r[i] : -r[i];
}

static double exponential_curvature(double r, double y)
{
    (void)y;
    return fabs(r);
}

static double exponential_leaf(const struct loss_rows *rows, const struct hist_rows *leaf)
{
    return newton_step(rows, leaf, false, exponential_curvature);
}

static void exponential_losses(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss)
{
    for (int64_t i = begin; i < end; i++)
        loss[i - begin] = rows->y[i] > 0 ? -raw[i] : raw[i];
    exp_many(loss, loss, end - begin);
}

/* ---- softmax: K classes, K trees a round ---- */

static double softmax_base(struct loss_rows *rows, int output)
{
    double total = 0, mean = 0, own = 0;
    int k = rows->n_outputs;

    for (int64_t i = 0; i < rows->n; i++)
        total += weight_of(rows, i);
    for (int j = 0; j < k; j++) {
        double weight = 0;
        for (int64_t i = 0; i < rows->n; i++)
            if ((int)rows->y[i] == j)
                weight += weight_of(rows, i);
        double log_p = log_one(fmax(weight / total, DBL_EPSILON));
        mean += log_p / k;
        if (j == output)
            own = log_p;
    }
    return own - mean;
}

static void log_sums(void *ctx, int64_t block, int worker);

struct softmax {
    const struct loss_rows *rows;
    const double *raw;
};

static void softmax_round(struct loss_rows *rows, const double *raw)
{
    struct softmax s = {rows, raw};
    pool_run((rows->n + BLOCK - 1) / BLOCK, log_sums, &s);
}

static void log_sums_of(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *out)
{
    double most[BLOCK], sum[BLOCK] = {0}, e[BLOCK];
    int64_t n = end - begin, k = rows->n_outputs;
    const double *first = raw + begin * k;

    for (int64_t i = 0; i < n; i++) {
        most[i] = first[i * k];
        for (int64_t j = 1; j < k; j++)
            most[i] = first[i * k + j] > most[i] ? first[i * k + j] : most[i];
    }
    for (int64_t j = 0; j < k; j++) {
        for (int64_t i = 0; i < n; i++)
            e[i] = first[i * k + j] - most[i];
        exp_many(e, e, n);
        for (int64_t i = 0; i < n; i++)
            sum[i] += e[i];
    }
    log_many(sum, sum, n);
    for (int64_t i = 0; i < n; i++)
        out[i] = most[i] + sum[i];
}

static void log_sums(void *ctx, int64_t block, int worker)
{
    const struct softmax *s = ctx;
    int64_t begin = block * BLOCK, end = begin + BLOCK < s->rows->n ? begin + BLOCK : s->rows->n;
    (void)worker;
    log_sums_of(s->rows, s->raw, begin, end, s->rows->log_sum + begin);
}

static void softmax_residuals(const struct loss_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, double *r)
{
    int k = rows->n_outputs;
    for (int64_t i = begin; i < end; i++)
        r[i] = raw[i * k + output] - rows->log_sum[i];
    exp_many(r + begin, r + begin, end - begin);
    for (int64_t i = begin; i < end; i++)
        r[i] = ((int)rows->y[i] == output) - r[i];
}

static double softmax_leaf(const struct loss_rows *rows, const struct hist_rows *leaf)
{
    double k = rows->n_outputs;
    return (k - 1) / k * newton_step(rows, leaf, false, logistic_curvature);
}

static void softmax_losses(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss)
{
    log_sums_of(rows, raw, begin, end, loss);
    for (int64_t i = begin; i < end; i++)
        loss[i - begin] -= raw[i * rows->n_outputs + (int)rows->y[i]];
}

/* ---- Poisson: counts, whose mean is e^f ---- */

static bool is_count(double y)
{
    return y >= 0;
}

static double poisson_base(struct loss_rows *rows, int output)
{
    (void)output;
    return log_one(target_mean(rows));
}

static void poisson_residuals(const struct loss_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, double *r)
{
    (void)output;
    exp_many(raw + begin, r + begin, end - begin);
    for (int64_t i = begin; i < end; i++)
        r[i] = rows->y[i] - r[i];
}

static double poisson_curvature(double r, double y)
{
    return y - r;
}

static double poisson_leaf(const struct loss_rows *rows, const struct hist_rows *leaf)
{
    return newton_step(rows, leaf, true, poisson_curvature);
}

static void poisson_losses(
    const struct loss_rows *rows, const double *raw, int64_t begin, int64_t end, double *loss)
{
    exp_many(raw + begin, loss, end - begin);
    for (int64_t i = begin; i < end; i++)
        loss[i - begin] -= rows->y[i] * raw[i];
}

/* ---- the table ---- */

static const struct loss losses[] = {
    [LOSS_SQUARED] = {.name = "squared",
        .task = TASK_REGRESSION,
        .link = LINK_IDENTITY,
        .link_scale = 1,
        .base = squared_base,
        .residuals = squared_residuals,
        .leaf = mean_leaf,
        .losses = squared_losses},
    [LOSS_ABSOLUTE] = {.name = "absolute",
        .task = TASK_REGRESSION,
        .link = LINK_IDENTITY,
        .link_scale = 1,
        .quantiles = true,
        .base = median_base,
        .residuals = absolute_residuals,
        .leaf = quantile_leaf,
        .losses = absolute_losses},
    [LOSS_HUBER] = {.name = "huber",
        .task = TASK_REGRESSION,
        .link = LINK_IDENTITY,
        .link_scale = 1,
        .quantiles = true,
        .base = median_base,
        .round = huber_round,
        .residuals = huber_residuals,
        .leaf = huber_leaf,
        .losses = huber_losses},
    [LOSS_QUANTILE] = {.name = "quantile",
        .task = TASK_REGRESSION,
        .link = LINK_IDENTITY,
        .link_scale = 1,
        .quantiles = true,
        .base = quantile_base,
        .residuals = quantile_residuals,
        .leaf = quantile_leaf,
        .losses = quantile_losses},
    [LOSS_LOGISTIC] = {.name = "logistic",
        .task = TASK_CLASSIFICATION,
        .two_classes = true,
        .link = LINK_LOGISTIC,
        .link_scale = 1,
        .base = logistic_base,
        .residuals = logistic_residuals,
        .leaf = logistic_leaf,
        .losses = logistic_losses},
    [LOSS_EXPONENTIAL] = {.name = "exponential",
        .task = TASK_CLASSIFICATION,
        .two_classes = true,
        .link = LINK_LOGISTIC,
        .link_scale = 2,
        .base = exponential_base,
        .residuals = exponential_residuals,
        .leaf = exponential_leaf,
        .losses = exponential_losses},
    [LOSS_POISSON] = {.name = "poisson",
        .task = TASK_REGRESSION,
        .link = LINK_EXP,
        .link_scale = 1,
        .domain = is_count,
        .domain_text = "0 or more",
        .base = poisson_base,
        .residuals = poisson_residuals,
        .leaf = poisson_leaf,
        .losses = poisson_losses},
    [LOSS_SOFTMAX] = {.name = "logistic",
        .task = TASK_CLASSIFICATION,
        .link = LINK_SOFTMAX,
        .link_scale = 1,
        .base = softmax_base,
        .round = softmax_round,
        .residuals = softmax_residuals,
        .leaf = softmax_leaf,
        .losses = softmax_losses},
};

const struct loss *loss_choose(int option, const struct target *target, struct err *err)
{
    bool classes = target->task == TASK_CLASSIFICATION;
    int n_classes = classes ? (int)dict_size(target->classes) : 0;

    if (option == LOSS_AUTO)
        option = classes ? LOSS_LOGISTIC : LOSS_SQUARED;
    if (option == LOSS_LOGISTIC && n_classes > 2)
        option = LOSS_SOFTMAX;
    const struct loss *loss = &losses[option];
    if (loss->task != target->task) {
        err_usage(err, "--loss %s does not fit: '%s' is a %s target", loss->name, target->name,
            task_names[target->task]);
        return NULL;
    }
    if (loss->two_classes && n_classes != 2) {
        err_usage(
            err, "--loss %s is for two classes: '%s' has %d", loss->name, target->name, n_classes);
        return NULL;
    }
    return loss;
}

/* ---- the mean ---- */

struct mean {
    const struct loss_rows *rows;
    const double *raw;
    const uint16_t *draws;
    bool drawn;
    double sum[PARTS], weight[PARTS]; /* of parts of the rows, so that threads do not matter */
};

static void mean_part(void *ctx, int64_t part, int worker)
{
    struct mean *m = ctx;
    const struct loss_rows *rows = m->rows;
    int64_t n_blocks = (rows->n + BLOCK - 1) / BLOCK;
    int64_t first = part * n_blocks / PARTS, last = (part + 1) * n_blocks / PARTS;
    double loss[BLOCK];
    (void)worker;

    for (int64_t block = first; block < last; block++) {
        int64_t begin = block * BLOCK, end = begin + BLOCK < rows->n ? begin + BLOCK : rows->n;
        rows->loss->losses(rows, m->raw, begin, end, loss);
        for (int64_t i = begin; i < end; i++) {
            if (m->draws && (m->draws[i] > 0) != m->drawn)
                continue;
            double weight = weight_of(rows, i);
            m->sum[part] += weight > 0 ? weight * loss[i - begin] : 0;
            m->weight[part] += weight;
        }
    }
}

double loss_mean(const struct loss_rows *rows, const double *raw, const uint16_t *draws, bool drawn)
{
    struct mean m = {.rows = rows, .raw = raw, .draws = draws, .drawn = drawn};
    double sum = 0, weight = 0;

    pool_run(PARTS, mean_part, &m);
    for (int i = 0; i < PARTS; i++) {
        sum += m.sum[i];
        weight += m.weight[i];
    }
    return weight > 0 ? sum / weight : NAN;
}
