/* test_fast.c -- the fast ways give what the plain ones give, bit for bit: pairs, codes,
 * predictors. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/tree/codetree.h"
#include "common/tree/grow.h"
#include "common/tree/predictor.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 20000 };

struct setup {
    struct table *table;
    struct bins bins;
    struct row_stats stats;
    int32_t *slot;
    int64_t *weight;
    uint16_t *draws;
};

static void leaf_share(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    (void)self, (void)rows;
    *value = (double)totals[2] / (double)(totals[1] + totals[2]);
}

static void setup_init(struct setup *s, int max_bins)
{
    struct err err = ERR_INIT;
    struct bins_opts opts = {max_bins, 0};

    s->table = sample_table(ROWS, 7, 2, 3);
    assert_ok(bins_build(&s->bins, s->table, &opts, &err), &err);
    s->slot = mem_alloc(ROWS, sizeof *s->slot);
    s->weight = mem_alloc(ROWS, sizeof *s->weight);
    s->draws = mem_alloc(ROWS, sizeof *s->draws);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct rng r;
        rng_init(&r, 5, RNG_BAG, 0, i);
        s->draws[i] = (uint16_t)rng_below(&r, 3);
        s->slot[i] = (int32_t)s->table->y[i];
        s->weight[i] = 3;
    }
    s->stats = (struct row_stats){.n_sums = 2,
        .slot = s->slot,
        .value = {s->weight, NULL},
        .unit = {0.25, 0},
        .equal_weights = true};
}

static void setup_release(struct setup *s)
{
    bins_release(&s->bins);
    sample_free(s->table);
    mem_free(s->slot);
    mem_free(s->weight);
    mem_free(s->draws);
}

static const struct grow_opts defaults = {.min_leaf = 1,
    .min_split = 2,
    .n_columns = 2,
    .stop_if_pure = true,
    .min_gain = -INFINITY,
    .seed = 1,
    .score = score_gini};

static struct tree *grow_as(struct setup *s, const struct grow_opts *opts, bool by_rows)
{
    const struct grow_rule rule = {s, 1, leaf_share, by_rows};
    struct err err = ERR_INIT;
    struct grower *g = grower_new(&s->bins, &s->stats, opts, &rule, &err);
    assert_non_null(g);
    struct tree *t = grower_tree(g, 7, s->draws, &err);
    assert_non_null(t);
    grower_free(g);
    return t;
}

static struct tree *grow(struct setup *s, int64_t min_leaf)
{
    struct grow_opts opts = defaults;
    opts.min_leaf = min_leaf;
    return grow_as(s, &opts, false);
}

static void test_pairs(void **state)
{
    struct grow_opts opts[8];
    struct setup s;
    (void)state;
    for (int i = 0; i < 8; i++)
        opts[i] = defaults;
    opts[1].min_leaf = 20;
    opts[2].score = score_entropy;
    opts[3].score = score_entropy, opts[3].min_leaf = 20;
    opts[4].n_columns = 0;
    opts[5].max_leaves = 300;
    opts[6].n_columns = 3, opts[6].columns_per_tree = true;
    opts[7].n_columns = 1, opts[7].max_depth = 9;
    setup_init(&s, 255);
    for (int many = 0; many < 2; many++) {
        for (int i = 0; i < 8; i++) {
            struct tree *fast = grow_as(&s, &opts[i], false);
            struct tree *plain = grow_as(&s, &opts[i], true);
            assert_true(plain->n_leaves > 100);
            assert_same_tree(fast, plain);
            assert_all_close(fast->values, plain->values, plain->n_leaves, 0, 0);
            tree_free(fast);
            tree_free(plain);
        }
        for (uint32_t i = 0; i < ROWS; i += 7)
            s.draws[i] = (uint16_t)(200 + i % 100); /* more than a byte holds */
    }
    setup_release(&s);
}

/* Without the category, whose trees have no codes. */
static void without_category(struct setup *s)
{
    struct err err = ERR_INIT;
    struct bins_opts opts = {64, 0};
    for (uint32_t i = 0; i < ROWS; i++)
        s->table->values[2][i] = NAN;
    bins_release(&s->bins);
    assert_ok(bins_build(&s->bins, s->table, &opts, &err), &err);
}

static void test_codes(void **state)
{
    struct setup s;
    struct codetree codes;
    struct err err = ERR_INIT;
    uint16_t missing[SAMPLE_COLS], row[CODETREE_ROWS][SAMPLE_COLS];
    const uint16_t *rows[CODETREE_ROWS];
    uint32_t leaf[CODETREE_ROWS];
    (void)state;
    setup_init(&s, 64);
    without_category(&s);
    struct tree *t = grow(&s, 1);
    codetree_missing(&s.bins, missing);
    assert_ok(codetree_init(&codes, t, &s.bins, missing, &err), &err);
    assert_non_null(codes.nodes);
    for (uint32_t first = 0; first < ROWS; first += 13) {
        int n = ROWS - first < 13 ? (int)(ROWS - first) : 13;
        for (int i = 0; i < n; i++) {
            for (int col = 0; col < SAMPLE_COLS; col++)
                row[i][col] =
                    s.bins.cols[col].n_bins ? bins_code(&s.bins, col, first + (uint32_t)i) : 0;
            rows[i] = row[i];
        }
        codetree_leaves(&codes, t, rows, n, leaf);
        for (int i = 0; i < n; i++)
            assert_int_equal(leaf[i], tree_leaf_in_table(t, s.table, first + i));
    }
    codetree_release(&codes);
    tree_free(t);
    setup_release(&s);
}

/* Rows the trees have not seen, some of them right on a threshold, through a forest of both kinds
 * of trees. */
static void test_predictor(void **state)
{
    struct setup s;
    struct forest f;
    struct err err = ERR_INIT;
    double fast[PREDICTOR_ROWS], plain[PREDICTOR_ROWS];
    (void)state;
    setup_init(&s, 255);
    assert_ok(forest_init(&f, 1, true, &err), &err);
    assert_int_equal(forest_add(&f, grow(&s, 1)), 0);
    without_category(&s);
    assert_int_equal(forest_add(&f, grow(&s, 1)), 0);
    assert_int_equal(forest_settle(&f), 0);
    struct tree t = forest_tree(&f, 1);
    assert_true(forest_tree(&f, 0).n_words > 0);
    assert_int_equal(t.n_words, 0);
    struct predictor *p = predictor_new(&f, SAMPLE_COLS, &err);
    assert_non_null(p);
    struct table *rows = sample_table(1000, 7, 2, 99);
    for (uint32_t i = 0; i < 400; i++) {
        const struct node *node = &t.nodes[i];
        if (!node_is_leaf(node))
            rows->values[node_column(&t, node)][i] = node_threshold(&t, node);
    }
    struct predictor_block b = {.cols = (columns_t)rows->values,
        .codes = mem_alloc(predictor_codes_size(p), sizeof *b.codes)};
    for (b.first = 0; b.first < 1000; b.first += b.n) {
        b.n = b.first % 3 ? 100 : PREDICTOR_ROWS;
        if (b.n > 1000 - b.first)
            b.n = (int)(1000 - b.first);
        predictor_code(p, &b);
        predictor_raw(p, &b, fast);
        forest_predict(&f, (columns_t)rows->values, b.first, b.n, plain);
        assert_all_close(fast, plain, (size_t)b.n, 0, 0);
    }
    mem_free(b.codes);
    sample_free(rows);
    predictor_free(p);
    forest_release(&f);
    setup_release(&s);
}

static int predictor_once(void *ctx, struct err *err)
{
    struct predictor *p = predictor_new(ctx, SAMPLE_COLS, err);
    predictor_free(p);
    return p ? 0 : -1;
}

static void test_without_memory(void **state)
{
    struct setup s;
    struct forest f;
    struct err err = ERR_INIT;
    (void)state;
    setup_init(&s, 64);
    without_category(&s);
    assert_ok(forest_init(&f, 1, true, &err), &err);
    assert_int_equal(forest_add(&f, grow(&s, 2000)), 0);
    assert_int_equal(forest_settle(&f), 0);
    FAULT_LOOP(predictor_once, &f);
    forest_release(&f);
    setup_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_predictor),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
