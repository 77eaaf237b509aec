/* grow.c -- growing a tree: which node next, its columns, its split, its rows; see grow.h. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/grower.h"

/* Histograms kept for open nodes may take this much; beyond it children are counted, not
 * subtracted. */
enum { HISTS_BYTES = 256 << 20 };

/* ---- histograms ---- */

static struct hist_rows node_rows(const struct grower *g, uint32_t begin, uint32_t end)
{
    return (struct hist_rows){g->rows + begin, end - begin, g->draws};
}

/* A zeroed histogram of the tree's columns; *hist is NULL when the budget for keeping them is
 * spent. */
static int hist_take(struct grower *g, int64_t **hist)
{
    struct blocks *b = &g->hists;

    *hist = NULL;
    if (!b->n_spare && (b->made + 1) * b->size > HISTS_BYTES)
        return 0;
    *hist = blocks_take(b);
    if (!*hist)
        return -1;
    memset(*hist, 0, b->size);
    return 0;
}

static int hist_count(struct grower *g, struct open_node *node)
{
    if (!g->same_columns || g->moving)
        return 0;
    if (hist_take(g, &node->hist) < 0)
        return -1;
    struct hist_rows rows = node_rows(g, node->begin, node->end);
    if (node->hist)
        hist_columns(g->bins, g->stats, g->cols, g->n_cols, g->place, g->offset, &rows,
            node->totals, node->hist);
    return 0;
}

/* The larger child takes over its parent's histogram less its sibling's. */
static void hist_subtract(struct grower *g, int64_t *from, const int64_t *less)
{
    for (size_t i = 0; i < g->offset[g->n_cols]; i++)
        from[i] -= less[i];
}

/* ---- splits ---- */

/* Looks at one column; counts it first if the node has no histogram.  column_hist is all 0 between
 * calls. */
static bool column_find(struct grower *g, const struct open_node *node, const struct split_node *sn,
    int col, struct rng *cuts)
{
    const struct bin_column *c = &g->bins->cols[col];
    struct hist_rows rows = node_rows(g, node->begin, node->end);
    int n_occupied = -1;
    bool found;

    if (!g->opts->random_cuts)
        cuts = NULL;
    if (node->hist)
        return split_find(
            sn, c, col, node->hist + g->offset[g->place[col]], -1, cuts, &g->scratch, &g->best);
    if (rows.n < (uint32_t)c->n_bins / 4)
        n_occupied =
            hist_column_few(g->bins, g->stats, col, &rows, g->column_hist, g->scratch.order);
    else
        hist_column(g->bins, g->stats, col, &rows, g->column_hist);
    found = split_find(sn, c, col, g->column_hist, n_occupied, cuts, &g->scratch, &g->best);
    if (n_occupied >= 0)
        hist_clear(g->bins, g->stats, col, &rows, g->column_hist);
    else
        memset(g->column_hist, 0, ((size_t)c->n_bins + 1) * g->width * sizeof *g->column_hist);
    return found;
}

/* Looks at columns in turn; whether one of them can be cut. */
static bool columns_find(struct grower *g, const struct open_node *node,
    const struct split_node *sn, const int *cols, int n_cols, struct rng *cuts)
{
    bool found = false;

    if (g->moving)
        return records_find(&g->records, sn, &node->records, cols, n_cols, &g->scratch, &g->best);
    for (int i = 0; i < n_cols; i++)
        found |= column_find(g, node, sn, cols[i], cuts);
    return found;
}

/*
 * Leaves the node's best split in g->best.  Columns are drawn one by one; those that cannot be cut
 * here count, but the drawing goes on until one can.
 */
static void node_find(struct grower *g, const struct open_node *node)
{
    const struct grow_opts *o = g->opts;
    struct split_node sn = {.stats = g->stats,
        .totals = node->totals,
        .min_leaf = o->min_leaf > 1 ? o->min_leaf : 1,
        .score = g->opts->score,
        .self = g->rule->self};
    struct rng columns, cuts;

    rng_init(&cuts, o->seed, RNG_CUT, g->tree_number, node->node);
    g->best.gain = -INFINITY;
    if (g->same_columns) {
        columns_find(g, node, &sn, g->cols, g->n_cols, &cuts);
        return;
    }
    rng_init(&columns, o->seed, RNG_COLUMNS, g->tree_number, node->node);
    memcpy(g->drawn, g->cols, (size_t)g->n_cols * sizeof *g->drawn);
    bool cut = false;
    int n = o->n_columns;
    for (int i = 0; i < g->n_cols && !cut; i += n, n = 1) {
        for (int k = i; k < i + n; k++)
            draw_one(g->drawn, k, g->n_cols, &columns);
        cut = columns_find(g, node, &sn, g->drawn + i, n, &cuts);
    }
}

static bool rows_same(const struct row_stats *s, uint32_t a, uint32_t b)
{
    return s->slot ? s->slot[a] == s->slot[b] : s->target[a] == s->target[b];
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
    for (uint32_t i = node->begin + 1; i < node->end; i++)
        if (!rows_same(g->stats, g->rows[node->begin], g->rows[i]))
            return false;
    return true;
}

static bool node_may_split(const struct grower *g, const struct open_node *node)
{
    const struct grow_opts *o = g->opts;
    return (!o->max_depth || node->depth < o->max_depth) && node->totals[0] >= o->min_split &&
           node->totals[0] >= 2 * o->min_leaf && node->totals[0] >= 2 &&
           !(o->stop_if_pure && node_is_pure(g, node));
}

/* ---- the tree ---- */

static double cover_of(const struct grower *g, const int64_t *totals)
{
    double sum = 0;
    for (int k = 0; k < (g->stats->slot ? g->stats->n_sums : 1); k++)
        sum += (double)totals[1 + k];
    return sum * g->stats->unit[0];
}

/* Makes the node a leaf with the learner's values. */
static int node_to_leaf(struct grower *g, const struct open_node *node)
{
    const struct grow_rule *r = g->rule;
    struct hist_rows rows;
    double *values;

    if (builder_leaf(&g->builder, node->node, cover_of(g, node->totals), &values) < 0)
        return -1;
    if (r->by_rows)
        rows = g->moving ? records_rows(&g->records, &node->records, g->draws)
                         : node_rows(g, node->begin, node->end);
    r->leaf(r->self, r->by_rows ? &rows : NULL, node->totals, values);
    return 0;
}

static int node_to_split(struct grower *g, const struct open_node *node)
{
    const struct bin_column *c = &g->bins->cols[node->split.col];
    return builder_split(&g->builder, node->node, &node->split, c);
}

/* ---- rows ---- */

static bool row_goes_left(const struct grower *g, const struct split *s, uint32_t row)
{
    const struct bin_column *c = &g->bins->cols[s->col];
    uint16_t code = bins_code(g->bins, s->col, row);
    if (code == c->n_bins)
        return s->missing_left;
    if (c->category)
        return s->set[code / 64] >> (code % 64) & 1;
    return code <= s->cut;
}

static void records_move(struct grower *g, const struct open_node *node, struct open_node child[2])
{
    const struct split *split = &node->split;
    const struct bin_column *c = &g->bins->cols[split->col];
    uint8_t side[256];

    if (c->category) {
        for (int code = 0; code < c->n_bins; code++)
            side[code] = split->set[code / 64] >> (code % 64) & 1;
    } else {
        memset(side, 1, (size_t)split->cut + 1);
        memset(side + split->cut + 1, 0, sizeof side - (size_t)split->cut - 1);
    }
    side[c->n_bins] = split->missing_left;
    struct record_node part[2];
    records_partition(&g->records, &node->records, split->col, side, part);
    child[0].records = part[0];
    child[1].records = part[1];
}

/* Moves the node's rows that go left before the others, each part in its old order. */
static void rows_partition(
    struct grower *g, const struct open_node *node, struct open_node child[2])
{
    uint32_t left = node->begin, n_right = 0;

    if (g->moving) {
        records_move(g, node, child);
        return;
    }
    for (uint32_t i = node->begin; i < node->end; i++) {
        uint32_t row = g->rows[i];
        if (row_goes_left(g, &node->split, row))
            g->rows[left++] = row;
        else
            g->spare[n_right++] = row;
    }
    memcpy(g->rows + left, g->spare, n_right * sizeof *g->rows);
    child[0].begin = node->begin;
    child[0].end = child[1].begin = left;
    child[1].end = node->end;
}

/* ---- nodes ---- */

/*
 * Finds the node's split and opens it, or makes it a leaf.  The histogram, where there is one, is
 * already the node's.  On failure what the node owns is released.
 */
static int node_settle(struct grower *g, struct open_node *node, bool may_split)
{
    if (may_split) {
        node_find(g, node);
        if (g->best.gain > g->opts->min_gain) {
            split_copy(&node->split, &g->best, g->stats->n_sums);
            queue_push(&g->open, node);
            return 0;
        }
    }
    if (node_to_leaf(g, node) < 0)
        goto fail;
    open_release(g, node);
    return 0;
fail:
    open_release(g, node);
    return -1;
}

static uint32_t node_size(const struct grower *g, const struct open_node *node)
{
    return g->moving ? records_count(&node->records) : node->end - node->begin;
}

static struct open_node *smaller(const struct grower *g, struct open_node *a, struct open_node *b)
{
    return node_size(g, a) <= node_size(g, b) ? a : b;
}

/* Histograms of two new nodes: the smaller one is counted, the larger one gets what is left of its
 * parent's. */
static int children_count(
    struct grower *g, struct open_node *parent, struct open_node child[2], const bool may_split[2])
{
    struct open_node *small = smaller(g, &child[0], &child[1]);
    struct open_node *large = small == &child[0] ? &child[1] : &child[0];

    if (!g->same_columns || g->moving || (!may_split[0] && !may_split[1]))
        return 0;
    if (!parent->hist) {
        for (int i = 0; i < 2; i++)
            if (may_split[i] && hist_count(g, &child[i]) < 0)
                return -1;
        return 0;
    }
    if (hist_count(g, small) < 0)
        return -1;
    if (!small->hist)
        return 0; /* no room: the large child is counted column by column too */
    if (may_split[large - child]) {
        hist_subtract(g, parent->hist, small->hist);
        large->hist = parent->hist;
        parent->hist = NULL;
    }
    return 0;
}

static void child_totals(
    const struct grower *g, const struct open_node *parent, struct open_node child[2])
{
    for (size_t k = 0; k < g->width; k++) {
        child[0].totals[k] = parent->split.left[k];
        child[1].totals[k] = parent->totals[k] - parent->split.left[k];
    }
}

/* Makes the parent's split and settles both children.  The smaller one is opened last, so that a
 * stack of open nodes holds few histograms. */
static int node_expand(struct grower *g, struct open_node *parent)
{
    struct open_node child[2] = {{.memory = NULL}, {.memory = NULL}};
    bool may_split[2];

    if (open_init(g, &child[0], parent->depth + 1) < 0 ||
        open_init(g, &child[1], parent->depth + 1) < 0 || queue_reserve(&g->open, 2) < 0 ||
        builder_reserve(&g->builder, 2) < 0 || node_to_split(g, parent) < 0)
        goto fail;
    child_totals(g, parent, child);
    rows_partition(g, parent, child);
    for (int i = 0; i < 2; i++) {
        child[i].node = builder_add(&g->builder);
        may_split[i] = node_may_split(g, &child[i]);
    }
    if (children_count(g, parent, child, may_split) < 0)
        goto fail;
    g->n_leaves++;
    int last = smaller(g, &child[0], &child[1]) == &child[0] ? 0 : 1;
    if (node_settle(g, &child[!last], may_split[!last]) < 0) {
        open_release(g, &child[last]);
        return -1;
    }
    return node_settle(g, &child[last], may_split[last]);
fail:
    open_release(g, &child[0]);
    open_release(g, &child[1]);
    return -1;
}

static int root_open(struct grower *g)
{
    struct open_node root;

    if (open_init(g, &root, 0) < 0)
        return -1;
    if (queue_reserve(&g->open, 1) < 0 || builder_reserve(&g->builder, 1) < 0) {
        open_release(g, &root);
        return -1;
    }
    memset(root.totals, 0, g->width * sizeof *root.totals);
    if (g->moving) {
        root.records = records_fill(&g->records, g->draws, root.totals);
    } else {
        for (uint32_t row = 0; row < g->bins->n_rows; row++)
            if (g->draws[row])
                g->rows[root.end++] = row;
        struct hist_rows rows = node_rows(g, 0, root.end);
        hist_totals(g->stats, &rows, root.totals);
    }
    root.node = builder_add(&g->builder);
    g->n_leaves = 1;
    bool may_split = node_may_split(g, &root);
    if (may_split && hist_count(g, &root) < 0) {
        open_release(g, &root);
        return -1;
    }
    return node_settle(g, &root, may_split);
}

struct tree *grower_tree(
    struct grower *g, uint32_t tree_number, const uint16_t *draws, struct err *err)
{
    const struct grow_opts *o = g->opts;

    g->tree_number = tree_number;
    g->open.best_first = o->max_leaves > 0;
    g->draws = draws;
    if (builder_start(&g->builder) < 0)
        goto fail;
    tree_columns(g);
    if (root_open(g) < 0)
        goto fail;
    while (g->open.n) {
        struct open_node node = queue_pop(&g->open);
        int ret = !o->max_leaves || g->n_leaves < o->max_leaves ? node_expand(g, &node)
                                                                : node_to_leaf(g, &node);
        open_release(g, &node);
        if (ret < 0)
            goto fail;
    }
    struct tree *done = builder_finish(&g->builder);
    grower_reset(g);
    return done;
fail:
    grower_reset(g);
    err_memory(err);
    return NULL;
}
