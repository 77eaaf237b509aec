/*
 * pair_block.c -- blocks of at most 64 rows: their codes by column, compared all at once; see
 * pair.h.
 */
#include <string.h>

#include "common/base/cpu.h"
#include "common/tree/pair_lanes.h"

#if defined(__x86_64__)

#define BLOCK_CODE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi2")))

bool pair_block_possible(void)
{
    return cpu_level() == CPU_AVX512 && __builtin_cpu_supports("avx512vbmi2");
}

/* Bytes c .. c + 15 of 64 records to as many columns of 64 bytes. */
BLOCK_CODE static void transpose(const uint8_t *record, size_t stride, uint8_t *codes)
{
    __m512i x[16], y[16];

    for (size_t i = 0; i < 16; i++) {
        x[i] = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(record + i * stride)));
        x[i] = _mm512_inserti32x4(
            x[i], _mm_loadu_si128((const __m128i *)(record + (i + 16) * stride)), 1);
        x[i] = _mm512_inserti32x4(
            x[i], _mm_loadu_si128((const __m128i *)(record + (i + 32) * stride)), 2);
        x[i] = _mm512_inserti32x4(
            x[i], _mm_loadu_si128((const __m128i *)(record + (i + 48) * stride)), 3);
    }
    for (int turn = 0; turn < 4; turn++) { /* perfect shuffles: four of them put i at 16 i */
        for (int i = 0; i < 8; i++) {
            y[2 * i] = _mm512_unpacklo_epi8(x[i], x[i + 8]);
            y[2 * i + 1] = _mm512_unpackhi_epi8(x[i], x[i + 8]);
        }
        memcpy(x, y, sizeof x);
    }
    for (size_t i = 0; i < 16; i++)
        _mm512_storeu_si512(codes + i * RECORD_BLOCK_ROWS, x[i]);
}

/* Records behind the block's are read too, and mean nothing: there is memory for them. */
BLOCK_CODE void pair_block_load(struct records *r, const struct record_node *node)
{
    struct record_block *b = &r->block;
    const uint8_t *record = record_of(r, node);

    if (b->begin == node->begin && b->end == node->end && b->buffer == node->buffer)
        return;
    b->begin = node->begin;
    b->end = node->end;
    b->buffer = node->buffer;
    for (size_t c = 0; c < r->stride; c += 16)
        transpose(record + c, r->stride, b->codes + c * RECORD_BLOCK_ROWS);
    const uint8_t *stats = b->codes + (r->stride - 4) * RECORD_BLOCK_ROWS;
    b->draws = stats;
    b->second = stats + 2 * RECORD_BLOCK_ROWS;
    __m512i high = _mm512_loadu_si512(stats + RECORD_BLOCK_ROWS);
    uint64_t rows = UINT64_MAX >> (64 - (node->end - node->begin));
    b->plain = (_mm512_test_epi8_mask(high, high) & rows) != 0;
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

/* Adds a row to the sums of the cuts that are not below its code. */
BLOCK_CODE static inline __m512i add_row(__m512i sum, __m512i cut, int32_t code, uint32_t stat)
{
    __mmask16 in = _mm512_cmpge_epi32_mask(cut, _mm512_set1_epi32(code));
    return _mm512_mask_add_epi32(sum, in, sum, _mm512_set1_epi32((int)stat));
}

/* Every row's code as a cut: sums of the rows whose codes are not above it.  Rows are taken by
 * fours: the statistics behind the n are 0. */
BLOCK_CODE static inline void left_sums(
    const uint8_t *codes, const uint32_t *stats, int n, uint32_t *left)
{
    int32_t wide[RECORD_BLOCK_ROWS];
    for (int at = 0; at < n; at += 16)
        _mm512_storeu_si512(
            wide + at, _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(codes + at))));
    for (int at = 0; at < n; at += 16) {
        __m512i cut = _mm512_loadu_si512(wide + at), sum = _mm512_setzero_si512(), more = sum;
        for (int j = 0; j < n; j += 4) {
            sum = add_row(sum, cut, wide[j], stats[j]);
            more = add_row(more, cut, wide[j + 1], stats[j + 1]);
            sum = add_row(sum, cut, wide[j + 2], stats[j + 2]);
            more = add_row(more, cut, wide[j + 3], stats[j + 3]);
        }
        _mm512_storeu_si512(left + at, _mm512_add_epi32(sum, more));
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
    struct pair_lanes lanes = pair_lanes_of(c);
    for (int at = 0; at < n; at += 8) {
        __m256i sums = _mm256_loadu_si256((const __m256i *)(left + at));
        __mmask8 valid;
        __m512d gain = pair_gains(&lanes,
            _mm512_cvtepi32_pd(_mm256_and_si256(sums, _mm256_set1_epi32(0xffff))),
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
