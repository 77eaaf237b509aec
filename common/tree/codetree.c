/* codetree.c -- see codetree.h. */
#include "common/tree/codetree.h"

#include <math.h>

#include "common/base/mem.h"

void codetree_missing(const struct bins *b, uint16_t *missing)
{
    for (int col = 0; col < b->n_cols; col++)
        missing[col] = (uint16_t)b->cols[col].n_bins;
}

int codetree_init(struct codetree *c, const struct tree *tree, const struct bins *b,
    const uint16_t *missing, struct err *err)
{
    *c = (struct codetree){.missing = missing};
    if (tree->n_words || b->n_cols > CODETREE_COLS_MAX)
        return 0;
    c->nodes = mem_alloc(tree->n_nodes, sizeof *c->nodes);
    if (!c->nodes)
        return err_memory(err);
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        const struct node *node = &tree->nodes[i];
        if (node_is_leaf(node)) {
            c->nodes[i] = (struct code_node){i, 0, UINT16_MAX};
            continue;
        }
        int col = node_column(tree, node);
        uint32_t cut = node->test & NODE_INDEX;
        c->nodes[i] = (struct code_node){.child = node->child,
            .col = (uint16_t)(col | (node_missing_left(node) ? CODETREE_MISSING_LEFT : 0)),
            .cut = tree->codes ? tree->codes[cut]
                               : bin_code_below(&b->cols[col], tree->cuts->threshold[cut])};
    }
    return 0;
}

void codetree_release(struct codetree *c)
{
    mem_free(c->nodes);
    *c = (struct codetree){.nodes = NULL};
}

/* A step of one row; a leaf's cut takes every code to itself. */
static inline uint32_t step(const struct codetree *c, uint32_t at, const uint16_t *row)
{
    struct code_node node = c->nodes[at];
    unsigned col = node.col & (CODETREE_MISSING_LEFT - 1);
    uint16_t code = row[col];
    bool back = (node.col >= CODETREE_MISSING_LEFT) & (code == c->missing[col]);
    return node.child + ((code > node.cut) & !back);
}

void codetree_leaves(const struct codetree *c, const struct tree *tree, const uint16_t *const *rows,
    int n, uint32_t *leaf)
{
    uint32_t at[CODETREE_ROWS] = {0};
    const uint16_t *row[CODETREE_ROWS];
    uint32_t moved;

    for (int i = 0; i < CODETREE_ROWS; i++)
        row[i] = rows[i < n ? i : 0];
    do {
        moved = 0;
        for (int i = 0; i < CODETREE_ROWS; i++) {
            uint32_t to = step(c, step(c, step(c, at[i], row[i]), row[i]), row[i]);
            moved |= to ^ at[i];
            at[i] = to;
        }
    } while (moved);
    for (int i = 0; i < n; i++)
        leaf[i] = tree->nodes[at[i]].child;
}
