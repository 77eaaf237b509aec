/*
 * grid.h -- the values at which a model's dependence on a column or two is looked at.
 */
#ifndef CMD_MODEL_GRID_H
#define CMD_MODEL_GRID_H

#include "common/table/table.h"

enum { GRID_AXES = 2, GRID_POINTS_MAX = 10000000 };

struct axis {
    int col; /* of the schema */
    int64_t n;
    double *value; /* [n], rising; NaN, if there, last */
};

struct grid {
    int n_axes;
    struct axis axis[GRID_AXES];
};

#define GRID_INIT                                                                                  \
    {                                                                                              \
        .n_axes = 0                                                                                \
    }

/*
 * Of a category all levels of its dictionary; of a number or date all values that the rows have if
 * these are not more than n, else the i-th of n quantiles: the value at place i (m - 1) / (n - 1),
 * rounded, of the m that are there, in order; each once.  missing: and one more point, missing,
 * where some row has it.
 */
int axis_init(struct axis *a, const struct table *rows, int col, int64_t n, bool missing,
    struct err *err) MUST_CHECK;
void grid_release(struct grid *g);

int64_t grid_size(const struct grid *g); /* more than GRID_POINTS_MAX is GRID_POINTS_MAX + 1 */
/* The axis's value at a point: the last axis runs fastest. */
double grid_value(const struct grid *g, int64_t point, int axis);

#endif
