/* partition.c -- see partition.h. */
#include "common/tree/partition.h"

/* Rows whose codes are fetched ahead of their turn. */
enum { AHEAD = 32 };

uint32_t rows_part(
    uint32_t *rows, uint32_t n, uint32_t *right, const uint8_t *codes, const uint8_t left[256])
{
    uint32_t n_left = 0;

    /* every row is written to both sides, and counted on one: no branch to guess */
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = rows[i];
        __builtin_prefetch(codes + rows[i + AHEAD < n ? i + AHEAD : i]);
        right[i - n_left] = row;
        rows[n_left] = row;
        n_left += left[codes[row]];
    }
    return n_left;
}
