/* codetree.c -- see codetree.h. */
#include "common/tree/codetree.h"

#include "common/base/mem.h"
#include "common/tree/coder.h"
#include "common/tree/levelset.h"

int codetree_init(struct codetree *c, const struct tree *tree, const uint16_t *cut, struct err *err)
{
    c->nodes = mem_alloc(tree->n_nodes, sizeof *c->nodes);
    if (!c->nodes)
        return err_memory(err);
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        const struct node *node = &tree->nodes[i];
        if (node_is_leaf(node)) {
            c->nodes[i] = (struct code_node){i, 0, UINT16_MAX};
            continue;
        }
        bool category = node_is_category(node);
        int col = node_column(tree, node) | (category ? CODETREE_CATEGORY : 0) |
                  (node_missing_left(node) ? CODETREE_MISSING_LEFT : 0);
        c->nodes[i] = (struct code_node){
            node->child, (uint16_t)col, category ? 0 : cut[node->test & NODE_INDEX]};
    }
    return 0;
}

void codetree_release(struct codetree *c)
{
    mem_free(c->nodes);
    *c = (struct codetree){NULL};
}

/* A step of one row; a leaf's cut takes every code to itself.  sets is a constant where this is
 * called. */
static inline uint32_t step(
    const struct codetree *c, const struct tree *tree, uint32_t at, const uint16_t *row, bool sets)
{
    struct code_node node = c->nodes[at];
    uint16_t code = row[node.col & (CODETREE_COLS_MAX - 1)];
    bool missing_left = node.col & CODETREE_MISSING_LEFT, missing = code == CODER_MISSING;

    if (sets && node.col & CODETREE_CATEGORY) {
        bool in = !missing && levelset_has(node_set(tree, &tree->nodes[at]), code);
        return node.child + (missing_left == in);
    }
    return node.child + ((code > node.cut) & !(missing & missing_left));
}

static inline void go_down(const struct codetree *c, const struct tree *tree,
    const uint16_t *const *row, uint32_t *at, bool sets)
{
    uint32_t moved;
    do {
        moved = 0;
        for (int i = 0; i < CODETREE_ROWS; i++)
            at[i] = step(c, tree, at[i], row[i], sets);
        for (int i = 0; i < CODETREE_ROWS; i++) {
            uint32_t to = step(c, tree, at[i], row[i], sets);
            moved |= to ^ at[i];
            at[i] = to;
        }
    } while (moved);
}

void codetree_leaves(const struct codetree *c, const struct tree *tree, const uint16_t *const *rows,
    int n, uint32_t *leaf)
{
    uint32_t at[CODETREE_ROWS] = {0};
    const uint16_t *row[CODETREE_ROWS];

    for (int i = 0; i < CODETREE_ROWS; i++)
        row[i] = rows[i < n ? i : 0];
    if (tree->n_words)
        go_down(c, tree, row, at, true);
    else
        go_down(c, tree, row, at, false);
    for (int i = 0; i < n; i++)
        leaf[i] = tree->nodes[at[i]].child;
}
