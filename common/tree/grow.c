/* grow.c -- growing a tree: which node next, its children, its leaves; see grow.h. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/tree/grower.h"
#include "common/tree/monotone.h"

/* Nodes whose children are found at the same time, before it is known that they will be wanted. */
enum { AHEAD_NODES = 8 };

/* ---- leaves ---- */

static double cover_of(const struct grower *g, const int64_t *totals)
{
    double sum = 0;
    for (int k = 0; k < (g->stats->slot ? g->stats->n_sums : 1); k++)
        sum += (double)totals[1 + k];
    return sum * g->stats->unit[0];
}

/* Remembers the leaf's rows and sums: its values are found when the tree is whole. */
static int leaf_remember(struct grower *g, const struct open_node *node)
{
    size_t n = g->n_grown + (size_t)1;

    if (mem_grow(&g->leaf, &g->leaf_room, n, sizeof *g->leaf) < 0 ||
        mem_grow(&g->leaf_totals, &g->total_room, n, g->width * sizeof *g->leaf_totals) < 0)
        return -1;
    /* rows that were parted ahead in vain are where the children have them */
    uint8_t buffer = node->ahead ? node->ahead->child[0].buffer : node->buffer;
    g->leaf[g->n_grown] = (struct grown_leaf){node->begin, node->end, buffer};
    memcpy(
        g->leaf_totals + g->n_grown++ * g->width, node->totals, g->width * sizeof *g->leaf_totals);
    return 0;
}

/* Makes the node a leaf with the learner's values. */
static int node_to_leaf(struct grower *g, const struct open_node *node)
{
    const struct grow_rule *r = g->rule;
    struct hist_rows rows;
    double *values;

    if (builder_leaf(&g->builder, node->node, cover_of(g, node->totals), &values) < 0)
        return -1;
    if (g->opts->all_threads)
        return leaf_remember(g, node);
    if (r->by_rows)
        rows = g->moving ? records_rows(&g->records, &node->records, g->draws) : node_rows(g, node);
    r->leaf(r->self, r->by_rows ? &rows : NULL, node->totals, values);
    return 0;
}

static struct hist_rows leaf_rows(const struct grower *g, int64_t i)
{
    const struct grown_leaf *leaf = &g->leaf[i];
    return (struct hist_rows){
        g->rows[leaf->buffer] + leaf->begin, leaf->end - leaf->begin, g->draws, leaf->begin};
}

static void leaf_fill(void *ctx, int64_t i, int worker)
{
    const struct grower *g = ctx;
    const struct grow_rule *r = g->rule;
    struct hist_rows rows = leaf_rows(g, i);
    (void)worker;
    r->leaf(r->self, r->by_rows ? &rows : NULL, g->leaf_totals + (size_t)i * g->width,
        g->builder.tree->values + (size_t)i * (size_t)r->n_outputs);
}

struct leaf_numbers {
    const struct grower *g;
    uint32_t *leaf;
};

static void leaf_number(void *ctx, int64_t i, int worker)
{
    const struct leaf_numbers *n = ctx;
    struct hist_rows rows = leaf_rows(n->g, i);
    (void)worker;
    for (uint32_t k = 0; k < rows.n; k++)
        n->leaf[rows.row[k]] = (uint32_t)i;
}

void grower_leaves(const struct grower *g, uint32_t *leaf)
{
    struct leaf_numbers n = {g, leaf};
    pool_run(g->n_grown, leaf_number, &n);
}

/* ---- children ---- */

static int ahead_init(struct grower *g, struct ahead *a, const struct open_node *parent)
{
    *a = (struct ahead){.hist = NULL};
    if (open_init(g, &a->child[0], parent->depth + 1) == 0 &&
        open_init(g, &a->child[1], parent->depth + 1) == 0 && hist_take(g, &a->hist) == 0)
        return 0;
    ahead_release(g, a);
    return -1;
}

static struct open_node *smaller(const struct grower *g, struct open_node *a, struct open_node *b)
{
    return node_size(g, a) <= node_size(g, b) ? a : b;
}

static void child_totals(
    const struct grower *g, const struct open_node *parent, struct open_node child[2])
{
    for (size_t k = 0; k < g->width; k++) {
        child[0].totals[k] = parent->split.left[k];
        child[1].totals[k] = parent->totals[k] - parent->split.left[k];
    }
}

/* Histograms of two new nodes: the smaller one is counted, the larger one gets what is left of its
 * parent's, or is counted too. */
static void children_count(
    struct grower *g, struct open_node *parent, struct ahead *a, bool all_threads)
{
    struct open_node *small = smaller(g, &a->child[0], &a->child[1]);
    int is_large = small == &a->child[0];
    struct open_node *large = &a->child[is_large];

    if (!a->hist || (!a->may_split[0] && !a->may_split[1]))
        return;
    if (!parent->hist && !a->may_split[!is_large])
        small = large;
    small->hist = a->hist;
    a->hist = NULL;
    hist_count(g, small, all_threads);
    if (parent->hist && a->may_split[is_large]) {
        hist_subtract(g, parent->hist, small->hist);
        large->hist = parent->hist;
        parent->hist = NULL;
    }
}

/* The parent's column stands on the child's path too. */
static void path_extend(
    const struct grower *g, const struct open_node *parent, struct open_node *child)
{
    if (!child->path)
        return;
    memcpy(child->path, parent->path, g->opts->interactions->words * sizeof *child->path);
    child->path[parent->split.col / 64] |= (uint64_t)1 << (parent->split.col % 64);
}

/* Parts the parent's rows and finds the splits of both children. */
static void children_find(
    struct grower *g, struct open_node *parent, struct ahead *a, int worker, bool all_threads)
{
    child_totals(g, parent, a->child);
    rows_partition(g, parent, a->child, all_threads);
    for (int i = 0; i < 2; i++) {
        if (g->is_packed && g->packed.joined) /* draws were not counted */
            a->child[i].totals[0] = node_size(g, &a->child[i]);
        path_extend(g, parent, &a->child[i]);
    }
    for (int i = 0; i < 2; i++)
        a->may_split[i] = node_may_split(g, &a->child[i]);
    children_count(g, parent, a, all_threads);
    for (int i = 0; i < 2; i++)
        a->found[i] = a->may_split[i] && node_find(g, &a->child[i], worker, all_threads);
}

/* A node whose split was looked for is opened, or made a leaf; what it owns goes with it. */
static int node_settle(struct grower *g, struct open_node *node, bool found)
{
    if (found) {
        queue_push(&g->open, node);
        return 0;
    }
    int ret = node_to_leaf(g, node);
    open_release(g, node);
    return ret;
}

/* Makes the parent's split and settles both children.  The smaller one is opened last, so that a
 * stack of open nodes holds few histograms. */
static int children_take(struct grower *g, const struct open_node *parent, struct ahead *a)
{
    int last = smaller(g, &a->child[0], &a->child[1]) == &a->child[0] ? 0 : 1;
    const struct bin_column *c = &g->bins->cols[parent->split.col];

    if (queue_reserve(&g->open, 2) < 0 || builder_reserve(&g->builder, 2) < 0 ||
        builder_split(&g->builder, parent->node, &parent->split, c) < 0) {
        ahead_release(g, a);
        return -1;
    }
    for (int i = 0; i < 2; i++)
        a->child[i].node = builder_add(&g->builder);
    g->n_leaves++;
    blocks_give(&g->hists, a->hist);
    if (node_settle(g, &a->child[!last], a->found[!last]) < 0) {
        open_release(g, &a->child[last]);
        return -1;
    }
    return node_settle(g, &a->child[last], a->found[last]);
}

/* ---- one node after another ---- */

static int node_expand(struct grower *g, struct open_node *parent)
{
    struct ahead a;

    if (ahead_init(g, &a, parent) < 0)
        return -1;
    for (int i = 0; i < 2; i++)
        a.child[i].key = g->builder.tree->n_nodes + (uint64_t)i; /* their numbers */
    children_find(g, parent, &a, 0, false);
    return children_take(g, parent, &a);
}

/* ---- several at once ---- */

/*
 * The nodes that come next, with the children of each: which nodes those are depends on the tree
 * only, never on threads.  Children that turn out not to be wanted are dropped.
 */
struct batch {
    struct grower *g;
    int n;
    struct open_node node[AHEAD_NODES];
    int n_small, small[AHEAD_NODES]; /* those that a thread each does */
};

static void batch_task(void *ctx, int64_t i, int worker)
{
    const struct batch *b = ctx;
    struct open_node *node = (struct open_node *)&b->node[b->small[i]];
    children_find(b->g, node, node->ahead, worker, false);
}

static int batch_prepare(struct batch *b, struct open_node *node)
{
    struct grower *g = b->g;

    node->ahead = blocks_take(&g->aheads);
    if (!node->ahead)
        return -1;
    if (ahead_init(g, node->ahead, node) < 0) {
        blocks_give(&g->aheads, node->ahead);
        node->ahead = NULL;
        return -1;
    }
    for (int i = 0; i < 2; i++)
        node->ahead->child[i].key = 2 * node->key + 1 + (uint64_t)i;
    return 0;
}

/* Finds the children of the nodes that come next, at least of the first. */
static int batch_find(struct grower *g)
{
    const struct grow_opts *o = g->opts;
    struct batch b = {.g = g};
    int64_t room = o->max_leaves ? o->max_leaves - g->n_leaves : AHEAD_NODES;
    int ret = 0;

    while (b.n < AHEAD_NODES && b.n < room && g->open.n)
        b.node[b.n++] = queue_pop(&g->open);
    for (int i = 0; i < b.n && ret == 0; i++)
        if (!b.node[i].ahead) {
            if ((ret = batch_prepare(&b, &b.node[i])) < 0)
                break;
            if (node_size(g, &b.node[i]) < GROW_LARGE)
                b.small[b.n_small++] = i;
            else
                children_find(g, &b.node[i], b.node[i].ahead, 0, true);
        }
    if (ret == 0)
        pool_run(b.n_small, batch_task, &b);
    while (b.n)
        queue_push(&g->open, &b.node[--b.n]);
    return ret;
}

static int node_take(struct grower *g, struct open_node *node)
{
    struct ahead *a = node->ahead;

    node->ahead = NULL;
    int ret = children_take(g, node, a);
    blocks_give(&g->aheads, a);
    return ret;
}

/* Splits the node that comes next, or makes it a leaf where the tree has its leaves. */
static int next_node(struct grower *g)
{
    const struct grow_opts *o = g->opts;
    bool split = !o->max_leaves || g->n_leaves < o->max_leaves;
    struct open_node node = queue_pop(&g->open);

    if (split && o->all_threads && !node.ahead) {
        queue_push(&g->open, &node);
        if (batch_find(g) < 0)
            return -1;
        node = queue_pop(&g->open);
    }
    int ret = !split            ? node_to_leaf(g, &node)
              : !o->all_threads ? node_expand(g, &node)
                                : node_take(g, &node);
    open_release(g, &node);
    return ret;
}

/* ---- the tree ---- */

static int root_open(struct grower *g)
{
    struct open_node root;

    if (open_init(g, &root, 0) < 0)
        return -1;
    if (queue_reserve(&g->open, AHEAD_NODES) < 0 || builder_reserve(&g->builder, 1) < 0 ||
        rows_fill(g, &root) < 0)
        goto fail;
    g->is_packed = g->opts->all_threads && packed_fits(g->bins, g->stats, root.totals[0]);
    if (g->is_packed)
        g->packed = packed_init(
            g->bins, g->stats, root.totals[0], root.totals[0] > (int64_t)node_size(g, &root));
    tree_columns(g);
    root.node = builder_add(&g->builder);
    g->n_leaves = 1;
    bool found = node_may_split(g, &root);
    if (found && hist_take(g, &root.hist) < 0)
        goto fail;
    if (root.hist)
        hist_count(g, &root, g->opts->all_threads);
    found = found && node_find(g, &root, 0, g->opts->all_threads);
    return node_settle(g, &root, found);
fail:
    open_release(g, &root);
    return -1;
}

struct tree *grower_tree(
    struct grower *g, uint32_t tree_number, const uint16_t *draws, struct err *err)
{
    const struct grow_opts *o = g->opts;

    g->tree_number = tree_number;
    g->open.best_first = o->max_leaves > 0 && !o->by_level;
    g->open.by_level = o->max_leaves > 0 && o->by_level;
    g->draws = draws;
    g->n_grown = 0;
    if (builder_start(&g->builder) < 0)
        goto fail;
    if (root_open(g) < 0)
        goto fail;
    while (g->open.n)
        if (next_node(g) < 0)
            goto fail;
    if (o->prune_gain > 0 && grower_prune(g) < 0)
        goto fail;
    pool_run(g->n_grown, leaf_fill, g);
    if (o->direction && tree_keep_order(g->builder.tree, o->direction) < 0)
        goto fail;
    struct tree *done = builder_finish(&g->builder);
    grower_reset(g);
    return done;
fail:
    grower_reset(g);
    err_memory(err);
    return NULL;
}
