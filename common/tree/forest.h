/*
 * forest.h -- decision trees, and many of them: the container of every tree model.
 *
 * A tree is an array of nodes, root first; the children of an internal node stand beside each
 * other, after it.  A number or date goes left when value <= threshold, and a missing value (NaN,
 * or a level the model has not seen) where the node says.  A level that is in the node's set goes
 * the other way than missing values do, any other with them.  A leaf has a value for each of the
 * forest's outputs, or one, which is for the tree's output.  A forest's raw output for a row is
 * base + what it makes of the values of the leaves that the row reaches (enum forest_kind); what
 * that means as a prediction is the link's to say.  In the place of trees a forest may have weights
 * of columns (linear.h).
 *
 * A node takes 8 bytes.  Its threshold stands in a table of the different (column, threshold) pairs
 * (cuts.h); what training measured in it, 4 bytes more, is only there where it is asked for.
 */
#ifndef COMMON_TREE_FOREST_H
#define COMMON_TREE_FOREST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/io/format/model.h"
#include "common/table/table.h"
#include "common/tree/cuts.h"

struct node {
    uint32_t child; /* the left child, the right one is child + 1; in a leaf: its number among the
                       leaves */
    uint32_t test;  /* NODE_LEAF, or flags and NODE_INDEX: a pair of cuts, or where the node's set
                       begins in words */
};
#define NODE_LEAF         UINT32_MAX
#define NODE_MISSING_LEFT ((uint32_t)1 << 31)
#define NODE_CATEGORY     ((uint32_t)1 << 30)
#define NODE_INDEX        (NODE_CATEGORY - 1)

/*
 * A tree on its own, as it is grown, or one of a forest (forest_tree()), whose arrays it borrows.
 * A set of levels is a word with its column, then the words of levelset.h.
 */
struct tree {
    uint32_t n_nodes, n_leaves, n_words;
    struct node *nodes;
    double *values;  /* [n_leaves][leaf_width] */
    uint64_t *words; /* sets */
    float *stats;    /* [n_nodes]: what a split gained, in the criterion's unit times rows; the
                        weight of a leaf's training rows.  NULL: not loaded */
    struct cuts *cuts;
    uint16_t *codes; /* [cuts->n] of a tree as it was grown: the last code that goes left */
    uint32_t *known; /* [cuts->n] their numbers in a forest, see forest_know(); NULL: not asked */
};

static inline bool node_is_leaf(const struct node *n)
{
    return n->test == NODE_LEAF;
}
static inline bool node_is_category(const struct node *n)
{
    return n->test & NODE_CATEGORY; /* of an internal node, as all that follow */
}
static inline bool node_missing_left(const struct node *n)
{
    return n->test & NODE_MISSING_LEFT;
}
static inline double node_threshold(const struct tree *t, const struct node *n)
{
    return t->cuts->threshold[n->test & NODE_INDEX];
}
static inline const uint64_t *node_set(const struct tree *t, const struct node *n)
{
    return t->words + (n->test & NODE_INDEX) + 1;
}
static inline int node_column(const struct tree *t, const struct node *n)
{
    return node_is_category(n) ? (int)t->words[n->test & NODE_INDEX]
                               : t->cuts->column[n->test & NODE_INDEX];
}

/* A tree on its own: arrays and cuts are its own too, in blocks of their own. */
void tree_free(struct tree *t);

/* Where a row with this value of the node's column goes. */
bool node_goes_left(const struct tree *t, const struct node *node, double value);

/* Nodes that split on a category. */
uint32_t tree_count_sets(const struct tree *t);
/* Where value is among number[n], rising and all different. */
uint32_t find_number(const uint32_t *number, uint32_t n, uint32_t value);

/* Weight of the training rows in each node: cover[n_nodes], from the leaves up. */
void tree_cover(const struct tree *t, double *cover);

struct tree_place {
    size_t node, leaf, word;
};

/* What the leaves of a row add up to: their sum, their mean, or (of one output) the median of their
 * values by the trees' weights, the lower of two. */
enum forest_kind { FOREST_SUM, FOREST_MEAN, FOREST_MEDIAN };
/* What turns raw outputs into predictions; see prediction_link(). */
enum link { LINK_IDENTITY, LINK_LOGISTIC, LINK_SOFTMAX, LINK_EXP };
enum { FOREST_KINDS = 3, LINKS = 4 };
extern const char *const forest_kind_names[FOREST_KINDS]; /* as models call them */
extern const char *const link_names[LINKS];

struct forest {
    int n_outputs;
    int parallel;   /* trees for an output in a round, beside each other: 1 or more */
    int leaf_width; /* values of a leaf: n_outputs, or 1: tree i's is for output i % n_outputs */
    enum forest_kind kind;
    enum link link;
    double link_scale;   /* raw outputs times this are linked */
    double *base;        /* [n_outputs] */
    double *quantile;    /* [n_outputs] which of the target's quantiles outputs are; else NULL */
    int central;         /* of these the nearest to 0.5, the first of two; else 0 */
    double *tree_weight; /* [n_trees] above 0, of FOREST_MEDIAN; else NULL */
    double *linear;      /* [n_outputs][linear_cols + 1] weights, the bias last; NULL: trees */
    int linear_cols, linear_rounds; /* columns of the schema; rounds that made the weights */
    int n_trees;
    struct tree_place *place; /* [n_trees + 1] where each tree begins in the arrays */
    struct node *nodes;
    double *values;
    double *unscaled; /* as values: what they were before forest_scale(); NULL: they are that */
    uint64_t *words;
    float *stats; /* NULL: not loaded */
    struct cuts cuts;
    size_t place_room, node_room, value_room, unscaled_room, word_room, stat_room, weight_room;
};

#define FOREST_INIT                                                                                \
    {                                                                                              \
        .n_trees = 0                                                                               \
    }

/* Base 0, no link (identity, scale 1). */
int forest_init(struct forest *f, enum forest_kind kind, int n_outputs, int leaf_width,
    struct err *err) MUST_CHECK;
void forest_release(struct forest *f);
/* Outputs are these quantiles of the target: q[n_outputs]; -1: no memory. */
int forest_quantiles(struct forest *f, const double *q) MUST_CHECK;
/* The place of the one nearest to 0.5, the first of two. */
int quantiles_central(const double *q, int n);

enum { PARALLEL_MAX = 1 << 16 };
/* A round of training adds a tree, or one for each output; of these as many as are parallel, one
 * output's after the other's. */
static inline int forest_trees_per_round(const struct forest *f)
{
    return f->n_outputs / f->leaf_width * f->parallel;
}
static inline int forest_rounds(const struct forest *f)
{
    return f->linear ? f->linear_rounds : f->n_trees / forest_trees_per_round(f);
}
/* Has it nothing to predict with?  Of FOREST_INIT too. */
static inline bool forest_is_empty(const struct forest *f)
{
    return f->n_trees == 0 && f->linear_rounds == 0;
}
/* The output that a tree's first value is for. */
static inline int forest_tree_output(const struct forest *f, int tree)
{
    return tree % forest_trees_per_round(f) / f->parallel;
}
/* The raw output that a sum or mean comes to, less its base: sum is that of the tree's values for
 * it, n_trees how many trees were added, those for other outputs too. */
static inline double forest_share(const struct forest *f, double sum, int64_t n_trees)
{
    int64_t n = f->kind == FOREST_MEAN ? n_trees / forest_trees_per_round(f) : 0;
    return n ? sum / (double)n : sum;
}
static inline double forest_raw(const struct forest *f, int output, double sum, int64_t n_trees)
{
    return f->base[output] + forest_share(f, sum, n_trees);
}

/* The value of a leaf that a row reaches, for medians. */
struct tree_vote {
    double value;
    int tree;
};
/* The raw output of FOREST_MEDIAN: votes[n], which it sorts, are of different trees; 0 and base of
 * none. */
double forest_median(const struct forest *f, struct tree_vote *votes, int n);

struct tree forest_tree(const struct forest *f, int i);
/* Looks up the tree's cuts in the forest, so that forest_add() need not; while the forest stays as
 * it is, several threads may.  -1: no memory. */
int forest_know(const struct forest *f, struct tree *t) MUST_CHECK;
/* Takes t in, with weight 1; -1: no memory, t stays the caller's. */
int forest_add(struct forest *f, struct tree *t) MUST_CHECK;
/* Of FOREST_MEDIAN: weight is above 0. */
void forest_weigh(struct forest *f, int tree, double weight);
/* From now on it keeps what leaves' values are before they are scaled; -1: no memory. */
int forest_keep_unscaled(struct forest *f) MUST_CHECK;
/* Takes values as they are for what they always were. */
void forest_forget_unscaled(struct forest *f);
/* Makes the values of a tree's leaves weight times what they are unscaled. */
void forest_scale(struct forest *f, int tree, double weight);
void forest_truncate(struct forest *f, int n_trees);
/* Takes away the first n_trees. */
void forest_behead(struct forest *f, int n_trees);
/* Sorts the cuts and drops those of no node, so that equal forests have equal bytes. */
int forest_settle(struct forest *f) MUST_CHECK; /* -1: no memory */

/* Columns of n_rows rows each, by schema position: batch.cols or table.values. */
typedef const double *const *columns_t;

/* The number (among the tree's leaves) of the leaf that row reaches. */
uint32_t tree_leaf(const struct tree *t, columns_t cols, int64_t row);

/* The same of a row of a table, dense or sparse. */
uint32_t tree_leaf_in_table(const struct tree *t, const struct table *table, int64_t row);

/* The raw output of n_rows rows from first_row of cols: out[n_rows][n_outputs].  By the definition,
 * row by row: predictor.h is fast. */
void forest_predict(
    const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows, double *out);

/*
 * As tensors of a model file: tree_nodes U32 [n_trees], nodes U32 [nodes][2] (child, test), stats
 * F32 [nodes], values F64 [leaves][leaf_width], base F64 [n_outputs], cut_column I32 and
 * cut_threshold F64 [cuts], rising; words U64 where there are categories, tree_weight F64 [n_trees]
 * of FOREST_MEDIAN, linear F64 [n_outputs][n_cols + 1] of weights.  Of a settled forest; the writer
 * borrows its arrays and *tree_nodes, which is to be freed (mem_free) afterwards.
 */
int forest_pack(
    const struct forest *f, uint32_t **tree_nodes, struct st_writer *w, struct err *err) MUST_CHECK;
/* Of a forest that is still grown, unscaled F64 [leaves][leaf_width], where it has that. */
int forest_pack_unscaled(const struct forest *f, struct st_writer *w, struct err *err) MUST_CHECK;

/*
 * Reads the arrays of a forest that is as forest_init() made it, linear_rounds set, and checks
 * everything: ranges, one parent a node, no cycles, finite values, sets within bounds, whole
 * rounds.  Without stats they are not loaded, and neither is unscaled.  -1 releases f.
 */
int forest_unpack(struct forest *f, const struct st_file *st, const struct schema *schema,
    bool stats, struct err *err) MUST_CHECK;
/* The same of a file of model format 1 (forest_old.c): fills the arrays, checked for what their
 * translation needs. */
int forest_unpack_old(struct forest *f, const struct st_file *st, const struct schema *schema,
    bool stats, struct err *err) MUST_CHECK;

#endif
