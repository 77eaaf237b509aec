/*
 * label.h -- what nodes of trees say, as text for people.
 *
 * Names and levels come from models, which may be hostile: control characters in them are escaped
 * as in messages.  The functions append to out; -1 means no memory.
 */
#ifndef CMD_MODEL_LABEL_H
#define CMD_MODEL_LABEL_H

#include "common/base/buf.h"
#include "common/learner/tree_model.h"

struct label_style {
    int digits; /* of numbers; 0: the shortest text that reads back the same */
    int levels; /* names shown of a set of levels, and greatest shares of classes; 0: all */
};

int label_text(struct buf *out, const char *text) MUST_CHECK;
int label_number(struct buf *out, double value, int digits) MUST_CHECK;
/* A value of the column: a level's name, a date as ISO 8601, a number. */
int label_value(
    struct buf *out, const struct col_spec *column, double value, int digits) MUST_CHECK;
/*
 * "age <= 3.5", "city = Bonn", "city in {Bonn, Ulm}", or "age is not missing", where any value goes
 * left.  Rows of which it is true go to node_yes(), and so do missing values if node_missing_yes().
 */
int label_cut(struct buf *out, const struct schema *s, const struct tree *t,
    const struct node *node, struct label_style style) MUST_CHECK;
/* What a leaf of the tree has (from 0): the value, or the classes' shares that are not 0, or what
 * it adds, with its sign, to the outputs of classes. */
int label_leaf(struct buf *out, const struct tree_model *m, int tree, const double *value,
    struct label_style style) MUST_CHECK;
/* ", of class Bonn", ", of quantile 0.9" or ", weight 0.5", where trees differ so; else nothing. */
int label_tree(
    struct buf *out, const struct tree_model *m, int tree, struct label_style style) MUST_CHECK;
/* "sum, link logistic, link_scale 2, base b -0.5" */
int label_forest(struct buf *out, const struct tree_model *m) MUST_CHECK;

uint32_t node_yes(const struct node *node);
uint32_t node_no(const struct node *node);
bool node_missing_yes(const struct node *node);
/* Any value goes left: only missing ones may go right. */
bool node_takes_all(const struct tree *t, const struct node *node);

/* The levels of a node's set (of a valid model), in rising order. */
uint32_t set_count(const uint64_t *set);
struct set_walk {
    const uint64_t *set;
    uint64_t at;
};
bool set_next(struct set_walk *walk, uint32_t *level); /* false: there is no more */

#endif
