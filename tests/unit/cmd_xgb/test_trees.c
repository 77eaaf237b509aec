/* test_trees.c -- trees round by round, as XGBoost has them, and a tree as arithmetic has it. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/gold/xgb_trees_gold.h"
#include "tests/unit/cmd_xgb/runs.h"
#include "tests/unit/fitted.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { N_CASES = sizeof xgb_trees_cases / sizeof *xgb_trees_cases };
enum { ROWS = XGB_TREES_ROWS, COLUMNS = XGB_TREES_COLUMNS };

/* ---- XGBoost's numbers ---- */

static void level_column(struct table *t, int col)
{
    struct col_spec *spec = &t->schema.cols[col];

    spec->kind = COL_CATEGORY;
    spec->dict = dict_new();
    for (int i = 0; i < XGB_TREES_LEVELS; i++) {
        char label = (char)('a' + i);
        assert_int_equal(dict_add(spec->dict, &label, 1), i);
    }
    memcpy(t->values[col], xgb_trees_level, ROWS * sizeof *xgb_trees_level);
}

static struct table *table_of(const struct xgb_trees_case *c)
{
    struct table *t = fitted_table(
        xgb_trees_x, ROWS, COLUMNS, c->y, c->n_classes, c->weighted ? xgb_trees_w : NULL);

    if (c->category)
        level_column(t, COLUMNS - 1);
    for (int64_t i = 0; i < ROWS * COLUMNS && c->missing; i++)
        if (xgb_trees_gone[i])
            t->values[i % COLUMNS][i / COLUMNS] = NAN;
    return t;
}

static struct xgb_params params_of(const struct xgb_trees_case *c)
{
    struct xgb_params p = runs_defaults;

    p.objective = c->objective;
    p.opts.scale_pos_weight = c->scale_pos_weight;
    p.regular.lambda = c->lambda;
    p.regular.alpha = c->alpha;
    p.regular.min_weight = c->min_child_weight;
    p.regular.max_step = c->max_delta_step;
    if (c->max_cat_to_onehot)
        p.max_cat_to_onehot = c->max_cat_to_onehot;
    if (c->max_cat_threshold)
        p.max_cat_threshold = c->max_cat_threshold;
    p.gamma = c->gamma;
    p.max_depth = c->max_depth;
    p.max_leaves = c->max_leaves;
    p.num_parallel_tree = c->n_parallel;
    p.grow_policy = c->lossguide ? GROW_LOSSGUIDE : GROW_DEPTHWISE;
    p.tree_method = c->exact ? TREE_EXACT : TREE_HIST;
    if (c->base_score != 0)
        p.base_score = c->base_score;
    return p;
}

/* How far, relative to what is at least 1. */
static double far(double value, double gold)
{
    return fabs(value - gold) / fmax(1, fabs(gold));
}

/* The greatest distance of a stage's raw outputs; sums of rows are off by more. */
static double stage_distance(
    const struct fit *fit, const struct table *t, int round, const struct xgb_trees_raw *gold)
{
    double *raw = fitted_raw(fit, t, round), most = 0;
    int width = fit->forest.n_outputs;

    for (int k = 0; k < width; k++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < ROWS; i++) {
            double value = raw[i * width + k];
            if (i < XGB_TREES_FIRST)
                most = fmax(most, far(value, gold[k].first[i]));
            sum += value;
            squares += value * value;
        }
        most = fmax(most, far(sum / ROWS, gold[k].sum / ROWS));
        most = fmax(most, far(squares / ROWS, gold[k].squares / ROWS));
    }
    mem_free(raw);
    return most;
}

static void test_gold(void **state)
{
    int wrong = 0;
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        const struct xgb_trees_case *c = &xgb_trees_cases[i];
        struct xgb_params params = params_of(c);
        struct table *t = table_of(c);
        struct fit fit = run_trees(&params, t, xgb_trees_rounds[XGB_TREES_STAGES - 1]);

        assert_int_equal(fit.forest.n_outputs, c->n_classes > 2 ? c->n_classes : 1);
        for (int s = 0; s < XGB_TREES_STAGES; s++) {
            double distance = stage_distance(&fit, t, xgb_trees_rounds[s], c->stages[s]);
            if (distance > 1e-5) {
                print_message("%s: %g after round %d\n", c->name, distance, xgb_trees_rounds[s]);
                wrong++;
                break;
            }
        }
        fit_release(&fit);
        sample_free(t);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
