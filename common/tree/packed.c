/* packed.c -- counting rows into packed histograms; see packed.h. */
#include "common/tree/packed.h"

/* Rows whose codes are fetched ahead of their turn. */
enum { AHEAD = 24, BITS_MIN = 10, FEW_ROWS = 2048 };

static int bits_of(int64_t n)
{
    int bits = 0;
    while (bits < 62 && (int64_t)1 << bits <= n)
        bits++;
    return bits;
}

int packed_value_bits(int64_t n_draws)
{
    int bits = 63 - 2 * bits_of(n_draws);
    return bits < BITS_MIN ? 0 : bits < 40 ? bits : 40;
}

int packed_joined_bits(int64_t n_draws)
{
    int bits = (63 - 2 * bits_of(n_draws)) / 2;
    return bits < BITS_MIN ? 0 : bits < 20 ? bits : 20;
}

int packed_low_bits(int64_t n_draws, int weight_bits)
{
    return bits_of(n_draws) + weight_bits;
}

bool packed_fits(const struct bins *b, const struct row_stats *stats, int64_t n_draws)
{
    int low = stats->word ? stats->low_bits : bits_of(n_draws);
    return bins_are_bytes(b) && !stats->slot && stats->value_bits > 0 &&
           stats->value_bits + bits_of(n_draws) + low <= 63;
}

struct packed packed_init(
    const struct bins *b, const struct row_stats *stats, int64_t n_draws, bool many_draws)
{
    return (struct packed){.bins = b,
        .stats = stats,
        .low_bits = stats->word ? stats->low_bits : bits_of(n_draws),
        .weights = !stats->word && !stats->equal_weights,
        .joined = stats->word != NULL,
        .many_draws = many_draws};
}

/* ---- counting ---- */

/* What a row adds to a bin: two words where weights differ. */
struct addend {
    uint64_t word, weight;
    bool weights;
};

static inline __attribute__((always_inline)) void bin_add(
    uint64_t *column, uint8_t code, struct addend a)
{
    if (!a.weights) {
        column[code] += a.word;
        return;
    }
    column[2 * (size_t)code] += a.word;
    column[2 * (size_t)code + 1] += a.weight;
}

/*
 * One body for all: what differs is known to the compiler.  in_order: the tree's columns are all of
 * the table's.
 */
static inline __attribute__((always_inline)) void count(const struct packed *p,
    const struct hist_rows *rows, int64_t *hist, bool weights, bool joined, bool many,
    bool in_order)
{
    const uint8_t *near = p->bins->near;
    size_t stride = p->bins->stride, column = (size_t)PACKED_BINS << weights;
    const int64_t *value = joined ? p->stats->word : p->stats->value[1];
    const int64_t *weight = p->stats->value[0];
    const int *cols = p->cols;
    int n_cols = p->n_cols;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i], next = rows->row[i + AHEAD < rows->n ? i + AHEAD : i];
        __builtin_prefetch(near + next * stride);
        __builtin_prefetch(value + next);
        const uint8_t *codes = near + row * stride;
        uint64_t word = joined ? (uint64_t)value[row] : ((uint64_t)value[row] << p->low_bits) + 1;
        struct addend a = {word, weights ? (uint64_t)weight[row] : 0, weights};
        if (many) {
            a.word *= rows->draws[row];
            a.weight *= rows->draws[row];
        }
        uint64_t *to = (uint64_t *)hist;
        int c = 0;
        for (; c + 4 <= n_cols; c += 4, to += 4 * column) {
            bin_add(to, codes[in_order ? c : cols[c]], a);
            bin_add(to + column, codes[in_order ? c + 1 : cols[c + 1]], a);
            bin_add(to + 2 * column, codes[in_order ? c + 2 : cols[c + 2]], a);
            bin_add(to + 3 * column, codes[in_order ? c + 3 : cols[c + 3]], a);
        }
        for (; c < n_cols; c++, to += column)
            bin_add(to, codes[in_order ? c : cols[c]], a);
    }
}

/* Without codes by row: a few rows' words at hand, column after column. */
static void count_by_column(const struct packed *p, const struct hist_rows *rows, int64_t *hist)
{
    uint64_t word[FEW_ROWS], second[FEW_ROWS];
    size_t column = (size_t)PACKED_BINS << p->weights;

    for (uint32_t first = 0; first < rows->n; first += FEW_ROWS) {
        const uint32_t *row = rows->row + first;
        uint32_t n = rows->n - first < FEW_ROWS ? rows->n - first : FEW_ROWS;
        for (uint32_t i = 0; i < n; i++) {
            uint64_t draws = p->many_draws ? rows->draws[row[i]] : 1;
            word[i] =
                draws * (p->joined ? (uint64_t)p->stats->word[row[i]]
                                   : ((uint64_t)p->stats->value[1][row[i]] << p->low_bits) + 1);
            second[i] = p->weights ? draws * (uint64_t)p->stats->value[0][row[i]] : 0;
        }
        uint64_t *to = (uint64_t *)hist;
        for (int c = 0; c < p->n_cols; c++, to += column) {
            const uint8_t *codes = p->bins->cols[p->cols[c]].code8;
            for (uint32_t i = 0; i < n; i++)
                bin_add(to, codes[row[i]], (struct addend){word[i], second[i], p->weights});
        }
    }
}

void packed_count(const struct packed *p, const struct hist_rows *rows, int64_t *hist)
{
    bool in_order = p->n_cols == p->bins->n_cols;

    if (!p->bins->near)
        count_by_column(p, rows, hist);
    else if (p->weights && p->many_draws)
        count(p, rows, hist, true, false, true, false);
    else if (p->weights)
        count(p, rows, hist, true, false, false, false);
    else if (p->joined && p->many_draws)
        count(p, rows, hist, false, true, true, false);
    else if (p->joined && in_order)
        count(p, rows, hist, false, true, false, true);
    else if (p->joined)
        count(p, rows, hist, false, true, false, false);
    else if (p->many_draws)
        count(p, rows, hist, false, false, true, false);
    else if (in_order)
        count(p, rows, hist, false, false, false, true);
    else
        count(p, rows, hist, false, false, false, false);
}
