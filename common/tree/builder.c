/* builder.c -- see builder.h. */
#include "common/tree/builder.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/levelset.h"

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
    b->tree->nodes[b->tree->n_nodes] = (struct node){.column = -1, .cover = fminf(cover, FLT_MAX)};
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

/* The levels that go the other way than missing values, rising: bins without rows go as those do.
 */
static uint32_t set_levels(
    struct tree_builder *b, const struct split *split, const struct bin_column *c)
{
    uint64_t fill = split->missing_left ? UINT64_MAX : 0;
    uint32_t n = 0;

    for (size_t word = 0; word < ((size_t)c->n_bins + 63) / 64; word++)
        for (uint64_t bits = split->set[word] ^ fill; bits; bits &= bits - 1) {
            uint32_t bin = (uint32_t)(64 * word) + (uint32_t)__builtin_ctzll(bits);
            b->level[n++] = c->bin_level ? c->bin_level[bin] : bin;
        }
    return n;
}

static int add_set(struct tree_builder *b, struct node *node, const struct split *split,
    const struct bin_column *c)
{
    struct tree *t = b->tree;

    if (mem_grow(&b->level, &b->level_room, (size_t)c->n_bins, sizeof *b->level) < 0)
        return -1;
    uint32_t n = set_levels(b, split, c);
    size_t words = levelset_size(b->level, n);
    if (t->n_words + words > UINT32_MAX ||
        mem_grow(&t->words, &b->word_room, t->n_words + words, sizeof *t->words) < 0)
        return -1;
    node->set = t->n_words;
    levelset_write(t->words + t->n_words, b->level, n);
    t->n_words += (uint32_t)words;
    return 0;
}

int builder_split(
    struct tree_builder *b, uint32_t number, const struct split *split, const struct bin_column *c)
{
    struct node *node = &b->tree->nodes[number];

    node->column = split->col;
    node->child = b->tree->n_nodes;
    node->gain = (float)fmin(split->gain, FLT_MAX);
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

void builder_release(struct tree_builder *b)
{
    builder_abandon(b);
    mem_free(b->level);
    b->level = NULL;
}
