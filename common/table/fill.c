/* fill.c -- see fill.h. */
#include "common/table/fill.h"

#include <math.h>

#include "common/io/format/number.h"
#include "common/table/date.h"

/* A missing cell: its value is written.  False if it is needed. */
static bool miss(const struct block_cells *c, const struct fill_rules *r, double *to)
{
    *to = NAN;
    c->tally->n_missing++;
    return !r->needed;
}

static void count_number(const struct block_cells *c, const char *text, size_t len, double value)
{
    if (value != floor(value))
        c->tally->part = true;
    else if (!c->tally->rounded && fabs(value) >= 9007199254740992.0)
        c->tally->rounded = cell_is_rounded(text, len, value);
}

/* ---- numbers ---- */

static bool fill_number(const struct block_cells *c, int i, const struct fill_rules *r, double *to)
{
    size_t len;
    const char *text = block_cell(c, i, &len);

    if (na_holds(r->na, text, len))
        return miss(c, r, to);
    if (!number_read(text, len, to) || (r->finite && !isfinite(*to)) ||
        (r->no_codes && cell_has_leading_zero(text, len)))
        return false;
    count_number(c, text, len, *to);
    return true;
}

/* A bit for each cell that is missing. */
static uint64_t missing_cells(const struct block_cells *c, const struct na *na)
{
    uint64_t missing = 0;

    for (int i = 0; i < c->cells.n; i++) {
        size_t len;
        const char *text = block_cell(c, i, &len);
        missing |= (uint64_t)na_holds(na, text, len) << i;
    }
    return missing;
}

/* Those of the cells that are left because there are blanks around them, once more without. */
static uint64_t fill_trimmed(
    const struct block_cells *c, uint64_t left, double *to, uint64_t *points)
{
    uint32_t begin[CSV_CELLS_MAX], next[CSV_CELLS_MAX];
    int index[CSV_CELLS_MAX], n = 0;
    double value[CSV_CELLS_MAX];
    uint64_t with_point;

    for (uint64_t rest = left; rest; rest &= rest - 1) {
        int i = __builtin_ctzll(rest);
        size_t len;
        uint32_t at = (uint32_t)(block_cell(c, i, &len) - c->cells.text);
        if (len == 0 || len == c->cells.next[i] - 1 - c->cells.begin[i])
            continue;
        begin[n] = at;
        next[n] = at + (uint32_t)len + 1;
        index[n++] = i;
    }
    if (n == 0)
        return left;
    const struct csv_cells cells = {c->cells.text, begin, next, n};
    uint64_t still = c->block->kernels->numbers(&cells, value, &with_point);
    for (int k = 0; k < n; k++) {
        if (still >> k & 1)
            continue;
        to[index[k]] = value[k];
        left &= ~((uint64_t)1 << index[k]);
        *points |= (with_point >> k & 1) << index[k];
    }
    return left;
}

bool fill_numbers(const struct block_cells *c, const struct fill_rules *r, double *to)
{
    uint64_t points, left = c->block->kernels->numbers(&c->cells, to, &points);

    if (left && c->block->span.trim)
        left = fill_trimmed(c, left, to, &points);
    if (r->na->numbers)
        left |= missing_cells(c, r->na);
    points &= ~left;
    for (; left; left &= left - 1) {
        int i = __builtin_ctzll(left);
        if (!fill_number(c, i, r, to + i))
            return false;
    }
    for (; r->whole && points && !c->tally->part; points &= points - 1) {
        double value = to[__builtin_ctzll(points)];
        c->tally->part = value != floor(value);
    }
    return true;
}

bool fill_weights(const struct block_cells *c, const struct na *na, double *to)
{
    const struct fill_rules r = {.na = na, .needed = true, .finite = true};

    if (!fill_numbers(c, &r, to))
        return false;
    for (int i = 0; i < c->cells.n; i++)
        if (to[i] < 0)
            return false;
    return true;
}

/* ---- dates ---- */

bool fill_dates(const struct block_cells *c, const struct fill_rules *r, double *to)
{
    for (int i = 0; i < c->cells.n; i++) {
        size_t len;
        const char *text = block_cell(c, i, &len);
        if (na_holds(r->na, text, len)) {
            if (!miss(c, r, to + i))
                return false;
            continue;
        }
        if (!date_read(text, len, r->digits, to + i))
            return false;
        count_number(c, text, len, to[i]);
    }
    return true;
}

/* ---- texts ---- */

static void expect_cells(const struct block_cells *c, const struct dict *d)
{
    for (int i = 0; i < c->cells.n; i++) {
        size_t len;
        const char *text = block_cell(c, i, &len);
        dict_expect(d, text, len);
    }
}

bool fill_codes(
    const struct block_cells *c, const struct fill_rules *r, const struct dict *d, double *to)
{
    expect_cells(c, d);
    for (int i = 0; i < c->cells.n; i++) {
        size_t len;
        const char *text = block_cell(c, i, &len);
        if (na_holds(r->na, text, len)) {
            if (!miss(c, r, to + i))
                return false;
            continue;
        }
        int32_t code = dict_find(d, text, len);
        to[i] = code;
        if (code < 0 && !block_wait(c, i))
            return false;
    }
    return true;
}

bool fill_groups(const struct block_cells *c, const struct dict *d, int32_t *to)
{
    expect_cells(c, d);
    for (int i = 0; i < c->cells.n; i++) {
        size_t len;
        const char *text = block_cell(c, i, &len);
        if (len == 0)
            return false;
        to[i] = dict_find(d, text, len);
        if (to[i] < 0 && !block_wait(c, i))
            return false;
    }
    return true;
}

int fill_nothing(const struct block_cells *c, const struct na *na)
{
    int n = __builtin_popcountll(missing_cells(c, na));
    c->tally->n_missing += n;
    return n;
}
