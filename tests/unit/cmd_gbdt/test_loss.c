/* test_loss.c -- residuals by finite differences, leaves and base by looking beside them, weights
 * as repeated rows. */
#include "cmd/gbdt/loss.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "tests/unit/fitted.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { CLASSES = 3, N = 60 };

/* Rows with weights 1, 2 and 3 and raw outputs near what their targets are. */
struct setup {
    struct table *table; /* whose target it is */
    struct loss_rows rows;
    double *y, *weight, *raw, *r;
    int64_t n;
};

static const struct kind {
    int option, n_classes;
    double alpha;
    double per_residual; /* what -dL/df is of the residual */
} kinds[] = {
    {LOSS_SQUARED, 0, 0.5, 2},
    {LOSS_ABSOLUTE, 0, 0.5, 1},
    {LOSS_HUBER, 0, 0.8, 1},
    {LOSS_QUANTILE, 0, 0.3, 1},
    {LOSS_QUANTILE, 0, 0.9, 1},
    {LOSS_LOGISTIC, 2, 0.5, 1},
    {LOSS_EXPONENTIAL, 2, 0.5, 1},
    {LOSS_POISSON, 0, 0.5, 1},
    {LOSS_LOGISTIC, CLASSES, 0.5, 1},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static double target_of(const struct kind *k, struct rng *r)
{
    return k->n_classes                ? (double)rng_below(r, (uint64_t)k->n_classes)
           : k->option == LOSS_POISSON ? (double)rng_below(r, 5)
                                       : rng_normal(r);
}

static void setup_arrays(struct setup *s, const struct kind *k)
{
    size_t n = (size_t)s->n, width = k->n_classes > 2 ? (size_t)k->n_classes : 1;
    s->y = mem_zalloc(n, sizeof *s->y);
    s->weight = mem_zalloc(n, sizeof *s->weight);
    s->raw = mem_zalloc(n, width * sizeof *s->raw);
    s->r = mem_zalloc(n, sizeof *s->r);
    s->rows.n = s->n;
    s->rows.n_outputs = (int)width;
    s->rows.y = s->y;
    s->rows.weight = s->weight;
    s->rows.alpha = k->alpha;
    s->rows.residual = s->r;
    s->rows.difference = mem_zalloc(n, sizeof *s->rows.difference);
    s->rows.weighted = mem_zalloc(n, sizeof *s->rows.weighted);
    s->rows.log_sum = mem_zalloc(n, sizeof *s->rows.log_sum);
}

static void setup_init(struct setup *s, const struct kind *k, int64_t n)
{
    struct err err = ERR_INIT;
    struct rng r;

    *s = (struct setup){.n = n, .table = sample_table(1, 1, k->n_classes, 1)};
    setup_arrays(s, k);
    s->rows.loss = loss_choose(k->option, &s->table->target, &err);
    assert_non_null(s->rows.loss);
    rng_init(&r, 11, RNG_DATA, (uint32_t)k->option, (uint64_t)k->n_classes);
    for (int64_t i = 0; i < n; i++) {
        s->y[i] = i < k->n_classes ? (double)i : target_of(k, &r);
        s->weight[i] = (double)(1 + i % 3);
        for (int j = 0; j < s->rows.n_outputs; j++)
            s->raw[i * s->rows.n_outputs + j] = 0.7 * rng_normal(&r);
    }
}

static void setup_release(struct setup *s)
{
    sample_free(s->table);
    mem_free(s->y);
    mem_free(s->weight);
    mem_free(s->raw);
    mem_free(s->r);
    mem_free(s->rows.difference);
    mem_free(s->rows.weighted);
    mem_free(s->rows.log_sum);
}

/* What a round does before its tree for an output. */
static void residuals_fill(struct setup *s, int output)
{
    const struct loss *l = s->rows.loss;
    if (l->round)
        l->round(&s->rows, s->raw);
    l->residuals(&s->rows, s->raw, output, 0, s->n, s->r);
}

static double loss_of_row(struct setup *s, int64_t row, int output, double plus)
{
    double *f = &s->raw[row * s->rows.n_outputs + output], held = *f, loss;
    *f += plus;
    s->rows.loss->losses(&s->rows, s->raw, row, row + 1, &loss);
    *f = held;
    return loss;
}

static void test_residuals(void **state)
{
    const double h = 1e-5;
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        struct setup s;
        setup_init(&s, &kinds[i], N);
        print_message("%s\n", s.rows.loss->name);
        for (int k = 0; k < s.rows.n_outputs; k++) {
            residuals_fill(&s, k);
            for (int64_t row = 0; row < N; row++) {
                double slope = (loss_of_row(&s, row, k, h) - loss_of_row(&s, row, k, -h)) / (2 * h);
                /* huber's quantile row is right at delta */
                assert_close(kinds[i].per_residual * s.r[row], -slope, 1e-6, h / 2);
            }
        }
        setup_release(&s);
    }
}

/* A part of the rows gives the same as all of them. */
static void test_residuals_of_parts(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        struct setup s;
        double part[N];
        setup_init(&s, &kinds[i], N);
        residuals_fill(&s, 0);
        s.rows.loss->residuals(&s.rows, s.raw, 0, 0, 17, part);
        s.rows.loss->residuals(&s.rows, s.raw, 0, 17, N, part);
        assert_memory_equal(part, s.r, sizeof part);
        setup_release(&s);
    }
}

/* ---- leaves ---- */

struct leaf {
    uint32_t row[N];
    struct hist_rows rows;
};

/* Every third row; draws are no part of a leaf's value. */
static void leaf_make(struct leaf *l)
{
    static const uint16_t draws[N] = {1};
    uint32_t n = 0;
    for (uint32_t i = 1; i < N; i += 3)
        l->row[n++] = i;
    for (uint32_t i = 2; i < N / 2; i += 3)
        l->row[n++] = i;
    l->rows = (struct hist_rows){l->row, n, draws, 7};
}

static double leaf_loss(struct setup *s, const struct leaf *l, int output, double value)
{
    double sum = 0;
    for (uint32_t i = 0; i < l->rows.n; i++)
        sum += s->weight[l->row[i]] * loss_of_row(s, l->row[i], output, value);
    return sum;
}

/* One step of Newton's from the raw outputs, by differences of residuals. */
static double newton(struct setup *s, const struct leaf *l, int output)
{
    const double h = 1e-5;
    double slope = 0, curve = 0;
    for (uint32_t i = 0; i < l->rows.n; i++) {
        int64_t row = l->row[i];
        double *f = &s->raw[row * s->rows.n_outputs + output], held = *f, r[2];
        residuals_fill(s, output);
        slope += s->weight[row] * s->r[row];
        for (int side = 0; side < 2; side++) {
            *f = held + (side ? h : -h);
            residuals_fill(s, output);
            r[side] = s->r[row];
        }
        *f = held;
        curve -= s->weight[row] * (r[1] - r[0]) / (2 * h);
    }
    residuals_fill(s, output);
    double k = s->rows.n_outputs;
    return slope / curve * (k > 1 ? (k - 1) / k : 1);
}

/* Friedman's approximation, from sorted differences. */
static double huber_by_sorting(const struct setup *s, const struct leaf *l)
{
    struct weighted item[N];
    double sum = 0, all = 0;
    for (uint32_t i = 0; i < l->rows.n; i++)
        item[i] = (struct weighted){s->y[l->row[i]] - s->raw[l->row[i]], s->weight[l->row[i]]};
    double median = weighted_quantile(item, l->rows.n, 0.5);
    for (uint32_t i = 0; i < l->rows.n; i++) {
        double r = item[i].value - median;
        sum += item[i].weight * fmax(-s->rows.delta, fmin(s->rows.delta, r));
        all += item[i].weight;
    }
    return median + sum / all;
}

static void test_leaves(void **state)
{
    struct leaf leaf;
    (void)state;
    leaf_make(&leaf);
    for (int i = 0; i < KINDS; i++) {
        struct setup s;
        setup_init(&s, &kinds[i], N);
        print_message("%s\n", s.rows.loss->name);
        for (int k = 0; k < s.rows.n_outputs; k++) {
            residuals_fill(&s, k);
            double value = s.rows.loss->leaf(&s.rows, &leaf.rows);
            if (kinds[i].option == LOSS_HUBER) {
                assert_close(value, huber_by_sorting(&s, &leaf), 1e-12, 0);
            } else if (kinds[i].n_classes || kinds[i].option == LOSS_POISSON) {
                assert_close(value, newton(&s, &leaf, k), 1e-6, 0);
            } else {
                double best = leaf_loss(&s, &leaf, k, value);
                for (double off = 1e-4; off < 4; off *= 1.7) {
                    assert_true(leaf_loss(&s, &leaf, k, value + off) > best - 1e-12);
                    assert_true(leaf_loss(&s, &leaf, k, value - off) > best - 1e-12);
                }
            }
        }
        setup_release(&s);
    }
}

/* Rows that are all as well fitted as numbers can say have no curvature: they stay as they are. */
static void test_flat_leaves(void **state)
{
    struct leaf leaf;
    (void)state;
    leaf_make(&leaf);
    for (int i = 0; i < KINDS; i++) {
        struct setup s;
        if (kinds[i].n_classes == 0)
            continue;
        setup_init(&s, &kinds[i], N);
        for (int64_t row = 0; row < N; row++)
            for (int k = 0; k < s.rows.n_outputs; k++)
                s.raw[row * s.rows.n_outputs + k] =
                    s.rows.n_outputs == 1 ? (s.y[row] > 0 ? 800 : -800) : 800 * (s.y[row] == k);
        residuals_fill(&s, 0);
        assert_true(s.rows.loss->leaf(&s.rows, &leaf.rows) == 0);
        assert_close(loss_mean(&s.rows, s.raw, NULL, true), 0, 0, 1e-300);
        setup_release(&s);
    }
}

/* ---- base ---- */

static double mean_at(struct setup *s, const double *base)
{
    int k = s->rows.n_outputs;
    for (int64_t i = 0; i < s->n; i++)
        memcpy(s->raw + i * k, base, (size_t)k * sizeof *base);
    return loss_mean(&s->rows, s->raw, NULL, true);
}

static void test_base(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        struct setup s;
        double base[CLASSES], sum = 0;
        setup_init(&s, &kinds[i], N);
        print_message("%s\n", s.rows.loss->name);
        for (int k = 0; k < s.rows.n_outputs; k++)
            sum += base[k] = s.rows.loss->base(&s.rows, k);
        if (s.rows.n_outputs > 1)
            assert_close(sum, 0, 0, 1e-12);
        if (kinds[i].option == LOSS_HUBER)
            s.rows.loss = loss_choose(LOSS_ABSOLUTE, &s.table->target, &(struct err)ERR_INIT);
        double best = mean_at(&s, base);
        for (int k = 0; k < s.rows.n_outputs; k++)
            for (double off = 1e-3; off < 4; off *= 2)
                for (int side = -1; side <= 1; side += 2) {
                    double beside[CLASSES];
                    memcpy(beside, base, sizeof base);
                    beside[k] += side * off;
                    assert_true(mean_at(&s, beside) > best - 1e-12);
                }
        setup_release(&s);
    }
}

/* A class without weight is as rare as numbers can say, no less. */
static void test_base_of_one_class(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        struct setup s;
        if (!kinds[i].n_classes)
            continue;
        setup_init(&s, &kinds[i], N);
        for (int64_t row = 0; row < N; row++)
            s.weight[row] = s.y[row] == 0;
        for (int k = 0; k < s.rows.n_outputs; k++) {
            double base = s.rows.loss->base(&s.rows, k);
            assert_true(fabs(base) > 10 && fabs(base) < 40);
        }
        setup_release(&s);
    }
}

/* ---- weights and means ---- */

/* Each row as often as it weighs, weight 1. */
static void repeat(struct setup *to, const struct setup *s, const struct kind *k)
{
    int width = s->rows.n_outputs;
    int64_t n = 0;
    for (int64_t i = 0; i < s->n; i++)
        n += (int64_t)s->weight[i];
    setup_init(to, k, n);
    for (int64_t i = 0, at = 0; i < s->n; i++)
        for (int times = 0; times < (int)s->weight[i]; times++, at++) {
            to->y[at] = s->y[i];
            memcpy(to->raw + at * width, s->raw + i * width, (size_t)width * sizeof *s->raw);
        }
    to->rows.weight = NULL;
}

static void test_weights(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        struct setup s, many;
        uint32_t all[3 * N];
        setup_init(&s, &kinds[i], N);
        for (int64_t row = 0; row < N; row += 5)
            s.weight[row] = 0;
        repeat(&many, &s, &kinds[i]);
        assert_true(many.n > N && many.n < 3 * N);
        for (uint32_t row = 0; row < 3 * N; row++)
            all[row] = row;
        for (int k = 0; k < s.rows.n_outputs; k++) {
            assert_close(
                s.rows.loss->base(&s.rows, k), many.rows.loss->base(&many.rows, k), 1e-12, 0);
            residuals_fill(&s, k);
            residuals_fill(&many, k);
            assert_true(s.rows.delta == many.rows.delta);
            /* rows of no weight are in no tree */
            uint32_t some[N], n = 0;
            for (uint32_t row = 0; row < N; row++)
                if (s.weight[row] > 0)
                    some[n++] = row;
            const struct hist_rows few = {some, n, NULL, 0};
            const struct hist_rows each = {all, (uint32_t)many.n, NULL, 0};
            assert_close(s.rows.loss->leaf(&s.rows, &few), many.rows.loss->leaf(&many.rows, &each),
                1e-12, 0);
        }
        assert_close(loss_mean(&s.rows, s.raw, NULL, true),
            loss_mean(&many.rows, many.raw, NULL, true), 1e-12, 0);
        setup_release(&s);
        setup_release(&many);
    }
}

/* Over several parts of several blocks; of the rows drawn, the others and all. */
static void test_mean(void **state)
{
    enum { MANY = 70001 };
    uint16_t *draws = mem_alloc(MANY, sizeof *draws);
    (void)state;
    assert_non_null(draws);
    for (int i = 0; i < MANY; i++)
        draws[i] = (uint16_t)(i * 7 % 5 / 2);
    for (int i = 0; i < KINDS; i++) {
        struct setup s;
        double sum[2] = {0}, weight[2] = {0}, loss;
        setup_init(&s, &kinds[i], MANY);
        residuals_fill(&s, 0);
        for (int64_t row = 0; row < MANY; row++) {
            s.rows.loss->losses(&s.rows, s.raw, row, row + 1, &loss);
            sum[draws[row] > 0] += s.weight[row] * loss;
            weight[draws[row] > 0] += s.weight[row];
        }
        for (int drawn = 0; drawn < 2; drawn++)
            assert_close(
                loss_mean(&s.rows, s.raw, draws, drawn), sum[drawn] / weight[drawn], 1e-11, 0);
        assert_close(loss_mean(&s.rows, s.raw, NULL, true),
            (sum[0] + sum[1]) / (weight[0] + weight[1]), 1e-11, 0);
        setup_release(&s);
    }
    mem_free(draws);
}

/* Rows of no weight may have any loss; of no rows there is none. */
static void test_mean_of_none(void **state)
{
    const uint16_t draws[N] = {0};
    struct setup s;
    (void)state;
    setup_init(&s, &kinds[6], N);
    s.weight[4] = 0;
    s.raw[4] = s.y[4] > 0 ? -1000 : 1000;
    assert_true(isfinite(loss_mean(&s.rows, s.raw, NULL, true)));
    assert_true(isnan(loss_mean(&s.rows, s.raw, draws, true)));
    setup_release(&s);
}

/* ---- which loss ---- */

static void check_choice(int option, int n_classes, const char *name, const char *error)
{
    struct table *t = sample_table(1, 1, n_classes, 1);
    struct err err = ERR_INIT;
    const struct loss *l = loss_choose(option, &t->target, &err);
    if (name) {
        assert_non_null(l);
        assert_string_equal(l->name, name);
        assert_int_equal(l->link == LINK_SOFTMAX, n_classes > 2);
    } else {
        assert_err(l ? 0 : -1, &err, ERR_USAGE, error);
    }
    sample_free(t);
}

static void test_choice(void **state)
{
    (void)state;
    check_choice(LOSS_AUTO, 0, "squared", NULL);
    check_choice(LOSS_AUTO, 2, "logistic", NULL);
    check_choice(LOSS_AUTO, 3, "logistic", NULL);
    check_choice(LOSS_LOGISTIC, 3, "logistic", NULL);
    check_choice(LOSS_EXPONENTIAL, 2, "exponential", NULL);
    check_choice(LOSS_EXPONENTIAL, 3, NULL, "--loss exponential is for two classes: 'y' has 3");
    check_choice(LOSS_LOGISTIC, 0, NULL, "--loss logistic does not fit: 'y' is a regression");
    check_choice(LOSS_HUBER, 2, NULL, "--loss huber does not fit: 'y' is a classification");
    for (int option = LOSS_SQUARED; option <= LOSS_POISSON; option++) {
        int n_classes = option == LOSS_LOGISTIC || option == LOSS_EXPONENTIAL ? 2 : 0;
        check_choice(option, n_classes, loss_names[option], NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_residuals),
        cmocka_unit_test(test_residuals_of_parts),
        cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_flat_leaves),
        cmocka_unit_test(test_base),
        cmocka_unit_test(test_base_of_one_class),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_mean_of_none),
        cmocka_unit_test(test_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
