/*
 * apply.h -- a model of trees applied to blocks of rows, some of whose columns may be replaced.
 */
#ifndef CMD_MODEL_APPLY_H
#define CMD_MODEL_APPLY_H

#include "common/learner/tree_model.h"
#include "common/tree/predictor.h"

struct applier {
    const struct tree_model *model; /* borrowed */
    struct predictor *predictor;
    int n_workers, width; /* width: prediction_width() */
    size_t codes_size;    /* of a worker */
    uint16_t *codes;      /* [n_workers][codes_size] */
    const double **cols;  /* [n_workers][n_cols] */
    double *raw;          /* [n_workers][PREDICTOR_ROWS][n_outputs] */
};

/* For as many workers as the pool has now. */
int applier_init(struct applier *a, const struct tree_model *m, struct err *err) MUST_CHECK;
void applier_release(struct applier *a);

/* The worker's columns, set to where rows [first, ...) of the table stand; the caller may have some
 * of them point elsewhere. */
const double **applier_cols(
    const struct applier *a, int worker, const struct table *t, int64_t first);
/* Predictions of the first n <= PREDICTOR_ROWS rows of the worker's columns: linked[n][width]. */
void applier_predict(const struct applier *a, int worker, int n, double *linked);

#endif
