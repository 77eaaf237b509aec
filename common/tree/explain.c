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
 * ceil(d / 2) points is exact.  At each point the products of the path's factors are kept on the
 * way down and, times the leaves' values, summed on the way up, where an edge gives its column
 * the sum below it times (o - z) / factor, less what the column's edge above it already had: a
 * tree costs leaves times d (as in Yu, Bifet and others 2022, "Linear TreeShap").  These are
 * TreeSHAP's numbers, without its EXTEND and UNWIND, whose differences lose all digits in deep
 * trees: the factors here are positive.
 */
#include "common/tree/explain.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/linear.h"

/* Levels times points times outputs of the deepest tree that is explained: some 1 GiB of scratch
 * memory. */
enum { SCRATCH_MAX = 1 << 26, LANES = 4 };

/* Of less than this nothing is left: below it a product might not be a number. */
#define SHARE_MIN 1e-200

/* A quadrature rule on [0, 1]. */
struct rule {
    int n;         /* a multiple of LANES */
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
    int n_outputs, width; /* of the forest, of a leaf */
    struct step *steps;   /* [depth + 2] */
    int n_steps;
    int level;         /* of the path that is entered; levels count from 1 */
    int *col, *before; /* [depth + 1]: the column; the level that it was split on before, or 0 */
    bool *one;
    double *z;       /* [depth + 1] of the level's column so far */
    int *latest;     /* [n_cols] the level that last splits on it, 0: none */
    double *product; /* [depth + 1][n_points] of the path's factors */
    double *sum;     /* [depth + 1][width][n_points] leaf values times products, so far */
    /* [depth + 1] of n_points: weight (o - z) / factor of the level's column; the same less what it
     * was at the level before, NULL: no change */
    const double **gain, **change;
    double *ratio, *more; /* [depth + 1][n_points] where gain and change point to, or not */
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

static void path_enter(struct explain_scratch *s, const struct step *step, double z, bool one)
{
    int level = step->level;

    s->col[level] = step->col;
    s->before[level] = s->latest[step->col];
    s->z[level] = z;
    s->one[level] = one;
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
    s->gain = mem_alloc(depth + 1, sizeof *s->gain);
    s->change = mem_alloc(depth + 1, sizeof *s->change);
    if (s->steps && s->col && s->before && s->one && s->z && s->latest && s->product && s->sum &&
        s->ratio && s->more && s->gain && s->change)
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

/* ---- a row ---- */

/* The column that a step's edge splits on, with it. */
struct edge {
    int before; /* the level that split on the column last, or 0 */
    double z_before, z;
    bool one_before, one;
};

static struct edge edge_of(const struct explain_scratch *s, const struct step *step, double share)
{
    struct edge e = {.before = s->latest[step->col], .z_before = 1, .one_before = true};

    if (e.before) {
        e.z_before = s->z[e.before];
        e.one_before = s->one[e.before];
    }
    e.z = e.z_before * share;
    e.one = e.one_before && step->one;
    return e;
}

/* product = above times the column's factor, in place of the one that it had.  LANES at a time, as
 * in all loops over points, so that compilers see vectors. */
static void factor_put(const struct edge *e, const struct rule *r, const double *restrict above,
    double *restrict product)
{
    const double *restrict t = r->t, *restrict u = r->u;
    double one = e->one, one_before = e->one_before, z = e->z, z_before = e->z_before;

    if (!e->before) {
        for (int p = 0; p < r->n; p += LANES)
            for (int i = p; i < p + LANES; i++)
                product[i] = above[i] * (one * t[i] + z * u[i]);
        return;
    }
    for (int p = 0; p < r->n; p += LANES)
        for (int i = p; i < p + LANES; i++)
            product[i] = above[i] * (one * t[i] + z * u[i]) / (one_before * t[i] + z_before * u[i]);
}

/* weight (1 - z) / factor */
static void gain_put(const struct edge *e, const struct rule *r, double *restrict gain)
{
    const double *restrict t = r->t, *restrict u = r->u, *restrict g = r->g;
    double z = e->z;

    for (int p = 0; p < r->n; p += LANES)
        for (int i = p; i < p + LANES; i++)
            gain[i] = g[i] * (1 - z) / (t[i] + z * u[i]);
}

static double dot(const double *a, const double *b, int n)
{
    double sum[LANES] = {0};

    for (int p = 0; p < n; p += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sum[lane] += a[p + lane] * b[p + lane];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void add_times(double *restrict to, const double *restrict from, double times, size_t n)
{
    for (size_t p = 0; p < n; p += LANES)
        for (size_t i = p; i < p + LANES; i++)
            to[i] += times * from[i];
}

/* Goes down an edge to a node that is no leaf. */
static void level_enter(
    struct explain_scratch *s, const struct rule *r, const struct step *step, const struct edge *e)
{
    size_t n = (size_t)r->n, k = (size_t)s->width, level = (size_t)step->level;
    double *own = s->ratio + level * n, *more = s->more + level * n;

    factor_put(e, r, s->product + (level - 1) * n, s->product + level * n);
    s->gain[level] = r->h;
    if (e->one) {
        gain_put(e, r, own);
        s->gain[level] = own;
    }
    s->change[level] = s->gain[level];
    if (e->before && !e->one_before) {
        s->change[level] = NULL;
    } else if (e->before) {
        for (size_t p = 0; p < n; p++)
            more[p] = s->gain[level][p] - s->gain[e->before][p];
        s->change[level] = more;
    }
    memset(s->sum + level * n * k, 0, n * k * sizeof *s->sum);
    path_enter(s, step, e->z, e->one);
}

/* Goes back up the edges to below a level: what their subtrees summed up to is their columns'. */
static void levels_leave(struct explain_scratch *s, const struct rule *r, int to, double *value)
{
    size_t n = (size_t)r->n, k = (size_t)s->width;

    for (; s->level >= to && s->level > 0; s->level--) {
        size_t level = (size_t)s->level;
        const double *sum = s->sum + level * n * k, *change = s->change[level];
        double *above = s->sum + (level - 1) * n * k;
        int col = s->col[level];
        for (size_t j = 0; change && j < k; j++)
            value[(size_t)col * (size_t)s->n_outputs + j] += dot(sum + j * n, change, r->n);
        add_times(above, sum, 1, n * k);
        s->latest[col] = s->before[level];
    }
}

/* Adds a leaf to the sums of the level above, and what its edge changes to its column. */
static void leaf_add(struct explain_scratch *s, const struct rule *r, const struct step *step,
    const struct edge *e, const double *leaf, double *value)
{
    size_t n = (size_t)r->n, k = (size_t)s->width, above = (size_t)step->level - 1;
    const double *product = s->product + above * n;
    double change = 0, *own = s->product + (size_t)step->level * n;

    factor_put(e, r, product, own);
    if (!e->before) {
        change = (e->one ? 1 - e->z : -e->z) * dot(product, r->g, r->n);
    } else if (e->one) {
        const double *gain = s->gain[e->before]; /* weight (1 - z_before) / factor before */
        change = e->z_before < 1 ? dot(product, gain, r->n) / (1 - e->z_before)
                                 : dot(product, r->g, r->n); /* the factor is 1 */
        change = (1 - e->z) * change - dot(own, gain, r->n);
    } else if (e->one_before) {
        change = dot(own, r->h, r->n) - dot(own, s->gain[e->before], r->n);
    }
    for (size_t j = 0; j < k; j++) {
        add_times(s->sum + (above * k + j) * n, own, leaf[j], n);
        value[(size_t)step->col * (size_t)s->n_outputs + j] += change * leaf[j];
    }
}

static void tree_add(const struct explainer *e, int tree, struct explain_scratch *s, columns_t cols,
    int64_t row, double *value)
{
    const struct tree t = forest_tree(e->forest, tree);
    const double *share = e->share + e->forest->place[tree].node;
    const struct rule *r = &e->rules[e->points[tree] / LANES];
    int k = e->forest->leaf_width;

    value += forest_tree_output(e->forest, tree);
    for (int p = 0; p < r->n; p++)
        s->product[p] = 1;
    memset(s->sum, 0, (size_t)r->n * (size_t)k * sizeof *s->sum);
    steps_push(s, 0, 0, -1, true);
    while (s->n_steps) {
        struct step step = s->steps[--s->n_steps];
        const struct node *node = &t.nodes[step.node];
        levels_leave(s, r, step.level, value);
        if (step.level) {
            struct edge edge = edge_of(s, &step, share[step.node]);
            if (!edge.one && edge.z < SHARE_MIN)
                continue; /* nothing comes here */
            if (node_is_leaf(node)) {
                const double *leaf = t.values + (size_t)node->child * (size_t)k;
                leaf_add(s, r, &step, &edge, leaf, value);
                continue;
            }
            level_enter(s, r, &step, &edge);
        } else if (node_is_leaf(node)) {
            continue; /* a tree that asks nothing */
        }
        int col = node_column(&t, node);
        bool left = node_goes_left(&t, node, cols[col][row]);
        steps_push(s, node->child + 1, step.level + 1, col, !left);
        steps_push(s, node->child, step.level + 1, col, left);
    }
    levels_leave(s, r, 1, value);
}

void explain_row(const struct explainer *e, struct explain_scratch *s, columns_t cols, int64_t row,
    double *value)
{
    const struct forest *f = e->forest;
    size_t n = (size_t)e->n_cols * (size_t)f->n_outputs;

    memset(value, 0, n * sizeof *value);
    for (int i = 0; i < f->n_trees; i++)
        tree_add(e, i, s, cols, row, value);
    linear_explain(f, cols, row, value);
    for (size_t i = 0; f->kind == FOREST_MEAN && f->n_trees && i < n; i++)
        value[i] /= forest_rounds(f);
}
