/* builder.c -- see builder.h. */
#include "common/tree/builder.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/levelset.h"

int builder_start(struct tree_builder *b)
{
    b->node_room = b->stat_room = b->leaf_room = b->word_room = b->code_room = 0;
    b->tree = mem_zalloc(1, sizeof *b->tree);
    if (b->tree)
        b->tree->cuts = mem_zalloc(1, sizeof *b->tree->cuts);
    return b->tree && b->tree->cuts ? 0 : -1;
}

int builder_reserve(struct tree_builder *b, uint32_t more)
{
    struct tree *t = b->tree;
    size_t n = t->n_nodes + (size_t)more;
    if (n > UINT32_MAX || mem_grow(&t->nodes, &b->node_room, n, sizeof *t->nodes) < 0)
        return -1;
    return mem_grow(&t->stats, &b->stat_room, n, sizeof *t->stats);
}

uint32_t builder_add(struct tree_builder *b)
{
    b->tree->nodes[b->tree->n_nodes] = (struct node){0, NODE_LEAF};
    return b->tree->n_nodes++;
}

int builder_leaf(struct tree_builder *b, uint32_t node, double cover, double **values)
{
    struct tree *t = b->tree;
    size_t k = (size_t)b->n_outputs;

    if (mem_grow(&t->values, &b->leaf_room, t->n_leaves + (size_t)1, k * sizeof *t->values) < 0)
        return -1;
    *values = t->values + t->n_leaves * k;
    t->nodes[node] = (struct node){t->n_leaves++, NODE_LEAF};
    t->stats[node] = (float)fmin(cover, FLT_MAX);
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
    size_t words = 1 + levelset_size(b->level, n);
    if (t->n_words + words > NODE_INDEX ||
        mem_grow(&t->words, &b->word_room, t->n_words + words, sizeof *t->words) < 0)
        return -1;
    node->test |= NODE_CATEGORY | t->n_words;
    t->words[t->n_words] = (uint64_t)split->col;
    levelset_write(t->words + t->n_words + 1, b->level, n);
    t->n_words += (uint32_t)words;
    return 0;
}

static int add_cut(struct tree_builder *b, struct node *node, const struct split *split)
{
    struct cuts *cuts = b->tree->cuts;

    if (mem_grow(&b->tree->codes, &b->code_room, cuts->n + (size_t)1, sizeof *b->tree->codes) < 0)
        return -1;
    b->tree->codes[cuts->n] = (uint16_t)split->code; /* of bytes: nobody asks for others */
    node->test |= cuts->n;
    return cuts_push(cuts, split->col, split->threshold);
}

int builder_split(
    struct tree_builder *b, uint32_t number, const struct split *split, const struct bin_column *c)
{
    struct node *node = &b->tree->nodes[number];

    node->child = b->tree->n_nodes;
    node->test = split->missing_left ? NODE_MISSING_LEFT : 0;
    b->tree->stats[number] = (float)fmin(split->gain, FLT_MAX);
    return c->category ? add_set(b, node, split, c) : add_cut(b, node, split);
}

struct tree *builder_finish(struct tree_builder *b)
{
    struct tree *t = b->tree;
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
