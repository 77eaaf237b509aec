/* pair.c -- records of rows: filling, counting, moving; see pair.h. */
#include "common/tree/pair.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/tree/score.h"

/* In nodes of fewer rows the bins that occur are found by a bitmap, unless all are tried at once.
 */
enum { FEW_ROWS = 160, HIST = 256 };

bool pair_possible(const struct bins *b, const struct row_stats *stats)
{
    return b->near && stats->slot && stats->n_sums == 2 && stats->equal_weights;
}

int pair_init(struct pair_rows *p, const struct bins *b, struct err *err)
{
    *p = (struct pair_rows){.bins = b, .stride = b->stride, .blocks = pair_block_possible()};
    p->record[0] = mem_aligned((size_t)b->n_rows, p->stride);
    p->record[1] = mem_aligned((size_t)b->n_rows, p->stride);
    p->hist = mem_zalloc(PAIR_COLS_MAX * HIST, sizeof *p->hist);
    p->block.codes = mem_aligned((size_t)b->n_cols, PAIR_BLOCK_ROWS);
    if (p->record[0] && p->record[1] && p->hist && p->block.codes)
        return 0;
    pair_release(p);
    return err_memory(err);
}

void pair_release(struct pair_rows *p)
{
    mem_free(p->record[0]);
    mem_free(p->record[1]);
    mem_free(p->hist);
    mem_free(p->block.codes);
    *p = (struct pair_rows){.bins = NULL};
}

/* Strides are multiples of 32. */
static inline void record_copy(uint8_t *to, const uint8_t *from, size_t stride)
{
    do {
        memcpy(to, from, 32);
        to += 32, from += 32, stride -= 32;
    } while (stride);
}

static inline uint32_t record_stat(const uint8_t *record, size_t stride)
{
    uint32_t stat;
    memcpy(&stat, record + stride - sizeof stat, sizeof stat);
    return stat;
}

/* Draws in the lower half, those of the second class in the upper. */
static inline uint64_t pair_of(uint32_t stat)
{
    return (stat & 0xffff) | (uint64_t)(stat >> 16) << 32;
}

static struct pair_node node_of(const struct pair_rows *p, uint32_t begin, uint32_t end, int buffer)
{
    uint32_t n = end - begin;
    bool block = p->blocks && n && n <= PAIR_BLOCK_ROWS;
    return (struct pair_node){begin, end, (uint8_t)buffer, block ? UINT64_MAX >> (64 - n) : 0};
}

struct pair_node pair_fill(
    struct pair_rows *p, const struct row_stats *stats, const uint16_t *draws)
{
    const uint8_t *from = p->bins->near;
    uint8_t *to = p->record[0];
    size_t stride = p->stride;

    p->n = 0;
    for (int64_t row = 0; row < p->bins->n_rows; row++, from += stride) {
        if (!draws[row])
            continue;
        uint32_t stat = draws[row] | (stats->slot[row] ? (uint32_t)draws[row] << 16 : 0);
        record_copy(to, from, stride);
        memcpy(to + stride - sizeof stat, &stat, sizeof stat);
        to += stride;
        p->n++;
    }
    p->block.begin = p->block.end = 0;
    return node_of(p, 0, p->n, 0);
}

uint32_t pair_count(const struct pair_node *node)
{
    return node->set ? (uint32_t)__builtin_popcountll(node->set) : node->end - node->begin;
}

static const uint8_t *node_records(const struct pair_rows *p, const struct pair_node *node)
{
    return p->record[node->buffer] + node->begin * p->stride;
}

/* The node's rows as bits, 64 of them from the w-th 64 on. */
static inline uint64_t node_bits(const struct pair_node *node, uint32_t w)
{
    uint32_t left = node->end - node->begin - 64 * w;
    return node->set ? node->set : left < 64 ? ((uint64_t)1 << left) - 1 : UINT64_MAX;
}

#define FOR_EACH_RECORD(record, p, node)                                                           \
    for (uint32_t w_ = 0; w_ < ((node)->end - (node)->begin + 63) / 64; w_++)                      \
        for (uint64_t bits_ = node_bits(node, w_); bits_; bits_ &= bits_ - 1)                      \
            if ((record = node_records(p, node) +                                                  \
                          (64 * w_ + (uint32_t)__builtin_ctzll(bits_)) * (p)->stride))

void pair_totals(const struct pair_rows *p, const struct row_stats *stats,
    const struct pair_node *node, int64_t totals[3])
{
    const uint8_t *record;
    uint64_t sum = 0;

    FOR_EACH_RECORD(record, p, node)
    sum += pair_of(record_stat(record, p->stride));
    totals[0] = (int64_t)(sum & UINT32_MAX);
    totals[2] = (int64_t)(sum >> 32) * stats->value[0][0];
    totals[1] = totals[0] * stats->value[0][0] - totals[2];
}

/* ---- counting ---- */

/* One column, and the bins that occur. */
static void count_few(
    struct pair_rows *p, const struct pair_node *node, int col, uint64_t occurs[4])
{
    const uint8_t *record;

    FOR_EACH_RECORD(record, p, node)
    {
        uint8_t code = record[col];
        p->hist[code] += pair_of(record_stat(record, p->stride));
        occurs[code / 64] |= (uint64_t)1 << (code % 64);
    }
}

/* n is a constant where this is called, so that the compiler unrolls the inner loop. */
static inline void count_columns(
    const uint8_t *record, size_t stride, uint32_t rows, const int *cols, int n, uint64_t *hist)
{
    for (uint32_t i = 0; i < rows; i++, record += stride) {
        uint64_t pair = pair_of(record_stat(record, stride));
        for (int k = 0; k < n; k++)
            hist[k * HIST + record[cols[k]]] += pair;
    }
}

/* Counts columns into hist, one after another. */
static void count(struct pair_rows *p, const struct pair_node *node, const int *cols, int n_cols)
{
    const uint8_t *record = node_records(p, node);
    uint32_t rows = node->end - node->begin;
    uint64_t *hist = p->hist;

    for (; n_cols >= 4; n_cols -= 4, cols += 4, hist += 4 * HIST)
        count_columns(record, p->stride, rows, cols, 4, hist);
    if (n_cols == 3)
        count_columns(record, p->stride, rows, cols, 3, hist);
    else if (n_cols == 2)
        count_columns(record, p->stride, rows, cols, 2, hist);
    else if (n_cols == 1)
        count_columns(record, p->stride, rows, cols, 1, hist);
}

/* A category's bins as split_find() wants them. */
static bool find_category(struct pair_rows *p, const struct split_node *sn, int col,
    const uint64_t *sums, struct split_scratch *scratch, struct split *best)
{
    const struct bin_column *c = &p->bins->cols[col];
    int64_t weight = sn->stats->value[0][0], hist[HIST][3];

    for (int bin = 0; bin <= c->n_bins; bin++) {
        int64_t draws = (int64_t)(sums[bin] & UINT32_MAX), second = (int64_t)(sums[bin] >> 32);
        hist[bin][0] = draws;
        hist[bin][1] = (draws - second) * weight;
        hist[bin][2] = second * weight;
    }
    return split_find(sn, c, col, &hist[0][0], -1, NULL, scratch, best);
}

/* ---- splits ---- */

/* Makes the best cut of numbers, if there is one, *best. */
static void keep_cut(const struct pair_rows *p, const struct pair_node *node, struct pair_cuts *c,
    struct split *best)
{
    int64_t draws = (int64_t)(c->left & UINT32_MAX), second = (int64_t)(c->left >> 32);
    int64_t weight = c->node->stats->value[0][0];

    if (c->col < 0)
        return;
    if (c->above == PAIR_ABOVE_LATER) {
        c->above = pair_block_above(&p->block, node->set, c->col, c->below);
        c->missing_left = -1;
    }
    best->left[0] = draws;
    best->left[1] = (draws - second) * weight;
    best->left[2] = second * weight;
    split_set_number(best, c->node, &p->bins->cols[c->col], c->col, c->gain, c->below, c->above,
        c->missing_left);
    c->col = -1;
}

/* The columns of few rows are counted one by one, those of many together. */
static bool find_one(
    struct pair_rows *p, struct pair_cuts *c, const struct pair_node *node, int col, bool few)
{
    int n_bins = p->bins->cols[col].n_bins;
    uint64_t occurs[4] = {0};

    if (node->set && !p->block.plain) {
        int tried = pair_block_try(c, &p->block, node->set, col, n_bins);
        if (tried >= 0)
            return tried;
    }
    if (few)
        count_few(p, node, col, occurs);
    else
        count(p, node, &col, 1);
    return pair_cuts_try(c, col, n_bins, p->hist, few ? occurs : NULL);
}

bool pair_find(struct pair_rows *p, const struct split_node *sn, const struct pair_node *node,
    const int *cols, int n_cols, struct split_scratch *scratch, struct split *best)
{
    struct pair_cuts c = pair_cuts_init(sn, best->gain);
    bool few = p->blocks ? node->set != 0 : pair_count(node) < FEW_ROWS, found = false;

    if (node->set) {
        pair_block_load(p, node);
        pair_block_select(&p->block, node->set);
    }
    if (!few)
        count(p, node, cols, n_cols);
    for (int i = 0; i < n_cols; i++) {
        uint64_t *hist = p->hist + (few ? 0 : i * HIST);
        const struct bin_column *column = &p->bins->cols[cols[i]];
        if (column->category) {
            uint64_t occurs[4] = {0};
            if (few)
                count_few(p, node, cols[i], occurs);
            keep_cut(p, node, &c, best);
            found |= find_category(p, sn, cols[i], hist, scratch, best);
            memset(hist, 0, ((size_t)column->n_bins + 1) * sizeof *hist);
            c.gain = best->gain;
        } else if (few) {
            found |= find_one(p, &c, node, cols[i], true);
        } else {
            found |= pair_cuts_try(&c, cols[i], column->n_bins, hist, NULL);
        }
    }
    keep_cut(p, node, &c, best);
    return found;
}

/* ---- rows ---- */

void pair_partition(struct pair_rows *p, const struct pair_node *node, int col,
    const uint8_t side[256], struct pair_node child[2])
{
    size_t stride = p->stride;
    const uint8_t *from = node_records(p, node), *end = from + (node->end - node->begin) * stride;

    if (node->set) {
        pair_block_load(p, node);
        child[0] = child[1] = *node;
        child[0].set = pair_block_left(&p->block, node->set, col, side);
        child[1].set = node->set & ~child[0].set;
        return;
    }
    uint8_t *to = p->record[!node->buffer];
    uint8_t *left = to + node->begin * stride, *right = to + node->end * stride;
    for (; from < end; from += stride) {
        size_t goes_left =
            -(size_t)side[from[col]]; /* all ones: no branch, which half would miss */
        record_copy(right - stride + ((size_t)(left - right + stride) & goes_left), from, stride);
        left += stride & goes_left;
        right -= stride & ~goes_left;
    }
    uint32_t middle = (uint32_t)((size_t)(left - to) / stride);
    child[0] = node_of(p, node->begin, middle, !node->buffer);
    child[1] = node_of(p, middle, node->end, !node->buffer);
}
