/* predictor.c -- see predictor.h. */
#include "common/tree/predictor.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/sort.h"
#include "common/tree/codetree.h"

struct coded_column {
    int col;      /* of the schema */
    size_t size;  /* of high: a power of two above n_bins */
    double *high; /* the thresholds, then INFINITY */
};

struct predictor {
    const struct forest *forest;
    struct bins bins; /* only what codetree_init() reads: n_bins and high of each column */
    uint16_t *missing;
    int n_coded;
    struct coded_column *coded;
    struct codetree *trees; /* [n_trees] */
};

/* ---- making ---- */

/* Thresholds of each column: start[col] .. start[col + 1]. */
struct thresholds {
    int64_t *start;
    double *value;
};

static int thresholds_collect(struct thresholds *t, const struct forest *f, int n_cols)
{
    int64_t n = 0;

    t->start = mem_zalloc((size_t)n_cols + 2, sizeof *t->start);
    if (!t->start)
        return -1;
    for (int i = 0; i < f->n_trees; i++)
        for (uint32_t j = 0; j < f->trees[i]->n_nodes; j++) {
            const struct node *node = &f->trees[i]->nodes[j];
            if (node->column >= 0 && !(node->flags & NODE_CATEGORY)) {
                t->start[node->column + 2]++;
                n++;
            }
        }
    t->value = mem_alloc((size_t)n, sizeof *t->value);
    if (!t->value)
        return -1;
    for (int col = 0; col < n_cols; col++)
        t->start[col + 2] += t->start[col + 1];
    for (int i = 0; i < f->n_trees; i++)
        for (uint32_t j = 0; j < f->trees[i]->n_nodes; j++) {
            const struct node *node = &f->trees[i]->nodes[j];
            if (node->column >= 0 && !(node->flags & NODE_CATEGORY))
                t->value[t->start[node->column + 1]++] = node->threshold + 0.0; /* no -0 */
        }
    return 0;
}

/* Bins of a column: up to each threshold, and beyond the last.  Too many: none, and its trees go by
 * values. */
static int column_bins(struct bin_column *c, double *value, size_t n)
{
    double *spare = mem_alloc(n, sizeof *spare);
    size_t n_distinct = 0;

    if (!spare)
        return -1;
    sort_doubles(value, n, spare);
    mem_free(spare);
    for (size_t i = 0; i < n; i++)
        if (!n_distinct || value[i] != value[n_distinct - 1])
            value[n_distinct++] = value[i];
    if (n_distinct && value[n_distinct - 1] == INFINITY)
        n_distinct--;
    if (n_distinct + 1 > BINS_MAX)
        return 0;
    c->high = mem_alloc(n_distinct + 1, sizeof *c->high);
    if (!c->high)
        return -1;
    memcpy(c->high, value, n_distinct * sizeof *value);
    c->high[n_distinct] = INFINITY;
    c->n_bins = (int)n_distinct + 1;
    return 0;
}

static int columns_init(struct predictor *p, struct thresholds *t)
{
    for (int col = 0; col < p->bins.n_cols; col++) {
        struct bin_column *c = &p->bins.cols[col];
        size_t n = (size_t)(t->start[col + 1] - t->start[col]);
        if (n == 0)
            continue;
        if (column_bins(c, t->value + t->start[col], n) < 0)
            return -1;
        if (c->n_bins == 0)
            continue;
        struct coded_column *coded = &p->coded[p->n_coded];
        *coded = (struct coded_column){.col = col, .size = 1};
        while (coded->size <= (size_t)c->n_bins)
            coded->size *= 2;
        coded->high = mem_alloc(coded->size, sizeof *coded->high);
        if (!coded->high)
            return -1;
        p->n_coded++;
        for (size_t i = 0; i < coded->size; i++)
            coded->high[i] = i < (size_t)c->n_bins ? c->high[i] : INFINITY;
    }
    return 0;
}

/* Does the tree split on a column that has no codes? */
static bool tree_by_values(const struct predictor *p, const struct tree *t)
{
    for (uint32_t i = 0; i < t->n_nodes; i++)
        if (t->nodes[i].column >= 0 && p->bins.cols[t->nodes[i].column].n_bins == 0)
            return true;
    return false;
}

static int trees_init(struct predictor *p, struct err *err)
{
    for (int i = 0; i < p->forest->n_trees; i++) {
        const struct tree *t = p->forest->trees[i];
        if (!t->n_words && !tree_by_values(p, t) &&
            codetree_init(&p->trees[i], t, &p->bins, p->missing, err) < 0)
            return -1;
    }
    return 0;
}

struct predictor *predictor_new(const struct forest *f, int n_cols, struct err *err)
{
    struct predictor *p = mem_zalloc(1, sizeof *p);
    struct thresholds t = {NULL, NULL};

    if (!p)
        goto fail;
    p->forest = f;
    p->bins.n_cols = n_cols;
    p->bins.cols = mem_zalloc((size_t)n_cols, sizeof *p->bins.cols);
    p->missing = mem_zalloc((size_t)n_cols, sizeof *p->missing);
    p->coded = mem_zalloc((size_t)n_cols, sizeof *p->coded);
    p->trees = mem_zalloc((size_t)f->n_trees, sizeof *p->trees);
    if (!p->bins.cols || !p->missing || !p->coded || !p->trees ||
        thresholds_collect(&t, f, n_cols) < 0 || columns_init(p, &t) < 0)
        goto fail;
    codetree_missing(&p->bins, p->missing);
    if (trees_init(p, err) < 0)
        goto fail;
    mem_free(t.start);
    mem_free(t.value);
    return p;
fail:
    mem_free(t.start);
    mem_free(t.value);
    predictor_free(p);
    err_memory(err);
    return NULL;
}

void predictor_free(struct predictor *p)
{
    if (!p)
        return;
    for (int i = 0; p->trees && i < p->forest->n_trees; i++)
        codetree_release(&p->trees[i]);
    for (int i = 0; i < p->n_coded; i++)
        mem_free(p->coded[i].high);
    bins_release(&p->bins);
    mem_free(p->missing);
    mem_free(p->coded);
    mem_free(p->trees);
    mem_free(p);
}

const struct forest *predictor_forest(const struct predictor *p)
{
    return p->forest;
}

/* ---- a block ---- */

size_t predictor_codes_size(const struct predictor *p)
{
    return (size_t)PREDICTOR_ROWS * (size_t)p->bins.n_cols;
}

void predictor_code(const struct predictor *p, struct predictor_block *b)
{
    size_t n_cols = (size_t)p->bins.n_cols;

    for (int i = 0; i < p->n_coded; i++) {
        const struct coded_column *c = &p->coded[i];
        const double *values = b->cols[c->col] + b->first;
        uint16_t missing = p->missing[c->col], *to = b->codes + c->col;
        for (int row = 0; row < b->n; row++) {
            size_t at = 0;
            for (size_t half = c->size / 2; half; half /= 2)
                at += c->high[at + half - 1] < values[row] ? half : 0;
            to[(size_t)row * n_cols] = isnan(values[row]) ? missing : (uint16_t)at;
        }
    }
}

void predictor_leaves(const struct predictor *p, const struct predictor_block *b, int tree,
    uint32_t leaf[PREDICTOR_ROWS])
{
    const struct codetree *c = &p->trees[tree];
    const uint16_t *rows[CODETREE_ROWS];

    if (!c->nodes) {
        for (int i = 0; i < b->n; i++)
            leaf[i] = tree_leaf(p->forest->trees[tree], b->cols, b->first + i);
        return;
    }
    for (int first = 0; first < b->n; first += CODETREE_ROWS) {
        int n = b->n - first < CODETREE_ROWS ? b->n - first : CODETREE_ROWS;
        for (int i = 0; i < n; i++)
            rows[i] = b->codes + (size_t)(first + i) * (size_t)p->bins.n_cols;
        codetree_leaves(c, rows, n, leaf + first);
    }
}

void predictor_raw(const struct predictor *p, const struct predictor_block *b, double *out)
{
    const struct forest *f = p->forest;
    size_t k = (size_t)f->n_outputs;
    uint32_t leaf[PREDICTOR_ROWS];

    memset(out, 0, (size_t)b->n * k * sizeof *out);
    for (int i = 0; i < f->n_trees; i++) {
        predictor_leaves(p, b, i, leaf);
        for (int row = 0; row < b->n; row++)
            for (size_t j = 0; j < k; j++)
                out[(size_t)row * k + j] += f->trees[i]->values[leaf[row] * k + j];
    }
    for (int row = 0; row < b->n; row++)
        for (size_t j = 0; j < k; j++) {
            double *raw = &out[(size_t)row * k + j];
            *raw = f->base[j] + (f->average && f->n_trees ? *raw / f->n_trees : *raw);
        }
}
