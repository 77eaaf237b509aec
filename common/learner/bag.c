/* bag.c -- see bag.h. */
#include "common/learner/bag.h"

#include "common/base/mem.h"
#include "common/base/pool.h"

int bag_open(struct bag *b, const struct learner *l, const void *params, const struct table *table,
    struct err *err)
{
    struct grow_opts unused = {.max_depth = 0};

    *b = (struct bag){.learner = l, .table = table};
    b->self = mem_zalloc(1, l->self_size);
    if (!b->self)
        return err_memory(err);
    if (l->start(b->self, params, table, &unused, err) < 0)
        return -1;
    for (int i = 0; i < BAG_TREES; i++)
        if (!(b->draws[i] = mem_alloc((size_t)table->n_rows, sizeof *b->draws[i])))
            return err_memory(err);
    return 0;
}

void bag_close(struct bag *b)
{
    if (b->self)
        b->learner->release(b->self);
    mem_free(b->self);
    for (int i = 0; i < BAG_TREES; i++)
        mem_free(b->draws[i]);
    *b = (struct bag)BAG_INIT;
}

bool bag_leaves_out(const struct bag *b)
{
    return b->learner->leaves_out(b->self);
}

static void draw(void *ctx, int64_t i, int worker)
{
    const struct bag *b = ctx;
    (void)worker;
    b->learner->sample(b->self, b->first + (int)i, b->draws[i]);
}

bool bag_next(struct bag *b, int n_trees)
{
    b->first += b->n;
    b->n = n_trees - b->first < BAG_TREES ? n_trees - b->first : BAG_TREES;
    if (b->n <= 0) {
        b->first = b->n = 0;
        return false;
    }
    pool_run(b->n, draw, b);
    return true;
}
