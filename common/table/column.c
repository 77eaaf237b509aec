/* column.c -- rows coming into a column; see column.h. What it is in the end: settle.c. */
#include "common/table/column.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "common/io/format/number.h"
#include "common/table/date.h"
#include "common/table/fill.h"

/* A column that has this many different texts, most of them met once, is an id. */
enum { COLUMN_TEXTS_MAX = 1 << 20 };

void column_init(struct column *c, const char *name)
{
    *c = (struct column){.name = name, .whole = true};
}

void column_release(struct column *c)
{
    mem_free(c->value);
    dict_free(c->dict);
    dict_free(c->labels.value);
    dict_free(c->labels.text);
    mem_free(c->labels.recent);
    buf_release(&c->not_number.text);
    buf_release(&c->not_date.text);
    buf_release(&c->not_utf8.text);
    column_init(c, NULL);
}

int column_keep_labels(struct column *c, bool only_01, struct err *err)
{
    c->labels.only_01 = only_01;
    c->labels.value = dict_new();
    c->labels.text = dict_new();
    c->labels.recent = mem_zalloc(LABELS_RECENT, sizeof *c->labels.recent);
    return c->labels.value && c->labels.text && c->labels.recent ? 0 : err_memory(err);
}

/* ---- values ---- */

static int push(struct column *c, double value, struct err *err)
{
    size_t n = (size_t)c->n_rows;
    if (n == c->room && mem_grow(&c->value, &c->room, n + 1, sizeof *c->value) < 0)
        return err_memory(err);
    c->value[c->n_rows++] = value;
    return 0;
}

/* The first value settles the state; the rows before it were missing. */
static int start(struct column *c, enum column_state state, struct err *err)
{
    size_t n = (size_t)c->n_rows;
    if (state == COLUMN_TEXT && !(c->dict = dict_new()))
        return err_memory(err);
    if (mem_grow(&c->value, &c->room, n + 1, sizeof *c->value) < 0)
        return err_memory(err);
    for (size_t i = 0; i < n; i++)
        c->value[i] = NAN;
    c->state = state;
    return 0;
}

static void drop_values(struct column *c, enum column_state state)
{
    mem_free(c->value);
    dict_free(c->dict);
    c->value = NULL;
    c->dict = NULL;
    c->room = 0;
    c->state = state;
}

static bool has_values(const struct column *c)
{
    return c->state == COLUMN_NUMBER || c->state == COLUMN_DATE || c->state == COLUMN_TEXT;
}

int column_add_missing(struct column *c, struct err *err)
{
    c->n_missing++;
    if (has_values(c))
        return push(c, NAN, err);
    c->n_rows++;
    return 0;
}

static int not_a(const struct column *c, const char *what, const char *text, size_t len,
    const struct place *place, struct err *err)
{
    return err_set(err, "%s:%lld: column '%.*s': '%.*s' is not a %s", place->file,
        (long long)place->line, err_quote_len(strlen(c->name)), c->name, err_quote_len(len), text,
        what);
}

/* Where a value stands in labels' recent[], if it does. */
static size_t recent_place(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (size_t)(bits * 0x9e3779b97f4a7c15u >> 32) / (UINT32_MAX / LABELS_RECENT + 1);
}

static int keep_label(struct column *c, double value, const char *text, size_t len, struct err *err)
{
    char plain[NUMBER_MAX];
    struct labels *l = &c->labels;

    value += 0.0; /* -0 is 0 */
    size_t recent = recent_place(value);
    if (l->recent[recent].known && l->recent[recent].value == value)
        return 0;
    if (l->only_01 && value != 0 && value != 1) {
        l->given_up = true;
        return 0;
    }
    int n = number_write(value, plain);
    int32_t before = dict_size(l->value), code = dict_add(l->value, plain, (size_t)n);
    if (code < 0 || (code == before && dict_add(l->text, text, len) < 0))
        return err_memory(err);
    l->recent[recent].known = true;
    l->recent[recent].value = value;
    return 0;
}

static int add_number(struct column *c, double value, const char *text, size_t len,
    const struct place *place, struct err *err)
{
    if (c->target && !isfinite(value))
        return not_a(c, "finite number", text, len, place, err);
    if (value != floor(value))
        c->whole = false;
    else if (!c->rounded && fabs(value) >= 9007199254740992.0)
        c->rounded = cell_is_rounded(text, len, value);
    if (c->labels.value && !c->labels.given_up && keep_label(c, value, text, len, err) < 0)
        return -1;
    return push(c, value, err);
}

static int keep_first(struct first_text *first, const char *text, size_t len,
    const struct place *place, struct err *err)
{
    int n = quote_length(text, len);

    if (first->text.data)
        return 0;
    first->at = *place;
    if (n == 0) /* bytes of no character */
        n = err_quote_len(len);
    return buf_add(&first->text, text, (size_t)n) < 0 ? err_memory(err) : 0;
}

/* The text's code; a new one is looked at. */
static int text_code(struct column *c, const char *text, size_t len, const struct place *place,
    int32_t *code, struct err *err)
{
    int32_t before = dict_size(c->dict);

    *code = dict_add(c->dict, text, len);
    if (*code < 0)
        return err_memory(err);
    if (*code == before && !utf8_valid(text, len))
        return keep_first(&c->not_utf8, text, len, place, err);
    return 0;
}

static int add_code(
    struct column *c, const char *text, size_t len, const struct place *place, struct err *err)
{
    int32_t code;

    if (text_code(c, text, len, place, &code, err) < 0)
        return -1;
    if (code >= COLUMN_TEXTS_MAX && !c->forced && !c->target &&
        code > (c->n_rows + 1 - c->n_missing) / 2) {
        if (column_check_stray(c, err) < 0)
            return -1;
        drop_values(c, COLUMN_FULL);
        c->n_rows++;
        return 0;
    }
    return push(c, code, err);
}

/* ---- texts ---- */

/* What a value is, for a column whose kind the values decide. */
static enum column_state text_state(struct column *c, const char *text, size_t len, double *value)
{
    if (number_read(text, len, value)) {
        if (!cell_has_leading_zero(text, len))
            return COLUMN_NUMBER;
        c->leading_zero = true;
        return COLUMN_TEXT;
    }
    return !c->target && date_read(text, len, false, value) ? COLUMN_DATE : COLUMN_TEXT;
}

static int add_forced(
    struct column *c, const char *text, size_t len, const struct place *place, struct err *err)
{
    double value;
    bool number = c->kind == COL_NUMBER;
    enum column_state state = number                ? COLUMN_NUMBER
                              : c->kind == COL_DATE ? COLUMN_DATE
                                                    : COLUMN_TEXT;

    if (c->state == COLUMN_EMPTY && start(c, state, err) < 0)
        return -1;
    if (state == COLUMN_TEXT)
        return add_code(c, text, len, place, err);
    if (number ? !number_read(text, len, &value) : !date_read(text, len, true, &value))
        return not_a(c, number ? "number" : "date", text, len, place, err);
    return add_number(c, value, text, len, place, err);
}

int column_add_text(
    struct column *c, const char *text, size_t len, const struct place *place, struct err *err)
{
    double value;

    if (c->forced)
        return add_forced(c, text, len, place, err);
    if (c->state == COLUMN_FULL) {
        c->n_rows++;
        return 0;
    }
    if (c->again && c->state == COLUMN_EMPTY && start(c, COLUMN_TEXT, err) < 0)
        return -1;
    if (c->state == COLUMN_TEXT && (c->again || c->leading_zero || c->not_number.text.data))
        return add_code(c, text, len, place, err); /* nothing about it can change any more */
    enum column_state state = text_state(c, text, len, &value);
    if ((state != COLUMN_NUMBER && !c->leading_zero &&
            keep_first(&c->not_number, text, len, place, err) < 0) ||
        (state != COLUMN_DATE && keep_first(&c->not_date, text, len, place, err) < 0))
        return -1;
    if (c->state == COLUMN_EMPTY && start(c, state, err) < 0)
        return -1;
    if (c->state == COLUMN_TEXT)
        return add_code(c, text, len, place, err);
    if (c->state != COLUMN_MIXED && c->state != state)
        drop_values(c, COLUMN_MIXED);
    if (c->state == COLUMN_NUMBER)
        return add_number(c, value, text, len, place, err);
    if (c->state == COLUMN_DATE)
        return push(c, value, err);
    c->n_rows++;
    return 0;
}

int column_add_number(struct column *c, double value, const struct place *place, struct err *err)
{
    char text[NUMBER_MAX];

    if (isnan(value))
        return column_add_missing(c, err);
    bool plain = c->state == COLUMN_NUMBER || (c->state == COLUMN_EMPTY && !c->forced);
    if (!plain || c->target) {
        int n = number_write(value, text);
        return column_add_text(c, text, (size_t)n, place, err);
    }
    if (c->state == COLUMN_EMPTY && start(c, COLUMN_NUMBER, err) < 0)
        return -1;
    if (value != floor(value))
        c->whole = false;
    return push(c, value, err);
}

bool column_wants_again(const struct column *c)
{
    return c->state == COLUMN_MIXED;
}

void column_again(struct column *c)
{
    c->n_rows = c->n_missing = 0;
    c->state = COLUMN_EMPTY;
    c->again = true;
}

/* ---- many rows at once ---- */

int column_reserve(struct column *c, const struct block *b, struct err *err)
{
    return has_values(c) ? block_reserve(b, &c->value, &c->room, c->n_rows, sizeof *c->value, err)
                         : 0;
}

/* Have all the values a label?  One that has none must come row by row. */
static bool all_labelled(const struct labels *l, const double *value, int n)
{
    char plain[NUMBER_MAX];

    for (int i = 0; i < n; i++) {
        double v = value[i] + 0.0;
        size_t recent = recent_place(v);
        if (l->recent[recent].known && l->recent[recent].value == v)
            continue;
        if (dict_find(l->value, plain, (size_t)number_write(v, plain)) < 0)
            return false;
    }
    return true;
}

bool column_fill(const struct column *c, const struct block_cells *cells, const struct na *na)
{
    const struct fill_rules r = {.na = na,
        .needed = c->target,
        .finite = c->target,
        .no_codes = !c->forced,
        .digits = c->forced,
        .whole = c->whole};
    double *to = c->value ? c->value + c->n_rows + cells->row : NULL;
    int n_missing;

    switch (c->state) {
    case COLUMN_EMPTY:
        n_missing = fill_nothing(cells, na);
        return !c->target && n_missing == cells->cells.n;
    case COLUMN_MIXED:
    case COLUMN_FULL:
        n_missing = fill_nothing(cells, na);
        return !c->target || n_missing == 0;
    case COLUMN_TEXT:
        return fill_codes(cells, &r, c->dict, to);
    case COLUMN_DATE:
        if (!fill_dates(cells, &r, to))
            return false;
        break;
    case COLUMN_NUMBER:
        if (!fill_numbers(cells, &r, to))
            return false;
        break;
    }
    return !c->labels.value || c->labels.given_up || all_labelled(&c->labels, to, cells->cells.n);
}

int column_place(struct column *c, const struct block_text *text, int64_t row,
    const struct place *place, struct err *err)
{
    int32_t code;

    if (text_code(c, text->text, text->len, place, &code, err) < 0)
        return -1;
    if (code >= COLUMN_TEXTS_MAX && !c->forced && !c->target)
        return 0; /* the column may have to be given up */
    c->value[c->n_rows + text->row - row] = code;
    return 1;
}

void column_accept(struct column *c, const struct block_tally *tally, int64_t n_rows)
{
    c->n_rows += n_rows;
    c->n_missing += tally->n_missing;
    if (c->state == COLUMN_NUMBER || (c->state == COLUMN_DATE && c->forced)) {
        c->whole = c->whole && !tally->part;
        c->rounded = c->rounded || tally->rounded;
    }
}
