/*
 * sketch.h -- quantiles of weighted numbers in little memory: the weighted quantile sketch (Chen
 * and Guestrin 2016, "XGBoost: a scalable tree boosting system", appendix).
 *
 * A summary has some of the numbers of a set, rising, the least and the greatest among them, and
 * bounds of the rank of each.  Its error is the greatest doubt there is about the rank of any
 * number; divided by the weight of the set it is the paper's epsilon.  The error of merged
 * summaries is at most the sum of theirs, pruning to b + 1 entries adds at most weight / b.
 */
#ifndef COMMON_TREE_SKETCH_H
#define COMMON_TREE_SKETCH_H

#include <stdint.h>

#include "common/base/err.h"

struct sketch_entry {
    double value;
    double below;  /* r-: the weight of smaller values is at least this */
    double upto;   /* r+: that of values not greater at most this; of the last: of the set */
    double weight; /* w: this value's is at least this */
};

/* Merges summaries of two sets into to[n_a + n_b]; returns how many entries it has. */
int summary_merge(const struct sketch_entry *a, int n_a, const struct sketch_entry *b, int n_b,
    struct sketch_entry *to);
/* At most b + 1 of the entries, 1 <= b, at ranks as even as they go: to[b + 1].  A summary that has
 * no more stays as it is.  Returns how many. */
int summary_prune(const struct sketch_entry *from, int n, int b, struct sketch_entry *to);
double summary_error(const struct sketch_entry *s, int n);

/* Cuts at 1 / n of the weight from each other are chosen from a sketch whose error is so much
 * finer.
 */
enum { SKETCH_FINER = 8 };

/* A sketch of numbers that come one after another. */
struct sketch;

/* Of up to max_items numbers with an error of at most eps (0 .. 1) times their weight: of more the
 * error grows.  All its memory is taken here; NULL: no memory. */
struct sketch *sketch_new(int64_t max_items, double eps) MUST_CHECK;
void sketch_free(struct sketch *s);
void sketch_clear(struct sketch *s);                             /* of no numbers */
void sketch_push(struct sketch *s, double value, double weight); /* not NaN; weight 0 or more */
/* Its summary, until the next push: n entries, all numbers where they are few. */
const struct sketch_entry *sketch_summary(struct sketch *s, int *n);

#endif
