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
    if (c->y == xgb_trees_low)
        t->upper = mem_copy(xgb_trees_high, ROWS, sizeof *xgb_trees_high);
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
    p.interactions = c->interactions;
    p.gamma = c->gamma;
    p.max_depth = c->max_depth;
    p.max_leaves = c->max_leaves;
    p.num_parallel_tree = c->n_parallel;
    p.grow_policy = c->lossguide ? GROW_LOSSGUIDE : GROW_DEPTHWISE;
    p.tree_method = c->exact ? TREE_EXACT : c->approx ? TREE_APPROX : TREE_HIST;
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

/* Is some stage not as XGBoost has it?  Says which. */
static bool is_wrong(
    const struct xgb_trees_case *c, const struct xgb_params *params, struct table *t)
{
    struct fit fit = run_trees(params, t, xgb_trees_rounds[XGB_TREES_STAGES - 1]);
    bool wrong = false;

    assert_int_equal(fit.forest.n_outputs, c->n_classes > 2 ? c->n_classes : 1);
    for (int s = 0; s < XGB_TREES_STAGES && !wrong; s++) {
        double distance = stage_distance(&fit, t, xgb_trees_rounds[s], c->stages[s]);
        wrong = !(distance <= 1e-5);
        if (wrong)
            print_message("%s: %g after round %d\n", c->name, distance, xgb_trees_rounds[s]);
    }
    fit_release(&fit);
    return wrong;
}

static void test_gold(void **state)
{
    int wrong = 0;
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        const struct xgb_trees_case *c = &xgb_trees_cases[i];
        struct xgb_params params = params_of(c);
        struct table *t = table_of(c);

        wrong += is_wrong(c, &params, t);
        /* with as many cuts as values, a node's own are the same ones */
        params.sketch_local = c->approx;
        wrong += c->approx && is_wrong(c, &params, t);
        sample_free(t);
    }
    assert_int_equal(wrong, 0);
}

/* ---- by hand ---- */

/*
 * Ten rows of squared error with base_score 0 and eta 1: S of a node is the sum of y, H the number
 * of its rows.  With lambda 1 a node is worth S^2 / (H + 1), and its leaf S / (H + 1).
 *
 * All rows: S 11, H 10, worth 121/11 = 11.
 */
static const double ten_x[] = {1, 2, 3, 4, 5, 6, 7, 8, NAN, NAN};
static const double ten_y[] = {1, 1, 1, 5, 5, 5, -9, -9, 5, 6};

static struct fit ten_fit(struct xgb_params params, const double *weight)
{
    struct table *t = fitted_table(ten_x, 10, 1, ten_y, 0, weight);
    params.eta = 1;
    params.base_score = 0;
    struct fit fit = run_trees(&params, t, 1);
    sample_free(t);
    return fit;
}

static void check_cut(
    const struct tree *t, uint32_t node, double threshold, bool missing_left, double gain)
{
    assert_false(node_is_leaf(&t->nodes[node]));
    assert_true(node_threshold(t, &t->nodes[node]) == threshold);
    assert_int_equal(node_missing_left(&t->nodes[node]), missing_left);
    assert_close(t->stats[node], gain, 1e-6, 0);
}

static void check_leaf(const struct tree *t, uint32_t node, double value, double weight)
{
    assert_true(node_is_leaf(&t->nodes[node]));
    assert_close(t->values[t->nodes[node].child], value, 1e-12, 0);
    assert_close(t->stats[node], weight, 1e-6, 0);
}

/*
 * x <= 6.5, missing ones left: 29^2/9 + 18^2/3 = 93.44 + 108, a gain of 190.44; missing ones right
 * it would be 18^2/7 + 7^2/5 - 11 = 45.09.
 * Left of it (worth 93.44) x <= 3.5, missing ones right: 3^2/4 + 26^2/6 = 2.25 + 112.67, a gain of
 * 21.47; the next best is x <= 2.5, 2^2/3 + 27^2/7 - 93.44 = 12.03.  Right of it 9^2/2 + 9^2/2 is
 * less than 108: a leaf.
 */
static void test_two_levels(void **state)
{
    struct xgb_params p = runs_defaults;
    (void)state;
    p.max_depth = 2;
    struct fit fit = ten_fit(p, NULL);
    struct tree t = forest_tree(&fit.forest, 0);

    assert_int_equal(t.n_nodes, 5);
    check_cut(&t, 0, 6.5, true, 841.0 / 9 + 324.0 / 3 - 11);
    uint32_t left = t.nodes[0].child;
    check_cut(&t, left, 3.5, false, 9.0 / 4 + 676.0 / 6 - 841.0 / 9);
    check_leaf(&t, left + 1, -18.0 / 3, 2);
    check_leaf(&t, t.nodes[left].child, 3.0 / 4, 3);
    check_leaf(&t, t.nodes[left].child + 1, 26.0 / 6, 5);
    fit_release(&fit);
}

/* The second cut gains 21.4722. */
static void test_gamma(void **state)
{
    struct xgb_params p = runs_defaults;
    (void)state;
    p.max_depth = 2;
    p.gamma = 21.47;
    struct fit fit = ten_fit(p, NULL);
    assert_int_equal(fit.forest.place[1].node, 5);
    fit_release(&fit);
    p.gamma = 21.48;
    fit = ten_fit(p, NULL);
    struct tree t = forest_tree(&fit.forest, 0);
    assert_int_equal(t.n_nodes, 3);
    check_leaf(&t, 1, 29.0 / 9, 8);
    check_leaf(&t, 2, -18.0 / 3, 2);
    fit_release(&fit);
}

/*
 * Where a child needs 4, 6.5 parts too few and missing ones decide: x <= 4.5 with them left is
 * 19^2/7 + 8^2/5 - 11 = 53.37; with them right the best is x <= 6.5, 45.09.
 */
static void test_min_child_weight(void **state)
{
    struct xgb_params p = runs_defaults;
    (void)state;
    p.max_depth = 1;
    p.regular.min_weight = 4;
    struct fit fit = ten_fit(p, NULL);
    struct tree t = forest_tree(&fit.forest, 0);
    assert_int_equal(t.n_nodes, 3);
    check_cut(&t, 0, 4.5, true, 361.0 / 7 + 64.0 / 5 - 11);
    check_leaf(&t, 1, 19.0 / 7, 6);
    check_leaf(&t, 2, -8.0 / 5, 4);
    fit_release(&fit);
}

/*
 * alpha 2 brings S nearer to 0: all rows are worth 9^2/11, x <= 6.5 with missing ones left
 * 27^2/9 + 16^2/3.  max_delta_step 2 cuts the leaves 29/9 and -6 there: a leaf v is worth
 * 2 S v - (H + 1) v^2, which is 116 - 36 = 80 and 72 - 12 = 60, and 11 as before of all rows.
 */
static void test_alpha_and_step(void **state)
{
    struct xgb_params p = runs_defaults;
    (void)state;
    p.max_depth = 1;
    p.regular.alpha = 2;
    struct fit fit = ten_fit(p, NULL);
    struct tree t = forest_tree(&fit.forest, 0);
    check_cut(&t, 0, 6.5, true, 729.0 / 9 + 256.0 / 3 - 81.0 / 11);
    check_leaf(&t, 1, 27.0 / 9, 8);
    check_leaf(&t, 2, -16.0 / 3, 2);
    fit_release(&fit);
    p.regular.alpha = 0;
    p.regular.max_step = 2;
    fit = ten_fit(p, NULL);
    t = forest_tree(&fit.forest, 0);
    check_cut(&t, 0, 6.5, true, 80 + 60 - 11);
    check_leaf(&t, 1, 2, 8);
    check_leaf(&t, 2, -2, 2);
    fit_release(&fit);
}

/* Rows of weight 3 are three rows: with the first three so, S is 17 and H 16; x <= 6.5 with missing
 * ones left has 35^2/15 + 18^2/3 - 17^2/17. */
static void test_weights(void **state)
{
    static const double w[] = {3, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    struct xgb_params p = runs_defaults;
    (void)state;
    p.max_depth = 1;
    struct fit fit = ten_fit(p, w);
    struct tree t = forest_tree(&fit.forest, 0);
    check_cut(&t, 0, 6.5, true, 1225.0 / 15 + 324.0 / 3 - 289.0 / 17);
    check_leaf(&t, 1, 35.0 / 15, 14);
    check_leaf(&t, 2, -18.0 / 3, 2);
    fit_release(&fit);
}

/* ---- trees beside each other ---- */

static bool same_leaves(const struct forest *f, int a, int b)
{
    struct tree s = forest_tree(f, a), t = forest_tree(f, b);
    return s.n_leaves == t.n_leaves &&
           memcmp(s.values, t.values, s.n_leaves * sizeof *s.values) == 0;
}

/* They have rows and columns of their own, the same as in a run that goes on. */
static void test_parallel_samples(void **state)
{
    struct table *t = sample_table(200, 4, 3, 1);
    struct xgb_params p = runs_defaults;
    (void)state;

    p.num_parallel_tree = 3;
    p.subsample = 0.5;
    struct fit fit = run_trees(&p, t, 2), part = run_trees(&p, t, 1);
    assert_int_equal(fit.forest.n_trees, 18);
    for (int i = 0; i < 18; i += 3) {
        assert_false(same_leaves(&fit.forest, i, i + 1));
        assert_false(same_leaves(&fit.forest, i, i + 2));
        assert_false(same_leaves(&fit.forest, i + 1, i + 2));
    }
    for (int i = 0; i < 9; i++)
        assert_false(same_leaves(&fit.forest, i, i + 9));
    run_on(&p, t, 2, &part);
    assert_same_forest(&part.forest, &fit.forest);
    fit_release(&part);
    fit_release(&fit);
    p.subsample = 1;
    fit = run_trees(&p, t, 2);
    for (int i = 0; i < 18; i += 3)
        assert_true(same_leaves(&fit.forest, i, i + 1) && same_leaves(&fit.forest, i, i + 2));
    fit_release(&fit);
    sample_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gold),
        cmocka_unit_test(test_two_levels), cmocka_unit_test(test_gamma),
        cmocka_unit_test(test_min_child_weight), cmocka_unit_test(test_alpha_and_step),
        cmocka_unit_test(test_weights), cmocka_unit_test(test_parallel_samples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
