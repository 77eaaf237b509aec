/*
 * test_grow.c -- trees against brute force: every split of a grown tree must gain what the best of
 * all cuts of its rows gains, missing values on either side and all subsets of levels included.
 */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/tree/grow.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { MAX_ROWS = 512, LEVELS = 6 };

static double gini(const void *self, int n, const double *sums)
{
    double weight = 0, squares = 0;
    (void)self;
    for (int k = 0; k < n; k++)
        weight += sums[k], squares += sums[k] * sums[k];
    return weight > 0 ? squares / weight : 0;
}

static double squared(const void *self, int n, const double *sums)
{
    (void)self, (void)n;
    return sums[0] > 0 ? sums[1] * sums[1] / sums[0] : 0;
}

/* The number of draws is all that the tests need of a leaf. */
static void count_draws(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    int64_t draws = 0;
    (void)self;
    for (uint32_t i = 0; rows && i < rows->n; i++)
        draws += rows->draws[rows->row[i]];
    assert_true(!rows || draws == totals[0]);
    *value = (double)totals[0];
}

struct setup {
    struct table *table;
    struct bins bins;
    struct row_stats stats;
    struct grow_opts opts;
    struct grow_rule rule;
    int32_t slot[MAX_ROWS];
    int64_t fixed[2][MAX_ROWS];
    uint16_t draws[MAX_ROWS];
};

static void setup_init(struct setup *s, int64_t n, int n_classes, uint64_t seed)
{
    struct err err = ERR_INIT;
    struct bins_opts opts = {255, 0};

    memset(s, 0, sizeof *s);
    s->table = sample_table(n, LEVELS, n_classes, seed);
    assert_ok(bins_build(&s->bins, s->table, &opts, &err), &err);
    s->stats = (struct row_stats){.n_sums = n_classes ? n_classes : 2,
        .slot = n_classes ? s->slot : NULL,
        .value = {s->fixed[0], s->fixed[1]},
        .target = s->table->y,
        .unit = {1.0 / 4, 1.0 / 1024}};
    for (int64_t i = 0; i < n; i++) {
        struct rng r;
        rng_init(&r, seed, RNG_BAG, 0, (uint64_t)i);
        s->draws[i] = (uint16_t)rng_below(&r, 3);
        s->slot[i] = (int32_t)s->table->y[i];
        s->fixed[0][i] = 4; /* weight 1 */
        s->fixed[1][i] = n_classes ? 0 : stats_fixed(s->table->y[i], s->stats.unit[1]);
    }
    s->opts = (struct grow_opts){
        .min_leaf = 1, .min_split = 2, .stop_if_pure = true, .min_gain = -INFINITY, .seed = seed};
    s->rule = (struct grow_rule){NULL, 1, count_draws, true};
    s->opts.score = n_classes ? gini : squared;
}

static void setup_release(struct setup *s)
{
    bins_release(&s->bins);
    sample_free(s->table);
}

static struct tree *grow(const struct setup *s, uint32_t number)
{
    struct err err = ERR_INIT;
    struct grower *g = grower_new(&s->bins, &s->stats, &s->opts, &s->rule, &err);
    assert_non_null(g);
    struct tree *t = grower_tree(g, number, s->draws, &err);
    assert_non_null(t);
    grower_free(g);
    return t;
}

/* ---- brute force ---- */

/* The gain of sending some rows left; -INFINITY where a side would have fewer than min_leaf draws.
 */
static double gain_of(const struct setup *s, const int *rows, int n, const bool *left)
{
    double sums[3][8] = {{0}}, draws[2] = {0, 0};
    int n_sums = s->stats.n_sums;

    for (int i = 0; i < n; i++) {
        int row = rows[i], side = !left[i];
        double d = s->draws[row];
        draws[side] += d;
        for (int to = side; to <= 2; to += 2 - side) {
            if (s->stats.slot) {
                sums[to][s->slot[row]] += d;
            } else {
                sums[to][0] += d;
                sums[to][1] += d * (double)s->fixed[1][row] * s->stats.unit[1];
            }
        }
    }
    double min_leaf = (double)s->opts.min_leaf;
    if (draws[0] < min_leaf || draws[1] < min_leaf || draws[0] == 0 || draws[1] == 0)
        return -INFINITY;
    return s->opts.score(NULL, n_sums, sums[0]) + s->opts.score(NULL, n_sums, sums[1]) -
           s->opts.score(NULL, n_sums, sums[2]);
}

static double best_of_column(const struct setup *s, const int *rows, int n, int col)
{
    const double *x = s->table->values[col];
    double best = -INFINITY;
    bool left[MAX_ROWS];

    for (int missing_left = 0; missing_left < 2; missing_left++) {
        if (s->table->schema.cols[col].kind == COL_CATEGORY) {
            for (int set = 0; set < 1 << LEVELS; set++) {
                for (int i = 0; i < n; i++)
                    left[i] = isnan(x[rows[i]]) ? missing_left : set >> (int)x[rows[i]] & 1;
                best = fmax(best, gain_of(s, rows, n, left));
            }
            continue;
        }
        for (int cut = 0; cut < n; cut++) {
            for (int i = 0; i < n; i++)
                left[i] = isnan(x[rows[i]]) ? missing_left : x[rows[i]] <= x[rows[cut]];
            best = fmax(best, gain_of(s, rows, n, left));
        }
    }
    return best;
}

/* Where no row misses the value, a missing one goes with most of the drawn rows. */
static void check_default_side(
    const struct setup *s, const struct tree *t, const struct node *node, const int *rows, int n)
{
    int draws[2] = {0, 0};
    for (int i = 0; i < n; i++) {
        double x = s->table->values[node_column(t, node)][rows[i]];
        if (isnan(x))
            return;
        draws[node_goes_left(t, node, x)] += s->draws[rows[i]];
    }
    assert_int_equal(node_missing_left(node), draws[1] >= draws[0]);
}

/* Checks the node and what is below it; categories are exact for two classes and for values only.
 */
static void check_node(
    const struct setup *s, const struct tree *t, uint32_t at, const int *rows, int n)
{
    const struct node *node = &t->nodes[at];
    int part[MAX_ROWS], draws = 0;
    double best = -INFINITY;

    if (node_is_leaf(node)) {
        for (int i = 0; i < n; i++)
            draws += s->draws[rows[i]];
        assert_int_equal((int)t->values[node->child], draws);
        return;
    }
    for (int col = 0; col < SAMPLE_COLS; col++)
        best = fmax(best, best_of_column(s, rows, n, col));
    assert_close(t->stats[at], best, 1e-5, 1e-5);
    check_default_side(s, t, node, rows, n);
    for (int side = 0; side < 2; side++) {
        int m = 0;
        for (int i = 0; i < n; i++)
            if (node_goes_left(t, node, s->table->values[node_column(t, node)][rows[i]]) == !side)
                part[m++] = rows[i];
        assert_true(m > 0);
        check_node(s, t, node->child + (uint32_t)side, part, m);
    }
}

static void check_tree(const struct setup *s)
{
    struct tree *t = grow(s, 0);
    int rows[MAX_ROWS], n = 0;
    for (int i = 0; i < s->table->n_rows; i++)
        if (s->draws[i])
            rows[n++] = i;
    assert_true(t->n_leaves > 10);
    check_node(s, t, 0, rows, n);
    tree_free(t);
}

static void test_two_classes_by_brute_force(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, 200, 2, 11);
    for (int paired = 0; paired < 2; paired++) {
        s.stats.equal_weights = paired;
        s.rule.by_rows = !paired;
        s.opts.score = paired ? score_gini : gini;
        s.opts.min_leaf = 1;
        check_tree(&s);
        s.opts.min_leaf = 4;
        check_tree(&s);
    }
    setup_release(&s);
}

static void test_values_by_brute_force(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, 150, 0, 12);
    check_tree(&s);
    setup_release(&s);
}

static void test_more_classes_by_brute_force(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, 150, 4, 13);
    /* subsets of levels are searched by one class's share at a time: leave the column out */
    mem_free(s.table->values[2]);
    s.table->values[2] = mem_alloc(150, sizeof(double));
    for (int i = 0; i < 150; i++)
        s.table->values[2][i] = NAN;
    bins_release(&s.bins);
    struct err err = ERR_INIT;
    struct bins_opts opts = {255, 0};
    assert_ok(bins_build(&s.bins, s.table, &opts, &err), &err);
    check_tree(&s);
    setup_release(&s);
}

/* ---- the same tree by other ways ---- */

static void test_sparse_rows_give_the_same_tree(void **state)
{
    struct setup s, sparse;
    struct err err = ERR_INIT;
    struct bins_opts opts = {255, 0};
    (void)state;
    setup_init(&s, 400, 3, 14);
    sparse = s;
    sparse.stats.slot = sparse.slot;
    sparse.stats.value[0] = sparse.fixed[0];
    sparse.table = sample_sparse(s.table);
    s.table->schema.cols[2].kind = COL_IGNORED;
    mem_free(s.table->values[2]);
    s.table->values[2] = NULL;
    dict_free(s.table->schema.cols[2].dict);
    s.table->schema.cols[2].dict = NULL;
    bins_release(&s.bins);
    assert_ok(bins_build(&s.bins, s.table, &opts, &err), &err);
    assert_ok(bins_build(&sparse.bins, sparse.table, &opts, &err), &err);
    for (int n_columns = 0; n_columns < 3; n_columns++) {
        s.opts.n_columns = sparse.opts.n_columns = n_columns;
        struct tree *a = grow(&s, 5), *b = grow(&sparse, 5);
        assert_same_tree(a, b);
        for (int64_t row = 0; row < 400; row++)
            assert_int_equal(
                tree_leaf_in_table(a, s.table, row), tree_leaf_in_table(b, sparse.table, row));
        tree_free(a);
        tree_free(b);
    }
    setup_release(&s);
    setup_release(&sparse);
}

static void test_leaves_get_the_rows_that_predict_into_them(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, 400, 2, 15);
    s.opts.n_columns = 2;
    struct tree *t = grow(&s, 1);
    double counted[2 * MAX_ROWS] = {0};
    for (int64_t row = 0; row < 400; row++)
        if (s.draws[row])
            counted[tree_leaf_in_table(t, s.table, row)] += s.draws[row];
    assert_all_close(t->values, counted, t->n_leaves, 0, 0);
    tree_free(t);
    setup_release(&s);
}

/* ---- limits ---- */

static int tree_depth(const struct tree *t, uint32_t at)
{
    if (node_is_leaf(&t->nodes[at]))
        return 0;
    int a = tree_depth(t, t->nodes[at].child), b = tree_depth(t, t->nodes[at].child + 1);
    return 1 + (a > b ? a : b);
}

static void test_limits_hold(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, 400, 2, 16);
    s.opts.max_depth = 3;
    struct tree *t = grow(&s, 0);
    assert_int_equal(tree_depth(t, 0), 3);
    tree_free(t);
    s.opts.max_depth = 0;
    s.opts.max_leaves = 7;
    t = grow(&s, 0);
    assert_int_equal(t->n_leaves, 7);
    assert_int_equal(t->n_nodes, 13);
    tree_free(t);
    s.opts.max_leaves = 1;
    t = grow(&s, 0);
    assert_int_equal(t->n_nodes, 1);
    tree_free(t);
    setup_release(&s);
}

/* The node that was split so many splits after the first: children stand in the order of splits. */
static uint32_t split_number(const struct tree *t, uint32_t number)
{
    for (uint32_t i = 0; i < t->n_nodes; i++)
        if (!node_is_leaf(&t->nodes[i]) && t->nodes[i].child == 1 + 2 * number)
            return i;
    fail();
    return 0;
}

/* Best first: when a node was split, no other that was there could have gained more. */
static void test_best_first_takes_the_best(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, 400, 2, 17);
    s.opts.max_leaves = 400;
    struct tree *t = grow(&s, 0);
    assert_true(t->n_leaves > 20);
    for (uint32_t number = 0; 2 * number + 1 < t->n_nodes; number++) {
        uint32_t split = split_number(t, number), n_there = 1 + 2 * number;
        for (uint32_t i = 0; i < n_there; i++)
            if (!node_is_leaf(&t->nodes[i]) && t->nodes[i].child >= n_there)
                assert_true(t->stats[i] <= t->stats[split]);
    }
    tree_free(t);
    setup_release(&s);
}

static void test_random_choices_depend_on_seed_and_tree_only(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, 300, 2, 18);
    for (int random_cuts = 0; random_cuts < 2; random_cuts++) {
        s.opts.random_cuts = random_cuts;
        s.opts.n_columns = 1;
        struct tree *a = grow(&s, 1), *b = grow(&s, 1), *c = grow(&s, 2);
        assert_same_tree(a, b);
        assert_true(a->n_nodes != c->n_nodes || a->cuts->n != c->cuts->n ||
                    memcmp(a->cuts->threshold, c->cuts->threshold,
                        a->cuts->n * sizeof *a->cuts->threshold) != 0);
        tree_free(a);
        tree_free(b);
        tree_free(c);
    }
    setup_release(&s);
}

static int grow_once(void *ctx, struct err *err)
{
    const struct setup *s = ctx;
    struct grower *g = grower_new(&s->bins, &s->stats, &s->opts, &s->rule, err);
    struct tree *t = g ? grower_tree(g, 0, s->draws, err) : NULL;
    grower_free(g);
    tree_free(t);
    return t ? 0 : -1;
}

static void test_without_memory(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, 40, 2, 19);
    FAULT_LOOP(grow_once, &s);
    s.opts.max_leaves = 5;
    s.opts.n_columns = 2;
    FAULT_LOOP(grow_once, &s);
    setup_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_classes_by_brute_force),
        cmocka_unit_test(test_values_by_brute_force),
        cmocka_unit_test(test_more_classes_by_brute_force),
        cmocka_unit_test(test_sparse_rows_give_the_same_tree),
        cmocka_unit_test(test_leaves_get_the_rows_that_predict_into_them),
        cmocka_unit_test(test_limits_hold),
        cmocka_unit_test(test_best_first_takes_the_best),
        cmocka_unit_test(test_random_choices_depend_on_seed_and_tree_only),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
