/* plan_write.c -- see plan.h: a table as CSV, .npy and LIBSVM. */
#include <math.h>
#include <string.h>

#include "cmd/table/plan_row.h"
#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/io/format/csv.h"
#include "common/io/format/npy.h"
#include "common/io/format/number.h"
#include "common/table/load.h"

static int put_number(struct output *out, double value, struct err *err)
{
    char text[NUMBER_MAX];
    int len = number_write(value, text);
    return output_put(out, text, (size_t)len, err);
}

/* ---- CSV ---- */

/* "name", or "name=level". */
static int put_name(
    const struct plan *p, int i, char delimiter, struct output *out, struct err *err)
{
    const struct plan_column *c = &p->column[i];
    const struct col_spec *spec = &p->table->schema.cols[c->col];
    struct buf name = BUF_INIT;
    size_t len = 0;
    const char *level = c->level < 0 ? "" : dict_text(spec->dict, c->level, &len);
    int ret = -1;

    if (buf_str(&name, spec->name) < 0 || (c->level >= 0 && buf_char(&name, '=') < 0) ||
        buf_add(&name, level, len) < 0)
        err_memory(err);
    else
        ret = csv_put_field(out, name.data, name.len, delimiter, err);
    buf_release(&name);
    return ret;
}

/* The columns that come after the features. */
static int put_other_name(
    const char *name, char delimiter, bool first, struct output *out, struct err *err)
{
    if (!first && output_put(out, &delimiter, 1, err) < 0)
        return -1;
    return csv_put_field(out, name, strlen(name), delimiter, err);
}

static int put_header(const struct plan *p, char delimiter, struct output *out, struct err *err)
{
    const struct table *t = p->table;

    for (int i = 0; i < p->n_columns; i++)
        if ((i && output_put(out, &delimiter, 1, err) < 0) ||
            put_name(p, i, delimiter, out, err) < 0)
            return -1;
    if ((t->weight && put_other_name(p->weight_name ? p->weight_name : "weight", delimiter,
                          !p->n_columns, out, err) < 0) ||
        (t->group && put_other_name("qid", delimiter, false, out, err) < 0) ||
        (t->y && put_other_name(t->target.name, delimiter, false, out, err) < 0))
        return -1;
    return output_put(out, "\n", 1, err);
}

static int put_value(
    const struct plan *p, int64_t row, int i, char delimiter, struct output *out, struct err *err)
{
    const struct plan_column *c = &p->column[i];
    const struct col_spec *spec = &p->table->schema.cols[c->col];
    double value = plan_value(p, row, i);

    if (isnan(value))
        return 0;
    if (spec->kind == COL_CATEGORY && p->form == CATEGORY_TEXT) {
        size_t len;
        const char *text = dict_text(spec->dict, (int32_t)value, &len);
        return csv_put_field(out, text, len, delimiter, err);
    }
    return put_number(out, value, err);
}

static int put_class(
    const struct dict *d, double code, char delimiter, struct output *out, struct err *err)
{
    size_t len;
    const char *text = dict_text(d, (int32_t)code, &len);
    return csv_put_field(out, text, len, delimiter, err);
}

static int put_csv_row(
    const struct plan *p, int64_t row, char delimiter, struct output *out, struct err *err)
{
    const struct table *t = p->table;

    for (int i = 0; i < p->n_columns; i++)
        if ((i && output_put(out, &delimiter, 1, err) < 0) ||
            put_value(p, row, i, delimiter, out, err) < 0)
            return -1;
    if (t->weight &&
        (output_put(out, &delimiter, 1, err) < 0 || put_number(out, t->weight[row], err) < 0))
        return -1;
    if (t->group && (output_put(out, &delimiter, 1, err) < 0 ||
                        put_class(t->groups, t->group[row], delimiter, out, err) < 0))
        return -1;
    if (t->y && (output_put(out, &delimiter, 1, err) < 0 ||
                    (t->target.classes && p->form != CATEGORY_CODE
                            ? put_class(t->target.classes, t->y[row], delimiter, out, err)
                            : put_number(out, plan_target(p, row), err)) < 0))
        return -1;
    return output_put(out, "\n", 1, err);
}

int plan_write_csv(const struct plan *p, char delimiter, struct output *out, struct err *err)
{
    if (put_header(p, delimiter, out, err) < 0)
        return -1;
    for (int64_t row = 0; row < p->table->n_rows; row++)
        if (load_tick(p->watch, row, err) < 0 || put_csv_row(p, row, delimiter, out, err) < 0)
            return -1;
    return 0;
}

/* ---- .npy ---- */

/* Little-endian bytes on any machine. */
static int put_binary(struct output *out, double value, enum dtype dtype, struct err *err)
{
    unsigned char bytes[8];
    int n = dtype == DTYPE_F32 ? 4 : 8;
    uint64_t bits;

    if (dtype == DTYPE_F32) {
        float narrow = (float)value;
        uint32_t narrow_bits;
        memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
        bits = narrow_bits;
    } else {
        memcpy(&bits, &value, sizeof bits);
    }
    for (int i = 0; i < n; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i);
    return output_put(out, bytes, (size_t)n, err);
}

/* Groups that are called by whole numbers of so few digits keep them; else they are numbered as
 * they came. */
static bool groups_are_whole(const struct table *t, size_t digits)
{
    for (int32_t i = 0; t->groups && i < dict_size(t->groups); i++) {
        const char *text = dict_text(t->groups, i, NULL);
        if (!*text || strlen(text) > digits || text[strspn(text, "0123456789")])
            return false;
    }
    return true;
}

static double group_number(const struct table *t, bool by_text, int64_t row)
{
    double value = t->group[row] + 1;
    size_t len;
    const char *text = dict_text(t->groups, t->group[row], &len);

    if (by_text && !number_read(text, len, &value))
        value = NAN; /* groups_are_whole() has looked at it */
    return value;
}

int plan_write_npy(const struct plan *p, enum dtype dtype, struct output *out, struct err *err)
{
    const struct table *t = p->table;
    const int64_t shape[2] = {t->n_rows,
        (int64_t)p->n_columns + (t->weight != NULL) + (t->group != NULL) + (t->y != NULL)};
    bool by_text = groups_are_whole(t, dtype == DTYPE_F32 ? 7 : 15); /* none is rounded */

    if (npy_write_header(out, dtype, 2, shape, err) < 0)
        return -1;
    for (int64_t row = 0; row < t->n_rows; row++) {
        if (load_tick(p->watch, row, err) < 0)
            return -1;
        for (int i = 0; i < p->n_columns; i++)
            if (put_binary(out, plan_value(p, row, i), dtype, err) < 0)
                return -1;
        if ((t->weight && put_binary(out, t->weight[row], dtype, err) < 0) ||
            (t->group && put_binary(out, group_number(t, by_text, row), dtype, err) < 0) ||
            (t->y && put_binary(out, plan_target(p, row), dtype, err) < 0))
            return -1;
    }
    return 0;
}

/* ---- LIBSVM ---- */

static int put_entry(struct output *out, int index, double value, struct err *err)
{
    char text[NUMBER_MAX];
    number_write(value, text);
    return output_printf(out, err, " %d:%s", index, text);
}

static int put_group(
    const struct plan *p, bool by_text, int64_t row, struct output *out, struct err *err)
{
    int32_t code = p->table->group[row];
    if (by_text)
        return output_printf(out, err, " qid:%s", dict_text(p->table->groups, code, NULL));
    return output_printf(out, err, " qid:%ld", (long)code + 1);
}

/* The entries of a sparse row as they are. */
static int copy_entries(
    const struct sparse *s, int64_t row, bool skip_zeros, struct output *out, struct err *err)
{
    for (int64_t e = s->start[row]; e < s->start[row + 1]; e++)
        if (!(skip_zeros && s->value[e] == 0) &&
            put_entry(out, (int)s->col[e] + 1, s->value[e], err) < 0)
            return -1;
    return 0;
}

static int put_entries(
    const struct plan *p, int64_t row, bool skip_zeros, struct output *out, struct err *err)
{
    const struct table *t = p->table;

    if (t->sparse && t->schema.absent_zero == skip_zeros)
        return copy_entries(t->sparse, row, skip_zeros, out, err);
    for (int i = 0; i < p->n_columns; i++) {
        double value = plan_value(p, row, i);
        if (isnan(value) && skip_zeros)
            return err_set(err,
                "row %lld: column '%s' is missing, and with --skip-zeros would be read as 0",
                (long long)row + 1, t->schema.cols[p->column[i].col].name);
        if (isnan(value) || (skip_zeros && value == 0))
            continue;
        if (put_entry(out, (t->sparse ? p->column[i].col : i) + 1, value, err) < 0)
            return -1;
    }
    return 0;
}

int plan_write_libsvm(const struct plan *p, bool skip_zeros, struct output *out, struct err *err)
{
    const struct table *t = p->table;
    bool by_text = groups_are_whole(t, 18);

    for (int64_t row = 0; row < t->n_rows; row++) {
        if (load_tick(p->watch, row, err) < 0 ||
            put_number(out, t->y ? plan_target(p, row) : 0, err) < 0)
            return -1;
        if (t->weight &&
            (output_put(out, ":", 1, err) < 0 || put_number(out, t->weight[row], err) < 0))
            return -1;
        if ((t->group && put_group(p, by_text, row, out, err) < 0) ||
            put_entries(p, row, skip_zeros, out, err) < 0 || output_put(out, "\n", 1, err) < 0)
            return -1;
    }
    return 0;
}
