/* apply.c -- see apply.h. */
#include "cmd/model/apply.h"

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/learner.h"

int applier_init(struct applier *a, const struct tree_model *m, struct err *err)
{
    size_t n_cols = (size_t)m->schema.n_cols, workers = (size_t)pool_size(), bytes;

    *a = (struct applier){
        .model = m, .n_workers = pool_size(), .width = prediction_width(&m->target)};
    a->predictor = predictor_new(&m->forest, m->schema.n_cols, err);
    if (!a->predictor)
        return -1;
    a->codes_size = predictor_codes_size(a->predictor);
    if (size_mul(a->codes_size, sizeof *a->codes, &bytes))
        a->codes = mem_alloc(workers, bytes);
    a->cols = mem_zalloc(workers, n_cols * sizeof *a->cols);
    a->raw =
        mem_alloc(workers, (size_t)PREDICTOR_ROWS * (size_t)m->forest.n_outputs * sizeof *a->raw);
    if (a->codes && a->cols && a->raw)
        return 0;
    applier_release(a);
    return err_memory(err);
}

void applier_release(struct applier *a)
{
    predictor_free(a->predictor);
    mem_free(a->codes);
    mem_free(a->cols);
    mem_free(a->raw);
    *a = (struct applier){.predictor = NULL};
}

const double **applier_cols(
    const struct applier *a, int worker, const struct table *t, int64_t first)
{
    int n = a->model->schema.n_cols;
    const double **cols = a->cols + (size_t)worker * (size_t)n;

    for (int c = 0; c < n; c++)
        cols[c] = t->values[c] ? t->values[c] + first : NULL;
    return cols;
}

/* What raw outputs mean is prediction_link()'s to say, as in the predict verbs. */
void applier_predict(const struct applier *a, int worker, int n, double *linked)
{
    const struct tree_model *m = a->model;
    size_t w = (size_t)worker, k = (size_t)m->forest.n_outputs;
    double *raw = a->raw + w * PREDICTOR_ROWS * k;
    struct predictor_block b = {.cols = a->cols + w * (size_t)m->schema.n_cols,
        .n = n,
        .codes = a->codes + w * a->codes_size};

    predictor_code(a->predictor, &b);
    predictor_raw(a->predictor, &b, raw);
    for (int i = 0; i < n; i++)
        prediction_link(&m->target, &m->forest, raw + (size_t)i * k, linked + i * a->width);
}
