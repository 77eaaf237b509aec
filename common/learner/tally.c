/* tally.c -- see tally.h. */
#include "common/learner/tally.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"

enum { BLOCK_ROWS_MIN = 256, BLOCK_ROWS_MAX = 16384 };

int prediction_width(const struct target *t)
{
    return t->task == TASK_CLASSIFICATION ? (int)dict_size(t->classes) : 1;
}

void prediction_link(const struct target *t, int n_outputs, const double *raw, double *out)
{
    if (t->task == TASK_CLASSIFICATION && n_outputs == 1) {
        out[0] = 1 - raw[0];
        out[1] = raw[0];
        return;
    }
    for (int k = 0; k < n_outputs; k++)
        out[k] = raw[k];
}

int32_t prediction_label(const struct target *t, const double *probabilities)
{
    int32_t best = 0;
    for (int32_t k = 1; k < dict_size(t->classes); k++)
        if (probabilities[k] > probabilities[best])
            best = k;
    return best;
}

int32_t leaf_vote(const double *value, int n_outputs)
{
    int32_t best = 0;
    if (n_outputs == 1)
        return value[0] > 0.5;
    for (int k = 1; k < n_outputs; k++)
        if (value[k] > value[best])
            best = k;
    return best;
}

int tally_init(
    struct tally *t, const struct table *table, int n_outputs, bool some_rows, struct err *err)
{
    size_t n = (size_t)table->n_rows, width = (size_t)prediction_width(&table->target);

    *t = (struct tally){.table = table};
    t->sum = mem_zalloc(n, (size_t)n_outputs * sizeof *t->sum);
    t->linked = mem_alloc(n, width * sizeof *t->linked);
    t->label = mem_alloc(n, sizeof *t->label);
    if (some_rows) {
        t->n = mem_zalloc(n, sizeof *t->n);
        t->weight = mem_alloc(n, sizeof *t->weight);
    }
    if (t->sum && t->linked && t->label && (!some_rows || (t->n && t->weight)))
        return 0;
    tally_release(t);
    return err_memory(err);
}

void tally_clear(struct tally *t, int n_outputs)
{
    size_t n = (size_t)t->table->n_rows;
    memset(t->sum, 0, n * (size_t)n_outputs * sizeof *t->sum);
    if (t->n)
        memset(t->n, 0, n * sizeof *t->n);
}

void tally_release(struct tally *t)
{
    mem_free(t->sum);
    mem_free(t->n);
    mem_free(t->weight);
    mem_free(t->linked);
    mem_free(t->label);
    *t = (struct tally){.table = NULL};
}

struct add {
    struct tally *tally;
    const struct forest *forest;
    int first, last;
    uint16_t *const *draws;
    const struct bytetree *bytes;
    const struct bins *bins;
    int64_t block_rows; /* many, so that a tree stays in the cache while they go down */
};

static void add_leaf(const struct add *a, const struct tree *tree, int64_t row, uint32_t leaf)
{
    struct tally *t = a->tally;
    int k = a->forest->n_outputs;
    const double *value = tree->values + (size_t)leaf * (size_t)k;

    for (int j = 0; j < k; j++)
        t->sum[row * k + j] += value[j];
    if (t->n)
        t->n[row]++;
}

/* Rows [begin, end) that were not drawn, several at a time down a tree of bytes. */
static void add_by_bytes(
    const struct add *a, const struct tree *tree, int i, int64_t begin, int64_t end)
{
    const uint16_t *draws = a->draws ? a->draws[i - a->first] : NULL;
    const uint8_t *near[BYTETREE_ROWS];
    int64_t rows[BYTETREE_ROWS];
    uint32_t leaf[BYTETREE_ROWS];
    int n = 0;

    for (int64_t row = begin; row <= end; row++) {
        if (row < end && !(draws && draws[row])) {
            near[n] = a->bins->near + (size_t)row * a->bins->stride;
            rows[n++] = row;
        }
        if (n == BYTETREE_ROWS || (row == end && n)) {
            bytetree_leaves(&a->bytes[i - a->first], near, n, leaf);
            for (int j = 0; j < n; j++)
                add_leaf(a, tree, rows[j], leaf[j]);
            n = 0;
        }
    }
}

static void add_by_values(
    const struct add *a, const struct tree *tree, int i, int64_t begin, int64_t end)
{
    const uint16_t *draws = a->draws ? a->draws[i - a->first] : NULL;

    for (int64_t row = begin; row < end; row++)
        if (!(draws && draws[row]))
            add_leaf(a, tree, row, tree_leaf_in_table(tree, a->tally->table, row));
}

/* Rows of a block, tree after tree: each row's sum is added up in the order of the trees. */
static void add_block(void *ctx, int64_t block, int worker)
{
    const struct add *a = ctx;
    int64_t begin = block * a->block_rows, end = begin + a->block_rows;
    (void)worker;

    if (end > a->tally->table->n_rows)
        end = a->tally->table->n_rows;
    for (int i = a->first; i < a->last; i++) {
        struct tree tree = forest_tree(a->forest, i);
        if (a->bytes && a->bins->near)
            add_by_bytes(a, &tree, i, begin, end);
        else
            add_by_values(a, &tree, i, begin, end);
    }
}

void tally_add(struct tally *t, const struct forest *f, int first, int last, uint16_t *const *draws,
    const struct bytetree *bytes, const struct bins *bins)
{
    struct add a = {t, f, first, last, draws, bytes, bins, BLOCK_ROWS_MAX};
    int64_t n = t->table->n_rows, share = n / (4 * pool_size());

    if (share < a.block_rows)
        a.block_rows = share < BLOCK_ROWS_MIN ? BLOCK_ROWS_MIN : share;
    pool_run((n + a.block_rows - 1) / a.block_rows, add_block, &a);
}

/* Turns the sums into predictions; rows that no tree voted on get weight 0. */
static void tally_link(struct tally *t, const struct forest *f, int n_trees)
{
    const struct target *target = &t->table->target;
    int k = f->n_outputs, width = prediction_width(target);
    double raw[LEARNER_MAX_OUTPUTS];

    for (int64_t row = 0; row < t->table->n_rows; row++) {
        uint32_t votes = t->n ? t->n[row] : (uint32_t)n_trees;
        for (int j = 0; j < k; j++)
            raw[j] = f->base[j] +
                     (f->average && votes ? t->sum[row * k + j] / votes : t->sum[row * k + j]);
        prediction_link(target, k, raw, t->linked + row * width);
        if (target->task == TASK_CLASSIFICATION)
            t->label[row] = prediction_label(target, t->linked + row * width);
        if (t->weight)
            t->weight[row] = !votes ? 0 : t->table->weight ? t->table->weight[row] : 1;
    }
}

int tally_measure(struct tally *t, const struct forest *f, int n_trees,
    const struct metric *metrics, int n_metrics, double *values, struct err *err)
{
    bool classes = t->table->target.task == TASK_CLASSIFICATION;

    tally_link(t, f, n_trees);
    struct scored scored = {
        .n = t->table->n_rows,
        .y = t->table->y,
        .weight = t->weight ? t->weight : t->table->weight,
        .n_classes = classes ? prediction_width(&t->table->target) : 0,
        .label = classes ? t->label : NULL,
        .prob = classes ? t->linked : NULL,
        .value = classes ? NULL : t->linked,
        .group = t->table->group,
    };
    for (int i = 0; i < n_metrics; i++)
        if (metric_compute(&metrics[i], &scored, &values[i], err) < 0)
            return -1;
    return 0;
}
