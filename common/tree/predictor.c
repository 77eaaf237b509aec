/* predictor.c -- see predictor.h. */
#include "common/tree/predictor.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
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

/* Bins of a column: up to each of its thresholds, which are in order, and beyond the last.  Too
 * many: none, and its trees go by values. */
static int column_init(struct predictor *p, int col, const double *threshold, size_t n)
{
    struct bin_column *c = &p->bins.cols[col];
    struct coded_column *coded = &p->coded[p->n_coded];

    if (n && threshold[n - 1] == INFINITY)
        n--;
    if (n + 1 > BINS_MAX)
        return 0;
    c->n_bins = (int)n + 1;
    *coded = (struct coded_column){.col = col, .size = 1};
    while (coded->size <= (size_t)c->n_bins)
        coded->size *= 2;
    c->high = mem_alloc(n + 1, sizeof *c->high);
    coded->high = mem_alloc(coded->size, sizeof *coded->high);
    if (!c->high || !coded->high) {
        mem_free(coded->high);
        return -1;
    }
    p->n_coded++;
    for (size_t i = 0; i < coded->size; i++)
        coded->high[i] = i < n ? threshold[i] : INFINITY;
    memcpy(c->high, coded->high, (n + 1) * sizeof *c->high);
    return 0;
}

static int columns_init(struct predictor *p)
{
    const struct cuts *cuts = &p->forest->cuts;

    for (uint32_t i = 0, end; i < cuts->n; i = end) {
        for (end = i + 1; end < cuts->n && cuts->column[end] == cuts->column[i];)
            end++;
        if (column_init(p, cuts->column[i], cuts->threshold + i, end - i) < 0)
            return -1;
    }
    return 0;
}

/* Does the tree split on a column that has no codes? */
static bool tree_by_values(const struct predictor *p, const struct tree *t)
{
    for (uint32_t i = 0; i < t->n_nodes; i++)
        if (!node_is_leaf(&t->nodes[i]) && p->bins.cols[node_column(t, &t->nodes[i])].n_bins == 0)
            return true;
    return false;
}

static int trees_init(struct predictor *p, struct err *err)
{
    for (int i = 0; i < p->forest->n_trees; i++) {
        struct tree t = forest_tree(p->forest, i);
        if (!t.n_words && !tree_by_values(p, &t) &&
            codetree_init(&p->trees[i], &t, &p->bins, p->missing, err) < 0)
            return -1;
    }
    return 0;
}

struct predictor *predictor_new(const struct forest *f, int n_cols, struct err *err)
{
    struct predictor *p = mem_zalloc(1, sizeof *p);

    if (!p)
        goto fail;
    p->forest = f;
    p->bins.n_cols = n_cols;
    p->bins.cols = mem_zalloc((size_t)n_cols, sizeof *p->bins.cols);
    p->missing = mem_zalloc((size_t)n_cols, sizeof *p->missing);
    p->coded = mem_zalloc((size_t)n_cols, sizeof *p->coded);
    p->trees = mem_zalloc((size_t)f->n_trees, sizeof *p->trees);
    if (!p->bins.cols || !p->missing || !p->coded || !p->trees || columns_init(p) < 0)
        goto fail;
    codetree_missing(&p->bins, p->missing);
    if (trees_init(p, err) < 0)
        goto fail;
    return p;
fail:
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
    struct tree t = forest_tree(p->forest, tree);
    const uint16_t *rows[CODETREE_ROWS];

    if (!c->nodes) {
        for (int i = 0; i < b->n; i++)
            leaf[i] = tree_leaf(&t, b->cols, b->first + i);
        return;
    }
    for (int first = 0; first < b->n; first += CODETREE_ROWS) {
        int n = b->n - first < CODETREE_ROWS ? b->n - first : CODETREE_ROWS;
        for (int i = 0; i < n; i++)
            rows[i] = b->codes + (size_t)(first + i) * (size_t)p->bins.n_cols;
        codetree_leaves(c, &t, rows, n, leaf + first);
    }
}

void predictor_raw(const struct predictor *p, const struct predictor_block *b, double *out)
{
    const struct forest *f = p->forest;
    size_t k = (size_t)f->n_outputs;
    uint32_t leaf[PREDICTOR_ROWS];

    memset(out, 0, (size_t)b->n * k * sizeof *out);
    for (int i = 0; i < f->n_trees; i++) {
        struct tree t = forest_tree(f, i);
        predictor_leaves(p, b, i, leaf);
        for (int row = 0; row < b->n; row++)
            for (size_t j = 0; j < k; j++)
                out[(size_t)row * k + j] += t.values[leaf[row] * k + j];
    }
    for (int row = 0; row < b->n; row++)
        for (size_t j = 0; j < k; j++) {
            double *raw = &out[(size_t)row * k + j];
            *raw = f->base[j] + (f->average && f->n_trees ? *raw / f->n_trees : *raw);
        }
}
