/* stand-in */
#include "cmd/xgb/objective.h"
#include "common/base/exps.h"
#include <math.h>
#include <string.h>
static double w_of(const struct objective_rows *r, int64_t i)
{
    return r->weight ? r->weight[i] : 1;
}
static double mean(struct objective_rows *r)
{
    double s = 0, w = 0;
    for (int64_t i = 0; i < r->n; i++) {
        s += w_of(r, i) * r->y[i];
        w += w_of(r, i);
    }
    return s / w;
}
static double sq_base(struct objective_rows *r, int k)
{
    (void)k;
    return mean(r);
}
static double id(double x)
{
    return x;
}
static void sq_g(const struct objective_rows *r, const double *raw, int k, int64_t b, int64_t e,
    struct gradient *g)
{
    (void)k;
    for (int64_t i = b; i < e; i++) {
        double w = w_of(r, i);
        g[i].s = w * (r->y[i] - raw[i]);
        g[i].h = w;
    }
}
static double lo_base(struct objective_rows *r, int k)
{
    (void)k;
    double p = mean(r);
    return log_one(p / (1 - p));
}
static double lo_of(double p)
{
    return p > 0 && p < 1 ? log_one(p / (1 - p)) : NAN;
}
static void lo_g(const struct objective_rows *r, const double *raw, int k, int64_t b, int64_t e,
    struct gradient *g)
{
    (void)k;
    double p[512];
    for (; b < e; b += 512) {
        int64_t n = e - b < 512 ? e - b : 512;
        logistic_many(raw + b, p, n);
        for (int64_t i = 0; i < n; i++) {
            double w = w_of(r, b + i), q = p[i] * (1 - p[i]);
            g[b + i].s = w * (r->y[b + i] - p[i]);
            g[b + i].h = w * (q > 1e-16 ? q : 1e-16);
        }
    }
}
static const struct objective sq = {.name = "reg:squarederror",
    .task = TASK_REGRESSION,
    .link = LINK_IDENTITY,
    .base = sq_base,
    .base_of = id,
    .gradients = sq_g};
static const struct objective lo = {.name = "binary:logistic",
    .task = TASK_CLASSIFICATION,
    .n_classes = 2,
    .link = LINK_LOGISTIC,
    .base = lo_base,
    .base_of = lo_of,
    .gradients = lo_g};
const struct objective *objective_choose(
    const char *name, const struct target *t, bool g, struct err *err)
{
    (void)name;
    (void)g;
    (void)err;
    return t->task == TASK_REGRESSION ? &sq : &lo;
}
