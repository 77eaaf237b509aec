/* source.c -- see source.h. */
#include "common/table/source.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/io/format/idx.h"
#include "common/io/format/npy.h"
#include "common/table/dict.h"

enum {
    COLUMNS_MAX = 1 << 20, /* of dense input */
    NPY_BLOCK = 1 << 16,   /* values read at a time */
    SNIFF_BYTES = 1 << 16,
};

/* The .npy array that is being read. */
struct npy_rows {
    struct npy_header header;
    int64_t n_rows, row; /* of this array; the next to give */
    int64_t number;      /* rows given of this file */
    double *block;       /* rows block_first .. block_first + block_rows, or all of them */
    size_t room;
    int64_t block_first, block_rows;
    double *across; /* a row gathered from Fortran order */
};

struct source {
    const char *const *path;
    struct input **in; /* [n_files], NULL until opened */
    int n_files, at;
    struct format_opts opts;
    bool no_trim, again, one_pass_done;
    enum input_format format;
    int n_columns; /* of the first file; -1 before */
    struct buf text;
    const char **name;
    bool named;
    struct dict *index; /* column by name, once a second file needs it */
    bool *needed;
    struct csv *csv;
    struct libsvm *libsvm;
    struct libsvm_row libsvm_row;
    struct npy_rows npy;
    int *from; /* column i stands at from[i] of the current file, -1: not there; NULL: at i */
    struct csv_field *field;
    struct source_pieces pieces;
};

static const char *const stdin_only[] = {"-"};

static int source_begin(struct source *s, struct err *err);
static void source_end(struct source *s);
static int npy_begin(struct source *s, struct err *err);
static int npy_next(struct source *s, const double **row, struct err *err);
static int join_columns(struct source *s, struct err *err);

/* The first file's input may be open already; it is closed when this fails. */
static struct source *open_files(int n, const char *const *path, struct input *first,
    const struct format_opts *format, bool no_trim, bool again, struct err *err)
{
    struct source *s = mem_zalloc(1, sizeof *s);
    struct input **in = mem_zalloc((size_t)n, sizeof *in);

    if (!s || !in) {
        err_memory(err);
        input_close(first);
        mem_free(s);
        mem_free(in);
        return NULL;
    }
    *s = (struct source){.path = path, .in = in, .n_files = n, .opts = *format, .no_trim = no_trim};
    s->again = again;
    s->n_columns = -1;
    in[0] = first;
    if (source_begin(s, err) < 0) {
        source_close(s);
        return NULL;
    }
    return s;
}

struct source *source_open(const struct operands *files, const struct format_opts *format,
    bool no_trim, bool again, struct err *err)
{
    bool some = files && files->n;
    int n = some ? files->n : 1, n_stdin = 0;
    const char *const *path = some ? files->item : stdin_only;

    for (int i = 0; i < n; i++)
        n_stdin += strcmp(path[i], "-") == 0;
    if (n_stdin > 1) {
        err_usage(err, "standard input is named twice");
        return NULL;
    }
    return open_files(n, path, NULL, format, no_trim, again, err);
}

struct source *source_of(
    struct input *in, const struct format_opts *format, bool no_trim, bool again, struct err *err)
{
    return open_files(1, stdin_only, in, format, no_trim, again, err);
}

void source_close(struct source *s)
{
    if (!s)
        return;
    source_end(s);
    for (int i = 0; s->in && i < s->n_files; i++)
        input_close(s->in[i]);
    mem_free(s->in);
    mem_free(s->name);
    mem_free(s->needed);
    mem_free(s->from);
    mem_free(s->field);
    mem_free(s->npy.block);
    mem_free(s->npy.across);
    dict_free(s->index);
    buf_release(&s->text);
    mem_free(s);
}

enum input_format source_format(const struct source *s)
{
    return s->format;
}

const char *source_file(const struct source *s)
{
    int i = s->at < s->n_files ? s->at : s->n_files - 1;
    return s->in[i] ? input_name(s->in[i]) : s->path[i];
}

int source_n_columns(const struct source *s)
{
    return s->n_columns > 0 ? s->n_columns : 0;
}

const char *const *source_names(const struct source *s)
{
    return (const char *const *)s->name;
}

bool source_named(const struct source *s)
{
    return s->named;
}

char source_delimiter(const struct source *s)
{
    return s->csv ? csv_delimiter(s->csv) : '\0';
}

int source_need(struct source *s, const bool *needed, struct err *err)
{
    bool *copy = mem_copy(needed, (size_t)source_n_columns(s), sizeof *needed);
    if (!copy)
        return err_memory(err);
    mem_free(s->needed);
    s->needed = copy;
    return 0;
}

/* Row of the current file: 1, 0 at its end, -1. */
static int file_next(struct source *s, struct source_row *row, struct err *err)
{
    struct csv_row csv;
    int got;

    *row = (struct source_row){.place = {input_name(s->in[s->at]), 0}};
    switch (s->format) {
    case FORMAT_LIBSVM:
        got = libsvm_next(s->libsvm, &s->libsvm_row, err);
        row->sparse = &s->libsvm_row;
        row->place.line = s->libsvm_row.line;
        return got;
    case FORMAT_NPY:
        got = npy_next(s, &row->value, err);
        row->place.line = s->npy.number;
        return got;
    case FORMAT_AUTO:
    case FORMAT_CSV:
        break;
    }
    got = csv_next(s->csv, &csv, err);
    if (got <= 0)
        return got;
    row->place.line = csv.line;
    row->field = csv.fields;
    if (s->from) {
        for (int i = 0; i < s->n_columns; i++)
            s->field[i] =
                s->from[i] >= 0 ? csv.fields[s->from[i]] : (struct csv_field){"", 0, 0, ""};
        row->field = s->field;
    }
    return 1;
}

int source_next(struct source *s, struct source_row *row, struct err *err)
{
    while (s->at < s->n_files) {
        int got = file_next(s, row, err);
        if (got)
            return got;
        source_end(s);
        if (++s->at < s->n_files && source_begin(s, err) < 0)
            return -1;
    }
    return 0;
}

int source_rewind(struct source *s, struct err *err)
{
    source_end(s);
    s->at = 0;
    s->one_pass_done = true;
    return source_begin(s, err);
}

int source_ahead(struct source *s, size_t want, struct source_span *span, struct err *err)
{
    *span = (struct source_span){.trim = !s->no_trim, .from = s->from};
    if (!s->csv)
        return 0;
    span->delimiter = csv_delimiter(s->csv);
    span->n_columns = csv_n_columns(s->csv);
    if (csv_ahead(s->csv, want, &span->lines, err) < 0)
        return -1;
    span->left = input_left(s->in[s->at]);
    return 0;
}

void source_pass(struct source *s, size_t bytes, int64_t n_lines)
{
    csv_pass(s->csv, bytes, n_lines);
}

void source_set_pieces(struct source *s, struct source_pieces pieces)
{
    s->pieces = pieces;
}

struct source_pieces source_pieces(const struct source *s)
{
    return s->pieces;
}

/* ---- one file ---- */

/* What the bytes are, when the options do not say. */
static int sniff(struct source *s, enum input_format *format, struct err *err)
{
    const unsigned char *bytes;
    struct input *in = s->in[s->at];

    ssize_t n = input_peek(in, &bytes, SNIFF_BYTES, err);
    if (n < 0)
        return -1;
    if (n == 0)
        return err_set(err, "%s: empty%s", input_name(in),
            input_is_stdin(in) ? ": did the command before it fail?" : "");
    *format = (enum input_format)s->opts.format;
    if (*format != FORMAT_AUTO)
        return 0;
    if (idx_recognise(bytes, (size_t)n))
        return err_set(err,
            "%s: an IDX file: that is for programs that read tensors, not for tables",
            input_name(in));
    *format = npy_recognise(bytes, (size_t)n)      ? FORMAT_NPY
              : libsvm_recognise(bytes, (size_t)n) ? FORMAT_LIBSVM
                                                   : FORMAT_CSV;
    return 0;
}

/* Copies the first file's columns, which must outlive its reader. */
static int keep_columns(struct source *s, int n, struct err *err)
{
    if (n > COLUMNS_MAX)
        return err_set(
            err, "%s: %d columns: at most %d can be read", source_file(s), n, COLUMNS_MAX);
    s->name = mem_alloc((size_t)n, sizeof *s->name);
    if (!s->name)
        return err_memory(err);
    for (int i = 0; i < n; i++)
        if ((s->csv ? buf_str(&s->text, csv_column(s->csv, i))
                    : buf_printf(&s->text, "c%d", i + 1)) < 0 ||
            buf_char(&s->text, '\0') < 0)
            return err_memory(err);
    const char *p = s->text.data;
    for (int i = 0; i < n; i++, p += strlen(p) + 1)
        s->name[i] = p;
    s->n_columns = n;
    s->named = s->csv && csv_named(s->csv);
    return 0;
}

static int begin_format(struct source *s, struct err *err)
{
    struct input *in = s->in[s->at];
    const struct csv_opts opts = {
        .delimiter = s->opts.delimiter, .no_header = s->opts.no_header, .no_trim = s->no_trim};

    if (s->format == FORMAT_LIBSVM) {
        s->libsvm = libsvm_open(in, s->opts.zero_based, err);
        if (s->n_columns < 0)
            s->n_columns = 0;
        return s->libsvm ? 0 : -1;
    }
    if (s->format == FORMAT_NPY)
        return npy_begin(s, err);
    if (s->again && !s->one_pass_done && input_keep(in, err) < 0)
        return -1;
    s->csv = csv_open(in, &opts, err);
    if (!s->csv)
        return -1;
    return s->n_columns < 0 ? keep_columns(s, csv_n_columns(s->csv), err) : join_columns(s, err);
}

static int source_begin(struct source *s, struct err *err)
{
    enum input_format format;

    if (!s->in[s->at]) {
        s->in[s->at] = input_open(s->path[s->at], err);
        if (!s->in[s->at])
            return -1;
    } else if (s->one_pass_done && input_rewind(s->in[s->at], err) < 0) {
        return -1;
    }
    if (sniff(s, &format, err) < 0)
        return -1;
    if (s->n_columns >= 0 && format != s->format)
        return err_set(
            err, "%s: not of the same format as %s", source_file(s), input_name(s->in[0]));
    s->format = format;
    return begin_format(s, err);
}

static void source_end(struct source *s)
{
    csv_close(s->csv);
    libsvm_close(s->libsvm);
    s->csv = NULL;
    s->libsvm = NULL;
    s->npy.n_rows = s->npy.row = s->npy.number = s->npy.block_first = s->npy.block_rows = 0;
}

/* ---- joining by name ---- */

static int index_columns(struct source *s, struct err *err)
{
    if (s->index)
        return 0;
    s->index = dict_new();
    s->from = mem_alloc((size_t)s->n_columns, sizeof *s->from);
    s->field = mem_alloc((size_t)s->n_columns, sizeof *s->field);
    if (!s->index || !s->from || !s->field)
        return err_memory(err);
    for (int i = 0; i < s->n_columns; i++)
        if (dict_add(s->index, s->name[i], strlen(s->name[i])) < 0)
            return err_memory(err);
    return 0;
}

/* Finds the first file's columns in the current one.  Without names, by position. */
static int join_columns(struct source *s, struct err *err)
{
    int n = csv_n_columns(s->csv);

    if (s->at == 0 && !s->index)
        return 0; /* the first file again */
    if (!s->named) {
        if (n == s->n_columns || (s->needed && n > s->n_columns))
            return 0;
        return err_set(err, "%s: %d %s where %s has %d", source_file(s), n,
            n == 1 ? "column" : "columns", input_name(s->in[0]), s->n_columns);
    }
    if (index_columns(s, err) < 0)
        return -1;
    for (int i = 0; i < s->n_columns; i++)
        s->from[i] = -1;
    for (int i = 0; i < n; i++) {
        const char *name = csv_column(s->csv, i);
        int32_t at = dict_find(s->index, name, strlen(name));
        if (at >= 0)
            s->from[at] = i;
        else if (!s->needed)
            return err_set(err, "%s: column '%.*s' is not in %s", source_file(s),
                err_quote_len(strlen(name)), name, input_name(s->in[0]));
    }
    for (int i = 0; i < s->n_columns; i++)
        if (s->from[i] < 0 && (!s->needed || s->needed[i]))
            return err_set(err, "%s: no column '%.*s', which %s has", source_file(s),
                err_quote_len(strlen(s->name[i])), s->name[i], input_name(s->in[0]));
    return 0;
}

/* ---- .npy ---- */

/* The next array of the file: 1, 0 at the end, -1. */
static int npy_array(struct source *s, struct err *err)
{
    struct npy_rows *a = &s->npy;
    struct npy_header *h = &a->header;

    int got = npy_read_header(s->in[s->at], h, err);
    if (got <= 0)
        return got;
    if (h->n_dims != 1 && h->n_dims != 2)
        return err_set(err, "%s: an array of %d dimensions: a table has two (rows, columns)",
            source_file(s), h->n_dims);
    int64_t n = h->n_dims == 2 ? h->shape[1] : 1;
    if (n < 1)
        return err_set(err, "%s: an array without columns", source_file(s));
    if (n > COLUMNS_MAX)
        return err_set(err, "%s: %lld columns: at most %d can be read", source_file(s),
            (long long)n, COLUMNS_MAX);
    if (s->n_columns < 0 && keep_columns(s, (int)n, err) < 0)
        return -1;
    if (n != s->n_columns)
        return err_set(err, "%s: %lld %s where %s has %d", source_file(s), (long long)n,
            n == 1 ? "column" : "columns", input_name(s->in[0]), s->n_columns);
    a->n_rows = h->shape[0];
    a->row = a->block_first = a->block_rows = 0;
    return 1;
}

static int npy_begin(struct source *s, struct err *err)
{
    int got = npy_array(s, err);
    if (got == 0)
        return err_set(err, "%s: no array in it", source_file(s));
    return got < 0 ? -1 : 0;
}

/* n values behind the block's first `have`; room grows as they arrive. */
static int npy_fill(struct source *s, size_t have, int64_t n, struct err *err)
{
    struct npy_rows *a = &s->npy;
    while (n > 0) {
        int64_t part = n < NPY_BLOCK ? n : NPY_BLOCK;
        if (mem_grow(&a->block, &a->room, have + (size_t)part, sizeof *a->block) < 0)
            return err_memory(err);
        if (npy_read_doubles(s->in[s->at], &a->header, a->block + have, part, err) < 0)
            return -1;
        have += (size_t)part;
        n -= part;
    }
    return 0;
}

static int npy_next(struct source *s, const double **row, struct err *err)
{
    struct npy_rows *a = &s->npy;
    bool across = a->header.fortran_order && s->n_columns > 1;

    while (a->row == a->n_rows) {
        int got = npy_array(s, err);
        if (got <= 0)
            return got;
        across = a->header.fortran_order && s->n_columns > 1;
    }
    if (a->row == a->block_first + a->block_rows) {
        int64_t rows = NPY_BLOCK / s->n_columns, left = a->n_rows - a->row;
        rows = rows < 1 ? 1 : rows;
        rows = across || rows > left ? left : rows;
        if (npy_fill(s, 0, rows * s->n_columns, err) < 0)
            return -1;
        a->block_first = a->row;
        a->block_rows = rows;
    }
    int64_t i = a->row++ - a->block_first;
    a->number++;
    *row = a->block + i * s->n_columns;
    if (across) {
        if (!a->across && !(a->across = mem_alloc((size_t)s->n_columns, sizeof *a->across)))
            return err_memory(err);
        for (int c = 0; c < s->n_columns; c++)
            a->across[c] = a->block[c * a->n_rows + i];
        *row = a->across;
    }
    return 1;
}
