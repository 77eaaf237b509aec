/* predictor.c -- see predictor.h. */
#include "common/tree/predictor.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/bytetree.h"
#include "common/tree/coder.h"
#include "common/tree/codetree.h"
#include "common/tree/levelset.h"
#include "common/tree/linear.h"
#include "common/tree/masktree.h"

enum { MEDIAN_ROWS = MASKTREE_ROWS }; /* whose votes are kept at a time */

enum way { BY_VALUES, BY_WORDS, BY_BYTES, BY_MASKS };

struct coded_column {
    int col; /* of the schema */
    struct coder coder;
};

struct predictor {
    const struct forest *forest;
    struct node
        *nodes; /* memory of all trees' nodes in their new form, unless it is the forest's */
    int n_cols, n_coded;
    struct coded_column *coded; /* the columns that some tree splits on */
    enum way way;
    uint16_t *cut; /* [cuts.n] codes */
    union ready_tree {
        struct codetree words;
        struct bytetree bytes;
        struct masktree masks;
    } * trees; /* [n_trees], not BY_VALUES */
};

/* ---- making ---- */

/* Columns with thresholds: their cuts stand together. */
static int number_columns(struct predictor *p)
{
    const struct cuts *cuts = &p->forest->cuts;

    for (uint32_t i = 0, end; i < cuts->n; i = end) {
        for (end = i; end < cuts->n && cuts->column[end] == cuts->column[i]; end++)
            p->cut[end] = (uint16_t)(end - i);
        if (end - i >= CODER_MISSING) {
            p->way = BY_VALUES;
            continue;
        }
        struct coded_column *c = &p->coded[p->n_coded];
        if (coder_of_numbers(&c->coder, cuts->threshold + i, end - i) < 0)
            return -1;
        c->col = cuts->column[i];
        p->n_coded++;
    }
    return 0;
}

/* Columns with sets, and one more than the highest level in them. */
static int level_columns(struct predictor *p)
{
    size_t *n_levels = mem_zalloc((size_t)p->n_cols, sizeof *n_levels);

    if (!n_levels)
        return -1;
    for (int i = 0; i < p->forest->n_trees; i++) {
        struct tree t = forest_tree(p->forest, i);
        for (uint32_t k = 0; k < t.n_nodes && t.n_words; k++) {
            const struct node *node = &t.nodes[k];
            if (node_is_leaf(node) || !node_is_category(node))
                continue;
            size_t *n = &n_levels[node_column(&t, node)], end = levelset_end(node_set(&t, node));
            *n = end > *n ? end : *n;
        }
    }
    for (int col = 0; col < p->n_cols; col++) {
        if (n_levels[col] >= CODER_MISSING)
            p->way = BY_VALUES;
        if (!n_levels[col])
            continue;
        p->coded[p->n_coded].col = col;
        coder_of_levels(&p->coded[p->n_coded++].coder, n_levels[col]);
    }
    mem_free(n_levels);
    return 0;
}

/* The fastest way that all trees can go. */
static void choose_way(struct predictor *p)
{
    bool bytes = p->n_cols <= BYTETREE_COLS_MAX, small = true;

    if (p->way == BY_VALUES || p->n_cols > CODETREE_COLS_MAX || p->forest->n_trees == 0) {
        p->way = BY_VALUES;
        return;
    }
    for (int i = 0; i < p->n_coded; i++)
        bytes &= p->coded[i].coder.n_codes <= CODER_BYTE_CODES;
    for (int i = 0; i < p->forest->n_trees; i++) {
        struct tree t = forest_tree(p->forest, i);
        small &= t.n_leaves <= MASKTREE_LEAVES;
    }
    p->way = !bytes ? BY_WORDS : small && masktree_possible() ? BY_MASKS : BY_BYTES;
}

static int byte_trees(struct predictor *p, struct node *nodes, struct err *err)
{
    struct byte_codes codes;
    int ret = 0;

    if (byte_codes_init(&codes, p->n_cols, err) < 0)
        return -1;
    codes.cut = p->cut;
    for (int i = 0; i < p->n_cols; i++)
        codes.missing[i] = (uint8_t)CODER_MISSING;
    for (int i = 0; i < p->n_coded; i++)
        if (p->coded[i].coder.category)
            codes.n_levels[p->coded[i].col] = (uint16_t)p->coded[i].coder.n_codes;
    for (int i = 0; i < p->forest->n_trees && ret == 0; i++) {
        struct tree t = forest_tree(p->forest, i);
        struct bytetree bytes;
        ret = bytetree_init(&bytes, &t, &codes, nodes + p->forest->place[i].node, err);
        if (ret < 0)
            break;
        if (p->way == BY_BYTES) {
            p->trees[i].bytes = bytes;
            continue;
        }
        ret = masktree_init(&p->trees[i].masks, &t, &bytes, err);
        bytetree_release(&bytes);
    }
    byte_codes_release(&codes);
    return ret;
}

static int word_trees(struct predictor *p, struct node *nodes, struct err *err)
{
    for (int i = 0; i < p->forest->n_trees; i++) {
        struct tree t = forest_tree(p->forest, i);
        if (codetree_init(&p->trees[i].words, &t, p->cut, nodes + p->forest->place[i].node, err) <
            0)
            return -1;
    }
    return 0;
}

static struct predictor *predictor_of(const struct forest *f, int n_cols, struct err *err)
{
    struct predictor *p = mem_zalloc(1, sizeof *p);

    if (!p) {
        err_memory(err);
        return NULL;
    }
    p->forest = f;
    p->n_cols = n_cols;
    p->way = BY_WORDS;
    p->coded = mem_zalloc((size_t)n_cols, sizeof *p->coded);
    p->cut = mem_alloc(f->cuts.n, sizeof *p->cut);
    p->trees = mem_zalloc((size_t)f->n_trees, sizeof *p->trees);
    if (p->coded && p->cut && p->trees && number_columns(p) == 0 && level_columns(p) == 0) {
        choose_way(p);
        return p;
    }
    predictor_free(p);
    err_memory(err);
    return NULL;
}

/* Writes the trees' nodes in their new form to nodes. */
static int trees_init(struct predictor *p, struct node *nodes, struct err *err)
{
    return p->way == BY_VALUES  ? 0
           : p->way == BY_WORDS ? word_trees(p, nodes, err)
                                : byte_trees(p, nodes, err);
}

struct predictor *predictor_new(const struct forest *f, int n_cols, struct err *err)
{
    struct predictor *p = predictor_of(f, n_cols, err);

    if (!p)
        return NULL;
    p->nodes = mem_alloc(p->way == BY_VALUES ? 0 : f->place[f->n_trees].node, sizeof *p->nodes);
    if (!p->nodes || trees_init(p, p->nodes, err) < 0) {
        if (!p->nodes)
            err_memory(err);
        predictor_free(p);
        return NULL;
    }
    if (p->way == BY_MASKS) { /* they have nodes of their own */
        mem_free(p->nodes);
        p->nodes = NULL;
    }
    return p;
}

struct predictor *predictor_spend(struct forest *f, int n_cols, struct err *err)
{
    struct predictor *p = predictor_of(f, n_cols, err);

    if (p && trees_init(p, f->nodes, err) < 0) {
        predictor_free(p);
        return NULL;
    }
    if (p && p->way == BY_MASKS) {
        mem_free(f->nodes);
        f->nodes = NULL;
    }
    return p;
}

void predictor_free(struct predictor *p)
{
    if (!p)
        return;
    for (int i = 0; p->trees && i < p->forest->n_trees; i++) {
        if (p->way == BY_WORDS)
            codetree_release(&p->trees[i].words);
        else if (p->way == BY_BYTES)
            bytetree_release(&p->trees[i].bytes);
        else if (p->way == BY_MASKS)
            masktree_release(&p->trees[i].masks);
    }
    for (int i = 0; i < p->n_coded; i++)
        coder_release(&p->coded[i].coder);
    mem_free(p->nodes);
    mem_free(p->coded);
    mem_free(p->cut);
    mem_free(p->trees);
    mem_free(p);
}

const struct forest *predictor_forest(const struct predictor *p)
{
    return p->forest;
}

/* ---- a block ---- */

/* Codes by column, MASKTREE_ROWS rows after as many. */
static uint8_t *mask_codes(const struct predictor *p, const struct predictor_block *b, int row)
{
    return (uint8_t *)b->codes + (size_t)row * (size_t)p->n_cols;
}

static void code_masks(const struct predictor *p, struct predictor_block *b)
{
    for (int row = 0; row < b->n; row += MASKTREE_ROWS) {
        int n = b->n - row < MASKTREE_ROWS ? b->n - row : MASKTREE_ROWS;
        uint8_t *to = mask_codes(p, b, row);
        if (n < MASKTREE_ROWS)
            memset(to, 0, (size_t)p->n_cols * MASKTREE_ROWS);
        for (int i = 0; i < p->n_coded; i++) {
            const struct coded_column *c = &p->coded[i];
            const double *value = b->cols[c->col] + b->first + row;
            b->missing |= coder_bytes(&c->coder, value, n, to + (size_t)c->col * MASKTREE_ROWS, 1);
        }
    }
}

void predictor_code(const struct predictor *p, struct predictor_block *b)
{
    size_t n_cols = (size_t)p->n_cols;

    b->missing = false;
    if (p->way == BY_MASKS) {
        code_masks(p, b);
        return;
    }
    for (int i = 0; i < p->n_coded && p->way != BY_VALUES; i++) {
        const struct coded_column *c = &p->coded[i];
        const double *value = b->cols[c->col] + b->first;
        if (p->way == BY_WORDS)
            coder_words(&c->coder, value, b->n, b->codes + c->col, n_cols);
        else
            coder_bytes(&c->coder, value, b->n, (uint8_t *)b->codes + c->col, n_cols);
    }
}

static void leaves_by_masks(const struct predictor *p, const struct predictor_block *b, int tree,
    uint32_t leaf[PREDICTOR_ROWS])
{
    uint8_t small[MASKTREE_ROWS];
    for (int row = 0; row < b->n; row++) {
        if (row % MASKTREE_ROWS == 0)
            masktree_leaves(&p->trees[tree].masks, mask_codes(p, b, row), b->missing, small);
        leaf[row] = small[row % MASKTREE_ROWS];
    }
}

static void leaves_by_bytes(const struct predictor *p, const struct predictor_block *b, int tree,
    uint32_t leaf[PREDICTOR_ROWS])
{
    const uint8_t *rows[BYTETREE_ROWS];

    for (int row = 0; row < b->n; row += BYTETREE_ROWS) {
        int n = b->n - row < BYTETREE_ROWS ? b->n - row : BYTETREE_ROWS;
        for (int i = 0; i < n; i++)
            rows[i] = (const uint8_t *)b->codes + (size_t)(row + i) * (size_t)p->n_cols;
        bytetree_leaves(&p->trees[tree].bytes, rows, n, leaf + row);
    }
}

static void leaves_by_words(const struct predictor *p, const struct predictor_block *b, int tree,
    uint32_t leaf[PREDICTOR_ROWS])
{
    const uint16_t *rows[CODETREE_ROWS];

    for (int row = 0; row < b->n; row += CODETREE_ROWS) {
        int n = b->n - row < CODETREE_ROWS ? b->n - row : CODETREE_ROWS;
        for (int i = 0; i < n; i++)
            rows[i] = b->codes + (size_t)(row + i) * (size_t)p->n_cols;
        codetree_leaves(&p->trees[tree].words, rows, n, leaf + row);
    }
}

void predictor_leaves(const struct predictor *p, const struct predictor_block *b, int tree,
    uint32_t leaf[PREDICTOR_ROWS])
{
    struct tree t = forest_tree(p->forest, tree);

    switch (p->way) {
    case BY_MASKS:
        leaves_by_masks(p, b, tree, leaf);
        return;
    case BY_BYTES:
        leaves_by_bytes(p, b, tree, leaf);
        return;
    case BY_WORDS:
        leaves_by_words(p, b, tree, leaf);
        return;
    case BY_VALUES:
        break;
    }
    for (int i = 0; i < b->n; i++)
        leaf[i] = tree_leaf(&t, b->cols, b->first + i);
}

/* Sums of leaves of one value, a few rows and an output at a time, so that they stay at hand. */
static void sum_by_masks(const struct predictor *p, const struct predictor_block *b, double *out)
{
    const struct forest *f = p->forest;
    int k = f->n_outputs;
    double sum[MASKTREE_ROWS];
    uint8_t leaf[MASKTREE_ROWS];

    for (int row = 0; row < b->n; row += MASKTREE_ROWS) {
        int n = b->n - row < MASKTREE_ROWS ? b->n - row : MASKTREE_ROWS;
        for (int j = 0; j < k; j++) {
            memset(sum, 0, sizeof sum);
            for (int i = 0; i < f->n_trees; i++) {
                if (forest_tree_output(f, i) != j)
                    continue;
                masktree_leaves(&p->trees[i].masks, mask_codes(p, b, row), b->missing, leaf);
                masktree_add(forest_tree(f, i).values, leaf, sum);
            }
            for (int i = 0; i < n; i++)
                out[(row + i) * k + j] = sum[i];
        }
    }
}

static void sum_by_leaves(const struct predictor *p, const struct predictor_block *b, double *out)
{
    const struct forest *f = p->forest;
    size_t k = (size_t)f->n_outputs, width = (size_t)f->leaf_width;
    uint32_t leaf[PREDICTOR_ROWS];

    memset(out, 0, (size_t)b->n * k * sizeof *out);
    for (int i = 0; i < f->n_trees; i++) {
        const double *values = forest_tree(f, i).values;
        double *to = out + forest_tree_output(f, i);
        predictor_leaves(p, b, i, leaf);
        for (int row = 0; row < b->n; row++)
            for (size_t j = 0; j < width; j++)
                to[(size_t)row * k + j] += values[leaf[row] * width + j];
    }
}

/* ---- medians ---- */

static size_t codes_size(const struct predictor *p)
{
    return (size_t)PREDICTOR_ROWS * (size_t)p->n_cols;
}

/* MEDIAN_ROWS rows' leaves in all trees, then row by row; the votes stand behind the codes. */
static void medians(const struct predictor *p, const struct predictor_block *b, double *out)
{
    const struct forest *f = p->forest;
    size_t n_trees = (size_t)f->n_trees;
    size_t code = p->way == BY_WORDS ? sizeof(uint16_t) : sizeof(uint8_t);
    struct tree_vote *votes = (struct tree_vote *)(void *)(b->codes + codes_size(p));
    uint32_t leaf[PREDICTOR_ROWS];

    for (int row = 0; row < b->n; row += MEDIAN_ROWS) {
        struct predictor_block part = *b;
        part.first += row;
        part.n = b->n - row < MEDIAN_ROWS ? b->n - row : MEDIAN_ROWS;
        part.codes =
            (uint16_t *)(void *)((uint8_t *)b->codes + (size_t)row * (size_t)p->n_cols * code);
        for (int i = 0; i < f->n_trees; i++) {
            const double *values = forest_tree(f, i).values;
            predictor_leaves(p, &part, i, leaf);
            for (int j = 0; j < part.n; j++)
                votes[(size_t)j * n_trees + (size_t)i] = (struct tree_vote){values[leaf[j]], i};
        }
        for (int j = 0; j < part.n; j++)
            out[row + j] = forest_median(f, votes + (size_t)j * n_trees, f->n_trees);
    }
}

size_t predictor_codes_size(const struct predictor *p)
{
    size_t votes = p->forest->kind == FOREST_MEDIAN ? (size_t)p->forest->n_trees : 0;
    return codes_size(p) + votes * MEDIAN_ROWS * (sizeof(struct tree_vote) / sizeof(uint16_t));
}

void predictor_raw(const struct predictor *p, const struct predictor_block *b, double *out)
{
    const struct forest *f = p->forest;
    int k = f->n_outputs;

    if (f->kind == FOREST_MEDIAN) {
        medians(p, b, out);
        return;
    }
    if (p->way == BY_MASKS && f->leaf_width == 1)
        sum_by_masks(p, b, out);
    else
        sum_by_leaves(p, b, out);
    linear_add(f, b->cols, b->first, b->n, out);
    for (int row = 0; row < b->n; row++)
        for (int j = 0; j < k; j++)
            out[row * k + j] = forest_raw(f, j, out[row * k + j], f->n_trees);
}
