/* dart.c -- see dart.h. */
#include "cmd/xgb/dart.h"

#include <stddef.h>

#include "common/base/rng.h"

const char *const dart_samples[] = {"uniform", "weighted", NULL};
const char *const dart_normalizes[] = {"tree", "forest", NULL};

bool dart_given(const struct dart_opts *o)
{
    return o->sample_type != DART_UNIFORM || o->normalize_type != DART_TREE || o->rate_drop > 0 ||
           o->skip_drop > 0 || o->one_drop;
}

/* One of them, as likely as it weighs. */
static int choose_one(struct rng *r, const double *weight, int n_trees, double total)
{
    double left = rng_uniform(r) * total;
    int i = 0;

    while (i < n_trees - 1 && left >= weight[i])
        left -= weight[i++];
    return i;
}

int dart_choose(const struct dart_opts *o, uint64_t seed, int round, int n_trees,
    const double *weight, int *dropped)
{
    bool weighted = o->sample_type == DART_WEIGHTED;
    double total = 0;
    struct rng r;
    int n = 0;

    rng_init(&r, seed, RNG_DROP, (uint32_t)round, 0);
    if (n_trees == 0 || rng_uniform(&r) < o->skip_drop)
        return 0;
    for (int i = 0; i < n_trees && weighted; i++)
        total += weight[i];
    for (int i = 0; i < n_trees; i++) {
        double share = weighted ? n_trees * weight[i] / total : 1;
        if (rng_uniform(&r) < o->rate_drop * share)
            dropped[n++] = i;
    }
    if (n == 0 && o->one_drop)
        dropped[n++] = weighted ? choose_one(&r, weight, n_trees, total)
                                : (int)rng_below(&r, (uint64_t)n_trees);
    return n;
}

/* The round's trees together count as eta of a tree, or beside all the dropped ones as one. */
void dart_scale(
    const struct dart_opts *o, double eta, int n_trees, int n_dropped, double *old, double *own)
{
    double share = eta / n_trees;

    if (n_dropped == 0) {
        *old = *own = 1;
    } else if (o->normalize_type == DART_FOREST) {
        *old = *own = 1 / (1 + share);
    } else {
        *old = n_dropped / (n_dropped + share);
        *own = 1 / (n_dropped + share);
    }
}
