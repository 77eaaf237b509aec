/*
 * rng.h -- random numbers that depend on what they are for, never on who draws them.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"): a
 * keyed bijection of a 128-bit counter.  A stream is named by (seed, purpose, step, row); drawing
 * from it needs no state shared with any other, so any thread may draw for any row and the numbers
 * are the same.  A stream holds 2^34 numbers of 32 bits.
 */
#ifndef COMMON_BASE_RNG_H
#define COMMON_BASE_RNG_H

#include <stdint.h>

/* What a stream is for; the numbers are part of every model's meaning, so they never change. */
enum rng_purpose {
    RNG_BAG = 1,     /* rows of a tree; step: tree */
    RNG_COLUMNS = 2, /* columns of a tree or node; step: tree, row: node */
    RNG_CUT = 3,     /* random cuts of extremely randomised trees; step: tree, row: node */
    RNG_FOLDS = 4,   /* cross-validation; step: repeat */
    RNG_HOLDOUT = 5, /* hold-out rows */
    RNG_SPLIT = 6,   /* table-split */
    RNG_DATA = 7,    /* toydata; row: row */
    RNG_BOOT = 8,    /* bootstrap of scores; step: repeat */
    RNG_SHUFFLE = 9, /* orders of rows */
    RNG_TIES = 10,   /* choices between equals */
    RNG_PAIRS = 11,  /* pairs of rows to compare; step: round, row: group */
    RNG_DROP = 12,   /* trees that a round leaves out; step: round */
};

struct rng {
    uint32_t key[2], counter[4], out[4];
    int left; /* numbers of out not yet drawn */
};

void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

void rng_init(struct rng *r, uint64_t seed, enum rng_purpose purpose, uint32_t step, uint64_t row);
uint32_t rng_u32(struct rng *r);
uint64_t rng_u64(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0 .. n-1, each equally likely; n >= 1 */
double rng_uniform(struct rng *r);             /* [0, 1), 53 bits */
double rng_normal(struct rng *r); /* mean 0, variance 1: Box and Muller 1958, one of the pair */

/* Shuffles n indices in place (Fisher and Yates). */
void rng_shuffle(struct rng *r, uint32_t *index, uint32_t n);

#endif
