/*
 * codetree.h -- a tree whose rows are 16-bit codes: what bytetree.h is to bytes.
 *
 * Codes are those of coder.h.  A node takes 8 bytes; a leaf leads to itself.
 */
#ifndef COMMON_TREE_CODETREE_H
#define COMMON_TREE_CODETREE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/forest.h"

enum {
    CODETREE_COLS_MAX = 1 << 14,
    CODETREE_CATEGORY = 1 << 14,
    CODETREE_MISSING_LEFT = 1 << 15,
    CODETREE_ROWS = 16, /* go down together */
};

struct code_node {
    uint32_t child; /* the left one; itself in a leaf */
    uint16_t col;   /* and CODETREE_CATEGORY, CODETREE_MISSING_LEFT */
    uint16_t cut;   /* numbers: codes up to this go left */
};

struct codetree {
    struct code_node *nodes;
};

/* cut[i] is the code of pair i of the tree's cuts. */
int codetree_init(
    struct codetree *c, const struct tree *tree, const uint16_t *cut, struct err *err) MUST_CHECK;
void codetree_release(struct codetree *c);

/* The leaves of n <= CODETREE_ROWS rows: leaf[i] is tree_leaf()'s of the row at rows[i]. */
void codetree_leaves(const struct codetree *c, const struct tree *tree, const uint16_t *const *rows,
    int n, uint32_t *leaf);

#endif
