/* forest.c -- see forest.h. */
#include "common/tree/forest.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/levelset.h"

/* ---- trees ---- */

void tree_free(struct tree *t)
{
    if (!t)
        return;
    mem_free(t->nodes);
    mem_free(t->values);
    mem_free(t->words);
    mem_free(t->stats);
    mem_free(t->codes);
    mem_free(t->known);
    if (t->cuts)
        cuts_release(t->cuts);
    mem_free(t->cuts);
    mem_free(t);
}

bool node_goes_left(const struct tree *t, const struct node *node, double value)
{
    bool missing_left = node_missing_left(node);
    if (isnan(value))
        return missing_left;
    if (node_is_category(node))
        return missing_left != levelset_has(node_set(t, node), (uint32_t)value);
    return value <= node_threshold(t, node);
}

static const struct node *node_next(const struct tree *t, const struct node *node, double value)
{
    return t->nodes + node->child + !node_goes_left(t, node, value);
}

uint32_t tree_leaf(const struct tree *t, columns_t cols, int64_t row)
{
    const struct node *node = t->nodes;
    while (!node_is_leaf(node))
        node = node_next(t, node, cols[node_column(t, node)][row]);
    return node->child;
}

uint32_t tree_leaf_in_table(const struct tree *t, const struct table *table, int64_t row)
{
    if (!table->sparse)
        return tree_leaf(t, (columns_t)table->values, row);
    const struct node *node = t->nodes;
    while (!node_is_leaf(node))
        node = node_next(t, node, table_sparse_value(table, row, node_column(t, node)));
    return node->child;
}

uint32_t tree_count_sets(const struct tree *t)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_nodes && t->n_words; i++)
        n += !node_is_leaf(&t->nodes[i]) && node_is_category(&t->nodes[i]);
    return n;
}

uint32_t find_number(const uint32_t *number, uint32_t n, uint32_t value)
{
    uint32_t low = 0;
    while (low + 1 < n) {
        uint32_t middle = low + (n - low) / 2;
        bool after = number[middle] > value;
        n = after ? middle : n;
        low = after ? low : middle;
    }
    return low;
}

void tree_cover(const struct tree *t, double *cover)
{
    for (uint32_t i = t->n_nodes; i-- > 0;) {
        const struct node *node = &t->nodes[i];
        cover[i] =
            node_is_leaf(node) ? (double)t->stats[i] : cover[node->child] + cover[node->child + 1];
    }
}

/* ---- a forest ---- */

int forest_init(struct forest *f, int n_outputs, bool average, struct err *err)
{
    *f = (struct forest){.n_outputs = n_outputs, .average = average};
    f->base = mem_zalloc((size_t)n_outputs, sizeof *f->base);
    f->place = mem_zalloc(1, sizeof *f->place);
    f->place_room = 1;
    if (f->base && f->place)
        return 0;
    forest_release(f);
    return err_memory(err);
}

void forest_release(struct forest *f)
{
    mem_free(f->base);
    mem_free(f->place);
    mem_free(f->nodes);
    mem_free(f->values);
    mem_free(f->words);
    mem_free(f->stats);
    cuts_release(&f->cuts);
    *f = (struct forest)FOREST_INIT;
}

struct tree forest_tree(const struct forest *f, int i)
{
    const struct tree_place *from = &f->place[i], *to = from + 1;
    return (struct tree){
        .n_nodes = (uint32_t)(to->node - from->node),
        .n_leaves = (uint32_t)(to->leaf - from->leaf),
        .n_words = (uint32_t)(to->word - from->word),
        .nodes = f->nodes ? f->nodes + from->node : NULL, /* spent */
        .values = f->values + from->leaf * (size_t)f->n_outputs,
        .words = f->words ? f->words + from->word : NULL,
        .stats = f->stats ? f->stats + from->node : NULL,
        .cuts = (struct cuts *)&f->cuts,
    };
}

static int forest_reserve(struct forest *f, const struct tree_place *end)
{
    size_t n_values;
    if (!size_mul(end->leaf, (size_t)f->n_outputs, &n_values) ||
        mem_grow(&f->place, &f->place_room, (size_t)f->n_trees + 2, sizeof *f->place) < 0 ||
        mem_grow(&f->nodes, &f->node_room, end->node, sizeof *f->nodes) < 0 ||
        mem_grow(&f->stats, &f->stat_room, end->node, sizeof *f->stats) < 0 ||
        mem_grow(&f->values, &f->value_room, n_values, sizeof *f->values) < 0 ||
        mem_grow(&f->words, &f->word_room, end->word, sizeof *f->words) < 0)
        return -1;
    return 0;
}

int forest_know(const struct forest *f, struct tree *t)
{
    t->known = mem_alloc(t->cuts->n, sizeof *t->known);
    if (!t->known)
        return -1;
    for (uint32_t i = 0; i < t->cuts->n; i++)
        t->known[i] = cuts_find(&f->cuts, t->cuts->column[i], t->cuts->threshold[i]);
    return 0;
}

/* Makes the tree's numbers of cuts the forest's. */
static int forest_intern(struct forest *f, const struct tree *t)
{
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        struct node *node = &t->nodes[i];
        if (node_is_leaf(node) || node_is_category(node))
            continue;
        uint32_t cut = node->test & NODE_INDEX, number = t->known ? t->known[cut] : UINT32_MAX;
        if (number == UINT32_MAX)
            number = cuts_intern(&f->cuts, t->cuts->column[cut], t->cuts->threshold[cut]);
        if (number == UINT32_MAX)
            return -1;
        f->nodes[f->place[f->n_trees].node + i].test = number | (node->test & ~NODE_INDEX);
    }
    return 0;
}

int forest_add(struct forest *f, struct tree *t)
{
    const struct tree_place *at = &f->place[f->n_trees];
    struct tree_place end = {at->node + t->n_nodes, at->leaf + t->n_leaves, at->word + t->n_words};
    size_t k = (size_t)f->n_outputs;

    if (forest_reserve(f, &end) < 0)
        return -1;
    at = &f->place[f->n_trees];
    memcpy(f->nodes + at->node, t->nodes, t->n_nodes * sizeof *t->nodes);
    memcpy(f->stats + at->node, t->stats, t->n_nodes * sizeof *t->stats);
    memcpy(f->values + at->leaf * k, t->values, t->n_leaves * k * sizeof *t->values);
    if (t->n_words)
        memcpy(f->words + at->word, t->words, t->n_words * sizeof *t->words);
    if (forest_intern(f, t) < 0)
        return -1;
    f->place[++f->n_trees] = end;
    tree_free(t);
    return 0;
}

void forest_truncate(struct forest *f, int n_trees)
{
    if (f->n_trees > n_trees)
        f->n_trees = n_trees;
}

int forest_settle(struct forest *f)
{
    size_t n_nodes = f->place ? f->place[f->n_trees].node : 0;
    unsigned char *used = mem_zalloc(f->cuts.n, 1);
    uint32_t *rank = mem_alloc(f->cuts.n, sizeof *rank);
    int ret = -1;

    if (!used || !rank)
        goto out;
    for (size_t i = 0; i < n_nodes; i++)
        if (!node_is_leaf(&f->nodes[i]) && !node_is_category(&f->nodes[i]))
            used[f->nodes[i].test & NODE_INDEX] = 1;
    ret = cuts_sort(&f->cuts, used, rank);
    for (size_t i = 0; i < n_nodes && ret == 0; i++) {
        struct node *node = &f->nodes[i];
        if (!node_is_leaf(node) && !node_is_category(node))
            node->test = rank[node->test & NODE_INDEX] | (node->test & ~NODE_INDEX);
    }
out:
    mem_free(used);
    mem_free(rank);
    return ret;
}

void forest_predict(
    const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows, double *out)
{
    int k = f->n_outputs;
    memset(out, 0, (size_t)n_rows * (size_t)k * sizeof *out);
    for (int i = 0; i < f->n_trees; i++) {
        struct tree t = forest_tree(f, i);
        for (int64_t row = 0; row < n_rows; row++) {
            const double *value = t.values + (size_t)k * tree_leaf(&t, cols, first_row + row);
            for (int j = 0; j < k; j++)
                out[row * k + j] += value[j];
        }
    }
    for (int64_t i = 0; i < n_rows; i++)
        for (int j = 0; j < k; j++) {
            double sum = out[i * k + j];
            out[i * k + j] = f->base[j] + (f->average && f->n_trees ? sum / f->n_trees : sum);
        }
}
