/*
 * dart.h -- dropout of trees: rounds are grown without some of the trees before them, and share
 * with these what they stand for (Rashmi and Gilad-Bachrach 2015, "DART: dropouts meet multiple
 * additive regression trees"), under XGBoost's names and with its weights.
 */
#ifndef CMD_XGB_DART_H
#define CMD_XGB_DART_H

#include <stdbool.h>
#include <stdint.h>

enum dart_sample { DART_UNIFORM, DART_WEIGHTED };
enum dart_normalize { DART_TREE, DART_FOREST };
extern const char *const dart_samples[], *const dart_normalizes[];

struct dart_opts {
    int sample_type, normalize_type;
    double rate_drop, skip_drop;
    bool one_drop;
};

/* Whether any of them is given. */
bool dart_given(const struct dart_opts *o);
/* The trees of n_trees that a round leaves out, rising, into dropped[n_trees]; how many.  weight[]
 * is what their leaves were multiplied by so far. */
int dart_choose(const struct dart_opts *o, uint64_t seed, int round, int n_trees,
    const double *weight, int *dropped);
/* By what leaves of the dropped trees are multiplied, and those of the round's own n_trees. */
void dart_scale(
    const struct dart_opts *o, double eta, int n_trees, int n_dropped, double *old, double *own);

#endif
