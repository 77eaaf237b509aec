/* cuts.c -- see cuts.h. */
#include "common/tree/cuts.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

enum { SLOTS_MIN = 1024 };

void cuts_release(struct cuts *c)
{
    mem_free(c->column);
    mem_free(c->threshold);
    mem_free(c->slot);
    *c = (struct cuts)CUTS_INIT;
}

int cuts_push(struct cuts *c, int32_t column, double threshold)
{
    size_t n = (size_t)c->n + 1;

    if (c->n >= CUTS_MAX || mem_grow(&c->column, &c->column_room, n, sizeof *c->column) < 0 ||
        mem_grow(&c->threshold, &c->threshold_room, n, sizeof *c->threshold) < 0)
        return -1;
    c->column[c->n] = column;
    c->threshold[c->n++] = threshold + 0.0;
    return 0;
}

static size_t cuts_hash(int32_t column, double threshold)
{
    uint64_t bits;
    memcpy(&bits, &threshold, sizeof bits);
    bits = (bits ^ (uint64_t)(uint32_t)column << 17) * 0x9E3779B97F4A7C15u;
    return (size_t)((bits ^ bits >> 32) * 0xD6E8FEB86659FD93u >> 20);
}

/* Where the pair's number stands, or may stand. */
static uint32_t *cuts_slot(const struct cuts *c, int32_t column, double threshold)
{
    for (size_t at = cuts_hash(column, threshold);; at++) {
        uint32_t *slot = &c->slot[at & (c->n_slots - 1)];
        if (!*slot || (c->threshold[*slot - 1] == threshold && c->column[*slot - 1] == column))
            return slot;
    }
}

static int cuts_rehash(struct cuts *c, size_t n_slots)
{
    uint32_t *slot = mem_zalloc(n_slots, sizeof *slot);
    if (!slot)
        return -1;
    mem_free(c->slot);
    c->slot = slot;
    c->n_slots = n_slots;
    for (uint32_t i = 0; i < c->n; i++)
        *cuts_slot(c, c->column[i], c->threshold[i]) = i + 1;
    return 0;
}

uint32_t cuts_find(const struct cuts *c, int32_t column, double threshold)
{
    uint32_t number = c->slot ? *cuts_slot(c, column, threshold + 0.0) : 0;
    return number ? number - 1 : UINT32_MAX;
}

uint32_t cuts_intern(struct cuts *c, int32_t column, double threshold)
{
    threshold += 0.0;
    if (2 * ((size_t)c->n + 1) > c->n_slots) {
        size_t n_slots = SLOTS_MIN;
        while (n_slots < 4 * ((size_t)c->n + 1))
            n_slots *= 2;
        if (cuts_rehash(c, n_slots) < 0)
            return UINT32_MAX;
    }
    uint32_t *slot = cuts_slot(c, column, threshold);
    if (!*slot) {
        if (cuts_push(c, column, threshold) < 0)
            return UINT32_MAX;
        *slot = c->n;
    }
    return *slot - 1;
}

struct numbered {
    double threshold;
    int32_t column;
    uint32_t number;
};

static int compare_cuts(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->threshold != y->threshold)
        return x->threshold < y->threshold ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

int cuts_sort(struct cuts *c, const unsigned char *used, uint32_t *rank)
{
    struct numbered *order = mem_alloc(c->n, sizeof *order);
    uint32_t n = 0;

    if (!order)
        return -1;
    for (uint32_t i = 0; i < c->n; i++)
        if (used[i])
            order[n++] = (struct numbered){c->threshold[i], c->column[i], i};
    if (n)
        qsort(order, n, sizeof *order, compare_cuts);
    for (uint32_t i = 0; i < n; i++) {
        rank[order[i].number] = i;
        c->column[i] = order[i].column;
        c->threshold[i] = order[i].threshold;
    }
    c->n = n;
    mem_free(order);
    mem_free(c->slot);
    c->slot = NULL;
    c->n_slots = 0;
    return 0;
}
