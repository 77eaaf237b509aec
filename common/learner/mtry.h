/*
 * mtry.h -- how many columns a tree or node looks at: a rule, a count or a fraction.
 */
#ifndef COMMON_LEARNER_MTRY_H
#define COMMON_LEARNER_MTRY_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/err.h"

enum mtry_rule { MTRY_AUTO, MTRY_SQRT, MTRY_LOG2, MTRY_THIRD, MTRY_ALL, MTRY_COUNT, MTRY_FRACTION };

struct mtry {
    enum mtry_rule rule;
    double amount; /* MTRY_COUNT, MTRY_FRACTION: of the usable columns */
};

extern const char *const mtry_per_names[]; /* "node" "tree", NULL */

/* Columns of d usable ones: at least 1, at most d.  automatic is the rule of MTRY_AUTO. */
int mtry_count(const struct mtry *mtry, enum mtry_rule automatic, int d);
/* "sqrt", "log2", "third", "all", a whole number >= 1, or a fraction such as 0.4. */
int mtry_parse(const char *text, void *mtry, struct err *err) MUST_CHECK;
int mtry_show(const void *mtry, struct buf *out) MUST_CHECK;

#endif
