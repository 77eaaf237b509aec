/*
 * explain_path.h -- what the two halves of explain.h share: making an explainer (explain.c) and
 * going down its trees with a row (explain_row.c).
 */
#ifndef COMMON_TREE_EXPLAIN_PATH_H
#define COMMON_TREE_EXPLAIN_PATH_H

#include "common/tree/explain.h"

enum { EXPLAIN_LANES = 4 }; /* points that loops take at a time */

/* A quadrature rule on [0, 1]. */
struct rule {
    int n;         /* a multiple of EXPLAIN_LANES */
    double *t, *u; /* the points, and 1 - t */
    double *g;     /* weights */
    double *h;     /* -g / u */
};

struct explainer {
    const struct forest *forest;
    int n_cols;
    double *share; /* [nodes of the forest] of its parent's training weight; 1 for a root */
    double *base;
    int depth, n_points; /* most levels, and points */
    int *points;         /* [n_trees] */
    struct rule *rules;  /* [n_points / EXPLAIN_LANES + 1], by points in EXPLAIN_LANES */
};

/* A node still to be visited. */
struct step {
    uint32_t node;
    int level;
    int col;  /* that its parent splits on */
    bool one; /* does the row go this way? */
};

struct explain_scratch {
    int n_cols, n_outputs, width; /* of the forest; of a leaf */
    struct step *steps;           /* [depth + 2] */
    int n_steps;
    int level;         /* of the path that is entered; levels count from 1 */
    int *col, *before; /* [depth + 1]: the column; the level that it was split on before, or 0 */
    bool *one;
    double *z;       /* [depth + 1] of the level's column so far */
    int *latest;     /* [n_cols] the level that last splits on it, 0: none */
    double *product; /* [depth + 1][n_points] of the path's factors */
    double *sum;     /* [depth + 1][width][n_points] leaf values times products, so far */
    /* [depth + 1] of n_points: weight (o - z) / factor of the level's column; the same less what it
     * was at the level before, NULL: no change */
    const double **gain, **change;
    double *ratio, *more; /* [depth + 1][n_points] where gain and change point to, or not */
    double *part;         /* [n_points] */
};

static inline void steps_push(
    struct explain_scratch *s, uint32_t node, int level, int col, bool one)
{
    s->steps[s->n_steps++] = (struct step){node, level, col, one};
}

/* Goes back to the level above that of the step. */
static inline void path_leave(struct explain_scratch *s, int level)
{
    for (; s->level >= level && s->level > 0; s->level--)
        s->latest[s->col[s->level]] = s->before[s->level];
}

static inline void path_enter(
    struct explain_scratch *s, const struct step *step, double z, bool one)
{
    int level = step->level;

    s->col[level] = step->col;
    s->before[level] = s->latest[step->col];
    s->z[level] = z;
    s->one[level] = one;
    s->latest[step->col] = level;
    s->level = level;
}

#endif
