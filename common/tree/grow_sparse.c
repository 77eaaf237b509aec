/*
 * grow_sparse.c -- the best split of a node of sparse rows whose histogram is not kept: at the cost
 * of the rows' entries, however many columns there are.
 *
 * Columns of which the node's rows have no entry have one value in it and cannot be cut, so the
 * entries are dealt to their columns, and those columns looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/grower.h"

enum { FEW_OF = 32 }; /* columns are sorted where they are this few of all */

int dealer_init(struct dealer *d, const struct bins *b)
{
    d->count = mem_zalloc((size_t)b->n_cols, sizeof *d->count);
    d->touched = mem_alloc((size_t)b->n_cols, sizeof *d->touched);
    d->entry = mem_alloc((size_t)b->start[b->n_rows], sizeof *d->entry);
    return d->count && d->touched && d->entry ? 0 : -1;
}

void dealer_release(struct dealer *d)
{
    mem_free(d->count);
    mem_free(d->touched);
    mem_free(d->entry);
}

static int compare_columns(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* Lists the tree's columns that the rows have entries of, rising, and counts those. */
static int columns_touched(
    const struct grower *g, struct dealer *d, const struct hist_rows *rows, const uint64_t *allowed)
{
    const struct bins *b = g->bins;
    int n = 0;

    for (uint32_t i = 0; i < rows->n; i++)
        for (int64_t j = b->start[rows->row[i]]; j < b->start[rows->row[i] + 1]; j++) {
            uint32_t col = b->col[j];
            if (g->place[col] < 0 || (allowed && !(allowed[col / 64] >> (col % 64) & 1)))
                continue;
            if (!d->count[col]++)
                d->touched[n++] = (int)col;
        }
    if (n < g->n_cols / FEW_OF) {
        qsort(d->touched, (size_t)n, sizeof *d->touched, compare_columns);
        return n;
    }
    n = 0;
    for (int i = 0; i < g->n_cols; i++)
        if (d->count[g->cols[i]])
            d->touched[n++] = g->cols[i];
    return n;
}

/* Entries by column, in the order of rows; count becomes where a column's end. */
static void entries_deal(
    const struct grower *g, struct dealer *d, const struct hist_rows *rows, int n_touched)
{
    const struct bins *b = g->bins;
    uint32_t at = 0;

    for (int i = 0; i < n_touched; i++) {
        uint32_t n = d->count[d->touched[i]];
        d->count[d->touched[i]] = at + 1; /* 0: not touched */
        at += n;
    }
    for (uint32_t i = 0; i < rows->n; i++)
        for (int64_t j = b->start[rows->row[i]]; j < b->start[rows->row[i] + 1]; j++)
            if (d->count[b->col[j]])
                d->entry[d->count[b->col[j]]++ - 1] = (struct hist_entry){rows->row[i], b->code[j]};
}

struct finding {
    struct grower *g;
    const struct dealer *dealer;
    const struct open_node *node;
    const struct split_node *sn;
    struct rng *cuts;
};

static void touched_find(const struct finding *f, int64_t i, struct grow_worker *w)
{
    const struct grower *g = f->g;
    const struct dealer *d = f->dealer;
    int col = d->touched[i];
    const struct bin_column *c = &g->bins->cols[col];
    uint32_t begin = i ? d->count[d->touched[i - 1]] - 1 : 0, n = d->count[col] - 1 - begin;
    const struct hist_entry *entry = d->entry + begin;
    int n_occupied = hist_column_entries(c, g->stats, entry, n, g->draws, f->node->totals,
        w->column_hist, w->scratch.order, w->scratch.seen);

    (void)split_find(f->sn, c, col, w->column_hist, n_occupied, f->cuts, &w->scratch, &w->best);
    hist_clear_entries(c, g->stats, entry, n, w->column_hist);
}

static void find_task(void *ctx, int64_t i, int worker)
{
    const struct finding *f = ctx;
    touched_find(f, i, &f->g->worker[worker]);
}

void sparse_find(struct grower *g, const struct open_node *node, const struct split_node *sn,
    struct rng *cuts, struct grow_worker *w, bool all_threads)
{
    struct hist_rows rows = node_rows(g, node);
    struct finding f = {g, &w->dealer, node, sn, cuts};
    int n = columns_touched(g, &w->dealer, &rows, sn->allowed);

    entries_deal(g, &w->dealer, &rows, n);
    if (all_threads && !cuts)
        columns_share(g, n, find_task, &f);
    else
        for (int i = 0; i < n; i++)
            touched_find(&f, i, w);
    for (int i = 0; i < n; i++)
        w->dealer.count[w->dealer.touched[i]] = 0;
}
