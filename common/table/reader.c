/* reader.c -- see reader.h. */
#include "common/table/reader.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/table/bind.h"
#include "common/table/source.h"

enum { BATCH_ROWS = 4096, BATCH_VALUES = 1 << 20 };

struct reader {
    struct source *source;
    struct schema schema; /* a copy, so that the model may go */
    struct binding binding;
    char delimiter;
    int64_t n_rows; /* given so far */
    int batch_rows;
    double **cols; /* [n_cols] of batch_rows, NULL for ignored ones */
    int n_kept;
    int *kept;       /* columns of the input */
    struct buf text; /* of the batch's kept fields; row i is [start[i], start[i + 1]) */
    size_t *start;
};

static int keep_columns(struct reader *r, const char *list, struct err *err)
{
    const char *const *name = source_names(r->source);
    int n = source_n_columns(r->source), ret = -1;
    bool *picked;

    if (source_format(r->source) != FORMAT_CSV)
        return err_usage(err, "-k keeps columns of CSV input only");
    picked = mem_zalloc((size_t)n, sizeof *picked);
    r->kept = mem_alloc((size_t)n, sizeof *r->kept);
    if (!picked || !r->kept) {
        err_memory(err);
        goto out;
    }
    if (list_pick(list, name, n, picked, err) < 0) {
        if (err->kind != ERR_MEMORY)
            err_prefix(err, "%s: -k", source_file(r->source));
        goto out;
    }
    for (int i = 0; i < n; i++)
        if (picked[i])
            r->kept[r->n_kept++] = i;
    ret = 0;
out:
    mem_free(picked);
    return ret;
}

/* Later files need only what is read. */
static int need_columns(struct reader *r, struct err *err)
{
    bool *needed = mem_zalloc((size_t)source_n_columns(r->source), sizeof *needed);
    if (!needed)
        return err_memory(err);
    for (int c = 0; c < r->schema.n_cols; c++)
        if (r->binding.from[c] >= 0)
            needed[r->binding.from[c]] = true;
    for (int i = 0; i < r->n_kept; i++)
        needed[r->kept[i]] = true;
    int ret = source_need(r->source, needed, err);
    mem_free(needed);
    return ret;
}

static int make_batch(struct reader *r, struct err *err)
{
    int n = schema_n_features(&r->schema);

    r->batch_rows = n > BATCH_VALUES / BATCH_ROWS ? BATCH_VALUES / n : BATCH_ROWS;
    if (r->batch_rows < 1)
        r->batch_rows = 1;
    r->cols = mem_zalloc((size_t)r->schema.n_cols, sizeof *r->cols);
    r->start = mem_zalloc((size_t)r->batch_rows + 1, sizeof *r->start);
    if (!r->cols || !r->start)
        return err_memory(err);
    for (int c = 0; c < r->schema.n_cols; c++) {
        if (r->schema.cols[c].kind == COL_IGNORED)
            continue;
        r->cols[c] = mem_alloc((size_t)r->batch_rows, sizeof **r->cols);
        if (!r->cols[c])
            return err_memory(err);
    }
    return 0;
}

struct reader *reader_of(
    struct source *s, const struct bind_opts *opts, const struct schema *model, struct err *err)
{
    struct reader *r = s ? mem_zalloc(1, sizeof *r) : NULL;

    if (!r) {
        source_close(s);
        if (s)
            err_memory(err);
        return NULL;
    }
    r->source = s;
    if (schema_copy(&r->schema, model) < 0) {
        err_memory(err);
        goto failed;
    }
    if (binding_init(&r->binding, &r->schema, r->source, opts->by_position, err) < 0)
        goto failed;
    r->binding.unknown_is_error = opts->unknown == 1;
    r->delimiter = source_delimiter(r->source) ? source_delimiter(r->source) : ',';
    if (opts->keep && keep_columns(r, opts->keep, err) < 0)
        goto failed;
    if (source_format(r->source) == FORMAT_CSV && need_columns(r, err) < 0)
        goto failed;
    if (make_batch(r, err) < 0)
        goto failed;
    return r;
failed:
    reader_close(r);
    return NULL;
}

struct reader *reader_open(const struct operands *files, const struct bind_opts *opts,
    const struct schema *model, struct err *err)
{
    return reader_of(
        source_open(files, &opts->format, model->no_trim, false, err), opts, model, err);
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    for (int c = 0; r->cols && c < r->schema.n_cols; c++)
        mem_free(r->cols[c]);
    mem_free(r->cols);
    mem_free(r->kept);
    mem_free(r->start);
    buf_release(&r->text);
    binding_release(&r->binding);
    source_close(r->source);
    schema_release(&r->schema);
    mem_free(r);
}

/* The kept fields of a row, each with the delimiter behind it: their bytes, unless the file's
 * delimiter is another than the output's. */
static int keep_fields(struct reader *r, const struct source_row *row, int at, struct err *err)
{
    bool same = source_delimiter(r->source) == r->delimiter;

    for (int i = 0; i < r->n_kept; i++) {
        const struct csv_field *f = &row->field[r->kept[i]];
        if ((same ? buf_add(&r->text, f->raw, f->raw_len)
                  : csv_add_field(&r->text, f->text, f->len, r->delimiter)) < 0 ||
            buf_char(&r->text, r->delimiter) < 0)
            return err_memory(err);
    }
    r->start[at + 1] = r->text.len;
    return 0;
}

int reader_next(struct reader *r, struct batch *b, struct err *err)
{
    struct source_row row;
    int n = 0;

    buf_clear(&r->text);
    for (; n < r->batch_rows; n++) {
        int got = source_next(r->source, &row, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        if (binding_row(&r->binding, &row, r->cols, n, err) < 0 ||
            (r->n_kept && keep_fields(r, &row, n, err) < 0))
            return -1;
    }
    *b =
        (struct batch){.first_row = r->n_rows, .n_rows = n, .cols = (const double *const *)r->cols};
    r->n_rows += n;
    return n > 0;
}

void reader_report(const struct reader *r, const struct watch *w)
{
    binding_report(&r->binding, w);
}

int64_t reader_rows(const struct reader *r)
{
    return r->n_rows;
}

int reader_n_kept(const struct reader *r)
{
    return r->n_kept;
}

const char *reader_kept_name(const struct reader *r, int i)
{
    return source_names(r->source)[r->kept[i]];
}

int reader_put_kept(const struct reader *r, int row, struct output *out, struct err *err)
{
    size_t from = r->start[row], to = r->start[row + 1];
    return to > from ? output_put(out, r->text.data + from, to - from, err) : 0;
}

const char *reader_kept(const struct reader *r, int row, size_t *len)
{
    *len = r->start[row + 1] - r->start[row];
    return *len ? r->text.data + r->start[row] : "";
}

char reader_delimiter(const struct reader *r)
{
    return r->delimiter;
}
