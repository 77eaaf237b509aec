/* levelset.c -- see levelset.h. */
#include "common/tree/levelset.h"

#include <string.h>

#define LIST ((uint64_t)1 << 63)

static uint32_t list_level(const uint64_t *set, uint32_t i)
{
    return (uint32_t)(set[1 + i / 2] >> (i % 2 * 32));
}

static bool list_has(const uint64_t *set, uint32_t level)
{
    uint32_t low = 0, high = (uint32_t)set[0];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (list_level(set, middle) < level)
            low = middle + 1;
        else
            high = middle;
    }
    return low < (uint32_t)set[0] && list_level(set, low) == level;
}

bool levelset_has(const uint64_t *set, uint32_t level)
{
    if (set[0] & LIST)
        return list_has(set, level);
    uint32_t word = level / 64 - (uint32_t)(set[0] >> 32);
    return word < (uint32_t)set[0] && set[1 + word] >> (level % 64) & 1;
}

size_t levelset_end(const uint64_t *set)
{
    uint32_t n = (uint32_t)set[0];
    if (set[0] & LIST)
        return (size_t)list_level(set, n - 1) + 1;
    size_t before = 64 * ((size_t)(set[0] >> 32) + n - 1);
    return before + (set[n] ? 64 - (size_t)__builtin_clzll(set[n]) : 0);
}

size_t levelset_check(const uint64_t *set, size_t room, uint32_t n_levels)
{
    if (room == 0)
        return 0;
    uint32_t n = (uint32_t)set[0];
    if (!(set[0] & LIST)) {
        uint64_t last = (set[0] >> 32) + n, words = ((uint64_t)n_levels + 63) / 64;
        return n > 0 && n < room && last <= words ? 1 + (size_t)n : 0;
    }
    size_t size = 1 + (size_t)n / 2 + n % 2;
    if (n == 0 || size > room || set[0] != (LIST | n))
        return 0;
    for (uint32_t i = 0; i < n; i++)
        if (list_level(set, i) >= n_levels || (i && list_level(set, i) <= list_level(set, i - 1)))
            return 0;
    return size;
}

static size_t bitmap_words(const uint32_t *level, uint32_t n)
{
    return (size_t)level[n - 1] / 64 - level[0] / 64 + 1;
}

static size_t list_words(uint32_t n)
{
    return (size_t)n / 2 + n % 2;
}

size_t levelset_size(const uint32_t *level, uint32_t n)
{
    size_t bitmap = bitmap_words(level, n), list = list_words(n);
    return 1 + (bitmap <= list ? bitmap : list);
}

void levelset_write(uint64_t *set, const uint32_t *level, uint32_t n)
{
    size_t size = levelset_size(level, n);
    bool bitmap = size - 1 == bitmap_words(level, n);
    uint32_t place = level[0] / 64;

    memset(set, 0, size * sizeof *set);
    set[0] = bitmap ? (uint64_t)place << 32 | (size - 1) : LIST | n;
    for (uint32_t i = 0; i < n; i++)
        if (bitmap)
            set[1 + level[i] / 64 - place] |= (uint64_t)1 << (level[i] % 64);
        else
            set[1 + i / 2] |= (uint64_t)level[i] << (i % 2 * 32);
}
