/* records.c -- filling and moving; see records.h. */
#include "common/tree/records.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/tree/pair.h"

/* Weights that are powers of two keep sums of squares of whole numbers exact. */
static bool is_power_of_two(double x)
{
    int e;
    return x > 0 && frexp(x, &e) == 0.5;
}

enum record_kind records_kind(const struct bins *b, const struct row_stats *stats, bool by_rows)
{
    if (!b->near || !stats->equal_weights)
        return RECORD_NONE;
    if (!stats->slot)
        return RECORD_VALUE;
    if (by_rows)
        return RECORD_NONE;
    if (stats->n_sums == 2)
        return RECORD_PAIR;
    return stats->n_sums <= RECORD_CLASSES_MAX && b->n_rows < 1 << 25 &&
                   is_power_of_two(stats->unit[0] * (double)stats->value[0][0])
               ? RECORD_CLASS
               : RECORD_NONE;
}

int records_init(struct records *r, enum record_kind kind, const struct bins *b,
    const struct row_stats *stats, struct err *err)
{
    size_t n = (size_t)b->n_rows, hist = RECORD_COLS_MAX * RECORD_BINS * sizeof(uint64_t);

    *r = (struct records){.bins = b, .stats = stats, .kind = kind, .stride = b->stride};
    if (kind == RECORD_VALUE)
        r->stride = ((size_t)b->n_cols + sizeof(struct record_value) + 31) / 32 * 32;
    if (kind != RECORD_PAIR)
        hist = wide_hist_size(r);
    r->blocks = kind == RECORD_PAIR && pair_block_possible();
    /* a block is read as if it were full */
    r->record[0] = mem_aligned(n + RECORD_BLOCK_ROWS, r->stride);
    r->record[1] = mem_aligned(n + RECORD_BLOCK_ROWS, r->stride);
    r->hist = mem_zalloc(hist, 1);
    r->rows = mem_alloc(kind == RECORD_VALUE ? n : 0, sizeof *r->rows);
    r->block.codes = mem_aligned(r->stride, RECORD_BLOCK_ROWS);
    if (r->record[0] && r->record[1] && r->hist && r->rows && r->block.codes) {
        mem_expect(r->record[0], n * r->stride);
        mem_expect(r->record[1], n * r->stride);
        return 0;
    }
    records_release(r);
    return err_memory(err);
}

void records_release(struct records *r)
{
    mem_free(r->record[0]);
    mem_free(r->record[1]);
    mem_free(r->hist);
    mem_free(r->rows);
    mem_free(r->block.codes);
    *r = (struct records){.bins = NULL};
}

/* n is a multiple of 32. */
static inline void copy_codes(uint8_t *to, const uint8_t *from, size_t n)
{
    do {
        memcpy(to, from, 32);
        to += 32, from += 32, n -= 32;
    } while (n);
}

static struct record_node node_of(const struct records *r, uint32_t begin, uint32_t end, int buffer)
{
    uint32_t n = end - begin;
    bool block = r->blocks && n && n <= RECORD_BLOCK_ROWS;
    return (struct record_node){begin, end, (uint8_t)buffer, block ? UINT64_MAX >> (64 - n) : 0};
}

/* Writes a row's statistics to the end of its record and adds them to the totals. */
static void put_stats(
    const struct records *r, uint32_t row, uint16_t draws, uint8_t *record, int64_t *totals)
{
    const struct row_stats *s = r->stats;
    uint8_t *end = record + r->stride;

    totals[0] += draws;
    if (r->kind == RECORD_VALUE) {
        struct record_value v = {draws * s->value[1][row], draws, row};
        memcpy(end - sizeof v, &v, sizeof v);
        totals[1] += draws * s->value[0][row];
        totals[2] += v.sum;
        return;
    }
    uint32_t upper = r->kind == RECORD_CLASS ? (uint32_t)s->slot[row] : s->slot[row] ? draws : 0;
    uint32_t stat = draws | upper << 16;
    memcpy(end - sizeof stat, &stat, sizeof stat);
    totals[1 + s->slot[row]] += draws * s->value[0][row];
}

struct record_node records_fill(struct records *r, const uint16_t *draws, int64_t *totals)
{
    const uint8_t *from = r->bins->near;
    uint8_t *to = r->record[0];

    for (int64_t row = 0; row < r->bins->n_rows; row++, from += r->bins->stride) {
        if (!draws[row])
            continue;
        copy_codes(to, from, r->bins->stride <= r->stride ? r->bins->stride : r->stride);
        put_stats(r, (uint32_t)row, draws[row], to, totals);
        to += r->stride;
    }
    r->n = (uint32_t)((size_t)(to - r->record[0]) / r->stride);
    r->block.begin = r->block.end = 0;
    return node_of(r, 0, r->n, 0);
}

uint32_t records_count(const struct record_node *node)
{
    return node->set ? (uint32_t)__builtin_popcountll(node->set) : node->end - node->begin;
}

bool records_alike(const struct records *r, const struct record_node *node)
{
    const uint8_t *record = record_of(r, node);
    double first = r->stats->target[record_value(record, r->stride).row];

    for (uint32_t i = node->begin + 1; i < node->end; i++) {
        record += r->stride;
        if (r->stats->target[record_value(record, r->stride).row] != first)
            return false;
    }
    return true;
}

static int compare_rows(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

struct hist_rows records_rows(
    struct records *r, const struct record_node *node, const uint16_t *draws)
{
    const uint8_t *record = record_of(r, node);
    uint32_t n = node->end - node->begin;

    for (uint32_t i = 0; i < n; i++, record += r->stride)
        r->rows[i] = record_value(record, r->stride).row;
    qsort(r->rows, n, sizeof *r->rows, compare_rows);
    return (struct hist_rows){r->rows, n, draws};
}

bool records_find(struct records *r, const struct split_node *sn, const struct record_node *node,
    const int *cols, int n_cols, struct split_scratch *scratch, struct split *best)
{
    bool found = false;
    for (int i = 0; i < n_cols; i += RECORD_COLS_MAX) {
        int n = n_cols - i < RECORD_COLS_MAX ? n_cols - i : RECORD_COLS_MAX;
        found |= (r->kind == RECORD_PAIR ? pair_find : wide_find)(
            r, sn, node, cols + i, n, scratch, best);
    }
    return found;
}

/* Copies records to either end of `to`; where the right part begins.  stride is a constant where
 * this is called for the usual one. */
static inline uint8_t *partition(const uint8_t *from, size_t n, size_t stride, int col,
    const uint8_t side[RECORD_BINS], uint8_t *to)
{
    uint8_t *left = to, *right = to + n * stride;

    for (const uint8_t *end = from + n * stride; from < end; from += stride) {
        ptrdiff_t goes_left = -(ptrdiff_t)side[from[col]]; /* no branch, which half would miss */
        uint8_t *last = right - stride;
        copy_codes(last + ((left - last) & goes_left), from, stride);
        left += stride & (size_t)goes_left;
        right -= stride & ~(size_t)goes_left;
    }
    return right;
}

void records_partition(struct records *r, const struct record_node *node, int col,
    const uint8_t side[RECORD_BINS], struct record_node child[2])
{
    size_t n = node->end - node->begin;

    if (node->set) {
        pair_block_load(r, node);
        child[0] = child[1] = *node;
        child[0].set = pair_block_left(&r->block, node->set, col, side);
        child[1].set = node->set & ~child[0].set;
        return;
    }
    const uint8_t *from = record_of(r, node);
    uint8_t *to = r->record[!node->buffer] + node->begin * r->stride, *right;
    if (r->stride == 32)
        right = partition(from, n, 32, col, side, to);
    else
        right = partition(from, n, r->stride, col, side, to);
    uint32_t middle = node->begin + (uint32_t)((size_t)(right - to) / r->stride);
    child[0] = node_of(r, node->begin, middle, !node->buffer);
    child[1] = node_of(r, middle, node->end, !node->buffer);
}
