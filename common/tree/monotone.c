/* monotone.c -- see monotone.h. */
#include "common/tree/monotone.h"

#include <math.h>

#include "common/base/mem.h"

/* What a node's leaves have, and may have. */
struct bound {
    double cover, mean, low, high;
};

/* Means from the leaves up: children stand after their parents. */
static void means(const struct tree *t, struct bound *bounds)
{
    for (uint32_t i = t->n_nodes; i-- > 0;) {
        const struct node *node = &t->nodes[i];
        struct bound *b = &bounds[i];
        *b = (struct bound){.low = -INFINITY, .high = INFINITY};
        if (node_is_leaf(node)) {
            b->cover = (double)t->stats[i];
            b->mean = t->values[node->child];
            continue;
        }
        const struct bound *left = &bounds[node->child], *right = left + 1;
        b->cover = left->cover + right->cover;
        double share = b->cover > 0 ? right->cover / b->cover : 0.5;
        b->mean = left->mean + share * (right->mean - left->mean);
    }
}

static double clip(double value, const struct bound *b)
{
    return value < b->low ? b->low : value > b->high ? b->high : value;
}

int tree_keep_order(struct tree *t, const int8_t *direction)
{
    struct bound *bounds = mem_alloc(t->n_nodes, sizeof *bounds);

    if (!bounds)
        return -1;
    means(t, bounds);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        const struct node *node = &t->nodes[i];
        if (node_is_leaf(node)) {
            t->values[node->child] = clip(t->values[node->child], &bounds[i]);
            continue;
        }
        struct bound *left = &bounds[node->child], *right = left + 1;
        left->low = right->low = bounds[i].low;
        left->high = right->high = bounds[i].high;
        int rising = node_is_category(node) ? 0 : direction[node_column(t, node)];
        double middle = clip(left->mean / 2 + right->mean / 2, &bounds[i]);
        if (rising > 0)
            left->high = right->low = middle;
        else if (rising < 0)
            left->low = right->high = middle;
    }
    mem_free(bounds);
    return 0;
}
