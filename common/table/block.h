/*
 * block.h -- plain rows of CSV taken many at a time, by all threads of the pool.
 *
 * A block is some of the whole lines that come next, cut into pieces.  Threads cut pieces into
 * cells and hand these, up to CSV_CELLS_MAX rows of one column at a time, to the caller's function,
 * which puts values where they belong: row numbers are known, since every plain line is a row.
 * What is not plain, and pieces whose cells the function refuses, are left to source_next(): the
 * caller reads `slow` rows with it, and comes back.  So odd cells and all errors have one place.
 *
 *     while ((got = block_take(&b, max_rows, &err)) >= 0) {
 *         if (got == 0) { one row by source_next(), whose end is the end; block_slow(&b, 1); }
 *         else { room for b.n_rows; block_fill(); n pieces kept, of b.n_good; block_done(&b, n); }
 *     }
 */
#ifndef COMMON_TABLE_BLOCK_H
#define COMMON_TABLE_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/io/format/csv_scan.h"
#include "common/table/source.h"

/* What a function counts of one column in one piece; zero at first. */
struct block_tally {
    int64_t n_missing, n_unknown;
    bool part;    /* some number is not whole */
    bool rounded; /* some whole number is not what double made of it */
};

/* A cell whose text has to wait until its piece's turn comes: dictionaries are not shared. */
struct block_text {
    int column;
    int64_t row; /* of the block */
    const char *text;
    size_t len;
};

struct block_piece {
    const char *text; /* whole lines */
    size_t len;
    struct csv_census census;
    int64_t row;  /* of the block: the first */
    int64_t line; /* of the file: the first */
    bool good, no_memory;
    struct block_text *texts; /* those that wait, by rising row for each column */
    size_t n_texts, texts_room;
    size_t kept;               /* for the caller; 0 at first */
    struct block_tally *tally; /* [n_columns] */
};

struct block_cells {
    struct csv_cells cells;
    int column;  /* as the caller counts */
    int64_t row; /* of the block: the first */
    const struct block *block;
    struct block_piece *piece;
    struct block_tally *tally;
};

/* From any thread; false: the piece has to be read row by row.  Then nothing that was written for
 * the piece counts. */
typedef bool block_function(void *ctx, const struct block_cells *c);

/* A column that the function wants: the source's column `from`.  BLOCK_ROW: each cell is the first
 * of its row, and the places of the others follow, block->stride behind one another. */
enum { BLOCK_ROW = -1 };
struct block_column {
    int column, from;
};

struct block {
    struct source *source;
    const struct csv_kernels *kernels;
    struct source_span span;
    int64_t n_rows, slow;
    size_t n_bytes;       /* of the pieces */
    int n_pieces, n_good; /* the first n_good pieces were filled */
    struct block_piece *piece;
    int n_columns; /* of the caller, at most */
    size_t piece_size;
    int pieces_max, patience;  /* how many pieces to take; fewer when the last ones were refused */
    struct block_tally *tally; /* [pieces_max * n_columns] */
    uint32_t *places;          /* [workers][places_room] */
    size_t places_room, begin_room, workers;
    int stride; /* most lines cut at once: places of a column's cells */
};
#define BLOCK_INIT                                                                                 \
    {                                                                                              \
        .source = NULL                                                                             \
    }

/* The caller's columns are numbered 0 .. n_columns - 1.  The first few rows are left to
 * source_next() if they settle what columns are. */
int block_init(
    struct block *b, struct source *s, int n_columns, bool settling, struct err *err) MUST_CHECK;
void block_release(struct block *b);

/* Finds the next pieces, of at most max_rows rows altogether (or one piece): 1; 0: none, read a row
 * with source_next() first; -1. */
int block_take(struct block *b, int64_t max_rows, struct err *err) MUST_CHECK;
int block_fill(struct block *b, const struct block_column *want, int n, block_function *fn,
    void *ctx, struct err *err) MUST_CHECK;
/* The first n pieces were used.  Returns their rows. */
int64_t block_done(struct block *b, int n);
void block_slow(struct block *b, int64_t n_rows);

/* How many rows there will be, of which there are n_rows before the block: as many as the rest of
 * the file seems to have, at least the block's. */
size_t block_expected(const struct block *b, int64_t n_rows);
/* Room for them in an array of one element a row.  As mem_grow(). */
int block_reserve(const struct block *b, void *array, size_t *room, int64_t n_rows, size_t size,
    struct err *err) MUST_CHECK;

/* The text of cell i, blanks trimmed if that is to be. */
const char *block_cell(const struct block_cells *c, int i, size_t *len);
/* Lets cell i wait (block_text); false: no memory. */
bool block_wait(const struct block_cells *c, int i);

#endif
