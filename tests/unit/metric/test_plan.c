/* test_plan.c -- several metrics of the same rows, under weights that change. */
#include "tests/unit/unit.h"

#include "common/base/mem.h"
#include "common/metric/metric.h"
#include "tests/gold/metric_gold.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const names[] = {"auc", "accuracy", "ndcg@5", "brier", "mcc", "map", "f1",
    "average_precision", "log_loss", "aucpr", "pre@3", "map@3-", "error", "error@0.3"};
enum { N_NAMES = COUNT(names), N = COUNT(binary_y) };

struct case_ {
    struct scored s;
    struct metric metrics[N_NAMES];
    int32_t group[N];
};

static void case_init(struct case_ *c)
{
    struct err err = ERR_INIT;
    c->s = (struct scored){.n = N,
        .y = binary_y,
        .n_classes = 2,
        .label = binary_label,
        .prob = binary_prob,
        .group = c->group};
    for (int i = 0; i < N; i++)
        c->group[i] = i / 9;
    for (int i = 0; i < N_NAMES; i++)
        assert_ok(metric_find(&c->metrics[i], names[i], &err), &err);
}

/* Together or alone, planned before or made for these weights: the same bits. */
static void test_same_as_alone(void **state)
{
    (void)state;
    struct case_ c;
    struct err err = ERR_INIT;
    double weight[N], values[N_NAMES], alone;
    case_init(&c);
    struct metric_plan *plan = metric_plan_new(c.metrics, N_NAMES, &c.s, &err);
    assert_non_null(plan);
    double *scratch = mem_alloc((size_t)metric_plan_scratch(plan), sizeof *scratch);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < N; i++)
            weight[i] = (i * 7 + round * i) % 4;
        metric_plan_evaluate(plan, round ? weight : NULL, scratch, values);
        c.s.weight = round ? weight : NULL;
        for (int i = 0; i < N_NAMES; i++) {
            assert_ok(metric_compute(&c.metrics[i], &c.s, &alone, &err), &err);
            assert_close(values[i], alone, 0, 0);
        }
    }
    mem_free(scratch);
    metric_plan_free(plan);
}

/* Sums run over blocks of 65,536 rows; the last one is not full. */
static void test_many_rows(void **state)
{
    (void)state;
    enum { MANY = 200003 };
    struct metric m;
    struct err err = ERR_INIT;
    double *y = mem_alloc(MANY, sizeof *y), *value = mem_alloc(MANY, sizeof *value), got;
    for (int i = 0; i < MANY; i++) {
        y[i] = i;
        value[i] = i + (i % 3 - 1);
    }
    struct scored s = {.n = MANY, .y = y, .value = value};
    assert_ok(metric_find(&m, "mae", &err), &err);
    assert_ok(metric_compute(&m, &s, &got, &err), &err);
    assert_close(got, (MANY - 66668.0) / MANY, 1e-12, 0); /* i % 3 is 1 in 66668 of them */
    assert_ok(metric_find(&m, "r2", &err), &err);
    assert_ok(metric_compute(&m, &s, &got, &err), &err);
    double variance = ((double)MANY * MANY - 1) / 12;
    assert_close(got, 1 - (MANY - 66668.0) / MANY / variance, 1e-12, 0);
    mem_free(value);
    mem_free(y);
}

static int plan_make(void *ctx, struct err *err)
{
    struct case_ *c = ctx;
    struct metric_plan *plan = metric_plan_new(c->metrics, N_NAMES, &c->s, err);
    metric_plan_free(plan);
    return plan ? 0 : -1;
}

static void test_no_memory(void **state)
{
    (void)state;
    struct case_ c;
    case_init(&c);
    assert_true(FAULT_LOOP(plan_make, &c) >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_as_alone),
        cmocka_unit_test(test_many_rows), cmocka_unit_test(test_no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
