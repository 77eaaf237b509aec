/* grown.h -- forests grown on sample tables, for the tests of what is asked of them. */
#ifndef TESTS_UNIT_CMD_RF_GROWN_H
#define TESTS_UNIT_CMD_RF_GROWN_H

#include "cmd/rf/rf.h"
#include "common/learner/learner.h"

struct grown {
    struct table *table;
    struct rf_params params;
    struct fit fit;
};

/* A forest of n_trees on n rows of sample_table(): n_classes 0 is regression.  weights gives the
 * rows weights of 0 to 4. */
void grown_init(struct grown *g, int64_t n, int n_classes, int n_trees, int64_t min_leaf,
    int64_t max_depth, bool weights);
void grown_release(struct grown *g);

#endif
