/*
 * codetree.h -- a tree whose cuts are codes, for finding the leaves of many rows fast.
 *
 * Rows are u8 codes side by side: of numbers 0 .. n_codes-1 by rising value, and n_codes for
 * missing.  A node takes 8 bytes; a leaf leads to itself, so that several rows go down together
 * without asking which has arrived.
 */
#ifndef COMMON_TREE_CODETREE_H
#define COMMON_TREE_CODETREE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/bins.h"
#include "common/tree/forest.h"

enum { CODETREE_COLS_MAX = 256 };

struct code_node {
    uint32_t child; /* the left one; itself in a leaf */
    uint8_t col, cut;
    uint8_t
        missing_left; /* the code of missing values if they go left; else 0, which does anyway */
    uint8_t leaf;
};

struct codetree {
    uint32_t n_nodes;
    struct code_node *nodes;
    const struct tree *tree; /* borrowed: tells the number of a leaf */
};

/* Translates the tree to the codes of b, which has codes by row (b->near).  0 and nodes NULL where
 * it cannot: a category. */
int codetree_init(
    struct codetree *c, const struct tree *tree, const struct bins *b, struct err *err) MUST_CHECK;
void codetree_release(struct codetree *c);

enum { CODETREE_ROWS = 16 }; /* go down together */

/* The leaves of n <= CODETREE_ROWS rows: leaf[i] is tree_leaf()'s of the row whose codes are at
 * rows[i]. */
void codetree_leaves(const struct codetree *c, const uint8_t *const *rows, int n, uint32_t *leaf);

#endif
