/* pair.c -- see pair.h. */
#include "common/tree/pair.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"

/* In nodes of fewer rows the bins that occur are found by a bitmap. */
enum { FEW_ROWS = 192 };

bool pair_possible(const struct bins *b, const struct row_stats *stats)
{
    return b->near && stats->slot && stats->n_sums == 2 && stats->equal_weights;
}

int pair_init(struct pair_rows *p, const struct bins *b, struct err *err)
{
    size_t n = (size_t)b->n_rows;

    *p = (struct pair_rows){.bins = b};
    p->row = mem_alloc(n, sizeof *p->row);
    p->stat = mem_alloc(n, sizeof *p->stat);
    p->local = mem_alloc(n, sizeof *p->local);
    p->spare_row = mem_alloc(n, sizeof *p->spare_row);
    p->spare_stat = mem_alloc(n, sizeof *p->spare_stat);
    p->spare_local = mem_alloc(n, sizeof *p->spare_local);
    p->near = mem_aligned(PAIR_NEAR_ROWS, b->stride);
    p->hist = mem_zalloc(256, sizeof *p->hist);
    if (p->row && p->stat && p->local && p->spare_row && p->spare_stat && p->spare_local &&
        p->near && p->hist)
        return 0;
    pair_release(p);
    return err_memory(err);
}

void pair_release(struct pair_rows *p)
{
    mem_free(p->row);
    mem_free(p->stat);
    mem_free(p->local);
    mem_free(p->spare_row);
    mem_free(p->spare_stat);
    mem_free(p->spare_local);
    mem_free(p->near);
    mem_free(p->hist);
    *p = (struct pair_rows){.bins = NULL};
}

void pair_fill(struct pair_rows *p, const struct row_stats *stats, const uint16_t *draws)
{
    uint32_t n = 0;
    for (uint32_t row = 0; row < p->bins->n_rows; row++) {
        p->row[n] = row;
        p->stat[n] = draws[row] | (stats->slot[row] ? (uint32_t)draws[row] << 16 : 0);
        n += draws[row] != 0;
    }
    p->n = n;
    p->near_begin = p->near_end = 0;
}

void pair_approach(struct pair_rows *p, uint32_t begin, uint32_t end)
{
    size_t stride = p->bins->stride;

    if (end - begin > PAIR_NEAR_ROWS || (begin >= p->near_begin && end <= p->near_end))
        return;
    p->near_begin = begin;
    p->near_end = end;
    for (uint32_t i = begin; i < end; i++) {
        p->local[i] = (uint16_t)(i - begin);
        memcpy(p->near + (i - begin) * stride, p->bins->near + p->row[i] * stride, stride);
    }
}

static bool is_near(const struct pair_rows *p, uint32_t begin, uint32_t end)
{
    return begin >= p->near_begin && end <= p->near_end;
}

/* ---- counting ---- */

/* Draws in the lower half, those of the second class in the upper. */
static inline uint64_t pair_of(uint32_t stat)
{
    return (stat & 0xffff) | (uint64_t)(stat >> 16) << 32;
}

static void count(struct pair_rows *p, int col, uint32_t begin, uint32_t end)
{
    uint64_t *hist = p->hist;
    if (is_near(p, begin, end)) {
        const uint8_t *codes = p->near + col;
        size_t stride = p->bins->stride;
        for (uint32_t i = begin; i < end; i++)
            hist[codes[p->local[i] * stride]] += pair_of(p->stat[i]);
    } else {
        const uint8_t *codes = p->bins->cols[col].code8;
        for (uint32_t i = begin; i < end; i++)
            hist[codes[p->row[i]]] += pair_of(p->stat[i]);
    }
}

/* The same for few rows; bit b of occurs[b / 64] is set for each bin b that has rows. */
static void count_few(
    struct pair_rows *p, int col, uint32_t begin, uint32_t end, uint64_t occurs[4])
{
    const uint8_t *codes = p->near + col;
    size_t stride = p->bins->stride;
    for (uint32_t i = begin; i < end; i++) {
        uint8_t code = codes[p->local[i] * stride];
        p->hist[code] += pair_of(p->stat[i]);
        occurs[code / 64] |= (uint64_t)1 << (code % 64);
    }
}

/* ---- cuts ---- */

/* The bins that occur, in order, with their sums; the histogram is zeroed on the way. */
struct found {
    int n;
    uint8_t bin[256];
    uint64_t sum[256];
    uint64_t missing;
};

static void collect_all(uint64_t *hist, int n_bins, struct found *f)
{
    for (int bin = 0; bin < n_bins; bin++) {
        f->bin[f->n] = (uint8_t)bin;
        f->sum[f->n] = hist[bin];
        f->n += hist[bin] != 0;
        hist[bin] = 0;
    }
    f->missing = hist[n_bins];
    hist[n_bins] = 0;
}

static void collect_few(uint64_t *hist, int n_bins, const uint64_t occurs[4], struct found *f)
{
    for (int word = 0; word < 4; word++)
        for (uint64_t bits = occurs[word]; bits; bits &= bits - 1) {
            int bin = 64 * word + __builtin_ctzll(bits);
            f->bin[f->n] = (uint8_t)bin;
            f->sum[f->n++] = hist[bin];
            hist[bin] = 0;
        }
    f->missing = 0;
    if (f->n && f->bin[f->n - 1] == n_bins)
        f->missing = f->sum[--f->n];
}

/* What a cut is looked for in: see struct search of split.c, whose order of trials this keeps. */
struct cuts {
    const struct split_node *node;
    double unit, node_score, gain;
    int64_t draws, second; /* of the node */
    int cut;
    bool missing_left;
    uint64_t left;
};

/* score_gini() of a side that has rows, where it can be in place. */
static inline double side_gini(double unit, int64_t draws, int64_t second)
{
    double a = (double)(draws - second) * unit, b = (double)second * unit;
    return (a * a + b * b) / (a + b);
}

static double side_score(const struct cuts *c, int64_t draws, int64_t second)
{
    double sums[2] = {(double)(draws - second) * c->unit, (double)second * c->unit};
    return c->node->score(c->node->self, 2, sums);
}

static inline double cut_score(const struct cuts *c, bool gini, uint64_t left)
{
    int64_t draws = (int64_t)(left & UINT32_MAX), second = (int64_t)(left >> 32);
    if (gini)
        return side_gini(c->unit, draws, second) +
               side_gini(c->unit, c->draws - draws, c->second - second);
    return side_score(c, draws, second) + side_score(c, c->draws - draws, c->second - second);
}

static inline void cuts_try(struct cuts *c, bool gini, uint64_t left, int cut, bool missing_left)
{
    int64_t draws = (int64_t)(left & UINT32_MAX);
    if (draws < c->node->min_leaf || c->draws - draws < c->node->min_leaf)
        return;
    double gain = cut_score(c, gini, left) - c->node_score;
    if (gain > c->gain) {
        c->gain = gain;
        c->cut = cut;
        c->missing_left = missing_left;
        c->left = left;
    }
}

/* gini is a constant where this is called, so that the compiler makes two loops of it. */
static inline void cuts_find(struct cuts *all, bool gini, const struct found *f)
{
    struct cuts c = *all;
    uint64_t left = 0;
    for (int i = 0; i < f->n - 1; i++) {
        left += f->sum[i];
        cuts_try(&c, gini, left, i, false);
        if (f->missing)
            cuts_try(&c, gini, left + f->missing, i, true);
    }
    if (f->missing)
        cuts_try(&c, gini, left + f->sum[f->n - 1], f->n - 1, false);
    *all = c;
}

bool pair_find(struct pair_rows *p, const struct split_node *node, int col, uint32_t begin,
    uint32_t end, struct split *best)
{
    const struct bin_column *column = &p->bins->cols[col];
    struct found f;

    f.n = 0;
    if (end - begin < FEW_ROWS && is_near(p, begin, end)) {
        uint64_t occurs[4] = {0};
        count_few(p, col, begin, end, occurs);
        collect_few(p->hist, column->n_bins, occurs, &f);
    } else {
        count(p, col, begin, end);
        collect_all(p->hist, column->n_bins, &f);
    }
    if (f.n + !!f.missing < 2)
        return false;
    struct cuts c = {.node = node,
        .unit = node->stats->unit[0] * (double)node->stats->value[0][0],
        .gain = best->gain,
        .draws = node->totals[0],
        .cut = -1};
    c.second = node->totals[2] / node->stats->value[0][0];
    c.node_score = side_score(&c, c.draws, c.second);
    if (node->score == score_gini)
        cuts_find(&c, true, &f);
    else
        cuts_find(&c, false, &f);
    if (c.cut < 0)
        return true;
    int64_t draws = (int64_t)(c.left & UINT32_MAX), second = (int64_t)(c.left >> 32);
    best->left[0] = draws;
    best->left[1] = (draws - second) * node->stats->value[0][0];
    best->left[2] = second * node->stats->value[0][0];
    split_set_number(best, node, column, col, c.gain, f.bin[c.cut],
        c.cut + 1 < f.n ? f.bin[c.cut + 1] : -1, f.missing ? c.missing_left : -1);
    return true;
}

/* ---- rows ---- */

uint32_t pair_partition(
    struct pair_rows *p, int col, const uint8_t side[256], uint32_t begin, uint32_t end)
{
    bool near = is_near(p, begin, end);
    const uint8_t *codes = near ? p->near + col : p->bins->cols[col].code8;
    size_t stride = p->bins->stride;
    uint32_t left = begin, right = 0;

    for (uint32_t i = begin; i < end; i++) {
        uint32_t row = p->row[i], stat = p->stat[i];
        uint16_t local = near ? p->local[i] : 0;
        uint8_t goes_left = side[near ? codes[local * stride] : codes[row]];
        p->row[left] = p->spare_row[right] = row;
        p->stat[left] = p->spare_stat[right] = stat;
        p->local[left] = p->spare_local[right] = local;
        left += goes_left;
        right += !goes_left;
    }
    memcpy(p->row + left, p->spare_row, right * sizeof *p->row);
    memcpy(p->stat + left, p->spare_stat, right * sizeof *p->stat);
    memcpy(p->local + left, p->spare_local, right * sizeof *p->local);
    return left;
}
