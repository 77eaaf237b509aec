/* test_quantile.c -- the training rows of leaves, kept and read; quantiles by the definition. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/learner/leaf_rows.h"
#include "common/learner/quantile.h"
#include "common/learner/tree_model.h"
#include "tests/unit/cmd_rf/grown.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 130, TREES = 12 };

static struct st_file *reread(struct st_writer *w, struct input **in)
{
    const char *path = unit_path("leaf-rows");
    struct output out = OUTPUT_INIT;
    struct err err = ERR_INIT;
    assert_ok(output_open(&out, path, OUTPUT_BINARY, &err), &err);
    assert_ok(st_write(w, &out, &err), &err);
    assert_ok(output_close(&out, &err), &err);
    *in = input_open(path, &err);
    assert_non_null(*in);
    struct st_file *st = st_read(*in, &err);
    assert_non_null(st);
    return st;
}

/* What the definition says, row by row and tree by tree. */
static double by_definition(const struct grown *g, int64_t row, double q)
{
    const struct table *t = g->table;
    const struct forest *f = &g->fit.forest;
    double share[ROWS] = {0}, best = INFINITY;

    for (int i = 0; i < f->n_trees; i++) {
        struct tree tree = forest_tree(f, i);
        uint32_t leaf = tree_leaf_in_table(&tree, t, row);
        double sum = 0;
        for (int j = 0; j < ROWS; j++)
            if (tree_leaf_in_table(&tree, t, j) == leaf)
                sum += t->weight ? t->weight[j] : 1;
        for (int j = 0; j < ROWS; j++)
            if (tree_leaf_in_table(&tree, t, j) == leaf)
                share[j] += (t->weight ? t->weight[j] : 1) / sum / f->n_trees;
    }
    for (int j = 0; j < ROWS; j++) {
        double upto = 0;
        for (int other = 0; other < ROWS; other++)
            upto += t->y[other] <= t->y[j] ? share[other] : 0;
        if (share[j] > 0 && upto >= q - QUANTILE_SLACK && t->y[j] < best)
            best = t->y[j];
    }
    return best;
}

static void agree(bool weights, bool ties, int64_t min_leaf)
{
    struct quantiles q = {.n = 5, .q = {0.5, 0.05, 0.95, 1e-6, 1 - 1e-6}};
    struct grown g;
    struct err err = ERR_INIT;
    struct leaf_rows rows;
    struct leaf_index x;
    struct quantile_scratch scratch;
    struct input *in;
    double value[QUANTILES_MAX];
    uint32_t leaf[TREES];

    grown_init(&g, ROWS, 0, TREES, min_leaf, 0, weights);
    for (int64_t i = 0; ties && i < ROWS; i++)
        g.table->y[i] = nearbyint(g.table->y[i]);
    assert_ok(leaf_rows_make(&rows, &g.fit.forest, g.table, &err), &err);
    struct st_writer *w = st_writer_new(&err);
    assert_ok(leaf_rows_pack(&rows, w, &err), &err);
    struct st_file *st = reread(w, &in);
    assert_ok(leaf_index_read(&x, st, &g.fit.forest, &err), &err);
    assert_int_equal(quantile_scratch_init(&scratch, &x), 0);
    for (int64_t row = 0; row < ROWS; row++) {
        for (int i = 0; i < TREES; i++) {
            struct tree tree = forest_tree(&g.fit.forest, i);
            leaf[i] = tree_leaf_in_table(&tree, g.table, row);
        }
        quantiles_find(&q, &x, &g.fit.forest, leaf, 1, &scratch, value);
        for (int i = 0; i < q.n; i++)
            assert_close(value[i], by_definition(&g, row, q.q[i]), 0, 0);
    }
    quantile_scratch_release(&scratch);
    leaf_index_release(&x);
    st_free(st);
    input_close(in);
    st_writer_free(w);
    leaf_rows_release(&rows);
    grown_release(&g);
}

static void test_quantiles_by_definition(void **state)
{
    (void)state;
    agree(false, false, 5);
    agree(false, true, 1);
    agree(true, false, 3);
    agree(true, true, 20);
}

/* One leaf of all rows: nine tenths of ten equal weights are nine of them, whatever 0.1 rounds to.
 */
static void test_quantiles_by_hand(void **state)
{
    struct quantiles q;
    struct err err = ERR_INIT;
    double target[10], sum = 10, value[QUANTILES_MAX];
    uint32_t row[10], leaf = 0;
    size_t start[] = {0, 10};
    struct leaf_index x = {10, target, NULL, row, start, &sum};
    struct tree_place place[2] = {{0, 0, 0}, {1, 1, 0}};
    struct forest f = {.n_outputs = 1, .n_trees = 1, .place = place};
    struct quantile_scratch s;
    (void)state;
    for (uint32_t i = 0; i < 10; i++) {
        target[i] = i + 1;
        row[i] = i;
    }
    assert_ok(quantiles_parse("0.9,0.91,0.1,0.3,0.7,0.05", &q, &err), &err);
    assert_int_equal(quantile_scratch_init(&s, &x), 0);
    quantiles_find(&q, &x, &f, &leaf, 1, &s, value);
    const double want[] = {9, 10, 1, 3, 7, 1};
    assert_all_close(value, want, 6, 0, 0);
    quantile_scratch_release(&s);
    const char *bad[] = {"", "0", "1", "0.5,", "x", "nan", "-0.1", "0.5,0.50"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_err(quantiles_parse(bad[i], &q, &err), &err, ERR_USAGE, "'");
}

/* Sparse rows go down the same trees. */
static void test_sparse_rows(void **state)
{
    struct grown g;
    struct err err = ERR_INIT;
    struct leaf_rows rows;
    (void)state;
    grown_init(&g, ROWS, 0, 3, 2, 0, false);
    struct table *sparse = sample_sparse(g.table);
    assert_ok(leaf_rows_make(&rows, &g.fit.forest, sparse, &err), &err);
    for (int i = 0; i < 3; i++) {
        struct tree tree = forest_tree(&g.fit.forest, i);
        for (int64_t row = 0; row < ROWS; row++)
            assert_int_equal(rows.leaf[i * ROWS + row], tree_leaf_in_table(&tree, sparse, row));
    }
    leaf_rows_release(&rows);
    sample_free(sparse);
    grown_release(&g);
}

/* ---- hostile files ---- */

struct tensors {
    uint32_t leaf[2 * 4];
    double target[4], weight[4];
    int64_t n_leaf, n_weight; /* rows they say they have */
    int n_trees;
    bool weights;
};

static const struct tensors good = {
    {0, 1, 0, 1, 1, 1, 0, 1}, {4, 3, 2, 1}, {1, 2, 3, 4}, 4, 4, 2, true};

static int read_tensors(const struct tensors *t, struct err *err)
{
    const int64_t leaf[] = {t->n_trees, t->n_leaf}, target[] = {4}, weight[] = {t->n_weight};
    struct tree_place place[3] = {{0, 0, 0}, {3, 2, 0}, {6, 4, 0}};
    struct forest f = {.n_outputs = 1, .n_trees = 2, .place = place};
    struct leaf_index x;
    struct input *in;
    struct st_writer *w = st_writer_new(err);

    assert_non_null(w);
    assert_ok(st_writer_add(w, "row_leaf", DTYPE_U32, 2, leaf, t->leaf, err), err);
    assert_ok(st_writer_add(w, "row_target", DTYPE_F64, 1, target, t->target, err), err);
    if (t->weights)
        assert_ok(st_writer_add(w, "row_weight", DTYPE_F64, 1, weight, t->weight, err), err);
    struct st_file *st = reread(w, &in);
    int ret = leaf_index_read(&x, st, &f, err);
    leaf_index_release(&x);
    st_free(st);
    input_close(in);
    st_writer_free(w);
    return ret;
}

#define refused(change, text)                                                                      \
    do {                                                                                           \
        struct tensors t = good;                                                                   \
        change;                                                                                    \
        assert_err(read_tensors(&t, &err), &err, ERR_FAILED, text);                                \
    } while (0)

static void test_hostile_rows(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(read_tensors(&good, &err), &err);
    refused(t.leaf[2] = 2, "tree 0 has training rows in a leaf that it does not have");
    refused(t.leaf[4] = UINT32_MAX, "tree 1 has training rows in a leaf");
    refused(t.leaf[6] = 1, "tree 1 has training rows in a leaf that it does not have, or none");
    refused(t.target[1] = NAN, "target is not finite");
    refused(t.target[3] = -INFINITY, "target is not finite");
    refused(t.weight[0] = 0, "weight is not above 0");
    refused(t.weight[0] = -1, "weight is not above 0");
    refused(t.weight[0] = NAN, "weight is not above 0");
    refused(t.weight[0] = INFINITY, "weight is not above 0");
    refused(t.n_leaf = 3, "row_leaf");
    refused(t.n_trees = 1, "row_leaf");
    refused(t.n_weight = 3, "row_weight");
}

/* ---- memory ---- */

static int keep_once(void *ctx, struct err *err)
{
    const struct grown *g = ctx;
    struct leaf_rows rows = LEAF_ROWS_INIT;
    json_t *options = json_object(), *summary = json_object();
    const struct tree_model_parts parts = {.program = "rf",
        .schema = &g->table->schema,
        .target = &g->table->target,
        .forest = &g->fit.forest,
        .options = options,
        .summary = summary,
        .leaf_rows = &rows};
    int ret = leaf_rows_make(&rows, &g->fit.forest, g->table, err);
    if (ret == 0)
        ret = tree_model_write(&parts, unit_path("kept.model"), err);
    leaf_rows_release(&rows);
    json_decref(options);
    json_decref(summary);
    return ret;
}

static int read_once(void *ctx, struct err *err)
{
    const struct grown *g = ctx;
    struct model file = MODEL_INIT;
    struct leaf_index x = LEAF_INDEX_INIT;
    int ret = model_open(&file, unit_path("kept.model"), "rf", err);
    if (ret == 0)
        ret = leaf_index_read(&x, file.st, &g->fit.forest, err);
    if (ret == 0) {
        struct quantile_scratch s;
        ret = quantile_scratch_init(&s, &x) < 0 ? err_memory(err) : 0;
        quantile_scratch_release(&s);
    }
    leaf_index_release(&x);
    model_release(&file);
    return ret;
}

static void test_without_memory(void **state)
{
    struct grown g;
    (void)state;
    grown_init(&g, ROWS, 0, 3, 2, 0, true);
    FAULT_LOOP(keep_once, &g);
    FAULT_LOOP(read_once, &g);
    grown_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles_by_definition),
        cmocka_unit_test(test_quantiles_by_hand),
        cmocka_unit_test(test_sparse_rows),
        cmocka_unit_test(test_hostile_rows),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
