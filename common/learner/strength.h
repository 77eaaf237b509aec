/*
 * strength.h -- how good a forest's trees are and how much alike they err (Breiman 2001).
 *
 * For classes (section 3.1, appendix II).  Q(x, j) is the share of out-of-bag trees that vote for
 * class j; the margin of a row is Q(x, y) - max_{j != y} Q(x, j), and j^ the class of that maximum.
 *
 *     strength s = mean margin
 *     correlation = (mean margin^2 - s^2) / (mean over trees of sd)^2,
 *         sd = sqrt(p1 + p2 - (p1 - p2)^2)
 *
 * with p1 and p2 the shares of a tree's out-of-bag rows that it gives y and j^.  (The paper prints
 * + (p1 - p2)^2; the standard deviation of a raw margin of 1, -1 or 0 has the minus.)  The error is
 * at most correlation (1 - s^2) / s^2.
 *
 * For values (section 11): the mean squared error of the forest is that of a tree times the
 * correlation of two trees' residuals, which is estimated as the out-of-bag error of the forest
 * over the square of the mean root of a tree's.
 *
 * Rows count by their weights.
 */
#ifndef COMMON_LEARNER_STRENGTH_H
#define COMMON_LEARNER_STRENGTH_H

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/io/format/json.h"
#include "common/learner/bag.h"

struct strength {
    bool classes;
    double strength, c_s2;     /* of classes; correlation / strength^2 */
    double pe_forest, pe_tree; /* of values */
    double correlation;        /* NAN, as any other, where not defined */
};

int strength_measure(
    struct strength *s, struct bag *bag, const struct forest *f, struct err *err) MUST_CHECK;
/* Into a model's summary; -1: no memory. */
int strength_summary(const struct strength *s, json_t *summary) MUST_CHECK;
void strength_say(const struct strength *s, const struct watch *w);

#endif
