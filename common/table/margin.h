/*
 * margin.h -- columns of numbers beside the features while they are read: raw outputs that stand in
 * the place of a model's base, row by row, and upper bounds of the target.
 */
#ifndef COMMON_TABLE_MARGIN_H
#define COMMON_TABLE_MARGIN_H

#include "common/base/err.h"
#include "common/table/block.h"
#include "common/table/cell.h"
#include "common/table/source.h"

struct margins {
    int n;
    int *from;                /* [n] columns of the input, in the order of outputs */
    const char *const *names; /* of the input's columns, borrowed */
    size_t room;              /* rows that the arrays hold */
    bool bounds;              /* upper bounds: a missing one is infinite */
};

/* Those that the list names, in its order; list NULL: none.  *to: as many arrays, which hold
 * nothing yet and are the caller's, as m is even if this fails. */
int margins_find(struct margins *m, const char *list, const struct source *s, double ***to,
    struct err *err) MUST_CHECK;
/* The column of upper bounds; NULL: none.  The array is then to[1] of the functions below. */
int bounds_find(
    struct margins *m, const char *column, const struct source *s, struct err *err) MUST_CHECK;
/* What margins_fill() left missing is infinite. */
void bounds_settle(double *upper, int64_t n);
void margins_release(struct margins *m);
/* Room for so many rows in each array. */
int margins_reserve(struct margins *m, double **to, size_t rows, struct err *err) MUST_CHECK;
/* A row's, which must be finite numbers, but of bounds. */
int margins_row(const struct margins *m, const struct source_row *row, const struct na *na,
    double *const *to, int64_t at, struct err *err) MUST_CHECK;
/* Many of one column (fill.h). */
bool margins_fill(
    const struct margins *m, const struct block_cells *c, const struct na *na, double *to);

/* Frees n arrays. */
void margins_free(double **to, int n);

#endif
