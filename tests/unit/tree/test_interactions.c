/* test_interactions.c -- interaction values of XGBoost's trees are XGBoost's. */

#include "common/base/mem.h"
#include "common/tree/explain.h"
#include "tests/gold/interactions_gold.h"
#include "tests/unit/unit.h"

static struct tree *gold_tree(int i, int first_node, int first_leaf)
{
    struct tree *t = mem_zalloc(1, sizeof *t);

    assert_non_null(t);
    t->n_nodes = (uint32_t)pairs_sizes[i].nodes;
    t->n_leaves = (uint32_t)pairs_sizes[i].leaves;
    t->nodes = mem_zalloc(t->n_nodes, sizeof *t->nodes);
    t->stats = mem_zalloc(t->n_nodes, sizeof *t->stats);
    t->values = mem_copy(pairs_values + first_leaf, t->n_leaves, sizeof *t->values);
    t->cuts = mem_zalloc(1, sizeof *t->cuts);
    assert_true(t->nodes && t->stats && t->values && t->cuts);
    for (uint32_t n = 0; n < t->n_nodes; n++) {
        int at = first_node + (int)n, column = pairs_nodes[at].column;
        t->nodes[n] = (struct node){(uint32_t)pairs_nodes[at].child, NODE_LEAF};
        t->stats[n] = pairs_nodes[at].cover;
        if (column >= 0)
            t->nodes[n].test = cuts_intern(t->cuts, column, pairs_nodes[at].threshold) |
                               (pairs_nodes[at].missing_left ? NODE_MISSING_LEFT : 0);
    }
    return t;
}

static void gold_forest(struct forest *f)
{
    struct err err = ERR_INIT;
    int node = 0, leaf = 0;

    assert_ok(forest_init(f, FOREST_SUM, 1, 1, &err), &err);
    f->base[0] = pairs_base;
    for (int i = 0; i < PAIRS_TREES; i++) {
        assert_int_equal(forest_add(f, gold_tree(i, node, leaf)), 0);
        node += pairs_sizes[i].nodes;
        leaf += pairs_sizes[i].leaves;
    }
    assert_int_equal(forest_settle(f), 0);
}

static void test_interactions(void **state)
{
    enum { N = PAIRS_COLUMNS };
    double value[N], pair[N * N];
    const double *cols[N];
    struct err err = ERR_INIT;
    struct forest f;

    (void)state;
    gold_forest(&f);
    struct explainer *e = explainer_new(&f, N, &err);
    assert_non_null(e);
    struct explain_scratch *s = explain_scratch_new(e, &err);
    assert_non_null(s);
    for (int row = 0; row < PAIRS_ROWS; row++) {
        const double *gold = pairs_gold[row];
        for (int c = 0; c < N; c++)
            cols[c] = &pairs_rows[row][c];
        explain_pairs(e, s, cols, 0, value, pair);
        for (int a = 0; a < N; a++)
            assert_all_close(pair + a * N, gold + a * (N + 1), N, 0, 2e-6);
        assert_close(explainer_base(e)[0], gold[(N + 1) * (N + 1) - 1], 0, 2e-6);
    }
    explain_scratch_free(s);
    explainer_free(e);
    forest_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_interactions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
