/*
 * tree_model.h -- a forest with its schema and target, to and from a model file.
 *
 * The description of the file: "schema", "target", "options" (the learner's), "kind" (sum, mean,
 * median), "n_outputs", "n_trees", and "summary", what training measured; "leaf_width" where leaves
 * have one of several outputs, "link" (logistic, softmax, exp) and "link_scale" where there is one,
 * "linear_rounds" where weights of columns are in the place of trees.
 * The training rows of leaves, where they are kept, are read apart (leaf_index_read()).
 */
#ifndef COMMON_LEARNER_TREE_MODEL_H
#define COMMON_LEARNER_TREE_MODEL_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/io/format/model.h"
#include "common/io/stream/output.h"
#include "common/learner/leaf_rows.h"
#include "common/table/schema.h"
#include "common/tree/forest.h"

struct tree_model {
    struct schema schema;
    struct target target;
    struct forest forest;
    json_t *options;
    char fingerprint[17]; /* of the data and options of a checkpoint, else "" */
};

#define TREE_MODEL_INIT                                                                            \
    {                                                                                              \
        .forest = FOREST_INIT                                                                      \
    }

/* What a model file of trees is made of; all borrowed. */
struct tree_model_parts {
    const char *program;
    const struct schema *schema;
    const struct target *target;
    const struct forest *forest;
    json_t *options, *summary;
    const char *fingerprint;           /* NULL but in checkpoints */
    const struct leaf_rows *leaf_rows; /* NULL: not kept */
};

int tree_model_put(
    const struct tree_model_parts *parts, struct output *out, struct err *err) MUST_CHECK;
/* The same into a file of its own; path as output_open() takes it. */
int tree_model_write(
    const struct tree_model_parts *parts, const char *path, struct err *err) MUST_CHECK;

/* Messages name the file.  program NULL: any that makes trees.  stats: with what training measured
 * in the nodes, which predictions do without. */
int tree_model_read(struct tree_model *m, const char *path, const char *program, bool stats,
    struct err *err) MUST_CHECK;
/* The same from an open model, which may be released afterwards. */
int tree_model_load(
    struct tree_model *m, const struct model *file, bool stats, struct err *err) MUST_CHECK;
void tree_model_release(struct tree_model *m);

#endif
