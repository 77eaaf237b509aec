/* sample.h -- small tables made by hand for the tests of trees. */
#ifndef TESTS_UNIT_SAMPLE_H
#define TESTS_UNIT_SAMPLE_H

#include "common/table/table.h"
#include "common/tree/forest.h"

enum { SAMPLE_COLS = 4 };

/*
 * n rows of four columns: two numbers (one of few values), a category of n_levels levels and a
 * number that is mostly missing; 12% of the cells are missing.  y: classes 0 .. n_classes-1, or
 * values when n_classes is 0.
 */
struct table *sample_table(int64_t n, int n_levels, int n_classes, uint64_t seed);
/* The number columns of the same rows as a sparse table whose absent entries are missing. */
struct table *sample_sparse(const struct table *dense);
void sample_free(struct table *t);

/* Asserts that two trees are the same, bit for bit, but for their leaves' values. */
void assert_same_tree(const struct tree *a, const struct tree *b);

#endif
