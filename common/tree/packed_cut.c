/* packed_cut.c -- the best cuts of packed histograms; see packed.h. */
#include <math.h>
#include <string.h>

#include "common/base/cpu.h"
#include "common/tree/packed.h"

/* What the cuts of a node are judged by. */
struct cuts_of {
    const struct packed *packed;
    const struct split_node *node;
    int count_bits;
    int64_t draws, sum, weight; /* of the node */
    int64_t row_weight;         /* where it is that of all rows */
    double unit[2], node_score;
};

/* The best prefix of a column's bins so far; cut -1: none. */
struct prefix {
    double gain;
    int cut;
};

static int64_t word_draws(const struct cuts_of *c, int64_t word)
{
    return word & (((int64_t)1 << c->count_bits) - 1);
}

static int64_t word_sum(const struct cuts_of *c, int64_t word)
{
    return word >> c->count_bits;
}

static inline double side_score(const struct cuts_of *c, int64_t weight, int64_t sum)
{
    double w = (double)weight * c->unit[0], s = (double)sum * c->unit[1];
    return w > 0 ? s * s / w : 0;
}

/* Draws a left side needs that starts with those of a word: some of them are no missing values,
 * which alone are what is right of all bins. */
static int64_t least_left(const struct cuts_of *c, int64_t start)
{
    int64_t least = word_draws(c, start) + 1;
    return least > c->node->min_leaf ? least : c->node->min_leaf;
}

/* Prefixes of words[n_bins][1 or 2], with what is in start[] on their left. */
static struct prefix find_plain(
    const struct cuts_of *c, const int64_t *words, int n_bins, const int64_t start[2], double gain)
{
    bool two = c->packed->weights;
    int64_t left = start[0], left_weight = start[1];
    int64_t min_left = least_left(c, start[0]), min_right = c->node->min_leaf;
    struct prefix best = {gain, -1};

    for (int bin = 0; bin < n_bins; bin++) {
        left += words[(size_t)bin << two];
        int64_t draws = word_draws(c, left), sum = word_sum(c, left);
        if (two)
            left_weight += words[2 * (size_t)bin + 1];
        else
            left_weight = draws * c->row_weight;
        if (draws < min_left || c->draws - draws < min_right)
            continue;
        double here = side_score(c, left_weight, sum) +
                      side_score(c, c->weight - left_weight, c->sum - sum) - c->node_score;
        if (here > best.gain)
            best = (struct prefix){here, bin};
    }
    return best;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES_CODE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

/* Lane i: the sum of lanes 0 .. i. */
LANES_CODE static inline __m512i lanes_prefix(__m512i x)
{
    __m512i zero = _mm512_setzero_si512();
    x = _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 7));
    x = _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 6));
    return _mm512_add_epi64(x, _mm512_alignr_epi64(x, zero, 4));
}

LANES_CODE static inline __m512i lanes_last(__m512i x)
{
    return _mm512_permutexvar_epi64(_mm512_set1_epi64(7), x);
}

LANES_CODE static inline __m512d lanes_score(const struct cuts_of *c, __m512i weight, __m512i sum)
{
    __m512d w = _mm512_mul_pd(_mm512_cvtepi64_pd(weight), _mm512_set1_pd(c->unit[0]));
    __m512d s = _mm512_mul_pd(_mm512_cvtepi64_pd(sum), _mm512_set1_pd(c->unit[1]));
    __mmask8 some = _mm512_cmp_pd_mask(w, _mm512_setzero_pd(), _CMP_GT_OQ);
    return _mm512_maskz_div_pd(some, _mm512_mul_pd(s, s), w);
}

/* The greatest lane, of equal ones that of the lowest cut. */
LANES_CODE static struct prefix lanes_best(__m512d gain, __m512i cut, struct prefix before)
{
    double gains[8];
    int64_t cuts[8];
    struct prefix best = before;

    _mm512_storeu_pd(gains, gain);
    _mm512_storeu_si512(cuts, cut);
    for (int i = 0; i < 8; i++)
        if (cuts[i] >= 0 &&
            (gains[i] > best.gain || (gains[i] == best.gain && best.cut > (int)cuts[i])))
            best = (struct prefix){gains[i], (int)cuts[i]};
    return best;
}

/* find_plain(), eight bins at once; every operation is the same. */
LANES_CODE static struct prefix find_lanes(
    const struct cuts_of *c, const int64_t *words, int n_bins, const int64_t start[2], double gain)
{
    bool two = c->packed->weights;
    __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    __m512i odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    __m512i carry = _mm512_set1_epi64(start[0]), weight_carry = _mm512_set1_epi64(start[1]);
    __m512i count_mask = _mm512_set1_epi64(((int64_t)1 << c->count_bits) - 1);
    __m512i min_left = _mm512_set1_epi64(least_left(c, start[0]));
    __m512i min_right = _mm512_set1_epi64(c->node->min_leaf);
    __m512d best = _mm512_set1_pd(gain);
    __m512i cut = _mm512_set1_epi64(-1), at = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    __m128i shift = _mm_cvtsi32_si128(c->count_bits);

    for (int bin = 0; bin < n_bins; bin += 8) {
        __mmask8 there = n_bins - bin < 8 ? (__mmask8)((1 << (n_bins - bin)) - 1) : 0xff;
        __m512i word, weight;
        if (two) {
            __m512i a = _mm512_loadu_si512(words + 2 * bin);
            __m512i b = _mm512_loadu_si512(words + 2 * bin + 8);
            word = _mm512_permutex2var_epi64(a, even, b);
            weight = lanes_prefix(_mm512_permutex2var_epi64(a, odd, b));
            weight = _mm512_add_epi64(weight, weight_carry);
            weight_carry = lanes_last(weight);
        } else {
            word = _mm512_loadu_si512(words + bin);
        }
        word = _mm512_add_epi64(lanes_prefix(word), carry);
        carry = lanes_last(word);
        __m512i draws = _mm512_and_si512(word, count_mask);
        __m512i sum = _mm512_sra_epi64(word, shift);
        if (!two)
            weight = _mm512_mullo_epi64(draws, _mm512_set1_epi64(c->row_weight));
        __m512i right = _mm512_sub_epi64(_mm512_set1_epi64(c->draws), draws);
        there &= _mm512_cmpge_epi64_mask(draws, min_left);
        there &= _mm512_cmpge_epi64_mask(right, min_right);
        __m512d score = _mm512_add_pd(lanes_score(c, weight, sum),
            lanes_score(c, _mm512_sub_epi64(_mm512_set1_epi64(c->weight), weight),
                _mm512_sub_epi64(_mm512_set1_epi64(c->sum), sum)));
        score = _mm512_sub_pd(score, _mm512_set1_pd(c->node_score));
        __mmask8 better = _mm512_mask_cmp_pd_mask(there, score, best, _CMP_GT_OQ);
        best = _mm512_mask_mov_pd(best, better, score);
        cut = _mm512_mask_mov_epi64(cut, better, at);
        at = _mm512_add_epi64(at, _mm512_set1_epi64(8));
    }
    return lanes_best(best, cut, (struct prefix){gain, -1});
}
#endif

static struct prefix find_prefix(
    const struct cuts_of *c, const int64_t *words, int n_bins, const int64_t start[2], double gain)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512)
        return find_lanes(c, words, n_bins, start, gain);
#endif
    return find_plain(c, words, n_bins, start, gain);
}

/* ---- a column ---- */

static struct cuts_of cuts_of(const struct packed *p, const struct split_node *node)
{
    struct cuts_of c = {.packed = p,
        .node = node,
        .count_bits = p->count_bits,
        .draws = node->totals[0],
        .weight = node->totals[1],
        .sum = node->totals[2],
        .row_weight = p->stats->value[0][0],
        .unit = {p->stats->unit[0], p->stats->unit[1]}};
    c.node_score = side_score(&c, c.weight, c.sum);
    return c;
}

static void bin_unpack(const struct cuts_of *c, const int64_t *words, int bin, int64_t to[3])
{
    const int64_t *word = words + ((size_t)bin << c->packed->weights);
    to[0] = word_draws(c, *word);
    to[1] = c->packed->weights ? word[1] : to[0] * c->row_weight;
    to[2] = word_sum(c, *word);
}

/* Can the column be cut at all?  Two bins with rows, missing values being one. */
static bool can_be_cut(const struct cuts_of *c, const int64_t *words, int n_bins)
{
    for (int bin = 0; bin <= n_bins; bin++) {
        int64_t draws = word_draws(c, words[(size_t)bin << c->packed->weights]);
        if (draws)
            return draws < c->draws;
    }
    return false;
}

/* Makes *best the cut after bin `cut`, with missing values there or not (-1: there are none). */
static void keep_cut(const struct cuts_of *c, const int64_t *words, int col, struct prefix found,
    int missing_left, struct split *best)
{
    const struct bin_column *column = &c->packed->bins->cols[col];
    int below = found.cut, above = below + 1;
    int64_t bin[3];

    memset(best->left, 0, 3 * sizeof *best->left);
    for (int i = -1; i <= below; i++) {
        if (i < 0 && missing_left != 1)
            continue;
        bin_unpack(c, words, i < 0 ? column->n_bins : i, bin);
        for (int k = 0; k < 3; k++)
            best->left[k] += bin[k];
    }
    while (above < column->n_bins && !word_draws(c, words[(size_t)above << c->packed->weights]))
        above++;
    split_set_number(best, c->node, column, col, found.gain, below,
        above < column->n_bins ? above : -1, missing_left);
}

static void find_number(const struct cuts_of *c, const int64_t *words, int col, struct split *best)
{
    int n_bins = c->packed->bins->cols[col].n_bins;
    const int64_t *missing = words + ((size_t)n_bins << c->packed->weights);
    int64_t nothing[2] = {0, 0};
    struct prefix right = find_prefix(c, words, n_bins, nothing, best->gain), left;
    int missing_left = -1;

    if (word_draws(c, *missing)) {
        missing_left = 0;
        left = find_prefix(c, words, n_bins,
            (int64_t[2]){missing[0], c->packed->weights ? missing[1] : 0}, best->gain);
        if (left.cut >= 0 && (right.cut < 0 || left.gain > right.gain ||
                                 (left.gain == right.gain && left.cut < right.cut))) {
            right = left;
            missing_left = 1;
        }
    }
    if (right.cut >= 0)
        keep_cut(c, words, col, right, missing_left, best);
}

/* What is not a number cut freely by squared error goes through split_find(). */
static bool find_by_split(const struct cuts_of *c, const int64_t *words, int col, int64_t *wide,
    struct split_scratch *scratch, struct split *best)
{
    const struct bin_column *column = &c->packed->bins->cols[col];
    for (int bin = 0; bin <= column->n_bins; bin++)
        bin_unpack(c, words, bin, wide + 3 * (size_t)bin);
    bool found = split_find(c->node, column, col, wide, -1, NULL, scratch, best);
    memset(wide, 0, ((size_t)column->n_bins + 1) * 3 * sizeof *wide);
    return found;
}

bool packed_find(const struct packed *p, const struct split_node *node, const int64_t *hist,
    int64_t *wide, struct split_scratch *scratch, struct split *best)
{
    struct cuts_of c = cuts_of(p, node);
    bool found = false;

    for (int i = 0; i < p->n_cols; i++) {
        const struct bin_column *column = &p->bins->cols[p->cols[i]];
        const int64_t *words = hist + ((size_t)i * PACKED_BINS << p->weights);
        if (column->category || node->score != score_squared || split_direction(node, p->cols[i])) {
            found |= find_by_split(&c, words, p->cols[i], wide, scratch, best);
        } else if (can_be_cut(&c, words, column->n_bins)) {
            find_number(&c, words, p->cols[i], best);
            found = true;
        }
    }
    return found;
}
