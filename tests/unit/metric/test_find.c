/* test_find.c -- metrics by their names and parameters. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/metric/metric.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_names(void **state)
{
    (void)state;
    struct metric m;
    struct err err = ERR_INIT;
    int n;
    const struct metric_info *infos = metric_infos(&n);
    assert_true(n >= 31);
    for (int i = 0; i < n; i++) {
        char name[METRIC_NAME_MAX];
        snprintf(name, sizeof name, "%s%s", infos[i].name,
            infos[i].takes == TAKES_THRESHOLD ? "@.5" : "");
        assert_ok(metric_find(&m, name, &err), &err);
        assert_ptr_equal(m.info, &infos[i]);
        assert_true(infos[i].classification || infos[i].regression);
        assert_non_null(infos[i].undefined);
        assert_non_null(infos[i].help);
    }
    assert_ok(metric_find(&m, "ndcg@10", &err), &err);
    assert_string_equal(m.name, "ndcg@10");
    assert_ok(metric_find(&m, "ndcg", &err), &err);
    assert_string_equal(m.name, "ndcg");
    assert_ok(metric_find(&m, "quantile_loss", &err), &err);
    assert_string_equal(m.name, "quantile_loss@0.5");
    assert_ok(metric_find(&m, "quantile_loss@.90", &err), &err);
    assert_string_equal(m.name, "quantile_loss@0.9");
    assert_err(metric_find(&m, "acc", &err), &err, ERR_USAGE, "did you mean 'accuracy'?");
    assert_err(metric_find(&m, "ndgc@3", &err), &err, ERR_USAGE, "did you mean 'ndcg'?");
    assert_err(metric_find(&m, "zzz", &err), &err, ERR_USAGE, "there are accuracy, ");
    assert_err(metric_find(&m, "", &err), &err, ERR_USAGE, "unknown metric ''");
    assert_err(metric_find(&m, "auc@3", &err), &err, ERR_USAGE, "takes no parameter");
    static const char *const bad[] = {"ndcg@0", "ndcg@1.5", "ndcg@", "ndcg@-1", "ndcg@3x",
        "ndcg@nan", "quantile_loss@1", "quantile_loss@0", "quantile_loss@inf", "ndcg@ 3", "pre@0",
        "error@x", "error@-inf", "mphe@0", "mphe@-1", "tweedie-nloglik@1", "tweedie-nloglik@2",
        "aft-nloglik@", "aft-nloglik@norm", "aft-nloglik@normal:", "aft-nloglik@normal:0",
        "aft-nloglik@2"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_err(metric_find(&m, bad[i], &err), &err, ERR_USAGE, "is not");
}

/* A metric is called what it was asked for by. */
static void test_other_names(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *told, *own;
    } names[] = {
        {"logloss", "logloss", "log_loss"},
        {"mlogloss", "mlogloss", "log_loss"},
        {"log-loss", "log-loss", "log_loss"},
        {"merror", "merror", "error"},
        {"error", "error", "error"},
        {"error@0", "error@0", "error"},
        {"error@-.25", "error@-0.25", "error"},
        {"quantile", "quantile@0.5", "quantile_loss"},
        {"quantile@.9", "quantile@0.9", "quantile_loss"},
        {"mphe", "mphe", "mphe"},
        {"mphe@2", "mphe@2", "mphe"},
        {"tweedie-nloglik", "tweedie-nloglik@1.5", "tweedie_nloglik"},
        {"tweedie_nloglik@1.25", "tweedie_nloglik@1.25", "tweedie_nloglik"},
        {"aft-nloglik", "aft-nloglik", "aft_nloglik"},
        {"aft-nloglik@extreme:2", "aft-nloglik@extreme:2", "aft_nloglik"},
        {"interval-regression-accuracy", "interval-regression-accuracy",
            "interval_regression_accuracy"},
        {"pre@5", "pre@5", "pre"},
        {"map@3", "map@3", "map"},
        {"ndcg-", "ndcg-", "ndcg"},
        {"ndcg@5-", "ndcg@5-", "ndcg"},
        {"map@5+", "map@5+", "map"},
    };
    struct metric m;
    struct err err = ERR_INIT;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_ok(metric_find(&m, names[i].asked, &err), &err);
        assert_string_equal(m.name, names[i].told);
        assert_string_equal(m.info->name, names[i].own);
    }
}

static void test_parameters(void **state)
{
    (void)state;
    struct metric m;
    struct err err = ERR_INIT;
    assert_ok(metric_find(&m, "mphe", &err), &err);
    assert_close(m.parameter, 1, 0, 0);
    assert_ok(metric_find(&m, "aft_nloglik", &err), &err);
    assert_int_equal(m.noise, NOISE_NORMAL);
    assert_close(m.parameter, 1, 0, 0);
    assert_ok(metric_find(&m, "aft_nloglik@extreme:2.5", &err), &err);
    assert_int_equal(m.noise, NOISE_EXTREME);
    assert_close(m.parameter, 2.5, 0, 0);
    assert_ok(metric_find(&m, "ndcg@7", &err), &err);
    assert_int_equal(m.empty, EMPTY_LEFT_OUT);
    assert_ok(metric_find(&m, "ndcg@7-", &err), &err);
    assert_int_equal(m.empty, EMPTY_ZERO);
    assert_close(m.parameter, 7, 0, 0);
    assert_ok(metric_find(&m, "map+", &err), &err);
    assert_int_equal(m.empty, EMPTY_ONE);
}

static void test_near_names(void **state)
{
    (void)state;
    struct metric m;
    struct err err = ERR_INIT;
    char longest[2 * METRIC_NAME_MAX] = "quantile_loss@0.5";
    assert_err(metric_find(&m, "mloglos", &err), &err, ERR_USAGE, "did you mean 'mlogloss'?");
    assert_err(metric_find(&m, "auc-", &err), &err, ERR_USAGE, "unknown metric 'auc-'");
    assert_err(metric_find(&m, "pre@3-", &err), &err, ERR_USAGE, "unknown metric 'pre@3-'");
    assert_err(metric_find(&m, "-", &err), &err, ERR_USAGE, "unknown metric '-'");
    assert_err(metric_find(&m, "zzz", &err), &err, ERR_USAGE, "interval_regression_accuracy, ");
    assert_non_null(strstr(err.text, ", pre[@K]"));
    memset(longest + strlen(longest), '0', sizeof longest - strlen(longest) - 1);
    assert_err(metric_find(&m, longest, &err), &err, ERR_USAGE, "unknown metric");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names),
        cmocka_unit_test(test_other_names), cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_near_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
