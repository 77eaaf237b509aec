/* test_decrease.c -- importance by what splits gained: by hand, and against plain sums. */
#include <math.h>

#include "cmd/model/decrease.h"
#include "cmd/model/facts.h"
#include "common/base/mem.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

/* Columns 0 and 1 at the root and left of it; gains as given; 4, 1 and 5 rows in the leaves. */
static struct tree *hand_tree(float first, float second)
{
    static const struct node nodes[] = {
        {1, 0}, {3, 1}, {0, NODE_LEAF}, {1, NODE_LEAF}, {2, NODE_LEAF}};
    static const double values[] = {1, 2, 3};
    const float stats[] = {first, second, 4, 1, 5};
    struct tree *t = mem_zalloc(1, sizeof *t);
    assert_non_null(t);
    t->n_nodes = 5;
    t->n_leaves = 3;
    t->nodes = mem_copy(nodes, 5, sizeof *nodes);
    t->stats = mem_copy(stats, 5, sizeof *stats);
    t->values = mem_copy(values, 3, sizeof *values);
    t->cuts = mem_zalloc(1, sizeof *t->cuts);
    assert_int_equal(cuts_push(t->cuts, 0, 0.5), 0);
    assert_int_equal(cuts_push(t->cuts, 1, 0.5), 0);
    return t;
}

static void test_by_hand(void **state)
{
    struct err err = ERR_INIT;
    struct forest f;
    double value[3];

    (void)state;
    assert_ok(forest_init(&f, FOREST_MEAN, 1, 1, &err), &err);
    assert_int_equal(forest_add(&f, hand_tree(3, 1)), 0);
    assert_int_equal(forest_add(&f, hand_tree(20, 60)), 0);
    count_splits(&f, 3, value);
    assert_all_close(value, ((double[]){2, 2, 0}), 3, 0, 0);
    assert_ok(decrease_of_impurity(&f, 3, false, value, &err), &err);
    assert_all_close(value, ((double[]){1.15, 3.05, 0}), 3, 1e-15, 0);
    /* 3/4 and 1/4 in the first tree, 1/4 and 3/4 in the second */
    assert_ok(decrease_of_impurity(&f, 3, true, value, &err), &err);
    assert_all_close(value, ((double[]){0.5, 0.5, 0}), 3, 1e-15, 0);
    f.kind = FOREST_SUM;
    assert_ok(decrease_of_impurity(&f, 3, true, value, &err), &err);
    assert_all_close(value, ((double[]){1.15 / 4.2, 3.05 / 4.2, 0}), 3, 1e-15, 0);
    forest_release(&f);
}

/* Nothing gained, and no weight: nothing to divide by. */
static void test_nothing(void **state)
{
    struct err err = ERR_INIT;
    struct forest f;
    double value[3];

    (void)state;
    assert_ok(forest_init(&f, FOREST_MEAN, 1, 1, &err), &err);
    assert_int_equal(forest_add(&f, hand_tree(0, 0)), 0);
    assert_ok(decrease_of_impurity(&f, 3, true, value, &err), &err);
    assert_all_close(value, ((double[]){0, 0, 0}), 3, 0, 0);
    for (int i = 2; i < 5; i++)
        f.stats[i] = 0;
    assert_ok(decrease_of_impurity(&f, 3, false, value, &err), &err);
    assert_all_close(value, ((double[]){0, 0, 0}), 3, 0, 0);
    forest_release(&f);
}

/* Inner nodes are worth the mean of their leaves by cover; of leaves without any, the plain mean.
 */
static void test_means(void **state)
{
    struct tree *t = hand_tree(1, 1);
    double cover[5], value[5];

    (void)state;
    tree_cover(t, cover);
    tree_means(t, 1, cover, value);
    assert_all_close(
        value, ((double[]){(1 * 4 + 2 * 1 + 3 * 5) / 10.0, 17 / 6.0, 1, 2, 3}), 5, 1e-15, 0);
    t->stats[3] = t->stats[4] = 0;
    tree_cover(t, cover);
    tree_means(t, 1, cover, value);
    assert_all_close(value, ((double[]){1, 2.5, 1, 2, 3}), 5, 0, 0);
    tree_free(t);
}

/* ---- debiased, as the paper has it: sums over rows of f_k(x) y ---- */

/* Weight of the leaves below a node, and the weighted sum of their output j. */
static double below(const struct tree *t, uint32_t i, int k, int j, double *weight)
{
    const struct node *n = &t->nodes[i];
    if (node_is_leaf(n)) {
        *weight += (double)t->stats[i];
        return (double)t->stats[i] * t->values[n->child * (uint32_t)k + (uint32_t)j];
    }
    double left = below(t, n->child, k, j, weight);
    return left + below(t, n->child + 1, k, j, weight);
}

static double value_of(const struct tree *t, uint32_t i, int k, int j)
{
    double weight = 0, sum = below(t, i, k, j, &weight);
    return sum / weight;
}

/* f_col of a row, of output j. */
static double contribution(
    const struct tree *t, const struct table *rows, int64_t row, int col, int k, int j)
{
    double sum = 0;
    for (uint32_t i = 0, next; !node_is_leaf(&t->nodes[i]); i = next) {
        int c = node_column(t, &t->nodes[i]);
        next = t->nodes[i].child + !node_goes_left(t, &t->nodes[i], rows->values[c][row]);
        if (c == col)
            sum += value_of(t, next, k, j) - value_of(t, i, k, j);
    }
    return sum;
}

static double plain(const struct tree_model *m, const struct table *rows, int col)
{
    int k = m->forest.n_outputs,
        n_classes = rows->target.classes ? dict_size(rows->target.classes) : 0;
    double sum = 0, weight = 0;

    for (int64_t row = 0; row < rows->n_rows; row++)
        weight += rows->weight ? rows->weight[row] : 1;
    for (int i = 0; i < m->forest.n_trees; i++) {
        struct tree t = forest_tree(&m->forest, i);
        for (int64_t row = 0; row < rows->n_rows; row++)
            for (int j = 0; j < (n_classes ? n_classes : 1); j++) {
                bool opposite = n_classes == 2 && k == 1 && j == 0;
                int output = k == 1 ? 0 : j;
                double f = contribution(&t, rows, row, col, k, output) * (opposite ? -1 : 1);
                double root = value_of(&t, 0, k, output);
                double y = n_classes ? rows->y[row] == j : rows->y[row];
                sum +=
                    f * (y - (opposite ? 1 - root : root)) * (rows->weight ? rows->weight[row] : 1);
            }
    }
    return sum / weight / m->forest.n_trees;
}

static void check_debiased(int n_classes, int n_outputs, bool weighted)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(120, 70, n_classes, 3);
    struct tree_model m;
    double value[SAMPLE_COLS];

    if (weighted) {
        rows->weight = mem_alloc(120, sizeof *rows->weight);
        for (int i = 0; i < 120; i++)
            rows->weight[i] = i % 4;
    }
    random_model(&m, rows, 7, FOREST_MEAN, n_outputs, n_outputs);
    assert_ok(debiased_decrease(&m, rows, value, NULL, &err), &err);
    for (int c = 0; c < SAMPLE_COLS; c++) {
        assert_true(fabs(value[c]) > 1e-6);
        assert_close(value[c], plain(&m, rows, c), 1e-9, 1e-12);
    }
    tree_model_release(&m);
    sample_free(rows);
}

static void test_debiased(void **state)
{
    (void)state;
    check_debiased(0, 1, false);
    check_debiased(2, 1, true);
    check_debiased(2, 2, false);
    check_debiased(3, 3, true);
}

/* A constant that is added to target and leaves changes nothing. */
static void test_shift(void **state)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(120, 5, 0, 3);
    struct tree_model m;
    double before[SAMPLE_COLS], after[SAMPLE_COLS];

    (void)state;
    random_model(&m, rows, 3, FOREST_MEAN, 1, 1);
    assert_ok(debiased_decrease(&m, rows, before, NULL, &err), &err);
    for (int i = 0; i < 120; i++)
        rows->y[i] += 1000;
    for (size_t i = 0; i < m.forest.place[3].leaf; i++)
        m.forest.values[i] += 1000;
    assert_ok(debiased_decrease(&m, rows, after, NULL, &err), &err);
    assert_all_close(after, before, SAMPLE_COLS, 1e-8, 1e-10);
    tree_model_release(&m);
    sample_free(rows);
}

struct made {
    struct tree_model m;
    struct table *rows;
};

static int compute(void *ctx, struct err *err)
{
    struct made *made = ctx;
    double value[SAMPLE_COLS];
    if (decrease_of_impurity(&made->m.forest, SAMPLE_COLS, true, value, err) < 0)
        return -1;
    return debiased_decrease(&made->m, made->rows, value, NULL, err);
}

static void test_memory(void **state)
{
    struct made made = {.rows = sample_table(10, 5, 3, 1)};
    (void)state;
    random_model(&made.m, made.rows, 3, FOREST_MEAN, 3, 3);
    FAULT_LOOP(compute, &made);
    tree_model_release(&made.m);
    sample_free(made.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_debiased),
        cmocka_unit_test(test_shift),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
