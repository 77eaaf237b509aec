/* packed_cut.c -- the best cuts of packed histograms; see packed.h. */
#include <math.h>
#include <string.h>

#include "common/base/cpu.h"
#include "common/tree/packed.h"

/* What the cuts of a node are judged by. */
struct cuts_of {
    const struct packed *packed;
    const struct split_node *node;
    int low_bits;
    int64_t sum, weight;  /* of the node */
    int64_t row_weight;   /* where it is that of all rows */
    int64_t min_low, low; /* what both sides need in the low bits, and the node has there */
    double unit[2], node_score, lambda, alpha, min_weight;
};

/* The best prefix of a column's bins so far; cut -1: none. */
struct prefix {
    double gain;
    int cut;
};

/* Draws, or the weight where they are joined. */
static int64_t word_low(const struct cuts_of *c, int64_t word)
{
    return word & (((int64_t)1 << c->low_bits) - 1);
}

static int64_t word_sum(const struct cuts_of *c, int64_t word)
{
    return word >> c->low_bits;
}

static inline double side_score(const struct cuts_of *c, int64_t weight, int64_t sum)
{
    double w = (double)weight * c->unit[0], s = (double)sum * c->unit[1], left = fabs(s) - c->alpha;
    left = left > 0 ? left : 0;
    return w + c->lambda > 0 ? left * left / (w + c->lambda) : 0;
}

/* Prefixes of words[n_bins][1 or 2], with what is in start[] on their left: that alone is no
 * prefix, being what is right of all bins. */
static struct prefix find_plain(
    const struct cuts_of *c, const int64_t *words, int n_bins, const int64_t start[2], double gain)
{
    bool two = c->packed->weights;
    int64_t left = start[0], left_weight = start[1];
    double min_weight = c->min_weight;
    struct prefix best = {gain, -1};

    for (int bin = 0; bin < n_bins; bin++) {
        left += words[(size_t)bin << two];
        int64_t low = word_low(c, left), sum = word_sum(c, left);
        if (two)
            left_weight += words[2 * (size_t)bin + 1];
        else
            left_weight = c->packed->joined ? low : low * c->row_weight;
        if (left == start[0] || low < c->min_low || c->low - low < c->min_low ||
            !((double)left_weight * c->unit[0] >= min_weight) ||
            !((double)(c->weight - left_weight) * c->unit[0] >= min_weight))
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

/* w: the weight of a side, in doubles. */
LANES_CODE static inline __m512d lanes_score(const struct cuts_of *c, __m512d w, __m512i sum)
{
    __m512d s = _mm512_mul_pd(_mm512_cvtepi64_pd(sum), _mm512_set1_pd(c->unit[1]));
    __m512d left = _mm512_sub_pd(_mm512_abs_pd(s), _mm512_set1_pd(c->alpha));
    left = _mm512_max_pd(left, _mm512_setzero_pd());
    w = _mm512_add_pd(w, _mm512_set1_pd(c->lambda));
    __mmask8 some = _mm512_cmp_pd_mask(w, _mm512_setzero_pd(), _CMP_GT_OQ);
    return _mm512_maskz_div_pd(some, _mm512_mul_pd(left, left), w);
}

LANES_CODE static inline __m512d lanes_weight(const struct cuts_of *c, __m512i weight)
{
    return _mm512_mul_pd(_mm512_cvtepi64_pd(weight), _mm512_set1_pd(c->unit[0]));
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
    __m512i low_mask = _mm512_set1_epi64(((int64_t)1 << c->low_bits) - 1);
    __m512i min_low = _mm512_set1_epi64(c->min_low);
    __m512d min_weight = _mm512_set1_pd(c->min_weight);
    __m512d best = _mm512_set1_pd(gain);
    __m512i cut = _mm512_set1_epi64(-1), at = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    __m128i shift = _mm_cvtsi32_si128(c->low_bits);

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
        __m512i low = _mm512_and_si512(word, low_mask);
        __m512i sum = _mm512_sra_epi64(word, shift);
        if (!two)
            weight =
                c->packed->joined ? low : _mm512_mullo_epi64(low, _mm512_set1_epi64(c->row_weight));
        __m512d w = lanes_weight(c, weight);
        __m512d right = lanes_weight(c, _mm512_sub_epi64(_mm512_set1_epi64(c->weight), weight));
        there &= _mm512_cmpneq_epi64_mask(word, _mm512_set1_epi64(start[0]));
        there &= _mm512_cmpge_epi64_mask(low, min_low);
        there &= _mm512_cmpge_epi64_mask(_mm512_sub_epi64(_mm512_set1_epi64(c->low), low), min_low);
        there &= _mm512_cmp_pd_mask(w, min_weight, _CMP_GE_OQ);
        there &= _mm512_cmp_pd_mask(right, min_weight, _CMP_GE_OQ);
        __m512d score = _mm512_add_pd(lanes_score(c, w, sum),
            lanes_score(c, right, _mm512_sub_epi64(_mm512_set1_epi64(c->sum), sum)));
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
    const struct regular *r = node->regular;
    struct cuts_of c = {.packed = p,
        .node = node,
        .low_bits = p->low_bits,
        .weight = node->totals[1],
        .sum = node->totals[2],
        .row_weight = p->joined ? 0 : p->stats->value[0][0],
        .min_low = p->joined ? 0 : node->min_leaf,
        .low = p->joined ? node->totals[1] : node->totals[0],
        .unit = {p->stats->unit[0], p->stats->unit[1]},
        .lambda = r ? r->lambda : 0,
        .alpha = r ? r->alpha : 0,
        .min_weight = r ? r->min_weight : 0};
    c.node_score = side_score(&c, c.weight, c.sum);
    return c;
}

/* Joined weights stand for draws too, so that a bin with rows is told from one without. */
static void bin_unpack(const struct cuts_of *c, const int64_t *words, int bin, int64_t to[3])
{
    const int64_t *word = words + ((size_t)bin << c->packed->weights);
    to[0] = word_low(c, *word);
    to[1] = c->packed->weights ? word[1] : c->packed->joined ? to[0] : to[0] * c->row_weight;
    to[2] = word_sum(c, *word);
}

static bool is_empty(const struct cuts_of *c, const int64_t *words, int bin)
{
    return words[(size_t)bin << c->packed->weights] == 0;
}

/* Can the column be cut at all?  Two bins with rows, missing values being one. */
static bool can_be_cut(const struct cuts_of *c, const int64_t *words, int n_bins)
{
    int n = 0;
    for (int bin = 0; bin <= n_bins && n < 2; bin++)
        n += !is_empty(c, words, bin);
    return n == 2;
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
    while (above < column->n_bins && is_empty(c, words, above))
        above++;
    split_set_number(best, c->node, column, col, found.gain, below,
        above < column->n_bins ? above : -1, missing_left);
    if (missing_left < 0 && c->packed->joined) /* draws are not known: with most of the weight */
        best->missing_left = 2 * best->left[1] >= c->weight;
}

static void find_number(const struct cuts_of *c, const int64_t *words, int col, struct split *best)
{
    int n_bins = c->packed->bins->cols[col].n_bins;
    const int64_t *missing = words + ((size_t)n_bins << c->packed->weights);
    int64_t nothing[2] = {0, 0};
    struct prefix right = find_prefix(c, words, n_bins, nothing, best->gain), left;
    int missing_left = -1;

    if (!is_empty(c, words, n_bins)) {
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

/* What is not a number cut freely goes through split_find(), weights in the place of draws where
 * those are not known. */
static bool find_by_split(const struct cuts_of *c, const int64_t *words, int col, int64_t *wide,
    struct split_scratch *scratch, struct split *best)
{
    const struct bin_column *column = &c->packed->bins->cols[col];
    const int64_t totals[3] = {c->weight, c->weight, c->sum};
    struct split_node node = *c->node;

    if (c->packed->joined) {
        node.totals = totals;
        node.min_leaf = 0;
    }
    for (int bin = 0; bin <= column->n_bins; bin++)
        bin_unpack(c, words, bin, wide + 3 * (size_t)bin);
    bool found = split_find(&node, column, col, wide, -1, NULL, scratch, best);
    memset(wide, 0, ((size_t)column->n_bins + 1) * 3 * sizeof *wide);
    return found;
}

/* Are numbers cut by their sums alone? */
static bool is_free(const struct split_node *node, int col)
{
    bool by_sums = node->regular ? node->regular->max_step == 0 : node->score == score_squared;
    return by_sums && split_direction(node, col) == 0;
}

bool packed_find(const struct packed *p, const struct split_node *node, const int64_t *hist,
    int64_t *wide, struct split_scratch *scratch, struct split *best)
{
    struct cuts_of c = cuts_of(p, node);
    bool found = false;

    for (int i = 0; i < p->n_cols; i++) {
        int col = p->cols[i], n_bins = p->bins->cols[col].n_bins;
        const int64_t *words = hist + ((size_t)i * PACKED_BINS << p->weights);
        if (!split_allowed(node, col))
            continue;
        if (p->bins->cols[col].category || !is_free(node, col)) {
            found |= find_by_split(&c, words, col, wide, scratch, best);
        } else if (can_be_cut(&c, words, n_bins)) {
            find_number(&c, words, col, best);
            found = true;
        }
    }
    return found;
}
