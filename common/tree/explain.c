/*
 * explain.c -- see explain.h.
 *
 * A leaf of value v is reached by a path that splits on columns j = 1 .. d.  Let o_j be 1 if the
 * row passes all of the path's splits on j, else 0, and z_j the product of the shares of the
 * training weight that take the path at them.  With columns S known the leaf gives
 * v prod_{S} o_j prod_{not S} z_j, and the Shapley value of such a product game is, by Owen's
 * multilinear extension (Owen 1972, Management Science 18),
 *
 *     phi_i = v (o_i - z_i) int_0^1 prod_{j != i} (o_j t + z_j (1 - t)) dt.
 *
 * The integrand is a polynomial of degree d - 1, for which Gauss and Legendre's rule of
 * ceil(d / 2) points is exact.  These are TreeSHAP's numbers, without its EXTEND and UNWIND: all
 * factors are positive, so that nothing cancels however deep a tree is.  A leaf costs d^2 / 2.
 */
#include "common/tree/explain.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"

/* Levels times points of the deepest tree that is explained: 1 GiB of scratch memory. */
enum { SCRATCH_MAX = 1 << 26, LANES = 4 };

/* Of less than this nothing is left: below it a product might not be a number. */
#define SHARE_MIN 1e-200

/* A quadrature rule on [0, 1]. */
struct rule {
    int n; /* a multiple of LANES */
    double *t, *u; /* the points, and 1 - t */
    double *g;     /* weights */
    double *h;     /* -g / u */
};

struct explainer {
    const struct forest *forest;
    int n_cols;
    double *share; /* [nodes of the forest] of its parent's training weight; 1 for a root */
    double *base;
    int depth, n_points; /* most levels, and points */
    int *points;         /* [n_trees] */
    struct rule *rules;  /* [n_points / LANES + 1], by points in LANES */
};

/* A node still to be visited. */
struct step {
    uint32_t node;
    int level;
    int col;  /* that its parent splits on */
    bool one; /* does the row go this way? */
};

struct explain_scratch {
    struct step *steps; /* [depth + 2] */
    int n_steps;
    int level;         /* of the path that is entered; levels count from 1 */
    int *col, *before; /* [depth + 1]: the column; the level that it was split on before, or 0 */
    bool *one;
    double *z;       /* [depth + 1] of the level's column so far */
    int *latest;     /* [n_cols] the level that last splits on it, 0: none */
    double *product; /* [depth + 1][n_points] of the path's factors */
    double *ratio;   /* [depth + 1][n_points] weight (1 - z) / factor where one */
};

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

static int rule_init(struct rule *r, int n)
{
    *r = (struct rule){.n = n, .t = mem_alloc((size_t)n, 4 * sizeof *r->t)};
    if (!r->t)
        return -1;
    r->u = r->t + n;
    r->g = r->u + n;
    r->h = r->g + n;
    for (int i = 0; i < n; i++) {
        double x = cos(acos(-1) * (i + 0.75) / (n + 0.5)), slope = 1;
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

/* ---- paths ---- */

static void steps_push(struct explain_scratch *s, uint32_t node, int level, int col, bool one)
{
    s->steps[s->n_steps++] = (struct step){node, level, col, one};
}

/* Goes back to the level above that of the step. */
static void path_leave(struct explain_scratch *s, int level)
{
    for (; s->level >= level && s->level > 0; s->level--)
        s->latest[s->col[s->level]] = s->before[s->level];
}

static void path_enter(struct explain_scratch *s, const struct step *step, double share)
{
    int before = s->latest[step->col], level = step->level;

    s->col[level] = step->col;
    s->before[level] = before;
    s->z[level] = (before ? s->z[before] : 1) * share;
    s->one[level] = (before ? s->one[before] : true) && step->one;
    s->latest[step->col] = level;
    s->level = level;
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

static void base_add(
    const struct explainer *e, const struct tree *t, const double *share, double *reach)
{
    int k = e->forest->n_outputs;

    reach[0] = 1;
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        uint32_t child = t->nodes[i].child;
        if (!node_is_leaf(&t->nodes[i])) {
            reach[child] = reach[i] * share[child];
            reach[child + 1] = reach[i] * share[child + 1];
            continue;
        }
        for (int j = 0; j < k; j++)
            e->base[j] += reach[i] * t->values[(size_t)child * (size_t)k + (size_t)j];
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
            path_enter(s, &step, 1);
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

static struct explain_scratch *scratch_make(size_t n_cols, size_t depth, size_t n_points)
{
    struct explain_scratch *s = mem_zalloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->steps = mem_alloc(depth + 2, sizeof *s->steps);
    s->col = mem_alloc(depth + 1, sizeof *s->col);
    s->before = mem_alloc(depth + 1, sizeof *s->before);
    s->one = mem_alloc(depth + 1, sizeof *s->one);
    s->z = mem_alloc(depth + 1, sizeof *s->z);
    s->latest = mem_zalloc(n_cols, sizeof *s->latest);
    s->product = mem_alloc(depth + 1, n_points * sizeof *s->product);
    s->ratio = mem_alloc(depth + 1, n_points * sizeof *s->ratio);
    if (s->steps && s->col && s->before && s->one && s->z && s->latest && s->product && s->ratio)
        return s;
    explain_scratch_free(s);
    return NULL;
}

struct explain_scratch *explain_scratch_new(const struct explainer *e, struct err *err)
{
    struct explain_scratch *s =
        scratch_make((size_t)e->n_cols, (size_t)e->depth, (size_t)e->n_points);
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
    mem_free(s->ratio);
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
        base_add(e, &t, share, cover);
        int depth = tree_depth(&t, cover);
        e->depth = depth > e->depth ? depth : e->depth;
    }
    mem_free(cover);
    for (int j = 0; j < f->n_outputs; j++)
        e->base[j] = f->base[j] + (f->average && f->n_trees ? e->base[j] / f->n_trees : e->base[j]);
    return 0;
}

static int points_choose(struct explainer *e)
{
    struct explain_scratch *s = scratch_make((size_t)e->n_cols, (size_t)e->depth, 1);

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
    if ((int64_t)(e->depth + 1) * e->n_points > SCRATCH_MAX) {
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

/* ---- a row ---- */

/* Multiplies the path's product by its new factor, in place of the column's one before. */
static void factors_enter(struct explain_scratch *s, const struct rule *r, int level)
{
    int n = r->n, before = s->before[level];
    double z = s->z[level], one = s->one[level];
    const double *above = s->product + (size_t)(level - 1) * (size_t)n;
    double *product = s->product + (size_t)level * (size_t)n;
    double *ratio = s->ratio + (size_t)level * (size_t)n;

    for (int p = 0; p < n; p++)
        product[p] = above[p] * (one * r->t[p] + z * r->u[p]);
    if (before) {
        double z_before = s->z[before], one_before = s->one[before];
        for (int p = 0; p < n; p++)
            product[p] /= one_before * r->t[p] + z_before * r->u[p];
    }
    if (one > 0)
        for (int p = 0; p < n; p++)
            ratio[p] = r->g[p] * (1 - z) / (r->t[p] + z * r->u[p]);
}

static double dot(const double *a, const double *b, int n)
{
    double sum[LANES] = {0};

    for (int p = 0; p < n; p += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sum[lane] += a[p + lane] * b[p + lane];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Gives the leaf's values to the columns of its path. */
static void leaf_add(const struct explain_scratch *s, const struct rule *r, const double *leaf,
    int n_outputs, double *value)
{
    size_t n = (size_t)r->n, k = (size_t)n_outputs;
    const double *product = s->product + (size_t)s->level * n;
    double failed = dot(product, r->h, r->n); /* of all columns whose splits the row fails */

    for (int level = 1; level <= s->level; level++) {
        if (s->latest[s->col[level]] != level)
            continue;
        double share = s->one[level] ? dot(product, s->ratio + (size_t)level * n, r->n) : failed;
        double *to = value + (size_t)s->col[level] * k;
        for (size_t j = 0; j < k; j++)
            to[j] += share * leaf[j];
    }
}

static void tree_add(const struct explainer *e, int tree, struct explain_scratch *s, columns_t cols,
    int64_t row, double *value)
{
    const struct tree t = forest_tree(e->forest, tree);
    const double *share = e->share + e->forest->place[tree].node;
    const struct rule *r = &e->rules[e->points[tree] / LANES];
    int k = e->forest->n_outputs;

    for (int p = 0; p < r->n; p++)
        s->product[p] = 1;
    steps_push(s, 0, 0, -1, true);
    while (s->n_steps) {
        struct step step = s->steps[--s->n_steps];
        const struct node *node = &t.nodes[step.node];
        path_leave(s, step.level);
        if (step.level) {
            path_enter(s, &step, share[step.node]);
            if (!s->one[step.level] && s->z[step.level] < SHARE_MIN)
                continue; /* nothing comes here */
            factors_enter(s, r, step.level);
        }
        if (node_is_leaf(node)) {
            leaf_add(s, r, t.values + (size_t)node->child * (size_t)k, k, value);
            continue;
        }
        int col = node_column(&t, node);
        bool left = node_goes_left(&t, node, cols[col][row]);
        steps_push(s, node->child + 1, step.level + 1, col, !left);
        steps_push(s, node->child, step.level + 1, col, left);
    }
    path_leave(s, 1);
}

void explain_row(const struct explainer *e, struct explain_scratch *s, columns_t cols, int64_t row,
    double *value)
{
    const struct forest *f = e->forest;
    size_t n = (size_t)e->n_cols * (size_t)f->n_outputs;

    memset(value, 0, n * sizeof *value);
    for (int i = 0; i < f->n_trees; i++)
        tree_add(e, i, s, cols, row, value);
    for (size_t i = 0; f->average && f->n_trees && i < n; i++)
        value[i] /= f->n_trees;
}
