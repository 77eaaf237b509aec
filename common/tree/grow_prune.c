/* grow_prune.c -- splits that did not pay are undone when the tree is whole. */
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/grower.h"

/* Merges two rising runs, b behind a, into to. */
static void rows_merge(
    const uint32_t *a, uint32_t n_a, const uint32_t *b, uint32_t n_b, uint32_t *to)
{
    uint32_t i = 0, j = 0;
    while (i < n_a || j < n_b)
        *to++ = j == n_b || (i < n_a && a[i] < b[j]) ? a[i++] : b[j++];
}

/* Leaf a gets the rows and sums of b, the one on its right. */
static void leaves_join(struct grower *g, uint32_t a, uint32_t b)
{
    struct grown_leaf *left = &g->leaf[a], *right = &g->leaf[b];
    uint32_t *spare = g->spare + left->begin, n = right->end - left->begin;

    rows_merge(g->rows[left->buffer] + left->begin, left->end - left->begin,
        g->rows[right->buffer] + right->begin, right->end - right->begin, spare);
    memcpy(g->rows[left->buffer] + left->begin, spare, n * sizeof *spare);
    left->end = right->end;
    for (size_t k = 0; k < g->width; k++)
        g->leaf_totals[a * g->width + k] += g->leaf_totals[b * g->width + k];
}

/* From the last node to the root, as children stand after their parents; place[i] is UINT32_MAX
 * where node i is gone. */
static void splits_undo(struct grower *g, uint32_t *place)
{
    struct tree *t = g->builder.tree;

    for (uint32_t i = t->n_nodes; i-- > 0;) {
        struct node *node = &t->nodes[i], *child = &t->nodes[node_is_leaf(node) ? 0 : node->child];
        if (node_is_leaf(node) || !node_is_leaf(child) || !node_is_leaf(child + 1) ||
            (double)t->stats[i] >= g->opts->prune_gain)
            continue;
        place[node->child] = place[node->child + 1] = UINT32_MAX;
        leaves_join(g, child->child, (child + 1)->child);
        t->stats[i] = t->stats[node->child] + t->stats[node->child + 1];
        *node = (struct node){child->child, NODE_LEAF};
    }
}

/* Moves the nodes and leaves that are left together, in their old order. */
static void tree_close_up(struct grower *g, uint32_t *place, uint32_t *leaf_place)
{
    struct tree *t = g->builder.tree;
    uint32_t n = 0, n_leaves = 0;

    for (uint32_t i = 0; i < t->n_leaves; i++)
        leaf_place[i] = UINT32_MAX;
    for (uint32_t i = 0; i < t->n_nodes; i++)
        if (place[i] != UINT32_MAX) {
            place[i] = n++;
            if (node_is_leaf(&t->nodes[i]))
                leaf_place[t->nodes[i].child] = 0;
        }
    for (uint32_t i = 0; i < t->n_leaves; i++)
        if (leaf_place[i] != UINT32_MAX) {
            g->leaf[n_leaves] = g->leaf[i];
            memmove(g->leaf_totals + n_leaves * g->width, g->leaf_totals + i * g->width,
                g->width * sizeof *g->leaf_totals);
            leaf_place[i] = n_leaves++;
        }
    for (uint32_t i = 0; i < t->n_nodes; i++)
        if (place[i] != UINT32_MAX) {
            struct node node = t->nodes[i];
            node.child = node_is_leaf(&node) ? leaf_place[node.child] : place[node.child];
            t->nodes[place[i]] = node;
            t->stats[place[i]] = t->stats[i];
        }
    t->n_nodes = n;
    t->n_leaves = g->n_grown = n_leaves;
}

int grower_prune(struct grower *g)
{
    const struct tree *t = g->builder.tree;
    uint32_t *place = mem_zalloc(t->n_nodes, sizeof *place);
    uint32_t *leaf_place = mem_alloc(t->n_leaves, sizeof *leaf_place);
    int ret = -1;

    if (place && leaf_place) {
        splits_undo(g, place);
        tree_close_up(g, place, leaf_place);
        ret = 0;
    }
    mem_free(place);
    mem_free(leaf_place);
    return ret;
}
