/* test_methods.c -- tree methods: exact's trees are XGBoost's, approx's are exact's of few values.
 */
#include <math.h>
#include <string.h>

#include "cmd/xgb/xgb.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "tests/gold/xgb_exact_gold.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

static const struct xgb_params defaults = {.opts = {.scale_pos_weight = 1},
    .eta = 0.3,
    .regular = {.lambda = 1, .min_weight = 1},
    .max_depth = 6,
    .num_parallel_tree = 1,
    .subsample = 1,
    .colsample_bytree = 1,
    .colsample_bylevel = 1,
    .colsample_bynode = 1,
    .base_score = NAN,
    .seed = 1};

/* ---- tables and fits ---- */

/* n rows of numbers x[n][d] as a table; sample_free() it. */
static struct table *table_of(
    const double *x, int64_t n, int d, const double *y, bool classes, const double *weight)
{
    struct table *t = mem_zalloc(1, sizeof *t);

    assert_non_null(t);
    t->schema = (struct schema){.n_cols = d, .named = true};
    t->schema.cols = mem_zalloc((size_t)d, sizeof *t->schema.cols);
    t->schema.na = mem_strdup("NA");
    t->n_rows = n;
    t->values = mem_zalloc((size_t)d, sizeof *t->values);
    t->y = mem_copy(y, (size_t)n, sizeof *y);
    if (weight)
        t->weight = mem_copy(weight, (size_t)n, sizeof *weight);
    for (int col = 0; col < d; col++) {
        char name[] = {'x', (char)('a' + col), '\0'};
        t->schema.cols[col] = (struct col_spec){.name = mem_strdup(name), .kind = COL_NUMBER};
        t->values[col] = mem_alloc((size_t)n, sizeof **t->values);
        for (int64_t i = 0; i < n; i++)
            t->values[col][i] = x[i * d + col];
    }
    t->target.name = mem_strdup("y");
    t->target.task = classes ? TASK_CLASSIFICATION : TASK_REGRESSION;
    if (classes) {
        t->target.classes = dict_new();
        assert_int_equal(dict_add(t->target.classes, "a", 1), 0);
        assert_int_equal(dict_add(t->target.classes, "b", 1), 1);
    }
    return t;
}

static int fit_try(struct fit *fit, const struct xgb_params *params, struct table *train,
    int n_rounds, struct err *err)
{
    struct metric metric;
    struct fit_opts opts = {
        .n_rounds = n_rounds, .max_bins = xgb_bins(params), .n_metrics = 1, .metrics = &metric};
    struct comm comm = comm_single();
    bool classes = train->target.task == TASK_CLASSIFICATION;

    assert_ok(metric_find(&metric, classes ? "accuracy" : "rmse", err), err);
    return learner_fit(&xgb_learner, params, train, NULL, &opts, &comm, NULL, fit, err);
}

static struct fit fit_of(const struct xgb_params *params, struct table *train, int n_rounds)
{
    struct fit fit = FIT_INIT;
    struct err err = ERR_INIT;
    assert_ok(fit_try(&fit, params, train, n_rounds, &err), &err);
    return fit;
}

/* Do the trees part the rows alike?  Which side is the left one may differ where all values go one
 * way and the missing ones the other. */
static void assert_same_parts(const struct fit *a, const struct fit *b, const struct table *t)
{
    double *x = mem_alloc((size_t)t->n_rows, sizeof *x),
           *y = mem_alloc((size_t)t->n_rows, sizeof *y);

    assert_true(x && y);
    assert_int_equal(a->forest.n_trees, b->forest.n_trees);
    assert_int_equal(
        a->forest.place[a->forest.n_trees].leaf, b->forest.place[b->forest.n_trees].leaf);
    forest_predict(&a->forest, (columns_t)t->values, 0, t->n_rows, x);
    forest_predict(&b->forest, (columns_t)t->values, 0, t->n_rows, y);
    assert_all_close(x, y, (size_t)t->n_rows, 0, 1e-12);
    mem_free(x);
    mem_free(y);
}

/* ---- exact ---- */

static void test_exact_is_xgboosts(void **state)
{
    (void)state;
    for (int i = 0; i < EXACT_CASES; i++) {
        const struct exact_case *c = &exact_cases[i];
        struct xgb_params params = defaults;
        params.tree_method = TREE_EXACT;
        params.max_depth = (int64_t)c->max_depth;
        params.regular = (struct regular){.lambda = c->lambda,
            .alpha = c->alpha,
            .min_weight = c->min_weight,
            .max_step = c->max_step};
        params.gamma = c->gamma;
        params.base_score = 0.5;
        struct table *t = table_of(c->missing ? exact_holes : exact_x, EXACT_ROWS, EXACT_COLUMNS,
            c->classes ? exact_two : exact_y, c->classes, c->classes ? exact_w : NULL);
        struct fit fit = fit_of(&params, t, EXACT_ROUNDS);
        double raw[EXACT_ROWS];
        forest_predict(&fit.forest, (columns_t)t->values, 0, t->n_rows, raw);
        print_message("%s\n", c->name);
        assert_all_close(raw, exact_raw + i * EXACT_ROWS, EXACT_ROWS, 0, 1e-5);
        fit_release(&fit);
        sample_free(t);
    }
}

/* A step that few bins would miss: between values of many more than 65,535. */
static void test_exact_of_many_values(void **state)
{
    enum { N = 70001 };
    static const int steps[] = {1, 34567, N - 4, N - 1};
    double *x = mem_alloc(N, sizeof *x), *y = mem_alloc(N, sizeof *y);
    struct xgb_params params = defaults;
    (void)state;

    assert_true(x && y);
    params.tree_method = TREE_EXACT;
    params.max_depth = 1;
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        for (int i = 0; i < N; i++) {
            x[i] = i * 17 % N; /* each once, in another order */
            y[i] = x[i] < steps[s] ? -1 : 1;
        }
        struct table *t = table_of(x, N, 1, y, false, NULL);
        struct fit fit = fit_of(&params, t, 1);
        struct tree tree = forest_tree(&fit.forest, 0);
        assert_int_equal(tree.n_nodes, 3);
        assert_true(node_threshold(&tree, &tree.nodes[0]) == steps[s] - 0.5);
        fit_release(&fit);
        sample_free(t);
    }
    mem_free(x);
    mem_free(y);
}

/* Pruning from the leaves up leaves nothing where nothing pays; the root's value is all rows'. */
static void test_prune_to_the_root(void **state)
{
    struct table *t = sample_table(300, 5, 0, 3);
    struct xgb_params params = defaults;
    double mean = 0, sum = 0;
    (void)state;

    params.tree_method = TREE_EXACT;
    params.gamma = 1e9;
    params.base_score = 0;
    struct fit fit = fit_of(&params, t, 1);
    assert_int_equal(fit.forest.place[1].node, 1);
    for (int i = 0; i < 300; i++)
        sum += t->y[i];
    mean = sum / 301; /* lambda */
    assert_close(fit.forest.values[0], 0.3 * mean, 1e-9, 0);
    assert_true(fit.forest.stats[0] == 300);
    fit_release(&fit);
    sample_free(t);
}

/* Categories, missing values and a limit of the depth that leaves' merging meets: every row is in
 * some leaf, and the forest says of the rows what training added up. */
static void test_prune_keeps_rows(void **state)
{
    struct table *t = sample_table(400, 6, 0, 5);
    struct xgb_params params = defaults;
    (void)state;

    params.tree_method = TREE_EXACT;
    params.max_depth = 0;
    for (params.gamma = 0.5; params.gamma < 40; params.gamma *= 2) {
        struct fit fit = fit_of(&params, t, 5);
        double raw[400], rmse = 0;
        forest_predict(&fit.forest, (columns_t)t->values, 0, 400, raw);
        for (int i = 0; i < 400; i++)
            rmse += (raw[i] - t->y[i]) * (raw[i] - t->y[i]) / 400;
        assert_close(fit_value(&fit, "train", "rmse"), sqrt(rmse), 1e-12, 0);
        for (int i = 0; i < 5; i++) {
            struct tree tree = forest_tree(&fit.forest, i);
            for (uint32_t k = 0; k < tree.n_nodes; k++) {
                const struct node *node = &tree.nodes[k];
                bool last = !node_is_leaf(node) && node_is_leaf(&tree.nodes[node->child]) &&
                            node_is_leaf(&tree.nodes[node->child + 1]);
                assert_true(!last || tree.stats[k] >= (float)params.gamma);
            }
            double cover[1024];
            assert_in_range(tree.n_nodes, 1, 1024);
            tree_cover(&tree, cover);
            assert_true(cover[0] == 400);
        }
        fit_release(&fit);
    }
    sample_free(t);
}

static void test_exact_keeps_order(void **state)
{
    struct table *t = sample_table(500, 5, 0, 9);
    struct xgb_params params = defaults;
    (void)state;

    params.tree_method = TREE_EXACT;
    params.monotone = "many:-1";
    struct fit fit = fit_of(&params, t, 10);
    for (int row = 0; row < 40; row++) {
        double cell[SAMPLE_COLS], before = INFINITY;
        const double *cols[SAMPLE_COLS];
        for (int c = 0; c < SAMPLE_COLS; c++) {
            cell[c] = t->values[c][row];
            cols[c] = &cell[c];
        }
        for (int step = -30; step <= 30; step++) {
            double raw;
            cell[0] = step / 10.0;
            forest_predict(&fit.forest, cols, 0, 1, &raw);
            assert_true(raw <= before + 1e-12);
            before = raw;
        }
    }
    fit_release(&fit);
    sample_free(t);
}

/* ---- approx ---- */

/* Of few values nothing is lost: the trees of all methods are the same. */
static void test_few_values(void **state)
{
    (void)state;
    for (int n_classes = 0; n_classes <= 2; n_classes += 2)
        for (int subsample = 0; subsample < 2; subsample++) {
            struct table *t = sample_table(600, 5, n_classes, 4);
            struct xgb_params params = defaults;
            for (int64_t i = 0; i < t->n_rows; i++) {
                t->values[0][i] = nearbyint(4 * t->values[0][i]);
                t->values[3][i] = nearbyint(3 * t->values[3][i]);
            }
            params.subsample = subsample ? 0.6 : 1;
            params.num_parallel_tree = 1 + subsample;
            params.tree_method = TREE_EXACT;
            struct fit exact = fit_of(&params, t, 8);
            params.tree_method = TREE_APPROX;
            struct fit global = fit_of(&params, t, 8);
            params.sketch_local = true;
            struct fit local = fit_of(&params, t, 8);
            params.tree_method = TREE_HIST;
            struct fit hist = fit_of(&params, t, 8);
            assert_same_parts(&global, &exact, t);
            assert_same_parts(&local, &exact, t);
            assert_same_parts(&hist, &exact, t);
            fit_release(&exact);
            fit_release(&global);
            fit_release(&local);
            fit_release(&hist);
            sample_free(t);
        }
}

/* With two bins a column has one cut, where half of the second derivatives are below: of the rows
 * of each node with local proposal. */
static void test_two_bins(void **state)
{
    enum { N = 1001 };
    double x[N], y[N], weight[N], below = 0, all = 0;
    struct xgb_params params = defaults;
    (void)state;

    for (int i = 0; i < N; i++) {
        x[i] = i;
        y[i] = i < 100 ? 1 : i < 600 ? 3 : i < 800 ? 8 : 9;
        weight[i] = i < 500 ? 1 : 3;
        all += weight[i];
    }
    struct table *t = table_of(x, N, 1, y, false, weight);
    params.tree_method = TREE_APPROX;
    params.max_bin = 2;
    params.max_depth = 2;
    for (int local = 0; local < 2; local++) {
        params.sketch_local = local;
        struct fit fit = fit_of(&params, t, 1);
        struct tree tree = forest_tree(&fit.forest, 0);
        double threshold = node_threshold(&tree, &tree.nodes[0]);
        below = 0;
        for (int i = 0; x[i] <= threshold; i++)
            below += weight[i];
        assert_close(below, all / 2, 0, all / 16 + 3);
        assert_int_equal(tree.n_nodes, local ? 7 : 3);
        if (local) { /* the left half again */
            const struct node *left = &tree.nodes[tree.nodes[0].child];
            double half = below;
            below = 0;
            for (int i = 0; x[i] <= node_threshold(&tree, left); i++)
                below += weight[i];
            assert_close(below, half / 2, 0, half / 16 + 3);
        }
        fit_release(&fit);
    }
    sample_free(t);
}

/* Missing values against all others is a cut that needs no proposal. */
static void test_local_cuts_off_missing(void **state)
{
    enum { N = 300 };
    double x[N], y[N];
    struct xgb_params params = defaults;
    (void)state;

    for (int i = 0; i < N; i++) {
        x[i] = i % 3 ? i : NAN;
        y[i] = i % 3 == 0;
    }
    struct table *t = table_of(x, N, 1, y, false, NULL);
    params.tree_method = TREE_APPROX;
    params.sketch_local = true;
    params.max_bin = 4;
    params.max_depth = 1;
    struct fit fit = fit_of(&params, t, 1);
    struct tree tree = forest_tree(&fit.forest, 0);
    assert_true(node_threshold(&tree, &tree.nodes[0]) == INFINITY);
    assert_false(node_missing_left(&tree.nodes[0]));
    fit_release(&fit);
    sample_free(t);
}

/* Cuts follow the second derivatives of the round: where the forest is sure, there are few. */
static void test_cuts_are_renewed(void **state)
{
    enum { N = 4000 };
    double *x = mem_alloc(N, sizeof *x), *y = mem_alloc(N, sizeof *y);
    struct xgb_params params = defaults;
    int in_doubt[2] = {0};
    struct rng r;
    (void)state;

    assert_true(x && y);
    rng_init(&r, 1, RNG_DATA, 0, 0);
    for (int i = 0; i < N; i++) {
        x[i] = (i + 0.5) / N;
        y[i] = x[i] < 0.45 ? 0 : x[i] > 0.55 ? 1 : (double)rng_below(&r, 2);
    }
    struct table *t = table_of(x, N, 1, y, true, NULL);
    params.tree_method = TREE_APPROX;
    params.sketch_eps = 0.1;
    params.max_depth = 3;
    struct fit fit = fit_of(&params, t, 40);
    for (int i = 0; i < 40; i++) {
        struct tree tree = forest_tree(&fit.forest, i);
        for (uint32_t k = 0; k < tree.n_nodes; k++) {
            double at = node_is_leaf(&tree.nodes[k]) ? 0 : node_threshold(&tree, &tree.nodes[k]);
            if (at > 0.46 && at < 0.54)
                in_doubt[i >= 20]++;
        }
    }
    assert_true(in_doubt[1] > 2 * in_doubt[0]);
    fit_release(&fit);
    sample_free(t);
    mem_free(x);
    mem_free(y);
}

/* ---- memory ---- */

struct faulty {
    struct table *table;
    struct xgb_params params;
};

static int fit_faulty(void *ctx, struct err *err)
{
    const struct faulty *f = ctx;
    struct fit fit = FIT_INIT;
    int ret = fit_try(&fit, &f->params, f->table, 2, err);
    fit_release(&fit);
    return ret;
}

static void test_no_memory(void **state)
{
    static const struct {
        int method;
        bool local;
        double gamma;
    } cases[] = {{TREE_EXACT, false, 2}, {TREE_APPROX, false, 0}, {TREE_APPROX, true, 0}};
    struct faulty f = {sample_table(120, 4, 0, 6), defaults};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f.params.tree_method = cases[i].method;
        f.params.sketch_local = cases[i].local;
        f.params.gamma = cases[i].gamma;
        f.params.subsample = 0.7;
        FAULT_LOOP(fit_faulty, &f);
    }
    sample_free(f.table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_is_xgboosts),
        cmocka_unit_test(test_exact_of_many_values),
        cmocka_unit_test(test_prune_to_the_root),
        cmocka_unit_test(test_prune_keeps_rows),
        cmocka_unit_test(test_exact_keeps_order),
        cmocka_unit_test(test_few_values),
        cmocka_unit_test(test_two_bins),
        cmocka_unit_test(test_local_cuts_off_missing),
        cmocka_unit_test(test_cuts_are_renewed),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
