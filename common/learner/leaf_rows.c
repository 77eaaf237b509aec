/* leaf_rows.c -- see leaf_rows.h. */
#include "common/learner/leaf_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/tree/predictor.h"

/* ---- making ---- */

struct make {
    struct leaf_rows *to;
    const struct forest *forest;
    const struct table *table;
    const struct predictor *predictor; /* NULL: the table is sparse */
    const int64_t *at;                 /* where a row is kept; -1: nowhere */
    uint16_t **codes;                  /* [pool_size()] */
};

static void make_block(void *ctx, int64_t block, int worker)
{
    const struct make *m = ctx;
    int64_t first = block * PREDICTOR_ROWS, left = m->table->n_rows - first;
    struct predictor_block b = {.cols = (columns_t)m->table->values,
        .first = first,
        .n = left < PREDICTOR_ROWS ? (int)left : PREDICTOR_ROWS,
        .codes = m->codes[worker]};
    uint32_t leaf[PREDICTOR_ROWS];

    if (m->predictor)
        predictor_code(m->predictor, &b);
    for (int i = 0; i < m->to->n_trees; i++) {
        struct tree tree = forest_tree(m->forest, i);
        uint32_t *to = m->to->leaf + (size_t)i * (size_t)m->to->n_rows;
        if (m->predictor)
            predictor_leaves(m->predictor, &b, i, leaf);
        for (int j = 0; j < b.n; j++)
            if (m->at[first + j] >= 0)
                to[m->at[first + j]] =
                    m->predictor ? leaf[j] : tree_leaf_in_table(&tree, m->table, first + j);
    }
}

/* Rows of weight 0 say nothing. */
static int64_t rows_keep(const struct table *t, int64_t *at)
{
    int64_t n = 0;
    for (int64_t i = 0; i < t->n_rows; i++)
        at[i] = t->weight && !(t->weight[i] > 0) ? -1 : n++;
    return n;
}

static int rows_alloc(struct leaf_rows *l, const struct table *t, const int64_t *at)
{
    size_t n = (size_t)l->n_rows, row_bytes;

    if (!size_mul(n, sizeof *l->leaf, &row_bytes))
        return -1;
    l->leaf = mem_alloc((size_t)l->n_trees, row_bytes);
    l->target = mem_alloc(n, sizeof *l->target);
    if (t->weight)
        l->weight = mem_alloc(n, sizeof *l->weight);
    if (!l->leaf || !l->target || (t->weight && !l->weight))
        return -1;
    for (int64_t i = 0; i < t->n_rows; i++) {
        if (at[i] < 0)
            continue;
        l->target[at[i]] = t->y[i];
        if (t->weight)
            l->weight[at[i]] = t->weight[i];
    }
    return 0;
}

static int codes_alloc(const struct make *m)
{
    for (int i = 0; m->predictor && i < pool_size(); i++)
        if (!(m->codes[i] = mem_alloc(predictor_codes_size(m->predictor), sizeof **m->codes)))
            return -1;
    return 0;
}

int leaf_rows_make(
    struct leaf_rows *l, const struct forest *f, const struct table *t, struct err *err)
{
    int n_workers = pool_size(), ret = -1;
    struct predictor *p = NULL;
    int64_t *at = mem_alloc((size_t)t->n_rows, sizeof *at);
    uint16_t **codes = mem_zalloc((size_t)n_workers, sizeof *codes);
    struct make m = {l, f, t, NULL, at, codes};

    *l = (struct leaf_rows){.n_trees = f->n_trees};
    if (!at || !codes || (!t->sparse && !(p = predictor_new(f, t->schema.n_cols, err))))
        goto out;
    m.predictor = p;
    l->n_rows = rows_keep(t, at);
    if (rows_alloc(l, t, at) < 0 || codes_alloc(&m) < 0)
        goto out;
    pool_run((t->n_rows + PREDICTOR_ROWS - 1) / PREDICTOR_ROWS, make_block, &m);
    ret = 0;
out:
    for (int i = 0; codes && i < n_workers; i++)
        mem_free(codes[i]);
    mem_free(codes);
    mem_free(at);
    predictor_free(p);
    if (ret < 0) {
        leaf_rows_release(l);
        err_memory(err);
    }
    return ret;
}

void leaf_rows_release(struct leaf_rows *l)
{
    mem_free(l->leaf);
    mem_free(l->target);
    mem_free(l->weight);
    *l = (struct leaf_rows)LEAF_ROWS_INIT;
}

int leaf_rows_pack(const struct leaf_rows *l, struct st_writer *w, struct err *err)
{
    const int64_t leaf[] = {l->n_trees, l->n_rows}, rows[] = {l->n_rows};

    if (st_writer_add(w, "row_leaf", DTYPE_U32, 2, leaf, l->leaf, err) < 0 ||
        st_writer_add(w, "row_target", DTYPE_F64, 1, rows, l->target, err) < 0)
        return -1;
    return l->weight ? st_writer_add(w, "row_weight", DTYPE_F64, 1, rows, l->weight, err) : 0;
}

/* ---- reading ---- */

struct ranked {
    double target;
    uint32_t row;
};

static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Fills order[] with the rows' numbers in the file by rising target, and the index' own. */
static int rows_rank(struct leaf_index *x, const double *target, const double *weight,
    uint32_t *order, struct err *err)
{
    struct ranked *ranked = mem_alloc(x->n_rows, sizeof *ranked);
    int ret = -1;

    if (!ranked)
        return err_memory(err);
    for (uint32_t i = 0; i < x->n_rows; i++) {
        if (!isfinite(target[i])) {
            err_set(err, "corrupt model: a training row's target is not finite");
            goto out;
        }
        if (weight && !(weight[i] > 0 && weight[i] <= 1e300)) {
            err_set(err, "corrupt model: a training row's weight is not above 0 and finite");
            goto out;
        }
        ranked[i] = (struct ranked){target[i], i};
    }
    qsort(ranked, x->n_rows, sizeof *ranked, ranked_compare);
    for (uint32_t i = 0; i < x->n_rows; i++) {
        order[i] = ranked[i].row;
        x->target[i] = ranked[i].target;
        if (weight)
            x->weight[i] = weight[ranked[i].row];
    }
    ret = 0;
out:
    mem_free(ranked);
    return ret;
}

/* Puts the rows of a tree by their leaves: start and sum are the tree's. */
static int tree_index(struct leaf_index *x, const uint32_t *leaf, const uint32_t *order,
    uint32_t n_leaves, size_t first, size_t *start, double *sum)
{
    memset(start, 0, n_leaves * sizeof *start);
    memset(sum, 0, n_leaves * sizeof *sum);
    for (uint32_t i = 0; i < x->n_rows; i++) {
        uint32_t at = leaf[order[i]];
        if (at >= n_leaves)
            return -1;
        start[at]++;
        sum[at] += x->weight ? x->weight[i] : 1;
    }
    for (uint32_t i = 0; i < n_leaves; i++) {
        size_t n = start[i];
        if (n == 0 || !isfinite(sum[i]))
            return -1;
        start[i] = first;
        first += n;
    }
    for (uint32_t i = 0; i < x->n_rows; i++)
        x->row[start[leaf[order[i]]]++] = i;
    /* each start is now the end: the next leaf's */
    memmove(start + 1, start, (n_leaves - 1) * sizeof *start);
    start[0] = first - x->n_rows;
    return 0;
}

static int trees_index(struct leaf_index *x, const struct forest *f, const uint32_t *leaf,
    const uint32_t *order, struct err *err)
{
    for (int i = 0; i < f->n_trees; i++) {
        size_t first = (size_t)i * x->n_rows, at = f->place[i].leaf;
        if (tree_index(x, leaf + first, order, (uint32_t)(f->place[i + 1].leaf - at), first,
                x->start + at, x->sum + at) < 0)
            return err_set(err,
                "corrupt model: tree %d has training rows in a leaf that it does not have, or none "
                "in one",
                i);
    }
    x->start[f->place[f->n_trees].leaf] = (size_t)f->n_trees * x->n_rows;
    return 0;
}

static int index_alloc(struct leaf_index *x, const struct forest *f, bool weights)
{
    size_t n = x->n_rows, n_leaves = f->place[f->n_trees].leaf;

    x->target = mem_alloc(n, sizeof *x->target);
    if (weights)
        x->weight = mem_alloc(n, sizeof *x->weight);
    x->row = mem_alloc(n, (size_t)f->n_trees * sizeof *x->row);
    x->start = mem_alloc(n_leaves + 1, sizeof *x->start);
    x->sum = mem_alloc(n_leaves, sizeof *x->sum);
    return x->target && (x->weight || !weights) && x->row && x->start && x->sum ? 0 : -1;
}

int leaf_index_read(
    struct leaf_index *x, const struct st_file *st, const struct forest *f, struct err *err)
{
    const int64_t any[] = {-1};
    const struct st_tensor *target, *leaf, *weight = NULL;
    uint32_t *order = NULL;
    int ret = -1;

    *x = (struct leaf_index)LEAF_INDEX_INIT;
    if (!st_find(st, "row_leaf"))
        return 0;
    if (!(target = st_require(st, "row_target", DTYPE_F64, 1, any, err)))
        return -1;
    const int64_t n = target->shape[0], shape[] = {f->n_trees, n};
    if (n < 1 || n > UINT32_MAX)
        return err_set(err, "corrupt model: it keeps %" PRId64 " training rows", n);
    if (!(leaf = st_require(st, "row_leaf", DTYPE_U32, 2, shape, err)) ||
        (st_find(st, "row_weight") &&
            !(weight = st_require(st, "row_weight", DTYPE_F64, 1, &n, err))))
        return -1;
    x->n_rows = (uint32_t)n;
    order = mem_alloc(x->n_rows, sizeof *order);
    if (!order || index_alloc(x, f, weight != NULL) < 0) {
        err_memory(err);
        goto out;
    }
    if (rows_rank(x, target->data, weight ? weight->data : NULL, order, err) == 0)
        ret = trees_index(x, f, leaf->data, order, err);
out:
    mem_free(order);
    if (ret < 0)
        leaf_index_release(x);
    return ret;
}

void leaf_index_release(struct leaf_index *x)
{
    mem_free(x->target);
    mem_free(x->weight);
    mem_free(x->row);
    mem_free(x->start);
    mem_free(x->sum);
    *x = (struct leaf_index)LEAF_INDEX_INIT;
}
