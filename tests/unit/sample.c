/* sample.c -- see sample.h. */
#include "tests/unit/sample.h"

#include <math.h>
#include <stdio.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "tests/unit/unit.h"

static struct schema sample_schema(int n_levels)
{
    static const char *const names[] = {"many", "few", "level", "rare"};
    struct schema s = {.n_cols = SAMPLE_COLS, .named = true};

    s.cols = mem_zalloc(SAMPLE_COLS, sizeof *s.cols);
    s.na = mem_strdup("NA");
    assert_non_null(s.cols);
    for (int i = 0; i < SAMPLE_COLS; i++)
        s.cols[i] = (struct col_spec){.name = mem_strdup(names[i]), .kind = COL_NUMBER};
    s.cols[2].kind = COL_CATEGORY;
    s.cols[2].dict = dict_new();
    for (int i = 0; i < n_levels; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "L%04d", i);
        assert_int_equal(dict_add(s.cols[2].dict, text, (size_t)len), i);
    }
    return s;
}

static double sample_cell(struct rng *r, int col, int n_levels)
{
    double missing = col == 3 ? 0.8 : 0.12, draw = rng_uniform(r), value = rng_normal(r);
    double level = (double)rng_below(r, (uint64_t)n_levels);
    if (draw < missing)
        return NAN;
    return col == 1 ? nearbyint(2 * value) : col == 2 ? level : value;
}

struct table *sample_table(int64_t n, int n_levels, int n_classes, uint64_t seed)
{
    struct table *t = mem_zalloc(1, sizeof *t);

    assert_non_null(t);
    t->schema = sample_schema(n_levels);
    t->n_rows = n;
    t->values = mem_zalloc(SAMPLE_COLS, sizeof *t->values);
    t->y = mem_alloc((size_t)n, sizeof *t->y);
    for (int col = 0; col < SAMPLE_COLS; col++)
        t->values[col] = mem_alloc((size_t)n, sizeof *t->values[col]);
    for (int64_t i = 0; i < n; i++) {
        struct rng r;
        rng_init(&r, seed, RNG_DATA, 0, (uint64_t)i);
        double score = rng_normal(&r);
        for (int col = 0; col < SAMPLE_COLS; col++) {
            double x = t->values[col][i] = sample_cell(&r, col, n_levels);
            score += isnan(x) ? 0.7 * (col == 1) : col == 2 ? fmod(x * 7, 5) - 2 : x;
        }
        t->y[i] =
            n_classes ? fmin(n_classes - 1, fmax(0, floor(score / 2 + n_classes / 2.0))) : score;
    }
    t->target.name = mem_strdup("y");
    t->target.task = n_classes ? TASK_CLASSIFICATION : TASK_REGRESSION;
    if (n_classes)
        t->target.classes = dict_new();
    for (int k = 0; k < n_classes; k++) {
        char label[2] = {(char)('a' + k), '\0'};
        assert_int_equal(dict_add(t->target.classes, label, 1), k);
    }
    return t;
}

struct table *sample_sparse(const struct table *dense)
{
    struct table *t = mem_zalloc(1, sizeof *t);
    size_t n = (size_t)dense->n_rows, entries = 0;

    assert_non_null(t);
    assert_int_equal(schema_copy(&t->schema, &dense->schema), 0);
    assert_int_equal(target_copy(&t->target, &dense->target), 0);
    t->schema.cols[2].kind = COL_IGNORED;
    dict_free(t->schema.cols[2].dict);
    t->schema.cols[2].dict = NULL;
    t->n_rows = dense->n_rows;
    t->y = mem_copy(dense->y, n, sizeof *t->y);
    t->sparse = mem_zalloc(1, sizeof *t->sparse);
    t->sparse->start = mem_zalloc(n + 1, sizeof *t->sparse->start);
    t->sparse->col = mem_alloc(n * SAMPLE_COLS, sizeof *t->sparse->col);
    t->sparse->value = mem_alloc(n * SAMPLE_COLS, sizeof *t->sparse->value);
    for (size_t i = 0; i < n; i++) {
        for (uint32_t col = 0; col < SAMPLE_COLS; col++) {
            double x = dense->values[col][i];
            if (col == 2 || isnan(x))
                continue;
            t->sparse->col[entries] = col;
            t->sparse->value[entries++] = x;
        }
        t->sparse->start[i + 1] = (int64_t)entries;
    }
    return t;
}

void sample_free(struct table *t)
{
    table_release(t);
    mem_free(t);
}

void assert_same_tree(const struct tree *a, const struct tree *b)
{
    assert_int_equal(a->n_nodes, b->n_nodes);
    assert_int_equal(a->n_leaves, b->n_leaves);
    assert_int_equal(a->n_words, b->n_words);
    for (uint32_t i = 0; i < a->n_nodes; i++) {
        const struct node *m = &a->nodes[i], *n = &b->nodes[i];
        assert_int_equal(m->child, n->child);
        assert_int_equal(m->test & ~NODE_INDEX, n->test & ~NODE_INDEX);
        assert_true(a->stats[i] == b->stats[i]);
        if (node_is_leaf(m))
            continue;
        assert_int_equal(node_column(a, m), node_column(b, n));
        if (node_is_category(m))
            assert_int_equal(m->test, n->test);
        else
            assert_true(node_threshold(a, m) == node_threshold(b, n));
    }
    for (uint32_t i = 0; i < a->n_words; i++)
        assert_true(a->words[i] == b->words[i]);
}
