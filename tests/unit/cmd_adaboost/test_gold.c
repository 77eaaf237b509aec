/* test_gold.c -- AdaBoost round by round, as scikit-learn and exact trees have it. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/gold/adaboost_gold.h"
#include "tests/unit/cmd_adaboost/boosted.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { N_CASES = sizeof adaboost_cases / sizeof *adaboost_cases };

static int name_of(const char *const *names, const char *name)
{
    int i = 0;
    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    return names[i] ? i : 0;
}

static struct ada_params params_of(const struct adaboost_case *c)
{
    struct ada_params p = boosted_defaults;
    p.algorithm = name_of(ada_algorithm_names, c->algorithm);
    p.loss = name_of(ada_loss_names, c->loss);
    p.learning_rate = c->learning_rate;
    p.max_depth = c->max_depth;
    return p;
}

/* The votes of the raw outputs, which are (K-1)^2/K (votes_k - (all - votes_k) / (K - 1)), or, of
 * two classes, half their difference.  SAMME.R's votes add up to 0, and the learning rate scales
 * ours. */
static double gold_raw(
    const struct adaboost_case *c, const struct fit *fit, int round, const double *raw, int k)
{
    double all = 0, n = c->n_classes;

    if (!c->n_classes)
        return raw[0];
    if (strcmp(c->algorithm, "samme.r") == 0)
        return (n > 2 ? raw[k] : k ? raw[0] : -raw[0]) / c->learning_rate;
    for (int i = 1; i <= round; i++)
        all += fitted_measured(fit, i, "tree", "weight");
    if (c->n_classes == 2)
        return all / 2 + (k ? raw[0] : -raw[0]);
    return raw[k] / (n - 1) + all / n;
}

static void check_stage(const struct adaboost_case *c, const struct fit *fit, const struct table *t,
    const struct adaboost_stage *stage)
{
    double *raw = fitted_raw(fit, t, stage->round), mse = 0, total = 0;
    int width = fit->forest.n_outputs;

    for (int k = 0; k < (c->n_classes ? c->n_classes : 1); k++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < ADABOOST_ROWS; i++) {
            double value = gold_raw(c, fit, stage->round, raw + i * width, k);
            if (i < ADABOOST_FIRST)
                assert_close(value, stage->raw[k].first[i], 1e-9, 1e-9);
            sum += value;
            squares += value * value;
        }
        assert_close(sum, stage->raw[k].sum, 1e-9, 1e-9);
        assert_close(squares, stage->raw[k].squares, 1e-9, 1e-9);
    }
    for (int64_t i = 0; i < ADABOOST_ROWS; i++) {
        double weight = c->weighted ? adaboost_w[i] : 1;
        mse += weight * (raw[i * width] - c->y[i]) * (raw[i * width] - c->y[i]);
        total += weight;
    }
    assert_close(c->n_classes ? fitted_measured(fit, stage->round, "train", "error") : mse / total,
        stage->train_error, 1e-9, 1e-9);
    mem_free(raw);
}

static void test_rounds(void **state)
{
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        const struct adaboost_case *c = &adaboost_cases[i];
        struct ada_params params = params_of(c);
        struct table *t = fitted_table(adaboost_x, ADABOOST_ROWS, ADABOOST_COLUMNS, c->y,
            c->n_classes, c->weighted ? adaboost_w : NULL);
        struct fit fit = boosted_run(&params, t, c->n_rounds);
        print_message("%s\n", c->name);
        assert_int_equal(fit.forest.n_trees, c->n_rounds);
        for (int round = 1; round <= c->n_rounds; round++) {
            double weight = fitted_measured(&fit, round, "tree", "weight");
            assert_close(
                fitted_measured(&fit, round, "tree", "error"), c->errors[round - 1], 1e-9, 1e-9);
            if (strcmp(c->algorithm, "samme.r") == 0)
                assert_true(isnan(weight));
            else
                assert_close(weight, c->weights[round - 1], 1e-9, 1e-9);
        }
        for (int s = 0; s < c->n_stages; s++)
            check_stage(c, &fit, t, &c->stages[s]);
        fit_release(&fit);
        sample_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
