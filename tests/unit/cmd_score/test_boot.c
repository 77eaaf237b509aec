/* test_boot.c -- the bootstrap against the same draws made by hand, and its intervals. */
#include "tests/unit/unit.h"

#include <math.h>

#include "cmd/score/boot.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"
#include "tests/gold/metric_gold.h"

enum { N = sizeof binary_y / sizeof *binary_y, GROUPS = 9, REPEATS = 40 };

static const struct scored rows = {
    .n = N, .y = binary_y, .n_classes = 2, .label = binary_label, .prob = binary_prob};

struct setting {
    struct metric metrics[2];
    struct metric_plan *plans[2];
    int n_values[2];
    int32_t group[N];
    struct boot boot;
};

/* Two plans: the first has auc and accuracy, the second accuracy. */
static void setting_init(struct setting *s)
{
    struct err err = ERR_INIT;
    assert_ok(metric_find(&s->metrics[0], "auc", &err), &err);
    assert_ok(metric_find(&s->metrics[1], "accuracy", &err), &err);
    s->plans[0] = metric_plan_new(s->metrics, 2, &rows, &err);
    s->plans[1] = metric_plan_new(s->metrics + 1, 1, &rows, &err);
    assert_non_null(s->plans[0]);
    assert_non_null(s->plans[1]);
    s->n_values[0] = 2;
    s->n_values[1] = 1;
    for (int i = 0; i < N; i++)
        s->group[i] = i / 9;
    s->boot = (struct boot){.n = N,
        .plans = (const struct metric_plan *const *)s->plans,
        .n_values = s->n_values,
        .n_plans = 2,
        .repeats = REPEATS,
        .seed = 5,
        .key = 2};
}

static void setting_release(struct setting *s)
{
    metric_plan_free(s->plans[0]);
    metric_plan_free(s->plans[1]);
}

/* The rows that a repeat draws, one after another, and their metrics without any weights. */
static void by_hand(const struct setting *s, int repeat, double values[2])
{
    static double y[40 * N], prob[80 * N], weight[40 * N];
    static int32_t label[40 * N];
    struct scored drawn = {.y = y, .n_classes = 2, .label = label, .prob = prob};
    bool grouped = s->boot.group != NULL;
    struct rng rng;
    struct err err = ERR_INIT;
    rng_init(&rng, s->boot.seed, RNG_BOOT, (uint32_t)repeat, s->boot.key);
    for (int d = 0; d < (grouped ? GROUPS : N); d++) {
        int unit = (int)rng_below(&rng, grouped ? GROUPS : N);
        for (int i = 0; i < N; i++) {
            if (grouped ? s->group[i] != unit : i != unit)
                continue;
            y[drawn.n] = binary_y[i];
            label[drawn.n] = binary_label[i];
            prob[2 * drawn.n] = binary_prob[2 * i];
            prob[2 * drawn.n + 1] = binary_prob[2 * i + 1];
            weight[drawn.n++] = s->boot.weight ? s->boot.weight[i] : 1;
        }
    }
    drawn.weight = s->boot.weight ? weight : NULL;
    for (int m = 0; m < 2; m++)
        assert_ok(metric_compute(&s->metrics[m], &drawn, &values[m], &err), &err);
}

static void check_by_hand(const struct setting *s)
{
    static double samples[REPEATS][3];
    struct err err = ERR_INIT;
    assert_ok(boot_run(&s->boot, samples[0], NULL, &err), &err);
    for (int i = 0; i < REPEATS; i++) {
        double values[2];
        by_hand(s, i, values);
        assert_close(samples[i][0], values[0], 1e-13, 0);
        assert_close(samples[i][1], values[1], 1e-13, 0);
        assert_close(samples[i][2], samples[i][1], 0, 0); /* paired: the same draws */
        assert_true(i == 0 || samples[i][0] != samples[i - 1][0]);
    }
}

static void test_by_hand(void **state)
{
    (void)state;
    struct setting s;
    setting_init(&s);
    check_by_hand(&s);
    s.boot.weight = binary_weight;
    check_by_hand(&s);
    s.boot.group = s.group;
    s.boot.n_groups = GROUPS;
    check_by_hand(&s);
    s.boot.weight = NULL;
    check_by_hand(&s);
    setting_release(&s);
}

static void test_any_number_of_threads(void **state)
{
    (void)state;
    static double one[REPEATS][3], four[REPEATS][3];
    struct setting s;
    struct err err = ERR_INIT;
    setting_init(&s);
    assert_ok(boot_run(&s.boot, one[0], NULL, &err), &err);
    assert_ok(pool_start(4, &err), &err);
    assert_ok(boot_run(&s.boot, four[0], NULL, &err), &err);
    pool_stop();
    assert_memory_equal(one, four, sizeof one);
    setting_release(&s);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void test_interrupted(void **state)
{
    (void)state;
    static double samples[REPEATS][3];
    const struct watch watch = {.stop = always};
    struct setting s;
    struct err err = ERR_INIT;
    setting_init(&s);
    assert_err(boot_run(&s.boot, samples[0], &watch, &err), &err, ERR_INTERRUPTED, "interrupted");
    setting_release(&s);
}

/* numpy.percentile([1 .. 11], [5, 95]) is 1.5, 10.5 */
static void test_interval(void **state)
{
    (void)state;
    double samples[] = {11, 1, 10, NAN, 2, 9, 3, 8, 4, NAN, 7, 5, 6}, low, high;
    assert_int_equal(boot_interval(samples, 13, 0.9, &low, &high), 11);
    assert_close(low, 1.5, 1e-14, 0);
    assert_close(high, 10.5, 1e-14, 0);
    double one[] = {NAN, 3}, none[] = {NAN};
    assert_int_equal(boot_interval(one, 2, 0.9, &low, &high), 1);
    assert_close(low, 3, 0, 0);
    assert_close(high, 3, 0, 0);
    assert_int_equal(boot_interval(none, 1, 0.9, &low, &high), 0);
    assert_true(isnan(low) && isnan(high));
}

static int boot_again(void *ctx, struct err *err)
{
    double samples[REPEATS][3];
    return boot_run(ctx, samples[0], NULL, err);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct setting s;
    setting_init(&s);
    assert_true(FAULT_LOOP(boot_again, &s.boot) >= 4);
    setting_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_any_number_of_threads), cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_interval), cmocka_unit_test(test_no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
