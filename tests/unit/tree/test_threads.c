/* test_threads.c -- trees that all threads grow, with packed histograms, are those that one thread
 * grows without, bit for bit. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"
#include "common/tree/grow.h"
#include "common/tree/grower.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

static const int threads[] = {1, 2, 8};
enum { THREADS = 3 };

/* How rows are looked at, drawn and weighed. */
struct way {
    bool sparse, wide, weights, not_packed;
    int draws; /* 0: each row once; else less than so many times, at random */
};

struct setup {
    struct table *table;
    struct bins bins;
    struct row_stats stats;
    int64_t *weight, *value;
    uint16_t *draws;
    int64_t n;
};

static void setup_table(struct setup *s, const struct way *w)
{
    struct bins_opts opts = {w->wide ? 1000 : 255, w->sparse ? 0 : 1 << 30};
    struct err err = ERR_INIT;

    s->table = sample_table(s->n, 7, 0, 3);
    if (w->sparse) {
        struct table *sparse = sample_sparse(s->table);
        sample_free(s->table);
        s->table = sparse;
    }
    assert_ok(bins_build(&s->bins, s->table, &opts, &err), &err);
    assert_int_equal(s->bins.near != NULL, !w->sparse && !(w->wide && s->n > 255));
}

static void setup_init(struct setup *s, const struct way *w, int64_t n)
{
    int64_t n_draws = 0;
    double max = 0;

    *s = (struct setup){.n = n};
    setup_table(s, w);
    s->weight = mem_alloc((size_t)n, sizeof *s->weight);
    s->value = mem_alloc((size_t)n, sizeof *s->value);
    s->draws = mem_alloc((size_t)n, sizeof *s->draws);
    for (int64_t i = 0; i < n; i++) {
        struct rng r;
        rng_init(&r, 5, RNG_BAG, 0, (uint64_t)i);
        s->draws[i] = w->draws ? (uint16_t)rng_below(&r, (uint64_t)w->draws) : 1;
        s->weight[i] = w->weights ? (int64_t)rng_below(&r, 9) : 3;
        n_draws += s->draws[i];
        max = fmax(max, 9 * fabs(s->table->y[i]));
    }
    int bits = packed_value_bits(n_draws);
    assert_true(bits > 20);
    s->stats = (struct row_stats){.n_sums = 2,
        .value = {s->weight, s->value},
        .unit = {0.25, stats_unit_of(max, bits)},
        .target = s->table->y,
        .equal_weights = !w->weights,
        .value_bits = w->not_packed ? 0 : bits};
    for (int64_t i = 0; i < n; i++)
        s->value[i] = stats_fixed((double)s->weight[i] * s->table->y[i], s->stats.unit[1]);
    assert_int_equal(packed_fits(&s->bins, &s->stats, n_draws), s->bins.near && !w->not_packed);
}

static void setup_release(struct setup *s)
{
    bins_release(&s->bins);
    sample_free(s->table);
    mem_free(s->weight);
    mem_free(s->value);
    mem_free(s->draws);
}

/* Of all the leaf is told but the order of its rows. */
static void leaf_of_all(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    const struct setup *s = self;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rows->n; i++)
        sum += (rows->row[i] + 1) * (uint64_t)0x9e3779b97f4a7c15 >> 20;
    assert_true(rows->draws == s->draws);
    value[0] = (double)totals[2] + (double)totals[0];
    value[1] = (double)(sum % ((uint64_t)1 << 52));
}

static void leaf_of_sums(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    (void)self;
    assert_null(rows);
    value[0] = (double)totals[2];
    value[1] = (double)totals[1];
}

static const struct grow_opts defaults = {.min_leaf = 1,
    .min_split = 2,
    .stop_if_pure = true,
    .min_gain = -INFINITY,
    .score = score_squared,
    .seed = 1};

/* Tree 8 of a grower that has grown number 7. */
static struct tree *grow(
    struct setup *s, struct grow_opts opts, bool plain, bool by_rows, uint32_t *leaf)
{
    static const int8_t no_direction[SAMPLE_COLS]; /* keeps rows from moving, and does no more */
    const struct grow_rule rule = {s, 2, by_rows ? leaf_of_all : leaf_of_sums, by_rows};
    struct err err = ERR_INIT;

    opts.all_threads = !plain;
    opts.direction = plain ? no_direction : NULL;
    struct grower *g = grower_new(&s->bins, &s->stats, &opts, &rule, &err);
    assert_non_null(g);
    assert_false(g->moving);
    struct tree *t = grower_tree(g, 7, s->draws, &err);
    assert_non_null(t);
    tree_free(t);
    t = grower_tree(g, 8, s->draws, &err);
    assert_non_null(t);
    assert_int_equal(g->is_packed, !plain && s->stats.value_bits && s->bins.near);
    if (leaf) {
        memset(leaf, 0xff, (size_t)s->n * sizeof *leaf);
        grower_leaves(g, leaf);
    }
    grower_free(g);
    return t;
}

static void check_leaves(const struct setup *s, const struct tree *t, const uint32_t *leaf)
{
    for (int64_t row = 0; row < s->n; row++) {
        uint32_t want = s->draws[row] ? tree_leaf_in_table(t, s->table, row) : UINT32_MAX;
        assert_int_equal(leaf[row], want);
    }
}

static void check_same(const struct tree *a, const struct tree *b)
{
    assert_same_tree(a, b);
    assert_all_close(a->values, b->values, 2 * b->n_leaves, 0, 0);
}

static void check(const struct way *way, int64_t n, const struct grow_opts *opts, int n_opts,
    const int *n_threads, int n_pools)
{
    struct setup s;
    setup_init(&s, way, n);
    uint32_t *leaf = mem_alloc((size_t)n, sizeof *leaf);
    for (int i = 0; i < n_opts; i++) {
        struct tree *plain = grow(&s, opts[i], true, true, NULL);
        struct tree *sums = grow(&s, opts[i], true, false, NULL);
        assert_true(plain->n_leaves > 1);
        for (int k = 0; k < n_pools; k++) {
            struct err err = ERR_INIT;
            assert_ok(pool_start(n_threads[k], &err), &err);
            struct tree *t = grow(&s, opts[i], false, true, leaf);
            check_same(t, plain);
            check_leaves(&s, t, leaf);
            tree_free(t);
            t = grow(&s, opts[i], false, false, NULL);
            check_same(t, sums);
            tree_free(t);
            pool_stop();
        }
        tree_free(plain);
        tree_free(sums);
    }
    mem_free(leaf);
    setup_release(&s);
}

static const struct way ways[] = {
    {.draws = 0},
    {.draws = 4},
    {.draws = 2},
    {.weights = true},
    {.weights = true, .draws = 4},
    {.not_packed = true, .draws = 4},
    {.not_packed = true, .weights = true},
    {.wide = true, .draws = 4},
    {.wide = true, .weights = true},
    {.sparse = true, .draws = 4},
    {.sparse = true, .weights = true},
};
enum { WAYS = sizeof ways / sizeof *ways, OPTS = 9 };

static void opts_fill(struct grow_opts opts[OPTS])
{
    for (int i = 0; i < OPTS; i++)
        opts[i] = defaults;
    opts[1].min_leaf = 20;
    opts[2].max_depth = 5;
    opts[3].max_leaves = 31;
    opts[4].max_leaves = 31, opts[4].min_leaf = 20, opts[4].max_depth = 6;
    opts[5].n_columns = 2, opts[5].columns_per_tree = true;
    opts[6].n_columns = 1, opts[6].columns_per_tree = true, opts[6].max_leaves = 12;
    opts[7].min_gain = 0, opts[7].min_split = 30;
    opts[8].max_leaves = 4;
}

static void test_small(void **state)
{
    struct grow_opts opts[OPTS];
    (void)state;
    opts_fill(opts);
    for (int i = 0; i < WAYS; i++) {
        check(&ways[i], 100, opts, OPTS, &threads[i % THREADS], 1);
        check(&ways[i], 1200, opts, OPTS, &threads[(i + 1) % THREADS], 1);
    }
}

/* Nodes of so many rows are shared out. */
static void test_large(void **state)
{
    struct grow_opts opts[2] = {defaults, defaults};
    (void)state;
    opts[0].max_leaves = 40;
    opts[1].max_depth = 6, opts[1].min_leaf = 20;
    for (int i = 0; i < WAYS; i++)
        check(&ways[i], i < 5 ? 5 * GROW_LARGE + 12345 : GROW_LARGE + 1, opts, 2, threads, THREADS);
}

/* Large nodes that were parted ahead and are leaves in the end. */
static void test_ahead_in_vain(void **state)
{
    struct grow_opts opts[4 * 8];
    (void)state;
    for (int i = 0; i < 4 * 8; i++) {
        opts[i] = defaults;
        opts[i].max_leaves = 3 + i / 4;
        opts[i].n_columns = i % 4;
        opts[i].columns_per_tree = true;
    }
    check(&ways[1], 8 * GROW_LARGE, opts, 4 * 8, threads + 1, 1);
}

/* Every row alike: a tree of one leaf that has them all. */
static void test_alike(void **state)
{
    struct setup s;
    uint32_t leaf[100];
    (void)state;
    setup_init(&s, &ways[2], 100);
    for (int i = 0; i < 100; i++) {
        s.value[i] = 5;
        s.table->y[i] = 1;
    }
    struct tree *t = grow(&s, defaults, false, true, leaf);
    assert_int_equal(t->n_leaves, 1);
    for (int i = 0; i < 100; i++)
        assert_int_equal(leaf[i], s.draws[i] ? 0 : UINT32_MAX);
    tree_free(t);
    setup_release(&s);
}

/* ---- without memory ---- */

struct growing {
    struct setup *s;
    struct grow_opts opts;
    struct tree *tree;
};

static int grow_once(void *ctx, struct err *err)
{
    struct growing *a = ctx;
    const struct grow_rule rule = {a->s, 2, leaf_of_all, true};
    struct grower *g = grower_new(&a->s->bins, &a->s->stats, &a->opts, &rule, err);
    a->tree = g ? grower_tree(g, 8, a->s->draws, err) : NULL;
    grower_free(g);
    return a->tree ? 0 : -1;
}

static int grow_and_forget(void *ctx, struct err *err)
{
    struct growing *a = ctx;
    int ret = grow_once(ctx, err);
    if (ret == 0)
        tree_free(a->tree);
    return ret;
}

static void test_without_memory(void **state)
{
    (void)state;
    for (int i = 0; i < WAYS; i++)
        for (int best_first = 0; best_first < 2; best_first++) {
            struct setup s;
            struct err err = ERR_INIT;
            setup_init(&s, &ways[i], 200);
            struct growing a = {&s, defaults, NULL};
            a.opts.all_threads = true;
            a.opts.max_leaves = best_first ? 20 : 0;
            assert_ok(pool_start(2, &err), &err);
            FAULT_LOOP(grow_and_forget, &a);
            pool_stop();
            setup_release(&s);
        }
}

/* A large node that cannot be shared out for want of memory is parted by one thread: the tree is
 * the same, or there is none. */
static void test_large_without_memory(void **state)
{
    struct setup s;
    long n = 0, made = 1, grown = 0;
    (void)state;
    setup_init(&s, &ways[1], 2 * GROW_LARGE);
    struct grow_opts opts = defaults;
    opts.max_leaves = 5;
    struct tree *plain = grow(&s, opts, true, true, NULL);
    struct growing a = {&s, opts, NULL};
    a.opts.all_threads = true;
    while (++n <= made) {
        struct err err = ERR_INIT;
        fault_after(n);
        int ret = grow_once(&a, &err);
        made = fault_off();
        if (ret < 0) {
            assert_int_equal(err.kind, ERR_MEMORY);
            made = n + 1;
            continue;
        }
        grown += made >= n;
        check_same(a.tree, plain);
        tree_free(a.tree);
    }
    assert_true(grown > 0);
    tree_free(plain);
    setup_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_ahead_in_vain),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_large_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
