/*
 * refresh.h -- the leaves of a forest estimated anew on other rows, its cuts staying.
 */
#ifndef COMMON_LEARNER_REFRESH_H
#define COMMON_LEARNER_REFRESH_H

#include "common/learner/rounds.h"

/* The rows of a tree by the leaf that they end in; opaque but for its making. */
struct refresh {
    uint32_t *row;   /* [n_rows] one leaf's after the other's */
    uint32_t *start; /* [n_leaves + 1] */
    int64_t *totals; /* [n_nodes][1 + n_sums] */
    uint16_t *draws; /* [n_rows] all 1 */
    size_t start_room, total_room;
};

int refresh_init(struct refresh *f, int64_t n_rows, struct err *err) MUST_CHECK;
void refresh_release(struct refresh *f);
/*
 * Gives each leaf of tree i of the forest the learner's value for the rows (of a table like
 * training's, whose statistics the learner has made) with leaf[row], and its nodes their weights
 * and gains.  A leaf without rows gets 0.
 */
int refresh_tree(
    struct run *r, struct refresh *f, int tree, const uint32_t *leaf, struct err *err) MUST_CHECK;

#endif
