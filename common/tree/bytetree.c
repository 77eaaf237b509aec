/* bytetree.c -- see bytetree.h. */
#include "common/tree/bytetree.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/tree/levelset.h"

enum { SETS_NUMBERED = 1 << 16, TOGETHER = 16, STEPS = 3 };

/* ---- codes ---- */

int byte_codes_init(struct byte_codes *c, int n_cols, struct err *err)
{
    size_t n = (size_t)n_cols;
    *c = (struct byte_codes){.n_cols = n_cols,
        .missing = mem_zalloc(n, sizeof *c->missing),
        .n_levels = mem_zalloc(n, sizeof *c->n_levels),
        .level = mem_zalloc(n, sizeof *c->level)};
    if (c->missing && c->n_levels && c->level)
        return 0;
    byte_codes_release(c);
    return err_memory(err);
}

int byte_codes_of_bins(struct byte_codes *c, const struct bins *b, struct err *err)
{
    if (byte_codes_init(c, b->n_cols, err) < 0)
        return -1;
    for (int col = 0; col < b->n_cols; col++) {
        c->missing[col] = (uint8_t)b->cols[col].n_bins;
        if (!b->cols[col].category)
            continue;
        c->n_levels[col] = (uint16_t)b->cols[col].n_bins;
        c->level[col] = b->cols[col].bin_level;
    }
    return 0;
}

void byte_codes_release(struct byte_codes *c)
{
    mem_free(c->missing);
    mem_free(c->n_levels);
    mem_free(c->level);
    *c = (struct byte_codes){.n_cols = 0};
}

/* ---- trees ---- */

static void set_fill(struct byte_set *set, const struct tree *tree, const struct node *node,
    int col, const struct byte_codes *codes)
{
    bool missing_left = node_missing_left(node);
    const uint32_t *level = codes->level[col];

    *set = (struct byte_set){{0}};
    for (unsigned byte = 0; byte < 256; byte++) {
        bool left = missing_left;
        if (byte < codes->n_levels[col])
            left ^= levelset_has(node_set(tree, node), level ? level[byte] : byte);
        set->word[byte / 64] |= (uint64_t)left << (byte % 64);
    }
}

static struct byte_node number_node(
    const struct node *node, int col, const struct byte_codes *codes)
{
    uint8_t cut = (uint8_t)codes->cut[node->test & NODE_INDEX];
    uint8_t start = node_missing_left(node) ? codes->missing[col] : 0;
    return (struct byte_node){node->child, (uint16_t)col, start, (uint8_t)(cut - start)};
}

/*
 * An order in which a node's children stand beside each other, and next to them the children of the
 * child with the larger subtree, where most rows go on: so that several steps find their nodes in
 * one line of the cache.  place[i] is where node i goes, from[k] the node that goes to k.
 */
static int order_nodes(const struct tree *tree, uint32_t *place, uint32_t *from)
{
    uint32_t *size = from; /* of subtrees, until the order is known */
    uint32_t *open = mem_alloc((size_t)tree->n_leaves + 1, sizeof *open), n_open = 0, next = 1;

    if (!open)
        return -1;
    for (uint32_t i = tree->n_nodes; i-- > 0;) {
        const struct node *n = &tree->nodes[i];
        size[i] = node_is_leaf(n) ? 1 : 1 + size[n->child] + size[n->child + 1];
    }
    place[0] = 0;
    open[n_open++] = 0;
    while (n_open) {
        const struct node *n = &tree->nodes[open[--n_open]];
        if (node_is_leaf(n))
            continue;
        uint32_t larger = n->child + (size[n->child + 1] > size[n->child]);
        place[n->child] = next++;
        place[n->child + 1] = next++;
        open[n_open++] = 2 * n->child + 1 - larger;
        open[n_open++] = larger;
    }
    for (uint32_t i = 0; i < tree->n_nodes; i++)
        from[place[i]] = i;
    mem_free(open);
    return 0;
}

static void nodes_fill(struct bytetree *b, const struct tree *tree, const struct byte_codes *codes,
    const uint32_t *place, const uint32_t *from, struct byte_node *to)
{
    uint32_t set = 0;

    for (uint32_t k = 0; k < tree->n_nodes; k++) {
        const struct node *node = &tree->nodes[from[k]];
        if (node_is_leaf(node)) {
            to[k] = (struct byte_node){node->child, BYTETREE_LEAF, 0, UINT8_MAX};
            continue;
        }
        int col = node_column(tree, node);
        if (!node_is_category(node)) {
            to[k] = number_node(node, col, codes);
        } else {
            to[k].col = (uint16_t)(col | BYTETREE_CATEGORY);
            to[k].start = (uint8_t)set;
            to[k].width = (uint8_t)(set >> 8);
            if (b->set_node)
                b->set_node[set] = k;
            set_fill(&b->sets[set++], tree, node, col, codes);
        }
        to[k].child = place[node->child];
    }
}

int bytetree_init(struct bytetree *b, const struct tree *tree, const struct byte_codes *codes,
    void *nodes, struct err *err)
{
    size_t n = tree->n_nodes, n_sets = tree_count_sets(tree);
    bool many = n_sets > SETS_NUMBERED;
    uint32_t *place = mem_alloc(n, sizeof *place), *from = mem_alloc(n, sizeof *from);

    *b = (struct bytetree){.n_sets = (uint32_t)n_sets};
    b->owned = mem_alloc(n, sizeof *b->owned);
    b->sets = n_sets ? mem_alloc(n_sets, sizeof *b->sets) : NULL;
    b->set_node = many ? mem_alloc(n_sets, sizeof *b->set_node) : NULL;
    bool ready = place && from && b->owned && (!n_sets || b->sets) && (!many || b->set_node) &&
                 order_nodes(tree, place, from) == 0;
    if (ready) {
        nodes_fill(b, tree, codes, place, from, b->owned);
        b->nodes = b->owned;
        if (nodes) { /* the tree's own memory, perhaps: it is no longer needed */
            memcpy(nodes, b->owned, n * sizeof *b->owned);
            mem_free(b->owned);
            b->owned = NULL;
            b->nodes = nodes;
        }
    }
    mem_free(place);
    mem_free(from);
    if (ready)
        return 0;
    bytetree_release(b);
    return err_memory(err);
}

void bytetree_release(struct bytetree *b)
{
    mem_free(b->owned);
    mem_free(b->sets);
    mem_free(b->set_node);
    *b = (struct bytetree){.nodes = NULL};
}

/* ---- rows ---- */

static const struct byte_set *set_of(const struct bytetree *b, uint32_t at)
{
    uint32_t number = b->nodes[at].start | (uint32_t)b->nodes[at].width << 8;
    return &b->sets[b->set_node ? find_number(b->set_node, b->n_sets, at) : number];
}

/* A step of one row.  sets is a constant where this is called. */
static inline uint32_t step(const struct bytetree *b, uint32_t at, const uint8_t *row, bool sets)
{
    const struct byte_node *n = &b->nodes[at];
    uint8_t byte = row[n->col & (BYTETREE_COLS_MAX - 1)];
    uint32_t to = n->child + ((uint8_t)(byte - n->start) > n->width);

    if (sets && n->col & BYTETREE_CATEGORY)
        to = n->child + !(set_of(b, at)->word[byte / 64] >> (byte % 64) & 1);
    return n->col & BYTETREE_LEAF ? at : to;
}

/*
 * Several rows go down together, a few steps before each look at who has arrived; whose place the
 * next row takes.  So rows wait for memory together, and none for the one that goes deepest.
 */
static inline void go_down(
    const struct bytetree *b, const uint8_t *const *rows, int n, uint32_t *leaf, bool sets)
{
    int number[TOGETHER], live = n < TOGETHER ? n : TOGETHER, next = live;
    const uint8_t *row[TOGETHER];
    uint32_t at[TOGETHER];

    for (int i = 0; i < live; i++) {
        number[i] = i;
        row[i] = rows[i];
        at[i] = 0;
    }
    while (live) {
        for (int k = 0; k < STEPS; k++)
            for (int i = 0; i < live; i++)
                at[i] = step(b, at[i], row[i], sets);
        for (int i = 0; i < live;) {
            const struct byte_node *node = &b->nodes[at[i]];
            if (!(node->col & BYTETREE_LEAF)) {
                i++;
                continue;
            }
            leaf[number[i]] = node->child;
            if (next < n) {
                number[i] = next;
                row[i] = rows[next++];
                at[i] = 0;
                i++;
            } else {
                live--;
                number[i] = number[live];
                row[i] = row[live];
                at[i] = at[live];
            }
        }
    }
}

void bytetree_leaves(const struct bytetree *b, const uint8_t *const *rows, int n, uint32_t *leaf)
{
    if (b->sets)
        go_down(b, rows, n, leaf, true);
    else
        go_down(b, rows, n, leaf, false);
}
