/* codetree.c -- see codetree.h. */
#include "common/tree/codetree.h"

#include <math.h>

#include "common/base/mem.h"

/* The last code whose values are <= threshold; -1: none. */
static int code_below(const struct bin_column *c, double threshold)
{
    int low = 0, high = c->n_bins;
    while (low < high) {
        int middle = (low + high) / 2;
        if (c->high[middle] <= threshold)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

int codetree_init(
    struct codetree *c, const struct tree *tree, const struct bins *b, struct err *err)
{
    *c = (struct codetree){.n_nodes = tree->n_nodes, .tree = tree};
    if (!b->near || tree->n_words)
        return 0;
    c->nodes = mem_alloc(tree->n_nodes, sizeof *c->nodes);
    if (!c->nodes)
        return err_memory(err);
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        const struct node *node = &tree->nodes[i];
        if (node->column < 0) {
            c->nodes[i] = (struct code_node){.child = i, .cut = 255, .leaf = 1};
            continue;
        }
        const struct bin_column *column = &b->cols[node->column];
        int cut = code_below(column, node->threshold);
        bool left = node->flags & NODE_MISSING_LEFT;
        c->nodes[i] = (struct code_node){.child = node->child,
            .col = (uint8_t)node->column,
            .cut = (uint8_t)cut,
            .missing_left = left ? (uint8_t)column->n_bins : 0};
    }
    return 0;
}

void codetree_release(struct codetree *c)
{
    mem_free(c->nodes);
    *c = (struct codetree){.nodes = NULL};
}

/* A step of one row: leaves stay, as every code but a missing value's is <= 255 and child + 0 is
 * the leaf. */
static inline uint32_t step(const struct code_node *nodes, uint32_t at, const uint8_t *row)
{
    struct code_node node = nodes[at];
    uint8_t code = row[node.col];
    bool right = (code > node.cut) & (code != node.missing_left);
    return node.child + right;
}

void codetree_leaves(const struct codetree *c, const uint8_t *const *rows, int n, uint32_t *leaf)
{
    const struct code_node *nodes = c->nodes;
    uint32_t at[CODETREE_ROWS] = {0};
    const uint8_t *row[CODETREE_ROWS];
    unsigned arrived;

    for (int i = 0; i < CODETREE_ROWS; i++)
        row[i] = rows[i < n ? i : 0];
    do {
        for (int steps = 0; steps < 4; steps++)
            for (int i = 0; i < CODETREE_ROWS; i++)
                at[i] = step(nodes, at[i], row[i]);
        arrived = 1;
        for (int i = 0; i < CODETREE_ROWS; i++)
            arrived &= nodes[at[i]].leaf;
    } while (!arrived);
    for (int i = 0; i < n; i++)
        leaf[i] = c->tree->nodes[at[i]].child;
}
