/* test_gold.c -- every loss round by round, as scikit-learn has it. */
#include <string.h>

#include "cmd/gbdt/loss.h"
#include "common/base/mem.h"
#include "tests/gold/gbdt_gold.h"
#include "tests/unit/cmd_gbdt/runs.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { N_CASES = sizeof gbdt_cases / sizeof *gbdt_cases };

static const struct {
    const char *name;
    int loss;
} loss_of[] = {{"squared_error", LOSS_SQUARED}, {"absolute_error", LOSS_ABSOLUTE},
    {"huber", LOSS_HUBER}, {"quantile", LOSS_QUANTILE}, {"log_loss", LOSS_LOGISTIC},
    {"exponential", LOSS_EXPONENTIAL}, {"poisson", LOSS_POISSON}};

static struct gbdt_params params_of(const struct gbdt_case *c)
{
    struct gbdt_params p = runs_defaults;
    size_t i = 0;
    while (strcmp(loss_of[i].name, c->loss) != 0)
        i++;
    p.loss = loss_of[i].loss;
    p.alpha = c->alpha;
    p.learning_rate = c->learning_rate;
    p.max_depth = c->max_depth;
    p.max_leaves = c->max_leaves;
    p.min_leaf = c->min_leaf;
    return p;
}

/* What numbers are made of is checked to 1e-9 of them, sums of rows as well. */
static void check_stage(const struct gbdt_case *c, const struct fit *fit, const struct table *t,
    const struct gbdt_stage *stage)
{
    double *raw = fitted_raw(fit, t, stage->round);
    int width = fit->forest.n_outputs;
    /* of two classes theirs is the deviance */
    double loss = stage->loss / (strcmp(c->loss, "log_loss") == 0 && c->n_classes == 2 ? 2 : 1);

    assert_close(fitted_measured(fit, stage->round, "train", "loss"), loss, 1e-9, 1e-9);
    for (int k = 0; k < width; k++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < GBDT_ROWS; i++) {
            double value = raw[i * width + k];
            if (i < GBDT_FIRST)
                assert_close(value, stage->raw[k].first[i], 1e-9, 1e-9);
            sum += value;
            squares += value * value;
        }
        assert_close(sum, stage->raw[k].sum, 1e-9, 1e-9);
        assert_close(squares, stage->raw[k].squares, 1e-9, 1e-9);
    }
    mem_free(raw);
}

static void test_rounds(void **state)
{
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        const struct gbdt_case *c = &gbdt_cases[i];
        struct gbdt_params params = params_of(c);
        struct table *t = fitted_table(
            gbdt_x, GBDT_ROWS, GBDT_COLUMNS, c->y, c->n_classes, c->weighted ? gbdt_w : NULL);
        struct fit fit = run_whole(&params, t, c->stages[GBDT_STAGES - 1].round);
        print_message("%s\n", c->name);
        assert_int_equal(fit.forest.n_outputs, c->n_classes > 2 ? c->n_classes : 1);
        for (int s = 0; s < GBDT_STAGES; s++)
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
