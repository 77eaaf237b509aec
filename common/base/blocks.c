/* blocks.c -- see blocks.h. */
#include "common/base/blocks.h"

#include "common/base/mem.h"

void *blocks_take(struct blocks *b)
{
    if (b->n_spare)
        return b->spare[--b->n_spare];
    /* room for every block there is, so that giving one back needs none */
    if (mem_grow(&b->spare, &b->room, b->made + 1, sizeof *b->spare) < 0)
        return NULL;
    void *block = mem_alloc(b->size, 1);
    b->made += block != NULL;
    return block;
}

void blocks_give(struct blocks *b, void *block)
{
    if (block)
        b->spare[b->n_spare++] = block;
}

void blocks_clear(struct blocks *b)
{
    while (b->n_spare)
        mem_free(b->spare[--b->n_spare]);
    b->made = 0;
}

void blocks_release(struct blocks *b)
{
    blocks_clear(b);
    mem_free(b->spare);
    *b = (struct blocks){.size = 0};
}
