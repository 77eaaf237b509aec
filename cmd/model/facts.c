/* facts.c -- see facts.h. */
#include "cmd/model/facts.h"

#include "common/base/mem.h"

size_t forest_largest(const struct forest *f)
{
    size_t largest = 1;
    for (int i = 0; i < f->n_trees; i++) {
        size_t n = f->place[i + 1].node - f->place[i].node;
        if (n > largest)
            largest = n;
    }
    return largest;
}

/* Children stand behind their parent. */
uint32_t tree_depth(const struct tree *t, uint32_t *depth)
{
    uint32_t deepest = 0;

    depth[0] = 0;
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        if (depth[i] > deepest)
            deepest = depth[i];
        if (!node_is_leaf(&t->nodes[i]))
            depth[t->nodes[i].child] = depth[t->nodes[i].child + 1] = depth[i] + 1;
    }
    return deepest;
}

static double root_cover(const struct tree *t)
{
    double sum = 0;
    for (uint32_t i = 0; t->stats && i < t->n_nodes; i++)
        if (node_is_leaf(&t->nodes[i]))
            sum += (double)t->stats[i];
    return sum;
}

int forest_facts_of(struct forest_facts *facts, const struct forest *f, struct err *err)
{
    uint32_t *depth = mem_alloc(forest_largest(f), sizeof *depth);

    *facts = (struct forest_facts){.n_trees = f->n_trees};
    if (!depth)
        return err_memory(err);
    for (int i = 0; i < f->n_trees; i++) {
        struct tree t = forest_tree(f, i);
        uint32_t deepest = tree_depth(&t, depth);
        facts->n_nodes += t.n_nodes;
        facts->n_leaves += t.n_leaves;
        if (i == 0 || deepest < facts->depth_min)
            facts->depth_min = deepest;
        if (deepest > facts->depth_max)
            facts->depth_max = deepest;
        facts->depth_mean += (double)deepest / f->n_trees;
        facts->cover += root_cover(&t) / f->n_trees;
    }
    mem_free(depth);
    return 0;
}

bool leaves_are_means(const struct forest *f)
{
    return f->kind == FOREST_MEAN && f->link == LINK_IDENTITY && f->leaf_width == f->n_outputs;
}

void tree_means(const struct tree *t, int leaf_width, const double *cover, double *value)
{
    size_t k = (size_t)leaf_width;

    for (uint32_t i = t->n_nodes; i-- > 0;) {
        const struct node *node = &t->nodes[i];
        double *to = value + i * k;
        if (node_is_leaf(node)) {
            for (size_t j = 0; j < k; j++)
                to[j] = t->values[node->child * k + j];
            continue;
        }
        const double *left = value + node->child * k, *right = left + k;
        double total = cover[node->child] + cover[node->child + 1];
        double share = total > 0 ? cover[node->child] / total : 0.5;
        for (size_t j = 0; j < k; j++)
            to[j] = share * left[j] + (1 - share) * right[j];
    }
}
