/*
 * tally.h -- adding trees to what held-out or out-of-bag rows have, and measuring it.
 */
#ifndef COMMON_LEARNER_TALLY_H
#define COMMON_LEARNER_TALLY_H

#include "common/learner/learner.h"
#include "common/tree/bytetree.h"

/* For trees of f or of a forest that is like it.  some_rows: not all trees vote on all rows. */
int tally_init(struct tally *t, const struct table *table, const struct forest *f, bool some_rows,
    struct err *err) MUST_CHECK;
void tally_release(struct tally *t);
void tally_clear(struct tally *t, const struct forest *f); /* as if no tree had been added */
/*
 * Adds trees [first, last) of the forest, all before them having been added; draws[i][row] != 0
 * keeps tree first + i away from the row (NULL: from none). bytes[i] is tree first + i on the bytes
 * of bins, those of the tally's rows; bytes NULL: by values.  Of weights of columns, first and last
 * being 0: what they say takes the place of what was there.
 */
int tally_add(struct tally *t, const struct forest *f, int first, int last, uint16_t *const *draws,
    const struct bytetree *bytes, const struct bins *bins, struct err *err) MUST_CHECK;
/* The leaves of a tree that was added had the values before[] then. */
int tally_rescale(struct tally *t, const struct forest *f, int tree, const double *before,
    struct err *err) MUST_CHECK;
/* The value of each metric on the rows that have a prediction. */
int tally_measure(struct tally *t, const struct forest *f, const struct metric *metrics,
    int n_metrics, double *values, struct err *err) MUST_CHECK;

#endif
