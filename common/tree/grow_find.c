/* grow_find.c -- a node's histogram and its best split; see grow.h. */
#include <math.h>
#include <string.h>

#include "common/base/pool.h"
#include "common/tree/grower.h"

/* Histograms kept for open nodes may take this much; beyond it children are counted, not
 * subtracted. */
enum { HISTS_BYTES = 256 << 20 };

/* ---- histograms ---- */

int hist_take(struct grower *g, int64_t **hist)
{
    struct blocks *b = &g->hists;

    *hist = NULL;
    if (!g->keeps || g->moving || (!b->n_spare && (b->made + 1) * b->size > HISTS_BYTES))
        return 0;
    *hist = blocks_take(b);
    return *hist ? 0 : -1;
}

/* Column after column, the bins that it has. */
static void hist_each(const struct grower *g, int64_t *to, const int64_t *from,
    void (*fn)(int64_t *to, const int64_t *from, size_t n))
{
    if (!g->is_packed) {
        fn(to, from, g->offset[g->n_cols]);
        return;
    }
    for (int i = 0; i < g->n_cols; i++) {
        size_t n = ((size_t)g->bins->cols[g->cols[i]].n_bins + 1) << g->packed.weights;
        fn(to + g->offset[i], from ? from + g->offset[i] : NULL, n);
    }
}

static void words_clear(int64_t *to, const int64_t *from, size_t n)
{
    (void)from;
    memset(to, 0, n * sizeof *to);
}

static void words_add(int64_t *to, const int64_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (int64_t)((uint64_t)to[i] + (uint64_t)from[i]);
}

static void words_subtract(int64_t *to, const int64_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (int64_t)((uint64_t)to[i] - (uint64_t)from[i]);
}

void hist_subtract(const struct grower *g, int64_t *from, const int64_t *less)
{
    hist_each(g, from, less, words_subtract);
}

/* A large node: its rows, or columns, are shared out. */
struct counting {
    struct grower *g;
    struct open_node *node;
    struct hist_rows rows;
};

static void count_chunk(void *ctx, int64_t chunk, int worker)
{
    const struct counting *c = ctx;
    uint32_t first = (uint32_t)chunk * GROW_CHUNK, left = c->rows.n - first;
    struct hist_rows rows = {
        c->rows.row + first, left < GROW_CHUNK ? left : GROW_CHUNK, c->rows.draws};
    packed_count(&c->g->packed, &rows, worker ? c->g->worker[worker].part : c->node->hist);
}

static void count_column(void *ctx, int64_t i, int worker)
{
    const struct counting *c = ctx;
    const struct grower *g = c->g;
    (void)worker;
    hist_column(g->bins, g->stats, g->cols[i], &c->rows, c->node->hist + g->offset[i]);
}

static void count_shared(struct grower *g, struct counting *c)
{
    if (!g->is_packed) {
        pool_run(g->n_cols, count_column, c);
        return;
    }
    for (int i = 1; i < g->n_workers; i++)
        hist_each(g, g->worker[i].part, NULL, words_clear);
    pool_run(((int64_t)c->rows.n + GROW_CHUNK - 1) / GROW_CHUNK, count_chunk, c);
    for (int i = 1; i < g->n_workers; i++)
        hist_each(g, c->node->hist, g->worker[i].part, words_add);
}

void hist_count(struct grower *g, struct open_node *node, bool all_threads)
{
    struct counting c = {g, node, node_rows(g, node)};

    hist_each(g, node->hist, NULL, words_clear);
    if (all_threads && c.rows.n >= GROW_LARGE && !g->bins->start)
        count_shared(g, &c);
    else if (g->is_packed)
        packed_count(&g->packed, &c.rows, node->hist);
    else
        hist_columns(g->bins, g->stats, g->cols, g->n_cols, g->place, g->offset, &c.rows,
            node->totals, node->hist);
}

/* ---- splits ---- */

/* Looks at one column; counts it first if the node has no histogram.  column_hist is all 0 between
 * calls. */
static bool column_find(struct grower *g, const struct open_node *node, const struct split_node *sn,
    int col, struct rng *cuts, struct grow_worker *w)
{
    const struct bin_column *c = &g->bins->cols[col];
    struct hist_rows rows = node_rows(g, node);
    int n_occupied = -1;
    bool found;

    if (!g->opts->random_cuts)
        cuts = NULL;
    if (node->hist)
        return split_find(
            sn, c, col, node->hist + g->offset[g->place[col]], -1, cuts, &w->scratch, &w->best);
    if (rows.n < (uint32_t)c->n_bins / 4)
        n_occupied = hist_column_few(
            g->bins, g->stats, col, &rows, w->column_hist, w->scratch.order, w->scratch.seen);
    else
        hist_column(g->bins, g->stats, col, &rows, w->column_hist);
    found = split_find(sn, c, col, w->column_hist, n_occupied, cuts, &w->scratch, &w->best);
    if (n_occupied >= 0)
        hist_clear(g->bins, g->stats, col, &rows, w->column_hist);
    else
        memset(w->column_hist, 0, ((size_t)c->n_bins + 1) * g->width * sizeof *w->column_hist);
    return found;
}

/* Looks at columns in turn; whether one of them can be cut. */
static bool columns_find(struct grower *g, const struct open_node *node,
    const struct split_node *sn, const int *cols, int n_cols, struct rng *cuts,
    struct grow_worker *w)
{
    bool found = false;

    if (g->moving)
        return records_find(&g->records, sn, &node->records, cols, n_cols, &w->scratch, &w->best);
    if (g->is_packed && node->hist)
        return packed_find(&g->packed, sn, node->hist, w->column_hist, &w->scratch, &w->best);
    for (int i = 0; i < n_cols; i++)
        if (split_allowed(sn, cols[i]))
            found |= column_find(g, node, sn, cols[i], cuts, w);
    return found;
}

void columns_share(
    struct grower *g, int64_t n, void (*task)(void *ctx, int64_t i, int worker), void *ctx)
{
    struct split *best = &g->worker[0].best;

    for (int i = 1; i < g->n_workers; i++)
        g->worker[i].best.gain = -INFINITY;
    pool_run(n, task, ctx);
    for (int i = 1; i < g->n_workers; i++) {
        const struct split *other = &g->worker[i].best;
        if (other->gain > best->gain ||
            (other->gain > -INFINITY && other->gain == best->gain && other->col < best->col))
            split_copy(best, other, g->stats->n_sums);
    }
}

struct finding {
    struct grower *g;
    const struct open_node *node;
    const struct split_node *sn;
};

static void find_task(void *ctx, int64_t i, int worker)
{
    const struct finding *f = ctx;
    int col = f->g->cols[i];
    if (split_allowed(f->sn, col))
        (void)column_find(f->g, f->node, f->sn, col, NULL, &f->g->worker[worker]);
}

/* ---- which columns a node may be cut on ---- */

static bool mask_has(const uint64_t *mask, const uint64_t *all_of, size_t words)
{
    for (size_t i = 0; i < words; i++)
        if (all_of[i] & ~mask[i])
            return false;
    return true;
}

/* The sets that hold all of the path; before the first cut all columns. */
static void allow_interactions(const struct grower *g, const struct open_node *node, uint64_t *mask)
{
    const struct interactions *in = g->opts->interactions;
    bool root = true;

    for (size_t i = 0; i < in->words; i++)
        root &= node->path[i] == 0;
    if (root)
        return;
    for (size_t i = 0; i < in->words; i++)
        mask[i] = node->path[i];
    for (int set = 0; set < in->n_sets; set++) {
        const uint64_t *columns = in->sets + (size_t)set * in->words;
        for (size_t i = 0; i < in->words && mask_has(columns, node->path, in->words); i++)
            mask[i] |= columns[i];
    }
}

/* Keeps n of the columns first[0 .. n_first), drawn at random. */
static int allow_some(const struct grower *g, int *first, int n_first, int n, uint64_t key)
{
    struct rng r;

    if (n <= 0 || n >= n_first)
        return n_first;
    rng_init(&r, g->opts->seed, RNG_COLUMNS, g->tree_number, key);
    for (int i = 0; i < n; i++)
        draw_one(first, i, n_first, &r);
    return n;
}

/* NULL: all of the tree's. */
static const uint64_t *allowed_columns(
    const struct grower *g, const struct open_node *node, struct grow_worker *w)
{
    const struct grow_opts *o = g->opts;
    int n = g->n_cols;

    if (!o->interactions && !o->level_columns && !o->node_columns)
        return NULL;
    memcpy(w->drawn, g->cols, (size_t)n * sizeof *w->drawn);
    n = allow_some(g, w->drawn, n, o->level_columns, UINT64_MAX - 1 - (uint64_t)node->depth);
    n = allow_some(g, w->drawn, n, o->node_columns, node->key);
    memset(w->allowed, 0xff, g->mask_words * sizeof *w->allowed);
    if (o->interactions)
        allow_interactions(g, node, w->allowed);
    for (; n < g->n_cols; n++) /* those not drawn */
        w->allowed[w->drawn[n] / 64] &= ~((uint64_t)1 << (w->drawn[n] % 64));
    return w->allowed;
}

/*
 * Leaves the node's best split in the worker's.  Columns are drawn one by one; those that cannot be
 * cut here count, but the drawing goes on until one can.
 */
static void best_find(
    struct grower *g, const struct open_node *node, struct grow_worker *w, bool all_threads)
{
    const struct grow_opts *o = g->opts;
    struct split_node sn = {.stats = g->stats,
        .totals = node->totals,
        .min_leaf = o->min_leaf > 1 ? o->min_leaf : 1,
        .score = g->opts->score,
        .self = g->rule->self,
        .regular = o->regular,
        .allowed = allowed_columns(g, node, w),
        .n_proposed = o->n_proposed,
        .direction = o->direction};
    struct rng columns, cuts;

    rng_init(&cuts, o->seed, RNG_CUT, g->tree_number, node->key);
    w->best.gain = -INFINITY;
    if (g->same_columns && g->bins->start && !g->keeps) {
        sparse_find(g, node, &sn, o->random_cuts ? &cuts : NULL, w, all_threads);
        return;
    }
    if (all_threads && !node->hist && g->same_columns && !o->random_cuts) {
        struct finding f = {g, node, &sn};
        columns_share(g, g->n_cols, find_task, &f);
        return;
    }
    if (g->same_columns) {
        columns_find(g, node, &sn, g->cols, g->n_cols, &cuts, w);
        return;
    }
    rng_init(&columns, o->seed, RNG_COLUMNS, g->tree_number, node->key);
    memcpy(w->drawn, g->cols, (size_t)g->n_cols * sizeof *w->drawn);
    bool cut = false;
    int n = o->n_columns;
    for (int i = 0; i < g->n_cols && !cut; i += n, n = 1) {
        for (int k = i; k < i + n; k++)
            draw_one(w->drawn, k, g->n_cols, &columns);
        cut = columns_find(g, node, &sn, w->drawn + i, n, &cuts, w);
    }
}

bool node_find(struct grower *g, struct open_node *node, int worker, bool all_threads)
{
    struct grow_worker *w = &g->worker[worker];

    best_find(g, node, w, all_threads);
    if (!(w->best.gain > g->opts->min_gain))
        return false;
    split_copy(&node->split, &w->best, g->stats->n_sums);
    return true;
}

/* ---- may a node be split? ---- */

/* Of weighted values, whether target and gradient are the same. */
static bool values_same(const struct row_stats *s, uint32_t a, uint32_t b)
{
    if (s->target)
        return s->target[a] == s->target[b];
    if (s->word)
        return s->word[a] == s->word[b];
    if (s->equal_weights)
        return s->value[1][a] == s->value[1][b];
    return (double)s->value[1][a] * (double)s->value[0][b] ==
           (double)s->value[1][b] * (double)s->value[0][a];
}

static bool rows_same(const struct row_stats *s, uint32_t a, uint32_t b)
{
    return s->slot ? s->slot[a] == s->slot[b] : values_same(s, a, b);
}

static int classes_in(const struct grower *g, const struct open_node *node)
{
    int n = 0;
    for (int k = 0; k < g->stats->n_sums; k++)
        n += node->totals[1 + k] != 0;
    return n;
}

static bool node_is_pure(const struct grower *g, const struct open_node *node)
{
    if (g->moving && g->stats->slot)
        return classes_in(g, node) < 2;
    if (g->moving)
        return records_alike(&g->records, &node->records);
    struct hist_rows rows = node_rows(g, node);
    for (uint32_t i = 1; i < rows.n; i++)
        if (!rows_same(g->stats, rows.row[0], rows.row[i]))
            return false;
    return true;
}

bool node_may_split(const struct grower *g, const struct open_node *node)
{
    const struct grow_opts *o = g->opts;
    return (!o->max_depth || node->depth < o->max_depth) && node->totals[0] >= o->min_split &&
           node->totals[0] >= 2 * o->min_leaf && node->totals[0] >= 2 &&
           !(o->stop_if_pure && node_is_pure(g, node));
}
