/*
 * nearest.c -- see nearest.h.
 *
 * The optimal string alignment distance (Damerau 1964, "A technique for computer detection and
 * correction of spelling errors"), over three rows of the table of prefixes.
 */
#include "common/cli/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { NAME_MAX_LEN = 63 };

static bool same_char(char a, char b)
{
    return a == b || ((a == '_' || a == '-') && (b == '_' || b == '-'));
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t name_distance(const char *a, const char *b)
{
    size_t rows[3][NAME_MAX_LEN + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    size_t n = strlen(a), m = strlen(b);

    if (n > NAME_MAX_LEN || m > NAME_MAX_LEN)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        above[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t replaced = above[j - 1] + !same_char(a[i - 1], b[j - 1]);
            row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same_char(a[i - 1], b[j - 2]) && same_char(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[m];
}

void nearest_try(const char **best, const char *typed, const char *name)
{
    size_t allowed = strlen(typed) / 3;
    size_t distance = name_distance(typed, name);

    if (distance > (allowed ? allowed : 1) || distance >= strlen(typed))
        return;
    if (!*best || distance < name_distance(typed, *best))
        *best = name;
}
