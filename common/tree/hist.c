/* hist.c -- see hist.h. */
#include "common/tree/hist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double stats_unit(double max_abs, int64_t n_draws)
{
    int bits = 40, draws_bits = 0, exponent;
    while (draws_bits < 62 && (int64_t)1 << draws_bits < n_draws)
        draws_bits++;
    if (bits > 62 - draws_bits)
        bits = 62 - draws_bits;
    frexp(max_abs > 0 ? max_abs : 1, &exponent); /* max_abs < 2^exponent */
    return ldexp(1, exponent - bits);
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

static uint16_t row_code(const struct bins *b, int col, uint32_t row)
{
    const struct bin_column *c = &b->cols[col];
    return c->code8 ? c->code8[row] : c->code16 ? c->code16[row] : bins_code(b, col, row);
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

int hist_column_few(const struct bins *b, const struct row_stats *s, int col,
    const struct hist_rows *rows, int64_t *hist, int32_t *occupied)
{
    size_t width = 1 + (size_t)s->n_sums;
    int n = 0;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i];
        uint16_t code = row_code(b, col, row);
        int64_t *bin = hist + code * width;
        if (!bin[0] && code != b->cols[col].n_bins)
            occupied[n++] = code;
        stats_add(s, row, rows->draws[row], bin);
    }
    qsort(occupied, (size_t)n, sizeof *occupied, compare_bins);
    return n;
}

void hist_clear(const struct bins *b, const struct row_stats *s, int col,
    const struct hist_rows *rows, int64_t *hist)
{
    size_t width = 1 + (size_t)s->n_sums;
    for (uint32_t i = 0; i < rows->n; i++)
        memset(hist + row_code(b, col, rows->row[i]) * width, 0, width * sizeof *hist);
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
