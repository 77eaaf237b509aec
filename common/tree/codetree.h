/*
 * codetree.h -- a tree whose rows are 16-bit codes: what bytetree.h is to bytes.
 *
 * Codes are those of coder.h.  A node takes 8 bytes.
 */
#ifndef COMMON_TREE_CODETREE_H
#define COMMON_TREE_CODETREE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/forest.h"

enum {
    CODETREE_COLS_MAX = 1 << 13,
    CODETREE_LEAF = 1 << 13,
    CODETREE_CATEGORY = 1 << 14,
    CODETREE_MISSING_LEFT = 1 << 15,
    CODETREE_ROWS = 16, /* go down together */
};

struct code_node {
    uint32_t child; /* the left one; of a leaf: its number */
    uint16_t col;   /* and CODETREE_CATEGORY, CODETREE_MISSING_LEFT; or CODETREE_LEAF */
    uint16_t cut;   /* numbers: codes up to this go left; a category: its set's number */
};

struct codetree {
    struct code_node *nodes; /* borrowed */
    const uint64_t *words;   /* borrowed: the tree's */
    uint32_t *set_at;        /* [n_sets] where sets begin in words; NULL: no category */
    uint32_t *set_node;      /* [n_sets] whose they are, where 16 bits do not number them */
    uint32_t n_sets;
};

/* cut[i] is the code of pair i of the tree's cuts.  nodes[tree->n_nodes] is memory for the nodes,
 * which may be that of the tree's own; the tree's words must outlive this. */
int codetree_init(struct codetree *c, const struct tree *tree, const uint16_t *cut, void *nodes,
    struct err *err) MUST_CHECK;
void codetree_release(struct codetree *c);

/* The leaves of n <= CODETREE_ROWS rows: leaf[i] is tree_leaf()'s of the row at rows[i]. */
void codetree_leaves(const struct codetree *c, const uint16_t *const *rows, int n, uint32_t *leaf);

#endif
