/*
 * scoring.h -- rows as the metrics want them: the task settled, classes numbered, probabilities in
 * one array a model.
 */
#ifndef CMD_SCORE_SCORING_H
#define CMD_SCORE_SCORING_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/score/classes.h"
#include "cmd/score/rows.h"
#include "common/base/watch.h"
#include "common/metric/metric.h"
#include "common/table/schema.h"

struct model {
    const char *name;
    const struct column *column;
    int32_t *label;      /* class codes, and from classes.n on those of others; NULL: none */
    const char **others; /* [n_others] predicted texts that are no class; borrowed texts */
    int32_t n_others;
    double *prob;  /* [n][classes.n]; NULL: none */
    double *value; /* numbers predicted, or scores of the positive class; NULL: none; borrowed */
    double *owned_value;
};

struct scoring {
    int64_t n;
    bool classification;
    struct classes classes;
    double *y;              /* class codes or values */
    const double *upper;    /* of a truth that is between bounds; borrowed; NULL: none */
    const double *weight;   /* borrowed; NULL: none */
    const uint32_t *origin; /* [n] where rows are among all; borrowed; NULL: they are all */
    const int32_t *group;   /* from 0, dense; NULL: none */
    double *owned_y, *owned_upper, *owned_weight;
    int32_t *owned_group;
    int32_t n_groups;
    struct model *models;
    int n_models;
};

/* The rows must outlive the scoring, which takes their probabilities' memory. */
int scoring_init(struct scoring *s, struct rows *rows, enum task task, const char *positive,
    const struct watch *watch, struct err *err) MUST_CHECK;
void scoring_release(struct scoring *s);
/* The rows named by rows[n] alone, copied, but for rows itself, which must outlive them; the
 * classes stay those of all.  map has n_groups items of -1, before and after. */
int scoring_select(struct scoring *to, const struct scoring *from, const uint32_t *rows, int64_t n,
    int32_t *map, struct err *err) MUST_CHECK;
/* One model as metrics see it. */
struct scored scoring_model(const struct scoring *s, int model);

#endif
