/* nasty.h -- random CSV of every sort, and options to read it with. */
#ifndef TESTS_UNIT_TABLE_NASTY_H
#define TESTS_UNIT_TABLE_NASTY_H

#include "common/base/buf.h"
#include "common/base/rng.h"
#include "common/table/table.h"

enum { NASTY_COLUMNS = 12 };

/* What is in a column's cells, apart from slips. */
enum nasty_kind {
    NASTY_DECIMALS,
    NASTY_WHOLE,
    NASTY_DIGITS,   /* 0 to 9 */
    NASTY_01,       /* 0 or 1 */
    NASTY_HARD,     /* numbers of any form, some near what double can hold */
    NASTY_LONG,     /* 15 to 21 digits */
    NASTY_BIG,      /* whole, 15 to 19 digits */
    NASTY_ROW,      /* the number of the row */
    NASTY_CATEGORY, /* a few texts */
    NASTY_CONSTANT, /* one text */
    NASTY_ID,       /* texts that rarely repeat */
    NASTY_DATE,
    NASTY_ZEROS,  /* digits after a zero */
    NASTY_WEIGHT, /* not negative */
    NASTY_EMPTY,
    NASTY_KINDS
};

/* One file and how it is made. */
struct nasty {
    struct rng rng;
    int row, n_columns;
    enum nasty_kind kind[NASTY_COLUMNS];
    bool taken[NASTY_COLUMNS];  /* by an option */
    bool strict[NASTY_COLUMNS]; /* where slips and missing cells are errors: they are rare */
    char delimiter;
    bool no_header, crlf, bom;
    /* out of a million: cells that are not of their column's kind, missing, blanks around, quoted;
     * rows that are ragged, blank lines, other line ends, bytes of any value */
    int slips, missing, blanks, quotes, ragged, empty_lines, other_ends, bytes;
    struct read_opts opts; /* its texts point here or to constants */
    char target[12], weight[12], group[12], list[12];
};

void nasty_init(struct nasty *n, uint64_t seed);
/* Appends a file of so many rows; each call makes another one with the same columns. */
void nasty_write(struct nasty *n, int rows, struct buf *out);

#endif
