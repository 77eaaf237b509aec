/*
 * number.c -- see number.h.
 *
 * Reading: sign, up to 19 digits as an integer, a power of ten.  Both exact in a double: one
 * multiplication or division is correctly rounded (Clinger 1990, "How to read floating point
 * numbers accurately").  A power within 10^27: by 64 bits of its reciprocal if they settle the
 * rounding (Lemire 2021, "Number parsing at a gigabyte per second"), else 128-bit integers give
 * quotient and remainder.
 * Anything else: strtod() on digits and exponent without a point, so that no locale matters.
 *
 * Writing: the interval of reals that read back as the value, scaled by a power of ten to 128-bit
 * integers exactly; the answer is the multiple of the highest power of ten inside it, the one
 * nearest the value (Steele and White 1990, "How to print floating-point numbers accurately").
 */
#include "common/io/format/number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

enum {
    MAX_DIGITS = 19,          /* of a decimal integer in 64 bits */
    ENOUGH_DIGITS = 800,      /* 768 settle any double; what follows matters only if not zero */
    EXACT_POWER = 22,         /* 10^22 is a double */
    MAX_POWER = 27,           /* 5^27 < 2^63 */
    EXPONENT_LIMIT = 1 << 30, /* of the exponent's text; further digits change nothing */
};

static const double exact_powers[EXACT_POWER + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
    1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const uint64_t powers_of_5[MAX_POWER + 1] = {1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u,
    390625u, 1953125u, 9765625u, 48828125u, 244140625u, 1220703125u, 6103515625u, 30517578125u,
    152587890625u, 762939453125u, 3814697265625u, 19073486328125u, 95367431640625u,
    476837158203125u, 2384185791015625u, 11920928955078125u, 59604644775390625u,
    298023223876953125u, 1490116119384765625u, 7450580596923828125u};

/* 2^(64 + n) / 5^i rounded down, n such that there are 64 bits. */
static const uint64_t reciprocals_of_5[MAX_POWER + 1] = {0, 0xccccccccccccccccu,
    0xa3d70a3d70a3d70au, 0x83126e978d4fdf3bu, 0xd1b71758e219652bu, 0xa7c5ac471b478423u,
    0x8637bd05af6c69b5u, 0xd6bf94d5e57a42bcu, 0xabcc77118461cefcu, 0x89705f4136b4a597u,
    0xdbe6fecebdedd5beu, 0xafebff0bcb24aafeu, 0x8cbccc096f5088cbu, 0xe12e13424bb40e13u,
    0xb424dc35095cd80fu, 0x901d7cf73ab0acd9u, 0xe69594bec44de15bu, 0xb877aa3236a4b449u,
    0x9392ee8e921d5d07u, 0xec1e4a7db69561a5u, 0xbce5086492111aeau, 0x971da05074da7beeu,
    0xf1c90080baf72cb1u, 0xc16d9a0095928a27u, 0x9abe14cd44753b52u, 0xf79687aed3eec551u,
    0xc612062576589ddau, 0x9e74d1b791e07e48u};

static int leading_zeros(uint64_t x)
{
    return __builtin_clzll(x);
}

/* ---- reading ---- */

/* A decimal number taken apart: digits[0..n_digits) (with a point among them or not) without
 * leading zeros, times 10^exponent. */
struct decimal {
    uint64_t mantissa; /* of the first MAX_DIGITS digits */
    int64_t n_digits;
    int64_t exponent; /* of the last digit */
    const char *digits, *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool text_is(const char *text, size_t len, const char *word)
{
    for (; len && *word; text++, word++, len--)
        if ((*text | 0x20) != *word)
            return false;
    return !len && !*word;
}

/* The exponent's number after 'e'; *p moves behind it. */
static bool exponent_read(const char **p, const char *end, int64_t *value)
{
    const char *q = *p;
    bool negative = q < end && *q == '-';
    int64_t n = 0;

    if (q < end && (*q == '-' || *q == '+'))
        q++;
    if (q == end || !is_digit(*q))
        return false;
    for (; q < end && is_digit(*q); q++)
        if (n < EXPONENT_LIMIT)
            n = 10 * n + (*q - '0');
    *value = negative ? -n : n;
    *p = q;
    return true;
}

/* Are the next eight bytes digits?  Then *value is their number. */
static bool eight_digits(const char *p, uint64_t *value)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t x;
    memcpy(&x, p, sizeof x);
    /* 0x30 to 0x39: the upper half is 3, and adding 6 leaves it so */
    if (((x & 0xf0f0f0f0f0f0f0f0u) | (((x + 0x0606060606060606u) & 0xf0f0f0f0f0f0f0f0u) >> 4)) !=
        0x3333333333333333u)
        return false;
    x = (x & 0x0f0f0f0f0f0f0f0fu) * (10 * 0x100 + 1) >> 8; /* pairs, in every other byte */
    x = (x & 0x00ff00ff00ff00ffu) * (100 * 0x10000 + 1) >> 16;
    *value = (x & 0x0000ffff0000ffffu) * (10000 * 0x100000000u + 1) >> 32;
    return true;
#else
    uint64_t x = 0;
    for (int i = 0; i < 8; i++) {
        if (!is_digit(p[i]))
            return false;
        x = 10 * x + (uint64_t)(p[i] - '0');
    }
    *value = x;
    return true;
#endif
}

/* All of p..end as digits, point and exponent. */
static bool decimal_read(const char *p, const char *end, struct decimal *d)
{
    bool any = false, point = false;
    int64_t exponent = 0;
    uint64_t eight;

    *d = (struct decimal){.digits = p, .end = p};
    for (; p < end; p++) {
        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        if (d->n_digits && d->n_digits + 8 <= MAX_DIGITS && end - p >= 8 &&
            eight_digits(p, &eight)) {
            d->mantissa = d->mantissa * 100000000 + eight;
            d->n_digits += 8;
            d->exponent -= point ? 8 : 0;
            p += 7;
            continue;
        }
        if (!is_digit(*p))
            break;
        any = true;
        if (point)
            d->exponent--;
        if (d->n_digits == 0 && *p == '0')
            continue;
        if (d->n_digits == 0)
            d->digits = p;
        if (d->n_digits < MAX_DIGITS)
            d->mantissa = 10 * d->mantissa + (uint64_t)(*p - '0');
        d->n_digits++;
    }
    d->end = p;
    if (!any)
        return false;
    if (p < end && (*p | 0x20) == 'e') {
        p++;
        if (!exponent_read(&p, end, &exponent))
            return false;
        d->exponent += exponent;
    }
    return p == end;
}

/*
 * mantissa / 10^power, correctly rounded; false if that cannot be told.  With r the reciprocal's 64
 * bits and w the mantissa shifted up to 64, the upper half of w r is less than 2 below the upper
 * half of the true product: that matters only if the bits to be cut off are one below a half.
 */
static bool decimal_by_reciprocal(uint64_t mantissa, int power, double *value)
{
    int up = leading_zeros(mantissa), bits_of_5 = 63 - leading_zeros(powers_of_5[power]);
    uint64_t high = (uint64_t)((u128)(mantissa << up) * reciprocals_of_5[power] >> 64);
    int down = 11 - leading_zeros(high); /* or 10 */
    uint64_t half = (uint64_t)1 << (down - 1), rest = high & (2 * half - 1);

    if (rest == half - 1)
        return false;
    uint64_t kept = (high >> down) + (rest >= half);
    uint64_t scale = (uint64_t)(1023 + down - up - bits_of_5 - power) << 52;
    double two_to_scale;
    memcpy(&two_to_scale, &scale, sizeof two_to_scale);
    *value = (double)kept * two_to_scale;
    return true;
}

/* mantissa * 10^exponent, correctly rounded, for |exponent| <= MAX_POWER. */
static double decimal_by_integers(uint64_t mantissa, int exponent)
{
    double settled;
    u128 value; /* mantissa * 10^exponent = value * 2^shift, a bit or'ed in for what is cut off */
    int shift;

    if (exponent < 0 && decimal_by_reciprocal(mantissa, -exponent, &settled))
        return settled;
    if (exponent >= 0) {
        value = (u128)mantissa * powers_of_5[exponent];
        shift = exponent;
    } else {
        int up = leading_zeros(mantissa);
        uint64_t divisor = powers_of_5[-exponent];
        u128 dividend = (u128)(mantissa << up) << 64;
        value = dividend / divisor;
        value |= dividend % divisor != 0; /* more than 60 bits stand above it */
        shift = exponent - up - 64;
    }
    /* Down to 64 bits, then by hand to 53: half to even. */
    uint64_t high = (uint64_t)(value >> 64);
    if (high) {
        int down = 64 - leading_zeros(high);
        bool rest = (value & (((u128)1 << down) - 1)) != 0;
        value = value >> down | rest;
        shift += down;
    }
    uint64_t bits = (uint64_t)value;
    int up = leading_zeros(bits);
    bits <<= up;
    shift -= up;
    uint64_t kept = bits >> 11, rest = bits & 0x7ff;
    kept += rest > 0x400 || (rest == 0x400 && (kept & 1));
    return ldexp((double)kept, shift + 11);
}

/* Any decimal, by strtod(): the digits that can matter, and a 1 for the rest if it is not zero. */
static double decimal_by_strtod(const struct decimal *d)
{
    char text[ENOUGH_DIGITS + 32];
    size_t n = 0;
    int64_t exponent = d->exponent;
    bool rest = false;

    if (d->n_digits + d->exponent > DBL_MAX_10_EXP + 1)
        return HUGE_VAL;
    if (d->n_digits + d->exponent < -400)
        return 0;
    for (const char *p = d->digits; p < d->end; p++) {
        if (*p == '.')
            continue;
        if (n < ENOUGH_DIGITS)
            text[n++] = *p;
        else
            rest = rest || *p != '0';
    }
    exponent += d->n_digits - (int64_t)n;
    if (rest) {
        text[n++] = '1';
        exponent--;
    }
    snprintf(text + n, sizeof text - n, "e%lld", (long long)exponent);
    return strtod(text, NULL);
}

bool number_read(const char *text, size_t len, double *value)
{
    const char *p = text, *end = text + len;
    struct decimal d;
    double v;

    if (!len)
        return false;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!decimal_read(p, end, &d)) {
        size_t left = (size_t)(end - p);
        if (!text_is(p, left, "inf") && !text_is(p, left, "infinity"))
            return false;
        *value = negative ? -INFINITY : INFINITY;
        return true;
    }
    bool whole = d.n_digits <= MAX_DIGITS;
    if (!d.mantissa)
        v = 0;
    else if (FLT_EVAL_METHOD == 0 && whole && d.mantissa <= (uint64_t)1 << 53 &&
             d.exponent >= -EXACT_POWER && d.exponent <= EXACT_POWER)
        v = d.exponent < 0 ? (double)d.mantissa / exact_powers[-d.exponent]
                           : (double)d.mantissa * exact_powers[d.exponent];
    else if (whole && d.exponent >= -MAX_POWER && d.exponent <= MAX_POWER)
        v = decimal_by_integers(d.mantissa, (int)d.exponent);
    else
        v = decimal_by_strtod(&d);
    if (isinf(v))
        return false;
    *value = negative ? -v : v;
    return true;
}

/* ---- writing ---- */

/* What a float or a double is made of: mantissa * 2^exponent. */
struct binary {
    uint64_t mantissa;
    int exponent;
    int precision; /* decimal digits that always suffice: 17, or 9 */
    bool narrow;   /* a power of two: the reals below that read back reach half as far */
};

/* Its shortest decimal: digits (no trailing zeros) as an integer, times 10^exponent. */
struct shortest {
    uint64_t digits;
    int exponent;
};

/*
 * The shortest decimal of b for values whose scale, the power of ten that gives them `precision`
 * digits before the point, is 10^0 to 10^27; false for others.
 */
static bool shortest_by_integers(const struct binary *b, struct shortest *s)
{
    uint64_t least = b->precision == 17 ? 10000000000000000u : 100000000u;
    int bits = 64 - leading_zeros(b->mantissa) + b->exponent;         /* value < 2^bits */
    int scale = b->precision - (int)ceil(bits * 0.30102999566398120); /* right, or one too low */
    u128 x, up, down; /* 4 value 10^scale 2^shift, and how far up and down the interval reaches */
    int shift;

    for (;; scale++) {
        if (scale < 0 || scale > MAX_POWER)
            return false;
        uint64_t power = powers_of_5[scale];
        x = (u128)b->mantissa * power << 2;
        up = (u128)power << 1;
        down = b->narrow ? power : up;
        shift = 2 - (b->exponent + scale);
        if (shift < 2) { /* whole, and no wider than precision digits in binary */
            x <<= 2 - shift;
            up <<= 2 - shift;
            down <<= 2 - shift;
            shift = 2;
        }
        if (shift > 120)
            return false;
        if ((x >> shift) >= least)
            break;
    }
    bool closed = !(b->mantissa & 1); /* reading rounds half to even */
    for (int zeros = 3; zeros >= 0; zeros--) {
        static const uint64_t powers_of_10[] = {1, 10, 100, 1000};
        uint64_t below = (uint64_t)(x >> shift) / powers_of_10[zeros];
        u128 unit = (u128)powers_of_10[zeros] << shift;
        u128 under = x - unit * below, over = unit - under;
        bool down_fits = closed ? under <= down : under < down;
        bool up_fits = closed ? over <= up : over < up;
        if (!down_fits && !up_fits)
            continue;
        bool nearer_up = over < under || (over == under && (below & 1));
        s->digits = below + (up_fits && (!down_fits || nearer_up));
        s->exponent = zeros - scale;
        return true;
    }
    return false;
}

/* Reads digits * 10^exponent as the type the value came from. */
static double shortest_value(const struct shortest *s, const struct binary *b)
{
    double v = 0;
    if (FLT_EVAL_METHOD == 0 && s->digits <= (uint64_t)1 << 53 && s->exponent <= 0 &&
        s->exponent >= -EXACT_POWER) {
        v = (double)s->digits / exact_powers[-s->exponent];
    } else {
        char text[48];
        int n = snprintf(text, sizeof text, "%llue%d", (unsigned long long)s->digits, s->exponent);
        if (!number_read(text, (size_t)n, &v))
            return INFINITY;
    }
    return b->precision == 17 ? v : (double)(float)v;
}

/* The same for any value: correctly rounded decimals of rising length until one reads back, with
 * the next one up where the interval is not symmetric. */
static void shortest_by_search(const struct binary *b, double v, struct shortest *s)
{
    for (int n = 1; n <= 17; n++) {
        char text[48];
        snprintf(text, sizeof text, "%.*e", n - 1, v);
        s->digits = (uint64_t)(text[0] - '0');
        const char *p = text + 1;
        int64_t exponent = 0;
        if (n > 1)
            for (p++; is_digit(*p); p++) /* whatever character the point is */
                s->digits = 10 * s->digits + (uint64_t)(*p - '0');
        p++; /* the e */
        if (!exponent_read(&p, text + strlen(text), &exponent))
            continue;
        s->exponent = (int)exponent - (n - 1);
        if (shortest_value(s, b) == v)
            return;
        s->digits++;
        if (b->narrow && shortest_value(s, b) == v)
            return;
    }
}

/* The decimal digits of n at the end of text[24]; how many. */
static int digits_put(uint64_t n, char *text)
{
    char *p = text + 24;
    do
        *--p = (char)('0' + n % 10);
    while (n /= 10);
    return (int)(text + 24 - p);
}

/* Digits and exponent as text: plain for 1e-5 <= value < 1e16, else d.ddde-7. */
static int shortest_put(struct shortest s, char *text)
{
    char room[24], *p = text;

    while (s.digits % 10 == 0) {
        s.digits /= 10;
        s.exponent++;
    }
    int n = digits_put(s.digits, room);
    const char *digits = room + sizeof room - n;
    int point = n + s.exponent; /* digits before the point */
    if (point < -4 || point > 16) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)n - 1);
            p += n - 1;
        }
        return (int)(p - text) + snprintf(p, 8, "e%d", point - 1);
    }
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = point; i < 0; i++)
            *p++ = '0';
    }
    for (int i = 0; i < n; i++) {
        if (i == point && i > 0)
            *p++ = '.';
        *p++ = digits[i];
    }
    for (int i = n; i < point; i++)
        *p++ = '0';
    *p = '\0';
    return (int)(p - text);
}

static int word_put(const char *word, char *text)
{
    size_t len = strlen(word);
    memcpy(text, word, len + 1);
    return (int)len;
}

static int number_put(double v, struct binary b, char *text)
{
    struct shortest s;
    int sign = 0;

    if (isnan(v))
        return word_put("nan", text);
    if (signbit(v)) {
        *text++ = '-';
        sign = 1;
        v = -v;
    }
    if (isinf(v) || v == 0)
        return sign + word_put(v == 0 ? "0" : "inf", text);
    if (!shortest_by_integers(&b, &s) || (b.precision < 17 && shortest_value(&s, &b) != v))
        shortest_by_search(&b, v, &s);
    return sign + shortest_put(s, text);
}

int number_write(double value, char *text)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7ff);
    struct binary b = {.precision = 17, .narrow = fraction == 0 && exponent > 1};
    b.mantissa = exponent ? fraction | (uint64_t)1 << 52 : fraction;
    b.exponent = (exponent ? exponent : 1) - 1075;
    return number_put(value, b, text);
}

int number_write_float(float value, char *text)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t fraction = bits & 0x7fffff;
    int exponent = (int)(bits >> 23 & 0xff);
    struct binary b = {.precision = 9, .narrow = fraction == 0 && exponent > 1};
    b.mantissa = exponent ? fraction | 0x800000 : fraction;
    b.exponent = (exponent ? exponent : 1) - 150;
    return number_put((double)value, b, text);
}
