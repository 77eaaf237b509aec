/*
 * objective_regression.c -- objectives of values: squared error and its kin, absolute error and
 * quantiles, and losses of means of other laws than the normal one, whose logarithm is the output.
 */
#include <math.h>

#include "cmd/xgb/objective_parts.h"
#include "common/base/exps.h"
#include "common/base/mem.h"

/* ---- squared error ---- */

static void squared_block(const struct objective_rows *rows, const double *f, int output,
    int64_t at, int64_t n, struct gradient *g)
{
    (void)output;
    for (int64_t i = 0; i < n; i++)
        g[i] = (struct gradient){rows->y[at + i] - f[i], 1};
}

static double mean_base(struct objective_rows *rows, int output)
{
    (void)output;
    return objective_mean_base(rows, margin_same);
}

static double newton_base(struct objective_rows *rows, int output)
{
    (void)output;
    return objective_newton(rows);
}

/* ---- (log(1 + y) - log(1 + f))^2 / 2 ---- */

static bool over_minus_one(double y)
{
    return y > -1;
}

/* f is kept off -1, and H off what is not above 0, as it is where f is far too large. */
static void squared_log_block(const struct objective_rows *rows, const double *f, int output,
    int64_t at, int64_t n, struct gradient *g)
{
    double one[OBJECTIVE_BLOCK] = {0}, log_y[OBJECTIVE_BLOCK] = {0}, log_f[OBJECTIVE_BLOCK];
    (void)output;

    for (int64_t i = 0; i < n; i++) {
        one[i] = 1 + (f[i] > -1 + 1e-6 ? f[i] : -1 + 1e-6);
        log_y[i] = 1 + rows->y[at + i];
    }
    log_many(one, log_f, n);
    log_many(log_y, log_y, n);
    for (int64_t i = 0; i < n; i++) {
        double left = log_y[i] - log_f[i], h = (1 + left) / (one[i] * one[i]);
        g[i] = (struct gradient){left / one[i], h > 1e-6 ? h : 1e-6};
    }
}

/* ---- pseudo-Huber: squared where small, in the end linear ---- */

static void pseudo_huber_block(const struct objective_rows *rows, const double *f, int output,
    int64_t at, int64_t n, struct gradient *g)
{
    double slope = rows->opts->huber_slope;
    (void)output;

    for (int64_t i = 0; i < n; i++) {
        double r = rows->y[at + i] - f[i], square = 1 + r / slope * (r / slope);
        double root = sqrt(square);
        g[i] = (struct gradient){r / root, 1 / (square * root)};
    }
}

/* ---- absolute error and quantiles: signs find the cuts, leaves are quantiles of what is left ----
 */

static int quantile_start(struct objective_rows *rows, struct err *err)
{
    if (rows->n_outputs < 1)
        return err_usage(
            err, "%s: which quantiles?  Name them with --quantile_alpha", rows->objective->name);
    rows->own = mem_alloc((size_t)rows->n, sizeof(struct weighted));
    return rows->own ? 0 : err_memory(err);
}

static void quantile_release(struct objective_rows *rows)
{
    mem_free(rows->own);
    rows->own = NULL;
}

static double quantile_base(struct objective_rows *rows, int output)
{
    struct weighted *items = rows->own;
    size_t n = 0;

    for (int64_t i = 0; i < rows->n; i++)
        if (objective_weight(rows, i) > 0)
            items[n++] = (struct weighted){rows->y[i], objective_weight(rows, i)};
    return objective_quantile(items, n, rows->weight, rows->objective->level(rows, output));
}

static double absolute_level(const struct objective_rows *rows, int output)
{
    (void)rows, (void)output;
    return 0.5;
}

static void absolute_block(const struct objective_rows *rows, const double *f, int output,
    int64_t at, int64_t n, struct gradient *g)
{
    (void)output;
    for (int64_t i = 0; i < n; i++)
        g[i] = (struct gradient){(rows->y[at + i] > f[i]) - (rows->y[at + i] < f[i]), 1};
}

static double quantile_level(const struct objective_rows *rows, int output)
{
    return rows->opts->quantile[output];
}

static void quantile_block(const struct objective_rows *rows, const double *f, int output,
    int64_t at, int64_t n, struct gradient *g)
{
    double level = rows->opts->quantile[output];
    for (int64_t i = 0; i < n; i++)
        g[i] = (struct gradient){f[i] >= rows->y[at + i] ? level - 1 : level, 1};
}

/* ---- means that are e^f ---- */

static bool not_negative(double y)
{
    return y >= 0;
}

static bool positive(double y)
{
    return y > 0;
}

static double log_mean_base(struct objective_rows *rows, int output)
{
    (void)output;
    return margin_log(objective_mean(rows));
}

/* Of zeros only there is no such mean. */
static int mean_start(struct objective_rows *rows, struct err *err)
{
    return objective_mean(rows) > 0
               ? 0
               : err_set(err,
                     "the target is 0 in every row that weighs something: %s has no mean "
                     "to learn",
                     rows->objective->name);
}

/* e^f - y f.  H is that of f + max_delta_step, which keeps steps short. */
static void poisson_block(const struct objective_rows *rows, const double *f, int output,
    int64_t at, int64_t n, struct gradient *g)
{
    double step = rows->opts->max_delta_step, longer = exp_one(step > 0 ? step : 0.7);
    double mean[OBJECTIVE_BLOCK];
    (void)output;

    exp_many(f, mean, n);
    for (int64_t i = 0; i < n; i++)
        g[i] = (struct gradient){rows->y[at + i] - mean[i], mean[i] * longer};
}

/* f + y e^-f */
static void gamma_block(const struct objective_rows *rows, const double *f, int output, int64_t at,
    int64_t n, struct gradient *g)
{
    double e[OBJECTIVE_BLOCK] = {0};
    (void)output;

    for (int64_t i = 0; i < n; i++)
        e[i] = -f[i];
    exp_many(e, e, n);
    for (int64_t i = 0; i < n; i++) {
        double h = rows->y[at + i] * e[i];
        g[i] = (struct gradient){h - 1, h};
    }
}

static double gamma_base(struct objective_rows *rows, int output)
{
    (void)output;
    return objective_mean_base(rows, margin_log);
}

/* y e^((1 - p) f) / (p - 1) + e^((2 - p) f) / (2 - p), the variance being that power p of the mean.
 */
static void tweedie_block(const struct objective_rows *rows, const double *f, int output,
    int64_t at, int64_t n, struct gradient *g)
{
    double one = 1 - rows->opts->tweedie_variance_power, two = one + 1;
    double a[OBJECTIVE_BLOCK] = {0}, b[OBJECTIVE_BLOCK] = {0};
    (void)output;

    for (int64_t i = 0; i < n; i++) {
        a[i] = one * f[i];
        b[i] = two * f[i];
    }
    exp_many(a, a, n);
    exp_many(b, b, n);
    for (int64_t i = 0; i < n; i++) {
        double pull = rows->y[at + i] * a[i];
        g[i] = (struct gradient){pull - b[i], two * b[i] - one * pull};
    }
}

/* ---- the table ---- */

const struct objective objective_squarederror = {.name = "reg:squarederror",
    .task = TASK_REGRESSION,
    .scales_positives = true,
    .link = LINK_IDENTITY,
    .metric = "rmse",
    .base = mean_base,
    .base_of = margin_same,
    .gradients = objective_gradients,
    .block = squared_block};

const struct objective objective_squaredlogerror = {.name = "reg:squaredlogerror",
    .task = TASK_REGRESSION,
    .link = LINK_IDENTITY,
    .metric = "rmsle",
    .domain = over_minus_one,
    .domain_text = "more than -1",
    .base = newton_base,
    .base_of = margin_same,
    .gradients = objective_gradients,
    .block = squared_log_block};

const struct objective objective_pseudohubererror = {.name = "reg:pseudohubererror",
    .task = TASK_REGRESSION,
    .link = LINK_IDENTITY,
    .metric = "mphe",
    .base = newton_base,
    .base_of = margin_same,
    .gradients = objective_gradients,
    .block = pseudo_huber_block};

const struct objective objective_absoluteerror = {.name = "reg:absoluteerror",
    .task = TASK_REGRESSION,
    .link = LINK_IDENTITY,
    .metric = "mae",
    .start = quantile_start,
    .release = quantile_release,
    .base = quantile_base,
    .base_of = margin_same,
    .gradients = objective_gradients,
    .block = absolute_block,
    .level = absolute_level};

const struct objective objective_quantileerror = {.name = "reg:quantileerror",
    .task = TASK_REGRESSION,
    .link = LINK_IDENTITY,
    .metric = "quantile",
    .start = quantile_start,
    .release = quantile_release,
    .base = quantile_base,
    .base_of = margin_same,
    .gradients = objective_gradients,
    .block = quantile_block,
    .level = quantile_level};

const struct objective objective_reg_logistic = {.name = "reg:logistic",
    .task = TASK_REGRESSION,
    .scales_positives = true,
    .link = LINK_LOGISTIC,
    .metric = "rmse",
    .domain = logistic_domain,
    .domain_text = "0 to 1",
    .base = logistic_base,
    .base_of = margin_odds,
    .gradients = objective_gradients,
    .block = logistic_block};

const struct objective objective_gamma = {.name = "reg:gamma",
    .task = TASK_REGRESSION,
    .scales_positives = true,
    .link = LINK_EXP,
    .metric = "gamma-deviance",
    .domain = positive,
    .domain_text = "more than 0",
    .base = gamma_base,
    .base_of = margin_log,
    .gradients = objective_gradients,
    .block = gamma_block};

const struct objective objective_tweedie = {.name = "reg:tweedie",
    .task = TASK_REGRESSION,
    .link = LINK_EXP,
    .metric = "tweedie-nloglik",
    .domain = not_negative,
    .domain_text = "0 or more",
    .start = mean_start,
    .base = log_mean_base,
    .base_of = margin_log,
    .gradients = objective_gradients,
    .block = tweedie_block};

const struct objective objective_poisson = {.name = "count:poisson",
    .task = TASK_REGRESSION,
    .link = LINK_EXP,
    .metric = "poisson-nloglik",
    .domain = not_negative,
    .domain_text = "0 or more",
    .start = mean_start,
    .base = log_mean_base,
    .base_of = margin_log,
    .gradients = objective_gradients,
    .block = poisson_block};
