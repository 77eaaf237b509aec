/*
 * rounds.h -- what learner_fit() is made of: rounds whose trees do not depend on one another
 * (bagged.c), rounds that follow from one another (boosted.c), those that change weights of columns
 * (linear.c), and what is common to them (fit.c).
 */
#ifndef COMMON_LEARNER_ROUNDS_H
#define COMMON_LEARNER_ROUNDS_H

#include "common/learner/learner.h"

/* What one learner_fit() works with. */
struct run {
    const struct learner *learner;
    const struct fit_opts *opts;
    const struct watch *watch;
    const struct table *train;
    struct fit *fit;
    void *self;
    struct bins bins;
    struct grow_opts grow;
    struct grow_rule rule;

    int first;       /* the round that comes next */
    int n_resumed;   /* rounds that the forest came with */
    bool ended;      /* no round can follow */
    bool keep_cells; /* the table's are needed after init() too */
    const struct rounds *rounds;
    void *own; /* of rounds */

    struct tally told; /* of training rows, where metrics are measured on them */
    double values[METRICS_MAX];
    double best_value;
    int best_round;
    double started, last_shown, last_saved;
    char detail[96];
};

/* A way of growing rounds. */
struct rounds {
    size_t own_size; /* zeroed before init */
    bool no_bins;    /* it looks at values */
    int (*init)(struct run *r, struct err *err);
    /* Grows, adds and measures one round or more, and moves r->first on. */
    int (*step)(struct run *r, struct err *err);
    /* When all are done: measures the last if step() did not.  NULL: nothing to do. */
    int (*finish)(struct run *r, struct err *err);
    /* Takes the forest back to r->best_round.  NULL: the trees after it go. */
    void (*back)(struct run *r);
    void (*release)(struct run *r); /* whatever init() did */
};
extern const struct rounds bagged_rounds, boosted_rounds, linear_rounds;

/* Measures both sets after a round, and says whether early stopping ends the run by it. */
int run_measure(struct run *r, int round, struct err *err) MUST_CHECK;
/* Keeps what a boosting learner measures on its training rows, of which the forest says raw. */
int run_keep_measures(
    struct run *r, int round, const double *raw, const uint16_t *draws, struct err *err) MUST_CHECK;
/* Keeps one measurement; data is a constant. */
int run_keep(struct run *r, int round, const char *data, const char *name, double value,
    struct err *err) MUST_CHECK;

#endif
