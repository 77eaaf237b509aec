/* partition.c -- see partition.h. */
#include "common/tree/partition.h"

#include "common/base/cpu.h"

static uint32_t part_plain(uint32_t *rows, uint32_t i, uint32_t n, uint32_t n_left, uint32_t *right,
    const uint8_t *codes, const struct code_sides *sides)
{
    for (; i < n; i++) {
        uint32_t row = rows[i], left = sides->left[codes[row]];
        right[i - n_left] = row;
        rows[n_left] = row;
        n_left += left;
    }
    return n_left;
}

#if defined(__x86_64__)
#include <immintrin.h>

/* Sixteen rows at once.  A gather reads four bytes: the last rows of the table are left to the
 * plain way. */
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static uint32_t part_lanes(
    uint32_t *rows, uint32_t n, uint32_t *right, const uint8_t *codes, int64_t n_codes,
    const struct code_sides *sides)
{
    __m512i start = _mm512_set1_epi32(sides->start), width = _mm512_set1_epi32(sides->width);
    __m512i low_byte = _mm512_set1_epi32(0xff);
    uint32_t i = 0, n_left = 0;

    for (; i + 16 <= n && rows[i + 15] + (int64_t)3 < n_codes; i += 16) {
        __m512i row = _mm512_loadu_si512(rows + i);
        __m512i code = _mm512_i32gather_epi32(row, codes, 1);
        code = _mm512_and_si512(_mm512_sub_epi32(code, start), low_byte);
        __mmask16 left = _mm512_cmple_epu32_mask(code, width);
        uint32_t n_here = (uint32_t)__builtin_popcount(left);
        _mm512_mask_storeu_epi32(
            rows + n_left, (__mmask16)((1u << n_here) - 1), _mm512_maskz_compress_epi32(left, row));
        _mm512_mask_storeu_epi32(right + (i - n_left), (__mmask16)((1u << (16 - n_here)) - 1),
            _mm512_maskz_compress_epi32((__mmask16)~left, row));
        n_left += n_here;
    }
    return part_plain(rows, i, n, n_left, right, codes, sides);
}
#endif

uint32_t rows_part(uint32_t *rows, uint32_t n, uint32_t *right, const uint8_t *codes,
    int64_t n_codes, const struct code_sides *sides)
{
#if defined(__x86_64__)
    /* an index of the gather is signed */
    if (sides->interval && n_codes <= INT32_MAX && cpu_level() >= CPU_AVX512)
        return part_lanes(rows, n, right, codes, n_codes, sides);
#endif
    return part_plain(rows, 0, n, 0, right, codes, sides);
}
