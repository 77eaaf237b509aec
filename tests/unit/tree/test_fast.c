/* test_fast.c -- the fast ways give what the plain ones give, bit for bit: pairs, codes,
 * predictors. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/tree/bytetree.h"
#include "common/tree/coder.h"
#include "common/tree/codetree.h"
#include "common/tree/grow.h"
#include "common/tree/levelset.h"
#include "common/tree/predictor.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 20000 };

struct setup {
    struct table *table;
    struct bins bins;
    struct row_stats stats;
    int32_t *slot;
    int64_t *weight, *value;
    uint16_t *draws;
};

static void leaf_share(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    (void)self, (void)rows;
    *value = (double)totals[2] / (double)(totals[1] + totals[2]);
}

/* n_classes 0: values. */
static void setup_as(struct setup *s, int max_bins, int n_classes)
{
    struct err err = ERR_INIT;
    struct bins_opts opts = {max_bins, 0};

    s->table = sample_table(ROWS, 7, n_classes, 3);
    assert_ok(bins_build(&s->bins, s->table, &opts, &err), &err);
    s->slot = mem_alloc(ROWS, sizeof *s->slot);
    s->weight = mem_alloc(ROWS, sizeof *s->weight);
    s->value = mem_alloc(ROWS, sizeof *s->value);
    s->draws = mem_alloc(ROWS, sizeof *s->draws);
    s->stats = (struct row_stats){.n_sums = n_classes ? n_classes : 2,
        .slot = n_classes ? s->slot : NULL,
        .value = {s->weight, n_classes ? NULL : s->value},
        .unit = {0.25, 1.0 / 1024},
        .target = n_classes ? NULL : s->table->y,
        .equal_weights = true};
    for (uint32_t i = 0; i < ROWS; i++) {
        struct rng r;
        rng_init(&r, 5, RNG_BAG, 0, i);
        s->draws[i] = (uint16_t)rng_below(&r, 3);
        s->slot[i] = n_classes ? (int32_t)s->table->y[i] : 0;
        s->value[i] = stats_fixed(s->table->y[i], s->stats.unit[1]);
        s->weight[i] = n_classes > 2 ? 4 : 3;
    }
}

static void setup_init(struct setup *s, int max_bins)
{
    setup_as(s, max_bins, 2);
}

static void setup_release(struct setup *s)
{
    bins_release(&s->bins);
    sample_free(s->table);
    mem_free(s->slot);
    mem_free(s->weight);
    mem_free(s->value);
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

static void fill_gaps(struct setup *s)
{
    struct err err = ERR_INIT;
    struct bins_opts opts = {255, 0};
    for (int col = 0; col < SAMPLE_COLS; col++)
        for (int i = 0; i < ROWS; i++)
            if (isnan(s->table->values[col][i]))
                s->table->values[col][i] = col == 2 ? i % 7 : fmod(i * 0.618, 3) - 1;
    bins_release(&s->bins);
    assert_ok(bins_build(&s->bins, s->table, &opts, &err), &err);
}

/* With missing values, without (where many rows are looked at in another way), and rows drawn more
 * often than a byte holds. */
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
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 8; i++) {
            struct tree *fast = grow_as(&s, &opts[i], false);
            struct tree *plain = grow_as(&s, &opts[i], true);
            assert_true(plain->n_leaves > 100);
            assert_same_tree(fast, plain);
            assert_all_close(fast->values, plain->values, plain->n_leaves, 0, 0);
            tree_free(fast);
            tree_free(plain);
        }
        for (uint32_t i = 0; i < ROWS && turn; i += 7)
            s.draws[i] = (uint16_t)(200 + i % 100);
        if (turn == 0)
            fill_gaps(&s);
    }
    setup_release(&s);
}

static void first_sum(
    const void *self, const struct hist_rows *rows, const int64_t *totals, double *value)
{
    (void)self;
    *value = (double)totals[1] + (rows ? rows->n + rows->row[0] : 0);
}

/* Values, and more than two classes: records that move give what rows that stay give. */
static void test_wide(void **state)
{
    static const struct {
        int n_classes;
        score_fn *score;
    } kinds[] = {{0, score_squared}, {3, score_gini}, {5, score_gini}, {4, score_entropy}};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct setup s;
        struct grow_opts opts = defaults;
        const struct grow_rule rule = {&s, 1, first_sum, kinds[i].n_classes == 0};
        setup_as(&s, 255, kinds[i].n_classes);
        opts.score = kinds[i].score;
        for (int turn = 0; turn < 3; turn++) {
            struct tree *t[2];
            opts.min_leaf = turn == 1 ? 10 : 1;
            opts.n_columns = turn == 2 ? 0 : 2;
            for (int plain = 0; plain < 2; plain++) {
                struct err err = ERR_INIT;
                s.stats.equal_weights = !plain;
                struct grower *g = grower_new(&s.bins, &s.stats, &opts, &rule, &err);
                assert_non_null(g);
                t[plain] = grower_tree(g, 7, s.draws, &err);
                assert_non_null(t[plain]);
                grower_free(g);
            }
            assert_true(t[0]->n_leaves > 100);
            assert_same_tree(t[0], t[1]);
            assert_all_close(t[0]->values, t[1]->values, t[0]->n_leaves, 0, 0);
            tree_free(t[0]);
            tree_free(t[1]);
            if (turn == 1)
                fill_gaps(&s);
        }
        setup_release(&s);
    }
}

/* Rows of bytes, as bins have them, reach the leaves that their values reach. */
static void test_bytes(void **state)
{
    struct setup s;
    struct bytetree bytes;
    struct byte_codes codes;
    struct err err = ERR_INIT;
    const uint8_t *rows[BYTETREE_ROWS];
    uint32_t leaf[BYTETREE_ROWS];
    (void)state;
    setup_init(&s, 64);
    struct tree *t = grow(&s, 1);
    assert_true(t->n_words > 0);
    assert_ok(byte_codes_of_bins(&codes, &s.bins, &err), &err);
    codes.cut = t->codes;
    assert_ok(bytetree_init(&bytes, t, &codes, NULL, &err), &err);
    for (uint32_t first = 0; first < ROWS; first += 13) {
        int n = ROWS - first < 13 ? (int)(ROWS - first) : 13;
        for (int i = 0; i < n; i++)
            rows[i] = s.bins.near + (first + (uint32_t)i) * s.bins.stride;
        bytetree_leaves(&bytes, rows, n, leaf);
        for (int i = 0; i < n; i++)
            assert_int_equal(leaf[i], tree_leaf_in_table(t, s.table, first + i));
    }
    bytetree_release(&bytes);
    byte_codes_release(&codes);
    tree_free(t);
    setup_release(&s);
}

/*
 * A chain of more nodes that split on a category than 16 bits number: level 0 leaves at once, level
 * 1 at the last node but one, any other at the end.
 */
static struct tree *chain(uint32_t n)
{
    struct tree *t = mem_zalloc(1, sizeof *t);
    assert_non_null(t);
    t->n_nodes = 2 * n + 1;
    t->n_leaves = n + 1;
    t->n_words = 6;
    t->nodes = mem_alloc(t->n_nodes, sizeof *t->nodes);
    t->values = mem_zalloc(t->n_leaves, sizeof *t->values);
    t->stats = mem_zalloc(t->n_nodes, sizeof *t->stats);
    t->cuts = mem_zalloc(1, sizeof *t->cuts);
    t->words = mem_zalloc(t->n_words, sizeof *t->words);
    for (uint32_t level = 0; level < 2; level++) {
        t->words[3 * level] = 2;
        levelset_write(t->words + 3 * level + 1, &level, 1);
    }
    for (uint32_t i = 0; i < n; i++) {
        t->nodes[2 * i] = (struct node){2 * i + 1, NODE_CATEGORY | (i == n - 2 ? 3 : 0)};
        t->nodes[2 * i + 1] = (struct node){i, NODE_LEAF};
    }
    t->nodes[2 * n] = (struct node){n, NODE_LEAF};
    return t;
}

static void test_many_sets(void **state)
{
    static const uint32_t sizes[] = {1 << 16, (1 << 16) + 1};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct tree *t = chain(sizes[i]);
        struct err err = ERR_INIT;
        struct bytetree bytes;
        struct codetree words;
        struct byte_codes codes;
        uint8_t byte[3][SAMPLE_COLS] = {{0, 0, 1}, {0, 0, 0}, {0, 0, 255}};
        uint16_t word[3][SAMPLE_COLS] = {{0, 0, 1}, {0, 0, 0}, {0, 0, CODER_MISSING}};
        const uint8_t *byte_rows[] = {byte[0], byte[1], byte[2]};
        const uint16_t *word_rows[] = {word[0], word[1], word[2]};
        const uint32_t want[] = {sizes[i] - 2, 0, sizes[i]};
        uint32_t leaf[3];
        assert_ok(byte_codes_init(&codes, SAMPLE_COLS, &err), &err);
        codes.n_levels[2] = 2;
        assert_ok(bytetree_init(&bytes, t, &codes, NULL, &err), &err);
        bytetree_leaves(&bytes, byte_rows, 3, leaf);
        assert_memory_equal(leaf, want, sizeof want);
        assert_ok(codetree_init(&words, t, NULL, t->nodes, &err), &err);
        codetree_leaves(&words, word_rows, 3, leaf);
        assert_memory_equal(leaf, want, sizeof want);
        bytetree_release(&bytes);
        codetree_release(&words);
        byte_codes_release(&codes);
        tree_free(t);
    }
}

/* A mean of three trees, of a few more a median or a sum for OUTPUTS in turn. */
enum { OUTPUTS = 3, MEDIAN_TREES = 7 };

/* Trees without a limit of leaves (0) or with one. */
static void forest_of(struct forest *f, struct setup *s, int64_t max_leaves, enum forest_kind kind)
{
    struct err err = ERR_INIT;
    struct grow_opts opts = defaults;
    int n_outputs = kind == FOREST_SUM ? OUTPUTS : 1;
    int n = kind == FOREST_MEAN ? 3 : kind == FOREST_SUM ? 2 * OUTPUTS : MEDIAN_TREES;
    opts.max_leaves = max_leaves;
    assert_ok(forest_init(f, kind, n_outputs, 1, &err), &err);
    for (int j = 0; j < n_outputs; j++)
        f->base[j] = 0.25 + j;
    for (int i = 0; i < n; i++) {
        opts.seed = (uint64_t)i + 1;
        assert_int_equal(forest_add(f, grow_as(s, &opts, false)), 0);
        if (kind == FOREST_MEDIAN)
            forest_weigh(f, i, 1 + 0.3 * (i * 5 % 7));
    }
    assert_int_equal(forest_settle(f), 0);
}

/* Rows the trees have not seen, some right on a threshold, some with levels that are unknown. */
static struct table *new_rows(const struct forest *f, int64_t n, bool missing)
{
    struct table *rows = sample_table(n, 7, 2, 99);
    struct tree t = forest_tree(f, 0);
    for (int col = 0; col < SAMPLE_COLS; col++)
        for (int64_t i = 0; i < n && !missing; i++)
            if (isnan(rows->values[col][i]))
                rows->values[col][i] = 1;
    for (uint32_t i = 0; i < t.n_nodes && i < n; i++) {
        const struct node *node = &t.nodes[i];
        if (!node_is_leaf(node) && !node_is_category(node))
            rows->values[node_column(&t, node)][i] = node_threshold(&t, node);
    }
    for (int64_t i = 0; i < n; i += 50)
        rows->values[2][i] = 1000 + (double)i; /* a level in no set */
    return rows;
}

/* spend: of a forest that a second one, which is not spent, equals.  More columns than codes can
 * tell apart make it go by values. */
static void compare_predictions(
    struct forest *f, const struct forest *equal, const struct table *rows, int n_cols, bool spend)
{
    static double fast[PREDICTOR_ROWS * OUTPUTS], plain[PREDICTOR_ROWS * OUTPUTS];
    static uint32_t leaf[PREDICTOR_ROWS];
    struct err err = ERR_INIT;
    struct predictor *p = spend ? predictor_spend(f, n_cols, &err) : predictor_new(f, n_cols, &err);
    assert_non_null(p);
    struct tree t = forest_tree(equal, 1);
    struct predictor_block b = {.cols = (columns_t)rows->values,
        .codes = mem_alloc(predictor_codes_size(p), sizeof *b.codes)};
    for (b.first = 0; b.first < rows->n_rows; b.first += b.n) {
        b.n = b.first % 3 ? 100 : PREDICTOR_ROWS;
        if (b.n > rows->n_rows - b.first)
            b.n = (int)(rows->n_rows - b.first);
        predictor_code(p, &b);
        predictor_raw(p, &b, fast);
        forest_predict(equal, (columns_t)rows->values, b.first, b.n, plain);
        assert_all_close(fast, plain, (size_t)(b.n * equal->n_outputs), 0, 0);
        predictor_leaves(p, &b, 1, leaf);
        for (int i = 0; i < b.n; i++)
            assert_int_equal(leaf[i], tree_leaf(&t, (columns_t)rows->values, b.first + i));
    }
    mem_free(b.codes);
    predictor_free(p);
}

/* Small trees by masks, large ones by bytes, and with many bins by 16-bit codes. */
static void test_predictor(void **state)
{
    static const int64_t max_leaves[] = {1, 2, 200, 256, 257, 0};
    static const int max_bins[] = {100, 1000};
    (void)state;
    for (size_t bins = 0; bins < 2; bins++)
        for (size_t i = 0; i < sizeof max_leaves / sizeof *max_leaves; i++) {
            struct setup s;
            struct forest f, g;
            setup_init(&s, max_bins[bins]);
            forest_of(&f, &s, max_leaves[i], FOREST_MEAN);
            forest_of(&g, &s, max_leaves[i], FOREST_MEAN);
            for (int missing = 0; missing < 2; missing++) {
                struct table *rows = new_rows(&f, 5001, missing);
                compare_predictions(missing ? &g : &f, &f, rows, SAMPLE_COLS, missing);
                sample_free(rows);
            }
            forest_release(&f);
            forest_release(&g);
            setup_release(&s);
        }
}

/* Sums of several outputs and medians, by all ways: masks, bytes, words, values. */
static void test_predictor_of_kinds(void **state)
{
    static const struct {
        int max_bins, n_cols;
        int64_t max_leaves;
    } ways[] = {{100, SAMPLE_COLS, 200}, {100, SAMPLE_COLS, 400}, {1000, SAMPLE_COLS, 400},
        {100, CODETREE_COLS_MAX + 1, 400}};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct setup s;
        setup_init(&s, ways[i].max_bins);
        for (int median = 0; median < 2; median++) {
            struct forest f;
            forest_of(&f, &s, ways[i].max_leaves, median ? FOREST_MEDIAN : FOREST_SUM);
            struct table *rows = new_rows(&f, 3001, median);
            compare_predictions(&f, &f, rows, ways[i].n_cols, false);
            sample_free(rows);
            forest_release(&f);
        }
        setup_release(&s);
    }
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
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        setup_init(&s, wide ? 1000 : 100);
        for (int64_t max_leaves = 200; max_leaves < 500; max_leaves += 200) {
            forest_of(&f, &s, max_leaves, FOREST_MEAN);
            FAULT_LOOP(predictor_once, &f);
            forest_release(&f);
        }
        setup_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_many_sets),
        cmocka_unit_test(test_predictor),
        cmocka_unit_test(test_predictor_of_kinds),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
