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
};

struct rows {
    struct prediction_text text;
    int64_t n_fields;
    int n_workers;
    struct worker *worker;
};

static int worker_init(struct worker *w, const struct predict_session *s, int width)
{
    size_t n_outputs = (size_t)s->model.forest.n_outputs;

    w->codes = mem_alloc(predictor_codes_size(s->predictor), sizeof *w->codes);
    w->raw = mem_alloc(PREDICTOR_ROWS, n_outputs * sizeof *w->raw);
    w->linked = mem_alloc((size_t)width, sizeof *w->linked);
    return w->codes && w->raw && w->linked ? 0 : -1;
}

static int rows_start(struct predict_session *s, struct err *err)
{
    struct rows *r = s->self;
    const struct target *t = &s->model.target;

    if (prediction_text_init(&r->text, t, s->header.delimiter, err) < 0 ||
        prediction_header(&s->header, t, err) < 0)
        return -1;
    r->n_fields = dict_size(s->header.names);
    r->worker = mem_zalloc((size_t)pool_size(), sizeof *r->worker);
    if (!r->worker)
        return err_memory(err);
    for (; r->n_workers < pool_size(); r->n_workers++)
        if (worker_init(&r->worker[r->n_workers], s, r->text.width) < 0) {
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
    }
    mem_free(r->worker);
    prediction_text_release(&r->text);
}

static int row_add(const struct predict_session *s, const struct worker *w,
    const struct predictor_block *b, int i, struct buf *text)
{
    const struct rows *r = s->self;
    int k = s->model.forest.n_outputs;
    size_t len;
    const char *kept = reader_kept(s->reader, (int)b->first + i, &len);

    prediction_link(&s->model.target, k, w->raw + (size_t)i * (size_t)k, w->linked);
    if (buf_add(text, kept, len) < 0 || prediction_add(&r->text, w->linked, text) < 0)
        return -1;
    return buf_char(text, '\n');
}

static int rows_lines(void *ctx, int64_t first, int n, int worker, struct buf *text)
{
    struct predict_session *s = ctx;
    const struct rows *r = s->self;
    const struct worker *w = &r->worker[worker];

    for (int done = 0; done < n; done += PREDICTOR_ROWS) {
        struct predictor_block b = {.cols = s->batch.cols,
            .first = first + done,
            .n = n - done < PREDICTOR_ROWS ? n - done : PREDICTOR_ROWS,
            .codes = w->codes};
        predictor_code(s->predictor, &b);
        s->job->raw(s->predictor, &b, w->raw);
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
