/* sort.c -- doubles as whole numbers of the same order: few are merged, many go through a radix
 * sort from the least digit; see sort.h. */
#include "common/base/sort.h"

#include <stdint.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 6, BUCKETS = 1 << DIGIT_BITS, FEW = 512, RUN = 8 };

/* Negative numbers have all bits turned, others the sign: then they compare as whole numbers. */
static uint64_t key_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((bits >> 63 ? UINT64_MAX : 0) | (uint64_t)1 << 63);
}

static double value_of(uint64_t key)
{
    double value;
    key ^= (key >> 63 ? 0 : UINT64_MAX) | (uint64_t)1 << 63;
    memcpy(&value, &key, sizeof value);
    return value;
}

static size_t size_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Sorts each RUN keys by insertion. */
static void runs_sort(uint64_t *keys, size_t n)
{
    for (size_t first = 0; first < n; first += RUN)
        for (size_t i = first + 1; i < size_min(first + RUN, n); i++) {
            uint64_t key = keys[i];
            size_t at = i;
            for (; at > first && keys[at - 1] > key; at--)
                keys[at] = keys[at - 1];
            keys[at] = key;
        }
}

/* Merges from[0..half) and from[half..n), with no branch that depends on which key is next. */
static void merge(const uint64_t *from, size_t half, size_t n, uint64_t *to)
{
    size_t a = 0, b = half, i = 0;

    while (a < half && b < n) {
        size_t second = from[b] < from[a];
        to[i++] = from[second ? b : a];
        b += second;
        a += 1 - second;
    }
    memcpy(to + i, from + a, (half - a) * sizeof *to);
    memcpy(to + i + half - a, from + b, (n - b) * sizeof *to);
}

/* Sorts from one array to the other and back; returns the one that ends up sorted. */
static uint64_t *merge_sort(uint64_t *from, uint64_t *to, size_t n)
{
    runs_sort(from, n);
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t first = 0; first < n; first += 2 * width)
            merge(from + first, size_min(width, n - first), size_min(2 * width, n - first),
                to + first);
        uint64_t *held = from;
        from = to;
        to = held;
    }
    return from;
}

static unsigned digit_of(uint64_t key, int digit)
{
    return key >> (digit * DIGIT_BITS) & (BUCKETS - 1);
}

/* Moves keys from one array to the other in order of a digit; false, and nothing moved, when all
 * have the same. */
static int pass(const uint64_t *from, uint64_t *to, size_t n, int digit)
{
    size_t start[BUCKETS] = {0}, sum = 0;

    for (size_t i = 0; i < n; i++)
        start[digit_of(from[i], digit)]++;
    if (start[digit_of(from[0], digit)] == n)
        return 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        size_t count = start[bucket];
        start[bucket] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[start[digit_of(from[i], digit)]++] = from[i];
    return 1;
}

static uint64_t *radix_sort(uint64_t *from, uint64_t *to, size_t n)
{
    for (int digit = 0; digit < DIGITS; digit++)
        if (pass(from, to, n, digit)) {
            uint64_t *held = from;
            from = to;
            to = held;
        }
    return from;
}

void sort_doubles(double *values, size_t n, double *spare)
{
    _Static_assert(sizeof(double) == sizeof(uint64_t), "keys take the place of values");
    /* memcpy() is how the same bytes are doubles first and keys then */
    uint64_t *from = (uint64_t *)(void *)spare, *to = (uint64_t *)(void *)values;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = key_of(values[i]);
        memcpy(&from[i], &key, sizeof key);
    }
    from = n < FEW ? merge_sort(from, to, n) : radix_sort(from, to, n);
    for (size_t i = 0; i < n; i++) {
        double value = value_of(from[i]);
        memcpy(&values[i], &value, sizeof value);
    }
}
