/* fuzz_forest.c -- whole tree models: what loads must predict any row without harm. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/learner/learner.h"
#include "common/learner/tree_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 3 };

/* Rows of missing, small and large values; categories get their first and last level. */
static double cell(const struct col_spec *spec, int row)
{
    if (row == 0)
        return NAN;
    if (spec->kind == COL_CATEGORY)
        return row == 1 || dict_size(spec->dict) == 0 ? 0 : dict_size(spec->dict) - 1;
    return row == 1 ? -1e300 : 1e300;
}

static void predict(const struct tree_model *m)
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
        for (int row = 0; row < ROWS; row++) {
            prediction_link(&m->target, k, out + (size_t)row * (size_t)k, linked);
            if (m->target.task == TASK_CLASSIFICATION &&
                prediction_label(&m->target, linked) >= dict_size(m->target.classes))
                abort();
        }
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
        predict(&m);
    tree_model_release(&m);
    model_release(&file);
    return 0;
}
