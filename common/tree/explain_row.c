/*
 * explain_row.c -- contributions and interactions of a row; see explain.h.
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
 *
 * The interaction index of two columns is an integral as well, of the extension's second
 * derivative along the diagonal (Grabisch and Roubens 1999, International Journal of Game Theory
 * 28),
 *
 *     I_ij = v (o_i - z_i) (o_j - z_j) int_0^1 prod_{k != i, j} (o_k t + z_k (1 - t)) dt,
 *
 * of a lower degree, so that the same points will do: an edge gives each column split on above it
 * the sum below it times both edges' (o - z) / factor.  That is leaves times d^2 a tree.
 */
#include "common/tree/explain_path.h"
#include "common/tree/linear.h"

#include <string.h>

enum { LANES = EXPLAIN_LANES };

/* Of less than this nothing is left: below it a product might not be a number. */
#define SHARE_MIN 1e-200

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

/* Goes down an edge. */
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

/* What the sum below a level gives its column and each one above; what it gives the same one is not
 * looked at. */
static void pairs_add(
    struct explain_scratch *s, const struct rule *r, size_t level, const double *sum, double *pair)
{
    size_t n = (size_t)r->n, row = (size_t)s->col[level] * (size_t)s->n_cols;
    double *part = s->part;

    for (size_t p = 0; p < n; p++)
        part[p] = sum[p] * s->change[level][p] / r->g[p]; /* the other one has the weight */
    for (size_t above = 1; above < level; above++)
        if (s->change[above])
            pair[(row + (size_t)s->col[above]) * (size_t)s->n_outputs] +=
                dot(part, s->change[above], r->n);
}

/* Goes back up the edges to below a level: what their subtrees summed up to is their columns'. */
static void levels_leave(
    struct explain_scratch *s, const struct rule *r, int to, double *value, double *pair)
{
    size_t n = (size_t)r->n, k = (size_t)s->width;

    for (; s->level >= to && s->level > 0; s->level--) {
        size_t level = (size_t)s->level;
        const double *sum = s->sum + level * n * k, *change = s->change[level];
        double *above = s->sum + (level - 1) * n * k;
        int col = s->col[level];
        for (size_t j = 0; change && j < k; j++)
            value[(size_t)col * (size_t)s->n_outputs + j] += dot(sum + j * n, change, r->n);
        for (size_t j = 0; change && pair && j < k; j++)
            pairs_add(s, r, level, sum + j * n, pair + j);
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

/* The same for pairs: enters the leaf's edge as any other's. */
static void leaf_enter(struct explain_scratch *s, const struct rule *r, const struct step *step,
    const struct edge *e, const double *leaf)
{
    size_t n = (size_t)r->n, k = (size_t)s->width, level = (size_t)step->level;

    level_enter(s, r, step, e);
    for (size_t j = 0; j < k; j++)
        add_times(s->sum + (level * k + j) * n, s->product + level * n, leaf[j], n);
}

/* pair NULL: not asked for. */
static void tree_add(const struct explainer *e, int tree, struct explain_scratch *s, columns_t cols,
    int64_t row, double *value, double *pair)
{
    const struct tree t = forest_tree(e->forest, tree);
    const double *share = e->share + e->forest->place[tree].node;
    const struct rule *r = &e->rules[e->points[tree] / LANES];
    int k = e->forest->leaf_width;

    value += forest_tree_output(e->forest, tree);
    if (pair)
        pair += forest_tree_output(e->forest, tree);
    for (int p = 0; p < r->n; p++)
        s->product[p] = 1;
    memset(s->sum, 0, (size_t)r->n * (size_t)k * sizeof *s->sum);
    steps_push(s, 0, 0, -1, true);
    while (s->n_steps) {
        struct step step = s->steps[--s->n_steps];
        const struct node *node = &t.nodes[step.node];
        levels_leave(s, r, step.level, value, pair);
        if (step.level) {
            struct edge edge = edge_of(s, &step, share[step.node]);
            if (!edge.one && edge.z < SHARE_MIN)
                continue; /* nothing comes here */
            if (node_is_leaf(node)) {
                const double *leaf = t.values + (size_t)node->child * (size_t)k;
                if (pair)
                    leaf_enter(s, r, &step, &edge, leaf);
                else
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
    levels_leave(s, r, 1, value, pair);
}

static void forest_mean(const struct forest *f, double *value, size_t n)
{
    for (size_t i = 0; f->kind == FOREST_MEAN && f->n_trees && i < n; i++)
        value[i] /= forest_rounds(f);
}

void explain_row(const struct explainer *e, struct explain_scratch *s, columns_t cols, int64_t row,
    double *value)
{
    const struct forest *f = e->forest;
    size_t n = (size_t)e->n_cols * (size_t)f->n_outputs;

    memset(value, 0, n * sizeof *value);
    for (int i = 0; i < f->n_trees; i++)
        tree_add(e, i, s, cols, row, value, NULL);
    linear_explain(f, cols, row, value);
    forest_mean(f, value, n);
}

/* Each of two columns has half of what they have together, and what is left is its own. */
static void pairs_share(size_t n, size_t k, const double *value, double *pair)
{
    for (size_t i = 0; i < n * k; i++)
        pair[i / k * (n + 1) * k + i % k] = value[i];
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < a; b++)
            for (size_t j = 0; j < k; j++) {
                double *one = pair + (a * n + b) * k + j, *other = pair + (b * n + a) * k + j;
                *one = *other = (*one + *other) / 2;
                pair[a * (n + 1) * k + j] -= *one;
                pair[b * (n + 1) * k + j] -= *one;
            }
}

void explain_pairs(const struct explainer *e, struct explain_scratch *s, columns_t cols,
    int64_t row, double *value, double *pair)
{
    const struct forest *f = e->forest;
    size_t n = (size_t)e->n_cols, k = (size_t)f->n_outputs;

    memset(value, 0, n * k * sizeof *value);
    memset(pair, 0, n * n * k * sizeof *pair);
    for (int i = 0; i < f->n_trees; i++)
        tree_add(e, i, s, cols, row, value, pair);
    linear_explain(f, cols, row, value);
    forest_mean(f, value, n * k);
    forest_mean(f, pair, n * n * k);
    pairs_share(n, k, value, pair);
}
