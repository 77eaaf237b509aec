/* pair_cut.c -- the best cut of a number column of two classes from its histogram; see pair.h. */
#include "common/base/cpu.h"
#include "common/tree/pair_lanes.h"
#include "common/tree/score.h"

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

/* ---- eight bins at a time ---- */

#if defined(__x86_64__)

/* Puts the bins that occur one behind another, zeros after them, and 0 in their place; full[] gets
 * their bits. */
PAIR_LANES_CODE static int squeeze(
    uint64_t *hist, int n_bins, uint64_t sums[RECORD_BINS + 8], uint64_t full[4])
{
    int n = 0;
    for (int bin = 0; bin < n_bins; bin += 8) {
        __m512i x = _mm512_loadu_si512(hist + bin);
        __mmask8 some = _mm512_test_epi64_mask(x, x);
        _mm512_storeu_si512(hist + bin, _mm512_setzero_si512());
        _mm512_storeu_si512(sums + n, _mm512_maskz_compress_epi64(some, x));
        full[bin / 64] |= (uint64_t)some << (bin % 64);
        n += __builtin_popcount(some);
    }
    _mm512_storeu_si512(sums + n, _mm512_setzero_si512());
    return n;
}

/* The cuts behind each of n sums; which gains most, if that beats *gain, else -1. */
PAIR_LANES_CODE static int scan(
    const struct pair_cuts *c, const uint64_t *sums, int n, double *gain, uint64_t *left)
{
    const struct pair_lanes lanes = pair_lanes_of(c);
    const __m512i zero = _mm512_setzero_si512(), half = _mm512_set1_epi64(UINT32_MAX);
    __m512d best = _mm512_set1_pd(*gain);
    __m512i sum = zero, best_sum = zero, best_at = zero, at = zero;
    __mmask8 beaten = 0, valid;

    for (int i = 0; i < n; i += 8) {
        __m512i x = _mm512_loadu_si512(sums + i);
        x = _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 7));
        x = _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 6));
        x = _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 4));
        x = _mm512_add_epi64(x, sum);
        sum = _mm512_permutexvar_epi64(_mm512_set1_epi64(7), x);
        __m512d value = pair_gains(&lanes, _mm512_cvtepi64_pd(_mm512_and_si512(x, half)),
            _mm512_cvtepi64_pd(_mm512_srli_epi64(x, 32)), &valid);
        __mmask8 better = _mm512_mask_cmp_pd_mask(valid, value, best, _CMP_GT_OQ);
        best = _mm512_mask_mov_pd(best, better, value);
        best_sum = _mm512_mask_mov_epi64(best_sum, better, x);
        best_at = _mm512_mask_mov_epi64(best_at, better, at);
        beaten |= better;
        at = _mm512_add_epi64(at, _mm512_set1_epi64(8));
    }
    int found = -1;
    double values[8];
    int64_t places[8];
    uint64_t lefts[8];
    _mm512_storeu_pd(values, best);
    _mm512_storeu_si512(places, best_at);
    _mm512_storeu_si512(lefts, best_sum);
    for (unsigned bits = beaten; bits; bits &= bits - 1) {
        int lane = __builtin_ctz(bits), place = (int)places[lane] + lane;
        if (values[lane] > *gain || (found >= 0 && values[lane] == *gain && place < found)) {
            *gain = values[lane];
            *left = lefts[lane];
            found = place;
        }
    }
    return found;
}

/* The bin of the n-th bit that is set. */
static int nth_bin(const uint64_t full[4], int n)
{
    int word = 0;
    for (; n >= __builtin_popcountll(full[word]); word++)
        n -= __builtin_popcountll(full[word]);
    uint64_t bits = full[word];
    for (; n > 0; n--)
        bits &= bits - 1;
    return 64 * word + __builtin_ctzll(bits);
}

/* pair_cuts_try() in this way: for Gini, many rows, and no missing values. */
static bool try_eights(struct pair_cuts *c, int col, int n_bins, uint64_t *hist)
{
    uint64_t sums[RECORD_BINS + 8], full[4] = {0};
    int n = squeeze(hist, n_bins, sums, full);
    int cut = n < 2 ? -1 : scan(c, sums, n, &c->gain, &c->left);

    if (cut < 0)
        return n >= 2;
    c->col = col;
    c->below = nth_bin(full, cut);
    c->above = nth_bin(full, cut + 1);
    c->missing_left = -1;
    return true;
}

#endif

bool pair_cuts_try(
    struct pair_cuts *c, int col, int n_bins, uint64_t *hist, const uint64_t occurs[4])
{
    struct found f;
    struct best b = {.gain = c->gain, .cut = -1};

#if defined(__x86_64__)
    if (!occurs && c->gini && !hist[n_bins] && cpu_level() == CPU_AVX512)
        return try_eights(c, col, n_bins, hist);
#endif
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

void pair_cut_two(struct pair_cuts *c, int col, int low, int high, uint64_t left)
{
    struct best b = {.gain = c->gain, .cut = -1};

    cuts_try(c, &b, c->gini, left, 0, false);
    if (b.cut < 0)
        return;
    c->gain = b.gain;
    c->col = col;
    c->below = low;
    c->above = high;
    c->missing_left = -1;
    c->left = b.left;
}
