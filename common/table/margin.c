/* margin.c -- see margin.h. */
#include "common/table/margin.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/table/fill.h"

int margins_find(
    struct margins *m, const char *list, const struct source *s, double ***to, struct err *err)
{
    int n = source_n_columns(s);

    if (!list)
        return 0;
    if (source_format(s) == FORMAT_LIBSVM)
        return err_usage(err, "a LIBSVM file has no column for --base-margin");
    m->names = source_names(s);
    m->from = mem_alloc((size_t)n, sizeof *m->from);
    if (!m->from)
        return err_memory(err);
    m->n = list_order(list, m->names, n, m->from, err);
    if (m->n < 0) {
        m->n = 0;
        return err->kind == ERR_MEMORY ? -1 : err_prefix(err, "%s: --base-margin", source_file(s));
    }
    *to = mem_zalloc((size_t)m->n, sizeof **to);
    return *to ? 0 : err_memory(err);
}

int bounds_find(struct margins *m, const char *column, const struct source *s, struct err *err)
{
    if (!column)
        return 0;
    if (source_format(s) == FORMAT_LIBSVM)
        return err_usage(err, "a LIBSVM file has no column for --upper");
    m->names = source_names(s);
    m->bounds = true;
    m->from = mem_alloc(1, sizeof *m->from);
    if (!m->from)
        return err_memory(err);
    m->from[0] = list_find(column, m->names, source_n_columns(s), err);
    if (m->from[0] < 0)
        return err->kind == ERR_MEMORY ? -1 : err_prefix(err, "%s: --upper", source_file(s));
    m->n = 1;
    return 0;
}

void bounds_settle(double *upper, int64_t n)
{
    for (int64_t i = 0; upper && i < n; i++)
        if (isnan(upper[i]))
            upper[i] = INFINITY;
}

void margins_release(struct margins *m)
{
    mem_free(m->from);
    *m = (struct margins){.n = 0};
}

int margins_reserve(struct margins *m, double **to, size_t rows, struct err *err)
{
    size_t room = m->room;

    for (int i = 0; i < m->n; i++) {
        room = m->room;
        if (mem_grow(&to[i], &room, rows, sizeof **to) < 0)
            return err_memory(err);
    }
    m->room = room;
    return 0;
}

int margins_row(const struct margins *m, const struct source_row *row, const struct na *na,
    double *const *to, int64_t at, struct err *err)
{
    for (int i = 0; i < m->n; i++) {
        const char *column = m->names[m->from[i]];
        const char *what = m->bounds ? "upper bound" : "base margin";
        double value = row->value ? row->value[m->from[i]] : NAN;
        if (row->field) {
            const struct csv_field *f = &row->field[m->from[i]];
            if (!na_holds(na, f->text, f->len) && !number_read(f->text, f->len, &value))
                return err_set(err, "%s:%lld: %s '%s': '%.*s' is not a number", row->place.file,
                    (long long)row->place.line, what, column, err_quote_len(f->len), f->text);
        }
        if (!isfinite(value) && !m->bounds)
            return err_set(err, "%s:%lld: %s '%s' is %s", row->place.file,
                (long long)row->place.line, what, column, isnan(value) ? "missing" : "not finite");
        to[i][at] = value;
    }
    return 0;
}

bool margins_fill(
    const struct margins *m, const struct block_cells *c, const struct na *na, double *to)
{
    const struct fill_rules r = {.na = na, .needed = !m->bounds, .finite = !m->bounds};
    return fill_numbers(c, &r, to);
}

void margins_free(double **to, int n)
{
    for (int i = 0; to && i < n; i++)
        mem_free(to[i]);
    mem_free(to);
}
