/* pair_cut.c -- the best cut of a number column of two classes from its histogram; see pair.h. */
#include <math.h>

#include "common/base/cpu.h"
#include "common/tree/pair.h"
#include "common/tree/score.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* The bins that occur, in order, with their sums. */
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

/* score_gini() of a side that has rows, where it can be in place. */
static inline double side_gini(double unit, int64_t draws, int64_t second)
{
    double a = (double)(draws - second) * unit, b = (double)second * unit;
    return (a * a + b * b) / (a + b);
}

static double side_score(const struct pair_cuts *c, int64_t draws, int64_t second)
{
    double sums[2] = {(double)(draws - second) * c->unit, (double)second * c->unit};
    return c->node->score(c->node->self, 2, sums);
}

struct pair_cuts pair_cuts_init(const struct split_node *node, double gain)
{
    int64_t weight = node->stats->value[0][0];
    struct pair_cuts c = {.node = node,
        .gini = node->score == score_gini,
        .unit = node->stats->unit[0] * (double)weight,
        .draws = node->totals[0],
        .second = node->totals[2] / weight,
        .gain = gain,
        .col = -1};
    c.node_score = side_score(&c, c.draws, c.second);
    return c;
}

static inline double cut_score(const struct pair_cuts *c, bool gini, uint64_t left)
{
    int64_t draws = (int64_t)(left & UINT32_MAX), second = (int64_t)(left >> 32);
    if (gini)
        return side_gini(c->unit, draws, second) +
               side_gini(c->unit, c->draws - draws, c->second - second);
    return side_score(c, draws, second) + side_score(c, c->draws - draws, c->second - second);
}

/* The best so far of one column. */
struct best {
    double gain;
    int cut; /* index among those that occur, -1: none */
    bool missing_left;
    uint64_t left;
};

static inline void cuts_try(
    const struct pair_cuts *c, struct best *b, bool gini, uint64_t left, int cut, bool missing_left)
{
    int64_t draws = (int64_t)(left & UINT32_MAX);
    if (draws < c->node->min_leaf || c->draws - draws < c->node->min_leaf)
        return;
    double gain = cut_score(c, gini, left) - c->node_score;
    if (gain > b->gain)
        *b = (struct best){gain, cut, missing_left, left};
}

/* gini is a constant where this is called, so that the compiler makes two loops of it. */
static inline void cuts_find(
    const struct pair_cuts *c, struct best *best, bool gini, const struct found *f)
{
    struct best b = *best;
    uint64_t left = 0;
    for (int i = 0; i < f->n - 1; i++) {
        left += f->sum[i];
        cuts_try(c, &b, gini, left, i, false);
        if (f->missing)
            cuts_try(c, &b, gini, left + f->missing, i, true);
    }
    if (f->missing)
        cuts_try(c, &b, gini, left + f->sum[f->n - 1], f->n - 1, false);
    *best = b;
}

bool pair_cuts_try(
    struct pair_cuts *c, int col, int n_bins, uint64_t *hist, const uint64_t occurs[4])
{
    struct found f;
    struct best b = {.gain = c->gain, .cut = -1};

    f.n = 0;
    if (occurs)
        collect_few(hist, n_bins, occurs, &f);
    else
        collect_all(hist, n_bins, &f);
    if (f.n + !!f.missing < 2)
        return false;
    if (c->gini)
        cuts_find(c, &b, true, &f);
    else
        cuts_find(c, &b, false, &f);
    if (b.cut < 0)
        return true;
    c->gain = b.gain;
    c->col = col;
    c->below = f.bin[b.cut];
    c->above = b.cut + 1 < f.n ? f.bin[b.cut + 1] : -1;
    c->missing_left = f.missing ? b.missing_left : -1;
    c->left = b.left;
    return true;
}
