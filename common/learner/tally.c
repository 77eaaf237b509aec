/* tally.c -- see tally.h. */
#include "common/learner/tally.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/sum.h"
#include "common/tree/linear.h"

enum { BLOCK_ROWS_MIN = 256, BLOCK_ROWS_MAX = 16384 };

int tally_init(struct tally *t, const struct table *table, const struct forest *f, bool some_rows,
    struct err *err)
{
    size_t n = (size_t)table->n_rows, width = (size_t)prediction_width(&table->target);

    *t = (struct tally){.table = table};
    t->sum = mem_zalloc(n, (size_t)f->n_outputs * sizeof *t->sum);
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

void tally_clear(struct tally *t, const struct forest *f)
{
    size_t n = (size_t)t->table->n_rows;
    memset(t->sum, 0, n * (size_t)f->n_outputs * sizeof *t->sum);
    if (t->n)
        memset(t->n, 0, n * sizeof *t->n);
    mem_free(t->rest);
    t->rest = NULL;
    t->n_trees = 0;
}

void tally_release(struct tally *t)
{
    mem_free(t->sum);
    mem_free(t->rest);
    mem_free(t->value);
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

/* Where tree i adds to row 0. */
static double *add_place(const struct add *a, int i)
{
    return a->forest->kind == FOREST_MEDIAN
               ? a->tally->value + (size_t)i * (size_t)a->tally->table->n_rows
               : a->tally->sum + forest_tree_output(a->forest, i);
}

static void add_leaf(
    const struct add *a, const struct tree *tree, double *place, int64_t row, uint32_t leaf)
{
    struct tally *t = a->tally;
    int k = a->forest->n_outputs, width = a->forest->leaf_width;
    const double *value = tree->values + (size_t)leaf * (size_t)width;

    for (int j = 0; j < width; j++) {
        double *sum = &place[row * k + j];
        if (t->rest)
            sum_add(sum, &t->rest[sum - t->sum], value[j]);
        else
            *sum += value[j];
    }
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
    double *place = add_place(a, i);
    int n = 0;

    for (int64_t row = begin; row <= end; row++) {
        if (row < end && !(draws && draws[row])) {
            near[n] = a->bins->near + (size_t)row * a->bins->stride;
            rows[n++] = row;
        }
        if (n == BYTETREE_ROWS || (row == end && n)) {
            bytetree_leaves(&a->bytes[i - a->first], near, n, leaf);
            for (int j = 0; j < n; j++)
                add_leaf(a, tree, place, rows[j], leaf[j]);
            n = 0;
        }
    }
}

static void add_by_values(
    const struct add *a, const struct tree *tree, int i, int64_t begin, int64_t end)
{
    const uint16_t *draws = a->draws ? a->draws[i - a->first] : NULL;
    double *place = add_place(a, i);

    for (int64_t row = begin; row < end; row++)
        if (!(draws && draws[row]))
            add_leaf(a, tree, place, row, tree_leaf_in_table(tree, a->tally->table, row));
}

/* 0 for the rows that vote, and NAN. */
static void values_clear(const struct add *a, int i, int64_t begin, int64_t end)
{
    const uint16_t *draws = a->draws ? a->draws[i - a->first] : NULL;
    double *place = add_place(a, i);

    for (int64_t row = begin; row < end; row++)
        place[row] = draws && draws[row] ? NAN : 0;
}

static void weights_put(const struct add *a, int64_t begin, int64_t end)
{
    size_t k = (size_t)a->forest->n_outputs;
    double *sum = a->tally->sum + (size_t)begin * k;

    memset(sum, 0, (size_t)(end - begin) * k * sizeof *sum);
    linear_add_table(a->forest, a->tally->table, begin, end - begin, sum);
}

/* Rows of a block, tree after tree: each row's sum is added up in the order of the trees. */
static void add_block(void *ctx, int64_t block, int worker)
{
    const struct add *a = ctx;
    int64_t begin = block * a->block_rows, end = begin + a->block_rows;
    (void)worker;

    if (end > a->tally->table->n_rows)
        end = a->tally->table->n_rows;
    if (a->forest->linear)
        weights_put(a, begin, end);
    for (int i = a->first; i < a->last; i++) {
        struct tree tree = forest_tree(a->forest, i);
        if (a->forest->kind == FOREST_MEDIAN)
            values_clear(a, i, begin, end);
        if (a->bytes && a->bins->near)
            add_by_bytes(a, &tree, i, begin, end);
        else
            add_by_values(a, &tree, i, begin, end);
    }
}

int tally_add(struct tally *t, const struct forest *f, int first, int last, uint16_t *const *draws,
    const struct bytetree *bytes, const struct bins *bins, struct err *err)
{
    struct add a = {t, f, first, last, draws, bytes, bins, BLOCK_ROWS_MAX};
    int64_t n = t->table->n_rows, share = n / (4 * pool_size());

    if (f->kind == FOREST_MEDIAN &&
        mem_grow(&t->value, &t->value_room, (size_t)last, (size_t)n * sizeof *t->value) < 0)
        return err_memory(err);
    if (share < a.block_rows)
        a.block_rows = share < BLOCK_ROWS_MIN ? BLOCK_ROWS_MIN : share;
    pool_run((n + a.block_rows - 1) / a.block_rows, add_block, &a);
    t->n_trees = last;
    return 0;
}

/* ---- leaves that change ---- */

struct rescale {
    struct tally *tally;
    const struct forest *forest;
    int tree;
    const double *before;
};

static void rescale_block(void *ctx, int64_t block, int worker)
{
    const struct rescale *c = ctx;
    const struct tally *t = c->tally;
    const struct tree tree = forest_tree(c->forest, c->tree);
    int k = c->forest->n_outputs, width = c->forest->leaf_width;
    int output = forest_tree_output(c->forest, c->tree);
    int64_t begin = block * BLOCK_ROWS_MIN;
    (void)worker;

    for (int64_t row = begin; row < begin + BLOCK_ROWS_MIN && row < t->table->n_rows; row++) {
        size_t at = (size_t)tree_leaf_in_table(&tree, t->table, row) * (size_t)width;
        for (int j = 0; j < width; j++) {
            int64_t i = row * k + output + j;
            sum_add(&t->sum[i], &t->rest[i], -c->before[at + (size_t)j]);
            sum_add(&t->sum[i], &t->rest[i], tree.values[at + (size_t)j]);
        }
    }
}

int tally_rescale(
    struct tally *t, const struct forest *f, int tree, const double *before, struct err *err)
{
    struct rescale c = {t, f, tree, before};
    size_t n = (size_t)t->table->n_rows;

    if (!t->rest && !(t->rest = mem_zalloc(n, (size_t)f->n_outputs * sizeof *t->rest)))
        return err_memory(err);
    pool_run((t->table->n_rows + BLOCK_ROWS_MIN - 1) / BLOCK_ROWS_MIN, rescale_block, &c);
    return 0;
}

/* ---- measuring ---- */

struct medians {
    struct tally *tally;
    const struct forest *forest;
    struct tree_vote *votes; /* [workers][n_trees] */
};

static void median_block(void *ctx, int64_t block, int worker)
{
    const struct medians *m = ctx;
    struct tally *t = m->tally;
    struct tree_vote *votes = m->votes + (size_t)worker * (size_t)t->n_trees;
    int64_t n_rows = t->table->n_rows, begin = block * BLOCK_ROWS_MIN;

    for (int64_t row = begin; row < begin + BLOCK_ROWS_MIN && row < n_rows; row++) {
        int n = 0;
        for (int i = 0; i < t->n_trees; i++) {
            double value = t->value[i * n_rows + row];
            if (!isnan(value))
                votes[n++] = (struct tree_vote){value, i};
        }
        t->sum[row] = forest_median(m->forest, votes, n);
    }
}

/* Puts the medians in the place of the sums. */
static int tally_medians(struct tally *t, const struct forest *f, struct err *err)
{
    struct medians m = {t, f, NULL};

    m.votes = mem_alloc((size_t)pool_size(), (size_t)t->n_trees * sizeof *m.votes);
    if (!m.votes)
        return err_memory(err);
    pool_run((t->table->n_rows + BLOCK_ROWS_MIN - 1) / BLOCK_ROWS_MIN, median_block, &m);
    mem_free(m.votes);
    return 0;
}

/* Turns what was added into predictions; rows that no tree voted on get weight 0. */
static int tally_link(struct tally *t, const struct forest *f, struct err *err)
{
    const struct target *target = &t->table->target;
    bool median = f->kind == FOREST_MEDIAN;
    int k = f->n_outputs, width = prediction_width(target);
    double raw[LEARNER_MAX_OUTPUTS];

    if (median && tally_medians(t, f, err) < 0)
        return -1;
    for (int64_t row = 0; row < t->table->n_rows; row++) {
        uint32_t votes = t->n ? t->n[row] : (uint32_t)t->n_trees;
        for (int j = 0; j < k; j++) {
            double sum = t->sum[row * k + j];
            double base = t->table->margin ? t->table->margin[j][row] : f->base[j];
            raw[j] = median ? sum : base + forest_share(f, sum, votes);
        }
        prediction_link(target, f, raw, t->linked + row * width);
        if (target->task == TASK_CLASSIFICATION)
            t->label[row] = prediction_label(target, t->linked + row * width);
        if (t->weight)
            t->weight[row] = !votes ? 0 : t->table->weight ? t->table->weight[row] : 1;
    }
    return 0;
}

int tally_measure(struct tally *t, const struct forest *f, const struct metric *metrics,
    int n_metrics, double *values, struct err *err)
{
    bool classes = t->table->target.task == TASK_CLASSIFICATION;

    if (tally_link(t, f, err) < 0)
        return -1;
    struct scored scored = {
        .n = t->table->n_rows,
        .y = t->table->y,
        .weight = t->weight ? t->weight : t->table->weight,
        .n_classes = classes ? prediction_width(&t->table->target) : 0,
        .label = classes ? t->label : NULL,
        .prob = classes ? t->linked : NULL,
        .value = classes ? NULL : t->linked,
        .group = t->table->group,
        .upper = classes           ? NULL
                 : t->table->upper ? t->table->upper
                                   : t->table->y,
    };
    for (int i = 0; i < n_metrics; i++)
        if (metric_compute(&metrics[i], &scored, &values[i], err) < 0)
            return -1;
    return 0;
}
