/*
 * bag.h -- the samples that a forest's trees were grown on, drawn again after training.
 */
#ifndef COMMON_LEARNER_BAG_H
#define COMMON_LEARNER_BAG_H

#include "common/base/err.h"
#include "common/learner/learner.h"

enum { BAG_TREES = 32 };

struct bag {
    const struct learner *learner;
    const struct table *table;
    void *self;
    int first, n;               /* trees that are drawn: [first, first + n) */
    uint16_t *draws[BAG_TREES]; /* by tree from first, and row */
};

#define BAG_INIT                                                                                   \
    {                                                                                              \
        .n = 0                                                                                     \
    }

/* Of the rows that training had; table and params must outlive it. */
int bag_open(struct bag *b, const struct learner *l, const void *params, const struct table *table,
    struct err *err) MUST_CHECK;
void bag_close(struct bag *b);
bool bag_leaves_out(const struct bag *b); /* does a sample leave out rows that count? */
/* Draws the next trees of n_trees; false: there are no more.  The first call starts at tree 0, and
 * so does the one after false. */
bool bag_next(struct bag *b, int n_trees);

#endif
