/*
 * partition.h -- parting a node's rows by the byte codes of a column.
 */
#ifndef COMMON_TREE_PARTITION_H
#define COMMON_TREE_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

/* Codes that go left: by table, and, where they are an interval of bytes that may run over 255 to
 * 0, as that. */
struct code_sides {
    uint8_t left[256]; /* 1 or 0 */
    bool interval;
    uint8_t start, width; /* left: (uint8_t)(code - start) <= width */
};

/*
 * Moves the rows (numbers, rising) whose codes go left to the front and copies the others to
 * right[n]; both keep their order.  Returns how many went left.  codes has n_codes bytes.
 */
uint32_t rows_part(uint32_t *rows, uint32_t n, uint32_t *right, const uint8_t *codes,
    int64_t n_codes, const struct code_sides *sides);

#endif
