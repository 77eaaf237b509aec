/* explain.c -- making an explainer: shares, depths and quadrature; see explain.h. */
#include "common/tree/explain_path.h"
#include "common/tree/linear.h"

#include <math.h>

#include "common/base/mem.h"

/* Levels times points times outputs of the deepest tree that is explained: some 1 GiB of scratch
 * memory. */
enum { SCRATCH_MAX = 1 << 26, LANES = EXPLAIN_LANES };
/* ---- quadrature ---- */

/* Legendre's polynomial of degree n at x, and its derivative. */
static double legendre(int n, double x, double *derivative)
{
    double p = 1, before = 0;

    for (int k = 0; k < n; k++) {
        double next = ((2 * k + 1) * x * p - k * before) / (k + 1);
        before = p;
        p = next;
    }
    *derivative = n * (x * p - before) / (x * x - 1);
    return p;
}

/* For 0 .. pi, the same on any machine: where Newton's steps begin. */
static double cosine(double x)
{
    double term = 1, sum = 1;

    for (int k = 1; k <= 20; k++) {
        term *= -x * x / ((2 * k - 1) * 2 * k);
        sum += term;
    }
    return sum;
}

static int rule_init(struct rule *r, int n)
{
    *r = (struct rule){.n = n, .t = mem_alloc((size_t)n, 4 * sizeof *r->t)};
    if (!r->t)
        return -1;
    r->u = r->t + n;
    r->g = r->u + n;
    r->h = r->g + n;
    for (int i = 0; i < n; i++) {
        double x = cosine(3.14159265358979323846 * (i + 0.75) / (n + 0.5)), slope = 1;
        for (int step = 0; step < 10; step++)
            x -= legendre(n, x, &slope) / slope;
        legendre(n, x, &slope);
        r->t[i] = (1 + x) / 2;
        r->u[i] = (1 - x) / 2;
        r->g[i] = 1 / ((1 - x * x) * slope * slope);
        r->h[i] = -r->g[i] / r->u[i];
    }
    return 0;
}
/* ---- making ---- */

/* The share of its parent's weight; weights that make no sense, in a file that is not ours, are
 * taken as none. */
static void shares_fill(const struct tree *t, const double *cover, double *share)
{
    share[0] = 1;
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        if (node_is_leaf(&t->nodes[i]))
            continue;
        for (uint32_t child = t->nodes[i].child; child <= t->nodes[i].child + 1; child++)
            share[child] = cover[i] > 0 && cover[child] > 0 ? fmin(cover[child] / cover[i], 1) : 0;
    }
}

/* What a leaf of width values is worth without columns; reach is scratch. */
static void base_add(
    const struct tree *t, const double *share, double *reach, int width, double *base)
{
    reach[0] = 1;
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        uint32_t child = t->nodes[i].child;
        if (!node_is_leaf(&t->nodes[i])) {
            reach[child] = reach[i] * share[child];
            reach[child + 1] = reach[i] * share[child + 1];
            continue;
        }
        for (int j = 0; j < width; j++)
            base[j] += reach[i] * t->values[(size_t)child * (size_t)width + (size_t)j];
    }
}

/* The most levels of a tree; level is scratch. */
static int tree_depth(const struct tree *t, double *level)
{
    double depth = 0;

    level[0] = 0;
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        if (node_is_leaf(&t->nodes[i]))
            continue;
        level[t->nodes[i].child] = level[t->nodes[i].child + 1] = level[i] + 1;
        depth = fmax(depth, level[i] + 1);
    }
    return (int)depth;
}

/* The most columns that a path splits on. */
static int tree_columns(const struct tree *t, struct explain_scratch *s)
{
    int most = 0, n = 0;

    steps_push(s, 0, 0, -1, true);
    while (s->n_steps) {
        struct step step = s->steps[--s->n_steps];
        const struct node *node = &t->nodes[step.node];
        for (int level = s->level; level >= step.level && level > 0; level--)
            n -= !s->before[level];
        path_leave(s, step.level);
        if (step.level) {
            path_enter(s, &step, 1, true);
            n += !s->before[step.level];
        }
        if (n > most)
            most = n;
        if (node_is_leaf(node))
            continue;
        steps_push(s, node->child, step.level + 1, node_column(t, node), true);
        steps_push(s, node->child + 1, step.level + 1, node_column(t, node), true);
    }
    path_leave(s, 1);
    return most;
}

static struct explain_scratch *scratch_make(
    size_t n_cols, size_t depth, size_t n_points, int n_outputs, int width)
{
    struct explain_scratch *s = mem_zalloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->n_cols = (int)n_cols;
    s->n_outputs = n_outputs;
    s->width = width;
    s->steps = mem_alloc(depth + 2, sizeof *s->steps);
    s->col = mem_alloc(depth + 1, sizeof *s->col);
    s->before = mem_alloc(depth + 1, sizeof *s->before);
    s->one = mem_alloc(depth + 1, sizeof *s->one);
    s->z = mem_alloc(depth + 1, sizeof *s->z);
    s->latest = mem_zalloc(n_cols, sizeof *s->latest);
    s->product = mem_alloc(depth + 1, n_points * sizeof *s->product);
    s->sum = mem_alloc(depth + 1, n_points * (size_t)width * sizeof *s->sum);
    s->ratio = mem_alloc(depth + 1, n_points * sizeof *s->ratio);
    s->more = mem_alloc(depth + 1, n_points * sizeof *s->more);
    s->part = mem_alloc(n_points, sizeof *s->part);
    s->gain = mem_alloc(depth + 1, sizeof *s->gain);
    s->change = mem_alloc(depth + 1, sizeof *s->change);
    if (s->steps && s->col && s->before && s->one && s->z && s->latest && s->product && s->sum &&
        s->ratio && s->more && s->part && s->gain && s->change)
        return s;
    explain_scratch_free(s);
    return NULL;
}

struct explain_scratch *explain_scratch_new(const struct explainer *e, struct err *err)
{
    struct explain_scratch *s = scratch_make((size_t)e->n_cols, (size_t)e->depth,
        (size_t)e->n_points, e->forest->n_outputs, e->forest->leaf_width);
    if (!s)
        err_memory(err);
    return s;
}

void explain_scratch_free(struct explain_scratch *s)
{
    if (!s)
        return;
    mem_free(s->steps);
    mem_free(s->col);
    mem_free(s->before);
    mem_free(s->one);
    mem_free(s->z);
    mem_free(s->latest);
    mem_free(s->product);
    mem_free(s->sum);
    mem_free(s->ratio);
    mem_free(s->more);
    mem_free(s->part);
    mem_free(s->gain);
    mem_free(s->change);
    mem_free(s);
}

static int rules_make(struct explainer *e)
{
    e->rules = mem_zalloc((size_t)(e->n_points / LANES) + 1, sizeof *e->rules);
    if (!e->rules)
        return -1;
    for (int i = 0; i < e->forest->n_trees; i++) {
        struct rule *r = &e->rules[e->points[i] / LANES];
        if (!r->t && rule_init(r, e->points[i]) < 0)
            return -1;
    }
    return 0;
}

/* Shares, base and depth. */
static int nodes_measure(struct explainer *e)
{
    const struct forest *f = e->forest;
    uint32_t most = 0;
    double *cover = NULL;

    for (int i = 0; i < f->n_trees; i++)
        most = forest_tree(f, i).n_nodes > most ? forest_tree(f, i).n_nodes : most;
    cover = mem_alloc(most, sizeof *cover);
    if (!cover)
        return -1;
    for (int i = 0; i < f->n_trees; i++) {
        struct tree t = forest_tree(f, i);
        double *share = e->share + f->place[i].node;
        tree_cover(&t, cover);
        shares_fill(&t, cover, share);
        base_add(&t, share, cover, f->leaf_width, e->base + forest_tree_output(f, i));
        int depth = tree_depth(&t, cover);
        e->depth = depth > e->depth ? depth : e->depth;
    }
    mem_free(cover);
    for (int j = 0; j < f->n_outputs; j++)
        e->base[j] = forest_raw(f, j, e->base[j] + linear_bias(f, j), f->n_trees);
    return 0;
}

static int points_choose(struct explainer *e)
{
    struct explain_scratch *s = scratch_make((size_t)e->n_cols, (size_t)e->depth, 1, 1, 1);

    if (!s)
        return -1;
    for (int i = 0; i < e->forest->n_trees; i++) {
        struct tree t = forest_tree(e->forest, i);
        int n = (tree_columns(&t, s) + 1) / 2;
        e->points[i] = (n + LANES - 1) / LANES * LANES;
        e->n_points = e->points[i] > e->n_points ? e->points[i] : e->n_points;
    }
    explain_scratch_free(s);
    return 0;
}

struct explainer *explainer_new(const struct forest *f, int n_cols, struct err *err)
{
    struct explainer *e = mem_zalloc(1, sizeof *e);

    if (!e)
        goto fail;
    e->forest = f;
    e->n_cols = n_cols;
    e->share = mem_alloc(f->place[f->n_trees].node, sizeof *e->share);
    e->base = mem_zalloc((size_t)f->n_outputs, sizeof *e->base);
    e->points = mem_zalloc((size_t)f->n_trees, sizeof *e->points);
    if (!e->share || !e->base || !e->points || nodes_measure(e) < 0 || points_choose(e) < 0)
        goto fail;
    if ((int64_t)(e->depth + 1) * e->n_points > SCRATCH_MAX / f->leaf_width) {
        err_set(err, "trees of %d levels are too deep to explain", e->depth);
        explainer_free(e);
        return NULL;
    }
    if (rules_make(e) == 0)
        return e;
fail:
    explainer_free(e);
    err_memory(err);
    return NULL;
}

void explainer_free(struct explainer *e)
{
    if (!e)
        return;
    for (int i = 0; e->rules && i <= e->n_points / LANES; i++)
        mem_free(e->rules[i].t);
    mem_free(e->rules);
    mem_free(e->share);
    mem_free(e->base);
    mem_free(e->points);
    mem_free(e);
}

const double *explainer_base(const struct explainer *e)
{
    return e->base;
}
