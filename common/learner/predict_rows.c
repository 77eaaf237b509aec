/* predict_rows.c -- predictions, a line a row; see session.h. */
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/learner.h"
#include "common/learner/prediction.h"
#include "common/learner/session.h"

/* What one thread works with. */
struct worker {
    uint16_t *codes;
    double *raw, *linked; /* [PREDICTOR_ROWS][n_outputs], [width] */
    uint32_t *leaf;       /* [n_trees][PREDICTOR_ROWS]; NULL: not needed */
    struct quantile_scratch quantile;
};

struct rows {
    struct prediction_text text;
    int64_t n_fields;
    bool leaves;
    int n_workers;
    struct worker *worker;
};

static int worker_init(struct worker *w, const struct predict_session *s)
{
    const struct rows *r = s->self;
    size_t n_outputs = (size_t)s->model.forest.n_outputs;

    w->codes = mem_alloc(predictor_codes_size(s->predictor), sizeof *w->codes);
    w->raw = mem_alloc(PREDICTOR_ROWS, n_outputs * sizeof *w->raw);
    w->linked = mem_alloc((size_t)r->text.width, sizeof *w->linked);
    if (r->leaves)
        w->leaf = mem_alloc((size_t)s->model.forest.n_trees, PREDICTOR_ROWS * sizeof *w->leaf);
    if (!w->codes || !w->raw || !w->linked || (r->leaves && !w->leaf))
        return -1;
    return s->leaf_index.n_rows ? quantile_scratch_init(&w->quantile, &s->leaf_index) : 0;
}

/* A column for each output of several. */
static int outputs_header(
    struct header *h, const char *stem, const struct tree_model *m, struct err *err)
{
    char scratch[NUMBER_MAX];

    for (int k = 0; k < m->forest.n_outputs; k++)
        if (header_add(h, stem, prediction_output(&m->target, &m->forest, k, scratch), err) < 0)
            return -1;
    return 0;
}

static int raws_header(struct header *h, const struct tree_model *m, struct err *err)
{
    return m->forest.n_outputs == 1 ? header_add(h, "raw", "", err)
                                    : outputs_header(h, "raw_", m, err);
}

static int rows_header(struct predict_session *s, struct err *err)
{
    const struct predict_opts *o = s->job->predict;
    int first = s->n_before + 1, last = s->n_before + s->model.forest.n_trees;

    if (prediction_header(&s->header, &s->model.target, err) < 0 ||
        (s->model.forest.quantile && outputs_header(&s->header, "q_", &s->model, err) < 0) ||
        (o->raw && raws_header(&s->header, &s->model, err) < 0) ||
        quantiles_header(&o->quantiles, &s->header, err) < 0 ||
        (o->leaf && header_add_numbered(&s->header, "leaf", first, last, err) < 0))
        return -1;
    return o->per_tree ? header_add_numbered(&s->header, "tree", first, last, err) : 0;
}

static int rows_start(struct predict_session *s, struct err *err)
{
    const struct predict_opts *o = s->job->predict;
    struct rows *r = s->self;

    r->leaves = o->leaf || o->per_tree || o->quantiles.n;
    if (prediction_text_init(&r->text, &s->model.target, s->header.delimiter, err) < 0 ||
        rows_header(s, err) < 0)
        return -1;
    r->n_fields = dict_size(s->header.names);
    r->worker = mem_zalloc((size_t)pool_size(), sizeof *r->worker);
    if (!r->worker)
        return err_memory(err);
    for (; r->n_workers < pool_size(); r->n_workers++)
        if (worker_init(&r->worker[r->n_workers], s) < 0) {
            r->n_workers++;
            return err_memory(err);
        }
    return header_put(&s->header, &s->out, err);
}

static void rows_release(struct predict_session *s)
{
    struct rows *r = s->self;

    for (int i = 0; i < r->n_workers; i++) {
        mem_free(r->worker[i].codes);
        mem_free(r->worker[i].raw);
        mem_free(r->worker[i].linked);
        mem_free(r->worker[i].leaf);
        quantile_scratch_release(&r->worker[i].quantile);
    }
    mem_free(r->worker);
    prediction_text_release(&r->text);
}

static int raws_add(
    const struct predict_session *s, const struct worker *w, int i, struct buf *text)
{
    int k = s->model.forest.n_outputs;

    for (int j = 0; j < k; j++)
        if (buf_char(text, s->header.delimiter) < 0 ||
            number_add(w->raw[i * k + j], false, text) < 0)
            return -1;
    return 0;
}

/* Outputs that are quantiles. */
static int levels_add(
    const struct predict_session *s, const struct worker *w, int i, struct buf *text)
{
    const struct forest *f = &s->model.forest;

    for (int k = 0; k < f->n_outputs; k++)
        if (buf_char(text, s->header.delimiter) < 0 ||
            number_add(prediction_value(f, w->raw[i * f->n_outputs + k]), false, text) < 0)
            return -1;
    return 0;
}

static int quantiles_add(const struct predict_session *s, struct worker *w, int i, struct buf *text)
{
    const struct quantiles *q = &s->job->predict->quantiles;
    double value[QUANTILES_MAX];

    quantiles_find(
        q, &s->leaf_index, &s->model.forest, w->leaf + i, PREDICTOR_ROWS, &w->quantile, value);
    for (int j = 0; j < q->n; j++)
        if (buf_char(text, s->header.delimiter) < 0 || number_add(value[j], false, text) < 0)
            return -1;
    return 0;
}

static int leaves_add(
    const struct predict_session *s, const struct worker *w, int i, struct buf *text)
{
    for (int tree = 0; tree < s->model.forest.n_trees; tree++)
        if (buf_char(text, s->header.delimiter) < 0 ||
            number_add(w->leaf[(size_t)tree * PREDICTOR_ROWS + (size_t)i], false, text) < 0)
            return -1;
    return 0;
}

/* A leaf of one value says that, probabilities being floats; one of more its greatest's class. */
static int trees_add(
    const struct predict_session *s, const struct worker *w, int i, struct buf *text)
{
    const struct rows *r = s->self;
    const struct forest *f = &s->model.forest;
    size_t k = (size_t)f->leaf_width;
    bool probability = f->kind == FOREST_MEAN && s->model.target.task == TASK_CLASSIFICATION;

    for (int tree = 0; tree < f->n_trees; tree++) {
        const double *value =
            f->values +
            k * (f->place[tree].leaf + w->leaf[(size_t)tree * PREDICTOR_ROWS + (size_t)i]);
        if (buf_char(text, s->header.delimiter) < 0 ||
            (k == 1 ? number_add(*value, probability, text)
                    : prediction_add_label(&r->text, leaf_vote(value, f->leaf_width), text)) < 0)
            return -1;
    }
    return 0;
}

static int row_add(const struct predict_session *s, struct worker *w,
    const struct predictor_block *b, int i, struct buf *text)
{
    const struct rows *r = s->self;
    const struct predict_opts *o = s->job->predict;
    int k = s->model.forest.n_outputs;
    size_t len;
    const char *kept = reader_kept(s->reader, (int)b->first + i, &len);

    prediction_link(&s->model.target, &s->model.forest, w->raw + (size_t)i * (size_t)k, w->linked);
    if (buf_add(text, kept, len) < 0 || prediction_add(&r->text, w->linked, text) < 0 ||
        (s->model.forest.quantile && levels_add(s, w, i, text) < 0) ||
        (o->raw && raws_add(s, w, i, text) < 0) ||
        (o->quantiles.n && quantiles_add(s, w, i, text) < 0) ||
        (o->leaf && leaves_add(s, w, i, text) < 0) || (o->per_tree && trees_add(s, w, i, text) < 0))
        return -1;
    return buf_char(text, '\n');
}

static void margins_add(
    const struct predict_session *s, const struct predictor_block *b, double *raw)
{
    int k = reader_n_margins(s->reader);

    for (int i = 0; i < b->n; i++)
        for (int j = 0; j < k; j++)
            raw[i * k + j] += s->batch.margin[j][b->first + i];
}

static int rows_lines(void *ctx, int64_t first, int n, int worker, struct buf *text)
{
    struct predict_session *s = ctx;
    const struct rows *r = s->self;
    struct worker *w = &r->worker[worker];

    for (int done = 0; done < n; done += PREDICTOR_ROWS) {
        struct predictor_block b = {.cols = s->batch.cols,
            .first = first + done,
            .n = n - done < PREDICTOR_ROWS ? n - done : PREDICTOR_ROWS,
            .codes = w->codes};
        predictor_code(s->predictor, &b);
        s->job->raw(s->predictor, &b, w->raw);
        margins_add(s, &b, w->raw);
        for (int tree = 0; r->leaves && tree < s->model.forest.n_trees; tree++)
            predictor_leaves(s->predictor, &b, tree, w->leaf + (size_t)tree * PREDICTOR_ROWS);
        for (int i = 0; i < b.n; i++)
            if (row_add(s, w, &b, i, text) < 0)
                return -1;
    }
    return 0;
}

static int rows_batch(struct predict_session *s, struct err *err)
{
    const struct rows *r = s->self;
    return sheet_put(&s->sheet, s->batch.n_rows, r->n_fields, rows_lines, s, &s->out, err);
}

const struct predict_kind predict_rows = {
    .self_size = sizeof(struct rows),
    .start = rows_start,
    .batch = rows_batch,
    .release = rows_release,
};
