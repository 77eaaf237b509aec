/* forest.c -- see forest.h. */
#include "common/tree/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/levelset.h"
#include "common/tree/linear.h"

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

const char *const forest_kind_names[FOREST_KINDS] = {"sum", "mean", "median"};
const char *const link_names[LINKS] = {"identity", "logistic", "softmax", "exp"};

int forest_init(
    struct forest *f, enum forest_kind kind, int n_outputs, int leaf_width, struct err *err)
{
    *f = (struct forest){.n_outputs = n_outputs,
        .parallel = 1,
        .leaf_width = leaf_width,
        .kind = kind,
        .link_scale = 1};
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
    mem_free(f->quantile);
    mem_free(f->tree_weight);
    mem_free(f->linear);
    mem_free(f->place);
    mem_free(f->nodes);
    mem_free(f->values);
    mem_free(f->unscaled);
    mem_free(f->words);
    mem_free(f->stats);
    cuts_release(&f->cuts);
    *f = (struct forest)FOREST_INIT;
}

int quantiles_central(const double *q, int n)
{
    int central = 0;

    for (int i = 1; i < n; i++)
        if (fabs(q[i] - 0.5) < fabs(q[central] - 0.5) - 1e-9) /* 0.45 is as near as 0.55 */
            central = i;
    return central;
}

int forest_quantiles(struct forest *f, const double *q)
{
    f->quantile = mem_copy(q, (size_t)f->n_outputs, sizeof *q);
    if (!f->quantile)
        return -1;
    f->central = quantiles_central(q, f->n_outputs);
    return 0;
}

struct tree forest_tree(const struct forest *f, int i)
{
    const struct tree_place *from = &f->place[i], *to = from + 1;
    return (struct tree){
        .n_nodes = (uint32_t)(to->node - from->node),
        .n_leaves = (uint32_t)(to->leaf - from->leaf),
        .n_words = (uint32_t)(to->word - from->word),
        .nodes = f->nodes ? f->nodes + from->node : NULL, /* spent */
        .values = f->values + from->leaf * (size_t)f->leaf_width,
        .words = f->words ? f->words + from->word : NULL,
        .stats = f->stats ? f->stats + from->node : NULL,
        .cuts = (struct cuts *)&f->cuts,
    };
}

static int forest_reserve(struct forest *f, const struct tree_place *end)
{
    size_t n_values;
    if (!size_mul(end->leaf, (size_t)f->leaf_width, &n_values) ||
        (f->kind == FOREST_MEDIAN && mem_grow(&f->tree_weight, &f->weight_room,
                                         (size_t)f->n_trees + 1, sizeof *f->tree_weight) < 0) ||
        mem_grow(&f->place, &f->place_room, (size_t)f->n_trees + 2, sizeof *f->place) < 0 ||
        mem_grow(&f->nodes, &f->node_room, end->node, sizeof *f->nodes) < 0 ||
        mem_grow(&f->stats, &f->stat_room, end->node, sizeof *f->stats) < 0 ||
        mem_grow(&f->values, &f->value_room, n_values, sizeof *f->values) < 0 ||
        (f->unscaled &&
            mem_grow(&f->unscaled, &f->unscaled_room, n_values, sizeof *f->unscaled) < 0) ||
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
    size_t k = (size_t)f->leaf_width;

    if (forest_reserve(f, &end) < 0)
        return -1;
    at = &f->place[f->n_trees];
    memcpy(f->nodes + at->node, t->nodes, t->n_nodes * sizeof *t->nodes);
    memcpy(f->stats + at->node, t->stats, t->n_nodes * sizeof *t->stats);
    memcpy(f->values + at->leaf * k, t->values, t->n_leaves * k * sizeof *t->values);
    if (f->unscaled)
        memcpy(f->unscaled + at->leaf * k, t->values, t->n_leaves * k * sizeof *t->values);
    if (t->n_words)
        memcpy(f->words + at->word, t->words, t->n_words * sizeof *t->words);
    if (forest_intern(f, t) < 0)
        return -1;
    if (f->tree_weight)
        f->tree_weight[f->n_trees] = 1;
    f->place[++f->n_trees] = end;
    tree_free(t);
    return 0;
}

void forest_weigh(struct forest *f, int tree, double weight)
{
    f->tree_weight[tree] = weight;
}

int forest_keep_unscaled(struct forest *f)
{
    size_t n = f->place[f->n_trees].leaf * (size_t)f->leaf_width;

    if (f->unscaled)
        return 0;
    if (mem_grow(&f->unscaled, &f->unscaled_room, n ? n : 1, sizeof *f->unscaled) < 0)
        return -1;
    if (n)
        memcpy(f->unscaled, f->values, n * sizeof *f->values);
    return 0;
}

void forest_forget_unscaled(struct forest *f)
{
    mem_free(f->unscaled);
    f->unscaled = NULL;
    f->unscaled_room = 0;
}

void forest_scale(struct forest *f, int tree, double weight)
{
    size_t k = (size_t)f->leaf_width, end = f->place[tree + 1].leaf * k;
    for (size_t i = f->place[tree].leaf * k; i < end; i++)
        f->values[i] = f->unscaled[i] * weight;
}

void forest_truncate(struct forest *f, int n_trees)
{
    if (f->n_trees > n_trees)
        f->n_trees = n_trees;
}

void forest_behead(struct forest *f, int n_trees)
{
    const struct tree_place from = f->place[n_trees], end = f->place[f->n_trees];
    size_t k = (size_t)f->leaf_width, nodes = end.node - from.node;

    memmove(f->nodes, f->nodes + from.node, nodes * sizeof *f->nodes);
    memmove(f->values, f->values + from.leaf * k, (end.leaf - from.leaf) * k * sizeof *f->values);
    if (f->words)
        memmove(f->words, f->words + from.word, (end.word - from.word) * sizeof *f->words);
    if (f->stats)
        memmove(f->stats, f->stats + from.node, nodes * sizeof *f->stats);
    f->n_trees -= n_trees;
    if (f->tree_weight)
        memmove(
            f->tree_weight, f->tree_weight + n_trees, (size_t)f->n_trees * sizeof *f->tree_weight);
    for (int i = 0; i <= f->n_trees; i++) {
        const struct tree_place *p = &f->place[i + n_trees];
        f->place[i] =
            (struct tree_place){p->node - from.node, p->leaf - from.leaf, p->word - from.word};
    }
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

/* ---- raw outputs ---- */

static int compare_votes(const void *a, const void *b)
{
    const struct tree_vote *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->tree > y->tree) - (x->tree < y->tree);
}

double forest_median(const struct forest *f, struct tree_vote *votes, int n)
{
    double total = 0, upto = 0;

    if (n == 0)
        return f->base[0];
    qsort(votes, (size_t)n, sizeof *votes, compare_votes);
    for (int i = 0; i < n; i++)
        total += f->tree_weight[votes[i].tree];
    for (int i = 0; i < n; i++) {
        upto += f->tree_weight[votes[i].tree];
        if (upto >= total / 2)
            return f->base[0] + votes[i].value;
    }
    return f->base[0] + votes[n - 1].value;
}

/* The least vote of a row above one, or the least of all; false: there is none. */
static bool vote_next(const struct forest *f, columns_t cols, int64_t row, struct tree_vote *vote)
{
    struct tree_vote next = {0, -1};

    for (int i = 0; i < f->n_trees; i++) {
        struct tree t = forest_tree(f, i);
        struct tree_vote v = {t.values[tree_leaf(&t, cols, row)], i};
        if ((vote->tree < 0 || compare_votes(&v, vote) > 0) &&
            (next.tree < 0 || compare_votes(&v, &next) < 0))
            next = v;
    }
    *vote = next;
    return next.tree >= 0;
}

/* forest_median() without memory: slow, for forest_predict(). */
static double row_median(const struct forest *f, columns_t cols, int64_t row)
{
    struct tree_vote vote = {0, -1};
    double total = 0, upto = 0;

    while (vote_next(f, cols, row, &vote))
        total += f->tree_weight[vote.tree];
    while (upto < total / 2 && vote_next(f, cols, row, &vote))
        upto += f->tree_weight[vote.tree];
    return f->base[0] + vote.value;
}

static void tree_add(
    const struct forest *f, int i, columns_t cols, int64_t first_row, int64_t n_rows, double *out)
{
    struct tree t = forest_tree(f, i);
    int k = f->n_outputs, width = f->leaf_width, output = forest_tree_output(f, i);

    for (int64_t row = 0; row < n_rows; row++) {
        const double *value = t.values + (size_t)width * tree_leaf(&t, cols, first_row + row);
        for (int j = 0; j < width; j++)
            out[row * k + output + j] += value[j];
    }
}

void forest_predict(
    const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows, double *out)
{
    int k = f->n_outputs;

    for (int64_t i = 0; i < n_rows && f->kind == FOREST_MEDIAN; i++)
        out[i] = row_median(f, cols, first_row + i);
    if (f->kind == FOREST_MEDIAN)
        return;
    memset(out, 0, (size_t)n_rows * (size_t)k * sizeof *out);
    for (int i = 0; i < f->n_trees; i++)
        tree_add(f, i, cols, first_row, n_rows, out);
    linear_add(f, cols, first_row, n_rows, out);
    for (int64_t i = 0; i < n_rows; i++)
        for (int j = 0; j < k; j++)
            out[i * k + j] = forest_raw(f, j, out[i * k + j], f->n_trees);
}
