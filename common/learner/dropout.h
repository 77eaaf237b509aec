/*
 * dropout.h -- trees that rounds are grown without, and what leaves are multiplied by for it
 * (Rashmi and Gilad-Bachrach 2015, "DART: dropouts meet multiple additive regression trees").
 *
 * What a tree's leaves are multiplied by follows from the rounds alone, so that it is found again
 * by asking for them again; a forest being grown keeps what leaves were before (unscaled).
 */
#ifndef COMMON_LEARNER_DROPOUT_H
#define COMMON_LEARNER_DROPOUT_H

#include "common/learner/learner.h"

struct dropout {
    const struct dropping *rule;
    const void *self;
    int n;          /* trees that have a weight */
    double *weight; /* [n] what their leaves are multiplied by */
    int n_dropped;
    int *dropped; /* [n_dropped] of the round at hand, rising */
    double own;   /* what leaves of its own trees are multiplied by */
    size_t weight_room, dropped_room;
};

/* Room for so many trees. */
int dropout_reserve(struct dropout *d, int n_trees, struct err *err) MUST_CHECK;
void dropout_release(struct dropout *d);
/* The round begins, before which there are n_trees (those without a weight have 1): which it leaves
 * out, with their weights as they are after it. */
void dropout_round(struct dropout *d, int round, int n_trees);
/* Trees of the round, n of them. */
void dropout_add(struct dropout *d, int n);
/* As it was after n_rounds, the first of which was `first`, of per_round trees each. */
void dropout_restart(struct dropout *d, int first, int n_rounds, int per_round);

#endif
