/*
 * pair.h -- the fast way through nodes of two classes whose rows all weigh the same.
 *
 * There a row's statistics are how often it was drawn and of which class it is: 32 bits.  A bin's
 * sums are two halves of one 64-bit number, so that one addition counts a row, and in small nodes
 * only the bins that occur are looked at.  Rows of a node stand side by side with their statistics;
 * below PAIR_NEAR_ROWS rows their codes are copied near each other too.  Splits are those of
 * split_find(), bit for bit.
 */
#ifndef COMMON_TREE_PAIR_H
#define COMMON_TREE_PAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/bins.h"
#include "common/tree/hist.h"
#include "common/tree/split.h"

enum { PAIR_NEAR_ROWS = 8192 };

struct pair_rows {
    const struct bins *bins;
    uint32_t n;      /* rows in the sample */
    uint32_t *row;   /* [n] of the table; a node's are [begin, end), rising */
    uint32_t *stat;  /* [n] draws, and in the upper half draws of the second class */
    uint16_t *local; /* [n] while codes are near: place among near */
    uint32_t *spare_row, *spare_stat;
    uint16_t *spare_local;
    uint8_t *near; /* codes of rows [near_begin, near_end), bins->stride bytes each */
    uint32_t near_begin, near_end;
    uint64_t *hist; /* [256] all 0 between calls */
};

/* Can these rows be grown this way?  Dense u8 codes, two classes, equal weights. */
bool pair_possible(const struct bins *b, const struct row_stats *stats);

int pair_init(struct pair_rows *p, const struct bins *b, struct err *err) MUST_CHECK;
void pair_release(struct pair_rows *p);
/* Takes the rows with draws. */
void pair_fill(struct pair_rows *p, const struct row_stats *stats, const uint16_t *draws);
/* Copies the codes of a node's rows near each other if it is small and they are not. */
void pair_approach(struct pair_rows *p, uint32_t begin, uint32_t end);

/* As split_find(), of a number column. */
bool pair_find(struct pair_rows *p, const struct split_node *node, int col, uint32_t begin,
    uint32_t end, struct split *best);
/* Moves what goes left to the front, keeping orders; side[code] is 1 for left.  Where the right
 * part begins. */
uint32_t pair_partition(
    struct pair_rows *p, int col, const uint8_t side[256], uint32_t begin, uint32_t end);

#endif
