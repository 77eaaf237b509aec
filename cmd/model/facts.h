/* facts.h -- trees in numbers: how many, how large, how deep; and what their inner nodes are worth.
 */
#ifndef CMD_MODEL_FACTS_H
#define CMD_MODEL_FACTS_H

#include "common/tree/forest.h"

struct forest_facts {
    int n_trees;
    int64_t n_nodes, n_leaves;
    uint32_t depth_min, depth_max; /* splits from the root to the farthest leaf */
    double depth_mean;
    double cover; /* mean over trees of the weight of the training rows; needs stats */
};

/* Zeros of a forest without trees. */
int forest_facts_of(struct forest_facts *facts, const struct forest *f, struct err *err) MUST_CHECK;

/* Nodes of the largest tree, at least 1: what scratch memory for any of them needs. */
size_t forest_largest(const struct forest *f);

/* depth[n_nodes], the root's 0; returns the greatest. */
uint32_t tree_depth(const struct tree *t, uint32_t *depth);

/* Is what a leaf has the mean of its rows' targets, or the classes' shares? */
bool leaves_are_means(const struct forest *f);
/* value[n_nodes][leaf_width]: of a leaf its own, of an inner node the mean of its leaves by cover
 * (tree_cover()). */
void tree_means(const struct tree *t, int leaf_width, const double *cover, double *value);

#endif
