/*
 * csv_vector.c -- the kernels of csv_scan.h for x86-64.
 *
 * Text becomes one bit a byte, 64 at a time: set where a byte is a newline, a quote...  Numbers
 * follow Muła and Lemire's scheme: 16 bytes that end where the field ends, those before the field
 * zeroed, the digits left of the point shifted over it; then digits, pairs, fours and eights are
 * added up, each by one multiplication.
 */
#include "common/io/format/csv_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2   __attribute__((target("avx2,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,popcnt")))

/* ---- numbers ---- */

enum { FIELD_MAX = 16 };

/* By the place of the point among the 16 bytes; 16: there is none. */
struct point_place {
    signed char shuffle[16]; /* closes the gap; -1: a zero */
    double power;            /* of ten: what the digits are to be divided by */
};

#define WITH_POINT(p, ten)                                                                         \
    {                                                                                              \
        {-1, (p) < 1 ? 1 : 0, (p) < 2 ? 2 : 1, (p) < 3 ? 3 : 2, (p) < 4 ? 4 : 3, (p) < 5 ? 5 : 4,  \
            (p) < 6 ? 6 : 5, (p) < 7 ? 7 : 6, (p) < 8 ? 8 : 7, (p) < 9 ? 9 : 8, (p) < 10 ? 10 : 9, \
            (p) < 11 ? 11 : 10, (p) < 12 ? 12 : 11, (p) < 13 ? 13 : 12, (p) < 14 ? 14 : 13,        \
            (p) < 15 ? 15 : 14},                                                                   \
            ten                                                                                    \
    }

static const struct point_place point_places[FIELD_MAX + 1] = {
    WITH_POINT(0, 1e15),
    WITH_POINT(1, 1e14),
    WITH_POINT(2, 1e13),
    WITH_POINT(3, 1e12),
    WITH_POINT(4, 1e11),
    WITH_POINT(5, 1e10),
    WITH_POINT(6, 1e9),
    WITH_POINT(7, 1e8),
    WITH_POINT(8, 1e7),
    WITH_POINT(9, 1e6),
    WITH_POINT(10, 1e5),
    WITH_POINT(11, 1e4),
    WITH_POINT(12, 1e3),
    WITH_POINT(13, 1e2),
    WITH_POINT(14, 1e1),
    WITH_POINT(15, 1e0),
    {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, 1e0},
};

/* &tail_masks[n] is 16 bytes of which the last n are set. */
static const unsigned char tail_masks[2 * FIELD_MAX] = {
    [FIELD_MAX] = 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

AVX2 static uint64_t numbers_avx2(const struct csv_cells *cells, double *value, uint64_t *points)
{
    const __m128i zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9), dot = _mm_set1_epi8('.');
    const __m128i tens = _mm_set1_epi16(0x010a), hundreds = _mm_set1_epi32(0x00010064),
                  myriads = _mm_set1_epi32(0x00012710);
    uint64_t left = 0, with_point = 0;

    for (int i = 0; i < cells->n; i++) {
        const char *end = cells->text + cells->next[i] - 1, *start = cells->text + cells->begin[i];
        uint64_t minus = *start == '-';
        uint32_t all = cells->next[i] - 1 - cells->begin[i], n = all - (uint32_t)minus;
        bool fits = all <= FIELD_MAX && all; /* a minus may be the delimiter behind */
        n = fits ? n : 0;

        __m128i x = _mm_loadu_si128((const __m128i *)(end - FIELD_MAX));
        x = _mm_and_si128(x, _mm_loadu_si128((const __m128i *)(tail_masks + n)));
        __m128i digits = _mm_sub_epi8(x, zero);
        __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digits, nine), digits);
        uint32_t digit_bits = (uint32_t)_mm_movemask_epi8(is_digit);
        uint32_t dot_bits = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, dot));
        const struct point_place *place = &point_places[__builtin_ctz(dot_bits | 1u << FIELD_MAX)];

        digits = _mm_and_si128(digits, is_digit);
        digits = _mm_shuffle_epi8(digits, _mm_loadu_si128((const __m128i *)place->shuffle));
        __m128i sum = _mm_maddubs_epi16(digits, tens);
        sum = _mm_madd_epi16(sum, hundreds);
        sum = _mm_packus_epi32(sum, sum);
        sum = _mm_madd_epi16(sum, myriads);
        uint64_t eights = (uint64_t)_mm_cvtsi128_si64(sum);
        uint64_t mantissa = (eights & 0xffffffff) * 100000000 + (eights >> 32);

        double v = (double)(int64_t)mantissa / place->power;
        uint64_t bits;
        memcpy(&bits, &v, sizeof bits);
        bits |= minus << 63;
        memcpy(value + i, &bits, sizeof bits);

        bool good = fits & (digit_bits != 0) & ((dot_bits & (dot_bits - 1)) == 0) &
                    ((digit_bits | dot_bits) == (0xffffu << (FIELD_MAX - n) & 0xffff)) &
                    !(mantissa >> 53) & !((all > 1) & (dot_bits == 0) & (*start == '0'));
        left |= (uint64_t)!good << i;
        with_point |= (uint64_t)(dot_bits != 0) << i;
    }
    *points = with_point & ~left;
    return left;
}

/* ---- bytes to bits ---- */

/* The census so far; bits of 64 bytes are added one after another. */
struct counts {
    int64_t lines;
    uint64_t odd, returns, broken, before; /* before: the last byte was a carriage return */
};

static inline void counts_add(struct counts *c, uint64_t newline, uint64_t ret, uint64_t odd)
{
    c->lines += __builtin_popcountll(newline);
    c->odd |= odd;
    c->returns |= ret;
    c->broken |= (ret << 1 | c->before) & ~newline;
    c->before = ret >> 63;
}

static inline struct csv_census counts_census(const struct counts *c)
{
    return (struct csv_census){c->lines, !c->odd && !c->broken && !c->before, c->returns != 0};
}

/* Appends where fields begin behind the separators among 64 bytes at `from`.  Entries past the last
 * one are scratch: that makes the loop's length the same for most blocks. */
static inline size_t begins_add(uint32_t *begin, size_t n, uint32_t from, uint64_t separators)
{
    enum { AT_ONCE = 8 };
    uint32_t *to = begin + n + 1;
    int count = __builtin_popcountll(separators);

    for (int done = 0; done < count; done += AT_ONCE)
        for (int i = 0; i < AT_ONCE; i++) {
            to[done + i] = from + 1 + (uint32_t)__builtin_ctzll(separators | (uint64_t)1 << 63);
            separators &= separators - 1;
        }
    return n + (size_t)count;
}

/* The bits of bytes that belong to the text when only n of 64 do. */
static inline uint64_t first_bits(size_t n)
{
    return n < 64 ? ((uint64_t)1 << n) - 1 : ~(uint64_t)0;
}

/* ---- AVX2 ---- */

struct bytes_avx2 {
    __m256i low, high;
};

AVX2 static inline struct bytes_avx2 load_avx2(const char *p)
{
    return (struct bytes_avx2){
        _mm256_loadu_si256((const __m256i *)p), _mm256_loadu_si256((const __m256i *)(p + 32))};
}

AVX2 static inline uint64_t equal_avx2(struct bytes_avx2 b, __m256i c)
{
    uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b.low, c));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b.high, c));
    return low | (uint64_t)high << 32;
}

AVX2 static void census_avx2(const char *text, size_t len, struct csv_census *census)
{
    const __m256i newline = _mm256_set1_epi8('\n'), ret = _mm256_set1_epi8('\r');
    const __m256i quote = _mm256_set1_epi8('"'), nul = _mm256_setzero_si256();
    struct counts c = {0};

    for (size_t at = 0; at < len; at += 64) {
        struct bytes_avx2 b = load_avx2(text + at);
        uint64_t mine = first_bits(len - at);
        uint64_t odd = equal_avx2(b, quote) | equal_avx2(b, nul);
        counts_add(&c, equal_avx2(b, newline) & mine, equal_avx2(b, ret) & mine, odd & mine);
    }
    *census = counts_census(&c);
}

AVX2 static size_t cut_avx2(
    const char *text, uint32_t from, uint32_t to, char delimiter, uint32_t *begin, size_t room)
{
    const __m256i newline = _mm256_set1_epi8('\n'), comma = _mm256_set1_epi8(delimiter);
    size_t n = 0;

    begin[0] = from;
    for (uint32_t at = from; at < to && n < room; at += 64) {
        struct bytes_avx2 b = load_avx2(text + at);
        uint64_t bits = equal_avx2(b, newline) | equal_avx2(b, comma);
        n = begins_add(begin, n, at, bits & first_bits(to - at));
    }
    return n < room ? n : room;
}

/* ---- AVX-512 ---- */

/* Of eight fields at a time each mask has 16 bits a field: those of even fields, then odd ones. */
AVX512 static inline __m128i masks(__mmask64 even, __mmask64 odd)
{
    return _mm_set_epi64x((int64_t)odd, (int64_t)even);
}

AVX512 static inline __m512i four_fields(const char *text, const uint32_t *next)
{
    __m512i x =
        _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(text + next[0] - 1 - FIELD_MAX)));
    x = _mm512_inserti32x4(
        x, _mm_loadu_si128((const __m128i *)(text + next[2] - 1 - FIELD_MAX)), 1);
    x = _mm512_inserti32x4(
        x, _mm_loadu_si128((const __m128i *)(text + next[4] - 1 - FIELD_MAX)), 2);
    return _mm512_inserti32x4(
        x, _mm_loadu_si128((const __m128i *)(text + next[6] - 1 - FIELD_MAX)), 3);
}

/* What the bytes of four fields are. */
struct four_kinds {
    __m512i digits;                            /* 0 where there is none */
    __mmask64 mine, digit, point, minus, zero; /* minus, zero: of the first byte only */
};

/* starts: where in the 16 bytes each field starts, in all of its bytes. */
AVX512 static inline struct four_kinds classify(__m512i x, __m512i starts)
{
    const __m512i place =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m512i from_zero = _mm512_sub_epi8(x, _mm512_set1_epi8('0'));
    __mmask64 first = _mm512_cmpeq_epi8_mask(place, starts);
    struct four_kinds k;

    k.mine = _mm512_cmpge_epu8_mask(place, starts);
    k.digit = _mm512_mask_cmple_epu8_mask(k.mine, from_zero, _mm512_set1_epi8(9));
    k.point = _mm512_mask_cmpeq_epi8_mask(k.mine, x, _mm512_set1_epi8('.'));
    k.minus = _mm512_mask_cmpeq_epi8_mask(first, x, _mm512_set1_epi8('-'));
    k.zero = _mm512_mask_cmpeq_epi8_mask(first, x, _mm512_set1_epi8('0'));
    k.digits = _mm512_maskz_mov_epi8(k.digit, from_zero);
    return k;
}

/* Four sums of four digits each; `before` are the bytes up to the point. */
AVX512 static inline __m512i sum_fours(__m512i digits, __mmask64 before)
{
    digits = _mm512_mask_blend_epi8(before, digits, _mm512_bslli_epi128(digits, 1));
    digits = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010a));
    return _mm512_madd_epi16(digits, _mm512_set1_epi32(0x00010064));
}

/* Bit i of *points: field i has a point.  Returns a bit for each that is not of the form. */
AVX512 static inline __mmask8 eight_numbers(
    const char *text, const uint32_t *begin, const uint32_t *next, double *value, __mmask8 *points)
{
    const __m128i one = _mm_set1_epi16(1),
                  in_order = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    const __m512i spread_even = _mm512_setr_epi32(0, 0, 0, 0, 2, 2, 2, 2, 4, 4, 4, 4, 6, 6, 6, 6);
    const __m512i spread_odd = _mm512_setr_epi32(1, 1, 1, 1, 3, 3, 3, 3, 5, 5, 5, 5, 7, 7, 7, 7);
    const __m512d powers = _mm512_setr_pd(1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7);
    const __m512d higher = _mm512_setr_pd(1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15);

    /* 16 - length, at most 255: beyond 16 for fields that are too long */
    __m256i starts = _mm256_sub_epi32(
        _mm256_loadu_si256((const __m256i *)begin), _mm256_loadu_si256((const __m256i *)next));
    starts = _mm256_min_epu32(
        _mm256_add_epi32(starts, _mm256_set1_epi32(FIELD_MAX + 1)), _mm256_set1_epi32(255));
    __m512i wide = _mm512_castsi256_si512(starts), same = _mm512_setzero_si512();
    struct four_kinds even = classify(four_fields(text, next),
        _mm512_shuffle_epi8(_mm512_permutexvar_epi32(spread_even, wide), same));
    struct four_kinds odd = classify(four_fields(text, next + 1),
        _mm512_shuffle_epi8(_mm512_permutexvar_epi32(spread_odd, wide), same));

    __m128i point = masks(even.point, odd.point), mine = masks(even.mine, odd.mine);
    __m128i minus = masks(even.minus, odd.minus), zero = masks(even.zero, odd.zero);
    __m128i digit = masks(even.digit, odd.digit);
    __m128i below = _mm_sub_epi16(point, one); /* all ones without a point */
    __mmask8 has_point = _mm_test_epi16_mask(point, point);
    __m128i before = _mm_maskz_mov_epi16(has_point, _mm_xor_si128(point, below));

    /* Other bytes, a second point, no digit, a zero before digits alone */
    __m128i bad = _mm_xor_si128(mine, _mm_or_si128(_mm_or_si128(digit, point), minus));
    bad = _mm_or_si128(bad, _mm_and_si128(point, below));
    __mmask8 left = _mm_test_epi16_mask(bad, bad) | _mm_testn_epi16_mask(digit, digit) |
                    (_mm_test_epi16_mask(zero, zero) & (__mmask8)~has_point &
                        _mm_cmpneq_epi16_mask(mine, _mm_set1_epi16((short)0x8000)));

    __m512i sums = _mm512_packus_epi32(sum_fours(even.digits, (__mmask64)_mm_cvtsi128_si64(before)),
        sum_fours(odd.digits, (__mmask64)_mm_extract_epi64(before, 1)));
    sums = _mm512_madd_epi16(sums, _mm512_set1_epi32(0x00012710));
    __m512i mantissa = _mm512_add_epi64(
        _mm512_mul_epu32(sums, _mm512_set1_epi64(100000000)), _mm512_srli_epi64(sums, 32));

    /* The point's bit is 2^place: the exponent of that as a float tells the place. */
    __m256i bits = _mm256_cvtepu16_epi32(_mm_shuffle_epi8(point, in_order));
    __m256i exponent = _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(bits)), 23);
    __mmask8 with_point = _mm256_test_epi32_mask(bits, bits);
    __m256i decimals =
        _mm256_maskz_sub_epi32(with_point, _mm256_set1_epi32(127 + FIELD_MAX - 1), exponent);
    __m512d v = _mm512_div_pd(_mm512_cvtepi64_pd(mantissa),
        _mm512_permutex2var_pd(powers, _mm512_cvtepu32_epi64(decimals), higher));
    __m128i sign = _mm_shuffle_epi8(minus, in_order);
    v = _mm512_mask_xor_pd(v, _mm_test_epi16_mask(sign, sign), v, _mm512_set1_pd(-0.0));
    _mm512_storeu_pd(value, v);

    *points = with_point;
    /* from the order of the masks to that of the fields */
    __m128i wrong = _mm_shuffle_epi8(_mm_movm_epi16(left), in_order);
    return _mm_movepi16_mask(wrong) |
           _mm512_cmpge_epu64_mask(mantissa, _mm512_set1_epi64((int64_t)1 << 53));
}

AVX512 static uint64_t numbers_avx512(
    const struct csv_cells *cells, double *value, uint64_t *points)
{
    enum { AT_ONCE = 8, FEW = 3 };
    uint64_t left = 0, with_point = 0;
    __mmask8 point;
    int i = 0, rest = cells->n % AT_ONCE;

    if (cells->n <= FEW) /* not worth it */
        return numbers_avx2(cells, value, points);
    for (; i + AT_ONCE <= cells->n; i += AT_ONCE) {
        uint64_t bad =
            eight_numbers(cells->text, cells->begin + i, cells->next + i, value + i, &point);
        left |= bad << i;
        with_point |= (uint64_t)point << i;
    }
    if (rest) {
        uint32_t begin[AT_ONCE], next[AT_ONCE];
        double last[AT_ONCE];
        for (int k = 0; k < AT_ONCE; k++) {
            begin[k] = cells->begin[k < rest ? i + k : i];
            next[k] = cells->next[k < rest ? i + k : i];
        }
        uint64_t these = ((uint64_t)1 << rest) - 1;
        left |= (eight_numbers(cells->text, begin, next, last, &point) & these) << i;
        with_point |= (point & these) << i;
        memcpy(value + i, last, (size_t)rest * sizeof *last);
    }
    *points = with_point & ~left;
    return left;
}

AVX512 static void census_avx512(const char *text, size_t len, struct csv_census *census)
{
    const __m512i newline = _mm512_set1_epi8('\n'), ret = _mm512_set1_epi8('\r');
    const __m512i quote = _mm512_set1_epi8('"');
    struct counts c = {0};

    for (size_t at = 0; at < len; at += 64) {
        __m512i b = _mm512_loadu_si512(text + at);
        uint64_t mine = first_bits(len - at);
        uint64_t odd = _mm512_cmpeq_epi8_mask(b, quote) | _mm512_testn_epi8_mask(b, b);
        counts_add(&c, _mm512_cmpeq_epi8_mask(b, newline) & mine,
            _mm512_cmpeq_epi8_mask(b, ret) & mine, odd & mine);
    }
    *census = counts_census(&c);
}

AVX512 static size_t cut_avx512(
    const char *text, uint32_t from, uint32_t to, char delimiter, uint32_t *begin, size_t room)
{
    const __m512i newline = _mm512_set1_epi8('\n'), comma = _mm512_set1_epi8(delimiter);
    size_t n = 0;

    begin[0] = from;
    for (uint32_t at = from; at < to && n < room; at += 64) {
        __m512i b = _mm512_loadu_si512(text + at);
        uint64_t bits = _mm512_cmpeq_epi8_mask(b, newline) | _mm512_cmpeq_epi8_mask(b, comma);
        n = begins_add(begin, n, at, bits & first_bits(to - at));
    }
    return n < room ? n : room;
}

const struct csv_kernels *csv_vector_kernels(enum cpu_level level)
{
    static const struct csv_kernels avx2 = {census_avx2, cut_avx2, numbers_avx2};
    static const struct csv_kernels avx512 = {census_avx512, cut_avx512, numbers_avx512};
    return level == CPU_AVX512 ? &avx512 : level == CPU_AVX2 ? &avx2 : NULL;
}

#else

const struct csv_kernels *csv_vector_kernels(enum cpu_level level)
{
    (void)level;
    return NULL;
}

#endif
