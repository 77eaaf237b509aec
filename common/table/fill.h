/*
 * fill.h -- cells of a block (block.h) as numbers, dates and codes.
 *
 * For a block_function: each writes the values of the cells to to[0 .. n-1], NaN for missing ones,
 * and counts in the tally.  False: some cell is not what was asked for.
 */
#ifndef COMMON_TABLE_FILL_H
#define COMMON_TABLE_FILL_H

#include "common/table/block.h"
#include "common/table/cell.h"
#include "common/table/dict.h"

struct fill_rules {
    const struct na *na;
    bool needed;   /* a missing value will not do */
    bool finite;   /* nor will inf */
    bool no_codes; /* nor will digits after a zero, for numbers */
    bool digits;   /* dates may be digits alone */
    bool whole;    /* count in the tally whether all numbers are whole */
};

bool fill_numbers(const struct block_cells *c, const struct fill_rules *r, double *to);
bool fill_dates(const struct block_cells *c, const struct fill_rules *r, double *to);
/* Codes of d; texts that it does not have wait for their turn (block_wait), to[] holding anything.
 */
bool fill_codes(
    const struct block_cells *c, const struct fill_rules *r, const struct dict *d, double *to);
/* The same for a column of groups, in which no text means missing; the empty one will not do. */
bool fill_groups(const struct block_cells *c, const struct dict *d, int32_t *to);
/* Weights as load_weight() wants them. */
bool fill_weights(const struct block_cells *c, const struct na *na, double *to);
/* Counts missing values: how many of the cells are. */
int fill_nothing(const struct block_cells *c, const struct na *na);

#endif
