/*
 * partition.h -- parting a node's rows by the byte codes of a column.
 */
#ifndef COMMON_TREE_PARTITION_H
#define COMMON_TREE_PARTITION_H

#include <stdint.h>

/*
 * Moves the rows (numbers, rising) that go left to the front and copies the others to right[n];
 * both keep their order.  left[codes[row]] is 1 or 0.  Returns how many went left.
 */
uint32_t rows_part(
    uint32_t *rows, uint32_t n, uint32_t *right, const uint8_t *codes, const uint8_t left[256]);

#endif
