/*
 * split.h -- which rows are held out, and folds: stratified by class, whole groups together, by
 * seed alone.
 */
#ifndef COMMON_TABLE_SPLIT_H
#define COMMON_TABLE_SPLIT_H

#include <stdint.h>

#include "common/base/err.h"

struct split_rows {
    int64_t n;
    const double *y;      /* class codes to stratify by, or NULL */
    int n_classes;        /* with y */
    const int32_t *group; /* groups kept whole, or NULL */
};

/*
 * fold[i] in 0..k-1.  Without groups the folds' sizes differ by at most one row, and so do the rows
 * of any class in them; a class may have fewer rows than there are folds.  Groups are dealt whole,
 * larger ones first, each to the fold that it leaves most even (in all rows and, with y, in each
 * class); the order of groups of about the same size depends on seed and repeat.  More folds than
 * rows or groups is an error.
 */
int split_folds(const struct split_rows *rows, int k, uint64_t seed, uint32_t repeat, int32_t *fold,
    struct err *err) MUST_CHECK;
/*
 * held[i] = 1 for about fraction * n rows (at least one, and at least one left), 0 for the others.
 * Without groups each class has its share, as far as that leaves one row of it.  With groups whole
 * ones are taken in random order as long as they bring the number nearer; y does not matter then.
 */
int split_holdout(const struct split_rows *rows, double fraction, uint64_t seed,
    unsigned char *held, struct err *err) MUST_CHECK;
/* The same number of rows, the last ones in input order. */
int split_holdout_last(const struct split_rows *rows, double fraction, unsigned char *held,
    struct err *err) MUST_CHECK;

#endif
