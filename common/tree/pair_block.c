/*
 * pair_block.c -- blocks of at most 64 rows: their codes by column, compared all at once; see
 * pair.h.
 */
#include <string.h>

#include "common/base/cpu.h"
#include "common/tree/pair.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define BLOCK_CODE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi2")))

bool pair_block_possible(void)
{
    return cpu_level() == CPU_AVX512 && __builtin_cpu_supports("avx512vbmi2");
}

void pair_block_load(struct records *r, const struct record_node *node)
{
    struct record_block *b = &r->block;
    const uint8_t *record = r->record[node->buffer] + node->begin * r->stride;
    uint32_t n = node->end - node->begin;

    if (b->begin == node->begin && b->end == node->end && b->buffer == node->buffer)
        return;
    b->begin = node->begin;
    b->end = node->end;
    b->buffer = node->buffer;
    b->plain = false;
    for (uint32_t i = 0; i < n; i++, record += r->stride) {
        uint32_t stat;
        memcpy(&stat, record + r->stride - sizeof stat, sizeof stat);
        b->plain |= (stat & 0xffff) > 255;
        b->draws[i] = (uint8_t)stat;
        b->second[i] = (uint8_t)(stat >> 16);
        for (int col = 0; col < r->bins->n_cols; col++)
            b->codes[col * RECORD_BLOCK_ROWS + (int)i] = record[col];
    }
}

BLOCK_CODE void pair_block_select(struct record_block *b, uint64_t set)
{
    int n = __builtin_popcountll(set);
    uint8_t draws[RECORD_BLOCK_ROWS], second[RECORD_BLOCK_ROWS];

    _mm512_storeu_si512(draws, _mm512_maskz_compress_epi8(set, _mm512_loadu_si512(b->draws)));
    _mm512_storeu_si512(second, _mm512_maskz_compress_epi8(set, _mm512_loadu_si512(b->second)));
    for (int at = 0; at < n; at += 16) {
        __m512i d = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(draws + at)));
        __m512i s = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(second + at)));
        _mm512_storeu_si512(b->stats + at, _mm512_or_si512(d, _mm512_slli_epi32(s, 16)));
    }
}

/* What the cuts of a column are judged by, in every lane. */
struct lanes {
    __m512d unit, node_score, draws, second, min_leaf;
};

/* The gains of eight cuts with so many draws on the left, and of the second class. */
BLOCK_CODE static inline __m512d gains(
    const struct lanes *l, __m512d draws, __m512d second, __mmask8 *valid)
{
    __m512d right = _mm512_sub_pd(l->draws, draws), right_second = _mm512_sub_pd(l->second, second);
    *valid = _mm512_cmp_pd_mask(draws, l->min_leaf, _CMP_GE_OQ) &
             _mm512_cmp_pd_mask(right, l->min_leaf, _CMP_GE_OQ);
    __m512d a = _mm512_mul_pd(_mm512_sub_pd(draws, second), l->unit);
    __m512d b = _mm512_mul_pd(second, l->unit);
    __m512d c = _mm512_mul_pd(_mm512_sub_pd(right, right_second), l->unit);
    __m512d d = _mm512_mul_pd(right_second, l->unit);
    __m512d left_score =
        _mm512_div_pd(_mm512_add_pd(_mm512_mul_pd(a, a), _mm512_mul_pd(b, b)), _mm512_add_pd(a, b));
    __m512d right_score =
        _mm512_div_pd(_mm512_add_pd(_mm512_mul_pd(c, c), _mm512_mul_pd(d, d)), _mm512_add_pd(c, d));
    return _mm512_sub_pd(_mm512_add_pd(left_score, right_score), l->node_score);
}

/* Takes the best of those that gain more than c->gain does, and among equals the least code. */
BLOCK_CODE static void keep_best(struct pair_cuts *c, int col, __m512d gain, __mmask8 better,
    const uint8_t *codes, const uint32_t *left)
{
    double value[8];
    _mm512_storeu_pd(value, gain);
    for (unsigned bits = better; bits; bits &= bits - 1) {
        int i = __builtin_ctz(bits);
        if (value[i] > c->gain || (value[i] == c->gain && c->col == col && codes[i] < c->below)) {
            c->gain = value[i];
            c->col = col;
            c->below = codes[i];
            c->above = PAIR_ABOVE_LATER;
            c->left = (left[i] & 0xffff) | (uint64_t)(left[i] >> 16) << 32;
        }
    }
}

/* Every row's code as a cut: sums of the rows whose codes are not above it. */
BLOCK_CODE static inline void left_sums(
    const uint8_t *codes, const uint32_t *stats, int n, uint32_t *left)
{
    for (int at = 0; at < n; at += 16) {
        __m512i cut = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(codes + at)));
        __m512i sum = _mm512_setzero_si512();
        for (int j = 0; j < n; j++) {
            __mmask16 in = _mm512_cmpge_epi32_mask(cut, _mm512_set1_epi32(codes[j]));
            sum = _mm512_mask_add_epi32(sum, in, sum, _mm512_set1_epi32((int)stats[j]));
        }
        _mm512_storeu_si512(left + at, sum);
    }
}

BLOCK_CODE int pair_block_try(
    struct pair_cuts *c, const struct record_block *b, uint64_t set, int col, int n_bins)
{
    uint8_t codes[RECORD_BLOCK_ROWS + 16];
    uint32_t left[RECORD_BLOCK_ROWS];
    int n = __builtin_popcountll(set);
    const uint8_t *column = b->codes + (size_t)col * RECORD_BLOCK_ROWS;
    __m512i all = _mm512_loadu_si512(column);
    uint64_t missing = _mm512_mask_cmpeq_epu8_mask(set, all, _mm512_set1_epi8((char)n_bins));
    uint64_t first =
        _mm512_mask_cmpeq_epu8_mask(set, all, _mm512_set1_epi8((char)column[__builtin_ctzll(set)]));

    if (!c->gini || missing)
        return -1;
    if (first == set)
        return 0;
    _mm512_storeu_si512(codes, _mm512_maskz_compress_epi8(set, all));
    left_sums(codes, b->stats, n, left);
    struct lanes lanes = {_mm512_set1_pd(c->unit), _mm512_set1_pd(c->node_score),
        _mm512_set1_pd((double)c->draws), _mm512_set1_pd((double)c->second),
        _mm512_set1_pd((double)c->node->min_leaf)};
    for (int at = 0; at < n; at += 8) {
        __m256i sums = _mm256_loadu_si256((const __m256i *)(left + at));
        __mmask8 valid;
        __m512d gain =
            gains(&lanes, _mm512_cvtepi32_pd(_mm256_and_si256(sums, _mm256_set1_epi32(0xffff))),
                _mm512_cvtepi32_pd(_mm256_srli_epi32(sums, 16)), &valid);
        if (n - at < 8)
            valid &= (__mmask8)((1u << (n - at)) - 1);
        /* within the column equal gains count too: a lesser code may come later */
        __m512d least = _mm512_set1_pd(c->gain);
        __mmask8 better = c->col == col ? _mm512_mask_cmp_pd_mask(valid, gain, least, _CMP_GE_OQ)
                                        : _mm512_mask_cmp_pd_mask(valid, gain, least, _CMP_GT_OQ);
        if (better)
            keep_best(c, col, gain, better, codes + at, left + at);
    }
    return 1;
}

BLOCK_CODE int pair_block_above(const struct record_block *b, uint64_t set, int col, int below)
{
    __m512i codes = _mm512_loadu_si512(b->codes + (size_t)col * RECORD_BLOCK_ROWS);
    uint64_t above = _mm512_mask_cmpgt_epu8_mask(set, codes, _mm512_set1_epi8((char)below));
    __m512i least = _mm512_mask_mov_epi8(_mm512_set1_epi8(-1), above, codes);
    __m256i half =
        _mm256_min_epu8(_mm512_castsi512_si256(least), _mm512_extracti64x4_epi64(least, 1));
    __m128i part = _mm_min_epu8(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    part = _mm_min_epu8(part, _mm_srli_epi16(part, 8)); /* of each two bytes, in the lower one */
    return _mm_extract_epi16(_mm_minpos_epu16(_mm_and_si128(part, _mm_set1_epi16(0xff))), 0);
}

BLOCK_CODE uint64_t pair_block_left(
    const struct record_block *b, uint64_t set, int col, const uint8_t side[RECORD_BINS])
{
    const uint8_t *column = b->codes + (size_t)col * RECORD_BLOCK_ROWS;
    uint64_t left = 0;
    for (uint64_t bits = set; bits; bits &= bits - 1) {
        int i = __builtin_ctzll(bits);
        left |= (uint64_t)side[column[i]] << i;
    }
    return left;
}

#else

void pair_block_select(struct record_block *b, uint64_t set)
{
    (void)b, (void)set;
}

bool pair_block_possible(void)
{
    return false;
}

int pair_block_above(const struct record_block *b, uint64_t set, int col, int below)
{
    (void)b, (void)set, (void)col, (void)below;
    return -1;
}

void pair_block_load(struct records *r, const struct record_node *node)
{
    (void)r, (void)node;
}

int pair_block_try(
    struct pair_cuts *c, const struct record_block *b, uint64_t set, int col, int n_bins)
{
    (void)c, (void)b, (void)set, (void)col, (void)n_bins;
    return -1;
}

uint64_t pair_block_left(
    const struct record_block *b, uint64_t set, int col, const uint8_t side[RECORD_BINS])
{
    (void)b, (void)set, (void)col, (void)side;
    return 0;
}

#endif
