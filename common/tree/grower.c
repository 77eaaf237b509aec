/* grower.c -- a grower's memory and a tree's columns; see grower.h. */
#include "common/tree/grower.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"

/* ---- making and freeing ---- */

static int grower_columns(struct grower *g)
{
    const struct bins *b = g->bins;

    g->usable = mem_alloc((size_t)b->n_cols, sizeof *g->usable);
    g->cols = mem_alloc((size_t)b->n_cols, sizeof *g->cols);
    g->place = mem_alloc((size_t)b->n_cols, sizeof *g->place);
    g->offset = mem_alloc((size_t)b->n_cols + 1, sizeof *g->offset);
    if (!g->usable || !g->cols || !g->place || !g->offset)
        return -1;
    g->max_bins = 1;
    for (int col = 0; col < b->n_cols; col++) {
        const struct bin_column *c = &b->cols[col];
        if (c->n_bins == 0)
            continue;
        g->usable[g->n_usable++] = col;
        if (c->n_bins > g->max_bins)
            g->max_bins = c->n_bins;
        if (c->category && c->n_bins > g->max_category_bins)
            g->max_category_bins = c->n_bins;
    }
    g->set_room = ((size_t)g->max_category_bins + 63) / 64;
    g->mask_words = ((size_t)b->n_cols + 63) / 64;
    g->memory.size = (2 * g->width + g->set_room + (g->opts->interactions ? g->mask_words : 0)) *
                     sizeof(uint64_t);
    g->aheads.size = sizeof(struct ahead);
    return 0;
}

static int worker_init(struct grower *g, struct grow_worker *w)
{
    struct err ignored;

    w->drawn = mem_alloc((size_t)g->bins->n_cols, sizeof *w->drawn);
    w->column_hist = mem_zalloc((size_t)g->max_bins + 2, g->width * sizeof *w->column_hist);
    w->best_memory = mem_alloc(g->width + g->set_room, sizeof *w->best_memory);
    w->allowed = mem_alloc(g->mask_words, sizeof *w->allowed);
    if (!w->drawn || !w->allowed || !w->column_hist || !w->best_memory ||
        split_scratch_init(&w->scratch, g->stats->n_sums, g->max_bins, &ignored) < 0)
        return -1;
    split_init(&w->best, g->stats->n_sums, g->set_room, w->best_memory);
    if (g->bins->start && dealer_init(&w->dealer, g->bins) < 0)
        return -1;
    int n = g->opts->n_proposed;
    if (n && split_scratch_propose(&w->scratch, g->max_bins, n, &ignored) < 0)
        return -1;
    if (!g->opts->all_threads || !bins_are_bytes(g->bins) || w == g->worker)
        return 0;
    w->part = mem_alloc((size_t)g->n_usable, PACKED_BINS * 2 * sizeof *w->part);
    return w->part ? 0 : -1;
}

static int grower_workers(struct grower *g)
{
    g->worker = mem_zalloc((size_t)(g->opts->all_threads ? pool_size() : 1), sizeof *g->worker);
    if (!g->worker)
        return -1;
    g->n_workers = g->opts->all_threads ? pool_size() : 1;
    for (int i = 0; i < g->n_workers; i++)
        if (worker_init(g, &g->worker[i]) < 0)
            return -1;
    return 0;
}

static int grower_rows(struct grower *g)
{
    const struct grow_opts *o = g->opts;
    size_t n = (size_t)g->bins->n_rows;
    enum record_kind kind;
    struct err ignored;

    kind = records_kind(g->bins, g->stats, g->rule->by_rows);
    g->moving = kind != RECORD_NONE && !o->random_cuts && !o->all_threads && !o->direction;
    if (g->moving)
        return records_init(&g->records, kind, g->bins, g->stats, &ignored);
    for (int i = 0; i < 1 + o->all_threads; i++) {
        if (!(g->rows[i] = mem_alloc(n, sizeof **g->rows)))
            return -1;
        mem_expect(g->rows[i], n * sizeof **g->rows);
    }
    g->spare = mem_alloc(n, sizeof *g->spare);
    if (!g->spare)
        return -1;
    mem_expect(g->spare, n * sizeof *g->spare);
    return 0;
}

struct grower *grower_new(const struct bins *b, const struct row_stats *stats,
    const struct grow_opts *opts, const struct grow_rule *rule, struct err *err)
{
    struct grower *g = mem_zalloc(1, sizeof *g);
    if (!g) {
        err_memory(err);
        return NULL;
    }
    g->bins = b, g->stats = stats, g->opts = opts, g->rule = rule;
    g->width = 1 + (size_t)stats->n_sums;
    g->builder.n_outputs = rule->n_outputs;
    if (grower_columns(g) < 0 || grower_workers(g) < 0 || grower_rows(g) < 0) {
        grower_free(g);
        err_memory(err);
        return NULL;
    }
    return g;
}

int open_init(struct grower *g, struct open_node *node, int depth)
{
    *node = (struct open_node){.depth = depth, .memory = blocks_take(&g->memory)};
    if (!node->memory)
        return -1;
    node->totals = (int64_t *)node->memory;
    split_init(&node->split, g->stats->n_sums, g->set_room, node->memory + g->width);
    if (g->opts->interactions) {
        node->path = node->memory + 2 * g->width + g->set_room;
        memset(node->path, 0, g->mask_words * sizeof *node->path);
    }
    return 0;
}

void ahead_release(struct grower *g, struct ahead *a)
{
    blocks_give(&g->hists, a->hist);
    open_release(g, &a->child[0]);
    open_release(g, &a->child[1]);
}

void open_release(struct grower *g, struct open_node *node)
{
    if (node->ahead)
        ahead_release(g, node->ahead);
    blocks_give(&g->aheads, node->ahead);
    blocks_give(&g->hists, node->hist);
    blocks_give(&g->memory, node->memory);
}

void grower_reset(struct grower *g)
{
    while (g->open.n)
        open_release(g, &g->open.item[--g->open.n]);
    builder_abandon(&g->builder);
}

static void worker_release(struct grow_worker *w)
{
    mem_free(w->drawn);
    mem_free(w->allowed);
    mem_free(w->column_hist);
    dealer_release(&w->dealer);
    mem_free(w->part);
    mem_free(w->best_memory);
    split_scratch_release(&w->scratch);
}

void grower_free(struct grower *g)
{
    if (!g)
        return;
    grower_reset(g);
    mem_free(g->usable);
    mem_free(g->cols);
    mem_free(g->place);
    mem_free(g->offset);
    if (g->moving)
        records_release(&g->records);
    mem_free(g->rows[0]);
    mem_free(g->rows[1]);
    mem_free(g->spare);
    mem_free(g->leaf);
    mem_free(g->leaf_totals);
    queue_release(&g->open);
    builder_release(&g->builder);
    blocks_release(&g->hists);
    blocks_release(&g->memory);
    blocks_release(&g->aheads);
    for (int i = 0; i < g->n_workers; i++)
        worker_release(&g->worker[i]);
    mem_free(g->worker);
    mem_free(g);
}

/* ---- columns ---- */

void draw_one(int *cols, int done, int n, struct rng *r)
{
    int at = done + (int)rng_below(r, (uint64_t)(n - done));
    int held = cols[done];
    cols[done] = cols[at];
    cols[at] = held;
}

static int compare_ints(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* Whether it is less work to go through the bins of all columns in each node than to count and sort
 * what the node has. */
static bool hists_pay(const struct grower *g)
{
    const struct bins *b = g->bins;
    if (g->opts->exact)
        return b->near;
    return !b->start || b->start[b->n_rows] / 4 > (int64_t)(g->offset[g->n_cols] / g->width);
}

void tree_columns(struct grower *g)
{
    const struct grow_opts *o = g->opts;
    bool some = o->n_columns > 0 && o->n_columns < g->n_usable;

    g->n_cols = g->n_usable;
    memcpy(g->cols, g->usable, (size_t)g->n_usable * sizeof *g->cols);
    if (some && o->columns_per_tree) {
        struct rng r;
        rng_init(&r, o->seed, RNG_COLUMNS, g->tree_number, UINT64_MAX);
        g->n_cols = o->n_columns;
        for (int i = 0; i < g->n_cols; i++)
            draw_one(g->cols, i, g->n_usable, &r);
        qsort(g->cols, (size_t)g->n_cols, sizeof *g->cols, compare_ints);
    }
    g->same_columns = !some || o->columns_per_tree;
    for (int col = 0; col < g->bins->n_cols; col++)
        g->place[col] = -1;
    g->packed.cols = g->cols;
    g->packed.n_cols = g->n_cols;
    g->offset[0] = 0;
    for (int i = 0; i < g->n_cols; i++) {
        size_t n_bins = (size_t)g->bins->cols[g->cols[i]].n_bins + 1;
        g->place[g->cols[i]] = i;
        g->offset[i + 1] = g->offset[i] + (g->is_packed ? (size_t)PACKED_BINS << g->packed.weights
                                                        : n_bins * g->width);
    }
    g->keeps = g->same_columns && !o->n_proposed && hists_pay(g);
    size_t size = g->offset[g->n_cols] * sizeof(int64_t);
    if (size != g->hists.size)
        blocks_clear(&g->hists);
    g->hists.size = size;
}
