/*
 * oob.h -- out-of-bag predictions as a file: what the trees that were not grown on a row say of it.
 */
#ifndef COMMON_LEARNER_OOB_H
#define COMMON_LEARNER_OOB_H

#include "common/base/err.h"
#include "common/learner/bag.h"

/* A usage error if a column would have the target's name. */
int oob_check(const struct target *t, struct err *err) MUST_CHECK;
/*
 * CSV row,TARGET,prediction[,p_CLASS...],trees: a line for each row of the bag's table, whose
 * numbers in the input are row[i] + 1 (NULL: i + 1); trees is how many predicted it, and where none
 * did there is no prediction.
 */
int oob_write(const char *path, struct bag *bag, const struct forest *f, const int64_t *row,
    struct err *err) MUST_CHECK;

/* As they add up: tally_init()s t with the out-of-bag rows of all trees; -1: and releases it. */
int oob_tally(struct tally *t, struct bag *bag, const struct forest *f, struct err *err) MUST_CHECK;

#endif
