/* reader.c -- see reader.h. */
#include "common/table/reader.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/table/bind.h"
#include "common/table/margin.h"
#include "common/table/source.h"

/* A batch has at least so many rows or values, if there are as many; blocks make it larger. */
enum { BATCH_ROWS = 4096, BATCH_VALUES = 1 << 20, BLOCK_VALUES = 1 << 21 };

struct reader {
    struct source *source;
    struct schema schema; /* a copy, so that the model may go */
    struct binding binding;
    char delimiter;
    int64_t n_rows; /* given so far */
    int batch_rows;
    size_t room;   /* rows that the arrays hold */
    double **cols; /* [n_cols], NULL for ignored ones */
    struct margins margins;
    double **margin; /* [margins.n] */
    int n_kept;
    int *kept;       /* columns of the input */
    struct buf text; /* of the batch's kept fields; row i is [start[i], stop[i]) */
    size_t *start, *stop;
    struct block block;
    /* [n_cols + 1 + margins.n]: columns that are read; kept fields, as rows; margins */
    struct block_column *want;
    int n_want;
    int n_rows_before; /* of the batch, before the block */
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
    for (int i = 0; i < r->margins.n; i++)
        needed[r->margins.from[i]] = true;
    int ret = source_need(r->source, needed, err);
    mem_free(needed);
    return ret;
}

static int make_room(struct reader *r, size_t rows, struct err *err)
{
    size_t **places[] = {&r->start, &r->stop};
    void *grown;

    if (rows <= r->room)
        return 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!(grown = mem_resize(*places[i], rows, sizeof **places[i])))
            return err_memory(err);
        *places[i] = grown;
    }
    if (margins_reserve(&r->margins, r->margin, rows, err) < 0)
        return -1;
    for (int c = 0; c < r->schema.n_cols; c++) {
        if (r->schema.cols[c].kind == COL_IGNORED)
            continue;
        if (!(grown = mem_resize(r->cols[c], rows, sizeof **r->cols)))
            return err_memory(err);
        r->cols[c] = grown;
    }
    r->room = rows;
    return 0;
}

static int make_batch(struct reader *r, struct err *err)
{
    int n = schema_n_features(&r->schema), n_cols = r->schema.n_cols;
    int n_columns = n_cols + 1 + r->margins.n;

    r->batch_rows = n > BATCH_VALUES / BATCH_ROWS ? BATCH_VALUES / n : BATCH_ROWS;
    if (r->batch_rows < 1)
        r->batch_rows = 1;
    r->cols = mem_zalloc((size_t)n_cols, sizeof *r->cols);
    r->want = mem_alloc((size_t)n_columns, sizeof *r->want);
    if (!r->cols || !r->want)
        return err_memory(err);
    if (make_room(r, (size_t)r->batch_rows, err) < 0)
        return -1;
    r->n_want = binding_want(&r->binding, r->want);
    if (r->n_kept)
        r->want[r->n_want++] = (struct block_column){n_cols, BLOCK_ROW};
    for (int i = 0; i < r->margins.n; i++)
        r->want[r->n_want++] = (struct block_column){n_cols + 1 + i, r->margins.from[i]};
    return block_init(&r->block, r->source, n_columns, false, err);
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
    if (margins_find(&r->margins, opts->margin, r->source, &r->margin, err) < 0)
        goto failed;
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
    margins_free(r->margin, r->margins.n);
    margins_release(&r->margins);
    mem_free(r->kept);
    mem_free(r->start);
    mem_free(r->stop);
    mem_free(r->want);
    block_release(&r->block);
    buf_release(&r->text);
    binding_release(&r->binding);
    source_close(r->source);
    schema_release(&r->schema);
    mem_free(r);
}

/* ---- rows by the block ---- */

/* Kept fields of some rows.  Each piece has as much room for them as it has bytes, which is enough:
 * there is a delimiter or a line end behind every field. */
static void keep_cells(struct reader *r, const struct block_cells *c)
{
    const struct source_span *span = &r->block.span;
    size_t at = r->text.len + (size_t)(c->piece->text - span->lines.text) + c->piece->kept;
    size_t first = at;

    for (int i = 0; i < c->cells.n; i++) {
        int64_t row = r->n_rows_before + c->row + i;
        r->start[row] = at;
        for (int k = 0; k < r->n_kept; k++) {
            int from = span->from ? span->from[r->kept[k]] : r->kept[k];
            size_t place = (size_t)from * (size_t)r->block.stride + (size_t)i;
            size_t begin = c->cells.begin[place], len = c->cells.next[place] - 1 - begin;
            if (len)
                memcpy(r->text.data + at, c->cells.text + begin, len);
            at += len;
            r->text.data[at++] = r->delimiter;
        }
        r->stop[row] = at;
    }
    c->piece->kept += at - first;
}

static bool fill_cells(void *ctx, const struct block_cells *c)
{
    struct reader *r = ctx;
    int64_t row = r->n_rows_before + c->row;
    int other = c->column - r->schema.n_cols;

    if (other < 0)
        return binding_fill(&r->binding, c, r->cols[c->column] + row);
    if (other > 0)
        return margins_fill(&r->margins, c, &r->binding.na, r->margin[other - 1] + row);
    keep_cells(r, c);
    return true;
}

/* 1, and how many rows are added to *n; 0: the next row must be read by itself. */
static int read_block(struct reader *r, int *n, struct err *err)
{
    struct block *b = &r->block;
    int features = schema_n_features(&r->schema);
    int64_t most = BLOCK_VALUES / (features ? features : 1);

    if (r->n_kept && source_delimiter(r->source) != r->delimiter)
        return 0; /* kept fields are written anew */
    int got = block_take(b, most, err);
    if (got <= 0)
        return got;
    r->n_rows_before = *n;
    if (make_room(r, (size_t)(*n + b->n_rows), err) < 0)
        return -1;
    if (r->n_kept && buf_room(&r->text, b->n_bytes) < 0)
        return err_memory(err);
    if (block_fill(b, r->want, r->n_want, fill_cells, r, err) < 0)
        return -1;
    for (int i = 0; i < b->n_good; i++) {
        binding_accept(&r->binding, &b->piece[i]);
        if (r->n_kept)
            r->text.len += b->piece[i].len;
    }
    *n += (int)block_done(b, b->n_good);
    return b->n_good > 0;
}

/* ---- rows one by one ---- */

/* The kept fields of a row, each with the delimiter behind it: their bytes, unless the file's
 * delimiter is another than the output's. */
static int keep_fields(struct reader *r, const struct source_row *row, int at, struct err *err)
{
    bool same = source_delimiter(r->source) == r->delimiter;

    r->start[at] = r->text.len;
    for (int i = 0; i < r->n_kept; i++) {
        const struct csv_field *f = &row->field[r->kept[i]];
        if ((same ? buf_add(&r->text, f->raw, f->raw_len)
                  : csv_add_field(&r->text, f->text, f->len, r->delimiter)) < 0 ||
            buf_char(&r->text, r->delimiter) < 0)
            return err_memory(err);
    }
    r->stop[at] = r->text.len;
    return 0;
}

static int read_row(struct reader *r, int *n, struct err *err)
{
    struct source_row row;
    int got = source_next(r->source, &row, err);

    if (got <= 0)
        return got;
    block_slow(&r->block, 1);
    if (make_room(r, (size_t)*n + 1, err) < 0 ||
        binding_row(&r->binding, &row, r->cols, *n, err) < 0 ||
        margins_row(&r->margins, &row, &r->binding.na, r->margin, *n, err) < 0 ||
        (r->n_kept && keep_fields(r, &row, *n, err) < 0))
        return -1;
    ++*n;
    return 1;
}

int reader_next(struct reader *r, struct batch *b, struct err *err)
{
    int n = 0;

    buf_clear(&r->text);
    while (n < r->batch_rows) {
        int got = read_block(r, &n, err);
        if (got == 0)
            got = read_row(r, &n, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
    }
    *b = (struct batch){.first_row = r->n_rows,
        .n_rows = n,
        .cols = (const double *const *)r->cols,
        .margin = (const double *const *)r->margin};
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

int reader_n_margins(const struct reader *r)
{
    return r->margins.n;
}

int reader_n_kept(const struct reader *r)
{
    return r->n_kept;
}

const char *reader_kept_name(const struct reader *r, int i)
{
    return source_names(r->source)[r->kept[i]];
}

const char *reader_kept(const struct reader *r, int row, size_t *len)
{
    *len = r->n_kept ? r->stop[row] - r->start[row] : 0;
    return *len ? r->text.data + r->start[row] : "";
}

char reader_delimiter(const struct reader *r)
{
    return r->delimiter;
}
