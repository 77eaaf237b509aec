/* fuzz_forest.c -- whole tree models: what loads must predict and explain any row without harm. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/learner/leaf_rows.h"
#include "common/learner/learner.h"
#include "common/learner/quantile.h"
#include "common/learner/tree_model.h"
#include "common/tree/explain.h"
#include "common/tree/predictor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 3, PAIRS_MAX = 1 << 16 };

/* Rows of missing, small and large values; categories get their first and last level. */
static double cell(const struct col_spec *spec, int row)
{
    if (row == 0)
        return NAN;
    if (spec->kind == COL_CATEGORY)
        return row == 1 || dict_size(spec->dict) == 0 ? 0 : dict_size(spec->dict) - 1;
    return row == 1 ? -1e300 : 1e300;
}

/* Contributions are finite unless the leaves' values are huge. */
static void explain(const struct tree_model *m, columns_t cols)
{
    struct err err = ERR_INIT;
    size_t n = (size_t)m->schema.n_cols * (size_t)m->forest.n_outputs;
    struct explainer *e = explainer_new(&m->forest, m->schema.n_cols, &err);
    struct explain_scratch *s = e ? explain_scratch_new(e, &err) : NULL;
    double *value = mem_alloc(n, sizeof *value), *pair = NULL, largest = 0;
    size_t n_pairs = n * (size_t)m->schema.n_cols;

    for (size_t i = 0; i < m->forest.place[m->forest.n_trees].leaf * (size_t)m->forest.leaf_width;
         i++)
        largest = fmax(largest, fabs(m->forest.values[i]));
    if (n_pairs < PAIRS_MAX)
        pair = mem_alloc(n_pairs, sizeof *pair);
    for (int row = 0; s && value && row < ROWS; row++) {
        if (pair)
            explain_pairs(e, s, cols, row, value, pair);
        for (size_t i = 0; pair && i < n_pairs; i++)
            if (!isfinite(pair[i]) && largest < 1e100)
                abort();
        explain_row(e, s, cols, row, value);
        for (size_t i = 0; i < n; i++)
            if (!isfinite(value[i]) && largest < 1e100)
                abort();
    }
    mem_free(value);
    mem_free(pair);
    explain_scratch_free(s);
    explainer_free(e);
}

/* Quantiles are targets of the training. */
static void quantiles(const struct tree_model *m, const struct st_file *st, columns_t cols)
{
    static const struct quantiles q = {.n = 2, .q = {0.1, 0.9}};
    struct err err = ERR_INIT;
    struct leaf_index x;
    struct quantile_scratch s = {.weight = NULL};
    const struct forest *f = &m->forest;
    uint32_t *leaf = mem_alloc((size_t)f->n_trees, sizeof *leaf);
    double value[QUANTILES_MAX];

    if (leaf_index_read(&x, st, f, &err) == 0 && x.n_rows && f->n_trees && leaf &&
        quantile_scratch_init(&s, &x) == 0)
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < f->n_trees; i++) {
                struct tree t = forest_tree(f, i);
                leaf[i] = tree_leaf(&t, cols, row);
            }
            quantiles_find(&q, &x, f, leaf, 1, &s, value);
            if (!(value[0] <= value[1]))
                abort();
        }
    quantile_scratch_release(&s);
    leaf_index_release(&x);
    mem_free(leaf);
}

/* The fast way gives right[ROWS][n_outputs]. */
static void compare(const struct tree_model *m, columns_t cols, const double *right)
{
    struct err err = ERR_INIT;
    struct predictor *p = predictor_new(&m->forest, m->schema.n_cols, &err);
    size_t n = (size_t)m->forest.n_outputs * ROWS;
    double *out = mem_alloc(n, sizeof *out);
    struct predictor_block b = {.cols = cols, .n = ROWS};

    if (p)
        b.codes = mem_alloc(predictor_codes_size(p), sizeof *b.codes);
    if (b.codes && out) {
        predictor_code(p, &b);
        predictor_raw(p, &b, out);
        for (size_t i = 0; i < n; i++)
            if (out[i] != right[i] && !(isnan(out[i]) && isnan(right[i])))
                abort();
    }
    mem_free(b.codes);
    mem_free(out);
    predictor_free(p);
}

static void predict(const struct tree_model *m, const struct st_file *st)
{
    int n_cols = m->schema.n_cols, k = m->forest.n_outputs;
    double *values = mem_alloc((size_t)n_cols * ROWS, sizeof *values);
    const double **cols = mem_alloc((size_t)n_cols, sizeof *cols);
    double *out = mem_alloc((size_t)k * ROWS, sizeof *out);
    double *linked = mem_alloc((size_t)prediction_width(&m->target), sizeof *linked);

    for (int col = 0; values && cols && col < n_cols; col++) {
        cols[col] = values + (size_t)col * ROWS;
        for (int row = 0; row < ROWS; row++)
            values[(size_t)col * ROWS + (size_t)row] = cell(&m->schema.cols[col], row);
    }
    if (values && cols && out && linked) {
        forest_predict(&m->forest, (columns_t)cols, 0, ROWS, out);
        compare(m, (columns_t)cols, out);
        for (int row = 0; row < ROWS; row++) {
            prediction_link(&m->target, &m->forest, out + (size_t)row * (size_t)k, linked);
            if (m->target.task == TASK_CLASSIFICATION &&
                prediction_label(&m->target, linked) >= dict_size(m->target.classes))
                abort();
        }
        if (m->forest.kind != FOREST_MEDIAN)
            explain(m, (columns_t)cols);
        quantiles(m, st, (columns_t)cols);
    }
    mem_free(values);
    mem_free(cols);
    mem_free(out);
    mem_free(linked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct model file = MODEL_INIT;
    struct tree_model m = TREE_MODEL_INIT;

    if (model_from_memory(&file, data, size, "rf", &err) == 0 &&
        tree_model_load(&m, &file, true, &err) == 0)
        predict(&m, file.st);
    tree_model_release(&m);
    model_release(&file);
    return 0;
}
