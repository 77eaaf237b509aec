/* test_targets.c -- what is asked of weights and targets, and the statistics made from them. */
#include "common/learner/targets.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/learner/sums.h"
#include "tests/unit/unit.h"

static void test_weights(void **state)
{
    const double good[] = {0, 1e100, 2}, large[] = {1, 2e100}, none[] = {0, 0},
                 small[] = {0, 1e-101};
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(weights_check(good, 3, &err), &err);
    assert_err(weights_check(large, 2, &err), &err, ERR_FAILED, "2e+100 is too large");
    assert_err(weights_check(none, 2, &err), &err, ERR_FAILED, "all rows have weight 0");
    assert_err(weights_check(small, 2, &err), &err, ERR_FAILED, "too small");
}

static void test_centre(void **state)
{
    double y[] = {1e9, 1e9 + 4, 7}, weight[] = {3, 1, 0}, centred[3];
    struct table t = {.n_rows = 2, .y = y, .target.name = (char *)"y"};
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(targets_centre(&t, weight, centred, &err), &err);
    assert_true(centred[0] == -1 && centred[1] == 3);
    t.n_rows = 3; /* of no weight: not in the mean */
    assert_ok(targets_centre(&t, weight, centred, &err), &err);
    assert_true(centred[0] == -1 && centred[2] == 7 - (1e9 + 1));
    y[2] = -2e100;
    assert_err(targets_centre(&t, weight, centred, &err), &err, ERR_FAILED, "beyond 1e100");
    y[0] = y[2] = 0, y[1] = 1e-101;
    assert_err(targets_centre(&t, weight, centred, &err), &err, ERR_FAILED, "hardly differs");
}

static void test_mean(void **state)
{
    const double y[] = {0.1, 0.1, 4, 0.1, 9}, weight[] = {0.7, 0.7, 2, 0.3, 1};
    const uint32_t equal[] = {0, 1, 3}, some[] = {0, 2, 4};
    const uint16_t draws[] = {1, 3, 2, 1, 1};
    (void)state;
    assert_true(rows_mean(y, weight, &(struct hist_rows){equal, 3, draws, 0}) == 0.1);
    assert_close(rows_mean(y, weight, &(struct hist_rows){some, 3, draws, 0}),
        (0.07 + 16 + 9) / 5.7, 1e-14, 0);
    assert_true(rows_mean(y, weight, &(struct hist_rows){some, 0, draws, 0}) == 0);
}

/* Other weights are as fine as the first were, and whether they are equal is seen to the last. */
static void test_reweigh(void **state)
{
    enum { N = 1000 };
    double weight[N];
    struct sums s = {.packed = false};
    struct err err = ERR_INIT;
    (void)state;

    for (int i = 0; i < N; i++)
        weight[i] = 0.3;
    assert_ok(sums_weights(&s, weight, N, &err), &err);
    assert_true(s.stats.equal_weights);
    for (int at = 0; at < N; at += N - 1) {
        weight[at] = 1e-3;
        sums_reweigh(&s, weight);
        assert_false(s.stats.equal_weights);
        for (int i = 0; i < N; i++)
            assert_int_equal(s.value[0][i], stats_fixed(weight[i], s.stats.unit[0]));
        weight[at] = 0.3;
    }
    sums_reweigh(&s, weight);
    assert_true(s.stats.equal_weights);
    for (int i = 0; i < N; i++)
        weight[i] = 0;
    sums_reweigh(&s, weight);
    assert_false(s.stats.equal_weights);
    sums_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_centre),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_reweigh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
