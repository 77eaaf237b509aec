/* test_metric.c -- metrics against scikit-learn's, closed forms, and what is not defined. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/metric/metric.h"
#include "tests/gold/metric_gold.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct scored binary = {.n = COUNT(binary_y),
    .y = binary_y,
    .n_classes = 2,
    .label = binary_label,
    .prob = binary_prob};
static const struct scored several = {.n = COUNT(several_y),
    .y = several_y,
    .n_classes = 4,
    .label = several_label,
    .prob = several_prob};
static const struct scored ranking = {
    .n = COUNT(ranking_y), .y = ranking_y, .value = ranking_value, .group = ranking_group};

static const struct scored lists = {
    .n = COUNT(lists_y), .y = lists_y, .value = lists_value, .group = lists_group};
static const struct scored hazards = {.n = COUNT(hazard_y), .y = hazard_y, .value = hazard_value};
static const struct scored times = {
    .n = COUNT(times_lower), .y = times_lower, .upper = times_upper, .value = times_value};

static double compute(const char *name, const struct scored *s)
{
    struct metric m;
    struct err err = ERR_INIT;
    double value = -1;

    assert_ok(metric_find(&m, name, &err), &err);
    assert_ok(metric_compute(&m, s, &value, &err), &err);
    return value;
}

static void check_gold(
    struct scored s, const double *weight, const struct metric_expected *expected, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        s.weight = NULL;
        assert_close(compute(expected[i].name, &s), expected[i].plain, 1e-13, 1e-15);
        s.weight = weight;
        assert_close(compute(expected[i].name, &s), expected[i].weighted, 1e-13, 1e-15);
    }
}

static void test_two_classes(void **state)
{
    (void)state;
    struct scored s = binary;
    check_gold(s, binary_weight, binary_expected, COUNT(binary_expected));
    s.label = NULL; /* the more probable class */
    check_gold(s, binary_weight, binary_expected, COUNT(binary_expected));
    s.label = binary_label;
    s.prob = NULL;
    s.value = binary_score; /* a score of the positive class */
    check_gold(s, binary_weight, binary_expected, COUNT(binary_expected));
}

static void test_several_classes(void **state)
{
    (void)state;
    check_gold(several, several_weight, several_expected, COUNT(several_expected));
}

static void test_labels_that_are_no_class(void **state)
{
    (void)state;
    struct scored s = several;
    int32_t higher[COUNT(several_y)];

    s.prob = NULL;
    s.label = strange_label;
    check_gold(s, several_weight, strange_expected, COUNT(strange_expected));
    for (size_t i = 0; i < COUNT(several_y); i++)
        higher[i] = strange_label[i] + 1000 * (strange_label[i] == 4);
    s.label = higher;
    check_gold(s, several_weight, strange_expected, COUNT(strange_expected));
}

static void test_regression(void **state)
{
    (void)state;
    const struct scored s = {
        .n = COUNT(regression_y), .y = regression_y, .value = regression_value};
    check_gold(s, regression_weight, regression_expected, COUNT(regression_expected));
}

static void test_ranking(void **state)
{
    (void)state;
    check_gold(ranking, ranking_weight, ranking_expected, COUNT(ranking_expected));
}

static void test_lists(void **state)
{
    (void)state;
    check_gold(lists, lists_weight, lists_expected, COUNT(lists_expected));
}

/* A cut within equal scores takes the part of them that is before it. */
static void test_ties_at_the_cut(void **state)
{
    (void)state;
    const double y[] = {1, 0, 1, 0}, value[] = {2, 2, 1, 0};
    const int32_t group[] = {0, 0, 0, 0};
    struct scored s = {.n = 4, .y = y, .value = value, .group = group};
    assert_close(compute("pre@1", &s), .5, 1e-15, 0);
    assert_close(compute("pre@2", &s), .5, 1e-15, 0);
    assert_close(compute("pre@3", &s), 2. / 3, 1e-15, 0);
    assert_close(compute("pre@9", &s), .5, 1e-15, 0);
    assert_close(compute("map@1", &s), .25, 1e-15, 0);
    assert_close(compute("map@2", &s), .25, 1e-15, 0);
    assert_close(compute("map@3", &s), (.5 + 2. / 3) / 2, 1e-15, 0);
    assert_close(compute("map", &s), (.5 + 2. / 3) / 2, 1e-15, 0);
}

/* Two classes: a positive row is relevant, its probability is the score. */
static void test_ranking_of_two_classes(void **state)
{
    (void)state;
    double relevant[COUNT(binary_y)];
    int32_t group[COUNT(binary_y)];
    for (size_t i = 0; i < COUNT(binary_y); i++) {
        relevant[i] = binary_y[i] == 1;
        group[i] = (int32_t)(i % 7);
    }
    struct scored classes = binary, values = {.n = binary.n, .y = relevant, .value = binary_score};
    classes.group = values.group = group;
    assert_close(compute("map", &classes), compute("map", &values), 1e-14, 0);
    assert_close(compute("ndcg@3", &classes), compute("ndcg@3", &values), 1e-14, 0);
}

static void test_counts(void **state)
{
    (void)state;
    struct scored s = {.n = COUNT(counts_y), .y = counts_y, .value = counts_value};
    check_gold(s, counts_weight, counts_expected, COUNT(counts_expected));
    s.value = positive_value;
    check_gold(s, counts_weight, positive_expected, COUNT(positive_expected));
}

static void test_factorials(void **state)
{
    (void)state;
    const double one = 1;
    for (double y = 0; y < 1e9; y = y * 1.1 + .25) {
        struct scored s = {.n = 1, .y = &y, .value = &one};
        assert_close(compute("poisson_nloglik", &s), lgamma(y + 1) + 1, 1e-14, 0);
    }
}

/* Near 0 half a square, far from it a line. */
static void test_pseudo_huber_ends(void **state)
{
    (void)state;
    const double y[] = {0, 0}, value[] = {1e-12, 1e200};
    struct scored s = {.n = 1, .y = y, .value = value};
    assert_close(compute("mphe", &s), .5e-24, 1e-14, 0);
    s.value = value + 1;
    assert_close(compute("mphe@3", &s), 3e200, 1e-14, 0);
}

static void test_survival(void **state)
{
    (void)state;
    check_gold(hazards, survival_weight, hazard_expected, COUNT(hazard_expected));
    check_gold(times, survival_weight, times_expected, COUNT(times_expected));
}

/* Nothing is beyond a bound that is infinite, nor before one that is 0. */
static void test_open_bounds(void **state)
{
    (void)state;
    const double lower = 0, upper = INFINITY, value = 3, late = 1e4, times_3[] = {3, 3};
    struct scored s = {.n = 1, .y = &lower, .upper = &upper, .value = &value};
    assert_close(compute("aft_nloglik", &s), 0, 0, 0);
    assert_close(compute("aft_nloglik@logistic", &s), 0, 0, 0);
    assert_close(compute("aft_nloglik@extreme", &s), 0, 0, 0);
    assert_close(compute("interval_regression_accuracy", &s), 1, 0, 0);
    /* Far out, what is left is told precisely. */
    s.y = &late;
    s.value = times_3;
    assert_close(compute("aft_nloglik@logistic:0.5", &s), 2 * log(1e4 / 3), 1e-7, 0);
    s.y = s.upper = times_3;
    assert_close(compute("aft_nloglik@normal:2", &s), log(6 * sqrt(2 * acos(-1))), 1e-14, 0);
}

static int domain_status(const char *name, const struct scored *s, struct err *err)
{
    struct metric m;
    double value;

    assert_ok(metric_find(&m, name, err), err);
    return metric_compute(&m, s, &value, err);
}

static void test_domains(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double y, value, upper;
        const char *message;
    } bad[] = {
        {"rmsle", -1, 1, 9, "metric 'rmsle': row 2: the truth is -1, not above -1"},
        {"rmsle", 1, -2, 9, "row 2: the prediction is -2, not above -1"},
        {"rmsle", 1, NAN, 9, "row 2: the prediction is nan"},
        {"poisson-nloglik", -.5, 1, 9,
            "metric 'poisson-nloglik': row 2: the truth is -0.5, not at least 0"},
        {"poisson_nloglik", 1, -.5, 9, "row 2: the prediction is -0.5, not at least 0"},
        {"gamma_nloglik", -1, 1, 9, "row 2: the truth"},
        {"gamma_nloglik", 1, -1, 9, "row 2: the prediction"},
        {"gamma_deviance", -1, 1, 9, "row 2: the truth"},
        {"gamma_deviance", 1, -1, 9, "row 2: the prediction"},
        {"tweedie_nloglik", -1, 1, 9, "row 2: the truth"},
        {"tweedie_nloglik", 1, 0, 9, "row 2: the prediction is 0, not above 0"},
        {"cox_nloglik", 1, 0, 9, "row 2: the prediction is 0, not above 0"},
        {"aft_nloglik", -1, 1, 9, "row 2: the truth is -1, not at least 0"},
        {"aft_nloglik", 1, 0, 9, "row 2: the prediction is 0, not above 0"},
        {"aft_nloglik", 1, 1, .5, "row 2: the upper bound is 0.5, not at least 1"},
        {"aft_nloglik", 0, 1, 0, "row 2: the upper bound is 0, not above 0"},
        {"interval_regression_accuracy", 2, 1, 1, "row 2: the upper bound is 1, not at least 2"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct err err = ERR_INIT;
        const double y[] = {1, bad[i].y, -3}, value[] = {1, bad[i].value, -3};
        const double upper[] = {1, bad[i].upper, -4}, first[] = {1, 0, 0}, two[] = {1, 1, 0};
        const uint32_t origin[] = {5, 40, 7};
        struct scored s = {.n = 3, .y = y, .value = value, .upper = upper, .weight = first};
        assert_ok(domain_status(bad[i].name, &s, &err), &err); /* rows without weight may be so */
        s.weight = two;
        assert_err(domain_status(bad[i].name, &s, &err), &err, ERR_FAILED, bad[i].message);
        s.origin = origin;
        assert_err(domain_status(bad[i].name, &s, &err), &err, ERR_FAILED, "row 41: ");
        s.weight = NULL;
        s.n = 2;
        assert_err(domain_status(bad[i].name, &s, &err), &err, ERR_FAILED, "row 41: ");
    }
}

/* Rows of weight 0 are as if they were not there, whatever they hold. */
static void test_weight_zero(void **state)
{
    (void)state;
    const double y[] = {0, 1, 1, 0, 1, 0, 1}, value[] = {.2, .8, .4, .5, .7, .9, NAN};
    const double w[] = {1, 1, 1, 1, 1, 1, 0};
    const int32_t group[] = {0, 0, 0, 0, 1, 1, 1};
    struct scored s = {.n = 6, .y = y, .value = value, .group = group}, z = s;
    z.n = 7;
    z.weight = w;
    assert_close(compute("rmse", &z), compute("rmse", &s), 1e-15, 0);
    assert_close(compute("r2", &z), compute("r2", &s), 1e-15, 0);
    assert_close(compute("ndcg", &z), compute("ndcg", &s), 1e-15, 0);
    assert_close(compute("map", &z), compute("map", &s), 1e-15, 0);
    assert_close(compute("pre@2", &z), compute("pre@2", &s), 1e-15, 0);
    assert_close(compute("cox_nloglik", &z), compute("cox_nloglik", &s), 1e-15, 0);
    assert_close(compute("poisson_nloglik", &z), compute("poisson_nloglik", &s), 1e-15, 0);
}

static void test_weights_are_copies(void **state)
{
    (void)state;
    enum { N = COUNT(several_y), MOST = 3 * N };
    static double y[MOST], prob[4 * MOST];
    static int32_t label[MOST];
    static const char *const names[] = {"accuracy", "macro_f1", "mcc", "log_loss", "brier", "auc",
        "average_precision", "aucpr", "error"};
    struct scored s = several, copies = {.y = y, .n_classes = 4, .label = label, .prob = prob};
    for (int i = 0; i < N; i++) {
        for (int c = 0; c < (int)several_weight[i]; c++) {
            y[copies.n] = several_y[i];
            label[copies.n] = several_label[i];
            memcpy(prob + 4 * copies.n, several_prob + 4 * i, 4 * sizeof *prob);
            copies.n++;
        }
    }
    assert_true(copies.n > N);
    s.weight = several_weight;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_close(compute(names[i], &s), compute(names[i], &copies), 1e-13, 0);
}

static void test_extremes(void **state)
{
    (void)state;
    const double y[] = {0, 1, 1}, sure[] = {1, 0, 0, 1, 1, 0}, value[] = {0, 1, 0};
    const int32_t label[] = {0, 1, 0};
    struct scored s = {.n = 3, .y = y, .n_classes = 2, .label = label, .prob = sure};
    /* A class given probability 0 that comes costs -log(1e-15), not infinity. */
    assert_close(compute("log_loss", &s), -log(1e-15) / 3, 1e-14, 0);
    s.prob = NULL;
    s.value = value;
    assert_close(compute("log_loss", &s), -log(1e-15) / 3, 1e-14, 0);
    assert_close(compute("auc", &s), .75, 0, 0);
    assert_close(compute("error@1", &s), 2. / 3, 1e-15, 0); /* 1 is not above it */
    /* One of a thousand million rows in the other class is still a class. */
    const double rare_y[] = {0, 1, 0}, rare_w[] = {1e9, 1, 1};
    const int32_t rare_label[] = {0, 1, 1};
    struct scored rare = {
        .n = 3, .y = rare_y, .weight = rare_w, .n_classes = 2, .label = rare_label};
    assert_close(compute("mcc", &rare), sqrt(.5), 1e-6, 0);
}

static void test_undefined(void **state)
{
    (void)state;
    const double ones[] = {1, 1, 1}, zeros[] = {0, 0, 0}, prob[] = {.5, .5, .4, .6, .3, .7};
    const double value[] = {.5, .6, 1.5}, mixed[] = {0, 1, 1};
    const int32_t label[] = {0, 1, 1}, negative[] = {0, 0, 0};
    struct scored s = {.n = 3, .y = ones, .n_classes = 2, .label = label, .prob = prob};
    assert_true(isnan(compute("auc", &s)));
    assert_true(isnan(compute("mcc", &s)));
    assert_true(isnan(compute("aucpr", &s)));
    assert_close(compute("average_precision", &s), 1, 0, 0);
    s.y = zeros;
    assert_true(isnan(compute("average_precision", &s)));
    assert_true(isnan(compute("recall", &s)));
    assert_close(compute("precision", &s), 0, 0, 0);
    s.label = negative;
    assert_true(isnan(compute("precision", &s)));
    assert_true(isnan(compute("f1", &s)));
    s.y = mixed;
    assert_close(compute("mcc", &s), 0, 0, 0);
    s.weight = zeros;
    assert_true(isnan(compute("accuracy", &s)));
    assert_true(isnan(compute("log_loss", &s)));
    s = (struct scored){.n = 3, .y = mixed, .n_classes = 2, .value = value};
    assert_true(isnan(compute("log_loss", &s))); /* 1.5 is no probability */
    assert_close(compute("auc", &s), 1, 0, 0);
    s = (struct scored){.n = 3, .y = ones, .value = value};
    assert_true(isnan(compute("r2", &s)));
    s.y = mixed;
    assert_true(isnan(compute("mape", &s)));
    s.y = zeros;
    s.group = negative;
    assert_true(isnan(compute("ndcg", &s)));
    assert_true(isnan(compute("map", &s)));
    assert_close(compute("map-", &s), 0, 0, 0);
    assert_close(compute("ndcg@2+", &s), 1, 0, 0);
    assert_close(compute("pre", &s), 0, 0, 0);
    assert_true(isnan(compute("cox_nloglik", &s))); /* no event */
    s.weight = zeros;
    assert_true(isnan(compute("map-", &s)));
    s.n = 0;
    assert_true(isnan(compute("rmse", &s)));
}

static void test_nan_scores(void **state)
{
    (void)state;
    const double y[] = {0, 1, 1}, value[] = {.5, NAN, .7};
    struct scored s = {.n = 3, .y = y, .n_classes = 2, .value = value};
    assert_true(isnan(compute("auc", &s)));
    assert_true(isnan(compute("average_precision", &s)));
    assert_true(isnan(compute("aucpr", &s)));
    assert_true(isnan(compute("brier", &s)));
}

/* A class that does not occur is no part of the means, rather than a hit or a miss. */
static void test_absent_class(void **state)
{
    (void)state;
    const double y[] = {0, 1, 1, 0}, prob[] = {.6, .3, .1, .5, .4, .1, .1, .7, .2, .9, 0, .1};
    const int32_t label[] = {0, 0, 1, 0};
    struct scored s = {.n = 4, .y = y, .n_classes = 3, .label = label, .prob = prob};
    assert_close(compute("balanced_accuracy", &s), .75, 1e-15, 0);
    assert_close(compute("macro_f1", &s), (.8 + 2. / 3) / 2, 1e-15, 0);
    assert_close(compute("auc", &s), 1, 1e-15, 0);
}

/* One that occurs and is never predicted has precision 0 and f1 0. */
static void test_class_never_predicted(void **state)
{
    (void)state;
    const double y[] = {0, 1, 2, 0};
    const int32_t label[] = {0, 0, 0, 0};
    struct scored s = {.n = 4, .y = y, .n_classes = 3, .label = label};
    assert_close(compute("precision", &s), .5 / 3, 1e-15, 0);
    assert_close(compute("f1", &s), 2. / 9, 1e-15, 0);
}

static void test_defaults_exist(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        char list[256], *name = list;
        snprintf(list, sizeof list, "%s", metric_defaults(k, k & 1));
        for (name = strtok(list, ","); name; name = strtok(NULL, ",")) {
            struct metric m;
            struct err err = ERR_INIT;
            assert_ok(metric_find(&m, name, &err), &err);
            assert_true(k ? m.info->classification : m.info->regression);
            assert_true((k & 1) || !m.info->needs_prob);
        }
    }
}

static void test_what_is_wanting(void **state)
{
    (void)state;
    const double y[] = {0, 1}, negative[] = {-1, 1};
    const int32_t group[] = {0, 0};
    struct metric m;
    struct err err = ERR_INIT;
    double value;
    struct scored s = {.n = 2, .y = y, .n_classes = 2};
    assert_ok(metric_find(&m, "accuracy", &err), &err);
    assert_err(metric_compute(&m, &s, &value, &err), &err, ERR_FAILED, "needs predicted labels");
    assert_ok(metric_find(&m, "auc", &err), &err);
    assert_err(metric_compute(&m, &s, &value, &err), &err, ERR_FAILED, "needs probabilities");
    assert_ok(metric_find(&m, "rmse", &err), &err);
    assert_err(metric_compute(&m, &s, &value, &err), &err, ERR_FAILED, "is for regression");
    s.n_classes = 0;
    assert_err(metric_compute(&m, &s, &value, &err), &err, ERR_FAILED, "needs predicted values");
    assert_ok(metric_find(&m, "ndcg", &err), &err);
    s.value = y;
    assert_err(metric_compute(&m, &s, &value, &err), &err, ERR_FAILED, "needs groups");
    s.group = group;
    s.y = negative;
    assert_err(metric_compute(&m, &s, &value, &err), &err, ERR_FAILED, "relevance of 0 to 31");
    assert_err(domain_status("aft_nloglik", &s, &err), &err, ERR_FAILED, "needs upper bounds");
    s = several;
    assert_err(domain_status("error@.5", &s, &err), &err, ERR_FAILED, "needs two classes");
    s = binary;
    s.prob = NULL;
    assert_err(domain_status("error@.5", &s, &err), &err, ERR_FAILED, "needs probabilities");
}

static int compute_everything(void *ctx, struct err *err)
{
    const struct scored *s = ctx;
    struct metric m;
    int n;
    const struct metric_info *infos = metric_infos(&n);
    for (int i = 0; i < n; i++) {
        double value;
        if (s->n_classes ? !infos[i].classification : !infos[i].regression)
            continue;
        if (metric_find(&m, infos[i].name, err) < 0 || metric_compute(&m, s, &value, err) < 0)
            return -1;
    }
    return 0;
}

static void test_no_memory(void **state)
{
    (void)state;
    int32_t group[COUNT(binary_y)] = {0};
    struct scored classes = binary, values = times;
    classes.group = values.group = group;
    assert_true(FAULT_LOOP(compute_everything, &classes) > 20);
    assert_true(FAULT_LOOP(compute_everything, &values) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_two_classes),
        cmocka_unit_test(test_several_classes), cmocka_unit_test(test_labels_that_are_no_class),
        cmocka_unit_test(test_regression), cmocka_unit_test(test_ranking),
        cmocka_unit_test(test_ranking_of_two_classes), cmocka_unit_test(test_weight_zero),
        cmocka_unit_test(test_weights_are_copies), cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_undefined), cmocka_unit_test(test_nan_scores),
        cmocka_unit_test(test_absent_class), cmocka_unit_test(test_class_never_predicted),
        cmocka_unit_test(test_defaults_exist), cmocka_unit_test(test_what_is_wanting),
        cmocka_unit_test(test_lists), cmocka_unit_test(test_ties_at_the_cut),
        cmocka_unit_test(test_counts), cmocka_unit_test(test_factorials),
        cmocka_unit_test(test_pseudo_huber_ends), cmocka_unit_test(test_survival),
        cmocka_unit_test(test_open_bounds), cmocka_unit_test(test_domains),
        cmocka_unit_test(test_no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
