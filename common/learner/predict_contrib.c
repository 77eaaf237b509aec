/* predict_contrib.c -- contributions of columns, a line a row, class and column; see session.h. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/io/format/csv.h"
#include "common/learner/prediction.h"
#include "common/learner/session.h"
#include "common/tree/explain.h"

struct worker {
    struct explain_scratch *scratch;
    double *value; /* [n_cols][n_outputs] */
};

struct contrib {
    struct prediction_text text;
    struct explainer *explainer;
    struct buf names; /* "(base)" and the columns as fields: i is [name[i], name[i + 1]) */
    int n_names;
    int *col; /* [n_names] of the schema; that of "(base)" is -1 */
    size_t *name;
    int n_workers;
    struct worker *worker;
};

static int name_add(struct contrib *c, int col, const char *text, char delimiter, struct err *err)
{
    if (csv_add_field(&c->names, text, strlen(text), delimiter) < 0)
        return err_memory(err);
    c->col[c->n_names++] = col;
    c->name[c->n_names] = c->names.len;
    return 0;
}

static int names_make(struct contrib *c, const struct schema *s, char delimiter, struct err *err)
{
    c->col = mem_alloc((size_t)s->n_cols + 1, sizeof *c->col);
    c->name = mem_zalloc((size_t)s->n_cols + 2, sizeof *c->name);
    if (!c->col || !c->name)
        return err_memory(err);
    if (name_add(c, -1, "(base)", delimiter, err) < 0)
        return -1;
    for (int col = 0; col < s->n_cols; col++)
        if (s->cols[col].kind != COL_IGNORED &&
            name_add(c, col, s->cols[col].name, delimiter, err) < 0)
            return -1;
    return 0;
}

static int workers_make(struct contrib *c, const struct predict_session *s, struct err *err)
{
    size_t size = (size_t)s->model.forest.n_outputs * sizeof *c->worker->value;

    c->worker = mem_zalloc((size_t)pool_size(), sizeof *c->worker);
    if (!c->worker)
        return err_memory(err);
    for (; c->n_workers < pool_size(); c->n_workers++) {
        struct worker *w = &c->worker[c->n_workers];
        if (!(w->scratch = explain_scratch_new(c->explainer, err)))
            return -1;
        if (!(w->value = mem_alloc((size_t)s->model.schema.n_cols, size))) {
            explain_scratch_free(w->scratch);
            return err_memory(err);
        }
    }
    return 0;
}

static int contrib_start(struct predict_session *s, struct err *err)
{
    static const char *const columns[] = {"row", "class", "column", "value"};
    struct contrib *c = s->self;

    c->explainer = explainer_new(&s->model.forest, s->model.schema.n_cols, err);
    if (!c->explainer ||
        prediction_text_init(&c->text, &s->model.target, s->header.delimiter, err) < 0 ||
        names_make(c, &s->model.schema, s->header.delimiter, err) < 0 ||
        workers_make(c, s, err) < 0)
        return -1;
    for (int i = 0; i < 4; i++)
        if (header_add(&s->header, columns[i], "", err) < 0)
            return -1;
    return header_put(&s->header, &s->out, err);
}

static void contrib_release(struct predict_session *s)
{
    struct contrib *c = s->self;

    for (int i = 0; i < c->n_workers; i++) {
        explain_scratch_free(c->worker[i].scratch);
        mem_free(c->worker[i].value);
    }
    mem_free(c->worker);
    mem_free(c->col);
    mem_free(c->name);
    buf_release(&c->names);
    explainer_free(c->explainer);
    prediction_text_release(&c->text);
}

/* The class that output k is of: the only one of a classifier is of the last. */
static int class_add(const struct predict_session *s, int k, struct buf *text)
{
    const struct contrib *c = s->self;
    if (s->model.target.task != TASK_CLASSIFICATION)
        return 0;
    return prediction_add_label(
        &c->text, s->model.forest.n_outputs == 1 ? c->text.width - 1 : k, text);
}

/* The lines of a row and an output; start is where its kept fields and number stand in text. */
static int output_add(const struct predict_session *s, const struct worker *w, int k,
    const struct buf *start, struct buf *text)
{
    const struct contrib *c = s->self;
    int n_outputs = s->model.forest.n_outputs;
    char delimiter = s->header.delimiter;

    for (int i = 0; i < c->n_names; i++) {
        int col = c->col[i];
        double value = col < 0 ? explainer_base(c->explainer)[k]
                               : w->value[(size_t)col * (size_t)n_outputs + (size_t)k];
        if (buf_add(text, start->data, start->len) < 0 || class_add(s, k, text) < 0 ||
            buf_char(text, delimiter) < 0 ||
            buf_add(text, c->names.data + c->name[i], c->name[i + 1] - c->name[i]) < 0 ||
            buf_char(text, delimiter) < 0 || number_add(value, false, text) < 0 ||
            buf_char(text, '\n') < 0)
            return -1;
    }
    return 0;
}

static int row_add(const struct predict_session *s, const struct worker *w, int64_t row,
    struct buf *start, struct buf *text)
{
    const struct contrib *c = s->self;
    size_t len;
    const char *kept = reader_kept(s->reader, (int)row, &len);

    buf_clear(start);
    if (buf_add(start, kept, len) < 0 ||
        number_add((double)(s->batch.first_row + row + 1), false, start) < 0 ||
        buf_char(start, s->header.delimiter) < 0)
        return -1;
    explain_row(c->explainer, w->scratch, s->batch.cols, row, w->value);
    for (int k = 0; k < s->model.forest.n_outputs; k++)
        if (output_add(s, w, k, start, text) < 0)
            return -1;
    return 0;
}

static int contrib_lines(void *ctx, int64_t first, int n, int worker, struct buf *text)
{
    const struct predict_session *s = ctx;
    const struct contrib *c = s->self;
    struct buf start = BUF_INIT;
    int ret = 0;

    for (int64_t row = first; row < first + n && ret == 0; row++)
        ret = row_add(s, &c->worker[worker], row, &start, text);
    buf_release(&start);
    return ret;
}

static int contrib_batch(struct predict_session *s, struct err *err)
{
    const struct contrib *c = s->self;
    int64_t n_fields = (int64_t)dict_size(s->header.names) * c->n_names;
    return sheet_put(&s->sheet, s->batch.n_rows, n_fields * s->model.forest.n_outputs,
        contrib_lines, s, &s->out, err);
}

const struct predict_kind predict_contrib = {
    .self_size = sizeof(struct contrib),
    .stats = true,
    .start = contrib_start,
    .batch = contrib_batch,
    .release = contrib_release,
};
