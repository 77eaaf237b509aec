/* table.c -- see table.h.  How rows become columns: dense.c, sparse.c. */
#include "common/table/table.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "common/table/load.h"
#include "common/table/margin.h"
#include "common/table/source.h"

enum { NOTES_SHOWN = 20 };

/* Says which columns are ignored or doubtful.  What was left out by request is no news. */
static void tell_notes(const struct table *t, const struct read_opts *o, const struct watch *w)
{
    const struct schema *s = &t->schema;
    int shown = 0, more = 0, empty = 0;

    for (int i = 0; i < s->n_cols; i++) {
        const struct col_spec *c = &s->cols[i];
        bool ignored = c->kind == COL_IGNORED;
        if (!c->note)
            continue;
        if ((o->features || o->exclude) && strcmp(c->note, NOTE_LEFT_OUT) == 0)
            watch_detail(w, "column '%s': %s", c->name, c->note);
        else if (t->sparse && strcmp(c->note, NOTE_NO_ENTRY) == 0)
            empty++;
        else if (shown++ < NOTES_SHOWN)
            watch_warn(w, "column '%s'%s: %s", c->name, ignored ? " is ignored" : "", c->note);
        else
            more++;
    }
    if (empty)
        watch_warn(w, "%d of %d columns %s no entry in any row and %s ignored", empty, s->n_cols,
            empty == 1 ? "has" : "have", empty == 1 ? "is" : "are");
    if (more)
        watch_warn(w, "and %d more %s like %s", more, more == 1 ? "column" : "columns",
            more == 1 ? "this" : "these");
}

/* The header is the first line. */
static int check_names(const struct source *s, struct err *err)
{
    for (int i = 0; i < source_n_columns(s); i++) {
        const char *name = source_names(s)[i];
        if (!utf8_valid(name, strlen(name)))
            return err_set(err,
                "%s:1: column %d: the name '%.*s' is not UTF-8 text: convert the file, as in iconv "
                "-f latin1 -t utf-8",
                source_file(s), i + 1, err_quote_len(strlen(name)), name);
    }
    return 0;
}

int load_tick(const struct watch *w, int64_t row, struct err *err)
{
    if (row % LOAD_TICK)
        return 0;
    if (row)
        watch_progress(w, "rows read", row, 0, "");
    return watch_stop(w) ? err_interrupted(err) : 0;
}

int load_ticks(const struct watch *w, int64_t before, int64_t rows, struct err *err)
{
    int64_t last = rows - rows % LOAD_TICK;
    return before && before > last ? 0 : load_tick(w, last, err);
}

int load_weight(double weight, const struct place *place, const char *column, struct err *err)
{
    const char *what = isnan(weight)       ? "is missing"
                       : weight < 0        ? "is negative"
                       : !isfinite(weight) ? "is not finite"
                                           : NULL;
    if (!what)
        return 0;
    return err_set(
        err, "%s:%lld: weight '%s' %s", place->file, (long long)place->line, column, what);
}

int load_check_weights(const struct table *t, struct err *err)
{
    for (int64_t i = 0; i < t->n_rows; i++)
        if (!t->weight || t->weight[i] > 0)
            return 0;
    return err_set(err, "every row has weight 0");
}

int load_table(struct table *t, struct source *s, const struct read_opts *o, const struct watch *w,
    struct err *err)
{
    *t = (struct table)TABLE_INIT;
    t->schema.named = source_named(s);
    t->schema.no_trim = o->no_trim;
    t->schema.na = mem_strdup(o->na ? o->na : NA_DEFAULT);
    if (!t->schema.na) {
        err_memory(err);
        goto failed;
    }
    if (check_names(s, err) < 0 ||
        (source_format(s) == FORMAT_LIBSVM ? load_sparse(t, s, o, w, err)
                                           : load_dense(t, s, o, w, err)) < 0)
        goto failed;
    tell_notes(t, o, w);
    if (load_check_weights(t, err) < 0)
        goto failed;
    if (schema_n_features(&t->schema) == 0) {
        err_set(err, "%s: no column to learn from", source_file(s));
        goto failed;
    }
    return 0;
failed:
    table_release(t);
    return -1;
}

int table_read(struct table *t, const struct operands *files, const struct read_opts *opts,
    const struct watch *w, struct err *err)
{
    *t = (struct table)TABLE_INIT;
    struct source *s = source_open(files, &opts->format, opts->no_trim, true, err);
    int ret = s ? load_table(t, s, opts, w, err) : -1;
    source_close(s);
    return ret;
}

static void sparse_free(struct sparse *sp)
{
    if (!sp)
        return;
    mem_free(sp->start);
    mem_free(sp->col);
    mem_free(sp->value);
    mem_free(sp);
}

void table_drop_cells(struct table *t)
{
    for (int i = 0; t->values && i < t->schema.n_cols; i++) {
        mem_free(t->values[i]);
        t->values[i] = NULL;
    }
}

void table_release(struct table *t)
{
    table_drop_cells(t);
    mem_free(t->values);
    sparse_free(t->sparse);
    mem_free(t->y);
    mem_free(t->weight);
    margins_free(t->margin, t->n_margins);
    mem_free(t->upper);
    mem_free(t->group);
    dict_free(t->groups);
    target_release(&t->target);
    schema_release(&t->schema);
    *t = (struct table)TABLE_INIT;
}

/* ---- rows of a table ---- */

static double *select_doubles(const double *from, const int64_t *rows, int64_t n)
{
    double *to = mem_alloc((size_t)n, sizeof *to);
    for (int64_t i = 0; to && i < n; i++)
        to[i] = from[rows[i]];
    return to;
}

static int select_margins(
    struct table *to, const struct table *from, const int64_t *rows, int64_t n)
{
    to->margin = mem_zalloc((size_t)from->n_margins, sizeof *to->margin);
    for (; to->margin && to->n_margins < from->n_margins; to->n_margins++)
        if (!(to->margin[to->n_margins] = select_doubles(from->margin[to->n_margins], rows, n)))
            return -1;
    return to->margin ? 0 : -1;
}

static int select_groups(struct table *to, const struct table *from, const int64_t *rows, int64_t n)
{
    to->group = mem_alloc((size_t)n, sizeof *to->group);
    to->groups = from->groups ? dict_copy(from->groups) : NULL;
    if (!to->group || (from->groups && !to->groups))
        return -1;
    for (int64_t i = 0; i < n; i++)
        to->group[i] = from->group[rows[i]];
    return 0;
}

static int select_sparse(
    struct table *to, const struct sparse *from, const int64_t *rows, int64_t n)
{
    struct sparse *sp = to->sparse = mem_zalloc(1, sizeof *sp);
    int64_t total = 0, at = 0;

    for (int64_t i = 0; i < n; i++)
        total += from->start[rows[i] + 1] - from->start[rows[i]];
    if (!sp || !(sp->start = mem_alloc((size_t)n + 1, sizeof *sp->start)) ||
        !(sp->col = mem_alloc((size_t)total, sizeof *sp->col)) ||
        !(sp->value = mem_alloc((size_t)total, sizeof *sp->value)))
        return -1;
    for (int64_t i = 0; i < n; i++) {
        sp->start[i] = at;
        for (int64_t e = from->start[rows[i]]; e < from->start[rows[i] + 1]; e++, at++) {
            sp->col[at] = from->col[e];
            sp->value[at] = from->value[e];
        }
    }
    sp->start[n] = at;
    return 0;
}

static int select_columns(
    struct table *to, const struct table *from, const int64_t *rows, int64_t n)
{
    to->values = mem_zalloc((size_t)from->schema.n_cols, sizeof *to->values);
    if (!to->values)
        return -1;
    for (int i = 0; i < from->schema.n_cols; i++)
        if (from->values[i] && !(to->values[i] = select_doubles(from->values[i], rows, n)))
            return -1;
    return 0;
}

int table_select(
    struct table *to, const struct table *from, const int64_t *rows, int64_t n, struct err *err)
{
    *to = (struct table)TABLE_INIT;
    to->n_rows = n;
    if (schema_copy(&to->schema, &from->schema) < 0 ||
        target_copy(&to->target, &from->target) < 0 ||
        (from->values && select_columns(to, from, rows, n) < 0) ||
        (from->sparse && select_sparse(to, from->sparse, rows, n) < 0) ||
        (from->y && !(to->y = select_doubles(from->y, rows, n))) ||
        (from->weight && !(to->weight = select_doubles(from->weight, rows, n))) ||
        (from->upper && !(to->upper = select_doubles(from->upper, rows, n))) ||
        (from->margin && select_margins(to, from, rows, n) < 0) ||
        (from->group && select_groups(to, from, rows, n) < 0)) {
        table_release(to);
        return err_memory(err);
    }
    return 0;
}

double table_sparse_value(const struct table *t, int64_t row, int col)
{
    const struct sparse *s = t->sparse;
    int64_t low = s->start[row], high = s->start[row + 1];

    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (s->col[middle] < (uint32_t)col)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < s->start[row + 1] && s->col[low] == (uint32_t)col)
        return s->value[low];
    return t->schema.absent_zero ? 0 : NAN;
}
