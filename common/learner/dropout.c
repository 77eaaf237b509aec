/* dropout.c -- see dropout.h. */
#include "common/learner/dropout.h"

#include "common/base/mem.h"

int dropout_reserve(struct dropout *d, int n_trees, struct err *err)
{
    size_t n = (size_t)n_trees;

    if (mem_grow(&d->weight, &d->weight_room, n, sizeof *d->weight) < 0 ||
        mem_grow(&d->dropped, &d->dropped_room, n, sizeof *d->dropped) < 0)
        return err_memory(err);
    return 0;
}

void dropout_release(struct dropout *d)
{
    mem_free(d->weight);
    mem_free(d->dropped);
    *d = (struct dropout){.rule = NULL};
}

/* Trees up to n that have none. */
static void weights_fill(struct dropout *d, int n, double weight)
{
    while (d->n < n)
        d->weight[d->n++] = weight;
}

void dropout_round(struct dropout *d, int round, int n_trees)
{
    double old;

    weights_fill(d, n_trees, 1);
    d->n_dropped = d->rule->choose(d->self, round, n_trees, d->weight, d->dropped);
    d->rule->scale(d->self, d->n_dropped, &old, &d->own);
    for (int i = 0; i < d->n_dropped; i++)
        d->weight[d->dropped[i]] *= old;
}

void dropout_add(struct dropout *d, int n)
{
    weights_fill(d, d->n + n, d->own);
}

void dropout_restart(struct dropout *d, int first, int n_rounds, int per_round)
{
    d->n = 0;
    for (int round = first; round < n_rounds; round++) {
        dropout_round(d, round, round * per_round);
        dropout_add(d, per_round);
    }
    weights_fill(d, n_rounds * per_round, 1);
}
