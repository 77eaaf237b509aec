/*
 * blocks.h -- blocks of one size, handed out again when they were given back.
 */
#ifndef COMMON_BASE_BLOCKS_H
#define COMMON_BASE_BLOCKS_H

#include <stddef.h>

#include "common/base/err.h"

struct blocks {
    size_t size; /* bytes of a block; may change while none is out and none is kept */
    size_t made;
    void **spare; /* [room] */
    size_t n_spare, room;
};

/* A block, uninitialised; NULL: no memory. */
void *blocks_take(struct blocks *b) MUST_CHECK;
void blocks_give(struct blocks *b, void *block); /* NULL is allowed; never fails */
/* Frees the blocks that were given back: all of them must have been. */
void blocks_clear(struct blocks *b);
void blocks_release(struct blocks *b); /* the same, and the pool's own memory */

#endif
