/* codetree.c -- see codetree.h. */
#include "common/tree/codetree.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/tree/coder.h"
#include "common/tree/levelset.h"

enum { SETS_NUMBERED = 1 << 16 };

int codetree_init(
    struct codetree *c, const struct tree *tree, const uint16_t *cut, void *nodes, struct err *err)
{
    uint32_t n_sets = tree_count_sets(tree), set = 0;
    bool many = n_sets > SETS_NUMBERED;

    *c = (struct codetree){.nodes = nodes, .words = tree->words, .n_sets = n_sets};
    c->set_at = n_sets ? mem_alloc(n_sets, sizeof *c->set_at) : NULL;
    c->set_node = many ? mem_alloc(n_sets, sizeof *c->set_node) : NULL;
    if ((n_sets && !c->set_at) || (many && !c->set_node)) {
        codetree_release(c);
        return err_memory(err);
    }
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        struct node node = tree->nodes[i]; /* a copy: its memory may be where it goes */
        struct code_node to = {node.child, CODETREE_LEAF, UINT16_MAX};
        if (!node_is_leaf(&node)) {
            int col = node_column(tree, &node);
            to.col = (uint16_t)(col | (node_missing_left(&node) ? CODETREE_MISSING_LEFT : 0));
            if (!node_is_category(&node)) {
                to.cut = cut[node.test & NODE_INDEX];
            } else {
                to.col |= CODETREE_CATEGORY;
                to.cut = (uint16_t)set;
                if (many)
                    c->set_node[set] = i;
                c->set_at[set++] = (node.test & NODE_INDEX) + 1;
            }
        }
        memcpy(&c->nodes[i], &to, sizeof to);
    }
    return 0;
}

void codetree_release(struct codetree *c)
{
    mem_free(c->set_at);
    mem_free(c->set_node);
    *c = (struct codetree){.nodes = NULL};
}

static const uint64_t *set_of(const struct codetree *c, uint32_t at)
{
    uint32_t number = c->nodes[at].cut;
    if (c->set_node)
        number = find_number(c->set_node, c->n_sets, at);
    return c->words + c->set_at[number];
}

/* A step of one row.  sets is a constant where this is called. */
static inline uint32_t step(const struct codetree *c, uint32_t at, const uint16_t *row, bool sets)
{
    struct code_node node = c->nodes[at];
    uint16_t code = row[node.col & (CODETREE_COLS_MAX - 1)];
    bool missing_left = node.col & CODETREE_MISSING_LEFT, missing = code == CODER_MISSING;
    uint32_t to = node.child + ((code > node.cut) & !(missing & missing_left));

    if (sets && node.col & CODETREE_CATEGORY) {
        bool in = !missing && levelset_has(set_of(c, at), code);
        to = node.child + (missing_left == in);
    }
    return node.col & CODETREE_LEAF ? at : to;
}

static inline void go_down(
    const struct codetree *c, const uint16_t *const *row, uint32_t *at, bool sets)
{
    uint32_t moved;
    do {
        moved = 0;
        for (int i = 0; i < CODETREE_ROWS; i++)
            at[i] = step(c, at[i], row[i], sets);
        for (int i = 0; i < CODETREE_ROWS; i++) {
            uint32_t to = step(c, at[i], row[i], sets);
            moved |= to ^ at[i];
            at[i] = to;
        }
    } while (moved);
}

void codetree_leaves(const struct codetree *c, const uint16_t *const *rows, int n, uint32_t *leaf)
{
    uint32_t at[CODETREE_ROWS] = {0};
    const uint16_t *row[CODETREE_ROWS];

    for (int i = 0; i < CODETREE_ROWS; i++)
        row[i] = rows[i < n ? i : 0];
    if (c->set_at)
        go_down(c, row, at, true);
    else
        go_down(c, row, at, false);
    for (int i = 0; i < n; i++)
        leaf[i] = c->nodes[at[i]].child;
}
