/*
 * objective_aft.c -- survival:aft, accelerated failure times (Barnwal, Cho, Hocking 2022, "Survival
 * regression with accelerated failure time model in XGBoost", JCGS 31).
 *
 * log y = f + scale * Z, Z of a law.  What is known of y is that it is within [lower, upper]; with
 * z of either bound, the likelihood is the law's density at z where the bounds are equal, else its
 * share between them.  Derivatives are kept within bounds, as XGBoost keeps them: otherwise a row
 * far off would have all the say.
 */
#include <inttypes.h>
#include <math.h>

#include "cmd/xgb/objective_parts.h"
#include "common/base/exps.h"

#define STEEPEST 15.0 /* of |S| and H */
#define FLATTEST 1e-16
#define TINY     1e-12 /* divisors below it may give no number */

/* A law at z: its distribution function and three derivatives. */
struct law {
    double share, density, slope, bend;
};

/* No C library's, so that it is the same everywhere: the series around 0 where it is short
 * (Abramowitz and Stegun 7.1.6), else the continued fraction (7.1.14).  e is e^-x^2. */
static double error_function(double x, double e)
{
    const double root_pi = 1.7724538509055160273;
    double size = fabs(x), result = 1;

    if (size < 2) {
        double term = 2 / root_pi * size * e;
        result = term;
        for (int k = 1; term > result * 1e-17; k++)
            result += term *= 2 * size * size / (2 * k + 1);
    } else if (size < 6) {
        double fraction = size;
        for (int k = 40; k > 0; k--)
            fraction = size + k / 2.0 / fraction;
        result = 1 - e / (root_pi * fraction);
    }
    return x < 0 ? -result : result;
}

static struct law law_normal(double z)
{
    const double root_2 = 1.4142135623730950488, root_2_pi = 2.5066282746310005024;
    double e = exp_one(-z * z / 2), density = e / root_2_pi;
    return (struct law){
        0.5 * (1 + error_function(z / root_2, e)), density, -z * density, (z * z - 1) * density};
}

static struct law law_logistic(double z)
{
    double w = exp_one(z), one = 1 + w;
    if (isinf(w * w))
        return (struct law){isinf(w) ? 1 : w / one, 0, 0, 0};
    double density = w / (one * one);
    return (struct law){
        w / one, density, density * (1 - w) / one, density * (w * w - 4 * w + 1) / (one * one)};
}

static struct law law_extreme(double z)
{
    double w = exp_one(z), e = exp_one(-w);
    if (isinf(w * w))
        return (struct law){1 - e, 0, 0, 0};
    double density = w * e;
    return (struct law){1 - e, density, (1 - w) * density, (w * w - 3 * w + 1) * density};
}

static struct law law_at(int distribution, double z)
{
    return distribution == AFT_NORMAL     ? law_normal(z)
           : distribution == AFT_LOGISTIC ? law_logistic(z)
                                          : law_extreme(z);
}

static double within(double x, double least, double most)
{
    return x < least ? least : x > most ? most : x;
}

/*
 * Where outputs are so far off that divisors vanish, which they do only on a side where a bound
 * pulls: what derivatives tend to.  below: f is less than what is known of log y.
 */
static struct gradient far_off(int distribution, double scale, bool below)
{
    double s = below ? (distribution == AFT_LOGISTIC ? 1 / scale : STEEPEST)
                     : (distribution == AFT_NORMAL ? -STEEPEST : -1 / scale);
    double h = distribution == AFT_NORMAL             ? 1 / (scale * scale)
               : distribution == AFT_EXTREME && below ? STEEPEST
                                                      : FLATTEST;
    return (struct gradient){s, h};
}

static struct gradient aft_gradient(
    const struct objective_opts *opts, double lower, double upper, double f)
{
    double scale = opts->aft_scale, a, b, c; /* the likelihood and derivatives of it by z */
    bool below;

    if (lower == upper) {
        double z = (log_one(lower) - f) / scale;
        struct law at = law_at(opts->aft_distribution, z);
        a = at.density;
        b = at.slope;
        c = at.bend;
        below = z > 0;
    } else {
        double z_lower = lower > 0 ? (log_one(lower) - f) / scale : 0;
        double z_upper = isfinite(upper) ? (log_one(upper) - f) / scale : 0;
        struct law none = {0}, all = {.share = 1};
        struct law from = lower > 0 ? law_at(opts->aft_distribution, z_lower) : none;
        struct law to = isfinite(upper) ? law_at(opts->aft_distribution, z_upper) : all;
        a = to.share - from.share;
        b = to.density - from.density;
        c = to.slope - from.slope;
        below = z_lower > 0 || z_upper > 0;
    }
    double divisor = scale * a, square = divisor * divisor;
    double s = -b / divisor, h = -(a * c - b * b) / square;
    struct gradient limit = far_off(opts->aft_distribution, scale, below);
    if (divisor < TINY && !isfinite(s))
        s = limit.s;
    if (square < TINY && !isfinite(h))
        h = limit.h;
    return (struct gradient){within(s, -STEEPEST, STEEPEST), within(h, FLATTEST, STEEPEST)};
}

static double upper_of(const struct objective_rows *rows, int64_t row)
{
    return rows->upper ? rows->upper[row] : rows->y[row];
}

static void aft_block(const struct objective_rows *rows, const double *f, int output, int64_t at,
    int64_t n, struct gradient *g)
{
    (void)output;
    for (int64_t i = 0; i < n; i++)
        g[i] = aft_gradient(rows->opts, rows->y[at + i], upper_of(rows, at + i), f[i]);
}

static bool aft_domain(double y)
{
    return y >= 0;
}

static int aft_start(struct objective_rows *rows, struct err *err)
{
    for (int64_t i = 0; i < rows->n; i++) {
        double upper = upper_of(rows, i);
        if (upper <= 0 || upper < rows->y[i])
            return err_set(err,
                "row %" PRId64 ": the upper bound is %g: it must be above 0 and not below the "
                "lower one, %g",
                i + 1, upper, rows->y[i]);
    }
    return 0;
}

/* XGBoost looks at no row: y is about a half. */
static double aft_base(struct objective_rows *rows, int output)
{
    (void)rows, (void)output;
    return log_one(0.5);
}

const struct objective objective_aft = {.name = "survival:aft",
    .task = TASK_REGRESSION,
    .link = LINK_EXP,
    .metric = "aft-nloglik",
    .domain = aft_domain,
    .domain_text = "0 or more",
    .start = aft_start,
    .base = aft_base,
    .base_of = margin_log,
    .gradients = objective_gradients,
    .block = aft_block};
