/* random.h -- forests that nobody grew, for comparing what is computed of them in two ways. */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include "common/learner/tree_model.h"

/* Trees of random cuts on the columns of a sample_table(), with leaves, gains and covers.  Leaves
 * of means have shares, others any values, and their forests a base and weights. */
void random_model(struct tree_model *m, const struct table *t, int n_trees, enum forest_kind kind,
    int n_outputs, int leaf_width);

/* As boosters make them: sums that the target's link turns into predictions, trees of one output.
 */
void random_booster(struct tree_model *m, const struct table *t, int n_rounds);

/* Weights of the columns that are numbers, by three rounds, and a base; no link. */
void random_linear(struct tree_model *m, const struct table *t, int n_outputs);

/* A file of the model. */
const char *model_file(const struct tree_model *m, const char *name);

#endif
