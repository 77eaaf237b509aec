/*
 * csv.c -- see csv.h.
 *
 * Input is taken line by line.  A line without a quote is a record, cut at its delimiters; anything
 * else goes through libcsv (CSV_STRICT), whose row callback says whether the record ends with the
 * line or goes on in the next (a newline in quotes).  libcsv gives no positions, so the raw bytes
 * of fields are found by walking the record once more, which is safe since libcsv has accepted it.
 */
#include "common/io/format/csv.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/lines.h"
#include "common/io/format/number.h"

enum { CSV_RECORD_MAX = 16 << 20, PARSER_BLOCK = 1 << 18 };

struct csv {
    struct input *in;
    struct lines lines;
    struct csv_parser parser;
    struct csv_opts opts;
    char delimiter;
    int n_columns;     /* 0 until known */
    const char **name; /* into names, or NULL while there is no header */
    struct buf names;
    struct csv_field *field;
    size_t n_fields, field_room;
    struct buf values; /* what libcsv gave for the record, one field after another */
    bool held;         /* the row in field was read by csv_open(), and csv_next() gives it */
    int64_t held_line;
    int64_t blank_line; /* of the first blank line passed over, or 0 */
    int rows;           /* row callbacks since the record began */
    size_t parsed;      /* field callbacks since the record began */
    bool no_memory;     /* in a callback */
};

static int csv_record(struct csv *csv, int64_t *line, struct err *err);
static int csv_split(struct csv *csv, const char *body, size_t len);
static int csv_through_libcsv(struct csv *csv, int64_t line, struct err *err);
static int csv_begin(struct csv *csv, struct err *err);
static int csv_read_header(struct csv *csv, int64_t line, struct err *err);
static int csv_number_columns(struct csv *csv, struct err *err);

static int is_no_blank(unsigned char c)
{
    (void)c;
    return 0;
}

static void *parser_resize(void *old, size_t size)
{
    return mem_resize(old, size, 1);
}

static int fail(const struct csv *csv, int64_t line, struct err *err, const char *what)
{
    return err_set(err, "%s:%lld: %s", input_name(csv->in), (long long)line, what);
}

struct csv *csv_open(struct input *in, const struct csv_opts *opts, struct err *err)
{
    int64_t line;
    struct csv *csv = mem_zalloc(1, sizeof *csv);
    if (!csv) {
        err_memory(err);
        return NULL;
    }
    csv->in = in;
    csv->opts = *opts;
    lines_init(&csv->lines, in);
    csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_space_func(&csv->parser, is_no_blank);
    csv_set_realloc_func(&csv->parser, parser_resize);
    csv_set_free_func(&csv->parser, mem_free);
    csv_set_blk_size(&csv->parser, PARSER_BLOCK);
    if (opts->delimiter == '"' || opts->delimiter == '\n' || opts->delimiter == '\r') {
        err_usage(err, "a quote or a line end cannot be the delimiter");
        goto failed;
    }
    if (csv_begin(csv, err) < 0)
        goto failed;
    int got = csv_record(csv, &line, err);
    if (got < 0)
        goto failed;
    if (got == 0) {
        err_set(err, "%s: empty", input_name(in));
        goto failed;
    }
    csv->n_columns = (int)csv->n_fields;
    if (opts->no_header) {
        csv->held = true;
        csv->held_line = line;
        if (csv_number_columns(csv, err) < 0)
            goto failed;
    } else if (csv_read_header(csv, line, err) < 0) {
        goto failed;
    }
    return csv;
failed:
    csv_close(csv);
    return NULL;
}

void csv_close(struct csv *csv)
{
    if (!csv)
        return;
    csv_free(&csv->parser);
    lines_release(&csv->lines);
    buf_release(&csv->names);
    buf_release(&csv->values);
    mem_free(csv->name);
    mem_free(csv->field);
    mem_free(csv);
}

int csv_n_columns(const struct csv *csv)
{
    return csv->n_columns;
}

const char *csv_column(const struct csv *csv, int i)
{
    return csv->name[i];
}

char csv_delimiter(const struct csv *csv)
{
    return csv->delimiter;
}

bool csv_named(const struct csv *csv)
{
    return !csv->opts.no_header;
}

/* ---- many rows at once ---- */

int csv_ahead(struct csv *csv, size_t want, struct csv_span *span, struct err *err)
{
    *span = (struct csv_span){.line = csv->lines.line + 1};
    if (csv->held || csv->blank_line || csv->opts.reference)
        return 0;
    return lines_ahead(&csv->lines, want, &span->text, &span->len, err);
}

void csv_pass(struct csv *csv, size_t bytes, int64_t n_lines)
{
    lines_pass(&csv->lines, bytes, n_lines);
}

/* ---- rows ---- */

static int csv_ragged(const struct csv *csv, int64_t line, struct err *err)
{
    const char *in_what = csv->opts.no_header ? "first row" : "header";
    const char *text = lines_held(&csv->lines);
    size_t len = lines_length(&csv->lines);
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    return err_set(err, "%s:%lld: %zu %s where the %s has %d: '%.*s'", input_name(csv->in),
        (long long)line, csv->n_fields, csv->n_fields == 1 ? "field" : "fields", in_what,
        csv->n_columns, err_quote_len(len), text);
}

int csv_next(struct csv *csv, struct csv_row *row, struct err *err)
{
    int64_t line = csv->held_line;

    if (csv->held) {
        csv->held = false;
    } else {
        int got = csv_record(csv, &line, err);
        if (got <= 0)
            return got;
        if (csv->blank_line)
            return err_set(err, "%s:%lld: blank line where the %s has %d fields",
                input_name(csv->in), (long long)csv->blank_line,
                csv->opts.no_header ? "first row" : "header", csv->n_columns);
        if (csv->n_fields != (size_t)csv->n_columns)
            return csv_ragged(csv, line, err);
    }
    *row = (struct csv_row){line, csv->n_columns, csv->field};
    return 1;
}

static bool is_blank(const struct csv *csv, char c)
{
    return (c == ' ' || c == '\t') && c != csv->delimiter;
}

/* A line with nothing in it; with trimming, blanks are nothing. */
static bool is_blank_line(const struct csv *csv, const char *body, size_t len)
{
    if (csv->opts.no_trim)
        return len == 0;
    while (len && is_blank(csv, body[len - 1]))
        len--;
    return len == 0;
}

/* A file without any '\n' is one line: say what is wrong before saying that it is long. */
static int csv_too_long(const struct csv *csv, int64_t line, struct err *err)
{
    const char *text = lines_held(&csv->lines);
    if (csv->lines.line < line && memchr(text, '\r', CSV_RECORD_MAX))
        return fail(csv, line, err,
            "line ends are bare carriage returns: convert them with tr '\\r' '\\n'");
    if (memchr(text, '"', CSV_RECORD_MAX))
        return err_set(err,
            "%s:%lld: a record of over 16 MiB: unterminated quote that began on line %lld?",
            input_name(csv->in), (long long)line, (long long)line);
    return fail(csv, line, err, "a line of over 16 MiB");
}

/* Length without the line end. */
static size_t body_length(const char *text, size_t len)
{
    if (len && text[len - 1] == '\n')
        len--;
    if (len && text[len - 1] == '\r')
        len--;
    return len;
}

/* The next record into field[n_fields], of any number of fields: 1, 0 at the end, -1. */
static int csv_record(struct csv *csv, int64_t *line, struct err *err)
{
    size_t from;

    for (;;) {
        lines_drop(&csv->lines);
        *line = csv->lines.line + 1;
        int got = lines_more(&csv->lines, CSV_RECORD_MAX, &from, err);
        if (got == LINES_TOO_LONG)
            return csv_too_long(csv, *line, err);
        if (got <= 0)
            return got;
        const char *text = lines_held(&csv->lines);
        size_t len = lines_length(&csv->lines), body = body_length(text, len);
        if (memchr(text, '\0', len))
            return fail(csv, *line, err, "NUL byte: this is not CSV text");
        if (csv->n_columns > 1 && is_blank_line(csv, text, body)) {
            if (!csv->blank_line)
                csv->blank_line = *line;
            continue;
        }
        if (body == 0 ||
            (!csv->opts.reference && !memchr(text, '"', body) && !memchr(text, '\r', body)))
            return csv_split(csv, text, body) < 0 ? err_memory(err) : 1;
        return csv_through_libcsv(csv, *line, err);
    }
}

/* The value of an unquoted field: raw without the blanks around it. */
static void field_trim(const struct csv *csv, struct csv_field *f)
{
    const char *text = f->raw;
    uint32_t len = f->raw_len;
    if (!csv->opts.no_trim) {
        while (len && is_blank(csv, text[len - 1]))
            len--;
        while (len && is_blank(csv, *text))
            text++, len--;
    }
    f->text = text;
    f->len = len;
}

static struct csv_field *field_add(struct csv *csv, const char *raw, size_t len)
{
    if (csv->n_fields == csv->field_room &&
        mem_grow(&csv->field, &csv->field_room, csv->n_fields + 1, sizeof *csv->field) < 0)
        return NULL;
    struct csv_field *f = &csv->field[csv->n_fields++];
    f->raw = raw;
    f->raw_len = (uint32_t)len;
    return f;
}

/* Cuts a line without quotes at its delimiters. */
static int csv_split(struct csv *csv, const char *body, size_t len)
{
    const char *end = body + len;

    csv->n_fields = 0;
    for (;;) {
        const char *stop = len ? memchr(body, csv->delimiter, (size_t)(end - body)) : NULL;
        struct csv_field *f = field_add(csv, body, (size_t)((stop ? stop : end) - body));
        if (!f)
            return -1;
        field_trim(csv, f);
        if (!stop)
            return 0;
        body = stop + 1;
        len = (size_t)(end - body);
    }
}

/* ---- through libcsv ---- */

/* Field callback: keeps the value behind the others; field[] holds its length until the end. */
static void on_field(void *text, size_t len, void *ctx)
{
    struct csv *csv = ctx;
    csv->parsed++;
    struct csv_field *f = csv->no_memory ? NULL : field_add(csv, NULL, 0);
    if (!f || buf_add(&csv->values, text, len) < 0) {
        csv->no_memory = true;
        return;
    }
    f->len = (uint32_t)len;
}

static void on_row(int c, void *ctx)
{
    (void)c;
    ((struct csv *)ctx)->rows++;
}

/* Line on which the last field of the held record began: where a quote was left open. */
static int64_t open_quote_line(const struct csv *csv, int64_t line)
{
    const char *p = lines_held(&csv->lines), *end = p + lines_length(&csv->lines);
    bool quoted = false;
    int64_t began = line;
    for (; p < end; p++) {
        if (*p == '"') {
            if (!quoted && (p == lines_held(&csv->lines) || p[-1] != '"'))
                began = line;
            quoted = !quoted;
        }
        line += *p == '\n';
    }
    return began;
}

static int csv_feed(struct csv *csv, int64_t line, const char *text, size_t len, struct err *err)
{
    size_t n = csv_parse(&csv->parser, text, len, on_field, on_row, csv);
    if (csv->no_memory || (n < len && csv_error(&csv->parser) != CSV_EPARSE))
        return err_memory(err);
    if (n == len)
        return 0;
    const char *what = text[n] == '"' ? "quote inside an unquoted field"
                                      : "text after the closing quote of a field";
    size_t from = n < 20 ? 0 : n - 20, left = len - from;
    while (left && (text[from + left - 1] == '\n' || text[from + left - 1] == '\r'))
        left--;
    return err_set(err, "%s:%lld: field %zu: %s: '%.*s'", input_name(csv->in), (long long)line,
        csv->parsed + 1, what, err_quote_len(left), text + from);
}

/* The bytes of a field that starts at p, up to its delimiter or the record's end. */
static const char *field_end(const struct csv *csv, const char *p, const char *end)
{
    if (p < end && *p == '"') {
        for (p++; (p = memchr(p, '"', (size_t)(end - p))); p += 2)
            if (p + 1 == end || p[1] != '"')
                return p + 1;
        return end; /* libcsv does not let this happen */
    }
    const char *stop = p < end ? memchr(p, csv->delimiter, (size_t)(end - p)) : NULL;
    return stop ? stop : end;
}

/* Gives the parsed fields their text and raw bytes. */
static int csv_place_fields(struct csv *csv, int64_t line, struct err *err)
{
    const char *p = lines_held(&csv->lines);
    const char *end = p + body_length(p, lines_length(&csv->lines));
    const char *value = csv->values.data;

    for (size_t i = 0; i < csv->n_fields; i++) {
        struct csv_field *f = &csv->field[i];
        const char *stop = field_end(csv, p, end);
        bool last = i + 1 == csv->n_fields;
        if (last ? stop != end : stop == end || *stop != csv->delimiter)
            return fail(csv, line, err, "fields cannot be told apart");
        f->raw = p;
        f->raw_len = (uint32_t)(stop - p);
        f->text = value;
        value += f->len;
        if (!f->raw_len || *p != '"')
            field_trim(csv, f);
        p = stop + 1;
    }
    return 0;
}

static int csv_through_libcsv(struct csv *csv, int64_t line, struct err *err)
{
    size_t from = 0;
    int got = LINES_ONE;

    csv->n_fields = csv->parsed = 0;
    csv->rows = 0;
    buf_clear(&csv->values);
    if (buf_room(&csv->values, 1) < 0)
        return err_memory(err);
    for (;;) {
        const char *text = lines_held(&csv->lines) + from;
        size_t len = lines_length(&csv->lines) - from, body = body_length(text, len);
        if (memchr(text, '\0', len))
            return fail(csv, csv->lines.line, err, "NUL byte: this is not CSV text");
        if (csv_feed(csv, csv->lines.line, text, body, err) < 0)
            return -1;
        if (csv->rows || (from == 0 && body && text[0] == '\r'))
            return fail(csv, csv->lines.line, err,
                "a bare carriage return ends a line: convert the file with tr '\\r' '\\n'");
        const char *stop = body < len ? text + body : "\n";
        if (csv_feed(csv, csv->lines.line, stop, body < len ? len - body : 1, err) < 0)
            return -1;
        if (csv->rows)
            return csv_place_fields(csv, line, err) < 0 ? -1 : 1;
        got = lines_more(&csv->lines, CSV_RECORD_MAX, &from, err);
        if (got < 0)
            return -1;
        if (got != LINES_ONE)
            break;
    }
    int64_t quote = open_quote_line(csv, line);
    if (got == LINES_TOO_LONG)
        return err_set(err,
            "%s:%lld: a record of over 16 MiB: unterminated quote that began on line %lld?",
            input_name(csv->in), (long long)line, (long long)quote);
    return err_set(err, "%s:%lld: a quote that begins here is never closed", input_name(csv->in),
        (long long)quote);
}

/* ---- beginning ---- */

/* What separates the first line's fields: counted outside quotes. */
static char guess_delimiter(const unsigned char *text, size_t len)
{
    size_t comma = 0, semicolon = 0, tab = 0;
    bool quoted = false;
    for (size_t i = 0; i < len && text[i] != '\n' && text[i] != '\r'; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        comma += text[i] == ',';
        semicolon += text[i] == ';';
        tab += text[i] == '\t';
    }
    if (semicolon > comma && semicolon >= tab)
        return ';';
    return tab > comma ? '\t' : ',';
}

/* Drops a BOM, refuses what is not text in ASCII's family, and settles the delimiter. */
static int csv_begin(struct csv *csv, struct err *err)
{
    const unsigned char *bytes;
    unsigned char bom[3];
    const char *name = input_name(csv->in);

    ssize_t n = input_peek(csv->in, &bytes, 65536, err);
    if (n < 0)
        return -1;
    if (n >= 2 &&
        ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff)))
        return err_set(err, "%s: text in UTF-16: convert it with iconv -f UTF-16 -t UTF-8", name);
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        if (input_read_exactly(csv->in, bom, 3, err) < 0)
            return -1;
        n = input_peek(csv->in, &bytes, 65536, err);
        if (n < 0)
            return -1;
    }
    if (n == 0)
        return err_set(err, "%s: empty%s", name,
            input_is_stdin(csv->in) ? ": did the command before it fail?" : "");
    csv->delimiter = csv->opts.delimiter;
    if (!csv->delimiter)
        csv->delimiter = guess_delimiter(bytes, (size_t)n);
    csv_set_delim(&csv->parser, (unsigned char)csv->delimiter);
    return 0;
}

/* Points name[] at the NUL-ended texts that stand one after another in names. */
static int csv_point_names(struct csv *csv, struct err *err)
{
    csv->name = mem_alloc((size_t)csv->n_columns, sizeof *csv->name);
    if (!csv->name)
        return err_memory(err);
    const char *p = csv->names.data;
    for (int i = 0; i < csv->n_columns; i++) {
        csv->name[i] = p;
        p += strlen(p) + 1;
    }
    return 0;
}

static int csv_number_columns(struct csv *csv, struct err *err)
{
    for (int i = 0; i < csv->n_columns; i++)
        if (buf_printf(&csv->names, "c%d", i + 1) < 0 || buf_char(&csv->names, '\0') < 0)
            return err_memory(err);
    return csv_point_names(csv, err);
}

static int compare_names(const void *a, const void *b)
{
    const char *const *x = *(const char *const *const *)a, *const *y =
                                                               *(const char *const *const *)b;
    int order = strcmp(*x, *y);
    return order ? order : (x > y) - (x < y);
}

/* Sorts pointers into name[], so that equal names meet and their positions stay known. */
static int csv_check_repeats(const struct csv *csv, int64_t line, struct err *err)
{
    size_t n = (size_t)csv->n_columns, worst = n;
    const char *const **sorted = mem_alloc(n, sizeof *sorted);
    if (!sorted)
        return err_memory(err);
    for (size_t i = 0; i < n; i++)
        sorted[i] = csv->name + i;
    qsort(sorted, n, sizeof *sorted, compare_names);
    for (size_t i = 1; i < n; i++)
        if (strcmp(*sorted[i - 1], *sorted[i]) == 0 && (worst == n || sorted[i] < sorted[worst]))
            worst = i;
    int ret = 0;
    if (worst < n)
        ret = err_set(err, "%s:%lld: columns %d and %d have the same name, '%.*s'",
            input_name(csv->in), (long long)line, (int)(sorted[worst - 1] - csv->name) + 1,
            (int)(sorted[worst] - csv->name) + 1, err_quote_len(strlen(*sorted[worst])),
            *sorted[worst]);
    mem_free(sorted);
    return ret;
}

static int csv_read_header(struct csv *csv, int64_t line, struct err *err)
{
    size_t numbers = 0;
    double value;

    for (size_t i = 0; i < csv->n_fields; i++) {
        const struct csv_field *f = &csv->field[i];
        if (f->len == 0 && csv->n_fields == 1)
            return fail(csv, line, err, "the header is a blank line");
        if (f->len == 0)
            return err_set(err, "%s:%lld: column %zu has no name in the header",
                input_name(csv->in), (long long)line, i + 1);
        numbers += number_read(f->text, f->len, &value);
        if (buf_add(&csv->names, f->text, f->len) < 0 || buf_char(&csv->names, '\0') < 0)
            return err_memory(err);
    }
    if (numbers == csv->n_fields)
        return err_set(err,
            "%s:%lld: the header is made of numbers ('%.*s'): is it a row? then say --no-header",
            input_name(csv->in), (long long)line,
            err_quote_len(body_length(lines_held(&csv->lines), lines_length(&csv->lines))),
            lines_held(&csv->lines));
    if (csv_point_names(csv, err) < 0)
        return -1;
    return csv_check_repeats(csv, line, err);
}
