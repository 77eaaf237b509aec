/*
 * report.h -- the metrics of every model, for all rows or for one group of them, as CSV rows.
 */
#ifndef CMD_SCORE_REPORT_H
#define CMD_SCORE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/score/scoring.h"
#include "cmd/score/sheet.h"
#include "common/base/watch.h"
#include "common/metric/metric.h"

/* The metrics of one model, and what became of them. */
struct measures {
    int n;
    struct metric *metrics;
    double *values;
    int64_t *undefined; /* groups of rows for which a metric is NaN */
    int64_t *failed;    /* repeats of the bootstrap, most in any group */
};

struct report {
    bool show_model, intervals;
    double level;
    int64_t repeats;
    uint64_t seed;
    int n_models;
    struct measures *models;
};

/* list: --metric, or NULL for what suits each model. */
int report_init(struct report *r, const struct scoring *s, const char *list, bool ranking,
    struct err *err) MUST_CHECK;
void report_release(struct report *r);
const char *report_columns(const struct report *r);
/* key: which group of rows this is, from 0. */
int report_rows(struct report *r, const struct scoring *s, uint64_t key, struct sheet *sheet,
    const struct watch *watch, struct err *err) MUST_CHECK;
/* Warns of what was not defined. */
void report_warn(const struct report *r, const struct scoring *s, int64_t n_groups, const char *by,
    const struct watch *watch);

#endif
