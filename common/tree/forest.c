/* forest.c -- see forest.h. */
#include "common/tree/forest.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/levelset.h"

void tree_free(struct tree *t)
{
    if (!t)
        return;
    mem_free(t->nodes);
    mem_free(t->values);
    mem_free(t->words);
    mem_free(t);
}

int forest_init(struct forest *f, int n_outputs, bool average, struct err *err)
{
    *f = (struct forest){.n_outputs = n_outputs, .average = average};
    f->base = mem_zalloc((size_t)n_outputs, sizeof *f->base);
    return f->base ? 0 : err_memory(err);
}

void forest_release(struct forest *f)
{
    forest_truncate(f, 0);
    mem_free(f->trees);
    mem_free(f->base);
    *f = (struct forest)FOREST_INIT;
}

int forest_add(struct forest *f, struct tree *t)
{
    if (mem_grow(&f->trees, &f->room, (size_t)f->n_trees + 1, sizeof(struct tree *)) < 0)
        return -1;
    f->trees[f->n_trees++] = t;
    return 0;
}

void forest_truncate(struct forest *f, int n_trees)
{
    while (f->n_trees > n_trees)
        tree_free(f->trees[--f->n_trees]);
}

bool node_goes_left(const struct tree *t, const struct node *node, double value)
{
    bool missing_left = node->flags & NODE_MISSING_LEFT;
    if (isnan(value))
        return missing_left;
    if (node->flags & NODE_CATEGORY)
        return missing_left != levelset_has(t->words + node->set, (uint32_t)value);
    return value <= node->threshold;
}

static const struct node *node_next(const struct tree *t, const struct node *node, double value)
{
    return t->nodes + node->child + !node_goes_left(t, node, value);
}

uint32_t tree_leaf(const struct tree *t, columns_t cols, int64_t row)
{
    const struct node *node = t->nodes;
    while (node->column >= 0)
        node = node_next(t, node, cols[node->column][row]);
    return node->child;
}

uint32_t tree_leaf_in_table(const struct tree *t, const struct table *table, int64_t row)
{
    if (!table->sparse)
        return tree_leaf(t, (columns_t)table->values, row);
    const struct node *node = t->nodes;
    while (node->column >= 0)
        node = node_next(t, node, table_sparse_value(table, row, node->column));
    return node->child;
}

void forest_add_trees(const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows,
    int first, int last, double *out)
{
    int k = f->n_outputs;
    for (int i = first; i < last; i++) {
        const struct tree *t = f->trees[i];
        for (int64_t row = 0; row < n_rows; row++) {
            const double *value = t->values + (size_t)k * tree_leaf(t, cols, first_row + row);
            for (int j = 0; j < k; j++)
                out[row * k + j] += value[j];
        }
    }
}

void forest_predict(
    const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows, double *out)
{
    int k = f->n_outputs;
    memset(out, 0, (size_t)n_rows * (size_t)k * sizeof *out);
    forest_add_trees(f, cols, first_row, n_rows, 0, f->n_trees, out);
    for (int64_t i = 0; i < n_rows; i++)
        for (int j = 0; j < k; j++) {
            double sum = out[i * k + j];
            out[i * k + j] = f->base[j] + (f->average && f->n_trees ? sum / f->n_trees : sum);
        }
}
