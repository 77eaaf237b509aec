/*
 * records.h -- the fast way through nodes: rows as records that move.
 *
 * A row's codes and its statistics stand in one record.  Records are moved when a node is split,
 * from one buffer to another and back, so that those of a node always stand side by side and are
 * read in order, whatever rows they are.  Splits are those of split_find(), bit for bit.  For dense
 * u8 codes and rows that weigh the same; three kinds of statistics:
 *
 *   two classes       how often the row was drawn, and as much again if it is of the second: pair.h
 *   more classes      how often the row was drawn, and its class: wide.c
 *   values            the value times its draws, draws, and the row: wide.c
 *
 * Of two classes, a node of at most RECORD_BLOCK_ROWS rows may be a block, whose records move no
 * more: the nodes below it are sets of its rows.
 */
#ifndef COMMON_TREE_RECORDS_H
#define COMMON_TREE_RECORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/base/err.h"
#include "common/tree/bins.h"
#include "common/tree/hist.h"
#include "common/tree/split.h"

enum { RECORD_BLOCK_ROWS = 64, RECORD_COLS_MAX = 8, RECORD_CLASSES_MAX = 64, RECORD_BINS = 256 };

enum record_kind { RECORD_NONE, RECORD_PAIR, RECORD_CLASS, RECORD_VALUE };

/* The statistics, at the end of a record; u16 and u16 of classes. */
struct record_value {
    int64_t sum; /* value times draws, fixed point */
    uint32_t draws, row;
};

/* The rows of a node. */
struct record_node {
    uint32_t begin, end; /* records of a buffer */
    uint8_t buffer;      /* which of the two */
    uint64_t set;        /* bit i: record begin + i is the node's; 0: all are, and it is no block */
};

struct records {
    const struct bins *bins;
    const struct row_stats *stats;
    enum record_kind kind;
    size_t stride;      /* bytes of a record, a multiple of 32 */
    uint8_t *record[2]; /* [n] */
    uint32_t n;         /* rows in the sample */
    void *hist;         /* all 0 between calls: see pair.c, wide.c */
    uint32_t *rows;     /* values: of a leaf */
    bool blocks;        /* may be compared all at once */
    struct record_block {
        uint32_t begin, end; /* the block that is at hand */
        uint8_t buffer;
        bool plain;                        /* some row was drawn too often for what follows */
        const uint8_t *draws, *second;     /* [RECORD_BLOCK_ROWS] */
        uint8_t *codes;                    /* [stride][RECORD_BLOCK_ROWS] the records by column */
        uint32_t stats[RECORD_BLOCK_ROWS]; /* of the rows of the set at hand, one after another */
    } block;
};

/* What rows can be as records; RECORD_NONE: they cannot. */
enum record_kind records_kind(const struct bins *b, const struct row_stats *stats, bool by_rows);
int records_init(struct records *r, enum record_kind kind, const struct bins *b,
    const struct row_stats *stats, struct err *err) MUST_CHECK;
void records_release(struct records *r);

/* Takes the rows with draws, as the node of the root; totals[1 + n_sums] as hist_totals(). */
struct record_node records_fill(struct records *r, const uint16_t *draws, int64_t *totals);
uint32_t records_count(const struct record_node *node);
/* Values only: are all targets the same? */
bool records_alike(const struct records *r, const struct record_node *node);
/* Values only: the rows, rising, until the next call. */
struct hist_rows records_rows(
    struct records *r, const struct record_node *node, const uint16_t *draws);

/* As split_find() of each of the columns in turn.  Returns whether one could be cut at all. */
bool records_find(struct records *r, const struct split_node *sn, const struct record_node *node,
    const int *cols, int n_cols, struct split_scratch *scratch, struct split *best);
/* Splits the node's rows among two children; side[code] of the column is 1 for left. */
void records_partition(struct records *r, const struct record_node *node, int col,
    const uint8_t side[RECORD_BINS], struct record_node child[2]);

/* ---- for the kinds ---- */

/* n_cols <= RECORD_COLS_MAX */
bool pair_find(struct records *r, const struct split_node *sn, const struct record_node *node,
    const int *cols, int n_cols, struct split_scratch *scratch, struct split *best);
bool wide_find(struct records *r, const struct split_node *sn, const struct record_node *node,
    const int *cols, int n_cols, struct split_scratch *scratch, struct split *best);
size_t wide_hist_size(const struct records *r);

static inline const uint8_t *record_of(const struct records *r, const struct record_node *node)
{
    return r->record[node->buffer] + node->begin * r->stride;
}

static inline uint32_t record_stat(const uint8_t *record, size_t stride)
{
    uint32_t stat;
    memcpy(&stat, record + stride - sizeof stat, sizeof stat);
    return stat;
}

static inline struct record_value record_value(const uint8_t *record, size_t stride)
{
    struct record_value v;
    memcpy(&v, record + stride - sizeof v, sizeof v);
    return v;
}

#endif
