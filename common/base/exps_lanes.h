/*
 * exps_lanes.h -- the bodies of exps.c for one CPU level, which includes this once a level.
 *
 * Before that EXPS_LANES is how many doubles a vector has, EXPS_CODE the attribute of functions,
 * EXPS_NAME(f) the level's name for f; without them it is the plain level.  All are gone
 * afterwards.
 *
 * Each lane sees the same operations in the same order at every level, none of which fuses: that
 * makes the results the same.  tests/gold/base/exps.py finds the constants.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef EXPS_LANES
#define EXPS_LANES 2
#define EXPS_CODE
#define EXPS_NAME(f) f##_plain
#endif

#define LANES EXPS_NAME(lanes)
#define BITS  EXPS_NAME(bits)
#define PICK  EXPS_NAME(pick)
#define EXP   EXPS_NAME(exp_below)
#define CODE  EXPS_CODE static inline

typedef double LANES __attribute__((vector_size(EXPS_LANES * 8)));
typedef uint64_t BITS __attribute__((vector_size(EXPS_LANES * 8)));

/* Of lanes where a comparison held those of yes. */
CODE LANES PICK(BITS held, LANES yes, LANES no)
{
    return (LANES)((held & (BITS)yes) | (~held & (BITS)no));
}

/*
 * e^x for x up to 710: 2^k e^r, k being x / ln 2 rounded.  Added to 1.5 2^52 a number loses its
 * fraction, and the sum's low bits are the whole number.  e^r = 1 + r + r^2 / 2 + r^3 P(r).
 */
CODE LANES EXP(LANES x)
{
    const double shift = 0x1.8p52;
    const uint64_t hundred = (uint64_t)100 << 52; /* 2^100 as a factor, added to bits */
    const LANES none = {0};

    /* ln 2 in two parts: k times the upper one, of 42 bits, is exact. */
    LANES shifted = x * 0x1.71547652b82fep+0 + shift, k = shifted - shift;
    LANES far = x - k * 0x1.62e42fefa3800p-1, near = k * 0x1.ef35793c76730p-45, r = far - near;

    LANES r2 = r * r, r4 = r2 * r2;
    LANES p01 = r * 0x1.5555555555555p-5 + 0x1.5555555555556p-3;
    LANES p23 = r * 0x1.6c16c16c167dfp-10 + 0x1.11111111109afp-7;
    LANES p45 = r * 0x1.a01a01a47ccd9p-16 + 0x1.a01a01a7c73c0p-13;
    LANES p67 = r * 0x1.27e4e1ed9933ep-22 + 0x1.71de0da24602dp-19;
    LANES p89 = r * 0x1.1f66eff4fc984p-29 + 0x1.af38c67fbb53ep-26;
    LANES p = (p01 + r2 * p23) + r4 * ((p45 + r2 * p67) + r4 * p89);

    /* What the roundings of r and of 1 + r lose is added last. */
    LANES sum = 1 + r, lost = ((1 - sum) + r) + ((far - r) - near);
    LANES y = sum + (lost + r2 * (r * p + 0.5));

    /* 2^k as 2^(k - 1) 2, or 2^(k + 99) 2^-99 where it may be no normal number: one rounding. */
    BITS small = (BITS)(x < none - 707) & hundred;
    BITS scale = ((BITS)shifted << 52) + small + 0x3fe0000000000000u,
         rest = 0x4000000000000000u - small;
    y = y * (LANES)scale * (LANES)rest;
    return (LANES)((BITS)y & ~(BITS)(x < none - 750));
}

CODE LANES EXPS_NAME(exp_lanes)(LANES x)
{
    const LANES none = {0};
    return PICK((BITS)(x > none + 710), none + INFINITY, EXP(x));
}

/*
 * x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), and with s = f / (2 + f)
 * ln (1 + f) = 2 atanh s = 2 s + s^3 Q(s^2) = f - s (f - s^2 Q(s^2)), where f is exact.
 */
CODE LANES EXPS_NAME(log_lanes)(LANES x)
{
    const uint64_t root = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000; /* sqrt(1/2) and 1 */
    const LANES none = {0};

    BITS small = (BITS)(x < none + 0x1p-1022);
    BITS u = (BITS)PICK(small, x * 0x1p54, x) + (one - root);
    LANES k = (LANES)(u >> 52 | 0x4330000000000000u) - (0x1p52 + 1023); /* 2^52 */
    k -= PICK(small, none + 54, none);
    LANES f = (LANES)((u & 0x000fffffffffffffu) + root) - 1;

    LANES s = f / (f + 2), w = s * s, w2 = w * w;
    LANES q01 = w * 0x1.99999999952d9p-2 + 0x1.5555555555558p-1;
    LANES q23 = w * 0x1.c71c62e434baap-3 + 0x1.2492492df24c9p-2;
    LANES q45 = w * 0x1.39fe54273fda1p-3 + 0x1.7462b50978d9ap-3;
    LANES q = q01 + w2 * (q23 + w2 * (q45 + w2 * 0x1.2b58e1fea16c6p-3));

    LANES far = k * 0x1.62e42fefa3800p-1, near = k * 0x1.ef35793c76730p-45;
    LANES sum = far + f, lost = f - (sum - far);
    LANES y = sum + (lost - (s * (f - w * q) - near));
    y = PICK((BITS)(x < none + INFINITY), y, x); /* infinity and NaN are their own */
    y -= PICK((BITS)(x == none), none + INFINITY, none);
    return (LANES)((BITS)y | (BITS)(x < none)); /* all ones are a NaN */
}

/* Both ends keep their precision: e^x lies above the line where x is below 0. */
CODE LANES EXPS_NAME(logistic_lanes)(LANES x)
{
    const LANES none = {0};
    BITS below = (BITS)(x < none);
    LANES e = EXP((LANES)((BITS)x | 0x8000000000000000u));
    return PICK(below, e, none + 1) / (e + 1);
}

#define MANY(f)                                                                                    \
    EXPS_CODE static void EXPS_NAME(f##_many)(const double *x, double *y, int64_t n)               \
    {                                                                                              \
        LANES v = {0};                                                                             \
        int64_t i = 0;                                                                             \
        for (; i + EXPS_LANES <= n; i += EXPS_LANES) {                                             \
            memcpy(&v, x + i, sizeof v);                                                           \
            v = EXPS_NAME(f##_lanes)(v);                                                           \
            memcpy(y + i, &v, sizeof v);                                                           \
        }                                                                                          \
        if (i < n) {                                                                               \
            memcpy(&v, x + i, (size_t)(n - i) * sizeof *x);                                        \
            v = EXPS_NAME(f##_lanes)(v);                                                           \
            memcpy(y + i, &v, (size_t)(n - i) * sizeof *y);                                        \
        }                                                                                          \
    }

MANY(exp)
MANY(log)
MANY(logistic)

#undef MANY
#undef CODE
#undef EXP
#undef PICK
#undef BITS
#undef LANES
#undef EXPS_NAME
#undef EXPS_CODE
#undef EXPS_LANES
