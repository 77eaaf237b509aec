/* coder.c -- see coder.h. */
#include "common/tree/coder.h"

#include <math.h>
#include <string.h>

#include "common/base/cpu.h"
#include "common/base/mem.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { SIZE_MIN = 256 };

int coder_of_numbers(struct coder *c, const double *threshold, size_t n)
{
    *c = (struct coder){.n_codes = n + 1, .size = SIZE_MIN};
    while (c->size <= n)
        c->size *= 2;
    c->high = mem_aligned(c->size, sizeof *c->high); /* vectors of it within cache lines */
    if (!c->high)
        return -1;
    for (size_t i = 0; i < c->size; i++)
        c->high[i] = i < n ? threshold[i] : INFINITY;
    for (int i = 0; i < 16; i++)
        c->pivots[i] = c->high[16 * i + 15];
    return 0;
}

void coder_of_levels(struct coder *c, size_t n_levels)
{
    *c = (struct coder){.category = true, .n_codes = n_levels};
}

void coder_release(struct coder *c)
{
    mem_free(c->high);
    *c = (struct coder){.high = NULL};
}

/* Halves the table, with no branch that depends on the value.  Nothing is below a NaN. */
static inline size_t number_code(const struct coder *c, double value)
{
    size_t at = 0;
    for (size_t half = c->size / 2; half; half /= 2)
        at += c->high[at + half - 1] < value ? half : 0;
    return at;
}

/* The same of SIZE_MIN thresholds. */
static inline size_t byte_code(const double *high, double value)
{
    size_t at = (size_t)(high[127] < value) << 7;
    at += (size_t)(high[at + 63] < value) << 6;
    at += (size_t)(high[at + 31] < value) << 5;
    at += (size_t)(high[at + 15] < value) << 4;
    at += (size_t)(high[at + 7] < value) << 3;
    at += (size_t)(high[at + 3] < value) << 2;
    at += (size_t)(high[at + 1] < value) << 1;
    return at + (high[at] < value);
}

static bool bytes_plain(const struct coder *c, const double *value, int n, uint8_t *to, size_t step)
{
    bool missing = false;
    for (int i = 0; i < n; i++) {
        bool gone = isnan(value[i]);
        to[(size_t)i * step] =
            gone ? (uint8_t)CODER_MISSING : (uint8_t)byte_code(c->high, value[i]);
        missing |= gone;
    }
    return missing;
}

#if defined(__x86_64__)
/* Which sixteen, then which of the sixteen: how many are below the value. */
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,popcnt"))) static bool bytes_avx512(
    const struct coder *c, const double *value, int n, uint8_t *to, size_t step)
{
    const __m512d low = _mm512_loadu_pd(c->pivots), high = _mm512_loadu_pd(c->pivots + 8);
    bool missing = false;
    for (int i = 0; i < n; i++) {
        __m512d x = _mm512_set1_pd(value[i]);
        unsigned below = (unsigned)_mm512_cmp_pd_mask(low, x, _CMP_LT_OQ) |
                         (unsigned)_mm512_cmp_pd_mask(high, x, _CMP_LT_OQ) << 8;
        unsigned at = 16 * (unsigned)__builtin_popcount(below);
        const double *part = c->high + at;
        below = (unsigned)_mm512_cmp_pd_mask(_mm512_loadu_pd(part), x, _CMP_LT_OQ) |
                (unsigned)_mm512_cmp_pd_mask(_mm512_loadu_pd(part + 8), x, _CMP_LT_OQ) << 8;
        bool gone = isnan(value[i]);
        unsigned code = at + (unsigned)__builtin_popcount(below);
        to[(size_t)i * step] = gone ? (uint8_t)CODER_MISSING : (uint8_t)code;
        missing |= gone;
    }
    return missing;
}
#endif

/* Levels beyond all sets go with the missing ones. */
static inline bool has_level(const struct coder *c, double value)
{
    return value < (double)c->n_codes;
}

bool coder_bytes(const struct coder *c, const double *value, int n, uint8_t *to, size_t step)
{
    bool missing = false;
    if (!c->category) {
#if defined(__x86_64__)
        if (cpu_level() == CPU_AVX512)
            return bytes_avx512(c, value, n, to, step);
#endif
        return bytes_plain(c, value, n, to, step);
    }
    for (int i = 0; i < n; i++) {
        bool there = has_level(c, value[i]);
        to[(size_t)i * step] = there ? (uint8_t)value[i] : (uint8_t)CODER_MISSING;
        missing |= !there;
    }
    return missing;
}

void coder_words(const struct coder *c, const double *value, int n, uint16_t *to, size_t step)
{
    for (int i = 0; i < n; i++)
        to[(size_t)i * step] = isnan(value[i]) ? CODER_MISSING
                               : c->category   ? (uint16_t)value[i]
                                               : (uint16_t)number_code(c, value[i]);
}
