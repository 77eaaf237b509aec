/*
 * sampling.h -- the rows of each round, drawn at random.
 */
#ifndef COMMON_LEARNER_SAMPLING_H
#define COMMON_LEARNER_SAMPLING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

struct sampling {
    int64_t n_rows;
    uint32_t *drawable; /* rows that weigh something; NULL: all do */
    int64_t n_drawable;
    int64_t n_draws; /* of them for a round */
    bool replace;
    uint64_t seed;
};

/* Draws of a fraction of the rows, at least one of those whose fixed weight[n_rows] is not 0. */
int sampling_init(struct sampling *s, const int64_t *weight, int64_t n_rows, double fraction,
    bool replace, uint64_t seed, struct err *err) MUST_CHECK;
void sampling_release(struct sampling *s);
/* How often each row is drawn: a bootstrap, or a choice without replacement. */
void sampling_draw(const struct sampling *s, int round, uint16_t *draws);
/* Can a row that weighs something be in no sample? */
bool sampling_leaves_out(const struct sampling *s);

#endif
