/*
 * codetree.h -- a tree whose cuts are codes, for finding the leaves of many rows fast.
 *
 * Rows are u16 codes side by side: of a number 0 .. n_bins-1 by rising value, and n_bins where it
 * is missing.  A node takes 8 bytes; a leaf leads to itself, so that several rows go down together
 * without asking which has arrived.
 */
#ifndef COMMON_TREE_CODETREE_H
#define COMMON_TREE_CODETREE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/bins.h"
#include "common/tree/forest.h"

enum { CODETREE_COLS_MAX = 1 << 15, CODETREE_MISSING_LEFT = 1 << 15 };

struct code_node {
    uint32_t child; /* the left one; itself in a leaf */
    uint16_t col;   /* and CODETREE_MISSING_LEFT */
    uint16_t cut;   /* codes up to this go left */
};

struct codetree {
    struct code_node *nodes; /* NULL: the tree has no such form */
    const uint16_t *missing; /* borrowed: code of a missing value, by column */
};

/* The code of a missing value by column, as codetree_init() wants it: n_bins, or 0. */
void codetree_missing(const struct bins *b, uint16_t *missing);

/* Translates the tree to the codes of b; nodes are NULL where that cannot be: a category, too many
 * columns. */
int codetree_init(struct codetree *c, const struct tree *tree, const struct bins *b,
    const uint16_t *missing, struct err *err) MUST_CHECK;
void codetree_release(struct codetree *c);

enum { CODETREE_ROWS = 16 }; /* go down together */

/* The leaves of n <= CODETREE_ROWS rows in the tree: leaf[i] is tree_leaf()'s of the row whose
 * codes are at rows[i]. */
void codetree_leaves(const struct codetree *c, const struct tree *tree, const uint16_t *const *rows,
    int n, uint32_t *leaf);

#endif
