/* order.c -- a radix sort by the bits of a double, least significant byte first; see order.h. */
#include "common/metric/order.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/mem.h"

enum { DIGITS = 8, VALUES = 256 };

struct item {
    uint64_t key;
    uint32_t row;
};

/* Larger for smaller values: the bits of a positive double rise with it, those of a negative one
 * fall. */
static uint64_t key_falling(double value)
{
    uint64_t bits;

    if (isnan(value))
        return UINT64_MAX;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? bits : ~(bits | UINT64_C(1) << 63);
}

static unsigned digit(uint64_t key, int d)
{
    return (unsigned)(key >> 8 * d) & (VALUES - 1);
}

/* One stable pass by digit d; false, and nothing moved, when all items have the same. */
static bool sort_digit(
    const struct item *from, struct item *to, int64_t n, int d, const uint32_t count[VALUES])
{
    uint32_t start[VALUES], sum = 0;

    if (count[digit(from[0].key, d)] == n)
        return false;
    for (int v = 0; v < VALUES; v++) {
        start[v] = sum;
        sum += count[v];
    }
    for (int64_t i = 0; i < n; i++)
        to[start[digit(from[i].key, d)]++] = from[i];
    return true;
}

int order_falling(const double *value, int64_t stride, int64_t n, uint32_t *order, struct err *err)
{
    uint32_t count[DIGITS][VALUES] = {{0}};

    if (n <= 0)
        return 0;
    struct item *items = mem_alloc((size_t)n, 2 * sizeof *items);
    if (!items)
        return err_memory(err);
    struct item *from = items, *to = items + n;
    for (int64_t i = 0; i < n; i++) {
        from[i] = (struct item){key_falling(value[i * stride]), (uint32_t)i};
        for (int d = 0; d < DIGITS; d++)
            count[d][digit(from[i].key, d)]++;
    }
    for (int d = 0; d < DIGITS; d++) {
        if (sort_digit(from, to, n, d, count[d])) {
            struct item *held = from;
            from = to;
            to = held;
        }
    }
    for (int64_t i = 0; i < n; i++)
        order[i] = from[i].row;
    mem_free(items);
    return 0;
}
