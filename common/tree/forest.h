/*
 * forest.h -- decision trees, and many of them: the container of every tree model.
 *
 * A tree is an array of nodes, root first; the children of an internal node stand beside each
 * other, after it.  A number or date goes left when value <= threshold, and a missing value (NaN,
 * or a level the model has not seen) where the node says.  A level that is in the node's set goes
 * the other way than missing values do, any other with them.  A leaf has n_outputs values.  A
 * forest's raw output for a row is base + the sum over trees of the leaf's values, divided by the
 * number of trees where `average` is set.
 */
#ifndef COMMON_TREE_FOREST_H
#define COMMON_TREE_FOREST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/io/format/model.h"
#include "common/table/table.h"

enum { NODE_MISSING_LEFT = 1, NODE_CATEGORY = 2 };

struct node {
    double threshold; /* numbers and dates; 0 otherwise */
    int32_t column;   /* of the schema; -1: a leaf */
    uint32_t child;   /* the left child, the right one is child + 1; in a leaf: its number among the
                         leaves */
    uint32_t set;     /* categories: first word of the set in tree.words */
    float gain;       /* what the split gained, in the criterion's unit times rows; 0 in a leaf */
    float cover;      /* weight of the training rows here */
    uint8_t flags;
};

struct tree {
    uint32_t n_nodes, n_leaves, n_words;
    struct node *nodes;
    double *values;  /* [n_leaves][n_outputs] */
    uint64_t *words; /* sets of levels: see levelset.h */
};

void tree_free(struct tree *t);

struct forest {
    int n_outputs;
    bool average;
    double *base; /* [n_outputs] */
    int n_trees;
    size_t room;
    struct tree **trees; /* owned */
};

#define FOREST_INIT                                                                                \
    {                                                                                              \
        .n_trees = 0                                                                               \
    }

int forest_init(
    struct forest *f, int n_outputs, bool average, struct err *err) MUST_CHECK; /* base 0 */
void forest_release(struct forest *f);
int forest_add(
    struct forest *f, struct tree *t) MUST_CHECK; /* takes t; -1: no memory, t stays the caller's */
void forest_truncate(struct forest *f, int n_trees);

/* Columns of n_rows rows each, by schema position: batch.cols or table.values. */
typedef const double *const *columns_t;

/* Where a row with this value of the node's column goes. */
bool node_goes_left(const struct tree *t, const struct node *node, double value);

/* The number (among the tree's leaves) of the leaf that row reaches. */
uint32_t tree_leaf(const struct tree *t, columns_t cols, int64_t row);

/* The same of a row of a table, dense or sparse. */
uint32_t tree_leaf_in_table(const struct tree *t, const struct table *table, int64_t row);

/* Adds trees [first, last) to out[n_rows][n_outputs] without base and division; rows start at
 * first_row of cols. */
void forest_add_trees(const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows,
    int first, int last, double *out);
/* The raw output of n_rows rows, with base and division. */
void forest_predict(
    const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows, double *out);

/*
 * As tensors of a model file: tree_nodes U32 [n_trees], column I32, threshold F64, child U32, flags
 * U8, gain F32, cover F32 [nodes]; set U32 [nodes] and words U64 where there are categories; values
 * F64 [leaves][n_outputs]; base F64 [n_outputs]. forest_pack() owns the arrays that the writer
 * borrows.
 */
struct forest_pack {
    uint32_t *tree_nodes, *child, *set;
    int32_t *column;
    double *threshold, *values;
    float *gain, *cover;
    uint8_t *flags;
    uint64_t *words;
};
int forest_pack(
    struct forest_pack *p, const struct forest *f, struct st_writer *w, struct err *err) MUST_CHECK;
void forest_pack_release(struct forest_pack *p);

/* Reads and checks everything: ranges, one parent a node, no cycles, finite values, sets within
 * bounds. */
int forest_unpack(struct forest *f, const struct st_file *st, const struct schema *schema,
    int n_outputs, bool average, struct err *err) MUST_CHECK;

#endif
