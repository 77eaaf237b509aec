/* pair.c -- counting two classes and looking for their cuts; see pair.h. */
#include "common/tree/pair.h"

#include "common/tree/score.h"

/* In nodes of fewer rows the bins that occur are found by a bitmap, unless all are tried at once.
 */
enum { FEW_ROWS = 160 };

/* Draws in the lower half, those of the second class in the upper. */
static inline uint64_t pair_of(uint32_t stat)
{
    return (stat & 0xffff) | (uint64_t)(stat >> 16) << 32;
}

/* The node's rows as bits, 64 of them from the w-th 64 on. */
static inline uint64_t node_bits(const struct record_node *node, uint32_t w)
{
    uint32_t left = node->end - node->begin - 64 * w;
    return node->set ? node->set : left < 64 ? ((uint64_t)1 << left) - 1 : UINT64_MAX;
}

/* ---- counting ---- */

/* One column, and the bins that occur. */
static void count_few(
    struct records *r, const struct record_node *node, int col, uint64_t occurs[4])
{
    const uint8_t *record = record_of(r, node);
    uint64_t *hist = r->hist;

    for (uint32_t w = 0; 64 * w < node->end - node->begin; w++)
        for (uint64_t bits = node_bits(node, w); bits; bits &= bits - 1) {
            const uint8_t *at = record + (64 * w + (uint32_t)__builtin_ctzll(bits)) * r->stride;
            hist[at[col]] += pair_of(record_stat(at, r->stride));
            occurs[at[col] / 64] |= (uint64_t)1 << (at[col] % 64);
        }
}

/* Four columns at once, since what a row adds is the same for all. */
static void count_four(
    const uint8_t *record, size_t stride, uint32_t rows, const int *cols, uint64_t *hist)
{
    int a = cols[0], b = cols[1], c = cols[2], d = cols[3];
    for (uint32_t i = 0; i < rows; i++, record += stride) {
        uint64_t pair = pair_of(record_stat(record, stride));
        hist[record[a]] += pair;
        hist[RECORD_BINS + record[b]] += pair;
        hist[2 * RECORD_BINS + record[c]] += pair;
        hist[3 * RECORD_BINS + record[d]] += pair;
    }
}

/* Counts columns into hist, one after another. */
static void count(struct records *r, const struct record_node *node, const int *cols, int n_cols)
{
    const uint8_t *record = record_of(r, node);
    uint32_t rows = node->end - node->begin;
    uint64_t *hist = r->hist;

    for (; n_cols >= 4; n_cols -= 4, cols += 4, hist += 4 * RECORD_BINS)
        count_four(record, r->stride, rows, cols, hist);
    for (; n_cols > 0; n_cols--, cols++, hist += RECORD_BINS)
        for (uint32_t i = 0; i < rows; i++) {
            const uint8_t *at = record + i * r->stride;
            hist[at[*cols]] += pair_of(record_stat(at, r->stride));
        }
}

/* A category's bins as split_find() wants them. */
static bool find_category(struct records *r, const struct split_node *sn, int col,
    const uint64_t *sums, struct split_scratch *scratch, struct split *best)
{
    const struct bin_column *c = &r->bins->cols[col];
    int64_t weight = sn->stats->value[0][0], hist[RECORD_BINS][3];

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
static void keep_cut(const struct records *r, const struct record_node *node, struct pair_cuts *c,
    struct split *best)
{
    int64_t draws = (int64_t)(c->left & UINT32_MAX), second = (int64_t)(c->left >> 32);
    int64_t weight = c->node->stats->value[0][0];

    if (c->col < 0)
        return;
    if (c->above == PAIR_ABOVE_LATER) {
        c->above = pair_block_above(&r->block, node->set, c->col, c->below);
        c->missing_left = -1;
    }
    best->left[0] = draws;
    best->left[1] = (draws - second) * weight;
    best->left[2] = second * weight;
    split_set_number(best, c->node, &r->bins->cols[c->col], c->col, c->gain, c->below, c->above,
        c->missing_left);
    c->col = -1;
}

static inline bool is_two(uint64_t set)
{
    uint64_t rest = set & (set - 1); /* without the lowest bit */
    return rest && !(rest & (rest - 1));
}

/* Two rows of a block, which are a good part of all nodes: as pair_block_try(). */
static int try_two(
    struct pair_cuts *c, const struct record_block *b, uint64_t set, int col, int n_bins)
{
    const uint8_t *codes = b->codes + (size_t)col * RECORD_BLOCK_ROWS;
    int i = __builtin_ctzll(set), j = 63 - __builtin_clzll(set);

    if (codes[i] == n_bins || codes[j] == n_bins)
        return -1;
    if (codes[i] == codes[j])
        return 0;
    int low = codes[i] < codes[j] ? i : j, high = low == i ? j : i;
    pair_cut_two(c, col, codes[low], codes[high], b->draws[low] | (uint64_t)b->second[low] << 32);
    return 1;
}

/* The columns of few rows are looked at one by one, those of many are counted together. */
static bool find_few(
    struct records *r, struct pair_cuts *c, const struct record_node *node, int col)
{
    int n_bins = r->bins->cols[col].n_bins, tried = -1;
    uint64_t occurs[4] = {0};

    if (node->set && !r->block.plain)
        tried = is_two(node->set) ? try_two(c, &r->block, node->set, col, n_bins)
                                  : pair_block_try(c, &r->block, node->set, col, n_bins);
    if (tried >= 0)
        return tried;
    count_few(r, node, col, occurs);
    return pair_cuts_try(c, col, n_bins, r->hist, occurs);
}

bool pair_find(struct records *r, const struct split_node *sn, const struct record_node *node,
    const int *cols, int n_cols, struct split_scratch *scratch, struct split *best)
{
    struct pair_cuts c = pair_cuts_init(sn, best->gain);
    bool few = r->blocks ? node->set != 0 : records_count(node) < FEW_ROWS, found = false;

    if (node->set) {
        pair_block_load(r, node);
        if (!is_two(node->set))
            pair_block_select(&r->block, node->set);
    }
    if (!few)
        count(r, node, cols, n_cols);
    for (int i = 0; i < n_cols; i++) {
        uint64_t *hist = (uint64_t *)r->hist + (few ? 0 : i * RECORD_BINS);
        const struct bin_column *column = &r->bins->cols[cols[i]];
        if (column->category) {
            uint64_t occurs[4] = {0};
            if (few)
                count_few(r, node, cols[i], occurs);
            keep_cut(r, node, &c, best);
            found |= find_category(r, sn, cols[i], hist, scratch, best);
            memset(hist, 0, ((size_t)column->n_bins + 1) * sizeof *hist);
            c.gain = best->gain;
        } else if (few) {
            found |= find_few(r, &c, node, cols[i]);
        } else {
            found |= pair_cuts_try(&c, cols[i], column->n_bins, hist, NULL);
        }
    }
    keep_cut(r, node, &c, best);
    return found;
}
