/* recut.c -- see recut.h. */
#include "common/tree/recut.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/tree/sketch.h"

enum { CHUNK = 4096, PARTS = 64 };

/* Scratch memory of one thread. */
struct cutter {
    double *weight; /* dense: [bins] of each value of a column */
    uint16_t *bin;  /* dense: [bins + 1] where each of its codes goes */
    struct sketch *sketch;
    struct sketch_entry *chosen; /* [n_bins + 1] */
};

struct recut {
    struct bins *to;
    const struct bins *from;
    const double *weight;
    int n_bins, n_cutters;
    double total;
    struct cutter *cutter;
    /* sparse: of all columns one after another */
    size_t *first; /* [n_cols + 1] where a column's codes begin */
    double *entry_weight;
    uint16_t *entry_bin;
};

/* ---- memory ---- */

static int column_init(const struct recut *r, struct bin_column *to, const struct bin_column *from)
{
    size_t n = (size_t)r->from->n_rows;
    int most = from->n_bins < r->n_bins ? from->n_bins : r->n_bins;

    to->category = from->category;
    if (from->category) {
        to->n_bins = from->n_bins;
        to->n_levels = from->n_levels;
        to->level_bin = mem_copy(from->level_bin, (size_t)from->n_levels, sizeof *to->level_bin);
        to->bin_level = mem_copy(from->bin_level, (size_t)from->n_bins, sizeof *to->bin_level);
        to->code8 = from->code8 ? mem_copy(from->code8, n, 1) : NULL;
        to->code16 = from->code16 ? mem_copy(from->code16, n, sizeof *to->code16) : NULL;
        return to->level_bin && to->bin_level && (to->code8 || to->code16) ? 0 : -1;
    }
    to->low = mem_alloc((size_t)most, sizeof *to->low);
    to->high = mem_alloc((size_t)most, sizeof *to->high);
    if (!to->low || !to->high)
        return -1;
    if (r->from->start)
        return 0;
    if (most <= 255)
        return (to->code8 = mem_alloc(n, 1)) ? 0 : -1;
    return (to->code16 = mem_alloc(n, sizeof *to->code16)) ? 0 : -1;
}

static int bins_begin(const struct recut *r)
{
    struct bins *to = r->to;
    const struct bins *from = r->from;

    *to = (struct bins){.n_rows = from->n_rows, .n_cols = from->n_cols};
    to->cols = mem_zalloc((size_t)to->n_cols, sizeof *to->cols);
    if (!to->cols)
        return -1;
    for (int col = 0; col < to->n_cols; col++)
        if (from->cols[col].n_bins && column_init(r, &to->cols[col], &from->cols[col]) < 0)
            return -1;
    if (!from->start)
        return 0;
    size_t n_entries = (size_t)from->start[from->n_rows];
    to->start = mem_copy(from->start, (size_t)from->n_rows + 1, sizeof *to->start);
    to->col = mem_copy(from->col, n_entries, sizeof *to->col);
    to->code = mem_alloc(n_entries, sizeof *to->code);
    return to->start && to->col && to->code ? 0 : -1;
}

static int most_bins(const struct bins *b)
{
    int most = 1;
    for (int col = 0; col < b->n_cols; col++)
        if (!b->cols[col].category && b->cols[col].n_bins > most)
            most = b->cols[col].n_bins;
    return most;
}

static int cutter_init(const struct recut *r, struct cutter *c, int most)
{
    size_t dense = r->from->start ? 0 : (size_t)most + 1;

    c->weight = mem_alloc(dense, sizeof *c->weight);
    c->bin = mem_alloc(dense, sizeof *c->bin);
    c->chosen = mem_alloc((size_t)r->n_bins + 1, sizeof *c->chosen);
    c->sketch = sketch_new(most, 1 / (SKETCH_FINER * (double)r->n_bins));
    return c->weight && c->bin && c->chosen && c->sketch ? 0 : -1;
}

static int recut_init(struct recut *r)
{
    int most = most_bins(r->from);

    r->cutter = mem_zalloc((size_t)pool_size(), sizeof *r->cutter);
    if (!r->cutter)
        return -1;
    r->n_cutters = pool_size();
    for (int i = 0; i < r->n_cutters; i++)
        if (cutter_init(r, &r->cutter[i], most) < 0)
            return -1;
    if (!r->from->start)
        return 0;
    r->first = mem_alloc((size_t)r->from->n_cols + 1, sizeof *r->first);
    if (!r->first)
        return -1;
    r->first[0] = 0;
    for (int col = 0; col < r->from->n_cols; col++)
        r->first[col + 1] = r->first[col] + (size_t)r->from->cols[col].n_bins + 1;
    r->entry_weight = mem_alloc(r->first[r->from->n_cols], sizeof *r->entry_weight);
    r->entry_bin = mem_alloc(r->first[r->from->n_cols], sizeof *r->entry_bin);
    return r->entry_weight && r->entry_bin ? 0 : -1;
}

static void recut_release(struct recut *r)
{
    for (int i = 0; i < r->n_cutters; i++) {
        mem_free(r->cutter[i].weight);
        mem_free(r->cutter[i].bin);
        mem_free(r->cutter[i].chosen);
        sketch_free(r->cutter[i].sketch);
    }
    mem_free(r->cutter);
    mem_free(r->first);
    mem_free(r->entry_weight);
    mem_free(r->entry_bin);
}

/* ---- one column ---- */

/* Bins begin at the chosen values; bin[code] is where a value goes, also that of missing ones. */
static void column_cut(const struct recut *r, struct cutter *k, const struct bin_column *from,
    struct bin_column *to, const double *weight, uint16_t *bin)
{
    int n, next = 0;

    sketch_clear(k->sketch);
    for (int i = 0; i < from->n_bins; i++)
        sketch_push(k->sketch, i, weight[i]);
    const struct sketch_entry *all = sketch_summary(k->sketch, &n);
    n = summary_prune(all, n, r->n_bins, k->chosen);
    if (n > r->n_bins)
        n = r->n_bins; /* the greatest value is in the last bin */
    for (int i = 0; i < from->n_bins; i++) {
        if (next < n && k->chosen[next].value <= i)
            to->low[next++] = from->low[i];
        to->high[next - 1] = from->high[i];
        bin[i] = (uint16_t)(next - 1);
    }
    to->n_bins = n;
    to->exact = n == from->n_bins;
    bin[from->n_bins] = (uint16_t)n;
}

static uint32_t code_of(const struct bin_column *c, int64_t row)
{
    return c->code8 ? c->code8[row] : c->code16 ? c->code16[row] : c->code32[row];
}

static void dense_task(void *ctx, int64_t col, int worker)
{
    const struct recut *r = ctx;
    const struct bin_column *from = &r->from->cols[col];
    struct bin_column *to = &r->to->cols[col];
    struct cutter *k = &r->cutter[worker];
    int64_t n = r->from->n_rows;

    if (from->n_bins == 0 || from->category)
        return;
    memset(k->weight, 0, ((size_t)from->n_bins + 1) * sizeof *k->weight);
    for (int64_t i = 0; i < n; i++)
        k->weight[code_of(from, i)] += r->weight[i];
    column_cut(r, k, from, to, k->weight, k->bin);
    for (int64_t i = 0; i < n; i++)
        if (to->code8)
            to->code8[i] = (uint8_t)k->bin[code_of(from, i)];
        else
            to->code16[i] = k->bin[code_of(from, i)];
}

/* ---- sparse columns, a range of them each task ---- */

/* The first entry of the row whose column is not below col. */
static int64_t entry_from(const struct bins *b, int64_t row, uint32_t col)
{
    int64_t low = b->start[row], high = b->start[row + 1];
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (b->col[middle] < col)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void entries_weigh(const struct recut *r, uint32_t begin, uint32_t end)
{
    const struct bins *b = r->from;

    memset(r->entry_weight + r->first[begin], 0,
        (r->first[end] - r->first[begin]) * sizeof *r->entry_weight);
    for (int64_t row = 0; row < b->n_rows; row++)
        for (int64_t i = entry_from(b, row, begin); i < b->start[row + 1] && b->col[i] < end; i++)
            r->entry_weight[r->first[b->col[i]] + b->code[i]] += r->weight[row];
}

static void sparse_task(void *ctx, int64_t part, int worker)
{
    const struct recut *r = ctx;
    const struct bins *b = r->from;
    uint32_t begin = (uint32_t)(b->n_cols * part / PARTS);
    uint32_t end = (uint32_t)(b->n_cols * (part + 1) / PARTS);

    entries_weigh(r, begin, end);
    for (uint32_t col = begin; col < end; col++) {
        const struct bin_column *from = &b->cols[col];
        double *weight = r->entry_weight + r->first[col], rest = r->total;
        if (from->n_bins == 0)
            continue;
        for (int i = 0; i <= from->n_bins; i++)
            rest -= weight[i];
        weight[from->default_code] += rest > 0 ? rest : 0;
        uint16_t *bin = r->entry_bin + r->first[col];
        column_cut(r, &r->cutter[worker], from, &r->to->cols[col], weight, bin);
        r->to->cols[col].default_code = bin[from->default_code];
    }
}

static void codes_task(void *ctx, int64_t chunk, int worker)
{
    const struct recut *r = ctx;
    const struct bins *b = r->from;
    int64_t last = (chunk + 1) * CHUNK < b->n_rows ? (chunk + 1) * CHUNK : b->n_rows;
    (void)worker;

    for (int64_t i = b->start[chunk * CHUNK]; i < b->start[last]; i++)
        r->to->code[i] =
            b->cols[b->col[i]].n_bins ? r->entry_bin[r->first[b->col[i]] + b->code[i]] : 0;
}

int bins_recut(
    struct bins *to, const struct bins *from, const double *weight, int n_bins, struct err *err)
{
    struct recut r = {.to = to, .from = from, .weight = weight, .n_bins = n_bins};
    int ret = -1;

    if ((!to->cols && bins_begin(&r) < 0) || recut_init(&r) < 0)
        goto out;
    if (from->start) {
        for (int64_t i = 0; i < from->n_rows; i++)
            r.total += weight[i];
        pool_run(PARTS, sparse_task, &r);
        pool_run((from->n_rows + CHUNK - 1) / CHUNK, codes_task, &r);
    } else {
        pool_run(from->n_cols, dense_task, &r);
    }
    ret = bins_by_row(to);
out:
    recut_release(&r);
    return ret < 0 ? err_memory(err) : 0;
}
