/* refresh.c -- see refresh.h. */
#include "common/learner/refresh.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"

int refresh_init(struct refresh *f, int64_t n_rows, struct err *err)
{
    f->row = mem_alloc((size_t)n_rows, sizeof *f->row);
    f->draws = mem_alloc((size_t)n_rows, sizeof *f->draws);
    if (!f->row || !f->draws)
        return err_memory(err);
    for (int64_t i = 0; i < n_rows; i++)
        f->draws[i] = 1;
    return 0;
}

void refresh_release(struct refresh *f)
{
    mem_free(f->row);
    mem_free(f->start);
    mem_free(f->totals);
    mem_free(f->draws);
    *f = (struct refresh){.row = NULL};
}

/* Rows of each leaf, rising; those of weight 0 say nothing. */
static void rows_by_leaf(
    struct refresh *f, uint32_t n_leaves, const uint32_t *leaf, const struct table *t)
{
    memset(f->start, 0, ((size_t)n_leaves + 1) * sizeof *f->start);
    for (int64_t i = 0; i < t->n_rows; i++)
        f->start[leaf[i] + 1] += !t->weight || t->weight[i] > 0;
    for (uint32_t i = 0; i < n_leaves; i++)
        f->start[i + 1] += f->start[i];
    for (int64_t i = 0; i < t->n_rows; i++)
        if (!t->weight || t->weight[i] > 0)
            f->row[f->start[leaf[i]]++] = (uint32_t)i;
    memmove(f->start + 1, f->start, n_leaves * sizeof *f->start);
    f->start[0] = 0;
}

struct refreshing {
    const struct run *run;
    const struct refresh *refresh;
    struct tree tree;
    size_t width;
};

static void node_fill(void *ctx, int64_t i, int worker)
{
    const struct refreshing *r = ctx;
    const struct refresh *f = r->refresh;
    const struct node *node = &r->tree.nodes[i];
    const struct grow_rule *rule = &r->run->rule;
    int64_t *totals = f->totals + (size_t)i * r->width;
    (void)worker;

    if (!node_is_leaf(node))
        return;
    uint32_t leaf = node->child, begin = f->start[leaf], n = f->start[leaf + 1] - begin;
    struct hist_rows rows = {f->row + begin, n, f->draws, begin};
    double *value = r->tree.values + (size_t)leaf * (size_t)rule->n_outputs;
    hist_totals(r->run->learner->stats(r->run->self), &rows, totals);
    if (n)
        rule->leaf(rule->self, rule->by_rows ? &rows : NULL, totals, value);
    else
        memset(value, 0, (size_t)rule->n_outputs * sizeof *value);
}

static double node_score(const struct refreshing *r, const int64_t *totals)
{
    const struct row_stats *s = r->run->learner->stats(r->run->self);
    const struct grow_opts *o = &r->run->grow;
    double sums[2] = {(double)totals[1] * s->unit[0], (double)totals[2] * s->unit[1]};

    return o->regular ? regular_score(o->regular, sums[0], sums[1])
                      : o->score(r->run->rule.self, 2, sums);
}

/* Sums from the leaves up, and with them weights of leaves and gains. */
static void nodes_measure(const struct refreshing *r)
{
    const struct row_stats *s = r->run->learner->stats(r->run->self);

    for (uint32_t i = r->tree.n_nodes; i-- > 0;) {
        const struct node *node = &r->tree.nodes[i];
        int64_t *totals = r->refresh->totals + i * r->width;
        if (node_is_leaf(node)) {
            r->tree.stats[i] = (float)fmin((double)totals[1] * s->unit[0], FLT_MAX);
            continue;
        }
        const int64_t *left = r->refresh->totals + node->child * r->width, *right = left + r->width;
        for (size_t k = 0; k < r->width; k++)
            totals[k] = left[k] + right[k];
        double gain = node_score(r, left) + node_score(r, right) - node_score(r, totals);
        r->tree.stats[i] = (float)fmin(fmax(gain, 0), FLT_MAX);
    }
}

int refresh_tree(struct run *r, struct refresh *f, int tree, const uint32_t *leaf, struct err *err)
{
    struct refreshing work = {r, f, forest_tree(&r->fit->forest, tree), 3};
    size_t n_nodes = work.tree.n_nodes, n_leaves = work.tree.n_leaves;

    if (mem_grow(&f->start, &f->start_room, n_leaves + 1, sizeof *f->start) < 0 ||
        mem_grow(&f->totals, &f->total_room, n_nodes, work.width * sizeof *f->totals) < 0)
        return err_memory(err);
    memset(f->totals, 0, n_nodes * work.width * sizeof *f->totals);
    rows_by_leaf(f, (uint32_t)n_leaves, leaf, r->train);
    pool_run((int64_t)n_nodes, node_fill, &work);
    nodes_measure(&work);
    return 0;
}
