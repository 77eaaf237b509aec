/*
 * settle.c -- what a column is, once all its rows are known; see column.h.
 *
 *   no value at all                                    ignored
 *   text, different in over half of the rows with a
 *   value (20 or more of them)                         ignored: an id, free text
 *   numbers, or dates, with at most 5% of other texts  an error: a slip, or a text for "missing"
 *   digits with leading zeros, other text              category
 *   constant; whole numbers that never repeat in 20 or
 *   more rows; whole numbers beyond what double holds;
 *   text that is a number or a date in part, or a
 *   number with a decimal comma                        used, with a note
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/sort.h"
#include "common/io/format/number.h"
#include "common/table/column.h"
#include "common/table/date.h"

enum { ID_ROWS_MIN = 20, ID_FIRST_LOOK = 4096, NEARLY_ALL = 95 /* in a hundred */ };

static int settle_numbers(struct column *c, struct col_spec *spec, struct err *err);
static int settle_texts(struct column *c, struct col_spec *spec, struct err *err);

static int set_note(struct col_spec *spec, struct buf *note, struct err *err)
{
    if (note->len && !(spec->note = buf_steal(note)))
        return err_memory(err);
    return 0;
}

static int ignore(struct column *c, struct col_spec *spec, struct err *err, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

static int ignore(struct column *c, struct col_spec *spec, struct err *err, const char *fmt, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    mem_free(c->value);
    c->value = NULL;
    spec->kind = COL_IGNORED;
    spec->note = mem_strdup(text);
    return spec->note ? 0 : err_memory(err);
}

int column_settle(struct column *c, struct col_spec *spec, struct err *err)
{
    switch (c->state) {
    case COLUMN_EMPTY:
        return ignore(c, spec, err, "no value in any row");
    case COLUMN_FULL:
        return ignore(c, spec, err, "text that hardly ever repeats (over a million values): %s",
            c->commas ? NOTE_COMMAS : "an id, free text?");
    case COLUMN_NUMBER:
    case COLUMN_DATE:
        spec->kind = c->state == COLUMN_NUMBER ? COL_NUMBER : COL_DATE;
        return settle_numbers(c, spec, err);
    case COLUMN_TEXT:
        spec->kind = COL_CATEGORY;
        return settle_texts(c, spec, err);
    case COLUMN_MIXED:
        break;
    }
    return err_set(err, "column '%s' was not read again", c->name);
}

/* ---- numbers ---- */

/* Are value[n], none NaN, all different?  1, 0; -1: no memory. */
static int all_different(const double *value, size_t n)
{
    double *sorted = mem_copy(value, n, sizeof *value), *spare = mem_alloc(n, sizeof *spare);
    int different = sorted && spare ? 1 : -1;

    if (different == 1) {
        sort_doubles(sorted, n, spare);
        for (size_t i = 1; i < n && different; i++)
            different = sorted[i - 1] < sorted[i];
    }
    mem_free(sorted);
    mem_free(spare);
    return different;
}

/* A few rows are looked at first, since they nearly always settle it. */
static int looks_like_id(const struct column *c)
{
    size_t n = (size_t)c->n_rows;
    if (c->state != COLUMN_NUMBER || !c->whole || c->n_missing || n < ID_ROWS_MIN)
        return 0;
    int different = all_different(c->value, n < ID_FIRST_LOOK ? n : ID_FIRST_LOOK);
    return different == 1 && n > ID_FIRST_LOOK ? all_different(c->value, n) : different;
}

static bool is_constant(const struct column *c)
{
    for (int64_t i = 1; i < c->n_rows; i++)
        if (c->value[i] != c->value[0])
            return false;
    return c->n_rows > 1 && c->n_missing == 0;
}

static int settle_numbers(struct column *c, struct col_spec *spec, struct err *err)
{
    struct buf note = BUF_INIT;
    int ret = 0, id = looks_like_id(c);

    if (id < 0)
        return err_memory(err);
    if (id)
        ret = buf_str(&note, "whole numbers that never repeat: an id?");
    else if (is_constant(c))
        ret = buf_str(&note, "constant");
    if (ret == 0 && c->rounded)
        ret = buf_printf(&note, "%swhole numbers beyond 2^53 are rounded", note.len ? "; " : "");
    ret = ret < 0 ? err_memory(err) : set_note(spec, &note, err);
    buf_release(&note);
    return ret;
}

/* ---- texts ---- */

struct tally {
    int64_t n_values, n_numbers, n_dates, n_commas;
    int32_t zeros; /* a code that is digits after a zero, or -1 */
};

/* A number but for its decimal comma. */
static bool has_decimal_comma(const char *text, size_t len)
{
    char point[64];
    double value;
    const char *comma = memchr(text, ',', len);

    if (!comma || len > sizeof point)
        return false;
    memcpy(point, text, len);
    point[comma - text] = '.';
    return number_read(point, len, &value);
}

/* Rows whose text is a number or a date, whatever the order in which they came. */
static int tally_texts(const struct column *c, struct tally *t)
{
    int32_t n = dict_size(c->dict);
    double value;
    int64_t *count = mem_zalloc((size_t)n, sizeof *count);

    if (!count)
        return -1;
    *t = (struct tally){.zeros = -1};
    for (int64_t i = 0; i < c->n_rows; i++)
        if (!isnan(c->value[i]))
            count[(int32_t)c->value[i]]++;
    for (int32_t code = 0; code < n; code++) {
        size_t len;
        const char *text = dict_text(c->dict, code, &len);
        t->n_values += count[code];
        if (!number_read(text, len, &value)) {
            if (!c->target && date_read(text, len, false, &value))
                t->n_dates += count[code];
            else if (has_decimal_comma(text, len))
                t->n_commas += count[code];
            continue;
        }
        t->n_numbers += count[code];
        if (t->zeros < 0 && cell_has_leading_zero(text, len))
            t->zeros = code;
    }
    mem_free(count);
    return 0;
}

/* So many of the values that the others are slips, but not all. */
static bool nearly_all(const struct tally *t, int64_t n)
{
    return n < t->n_values && n * 100 >= t->n_values * NEARLY_ALL;
}

static bool mostly_commas(const struct tally *t)
{
    return t->n_commas > 0 && (t->n_commas + t->n_numbers) * 100 >= t->n_values * NEARLY_ALL;
}

static int stray_text(const struct column *c, const struct first_text *first, const char *what,
    double share, struct err *err)
{
    const char *stray = first->text.data ? first->text.data : "";
    int name_len = err_quote_len(strlen(c->name));

    err_set(err, "%s:%lld: column '%.*s': '%s' is not a %s, as %s%.4g%% of the column are",
        first->at.file ? first->at.file : "", (long long)first->at.line, name_len, c->name, stray,
        what, share > 0.9999 ? "over " : "", share > 0.9999 ? 99.99 : 100 * share);
    size_t len = strlen(err->text), room = sizeof err->text - len;
    if (has_decimal_comma(stray, first->text.len))
        snprintf(err->text + len, room, ": " NOTE_COMMAS);
    else
        snprintf(err->text + len, room,
            ": say --categorical '%.*s', or --na '%s' if it means a missing value", name_len,
            c->name, stray);
    return -1;
}

static int check_stray(const struct column *c, const struct tally *t, struct err *err)
{
    double n = (double)t->n_values;

    if (c->forced)
        return 0;
    if (t->zeros < 0 && nearly_all(t, t->n_numbers))
        return stray_text(c, &c->not_number, "number", (double)t->n_numbers / n, err);
    if (nearly_all(t, t->n_dates))
        return stray_text(c, &c->not_date, "date", (double)t->n_dates / n, err);
    return 0;
}

static int note_texts(
    const struct column *c, const struct tally *t, struct buf *note, int32_t n_texts)
{
    if (n_texts == 1 && c->n_rows > 1 && c->n_missing == 0)
        return buf_str(note, "constant");
    if (c->forced)
        return 0;
    if (t->zeros >= 0) {
        size_t len;
        const char *text = dict_text(c->dict, t->zeros, &len);
        return buf_printf(note, "digits with leading zeros ('%.*s') are a category",
            quote_length(text, len), text);
    }
    if (mostly_commas(t))
        return buf_str(note, NOTE_COMMAS);
    if (t->n_numbers)
        return buf_printf(note, "a category, though %.3g%% of the values are numbers ('%s' is not)",
            100.0 * (double)t->n_numbers / (double)t->n_values,
            c->not_number.text.data ? c->not_number.text.data : "");
    if (t->n_dates)
        return buf_printf(note, "a category, though %.3g%% of the values are dates",
            100.0 * (double)t->n_dates / (double)t->n_values);
    return 0;
}

int column_check_stray(struct column *c, struct err *err)
{
    struct tally t;
    if (c->state != COLUMN_TEXT)
        return 0;
    if (tally_texts(c, &t) < 0)
        return err_memory(err);
    c->commas = !c->forced && mostly_commas(&t);
    return check_stray(c, &t, err);
}

int column_check_utf8(const struct column *c, struct err *err)
{
    const struct first_text *first = &c->not_utf8;
    if (!first->text.data)
        return 0;
    return err_set(err,
        "%s:%lld: column '%.*s': '%s' is not UTF-8 text: convert the file, as in iconv -f latin1 "
        "-t utf-8",
        first->at.file ? first->at.file : "", (long long)first->at.line,
        err_quote_len(strlen(c->name)), c->name, first->text.data);
}

/* What an id may be as well. */
static int ignore_texts(
    struct column *c, struct col_spec *spec, const struct tally *t, struct err *err)
{
    char mostly[64] = "";
    bool numbers = t->n_numbers > t->n_dates;
    int64_t n = numbers ? t->n_numbers : t->n_dates;

    if (n > t->n_values / 2)
        snprintf(mostly, sizeof mostly, ", %.3g%% of them %s",
            100.0 * (double)n / (double)t->n_values, numbers ? "numbers" : "dates");
    return ignore(c, spec, err, "text, %ld different values in %lld rows%s: %s",
        (long)dict_size(c->dict), (long long)t->n_values, mostly,
        mostly_commas(t) ? NOTE_COMMAS : "an id, free text?");
}

static int settle_texts(struct column *c, struct col_spec *spec, struct err *err)
{
    struct tally t;
    struct buf note = BUF_INIT;
    int32_t n_texts = dict_size(c->dict);
    int32_t *order = NULL;
    int ret = -1;

    if (tally_texts(c, &t) < 0)
        return err_memory(err);
    if (check_stray(c, &t, err) < 0)
        return -1;
    if (!c->forced && t.n_values >= ID_ROWS_MIN && n_texts > t.n_values / 2)
        return ignore_texts(c, spec, &t, err);
    if (column_check_utf8(c, err) < 0)
        return -1;
    order = dict_order(c->dict);
    if (!order || note_texts(c, &t, &note, n_texts) < 0 ||
        dict_settle(c->dict, order, c->value, c->n_rows) < 0) {
        err_memory(err);
        goto out;
    }
    if (set_note(spec, &note, err) < 0)
        goto out;
    spec->dict = c->dict;
    c->dict = NULL;
    ret = 0;
out:
    buf_release(&note);
    mem_free(order);
    return ret;
}

/* ---- order ---- */

struct ordered {
    double value;
    const char *text;
    size_t len;
    int32_t code;
};

static int compare_ordered(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return bytes_compare(x->text, x->len, y->text, y->len);
}

int32_t *dict_order(const struct dict *d)
{
    size_t n = (size_t)dict_size(d);
    struct ordered *item = mem_alloc(n, sizeof *item);
    int32_t *order = mem_alloc(n, sizeof *order);
    bool numbers = true;

    if (!item || !order) {
        mem_free(item);
        mem_free(order);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        item[i].code = (int32_t)i;
        item[i].text = dict_text(d, (int32_t)i, &item[i].len);
        numbers = numbers && number_read(item[i].text, item[i].len, &item[i].value);
    }
    for (size_t i = 0; i < n && !numbers; i++)
        item[i].value = 0;
    qsort(item, n, sizeof *item, compare_ordered);
    for (size_t i = 0; i < n; i++)
        order[i] = item[i].code;
    mem_free(item);
    return order;
}

int dict_settle(struct dict *d, const int32_t *order, double *codes, int64_t n)
{
    int32_t size = dict_size(d);
    int32_t *fresh = mem_alloc((size_t)size, sizeof *fresh);

    if (!fresh || dict_reorder(d, order) < 0) {
        mem_free(fresh);
        return -1;
    }
    for (int32_t i = 0; i < size; i++)
        fresh[order[i]] = i;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(codes[i]))
            codes[i] = fresh[(int32_t)codes[i]];
    mem_free(fresh);
    return 0;
}
