/* hist.c -- see hist.h. */
#include "common/tree/hist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double stats_unit_of(double max_abs, int bits)
{
    int exponent;
    frexp(max_abs > 0 ? max_abs : 1, &exponent); /* max_abs < 2^exponent */
    return ldexp(1, exponent - bits);
}

double stats_unit(double max_abs, int64_t n_draws)
{
    int bits = 40, draws_bits = 0;
    while (draws_bits < 62 && (int64_t)1 << draws_bits < n_draws)
        draws_bits++;
    if (bits > 62 - draws_bits)
        bits = 62 - draws_bits;
    return stats_unit_of(max_abs, bits);
}

int64_t stats_fixed(double value, double unit)
{
    return (int64_t)nearbyint(value / unit);
}

/* Adds one row to the 1 + n_sums sums at `to`. */
static inline void stats_add(const struct row_stats *s, uint32_t row, int64_t draws, int64_t *to)
{
    to[0] += draws;
    if (s->word) {
        to[1] += draws * (s->word[row] & (((int64_t)1 << s->low_bits) - 1));
        to[2] += draws * (s->word[row] >> s->low_bits);
    } else if (s->slot) {
        to[1 + s->slot[row]] += draws * s->value[0][row];
    } else {
        to[1] += draws * s->value[0][row];
        to[2] += draws * s->value[1][row];
    }
}

void hist_totals(const struct row_stats *s, const struct hist_rows *rows, int64_t *totals)
{
    for (uint32_t i = 0; i < rows->n; i++)
        stats_add(s, rows->row[i], rows->draws[rows->row[i]], totals);
}

static uint32_t row_code(const struct bins *b, int col, uint32_t row)
{
    const struct bin_column *c = &b->cols[col];
    return c->code8    ? c->code8[row]
           : c->code16 ? c->code16[row]
           : c->code32 ? c->code32[row]
                       : bins_code(b, col, row);
}

void hist_column(const struct bins *b, const struct row_stats *s, int col,
    const struct hist_rows *rows, int64_t *hist)
{
    size_t width = 1 + (size_t)s->n_sums;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i];
        stats_add(s, row, rows->draws[row], hist + row_code(b, col, row) * width);
    }
}

static int compare_bins(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Bins are listed by sorting where they are this few of all. */
enum { FEW_OF = 1024 };

/* Rising; seen has a bit a bin where there is no list yet. */
static int occupied_list(int32_t *occupied, int n, int n_bins, uint64_t *seen)
{
    if (n) {
        qsort(occupied, (size_t)n, sizeof *occupied, compare_bins);
        return n;
    }
    for (int word = 0; word <= n_bins / 64; word++) {
        for (uint64_t bits = seen[word]; bits; bits &= bits - 1)
            occupied[n++] = 64 * word + __builtin_ctzll(bits);
        seen[word] = 0;
    }
    return n;
}

int hist_column_few(const struct bins *b, const struct row_stats *s, int col,
    const struct hist_rows *rows, int64_t *hist, int32_t *occupied, uint64_t *seen)
{
    size_t width = 1 + (size_t)s->n_sums;
    uint32_t n_bins = (uint32_t)b->cols[col].n_bins;
    bool few = rows->n < n_bins / FEW_OF;
    int n = 0;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i], code = row_code(b, col, row);
        int64_t *bin = hist + code * width;
        if (code < n_bins && !few)
            seen[code / 64] |= (uint64_t)1 << (code % 64);
        else if (code < n_bins && !bin[0])
            occupied[n++] = (int32_t)code;
        stats_add(s, row, rows->draws[row], bin);
    }
    return occupied_list(occupied, n, (int)n_bins, seen);
}

void hist_clear(const struct bins *b, const struct row_stats *s, int col,
    const struct hist_rows *rows, int64_t *hist)
{
    size_t width = 1 + (size_t)s->n_sums;
    for (uint32_t i = 0; i < rows->n; i++)
        memset(hist + row_code(b, col, rows->row[i]) * width, 0, width * sizeof *hist);
}

int hist_column_entries(const struct bin_column *c, const struct row_stats *s,
    const struct hist_entry *entry, uint32_t n, const uint16_t *draws, const int64_t *totals,
    int64_t *hist, int32_t *occupied, uint64_t *seen)
{
    size_t width = 1 + (size_t)s->n_sums;
    uint32_t n_bins = (uint32_t)c->n_bins;
    int64_t *rest = hist + c->default_code * width, *entries = hist + ((size_t)n_bins + 1) * width;
    int n_occupied = 0;

    /* their sum behind the bins */
    for (uint32_t i = 0; i < n; i++) {
        int64_t *bin = hist + entry[i].code * width;
        if (entry[i].code < n_bins && !bin[0])
            occupied[n_occupied++] = (int32_t)entry[i].code;
        stats_add(s, entry[i].row, draws[entry[i].row], bin);
        stats_add(s, entry[i].row, draws[entry[i].row], entries);
    }
    if (totals[0] > entries[0] && c->default_code < n_bins && !rest[0])
        occupied[n_occupied++] = (int32_t)c->default_code;
    for (size_t k = 0; k < width; k++) {
        rest[k] += totals[k] - entries[k];
        entries[k] = 0;
    }
    if ((uint32_t)n_occupied < n_bins / FEW_OF || n_occupied < 16)
        return occupied_list(occupied, n_occupied, (int)n_bins, seen);
    for (int i = 0; i < n_occupied; i++)
        seen[occupied[i] / 64] |= (uint64_t)1 << (occupied[i] % 64);
    return occupied_list(occupied, 0, (int)n_bins, seen);
}

void hist_clear_entries(const struct bin_column *c, const struct row_stats *s,
    const struct hist_entry *entry, uint32_t n, int64_t *hist)
{
    size_t width = 1 + (size_t)s->n_sums;
    for (uint32_t i = 0; i < n; i++)
        memset(hist + entry[i].code * width, 0, width * sizeof *hist);
    memset(hist + c->default_code * width, 0, width * sizeof *hist);
}

/* The entries of the rows; what the entries of a column leave of the totals is in its default bin.
 */
static void hist_entries(const struct bins *b, const struct row_stats *s, const int *cols,
    int n_cols, const int32_t *place, const size_t *offset, const struct hist_rows *rows,
    const int64_t *totals, int64_t *hist)
{
    size_t width = 1 + (size_t)s->n_sums;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i];
        for (int64_t j = b->start[row]; j < b->start[row + 1]; j++) {
            int32_t at = place[b->col[j]];
            if (at >= 0)
                stats_add(s, row, rows->draws[row], hist + offset[at] + b->code[j] * width);
        }
    }
    for (int i = 0; i < n_cols; i++) {
        const struct bin_column *c = &b->cols[cols[i]];
        int64_t *column = hist + offset[i], *rest = column + c->default_code * width;
        for (size_t k = 0; k < width; k++) {
            int64_t sum = 0;
            for (int bin = 0; bin <= c->n_bins; bin++)
                sum += column[(size_t)bin * width + k];
            rest[k] += totals[k] - sum;
        }
    }
}

void hist_columns(const struct bins *b, const struct row_stats *s, const int *cols, int n_cols,
    const int32_t *place, const size_t *offset, const struct hist_rows *rows, const int64_t *totals,
    int64_t *hist)
{
    if (b->start) {
        hist_entries(b, s, cols, n_cols, place, offset, rows, totals, hist);
        return;
    }
    for (int i = 0; i < n_cols; i++)
        hist_column(b, s, cols[i], rows, hist + offset[i]);
}
