/*
 * pair.h -- the fast way through nodes of two classes whose rows all weigh the same.
 *
 * There a row's statistics are how often it was drawn and of which class it is: 32 bits, which
 * stand in one record with the row's codes.  Records are moved when a node is split, from one
 * buffer to another and back, so that those of a node always stand side by side; a bin's sums are
 * two halves of one 64-bit number, so that one addition counts a row.  A node of at most
 * PAIR_BLOCK_ROWS rows is a block, whose records move no more: the nodes below it are sets of its
 * rows, and where the CPU can (AVX-512), codes are compared all at once.  Splits are those of
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

enum { PAIR_BLOCK_ROWS = 64, PAIR_COLS_MAX = 8, PAIR_ABOVE_LATER = -2 };

/* The rows of a node. */
struct pair_node {
    uint32_t begin, end; /* records of a buffer */
    uint8_t buffer;      /* which of the two */
    uint64_t set;        /* bit i: record begin + i is the node's; 0: all are, and it is no block */
};

struct pair_rows {
    const struct bins *bins;
    size_t stride;      /* bytes of a record: the codes, and the last four the statistics: draws,
                           and in the upper half draws of the second class */
    uint8_t *record[2]; /* [n] */
    uint32_t n;         /* rows in the sample */
    uint64_t *hist;     /* [PAIR_COLS_MAX][256] all 0 between calls */
    bool blocks;        /* may be compared all at once */
    struct pair_block { /* the block that is at hand, its codes by column */
        uint32_t begin, end;
        uint8_t buffer;
        bool plain; /* some row was drawn too often for what follows */
        uint8_t draws[PAIR_BLOCK_ROWS], second[PAIR_BLOCK_ROWS];
        uint8_t *codes;                  /* [n_cols][PAIR_BLOCK_ROWS] */
        uint32_t stats[PAIR_BLOCK_ROWS]; /* of the rows of the set at hand, one after another */
    } block;
};

/* Can these rows be grown this way?  Dense u8 codes, two classes, equal weights. */
bool pair_possible(const struct bins *b, const struct row_stats *stats);
int pair_init(struct pair_rows *p, const struct bins *b, struct err *err) MUST_CHECK;
void pair_release(struct pair_rows *p);
/* Takes the rows with draws, as the node of the root. */
struct pair_node pair_fill(
    struct pair_rows *p, const struct row_stats *stats, const uint16_t *draws);
/* The sums of the node's rows, as hist_totals(). */
void pair_totals(const struct pair_rows *p, const struct row_stats *stats,
    const struct pair_node *node, int64_t totals[3]);
uint32_t pair_count(const struct pair_node *node); /* its rows */

/*
 * As split_find() of each of the columns in turn, n_cols <= PAIR_COLS_MAX of them.  Returns whether
 * one could be cut at all.
 */
bool pair_find(struct pair_rows *p, const struct split_node *sn, const struct pair_node *node,
    const int *cols, int n_cols, struct split_scratch *scratch, struct split *best);
/* Splits the node's rows among two children; side[code] of the column is 1 for left. */
void pair_partition(struct pair_rows *p, const struct pair_node *node, int col,
    const uint8_t side[256], struct pair_node child[2]);

/* ---- parts ---- */

/* The cut that is best so far, and what the node's cuts are judged by. */
struct pair_cuts {
    const struct split_node *node;
    bool gini;
    double unit, node_score;
    int64_t draws, second; /* of the node */
    double gain;           /* must be beaten */
    int col;               /* -1: nothing has beaten it */
    int below, above; /* bins; above -1: all numbers go left, PAIR_ABOVE_LATER: see the block */
    int missing_left; /* -1: no value is missing */
    uint64_t left;    /* draws, and in the upper half those of the second class */
};
struct pair_cuts pair_cuts_init(const struct split_node *node, double gain);

/*
 * Tries the cuts of a number column of n_bins bins with these sums, which become 0; bit b of
 * occurs[b / 64], where occurs is not NULL, tells that bin b is not empty.  Returns whether there
 * is a cut.
 */
bool pair_cuts_try(
    struct pair_cuts *c, int col, int n_bins, uint64_t *hist, const uint64_t occurs[4]);

/* Blocks (AVX-512). */
bool pair_block_possible(void);
void pair_block_load(struct pair_rows *p, const struct pair_node *node);
void pair_block_select(struct pair_block *b, uint64_t set); /* for pair_block_try() */
/* Tries the cuts of a number column; -1: not in this way, since values are missing or other. */
int pair_block_try(
    struct pair_cuts *c, const struct pair_block *b, uint64_t set, int col, int n_bins);
/* The least code above `below` that a row of the set has: there is one. */
int pair_block_above(const struct pair_block *b, uint64_t set, int col, int below);
/* Those of the set that side sends left. */
uint64_t pair_block_left(
    const struct pair_block *b, uint64_t set, int col, const uint8_t side[256]);

#endif
