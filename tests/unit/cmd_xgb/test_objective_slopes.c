/* test_objective_slopes.c -- S is the loss's slope, by its differences, and H that of S, or the
 * stand-in that XGBoost uses for it. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "tests/unit/cmd_xgb/rows.h"

enum { N = 8, WIDTH = 3 };
#define STEP 1e-5

/* ---- losses of a row ---- */

static double log_loss(double m)
{
    return log1p(exp(-fabs(m))) + (m < 0 ? -m : 0);
}

static double squared(const struct objective_rows *r, int i, const double *f)
{
    return (r->y[i] - f[0]) * (r->y[i] - f[0]) / 2;
}

static double squared_log(const struct objective_rows *r, int i, const double *f)
{
    double left = log1p(r->y[i]) - log1p(f[0]);
    return left * left / 2;
}

static double pseudo_huber(const struct objective_rows *r, int i, const double *f)
{
    double z = (r->y[i] - f[0]) / r->opts->huber_slope;
    return r->opts->huber_slope * r->opts->huber_slope * (sqrt(1 + z * z) - 1);
}

static double absolute(const struct objective_rows *r, int i, const double *f)
{
    return fabs(r->y[i] - f[0]);
}

static double pinball(const struct objective_rows *r, int i, const double *f)
{
    double sum = 0;
    for (int k = 0; k < r->n_outputs; k++) {
        double left = r->y[i] - f[k], level = r->opts->quantile[k];
        sum += left * (left >= 0 ? level : level - 1);
    }
    return sum;
}

static double cross_entropy(const struct objective_rows *r, int i, const double *f)
{
    return r->y[i] * log_loss(f[0]) + (1 - r->y[i]) * log_loss(-f[0]);
}

static double positives_twice(const struct objective_rows *r, int i, const double *f)
{
    return cross_entropy(r, i, f) * (r->y[i] == 1 ? r->opts->scale_pos_weight : 1);
}

static double gamma_loss(const struct objective_rows *r, int i, const double *f)
{
    return f[0] + r->y[i] * exp(-f[0]);
}

static double poisson(const struct objective_rows *r, int i, const double *f)
{
    return exp(f[0]) - r->y[i] * f[0];
}

static double tweedie(const struct objective_rows *r, int i, const double *f)
{
    double p = r->opts->tweedie_variance_power;
    return exp((2 - p) * f[0]) / (2 - p) - r->y[i] * exp((1 - p) * f[0]) / (1 - p);
}

static double hinge(const struct objective_rows *r, int i, const double *f)
{
    double margin = r->y[i] > 0 ? f[0] : -f[0];
    return margin < 1 ? 1 - margin : 0;
}

static double softmax(const struct objective_rows *r, int i, const double *f)
{
    double sum = 0;
    for (int k = 0; k < r->n_outputs; k++)
        sum += exp(f[k]);
    return log(sum) - f[(int)r->y[i]];
}

static double aft_share(int distribution, double z)
{
    return distribution == AFT_NORMAL     ? 0.5 * (1 + erf(z / sqrt(2)))
           : distribution == AFT_LOGISTIC ? 1 / (1 + exp(-z))
                                          : 1 - exp(-exp(z));
}

static double aft_density(int distribution, double z)
{
    double e = exp(z);
    return distribution == AFT_NORMAL     ? exp(-z * z / 2) / sqrt(2 * acos(-1))
           : distribution == AFT_LOGISTIC ? e / ((1 + e) * (1 + e))
                                          : e * exp(-e);
}

static double aft(const struct objective_rows *r, int i, const double *f)
{
    int law = r->opts->aft_distribution;
    double scale = r->opts->aft_scale, lower = r->y[i], upper = r->upper[i];
    if (lower == upper)
        return -log(aft_density(law, (log(lower) - f[0]) / scale));
    double above = isfinite(upper) ? aft_share(law, (log(upper) - f[0]) / scale) : 1;
    double below = lower > 0 ? aft_share(law, (log(lower) - f[0]) / scale) : 0;
    return -log(above - below);
}

/* f is within all outputs: other rows count. */
static double cox(const struct objective_rows *r, int i, const double *f)
{
    double at_risk = 0, time = fabs(r->y[i]);
    const double *raw = f - i;
    for (int j = 0; j < N; j++)
        at_risk += fabs(r->y[j]) >= time ? exp(raw[j]) : 0;
    return r->y[i] > 0 ? log(at_risk) - raw[i] : 0;
}

/* Each pair at its better row. */
static double pairs(const struct objective_rows *r, int i, const double *f)
{
    double sum = 0;
    const double *raw = f - i;
    for (int j = 0; j < N; j++)
        if (r->group[j] == r->group[i] && r->y[i] > r->y[j])
            sum += log_loss(raw[i] - raw[j]);
    return sum;
}

/* ---- slopes ---- */

struct sloped {
    const char *name;
    double (*loss)(const struct objective_rows *rows, int row, const double *f);
    double h; /* H is so many times the second derivative; 0: it is 1 */
    double y[N];
    int n_outputs;
    bool unweighted; /* weights are not of rows */
};

static double loss_sum(const struct sloped *c, const struct objective_rows *rows, const double *raw)
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += (rows->weight ? rows->weight[i] : 1) * c->loss(rows, i, raw + i * rows->n_outputs);
    return sum;
}

static void gradients(struct objective_rows *rows, const double *raw, struct gradient *g)
{
    struct err err = ERR_INIT;
    assert_ok(gradients_of(rows, raw, 1, g, NULL, &err), &err);
}

static void check_slopes(const struct sloped *c, struct objective_rows *rows, const double *start)
{
    int width = rows->n_outputs;
    struct gradient g[N * WIDTH], up[N * WIDTH], down[N * WIDTH];
    double raw[N * WIDTH];

    memcpy(raw, start, sizeof *raw * N * (size_t)width);
    gradients(rows, raw, g);
    for (int i = 0; i < N * width; i++) {
        const struct gradient *at = &g[i % width * N + i / width];
        raw[i] = start[i] + STEP;
        double above = loss_sum(c, rows, raw);
        gradients(rows, raw, up);
        raw[i] = start[i] - STEP;
        double below = loss_sum(c, rows, raw);
        gradients(rows, raw, down);
        raw[i] = start[i];
        double s = (below - above) / (2 * STEP);
        double h = (down[at - g].s - up[at - g].s) / (2 * STEP) * c->h;
        if (c->h == 0)
            h = rows->weight ? rows->weight[i / width] : 1;
        if (fabs(at->s - s) > 1e-6 * (1 + fabs(s)) || fabs(at->h - h) > 1e-6 * (1 + fabs(h)))
            fail_msg(
                "%s: s[%d] is %.9g, not %.9g; h %.9g, not %.9g", c->name, i, at->s, s, at->h, h);
    }
}

static const double outputs[N * WIDTH] = {0.3, -0.4, 0.8, -0.6, 0.15, 0.55, -0.1, 0.9, -0.7, 0.25,
    -0.35, 0.45, 1.1, -0.05, 0.65, -0.85, 0.05, 0.2, -0.15, 0.4, -0.5, 0.6, -0.3, 0.75};
static const double row_weight[N] = {1, 2, 0.5, 1, 0.25, 3, 1, 1.5};
static const int32_t row_group[N] = {4, 4, 4, 4, 7, 7, 7, 7};

#define VALUES                                                                                     \
    {                                                                                              \
        -1.5, 0.2, 3, -0.1, 0.7, -2, 1.2, 0.4                                                      \
    }
#define CLASSES                                                                                    \
    {                                                                                              \
        0, 1, 1, 0, 0, 1, 0, 1                                                                     \
    }
#define THREE                                                                                      \
    {                                                                                              \
        0, 1, 2, 0, 2, 1, 0, 1                                                                     \
    }
#define AMOUNTS                                                                                    \
    {                                                                                              \
        0.5, 0.2, 3, 1.5, 0.7, 2, 1.2, 0.4                                                         \
    }
#define ENDS                                                                                       \
    {                                                                                              \
        0.5, -0.2, 3, 1.5, -0.7, 2, -1.2, 0.4                                                      \
    }

static void test_slopes(void **state)
{
    static const struct sloped cases[] = {
        {"reg:squarederror", squared, 1, VALUES},
        {"reg:squaredlogerror", squared_log, 1, AMOUNTS},
        {"reg:pseudohubererror", pseudo_huber, 1, VALUES},
        {"reg:absoluteerror", absolute, 0, VALUES},
        {"reg:quantileerror", pinball, 0, VALUES, WIDTH},
        {"reg:logistic", cross_entropy, 1, {0.1, 0.9, 0.5, 0, 0.3, 0.75, 0.2, 0.6}},
        {"reg:gamma", gamma_loss, 1, AMOUNTS},
        {"reg:tweedie", tweedie, 1, {0, 0.2, 3, 0, 0.7, 2, 1.2, 0.4}},
        {"count:poisson", poisson, 2.0137527074704766, {0, 1, 3, 2, 0, 0, 1, 5}}, /* e^0.7 */
        {"binary:logistic", positives_twice, 1, CLASSES},
        {"binary:logitraw", positives_twice, 1, CLASSES},
        {"multi:softmax", softmax, 2, THREE, WIDTH},
        {"multi:softprob", softmax, 2, THREE, WIDTH},
        {"survival:cox", cox, 1, ENDS, .unweighted = true},
        {"rank:pairwise", pairs, 2, {0, 1, 2, 0, 2, 1, 0, 1}, .unweighted = true},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sloped *c = &cases[i];
        struct objective_opts opts = default_opts;
        opts.huber_slope = 0.6;
        opts.quantile[0] = 0.1;
        opts.quantile[2] = 0.8;
        opts.scale_pos_weight = c->loss == positives_twice ? 2 : 1;
        opts.lambdarank_normalization = opts.lambdarank_score_normalization = false;
        struct objective_rows rows = {.objective = objective_named(c->name),
            .opts = &opts,
            .n = N,
            .n_outputs = c->n_outputs ? c->n_outputs : 1,
            .y = c->y,
            .weight = c->unweighted ? NULL : row_weight,
            .group = row_group};
        check_slopes(c, &rows, outputs);
    }
}

/* H is 1 where the hinge slopes, and next to nothing elsewhere. */
static void test_hinge(void **state)
{
    static const double y[N] = CLASSES;
    static const double raw[N] = {-3, 2, 0.5, 0.5, -0.2, -4, 7, 0.99};
    struct gradient g[N];
    struct objective_rows rows = {.objective = objective_named("binary:hinge"),
        .opts = &default_opts,
        .n = N,
        .n_outputs = 1,
        .y = y};
    (void)state;

    gradients(&rows, raw, g);
    for (int i = 0; i < N; i++) {
        double above = raw[i] + STEP, below = raw[i] - STEP;
        double s = (hinge(&rows, i, &below) - hinge(&rows, i, &above)) / (2 * STEP);
        assert_close(g[i].s, s, 1e-9, 0);
        assert_true(s != 0 ? g[i].h == 1 : g[i].h > 0 && g[i].h < 1e-30);
    }
}

/* However sure a row is of its class, H is no 0. */
static void test_sure(void **state)
{
    static const char *const names[] = {"binary:logistic", "reg:logistic", "multi:softprob"};
    static const double y[N] = CLASSES;
    double raw[N * WIDTH];
    struct gradient g[N * WIDTH];
    (void)state;

    for (int k = 0; k < 3; k++) {
        struct objective_rows rows = {.objective = objective_named(names[k]),
            .opts = &default_opts,
            .n = N,
            .n_outputs = k == 2 ? WIDTH : 1,
            .y = y};
        for (int i = 0; i < N * rows.n_outputs; i++)
            raw[i] = k == 2 ? (i % WIDTH == (int)y[i / WIDTH] ? 90 : -90) : y[i] > 0 ? 90 : -90;
        gradients(&rows, raw, g);
        for (int i = 0; i < N * rows.n_outputs; i++)
            assert_close(g[i].h, 1e-16, 0, 0);
    }
}

static void test_aft(void **state)
{
    static const struct sloped c = {"survival:aft", aft, 1, {1, 2, 0, 0, 0.5, 0.3, 2, 1.5}};
    static const double upper[N] = {1, 2, 3, 0.5, 4, INFINITY, INFINITY, 1.7};
    (void)state;

    for (int law = AFT_NORMAL; law <= AFT_EXTREME; law++)
        for (int wide = 0; wide < 2; wide++) {
            struct objective_opts opts = default_opts;
            opts.aft_distribution = law;
            opts.aft_scale = wide ? 1.3 : 0.7;
            struct objective_rows rows = {.objective = objective_named("survival:aft"),
                .opts = &opts,
                .n = N,
                .n_outputs = 1,
                .y = c.y,
                .upper = upper,
                .weight = row_weight};
            check_slopes(&c, &rows, outputs);
        }
}

/* The normal law has no C library's error function: a left-censored row shows its density by its
 * share, as precise as that is. */
static void test_normal_law(void **state)
{
    static const double y[N] = {0}, upper[N] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct gradient g[N];
    struct objective_rows rows = {.objective = objective_named("survival:aft"),
        .opts = &default_opts,
        .n = N,
        .n_outputs = 1,
        .y = y,
        .upper = upper};
    (void)state;

    for (int i = 0; i < 200; i++) {
        double raw[N];
        for (int j = 0; j < N; j++)
            raw[j] = (i * N + j) / 160.0 - 5;
        gradients(&rows, raw, g);
        for (int j = 0; j < N; j++) {
            double share = aft_share(AFT_NORMAL, -raw[j]);
            assert_close(
                g[j].s, -aft_density(AFT_NORMAL, -raw[j]) / share, 1e-14 + 1.5e-15 / share, 0);
        }
    }
}

/* A bound that is missing is none, and without upper bounds all that is known is exact. */
static void test_bounds(void **state)
{
    static const double y[N] = {1, 2, 3, 4, 5, 6, 7, 8};
    double upper[N];
    struct gradient g[N], other[N];
    struct objective_rows rows = {.objective = objective_named("survival:aft"),
        .opts = &default_opts,
        .n = N,
        .n_outputs = 1,
        .y = y};
    (void)state;

    gradients(&rows, outputs, g);
    rows.upper = y;
    gradients(&rows, outputs, other);
    assert_memory_equal(g, other, sizeof g);
    rows.upper = upper;
    for (int i = 0; i < N; i++)
        upper[i] = INFINITY;
    gradients(&rows, outputs, g);
    for (int i = 0; i < N; i++)
        upper[i] = NAN;
    gradients(&rows, outputs, other);
    assert_memory_equal(g, other, sizeof g);
}

/* Hazards far apart and huge leave numbers. */
static void test_far_hazards(void **state)
{
    static const double y[N] = {1, -2, 3, 4, 4, -5, 6, 7};
    static const double raw[N] = {900, -900, 0, 800, -800, 5, -900, -950};
    struct gradient g[N];
    struct objective_rows rows = {.objective = objective_named("survival:cox"),
        .opts = &default_opts,
        .n = N,
        .n_outputs = 1,
        .y = y};
    (void)state;

    gradients(&rows, raw, g);
    for (int i = 0; i < N; i++)
        assert_true(fabs(g[i].s) <= N && g[i].h >= 0 && g[i].h <= N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_slopes), cmocka_unit_test(test_hinge),
        cmocka_unit_test(test_sure), cmocka_unit_test(test_aft), cmocka_unit_test(test_normal_law),
        cmocka_unit_test(test_bounds), cmocka_unit_test(test_far_hazards)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
