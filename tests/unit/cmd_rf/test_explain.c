/* test_explain.c -- contributions are Shapley values and interactions their index: by all subsets,
 * by symmetry, by their sum. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/explain.h"
#include "tests/unit/cmd_rf/grown.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

/* What a tree gives with the columns of the set known. */
static double worth(const struct tree *t, const double *cover, uint32_t i, int output,
    int leaf_width, columns_t cols, int64_t row, unsigned set)
{
    const struct node *node = &t->nodes[i];
    if (node_is_leaf(node))
        return t->values[node->child * (uint32_t)leaf_width + (uint32_t)output];
    int col = node_column(t, node);
    double left = 0, right = 0;
    if (set >> col & 1) {
        uint32_t next = node->child + !node_goes_left(t, node, cols[col][row]);
        return worth(t, cover, next, output, leaf_width, cols, row, set);
    }
    left = worth(t, cover, node->child, output, leaf_width, cols, row, set);
    right = worth(t, cover, node->child + 1, output, leaf_width, cols, row, set);
    return (left * cover[node->child] + right * cover[node->child + 1]) / cover[i];
}

static double factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* Shapley's formula over all sets of the other columns. */
static double shapley(const struct forest *f, columns_t cols, int64_t row, int output, int col)
{
    double sum = 0, cover[400];

    for (int tree = 0; tree < f->n_trees; tree++) {
        struct tree t = forest_tree(f, tree);
        int at = output - forest_tree_output(f, tree);
        if (at < 0 || at >= f->leaf_width)
            continue; /* it is not for this output */
        assert_true(t.n_nodes <= 400);
        tree_cover(&t, cover);
        for (unsigned set = 0; set < 1u << SAMPLE_COLS; set++) {
            if (set >> col & 1)
                continue;
            int n = __builtin_popcount(set);
            double weight = factorial(n) * factorial(SAMPLE_COLS - n - 1) / factorial(SAMPLE_COLS);
            sum += weight * (worth(&t, cover, 0, at, f->leaf_width, cols, row, set | 1u << col) -
                                worth(&t, cover, 0, at, f->leaf_width, cols, row, set));
        }
    }
    return f->kind == FOREST_MEAN ? sum / forest_rounds(f) : sum;
}

/* Half of the interaction index, over all sets of the other columns. */
static double interaction(
    const struct forest *f, columns_t cols, int64_t row, int output, int a, int b)
{
    double sum = 0, cover[400];
    unsigned one = 1u << a, other = 1u << b;

    for (int tree = 0; tree < f->n_trees; tree++) {
        struct tree t = forest_tree(f, tree);
        int at = output - forest_tree_output(f, tree), k = f->leaf_width;
        if (at < 0 || at >= k)
            continue; /* it is not for this output */
        tree_cover(&t, cover);
        for (unsigned set = 0; set < 1u << SAMPLE_COLS; set++) {
            if (set & (one | other))
                continue;
            int n = __builtin_popcount(set);
            double weight =
                factorial(n) * factorial(SAMPLE_COLS - n - 2) / (2 * factorial(SAMPLE_COLS - 1));
            sum += weight * (worth(&t, cover, 0, at, k, cols, row, set | one | other) -
                                worth(&t, cover, 0, at, k, cols, row, set | one) -
                                worth(&t, cover, 0, at, k, cols, row, set | other) +
                                worth(&t, cover, 0, at, k, cols, row, set));
        }
    }
    return f->kind == FOREST_MEAN ? sum / forest_rounds(f) : sum;
}

/* Of a row whose contributions are value[]. */
static void pairs_agree(const struct forest *f, const struct explainer *e,
    struct explain_scratch *s, columns_t cols, int64_t row, const double *value)
{
    int k = f->n_outputs;
    double same[SAMPLE_COLS * 3], pair[SAMPLE_COLS * SAMPLE_COLS * 3];

    explain_pairs(e, s, cols, row, same, pair);
    assert_all_close(same, value, (size_t)(SAMPLE_COLS * k), 1e-13, 1e-13);
    for (int a = 0; a < SAMPLE_COLS; a++)
        for (int output = 0; output < k; output++) {
            double sum = 0;
            for (int b = 0; b < SAMPLE_COLS; b++) {
                double got = pair[(a * SAMPLE_COLS + b) * k + output];
                if (a != b)
                    assert_close(got, interaction(f, cols, row, output, a, b), 0, 1e-13);
                sum += got;
            }
            assert_close(sum, value[a * k + output], 0, 1e-13);
        }
}

static void agree_of(const struct forest *f, const struct table *t)
{
    struct err err = ERR_INIT;
    struct explainer *e = explainer_new(f, SAMPLE_COLS, &err);
    assert_non_null(e);
    struct explain_scratch *s = explain_scratch_new(e, &err);
    int k = f->n_outputs;
    double value[SAMPLE_COLS * 3], raw[3];
    assert_true(k <= 3);

    for (int64_t row = 0; row < 25; row++) {
        columns_t cols = (columns_t)t->values;
        explain_row(e, s, cols, row, value);
        forest_predict(f, cols, row, 1, raw);
        for (int output = 0; output < k; output++) {
            double sum = explainer_base(e)[output];
            for (int col = 0; col < SAMPLE_COLS; col++) {
                double got = value[col * k + output];
                assert_close(got, shapley(f, cols, row, output, col), 0, 1e-13);
                sum += got;
            }
            assert_close(sum, raw[output], 1e-13, 1e-13);
        }
        pairs_agree(f, e, s, cols, row, value);
    }
    explain_scratch_free(s);
    explainer_free(e);
}

static void agree(int n_classes, int64_t max_depth, bool pure)
{
    struct grown g;
    grown_init(&g, 150, n_classes, 4, pure ? 1 : 3, max_depth, false);
    agree_of(&g.fit.forest, g.table);
    grown_release(&g);
}

static void test_all_subsets(void **state)
{
    (void)state;
    agree(0, 3, false);
    agree(0, 0, true);
    agree(2, 0, true);
    agree(3, 0, false);
}

/* Trees added up, and such as are for one output each. */
static void test_kinds(void **state)
{
    struct table *t = sample_table(40, 5, 3, 1);
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct tree_model m;
        random_model(&m, t, 6, kind ? FOREST_SUM : FOREST_MEAN, 3, kind == 2 ? 3 : 1);
        agree_of(&m.forest, t);
        tree_model_release(&m);
    }
    sample_free(t);
}

/* ---- deep trees ---- */

enum { DEEP = 300 };

/* A chain that splits on column 0, 1 .. n-1, each passing on `share` of its weight; 1 for rows that
 * pass all. */
static void chain_init(struct forest *f, int n, double share)
{
    struct err err = ERR_INIT;
    struct tree *t = mem_zalloc(1, sizeof *t);
    double weight = 1e6;

    t->n_nodes = 2 * (uint32_t)n + 1;
    t->n_leaves = (uint32_t)n + 1;
    t->nodes = mem_zalloc(t->n_nodes, sizeof *t->nodes);
    t->values = mem_zalloc(t->n_leaves, sizeof *t->values);
    t->stats = mem_zalloc(t->n_nodes, sizeof *t->stats);
    t->cuts = mem_zalloc(1, sizeof *t->cuts);
    for (int i = 0; i < n; i++) {
        uint32_t at = i ? 2 * (uint32_t)i - 1 : 0;
        t->nodes[at].child = 2 * (uint32_t)i + 1;
        t->nodes[at].test = cuts_intern(t->cuts, i, 0);
        t->nodes[2 * i + 2] = (struct node){(uint32_t)i, NODE_LEAF};
        t->stats[2 * i + 2] = (float)(weight * (1 - share));
        weight *= share;
    }
    t->nodes[2 * n - 1] = (struct node){(uint32_t)n, NODE_LEAF};
    t->stats[2 * n - 1] = (float)weight;
    t->values[n] = 1;
    assert_ok(forest_init(f, FOREST_MEAN, 1, 1, &err), &err);
    assert_int_equal(forest_add(f, t), 0);
    assert_int_equal(forest_settle(f), 0);
}

/* All columns count the same; rows that fail one split give it nearly all. */
static void test_deep_trees_lose_nothing(void **state)
{
    static const double shares[] = {0.5, 0.9, 0.99, 0.999};
    static const double low[1] = {-1}, high[1] = {1};
    const double *cols[DEEP];
    struct err err = ERR_INIT;
    struct forest f;
    double value[DEEP], *pair = mem_alloc((size_t)DEEP * DEEP, sizeof *pair);
    (void)state;

    assert_non_null(pair);
    for (int i = 0; i < 8; i++) {
        double share = shares[i / 2];
        int n = i % 2 ? DEEP : 61;
        if (share < 0.9 && n == DEEP)
            continue;
        chain_init(&f, n, share);
        struct explainer *e = explainer_new(&f, n, &err);
        assert_non_null(e);
        struct explain_scratch *s = explain_scratch_new(e, &err);
        for (int col = 0; col < n; col++)
            cols[col] = low;
        double all = explainer_base(e)[0];
        assert_close(all, pow(share, n), 1e-4, 0); /* covers are float */
        explain_row(e, s, cols, 0, value);
        double sum = all;
        for (int col = 0; col < n; col++) {
            assert_close(value[col], (1 - all) / n, 1e-4, 0);
            sum += value[col];
        }
        assert_close(sum, 1, 1e-13, 0);
        double z = exp(log(all) / n);
        explain_pairs(e, s, cols, 0, value, pair);
        assert_close(pair[1], (1 - z) * (1 - pow(z, n - 1)) / (n - 1) / 2, 1e-3, 0);
        for (int j = 0; j < n * n; j++)
            if (j % (n + 1))
                assert_close(pair[j], pair[1], 1e-4, 0);
        cols[n / 2] = high;
        explain_row(e, s, cols, 0, value);
        sum = all;
        for (int col = 0; col < n; col++)
            sum += value[col];
        assert_close(sum, 0, 0, 1e-13);
        assert_true(value[n / 2] < 0 && value[0] > 0);
        explain_scratch_free(s);
        explainer_free(e);
        forest_release(&f);
    }
    mem_free(pair);
}

/* Weights that no training gives do no harm. */
static void test_hostile_weights(void **state)
{
    static const float weights[] = {0, -1, 3e38F, -3e38F, 1e-45F};
    struct grown g;
    struct err err = ERR_INIT;
    double value[SAMPLE_COLS], pair[SAMPLE_COLS * SAMPLE_COLS];
    (void)state;

    grown_init(&g, 150, 0, 2, 1, 0, false);
    struct forest *f = &g.fit.forest;
    for (size_t i = 0; i < f->place[f->n_trees].node; i++)
        f->stats[i] = weights[i % 5];
    struct explainer *e = explainer_new(f, SAMPLE_COLS, &err);
    assert_non_null(e);
    struct explain_scratch *s = explain_scratch_new(e, &err);
    for (int64_t row = 0; row < 50; row++) {
        explain_row(e, s, (columns_t)g.table->values, row, value);
        for (int col = 0; col < SAMPLE_COLS; col++)
            assert_true(isfinite(value[col]));
        explain_pairs(e, s, (columns_t)g.table->values, row, value, pair);
        for (int i = 0; i < SAMPLE_COLS * SAMPLE_COLS; i++)
            assert_true(isfinite(pair[i]));
    }
    explain_scratch_free(s);
    explainer_free(e);
    grown_release(&g);
}

static int explain_once(void *ctx, struct err *err)
{
    const struct grown *g = ctx;
    struct explainer *e = explainer_new(&g->fit.forest, SAMPLE_COLS, err);
    struct explain_scratch *s = e ? explain_scratch_new(e, err) : NULL;
    explain_scratch_free(s);
    explainer_free(e);
    return s ? 0 : -1;
}

static void test_without_memory(void **state)
{
    struct grown g;
    (void)state;
    grown_init(&g, 150, 3, 3, 1, 0, false);
    FAULT_LOOP(explain_once, &g);
    grown_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_subsets),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_deep_trees_lose_nothing),
        cmocka_unit_test(test_hostile_weights),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
