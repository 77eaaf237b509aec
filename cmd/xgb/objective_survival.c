/*
 * objective_survival.c -- survival:cox, proportional hazards (Cox 1972, "Regression models and
 * life-tables"): e^f is a row's hazard, relative to others'.
 *
 * |y| is when a row was last seen, y > 0 that it ended then.  The loss is Breslow's: the sum over
 * those that ended of log(sum of e^f of the rows at risk, those seen until then) - f.
 */
#include <math.h>
#include <string.h>

#include "cmd/xgb/objective_parts.h"
#include "common/base/exps.h"
#include "common/base/mem.h"

struct cox {
    struct keyed *order; /* [n] rows by rising |y| */
    double *hazard;      /* [n] e^(f - greatest f) */
    double *at_risk;     /* [n] by order: sums of the hazards from there on */
    struct gradient *g;  /* [n] of the round */
};

static int cox_start(struct objective_rows *rows, struct err *err)
{
    size_t n = (size_t)rows->n;
    struct cox *cox = rows->own = mem_zalloc(1, sizeof *cox);

    if (!cox)
        return err_memory(err);
    cox->order = mem_alloc(n, sizeof *cox->order);
    cox->hazard = mem_alloc(n, sizeof *cox->hazard);
    cox->at_risk = mem_alloc(n, sizeof *cox->at_risk);
    cox->g = mem_alloc(n, sizeof *cox->g);
    if (!cox->order || !cox->hazard || !cox->at_risk || !cox->g)
        return err_memory(err);
    for (size_t i = 0; i < n; i++)
        cox->order[i] = (struct keyed){fabs(rows->y[i]), (uint32_t)i};
    keyed_sort(cox->order, n);
    return 0;
}

static void cox_release(struct objective_rows *rows)
{
    struct cox *cox = rows->own;
    if (!cox)
        return;
    mem_free(cox->order);
    mem_free(cox->hazard);
    mem_free(cox->at_risk);
    mem_free(cox->g);
    mem_free(cox);
    rows->own = NULL;
}

/* No hazard overflows, since the greatest is 1; sums so small that their squares would vanish are
 * kept from it. */
static void cox_hazards(struct cox *cox, const double *raw, int64_t n)
{
    double most = -INFINITY, sum = 0;

    for (int64_t i = 0; i < n; i++)
        most = raw && raw[i] > most ? raw[i] : most;
    for (int64_t i = 0; i < n; i++)
        cox->hazard[i] = raw ? raw[i] - most : 0;
    exp_many(cox->hazard, cox->hazard, n);
    for (int64_t i = n; i-- > 0;) {
        sum += cox->hazard[cox->order[i].row];
        cox->at_risk[i] = sum > 1e-150 ? sum : 1e-150;
    }
}

/*
 * raw NULL: all 0.  Of rows seen equally long, one only counts the ends up to its own in the order
 * of the rows: so XGBoost does, where all would have to.
 */
static int cox_round(struct objective_rows *rows, int round, const double *raw, struct err *err)
{
    struct cox *cox = rows->own;
    double at_risk = 0, once = 0, twice = 0; /* sums of 1 / at_risk, and of its square */
    (void)round, (void)err;

    cox_hazards(cox, raw, rows->n);
    for (int64_t i = 0; i < rows->n; i++) {
        uint32_t row = cox->order[i].row;
        bool ended = rows->y[row] > 0;
        if (i == 0 || cox->order[i].key > cox->order[i - 1].key)
            at_risk = cox->at_risk[i];
        if (ended) {
            once += 1 / at_risk;
            twice += 1 / (at_risk * at_risk);
        }
        double hazard = cox->hazard[row], due = hazard * once;
        double h = due - hazard * hazard * twice; /* of rounding, less than nothing may be left */
        cox->g[row] = (struct gradient){ended - due, h > 0 ? h : 0};
    }
    return 0;
}

static void cox_block(const struct objective_rows *rows, const double *f, int output, int64_t at,
    int64_t n, struct gradient *g)
{
    const struct cox *cox = rows->own;
    (void)f, (void)output;
    memcpy(g, cox->g + at, (size_t)n * sizeof *g);
}

static double cox_base(struct objective_rows *rows, int output)
{
    struct err none = ERR_INIT;
    (void)output;
    cox_round(rows, 0, NULL, &none);
    return objective_newton(rows);
}

const struct objective objective_cox = {.name = "survival:cox",
    .task = TASK_REGRESSION,
    .link = LINK_EXP,
    .metric = "cox-nloglik",
    .start = cox_start,
    .release = cox_release,
    .base = cox_base,
    .base_of = margin_log,
    .round = cox_round,
    .gradients = objective_gradients,
    .block = cox_block};
