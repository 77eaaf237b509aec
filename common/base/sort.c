/* sort.c -- radix sort from the least digit, of doubles as whole numbers of the same order; see
 * sort.h. */
#include "common/base/sort.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 6, BUCKETS = 1 << DIGIT_BITS, FEW = 512 };

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

static int compare(const void *a, const void *b)
{
    uint64_t x = key_of(*(const double *)a), y = key_of(*(const double *)b);
    return (x > y) - (x < y);
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

void sort_doubles(double *values, size_t n, double *spare)
{
    _Static_assert(sizeof(double) == sizeof(uint64_t), "keys take the place of values");
    if (n < FEW) {
        qsort(values, n, sizeof *values, compare);
        return;
    }
    /* memcpy() is how the same bytes are doubles first and keys then */
    uint64_t *from = (uint64_t *)(void *)spare, *to = (uint64_t *)(void *)values;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = key_of(values[i]);
        memcpy(&from[i], &key, sizeof key);
    }
    for (int digit = 0; digit < DIGITS; digit++)
        if (pass(from, to, n, digit)) {
            uint64_t *held = from;
            from = to;
            to = held;
        }
    for (size_t i = 0; i < n; i++) {
        double value = value_of(from[i]);
        memcpy(&values[i], &value, sizeof value);
    }
}
