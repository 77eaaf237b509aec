/*
 * bytetree.h -- a tree whose rows are bytes, for finding the leaves of many rows fast.
 *
 * A row is a byte a column: of a number 0, 1, ... by rising value, of a category its level or bin,
 * and one byte more for a missing value.  A node takes 8 bytes.  Numbers that go left, missing ones
 * with them or not, are an interval of bytes that may run over 255 to 0, so that one comparison
 * tells; a category has a set of bytes.  Rows stay in a leaf they have reached, so that several go
 * down together without a branch.
 */
#ifndef COMMON_TREE_BYTETREE_H
#define COMMON_TREE_BYTETREE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/bins.h"
#include "common/tree/forest.h"

enum { BYTETREE_COLS_MAX = 1 << 14, BYTETREE_LEAF = 1 << 14, BYTETREE_CATEGORY = 1 << 15 };

struct byte_node {
    uint32_t child; /* the left one; of a leaf: its number */
    uint16_t col;   /* and BYTETREE_CATEGORY; or BYTETREE_LEAF */
    uint8_t start;  /* left: (uint8_t)(byte - start) <= width; a category: low byte of its set's */
    uint8_t width;  /* number, and the high one */
};

struct byte_set {
    uint64_t word[4]; /* bytes that go left */
};

struct bytetree {
    struct byte_node *nodes, *owned; /* owned NULL: the memory is someone else's */
    struct byte_set *sets;           /* [n_sets] NULL: no node splits on a category */
    uint32_t *set_node; /* [n_sets] whose each is, where they are more than 16 bits number;
                           else NULL */
    uint32_t n_sets;
};

/* What bytes mean. */
struct byte_codes {
    int n_cols;
    uint8_t *missing;       /* [n_cols] */
    uint16_t *n_levels;     /* [n_cols] of a category: bytes below are levels */
    const uint32_t **level; /* [n_cols] borrowed: which ones; NULL: their own */
    const uint16_t *cut;    /* [cuts->n] borrowed: the last byte that goes left */
};

int byte_codes_init(struct byte_codes *c, int n_cols, struct err *err) MUST_CHECK; /* all 0 */
/* The codes of bins, where they are bytes; cut is still to be set. */
int byte_codes_of_bins(struct byte_codes *c, const struct bins *b, struct err *err) MUST_CHECK;
void byte_codes_release(struct byte_codes *c);

/* Columns are at most BYTETREE_COLS_MAX.  nodes[tree->n_nodes] is borrowed memory for the nodes,
 * which may be that of the tree's own; NULL: allocated. */
int bytetree_init(struct bytetree *b, const struct tree *tree, const struct byte_codes *codes,
    void *nodes, struct err *err) MUST_CHECK;
void bytetree_release(struct bytetree *b);

/* The leaves of n rows: leaf[i] is tree_leaf()'s of the row at rows[i].  Many at once are faster.
 */
enum { BYTETREE_ROWS = 512 }; /* are many */
void bytetree_leaves(const struct bytetree *b, const uint8_t *const *rows, int n, uint32_t *leaf);

#endif
