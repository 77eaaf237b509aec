/*
 * test_exact.c -- bins that are values: trees on them, nodes of sparse rows at the cost of their
 * entries, and bins cut anew from them.
 */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/tree/grow.h"
#include "common/tree/recut.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 700, DENSE = 1 << 30 };

static void count_rows(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    (void)self;
    for (uint32_t i = 1; i < rows->n; i++)
        assert_true(rows->row[i - 1] < rows->row[i]);
    assert_int_equal(rows->n, totals[0]);
    *value = rows->n;
}

static const struct regular plain = {.lambda = 1};

struct setup {
    struct table *dense, *sparse;
    int64_t fixed[2][ROWS];
    uint16_t draws[ROWS];
    struct row_stats stats;
    struct grow_opts opts;
    struct grow_rule rule;
};

static void setup_init(struct setup *s, bool absent_zero, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->dense = sample_table(ROWS, 5, 0, seed);
    s->sparse = sample_sparse(s->dense);
    s->sparse->schema.absent_zero = absent_zero;
    for (int64_t i = 0; i < ROWS; i++) {
        s->draws[i] = i % 5 != 0;
        s->fixed[0][i] = 1024 + 512 * (i % 3);
        s->fixed[1][i] = stats_fixed(s->dense->y[i], 1.0 / 1024) * (2 + i % 3) / 2;
    }
    s->stats = (struct row_stats){
        .n_sums = 2, .value = {s->fixed[0], s->fixed[1]}, .unit = {1.0 / 1024, 1.0 / 1024}};
    s->opts = (struct grow_opts){.min_leaf = 1,
        .min_split = 2,
        .max_depth = 6,
        .min_gain = 1e-6,
        .score = score_squared,
        .regular = &plain,
        .all_threads = true,
        .seed = seed};
    s->rule = (struct grow_rule){NULL, 1, count_rows, true};
}

static void setup_release(struct setup *s)
{
    sample_free(s->dense);
    sample_free(s->sparse);
}

static struct bins bins_of(const struct table *t, int max_bins, int64_t sparse_above)
{
    struct bins_opts opts = {max_bins, sparse_above};
    struct err err = ERR_INIT;
    struct bins b;
    assert_ok(bins_build(&b, t, &opts, &err), &err);
    return b;
}

static struct tree *grow(const struct setup *s, const struct bins *b)
{
    struct err err = ERR_INIT;
    struct grower *g = grower_new(b, &s->stats, &s->opts, &s->rule, &err);
    assert_non_null(g);
    struct tree *t = grower_tree(g, 3, s->draws, &err);
    assert_non_null(t);
    grower_free(g);
    return t;
}

/* ---- trees ---- */

/* Entry by entry or column by column, kept histograms or not: the same trees. */
static void test_sparse_trees_are_the_dense_ones(void **state)
{
    (void)state;
    for (int zero = 0; zero < 2; zero++)
        for (int way = 0; way < 12; way++) {
            int max_bins = way < 8 ? BINS_ALL : 16; /* few enough to be kept */
            struct setup s;
            setup_init(&s, zero, (uint64_t)way + 1);
            s.opts.exact = way < 8 && way & 1;
            s.opts.n_columns = way & 2 ? 2 : 0;
            s.opts.columns_per_tree = true;
            s.opts.node_columns = way & 4 ? 2 : 0;
            struct bins wide = bins_of(s.sparse, max_bins, DENSE);
            struct bins thin = bins_of(s.sparse, max_bins, 0);
            assert_true(thin.start && !wide.start);
            struct tree *a = grow(&s, &wide), *b = grow(&s, &thin);
            assert_true(a->n_nodes > 31);
            assert_same_tree(a, b);
            s.opts.all_threads = false; /* histograms of the same bins, one column after another */
            s.opts.node_columns = 0;
            tree_free(a);
            tree_free(b);
            a = grow(&s, &wide), b = grow(&s, &thin);
            assert_same_tree(a, b);
            tree_free(a);
            tree_free(b);
            bins_release(&wide);
            bins_release(&thin);
            setup_release(&s);
        }
}

/* Bins of values at all threads or none, histograms kept or counted: the same trees. */
static void test_exact_changes_no_tree(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, false, 5);
    struct bins b = bins_of(s.dense, BINS_ALL, DENSE);
    struct tree *kept = grow(&s, &b);
    s.opts.exact = true;
    struct tree *counted = grow(&s, &b);
    assert_same_tree(kept, counted);
    tree_free(kept);
    tree_free(counted);
    bins_release(&b);
    setup_release(&s);
}

/*
 * Ten rows of two columns, by hand.  Column 0 is there in rows 0 to 3: 1 1 2 2; column 1 in rows 4
 * and 9: 5 6.  Rows with x0 = 2 have target 4, all others 0: missing values go with 1, left.  Then
 * the other way round, and last a target that only the absence tells.
 */
static void test_default_directions_by_hand(void **state)
{
    static const double x0[] = {1, 1, 2, 2};
    static const double targets[3][10] = {{0, 0, 4, 4, 0, 0, 0, 0, 0, 0},
        {4, 4, 0, 0, 0, 0, 0, 0, 0, 0}, {4, 4, 4, 4, 0, 0, 0, 0, 0, 0}};
    int64_t start[11] = {0}, fixed[2][10];
    uint32_t col[6], n = 0;
    double value[6];
    uint16_t draws[10];
    struct col_spec specs[2] = {{.kind = COL_NUMBER}, {.kind = COL_NUMBER}};
    struct sparse sp = {.start = start, .col = col, .value = value};
    struct table t = {.schema = {.n_cols = 2, .cols = specs}, .n_rows = 10, .sparse = &sp};
    struct bins b = bins_of(&t, BINS_ALL, DENSE); /* empty: no column can be cut */
    struct setup s = {.stats = {.n_sums = 2, .value = {fixed[0], fixed[1]}, .unit = {1, 1}}};
    struct err err = ERR_INIT;
    (void)state;

    assert_int_equal(b.cols[0].n_bins + b.cols[1].n_bins, 0);
    bins_release(&b);
    for (int i = 0; i < 10; i++) {
        start[i] = n;
        if (i < 4 || i == 4 || i == 9) {
            col[n] = i >= 4;
            value[n++] = i < 4 ? x0[i] : i == 4 ? 5 : 6;
        }
        draws[i] = 1;
        fixed[0][i] = 1;
    }
    start[10] = n;
    b = bins_of(&t, BINS_ALL, 0);
    assert_non_null(b.start);
    s.rule = (struct grow_rule){NULL, 1, count_rows, true};
    s.opts = (struct grow_opts){.max_depth = 1,
        .min_leaf = 1,
        .min_split = 2,
        .exact = true,
        .score = score_squared,
        .regular = &plain,
        .all_threads = true};
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 10; i++)
            fixed[1][i] = (int64_t)targets[k][i];
        struct grower *g = grower_new(&b, &s.stats, &s.opts, &s.rule, &err);
        assert_non_null(g);
        struct tree *tree = grower_tree(g, 0, draws, &err);
        assert_non_null(tree);
        const struct node *root = &tree->nodes[0];
        assert_int_equal(tree->n_nodes, 3);
        assert_int_equal(node_column(tree, root), 0);
        assert_int_equal(node_missing_left(root), k == 0);
        assert_true(node_threshold(tree, root) == (k < 2 ? 1.5 : INFINITY));
        /* gain: S_L^2 / (n_L + 1) + S_R^2 / (n_R + 1) - S^2 / 11 */
        double gain = k < 2 ? 64 / 3.0 - 64 / 11.0 : 256 / 5.0 - 256 / 11.0;
        assert_close(tree->stats[0], gain, 1e-6, 0);
        tree_free(tree);
        grower_free(g);
    }
    bins_release(&b);
}

/* ---- bins cut anew ---- */

static void check_codes(const struct bins *b, const struct table *t, int col)
{
    const struct bin_column *c = &b->cols[col];

    for (int bin = 0; bin < c->n_bins; bin++) {
        assert_true(c->low[bin] <= c->high[bin]);
        assert_true(!bin || c->high[bin - 1] < c->low[bin]);
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        double x = t->values[col][i];
        uint32_t code = bins_code(b, col, i);
        if (isnan(x))
            assert_int_equal(code, c->n_bins);
        else
            assert_true(code < (uint32_t)c->n_bins && c->low[code] <= x && x <= c->high[code]);
    }
}

/* Bins have their share of the weight, but for a value's own; again and again in the same memory.
 */
static void test_recut_shares_weight(void **state)
{
    struct setup s;
    struct err err = ERR_INIT;
    struct bins cut = {.n_rows = 0}, thin_cut = {.n_rows = 0};
    double weight[ROWS];
    (void)state;

    setup_init(&s, false, 8);
    struct bins all = bins_of(s.dense, BINS_ALL, DENSE), thin = bins_of(s.sparse, BINS_ALL, 0);
    for (int round = 0; round < 4; round++) {
        struct rng r;
        double total = 0, in_bin[12] = {0}, most = 0;
        rng_init(&r, 3, RNG_BAG, 0, (uint64_t)round);
        for (int i = 0; i < ROWS; i++) {
            weight[i] = round == 1 && s.dense->values[0][i] < 0 ? 0 : rng_uniform(&r);
            if (!isnan(s.dense->values[0][i])) {
                total += weight[i];
                most = fmax(most, weight[i]);
            }
        }
        assert_ok(bins_recut(&cut, &all, weight, 12, &err), &err);
        assert_ok(bins_recut(&thin_cut, &thin, weight, 12, &err), &err);
        assert_non_null(cut.near);
        assert_int_equal(cut.cols[0].n_bins, 12);
        assert_false(cut.cols[0].exact);
        assert_int_equal(cut.cols[2].n_bins, 5);
        for (int col = 0; col < SAMPLE_COLS; col++) {
            if (col != 2)
                check_codes(&cut, s.dense, col);
            for (uint32_t i = 0; i < ROWS; i++) {
                uint32_t code = bins_code(&cut, col, i);
                assert_int_equal(code, cut.near[i * cut.stride + (size_t)col]);
                if (col == 2)
                    assert_int_equal(code, bins_code(&all, col, i));
                else
                    assert_int_equal(code, bins_code(&thin_cut, col, i));
            }
        }
        for (uint32_t i = 0; i < ROWS; i++)
            if (!isnan(s.dense->values[0][i]))
                in_bin[bins_code(&cut, 0, i)] += weight[i];
        for (int bin = 0; bin < 12; bin++)
            assert_close(in_bin[bin], total / 12, 0, total / 12 / 4 + 2 * most);
    }
    bins_release(&all);
    bins_release(&thin);
    bins_release(&cut);
    bins_release(&thin_cut);
    setup_release(&s);
}

/* A column of few values keeps them all, weighed or not; absent entries that are 0 have theirs. */
static void test_recut_keeps_few_values(void **state)
{
    struct setup s;
    struct err err = ERR_INIT;
    struct bins cut = {.n_rows = 0};
    double weight[ROWS];
    (void)state;

    setup_init(&s, true, 9);
    struct bins all = bins_of(s.sparse, BINS_ALL, 0);
    for (int i = 0; i < ROWS; i++)
        weight[i] = i % 4 == 0;
    assert_ok(bins_recut(&cut, &all, weight, 40, &err), &err);
    assert_true(cut.cols[1].exact && all.cols[1].n_bins < 40);
    assert_int_equal(cut.cols[1].n_bins, all.cols[1].n_bins);
    assert_int_equal(cut.cols[1].default_code, all.cols[1].default_code);
    for (uint32_t i = 0; i < ROWS; i++)
        assert_int_equal(bins_code(&cut, 1, i), bins_code(&all, 1, i));
    bins_release(&cut);
    /* absent ones weigh as much as if they were there */
    struct bins wide = bins_of(s.sparse, BINS_ALL, DENSE), wide_cut = {.n_rows = 0};
    assert_ok(bins_recut(&cut, &all, weight, 15, &err), &err);
    assert_ok(bins_recut(&wide_cut, &wide, weight, 15, &err), &err);
    for (int col = 0; col < SAMPLE_COLS; col++)
        for (uint32_t i = 0; i < ROWS && col != 2; i++)
            assert_int_equal(bins_code(&cut, col, i), bins_code(&wide_cut, col, i));
    bins_release(&wide);
    bins_release(&wide_cut);
    uint32_t zero = cut.cols[3].default_code;
    assert_true(cut.cols[3].low[zero] <= 0 && cut.cols[3].high[zero] >= 0);
    bins_release(&all);
    bins_release(&cut);
    setup_release(&s);
}

struct faulty {
    const struct bins *all;
    double weight[ROWS];
};

static int recut_faulty(void *ctx, struct err *err)
{
    const struct faulty *f = ctx;
    struct bins cut = {.n_rows = 0};
    int ret = bins_recut(&cut, f->all, f->weight, 9, err);
    bins_release(&cut);
    return ret;
}

struct faulty_tree {
    const struct setup *s;
    const struct bins *bins;
};

static int grow_faulty(void *ctx, struct err *err)
{
    const struct faulty_tree *f = ctx;
    struct grower *g = grower_new(f->bins, &f->s->stats, &f->s->opts, &f->s->rule, err);
    struct tree *t = g ? grower_tree(g, 0, f->s->draws, err) : NULL;
    grower_free(g);
    tree_free(t);
    return t ? 0 : -1;
}

static void test_no_memory(void **state)
{
    struct setup s;
    struct faulty f = {.weight = {1}};
    (void)state;
    setup_init(&s, false, 2);
    s.opts.exact = true;
    s.opts.prune_gain = 3;
    s.opts.n_proposed = 5;
    for (int sparse = 0; sparse < 2; sparse++) {
        struct bins all = bins_of(sparse ? s.sparse : s.dense, BINS_ALL, sparse ? 0 : DENSE);
        struct faulty_tree tree = {&s, &all};
        f.all = &all;
        FAULT_LOOP(recut_faulty, &f);
        FAULT_LOOP(grow_faulty, &tree);
        bins_release(&all);
    }
    setup_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sparse_trees_are_the_dense_ones),
        cmocka_unit_test(test_exact_changes_no_tree),
        cmocka_unit_test(test_default_directions_by_hand),
        cmocka_unit_test(test_recut_shares_weight),
        cmocka_unit_test(test_recut_keeps_few_values),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
