/*
 * cuts.h -- the different (column, threshold) pairs of a tree or a forest.
 *
 * Nodes name their test by its number here, so that a node takes 8 bytes whatever a threshold is.
 */
#ifndef COMMON_TREE_CUTS_H
#define COMMON_TREE_CUTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

enum { CUTS_MAX = 1 << 30 };

struct cuts {
    uint32_t n;
    int32_t *column;   /* [n] of the schema */
    double *threshold; /* [n] never NaN, never -0 */
    size_t column_room, threshold_room;
    uint32_t *slot; /* [n_slots], a power of two: numbers + 1 by hash, 0: free; NULL until needed */
    size_t n_slots;
};

#define CUTS_INIT                                                                                  \
    {                                                                                              \
        .n = 0                                                                                     \
    }

void cuts_release(struct cuts *c);

/* Appends a pair, there already or not.  -1: no memory, or CUTS_MAX. */
int cuts_push(struct cuts *c, int32_t column, double threshold) MUST_CHECK;

/* The number of a pair; UINT32_MAX: it is not there. */
uint32_t cuts_find(const struct cuts *c, int32_t column, double threshold);
/* The number of a pair, found or appended; UINT32_MAX: no memory, or CUTS_MAX. */
uint32_t cuts_intern(struct cuts *c, int32_t column, double threshold) MUST_CHECK;

/*
 * Keeps the pairs with used[i], sorted by column and threshold; rank[i] is the new number of i.
 * -1: no memory, and nothing has changed.
 */
int cuts_sort(struct cuts *c, const unsigned char *used, uint32_t *rank) MUST_CHECK;

#endif
