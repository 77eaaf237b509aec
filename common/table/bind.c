/* bind.c -- see bind.h. */
#include "common/table/bind.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/table/date.h"
#include "common/table/fill.h"

static int bind_names(struct binding *b, struct err *err);
static int bind_numbered(struct binding *b, struct err *err);
static int bind_in_order(struct binding *b, struct err *err);
static int invert(struct binding *b, struct err *err);

int binding_init(struct binding *b, const struct schema *schema, const struct source *source,
    bool by_position, struct err *err)
{
    size_t n = (size_t)schema->n_cols;
    int ret;

    *b = (struct binding){.schema = schema, .source = source};
    b->absent = schema->absent_zero ? 0.0 : NAN;
    b->from = mem_alloc(n, sizeof *b->from);
    b->n_unknown = mem_zalloc(n, sizeof *b->n_unknown);
    if (!b->from || !b->n_unknown || na_init(&b->na, schema->na ? schema->na : "") < 0) {
        err_memory(err);
        goto failed;
    }
    for (size_t i = 0; i < n; i++)
        b->from[i] = -1;
    if (source_named(source))
        ret = bind_names(b, err);
    else if (!schema->named)
        ret = bind_numbered(b, err);
    else if (by_position)
        ret = bind_in_order(b, err);
    else
        ret = err_set(err,
            "%s: its columns have no names, but the model's have: --by-position takes them in "
            "the model's order",
            source_file(source));
    if (ret < 0 || (source_format(source) == FORMAT_LIBSVM && invert(b, err) < 0))
        goto failed;
    return 0;
failed:
    binding_release(b);
    return -1;
}

void binding_release(struct binding *b)
{
    mem_free(b->from);
    mem_free(b->to);
    mem_free(b->n_unknown);
    na_release(&b->na);
    buf_release(&b->first_text);
    *b = (struct binding)BINDING_INIT;
}

/* ---- which column is which ---- */

/* Columns that the model knows are not mistaken for another that it needs. */
static int hint_column(const struct binding *b, const char *wanted, struct buf *out)
{
    int n = source_n_columns(b->source), ret = -1;
    const char **name = mem_alloc((size_t)n, sizeof *name);
    struct dict *known = dict_new();

    if (!name || !known)
        goto out;
    for (int c = 0; c < b->schema->n_cols; c++)
        if (dict_add(known, b->schema->cols[c].name, strlen(b->schema->cols[c].name)) < 0)
            goto out;
    for (int i = 0; i < n; i++) {
        name[i] = source_names(b->source)[i];
        if (dict_find(known, name[i], strlen(name[i])) >= 0)
            name[i] = NULL;
    }
    ret = list_hint(out, wanted, name, n);
out:
    dict_free(known);
    mem_free(name);
    return ret;
}

static int no_column(const struct binding *b, const char *name, struct err *err)
{
    struct buf hint = BUF_INIT;
    int ret = 0;

    if (source_named(b->source))
        ret =
            b->schema->named
                ? hint_column(b, name, &hint)
                : buf_str(&hint, ": the model was trained on columns without names: --no-header?");
    ret = ret < 0
              ? err_memory(err)
              : err_set(err, "%s: no column '%.*s' (the model needs it)%s", source_file(b->source),
                    err_quote_len(strlen(name)), name, hint.data ? hint.data : "");
    buf_release(&hint);
    return ret;
}

static int bind_names(struct binding *b, struct err *err)
{
    const char *const *name = source_names(b->source);
    struct dict *index = dict_new();
    int ret = -1;

    if (!index)
        return err_memory(err);
    for (int i = 0; i < source_n_columns(b->source); i++)
        if (dict_add(index, name[i], strlen(name[i])) < 0) {
            err_memory(err);
            goto out;
        }
    for (int c = 0; c < b->schema->n_cols; c++) {
        const struct col_spec *spec = &b->schema->cols[c];
        if (spec->kind == COL_IGNORED)
            continue;
        b->from[c] = dict_find(index, spec->name, strlen(spec->name));
        if (b->from[c] < 0) {
            no_column(b, spec->name, err);
            goto out;
        }
    }
    ret = 0;
out:
    dict_free(index);
    return ret;
}

/* K of "cK", or 0. */
static int column_number(const char *name)
{
    long k = 0;
    if (*name++ != 'c' || *name == '0')
        return 0;
    for (; *name; name++) {
        if (*name < '0' || *name > '9' || k > 1 << 24)
            return 0;
        k = k * 10 + (*name - '0');
    }
    return k <= 1 << 24 ? (int)k : 0;
}

/* Columns without names on both sides: the model's are called after their positions. */
static int bind_numbered(struct binding *b, struct err *err)
{
    bool sparse = source_format(b->source) == FORMAT_LIBSVM;

    for (int c = 0; c < b->schema->n_cols; c++) {
        const struct col_spec *spec = &b->schema->cols[c];
        if (spec->kind == COL_IGNORED)
            continue;
        int k = column_number(spec->name);
        if (k == 0)
            return err_set(err, "the model's column '%.*s' has no position",
                err_quote_len(strlen(spec->name)), spec->name);
        if (!sparse && k > source_n_columns(b->source))
            return no_column(b, spec->name, err);
        b->from[c] = k - 1;
    }
    return 0;
}

/* The model's columns in their order: all of them, or only those that it uses. */
static int bind_in_order(struct binding *b, struct err *err)
{
    const struct schema *s = b->schema;
    bool sparse = source_format(b->source) == FORMAT_LIBSVM;
    int used = schema_n_features(s), have = source_n_columns(b->source), next = 0;

    if (!sparse && have != s->n_cols && have != used)
        return err_set(err,
            "%s: %d %s, but --by-position needs the %d that the model was trained on, or the %d "
            "that it uses",
            source_file(b->source), have, have == 1 ? "column" : "columns", s->n_cols, used);
    for (int c = 0; c < s->n_cols; c++) {
        bool ignored = s->cols[c].kind == COL_IGNORED;
        if (!ignored)
            b->from[c] = sparse || have == s->n_cols ? c : next;
        next += !ignored;
    }
    return 0;
}

static int invert(struct binding *b, struct err *err)
{
    for (int c = 0; c < b->schema->n_cols; c++)
        if (b->from[c] >= (int64_t)b->n_to)
            b->n_to = (uint32_t)b->from[c] + 1;
    b->to = mem_alloc(b->n_to, sizeof *b->to);
    if (!b->to)
        return err_memory(err);
    for (uint32_t i = 0; i < b->n_to; i++)
        b->to[i] = -1;
    for (int c = 0; c < b->schema->n_cols; c++)
        if (b->from[c] >= 0)
            b->to[b->from[c]] = c;
    return 0;
}

/* ---- values ---- */

static int wrong_value(const struct binding *b, int c, const char *text, size_t len,
    const struct place *place, const char *what, struct err *err)
{
    const char *name = b->schema->cols[c].name;
    return err_set(err, "%s:%lld: column '%.*s': '%.*s' %s", place->file, (long long)place->line,
        err_quote_len(strlen(name)), name, err_quote_len(len), text, what);
}

static int bind_category(struct binding *b, int c, const char *text, size_t len,
    const struct place *place, double *value, struct err *err)
{
    int32_t code = dict_find(b->schema->cols[c].dict, text, len);

    *value = code;
    if (code >= 0)
        return 0;
    if (b->unknown_is_error)
        return wrong_value(b, c, text, len, place, "is a category that training did not have", err);
    *value = NAN;
    b->n_unknown[c]++;
    if (b->first_text.data)
        return 0;
    b->first_unknown = *place;
    return buf_add(&b->first_text, text, (size_t)err_quote_len(len)) < 0 ? err_memory(err) : 0;
}

static int bind_text(struct binding *b, int c, const char *text, size_t len,
    const struct place *place, double *value, struct err *err)
{
    if (na_holds(&b->na, text, len)) {
        *value = NAN;
        return 0;
    }
    switch (b->schema->cols[c].kind) {
    case COL_CATEGORY:
        return bind_category(b, c, text, len, place, value, err);
    case COL_DATE:
        if (!date_read(text, len, true, value))
            return wrong_value(b, c, text, len, place, "is not a date", err);
        return 0;
    case COL_NUMBER:
    case COL_IGNORED:
        break;
    }
    if (!number_read(text, len, value))
        return wrong_value(b, c, text, len, place, "is not a number", err);
    return 0;
}

int binding_number(struct binding *b, int c, double number, const struct place *place,
    double *value, struct err *err)
{
    char text[NUMBER_MAX];

    *value = number;
    if (isnan(number) || b->schema->cols[c].kind == COL_NUMBER)
        return 0;
    int n = number_write(number, text);
    return bind_text(b, c, text, (size_t)n, place, value, err);
}

static int bind_sparse(struct binding *b, const struct source_row *row, double *const *cols,
    int64_t at, struct err *err)
{
    const struct libsvm_row *r = row->sparse;

    for (int c = 0; c < b->schema->n_cols; c++)
        if (b->from[c] >= 0)
            cols[c][at] = b->absent;
    for (int i = 0; i < r->n; i++) {
        int c = r->index[i] < b->n_to ? b->to[r->index[i]] : -1;
        if (c >= 0 && binding_number(b, c, r->value[i], &row->place, &cols[c][at], err) < 0)
            return -1;
    }
    return 0;
}

int binding_row(struct binding *b, const struct source_row *row, double *const *cols, int64_t at,
    struct err *err)
{
    if (row->sparse)
        return bind_sparse(b, row, cols, at, err);
    for (int c = 0; c < b->schema->n_cols; c++) {
        int i = b->from[c];
        if (i < 0)
            continue;
        if ((row->value ? binding_number(b, c, row->value[i], &row->place, &cols[c][at], err)
                        : bind_text(b, c, row->field[i].text, row->field[i].len, &row->place,
                              &cols[c][at], err)) < 0)
            return -1;
    }
    return 0;
}

/* ---- many rows at once ---- */

int binding_want(const struct binding *b, struct block_column *want)
{
    int n = 0;

    for (int c = 0; c < b->schema->n_cols; c++)
        if (b->from[c] >= 0)
            want[n++] = (struct block_column){c, b->from[c]};
    return n;
}

/* The first unknown one of all must come row by row, as a message tells it. */
static bool fill_categories(const struct binding *b, const struct block_cells *c, double *to)
{
    const struct dict *dict = b->schema->cols[c->column].dict;

    for (int i = 0; i < c->cells.n; i++) {
        size_t len;
        const char *text = block_cell(c, i, &len);
        if (na_holds(&b->na, text, len)) {
            to[i] = NAN;
            continue;
        }
        int32_t code = dict_find(dict, text, len);
        to[i] = code;
        if (code >= 0)
            continue;
        if (!b->first_text.data) /* where it is an error, this is so */
            return false;
        to[i] = NAN;
        c->tally->n_unknown++;
    }
    return true;
}

bool binding_fill(const struct binding *b, const struct block_cells *c, double *to)
{
    const struct fill_rules r = {.na = &b->na, .digits = true};

    switch (b->schema->cols[c->column].kind) {
    case COL_CATEGORY:
        return fill_categories(b, c, to);
    case COL_DATE:
        return fill_dates(c, &r, to);
    case COL_NUMBER:
    case COL_IGNORED:
        break;
    }
    return fill_numbers(c, &r, to);
}

void binding_accept(struct binding *b, const struct block_piece *p)
{
    for (int c = 0; c < b->schema->n_cols; c++)
        b->n_unknown[c] += p->tally[c].n_unknown;
}

void binding_report(const struct binding *b, const struct watch *w)
{
    char text[512];
    size_t used = 0;
    int64_t total = 0;
    int columns = 0;

    text[0] = '\0';
    for (int c = 0; b->schema && c < b->schema->n_cols; c++) {
        if (!b->n_unknown[c])
            continue;
        total += b->n_unknown[c];
        if (columns++ < 8 && used < sizeof text - 100)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s'%.60s' %lld",
                columns > 1 ? ", " : "", b->schema->cols[c].name, (long long)b->n_unknown[c]);
    }
    if (total)
        watch_warn(w,
            "%lld %s not known from training %s read as missing (%s%s), the first at %s:%lld: '%s'",
            (long long)total, total == 1 ? "category" : "categories", total == 1 ? "is" : "are",
            text, columns > 8 ? ", ..." : "", b->first_unknown.file,
            (long long)b->first_unknown.line, b->first_text.data);
}
