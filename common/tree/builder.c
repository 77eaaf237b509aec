/* builder.c -- see builder.h. */
#include "common/tree/builder.h"

#include <string.h>

#include "common/base/mem.h"

int builder_start(struct tree_builder *b)
{
    b->node_room = b->leaf_room = b->word_room = 0;
    b->tree = mem_zalloc(1, sizeof *b->tree);
    return b->tree ? 0 : -1;
}

int builder_reserve(struct tree_builder *b, uint32_t more)
{
    struct tree *t = b->tree;
    if ((uint64_t)t->n_nodes + more > UINT32_MAX)
        return -1;
    return mem_grow(&t->nodes, &b->node_room, t->n_nodes + (size_t)more, sizeof *t->nodes);
}

uint32_t builder_add(struct tree_builder *b, float cover)
{
    b->tree->nodes[b->tree->n_nodes] = (struct node){.column = -1, .cover = cover};
    return b->tree->n_nodes++;
}

int builder_leaf(struct tree_builder *b, uint32_t node, double **values)
{
    struct tree *t = b->tree;
    size_t k = (size_t)b->n_outputs;

    if (mem_grow(&t->values, &b->leaf_room, t->n_leaves + (size_t)1, k * sizeof *t->values) < 0)
        return -1;
    *values = t->values + t->n_leaves * k;
    t->nodes[node].column = -1;
    t->nodes[node].child = t->n_leaves++;
    return 0;
}

/* The levels that go left, from the bins that do. */
static int add_set(struct tree_builder *b, struct node *node, const struct split *split,
    const struct bin_column *c)
{
    struct tree *t = b->tree;
    size_t words = ((size_t)c->n_levels + 63) / 64;

    if (t->n_words + words > UINT32_MAX ||
        mem_grow(&t->words, &b->word_room, t->n_words + words, sizeof *t->words) < 0)
        return -1;
    node->set = t->n_words;
    memset(t->words + t->n_words, 0, words * sizeof *t->words);
    for (int32_t level = 0; level < c->n_levels; level++) {
        uint16_t bin = c->level_bin[level];
        if (split->set[bin / 64] >> (bin % 64) & 1)
            t->words[t->n_words + (size_t)level / 64] |= (uint64_t)1 << (level % 64);
    }
    t->n_words += (uint32_t)words;
    return 0;
}

int builder_split(
    struct tree_builder *b, uint32_t number, const struct split *split, const struct bin_column *c)
{
    struct node *node = &b->tree->nodes[number];

    node->column = split->col;
    node->child = b->tree->n_nodes;
    node->gain = (float)split->gain;
    node->flags = split->missing_left ? NODE_MISSING_LEFT : 0;
    if (!c->category) {
        node->threshold = split->threshold;
        return 0;
    }
    node->flags |= NODE_CATEGORY;
    return add_set(b, node, split, c);
}

static int fit_array(void *array, size_t n, size_t size)
{
    void *old, *fit;
    memcpy(&old, array, sizeof old);
    if (!(fit = mem_resize(old, n, size)))
        return -1;
    memcpy(array, &fit, sizeof fit);
    return 0;
}

struct tree *builder_finish(struct tree_builder *b)
{
    struct tree *t = b->tree;

    if (fit_array(&t->nodes, t->n_nodes, sizeof *t->nodes) < 0 ||
        fit_array(&t->values, t->n_leaves, (size_t)b->n_outputs * sizeof *t->values) < 0 ||
        (t->words && fit_array(&t->words, t->n_words, sizeof *t->words) < 0))
        return NULL;
    b->tree = NULL;
    return t;
}

void builder_abandon(struct tree_builder *b)
{
    tree_free(b->tree);
    b->tree = NULL;
}
