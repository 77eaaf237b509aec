/* predict_contrib.c -- contributions of columns, a line a row, class and column, and interactions,
 * a line a row, class and two columns; see session.h. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/io/format/csv.h"
#include "common/learner/prediction.h"
#include "common/learner/session.h"
#include "common/tree/explain.h"

/* Interactions of a row: some hundred megabytes of text for each thread. */
enum { PAIRS_MAX = 1 << 21 };

struct worker {
    struct explain_scratch *scratch;
    double *value; /* [n_cols][n_outputs] */
    double *pair;  /* [n_cols][n_cols][n_outputs]; NULL: contributions are asked for */
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
    size_t n_cols = (size_t)s->model.schema.n_cols, n_outputs = (size_t)s->model.forest.n_outputs;
    size_t n = n_cols * n_outputs;
    bool pairs = s->job->predict->interactions;

    if (pairs && n > PAIRS_MAX / n_cols)
        return err_set(err, "--interactions of %zu columns, for %zu output%s, are too many", n_cols,
            n_outputs, n_outputs == 1 ? "" : "s");
    c->worker = mem_zalloc((size_t)pool_size(), sizeof *c->worker);
    if (!c->worker)
        return err_memory(err);
    for (; c->n_workers < pool_size(); c->n_workers++) {
        struct worker *w = &c->worker[c->n_workers];
        if (!(w->scratch = explain_scratch_new(c->explainer, err)))
            return -1;
        w->value = mem_alloc(n, sizeof *w->value);
        w->pair = pairs ? mem_alloc(n * n_cols, sizeof *w->pair) : NULL;
        if (!w->value || (pairs && !w->pair)) {
            c->n_workers++;
            return err_memory(err);
        }
    }
    return 0;
}

static int contrib_start(struct predict_session *s, struct err *err)
{
    static const char *const columns[] = {"row", "class", "column", "column2", "value"};
    struct contrib *c = s->self;

    c->explainer = explainer_new(&s->model.forest, s->model.schema.n_cols, err);
    if (!c->explainer ||
        prediction_text_init(&c->text, &s->model.target, s->header.delimiter, err) < 0 ||
        names_make(c, &s->model.schema, s->header.delimiter, err) < 0 ||
        workers_make(c, s, err) < 0)
        return -1;
    for (int i = 0; i < 5; i++)
        if ((i != 3 || s->job->predict->interactions) &&
            header_add(&s->header, columns[i], "", err) < 0)
            return -1;
    return header_put(&s->header, &s->out, err);
}

static void contrib_release(struct predict_session *s)
{
    struct contrib *c = s->self;

    for (int i = 0; i < c->n_workers; i++) {
        explain_scratch_free(c->worker[i].scratch);
        mem_free(c->worker[i].value);
        mem_free(c->worker[i].pair);
    }
    mem_free(c->worker);
    mem_free(c->col);
    mem_free(c->name);
    buf_release(&c->names);
    explainer_free(c->explainer);
    prediction_text_release(&c->text);
}

/* The class that output k is of, the only one of a classifier being of the last; or its quantile.
 */
static int class_add(const struct predict_session *s, int k, struct buf *text)
{
    const struct contrib *c = s->self;
    const double *quantile = s->model.forest.quantile;
    if (s->model.target.task != TASK_CLASSIFICATION)
        return quantile ? number_add(quantile[k], false, text) : 0;
    return prediction_add_label(
        &c->text, s->model.forest.n_outputs == 1 ? c->text.width - 1 : k, text);
}

static int name_put(const struct predict_session *s, int i, struct buf *text)
{
    const struct contrib *c = s->self;
    if (buf_add(text, c->names.data + c->name[i], c->name[i + 1] - c->name[i]) < 0)
        return -1;
    return buf_char(text, s->header.delimiter);
}

/* One line, of output k and names i and (of interactions) j; start holds the row's kept fields and
 * number. */
static int line_add(const struct predict_session *s, const struct buf *start, int k, int i, int j,
    double value, struct buf *text)
{
    if (buf_add(text, start->data, start->len) < 0 || class_add(s, k, text) < 0 ||
        buf_char(text, s->header.delimiter) < 0 || name_put(s, i, text) < 0 ||
        (s->job->predict->interactions && name_put(s, j, text) < 0) ||
        number_add(value, false, text) < 0)
        return -1;
    return buf_char(text, '\n');
}

/* The lines of a row and an output. */
static int output_add(const struct predict_session *s, const struct worker *w, int64_t batch_row,
    int k, const struct buf *start, struct buf *text)
{
    const struct contrib *c = s->self;
    size_t n_outputs = (size_t)s->model.forest.n_outputs, n_cols = (size_t)s->model.schema.n_cols;
    double base = explainer_base(c->explainer)[k];

    if (reader_n_margins(s->reader))
        base += s->batch.margin[k][batch_row];
    if (line_add(s, start, k, 0, 0, base, text) < 0)
        return -1;
    for (int i = 1; i < c->n_names; i++) {
        size_t row = (size_t)c->col[i], own = row * n_outputs + (size_t)k;
        if (!w->pair && line_add(s, start, k, i, 0, w->value[own], text) < 0)
            return -1;
        for (int j = 1; w->pair && j < c->n_names; j++) {
            size_t at = (row * n_cols + (size_t)c->col[j]) * n_outputs + (size_t)k;
            if (line_add(s, start, k, i, j, w->pair[at], text) < 0)
                return -1;
        }
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
    if (w->pair)
        explain_pairs(c->explainer, w->scratch, s->batch.cols, row, w->value, w->pair);
    else
        explain_row(c->explainer, w->scratch, s->batch.cols, row, w->value);
    for (int k = 0; k < s->model.forest.n_outputs; k++)
        if (output_add(s, w, row, k, start, text) < 0)
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
    int64_t n_names = c->n_names, n_lines = c->worker->pair ? n_names * n_names : n_names;
    int64_t n_fields = dict_size(s->header.names) * n_lines;
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
