/* bins.c -- see bins.h. */
#include "common/tree/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/sort.h"

/* ---- where bins end ---- */

/* A value and how many rows have it. */
struct run {
    double value;
    int64_t rows;
};

/* The distinct values of values[n], sorted, and of n_zeros zeros that are not among them. */
static int64_t runs_of(const double *values, int64_t n, int64_t n_zeros, struct run *runs)
{
    int64_t n_runs = 0, i = 0;
    while (i < n || n_zeros) {
        double value = i < n && !(n_zeros && values[i] > 0) ? values[i] : 0;
        struct run run = {value, 0};
        if (value == 0) {
            run = (struct run){0, n_zeros};
            n_zeros = 0;
        }
        for (; i < n && values[i] == value; i++)
            run.rows++;
        runs[n_runs++] = run;
    }
    return n_runs;
}

/* Distinct values are taken in order; a bin is full when it holds its share of the rows still to
 * come. */
static int bins_cut(struct bin_column *c, const struct run *runs, int64_t n_runs, int max_bins)
{
    int64_t rows_left = 0;
    int room = n_runs < max_bins ? (int)n_runs : max_bins;

    c->low = mem_alloc((size_t)room, sizeof *c->low);
    c->high = mem_alloc((size_t)room, sizeof *c->high);
    if (!c->low || !c->high)
        return -1;
    for (int64_t i = 0; i < n_runs; i++)
        rows_left += runs[i].rows;
    for (int64_t i = 0; i < n_runs;) {
        int bins_left = room - c->n_bins;
        int64_t rows = 0, share = rows_left / bins_left;
        c->low[c->n_bins] = runs[i].value;
        do {
            rows += runs[i].rows;
            c->high[c->n_bins] = runs[i++].value;
        } while (i < n_runs && n_runs - i >= bins_left && (bins_left == 1 || rows < share));
        rows_left -= rows;
        c->n_bins++;
    }
    c->exact = n_runs <= max_bins;
    return 0;
}

static uint16_t number_code(const struct bin_column *c, double value)
{
    if (isnan(value))
        return (uint16_t)c->n_bins;
    int low = 0, high = c->n_bins - 1; /* the first bin whose high is not below value */
    while (low < high) {
        int middle = (low + high) / 2;
        if (c->high[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint16_t)low;
}

/* ---- categories ---- */

struct level {
    int64_t rows;
    int32_t code;
};

static int compare_levels(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows > y->rows ? -1 : 1;
    return (x->code > y->code) - (x->code < y->code);
}

static int compare_codes(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

/* Fills level_bin: a bin a level, but the rarest beyond BINS_MAX are taken as missing. */
static int levels_cut(struct bin_column *c, int32_t n_levels, const double *values, int64_t n)
{
    int ret = -1;
    struct level *levels = mem_zalloc((size_t)n_levels, sizeof *levels);

    c->category = true;
    c->n_levels = n_levels;
    c->n_bins = n_levels < BINS_MAX ? n_levels : BINS_MAX;
    c->level_bin = mem_alloc((size_t)n_levels, sizeof *c->level_bin);
    c->bin_level = mem_alloc((size_t)c->n_bins, sizeof *c->bin_level);
    if (!levels || !c->level_bin || !c->bin_level)
        goto out;
    for (int32_t i = 0; i < n_levels; i++)
        levels[i].code = i;
    if (n_levels > BINS_MAX) {
        for (int64_t i = 0; i < n; i++)
            if (!isnan(values[i]))
                levels[(int32_t)values[i]].rows++;
        qsort(levels, (size_t)n_levels, sizeof *levels, compare_levels);
    }
    for (int32_t i = c->n_bins; i < n_levels; i++)
        c->level_bin[levels[i].code] = (uint16_t)c->n_bins;
    qsort(levels, (size_t)c->n_bins, sizeof *levels, compare_codes);
    for (int32_t bin = 0; bin < c->n_bins; bin++) {
        c->level_bin[levels[bin].code] = (uint16_t)bin;
        c->bin_level[bin] = (uint32_t)levels[bin].code;
    }
    ret = 0;
out:
    mem_free(levels);
    return ret;
}

/* ---- dense columns, one task each ---- */

struct build {
    struct bins *bins;
    const struct table *table;
    const struct bins_opts *opts;
    int64_t *entry_start;   /* sparse: entries by column */
    int64_t *entry_missing; /* how many are there but NaN */
    double *entry_values;
    unsigned char *failed; /* [n_cols]: no memory */
};

/* Chooses the bins of a column from its values (sorted in place) and n_zeros more. */
static int column_cut(struct build *s, int col, double *values, int64_t n, int64_t n_zeros)
{
    struct bin_column *c = &s->bins->cols[col];
    struct run *runs = mem_alloc((size_t)n + 1, sizeof *runs);
    double *spare = mem_alloc((size_t)n, sizeof *spare);
    int ret = -1;

    if (runs && spare) {
        sort_doubles(values, (size_t)n, spare);
        int64_t n_runs = runs_of(values, n, n_zeros, runs);
        ret = n_runs ? bins_cut(c, runs, n_runs, s->opts->max_bins) : 0;
    }
    mem_free(runs);
    mem_free(spare);
    return ret;
}

static int column_codes_alloc(struct bin_column *c, int64_t n_rows)
{
    if (c->n_bins <= 255)
        return (c->code8 = mem_alloc((size_t)n_rows, 1)) ? 0 : -1;
    return (c->code16 = mem_alloc((size_t)n_rows, sizeof *c->code16)) ? 0 : -1;
}

static void column_set(struct bin_column *c, int64_t row, uint16_t code)
{
    if (c->code8)
        c->code8[row] = (uint8_t)code;
    else
        c->code16[row] = code;
}

/*
 * Codes of all rows of a number column.  The search halves a table padded to a power of two, with
 * no branch that depends on a value; what it finds is number_code()'s.
 */
static int dense_numbers(struct bin_column *c, const double *values, int64_t n)
{
    size_t size = 1;
    while (size <= (size_t)c->n_bins)
        size *= 2;
    double *high = mem_alloc(size, sizeof *high);
    if (!high)
        return -1;
    for (size_t i = 0; i < size; i++)
        high[i] = i < (size_t)c->n_bins ? c->high[i] : INFINITY;
    for (int64_t i = 0; i < n; i++) {
        size_t at = 0;
        for (size_t step = size / 2; step; step /= 2)
            at += high[at + step - 1] < values[i] ? step : 0;
        if (at >= (size_t)c->n_bins)
            at = (size_t)c->n_bins - 1;
        column_set(c, i, isnan(values[i]) ? (uint16_t)c->n_bins : (uint16_t)at);
    }
    mem_free(high);
    return 0;
}

static int dense_column(struct build *s, int col)
{
    const struct table *t = s->table;
    struct bin_column *c = &s->bins->cols[col];
    const double *values = t->values[col];
    int ret = -1;

    if (t->schema.cols[col].kind == COL_CATEGORY) {
        if (levels_cut(c, dict_size(t->schema.cols[col].dict), values, t->n_rows) < 0)
            return -1;
    } else {
        double *sorted = mem_alloc((size_t)t->n_rows, sizeof *sorted);
        int64_t n = 0;
        if (!sorted)
            return -1;
        for (int64_t i = 0; i < t->n_rows; i++)
            if (!isnan(values[i]))
                sorted[n++] = values[i];
        ret = column_cut(s, col, sorted, n, 0);
        mem_free(sorted);
        if (ret < 0)
            return -1;
    }
    if (c->n_bins == 0)
        return 0;
    if (column_codes_alloc(c, t->n_rows) < 0)
        return -1;
    if (!c->category)
        return dense_numbers(c, values, t->n_rows);
    for (int64_t i = 0; i < t->n_rows; i++)
        column_set(c, i, isnan(values[i]) ? (uint16_t)c->n_bins : c->level_bin[(int32_t)values[i]]);
    return 0;
}

static void dense_task(void *ctx, int64_t col, int worker)
{
    struct build *s = ctx;
    (void)worker;
    if (s->table->values[col] && dense_column(s, (int)col) < 0)
        s->failed[col] = 1;
}

/* ---- sparse tables ---- */

/* Entries by column instead of by row: entry_start, entry_values (NaN left out). */
static int entries_by_column(struct build *s)
{
    const struct sparse *sp = s->table->sparse;
    int64_t n_entries = sp->start[s->table->n_rows];
    int n_cols = s->bins->n_cols;

    s->entry_start = mem_zalloc((size_t)n_cols + 2, sizeof *s->entry_start);
    s->entry_values = mem_alloc((size_t)n_entries, sizeof *s->entry_values);
    s->entry_missing = mem_zalloc((size_t)n_cols, sizeof *s->entry_missing);
    if (!s->entry_start || !s->entry_values || !s->entry_missing)
        return -1;
    for (int64_t i = 0; i < n_entries; i++) {
        s->entry_start[sp->col[i] + 2] += !isnan(sp->value[i]);
        s->entry_missing[sp->col[i]] += isnan(sp->value[i]);
    }
    for (int c = 0; c < n_cols; c++)
        s->entry_start[c + 2] += s->entry_start[c + 1];
    for (int64_t i = 0; i < n_entries; i++)
        if (!isnan(sp->value[i]))
            s->entry_values[s->entry_start[sp->col[i] + 1]++] = sp->value[i];
    return 0;
}

static void sparse_task(void *ctx, int64_t col, int worker)
{
    struct build *s = ctx;
    struct bin_column *c = &s->bins->cols[col];
    const struct table *t = s->table;
    int64_t first = s->entry_start[col], n = s->entry_start[col + 1] - first;
    int64_t n_zeros = t->schema.absent_zero ? t->n_rows - n - s->entry_missing[col] : 0;
    (void)worker;

    if (t->schema.cols[col].kind == COL_IGNORED)
        return;
    if (column_cut(s, (int)col, s->entry_values + first, n, n_zeros) < 0)
        s->failed[col] = 1;
    else if (c->n_bins)
        c->default_code = number_code(c, t->schema.absent_zero ? 0 : NAN);
}

static int sparse_codes(struct build *s)
{
    struct bins *b = s->bins;
    const struct sparse *sp = s->table->sparse;
    int64_t n_rows = s->table->n_rows, n_entries = sp->start[n_rows];

    b->start = mem_copy(sp->start, (size_t)n_rows + 1, sizeof *b->start);
    b->col = mem_copy(sp->col, (size_t)n_entries, sizeof *b->col);
    b->code = mem_alloc((size_t)n_entries, sizeof *b->code);
    if (!b->start || !b->col || !b->code)
        return -1;
    for (int64_t i = 0; i < n_entries; i++)
        b->code[i] =
            b->cols[sp->col[i]].n_bins ? number_code(&b->cols[sp->col[i]], sp->value[i]) : 0;
    return 0;
}

static int densify(struct build *s)
{
    const struct sparse *sp = s->table->sparse;
    struct bins *b = s->bins;

    for (int col = 0; col < b->n_cols; col++) {
        struct bin_column *c = &b->cols[col];
        if (c->n_bins == 0)
            continue;
        if (column_codes_alloc(c, b->n_rows) < 0)
            return -1;
        for (int64_t i = 0; i < b->n_rows; i++)
            column_set(c, i, c->default_code);
    }
    for (int64_t row = 0; row < b->n_rows; row++)
        for (int64_t i = sp->start[row]; i < sp->start[row + 1]; i++) {
            struct bin_column *c = &b->cols[sp->col[i]];
            if (c->n_bins)
                column_set(c, row, number_code(c, sp->value[i]));
        }
    return 0;
}

/* ---- codes by row ---- */

enum { NEAR_BLOCK_ROWS = 4096 };

static void near_task(void *ctx, int64_t block, int worker)
{
    struct bins *b = ctx;
    int64_t first = block * NEAR_BLOCK_ROWS, last = first + NEAR_BLOCK_ROWS;
    (void)worker;

    if (last > b->n_rows)
        last = b->n_rows;
    for (int col = 0; col < b->n_cols; col++) {
        const uint8_t *codes = b->cols[col].code8;
        for (int64_t row = first; codes && row < last; row++)
            b->near[(size_t)row * b->stride + (size_t)col] = codes[row];
    }
}

static int codes_by_row(struct bins *b)
{
    for (int col = 0; col < b->n_cols; col++)
        if (b->cols[col].code16)
            return 0;
    if (b->start || b->n_cols > NEAR_COLS_MAX)
        return 0;
    b->stride = ((size_t)b->n_cols + NEAR_SPARE + 31) / 32 * 32;
    b->near = mem_aligned((size_t)b->n_rows, b->stride);
    if (!b->near)
        return -1;
    mem_expect(b->near, (size_t)b->n_rows * b->stride);
    pool_run((b->n_rows + NEAR_BLOCK_ROWS - 1) / NEAR_BLOCK_ROWS, near_task, b);
    return 0;
}

/* ---- the whole ---- */

int bins_build(struct bins *b, const struct table *t, const struct bins_opts *opts, struct err *err)
{
    struct build s = {.bins = b, .table = t, .opts = opts};
    int ret = -1;

    *b = (struct bins){.n_rows = t->n_rows, .n_cols = t->schema.n_cols};
    if (t->n_rows > INT32_MAX)
        return err_set(
            err, "%lld rows are more than the %d supported", (long long)t->n_rows, INT32_MAX);
    b->cols = mem_zalloc((size_t)b->n_cols, sizeof *b->cols);
    s.failed = mem_zalloc((size_t)b->n_cols, 1);
    if (!b->cols || !s.failed)
        goto out;
    if (t->sparse && entries_by_column(&s) < 0)
        goto out;
    pool_run(b->n_cols, t->sparse ? sparse_task : dense_task, &s);
    for (int col = 0; col < b->n_cols; col++)
        if (s.failed[col])
            goto out;
    if (t->sparse && (double)b->n_rows * b->n_cols > (double)opts->sparse_above)
        ret = sparse_codes(&s);
    else
        ret = t->sparse ? densify(&s) : 0;
    if (ret == 0)
        ret = codes_by_row(b);
out:
    mem_free(s.failed);
    mem_free(s.entry_start);
    mem_free(s.entry_values);
    mem_free(s.entry_missing);
    if (ret < 0) {
        bins_release(b);
        return err_memory(err);
    }
    return 0;
}

void bins_release(struct bins *b)
{
    for (int col = 0; b->cols && col < b->n_cols; col++) {
        struct bin_column *c = &b->cols[col];
        mem_free(c->low);
        mem_free(c->high);
        mem_free(c->level_bin);
        mem_free(c->bin_level);
        mem_free(c->code8);
        mem_free(c->code16);
    }
    mem_free(b->cols);
    mem_free(b->start);
    mem_free(b->col);
    mem_free(b->code);
    mem_free(b->near);
    *b = (struct bins){.n_rows = 0};
}

uint16_t bin_code_below(const struct bin_column *c, int low, int high, double threshold)
{
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (c->high[middle] <= threshold)
            low = middle;
        else
            high = middle - 1;
    }
    return (uint16_t)low;
}

uint16_t bins_code(const struct bins *b, int col, uint32_t row)
{
    const struct bin_column *c = &b->cols[col];
    if (!b->start)
        return c->code8 ? c->code8[row] : c->code16[row];
    int64_t low = b->start[row], high = b->start[row + 1];
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (b->col[middle] < (uint32_t)col)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->start[row + 1] && b->col[low] == (uint32_t)col ? b->code[low] : c->default_code;
}
