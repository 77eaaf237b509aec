/* bins.c -- see bins.h. */
#include "common/tree/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/tree/bin_cut.h"

static uint32_t number_code(const struct bin_column *c, double value)
{
    if (isnan(value))
        return (uint32_t)c->n_bins;
    int low = 0, high = c->n_bins - 1; /* the first bin whose high is not below value */
    while (low < high) {
        int middle = (low + high) / 2;
        if (c->high[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
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
    struct bin_cutter **cutters; /* [pool_size()] */
    unsigned char *failed;       /* [n_cols]: no memory */
};

static int column_codes_alloc(struct bin_column *c, int64_t n_rows)
{
    if (c->n_bins <= 255)
        return (c->code8 = mem_alloc((size_t)n_rows, 1)) ? 0 : -1;
    if (c->n_bins <= BINS_MAX)
        return (c->code16 = mem_alloc((size_t)n_rows, sizeof *c->code16)) ? 0 : -1;
    return (c->code32 = mem_alloc((size_t)n_rows, sizeof *c->code32)) ? 0 : -1;
}

static void column_set(struct bin_column *c, int64_t row, uint32_t code)
{
    if (c->code8)
        c->code8[row] = (uint8_t)code;
    else if (c->code16)
        c->code16[row] = (uint16_t)code;
    else
        c->code32[row] = code;
}

static int dense_column(struct build *s, int col, int worker)
{
    const struct table *t = s->table;
    struct bin_column *c = &s->bins->cols[col];
    const double *values = t->values[col];

    if (t->schema.cols[col].kind == COL_CATEGORY) {
        if (levels_cut(c, dict_size(t->schema.cols[col].dict), values, t->n_rows) < 0)
            return -1;
    } else if (bin_cut(s->cutters[worker], c, values, t->n_rows, 0, s->opts->max_bins) < 0) {
        return -1;
    }
    if (c->n_bins == 0)
        return 0;
    if (column_codes_alloc(c, t->n_rows) < 0)
        return -1;
    if (!c->category)
        return bin_codes(s->cutters[worker], c, values);
    for (int64_t i = 0; i < t->n_rows; i++)
        column_set(c, i, isnan(values[i]) ? (uint32_t)c->n_bins : c->level_bin[(int32_t)values[i]]);
    return 0;
}

static void dense_task(void *ctx, int64_t col, int worker)
{
    struct build *s = ctx;
    if (s->table->values[col] && dense_column(s, (int)col, worker) < 0)
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

    if (t->schema.cols[col].kind == COL_IGNORED)
        return;
    if (bin_cut(s->cutters[worker], c, s->entry_values + first, n, n_zeros, s->opts->max_bins) < 0)
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

bool bins_are_bytes(const struct bins *b)
{
    for (int col = 0; col < b->n_cols; col++)
        if (b->cols[col].code16 || b->cols[col].code32)
            return false;
    return !b->start;
}

int bins_by_row(struct bins *b)
{
    if (!bins_are_bytes(b) || b->n_cols > NEAR_COLS_MAX)
        return 0;
    b->stride = ((size_t)b->n_cols + NEAR_SPARE + 31) / 32 * 32;
    if (!b->near)
        b->near = mem_aligned((size_t)b->n_rows, b->stride);
    if (!b->near)
        return -1;
    mem_expect(b->near, (size_t)b->n_rows * b->stride);
    pool_run((b->n_rows + NEAR_BLOCK_ROWS - 1) / NEAR_BLOCK_ROWS, near_task, b);
    return 0;
}

/* ---- the whole ---- */

static int columns_build(struct build *s)
{
    int n_cutters = pool_size(), ret = -1;

    s->failed = mem_zalloc((size_t)s->bins->n_cols, 1);
    s->cutters = mem_zalloc((size_t)n_cutters, sizeof *s->cutters);
    if (!s->failed || !s->cutters)
        goto out;
    for (int i = 0; i < n_cutters; i++)
        if (!(s->cutters[i] = bin_cutter_new()))
            goto out;
    pool_run(s->bins->n_cols, s->table->sparse ? sparse_task : dense_task, s);
    ret = 0;
    for (int col = 0; col < s->bins->n_cols; col++)
        if (s->failed[col])
            ret = -1;
out:
    for (int i = 0; s->cutters && i < n_cutters; i++)
        bin_cutter_free(s->cutters[i]);
    mem_free(s->cutters);
    mem_free(s->failed);
    return ret;
}

int bins_build(struct bins *b, const struct table *t, const struct bins_opts *opts, struct err *err)
{
    struct build s = {.bins = b, .table = t, .opts = opts};
    int ret = -1;

    *b = (struct bins){.n_rows = t->n_rows, .n_cols = t->schema.n_cols};
    if (t->n_rows > INT32_MAX)
        return err_set(
            err, "%lld rows are more than the %d supported", (long long)t->n_rows, INT32_MAX);
    b->cols = mem_zalloc((size_t)b->n_cols, sizeof *b->cols);
    if (!b->cols || (t->sparse && entries_by_column(&s) < 0) || columns_build(&s) < 0)
        goto out;
    if (t->sparse && (double)b->n_rows * b->n_cols > (double)opts->sparse_above)
        ret = sparse_codes(&s);
    else
        ret = t->sparse ? densify(&s) : 0;
    if (ret == 0)
        ret = bins_by_row(b);
out:
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
        if (c->high != c->low)
            mem_free(c->high);
        mem_free(c->low);
        mem_free(c->level_bin);
        mem_free(c->bin_level);
        mem_free(c->code8);
        mem_free(c->code16);
        mem_free(c->code32);
    }
    mem_free(b->cols);
    mem_free(b->start);
    mem_free(b->col);
    mem_free(b->code);
    mem_free(b->near);
    *b = (struct bins){.n_rows = 0};
}

uint32_t bin_code_below(const struct bin_column *c, int low, int high, double threshold)
{
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (c->high[middle] <= threshold)
            low = middle;
        else
            high = middle - 1;
    }
    return (uint32_t)low;
}

void bins_codes_below(const struct bins *b, const int32_t *column, const double *threshold,
    uint32_t n, uint16_t *code)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct bin_column *c = &b->cols[column[i]];
        code[i] = (uint16_t)bin_code_below(c, 0, c->n_bins - 1, threshold[i]);
    }
}

uint32_t bins_code(const struct bins *b, int col, uint32_t row)
{
    const struct bin_column *c = &b->cols[col];
    if (!b->start)
        return c->code8 ? c->code8[row] : c->code16 ? c->code16[row] : c->code32[row];
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
