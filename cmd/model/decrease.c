/* decrease.c -- see decrease.h. */
#include "cmd/model/decrease.h"

#include <string.h>

#include "cmd/model/facts.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/tree/linear.h"

/* ---- training rows ---- */

void count_splits(const struct forest *f, int n_cols, double *value)
{
    memset(value, 0, (size_t)n_cols * sizeof *value);
    for (int j = 0; f->linear && j < f->n_outputs; j++)
        for (int i = 0; i < n_cols; i++)
            value[i] += linear_weights(f, j)[i] != 0;
    for (int i = 0; i < f->n_trees; i++) {
        struct tree t = forest_tree(f, i);
        for (uint32_t j = 0; j < t.n_nodes; j++)
            if (!node_is_leaf(&t.nodes[j]))
                value[node_column(&t, &t.nodes[j])]++;
    }
}

/* Adds what a tree's splits gained, by the weight of its rows. */
static void tree_gains(const struct tree *t, double *value)
{
    double weight = 0;

    for (uint32_t i = 0; i < t->n_nodes; i++)
        if (node_is_leaf(&t->nodes[i]))
            weight += (double)t->stats[i];
    for (uint32_t i = 0; i < t->n_nodes && weight > 0; i++)
        if (!node_is_leaf(&t->nodes[i]))
            value[node_column(t, &t->nodes[i])] += (double)t->stats[i] / weight;
}

static double sum_of(const double *value, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += value[i];
    return sum;
}

static void scale(double *value, int n, double by)
{
    for (int i = 0; i < n; i++)
        value[i] *= by;
}

int decrease_of_impurity(
    const struct forest *f, int n_cols, bool normalise, double *value, struct err *err)
{
    double *one = mem_alloc((size_t)n_cols, sizeof *one), sum;

    if (!one)
        return err_memory(err);
    memset(value, 0, (size_t)n_cols * sizeof *value);
    for (int i = 0; i < f->n_trees; i++) {
        struct tree t = forest_tree(f, i);
        memset(one, 0, (size_t)n_cols * sizeof *one);
        tree_gains(&t, one);
        if (normalise && f->kind == FOREST_MEAN && (sum = sum_of(one, n_cols)) > 0)
            scale(one, n_cols, 1 / sum);
        for (int c = 0; c < n_cols; c++)
            value[c] += one[c] / f->n_trees;
    }
    if (normalise && (sum = sum_of(value, n_cols)) > 0)
        scale(value, n_cols, 1 / sum);
    mem_free(one);
    return 0;
}

/* ---- other rows ---- */

struct debias {
    const struct tree_model *m;
    const struct table *rows;
    int first;      /* tree of task 0 */
    size_t largest; /* nodes of a tree */
    double *cover;  /* [workers][largest] */
    double *mean;   /* [workers][largest][n_outputs] */
    double *result; /* [tasks][n_cols] */
};

/* The product above of one step from a node to its child, both values of n_outputs. */
static double step(
    const struct debias *d, const double *root, const double *from, const double *to, double y)
{
    int k = d->m->forest.n_outputs;
    bool classes = d->m->target.task == TASK_CLASSIFICATION;
    double sum = 0;

    if (!classes)
        return (to[0] - from[0]) * (y - root[0]);
    if (k == 1) /* of two classes, whose steps are each other's opposite */
        return 2 * (to[0] - from[0]) * ((y == 1) - root[0]);
    for (int j = 0; j < k; j++)
        sum += (to[j] - from[j]) * ((y == j) - root[j]);
    return sum;
}

static void debias_tree(void *ctx, int64_t task, int worker)
{
    const struct debias *d = ctx;
    size_t k = (size_t)d->m->forest.n_outputs, n_cols = (size_t)d->m->schema.n_cols;
    double *cover = d->cover + (size_t)worker * d->largest;
    double *mean = d->mean + (size_t)worker * d->largest * k;
    double *result = d->result + (size_t)task * n_cols, total = 0;
    struct tree t = forest_tree(&d->m->forest, d->first + (int)task);

    tree_cover(&t, cover);
    tree_means(&t, (int)k, cover, mean);
    memset(result, 0, n_cols * sizeof *result);
    for (int64_t row = 0; row < d->rows->n_rows; row++) {
        double weight = d->rows->weight ? d->rows->weight[row] : 1;
        total += weight;
        for (uint32_t i = 0; !node_is_leaf(&t.nodes[i]);) {
            int col = node_column(&t, &t.nodes[i]);
            bool left = node_goes_left(&t, &t.nodes[i], d->rows->values[col][row]);
            uint32_t next = t.nodes[i].child + !left;
            result[col] += weight * step(d, mean, mean + i * k, mean + next * k, d->rows->y[row]);
            i = next;
        }
    }
    for (size_t c = 0; c < n_cols; c++)
        result[c] /= total;
}

int debiased_decrease(const struct tree_model *m, const struct table *rows, double *value,
    const struct watch *w, struct err *err)
{
    struct debias d = {.m = m, .rows = rows, .largest = forest_largest(&m->forest)};
    size_t workers = (size_t)pool_size(), k = (size_t)m->forest.n_outputs, bytes;
    size_t n_cols = (size_t)m->schema.n_cols;
    int n = m->forest.n_trees, at_once = 2 * pool_size(), ret = -1;

    if (size_mul(d.largest, k * sizeof *d.mean, &bytes))
        d.mean = mem_alloc(workers, bytes);
    d.cover = mem_alloc(workers, d.largest * sizeof *d.cover);
    d.result = mem_alloc((size_t)at_once, n_cols * sizeof *d.result);
    if (!d.mean || !d.cover || !d.result) {
        err_memory(err);
        goto out;
    }
    memset(value, 0, n_cols * sizeof *value);
    for (; d.first < n; d.first += at_once) {
        int tasks = n - d.first < at_once ? n - d.first : at_once;
        if (watch_stop(w)) {
            err_interrupted(err);
            goto out;
        }
        pool_run(tasks, debias_tree, &d);
        for (int i = 0; i < tasks; i++)
            for (size_t c = 0; c < n_cols; c++)
                value[c] += d.result[(size_t)i * n_cols + c] / n;
        watch_progress(w, "trees", d.first + tasks, n, "");
    }
    ret = 0;
out:
    mem_free(d.mean);
    mem_free(d.cover);
    mem_free(d.result);
    return ret;
}
