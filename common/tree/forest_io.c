/* forest_io.c -- forests as tensors, and back from files that may be hostile; see forest.h. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/forest.h"
#include "common/tree/levelset.h"

struct totals {
    size_t nodes, leaves, words;
    bool categories;
};

static struct totals forest_totals(const struct forest *f)
{
    struct totals n = {0, 0, 0, false};
    for (int i = 0; i < f->n_trees; i++) {
        n.nodes += f->trees[i]->n_nodes;
        n.leaves += f->trees[i]->n_leaves;
        n.words += f->trees[i]->n_words;
    }
    n.categories = n.words > 0;
    return n;
}

static int pack_alloc(struct forest_pack *p, const struct forest *f, const struct totals *n)
{
    size_t values;
    if (!size_mul(n->leaves, (size_t)f->n_outputs, &values))
        return -1;
    p->tree_nodes = mem_alloc((size_t)f->n_trees, sizeof *p->tree_nodes);
    p->column = mem_alloc(n->nodes, sizeof *p->column);
    p->threshold = mem_alloc(n->nodes, sizeof *p->threshold);
    p->child = mem_alloc(n->nodes, sizeof *p->child);
    p->flags = mem_alloc(n->nodes, sizeof *p->flags);
    p->gain = mem_alloc(n->nodes, sizeof *p->gain);
    p->cover = mem_alloc(n->nodes, sizeof *p->cover);
    p->values = mem_alloc(values, sizeof *p->values);
    p->set = mem_alloc(n->categories ? n->nodes : 0, sizeof *p->set);
    p->words = mem_alloc(n->words, sizeof *p->words);
    return p->tree_nodes && p->column && p->threshold && p->child && p->flags && p->gain &&
                   p->cover && p->values && p->set && p->words
               ? 0
               : -1;
}

static void pack_tree(
    struct forest_pack *p, const struct tree *t, int n_outputs, struct totals *at, bool categories)
{
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        const struct node *node = &t->nodes[i];
        size_t to = at->nodes + i;
        p->column[to] = node->column;
        p->threshold[to] = node->threshold;
        p->child[to] = node->child;
        p->flags[to] = node->flags;
        p->gain[to] = node->gain;
        p->cover[to] = node->cover;
        if (categories)
            p->set[to] = node->set;
    }
    memcpy(p->values + at->leaves * (size_t)n_outputs, t->values,
        (size_t)t->n_leaves * (size_t)n_outputs * sizeof *t->values);
    if (t->n_words)
        memcpy(p->words + at->words, t->words, t->n_words * sizeof *t->words);
    at->nodes += t->n_nodes;
    at->leaves += t->n_leaves;
    at->words += t->n_words;
}

static int pack_declare(const struct forest_pack *p, const struct forest *f, const struct totals *n,
    struct st_writer *w, struct err *err)
{
    const int64_t trees[] = {f->n_trees}, nodes[] = {(int64_t)n->nodes};
    const int64_t values[] = {(int64_t)n->leaves, f->n_outputs}, base[] = {f->n_outputs};
    const int64_t words[] = {(int64_t)n->words};

    if (st_writer_add(w, "tree_nodes", DTYPE_U32, 1, trees, p->tree_nodes, err) < 0 ||
        st_writer_add(w, "column", DTYPE_I32, 1, nodes, p->column, err) < 0 ||
        st_writer_add(w, "threshold", DTYPE_F64, 1, nodes, p->threshold, err) < 0 ||
        st_writer_add(w, "child", DTYPE_U32, 1, nodes, p->child, err) < 0 ||
        st_writer_add(w, "flags", DTYPE_U8, 1, nodes, p->flags, err) < 0 ||
        st_writer_add(w, "gain", DTYPE_F32, 1, nodes, p->gain, err) < 0 ||
        st_writer_add(w, "cover", DTYPE_F32, 1, nodes, p->cover, err) < 0 ||
        st_writer_add(w, "values", DTYPE_F64, 2, values, p->values, err) < 0 ||
        st_writer_add(w, "base", DTYPE_F64, 1, base, f->base, err) < 0)
        return -1;
    if (!n->categories)
        return 0;
    if (st_writer_add(w, "set", DTYPE_U32, 1, nodes, p->set, err) < 0 ||
        st_writer_add(w, "words", DTYPE_U64, 1, words, p->words, err) < 0)
        return -1;
    return 0;
}

int forest_pack(struct forest_pack *p, const struct forest *f, struct st_writer *w, struct err *err)
{
    struct totals n = forest_totals(f), at = {0, 0, 0, false};

    *p = (struct forest_pack){NULL};
    if (pack_alloc(p, f, &n) < 0)
        return err_memory(err);
    for (int i = 0; i < f->n_trees; i++) {
        p->tree_nodes[i] = f->trees[i]->n_nodes;
        pack_tree(p, f->trees[i], f->n_outputs, &at, n.categories);
    }
    return pack_declare(p, f, &n, w, err);
}

void forest_pack_release(struct forest_pack *p)
{
    mem_free(p->tree_nodes);
    mem_free(p->column);
    mem_free(p->threshold);
    mem_free(p->child);
    mem_free(p->flags);
    mem_free(p->gain);
    mem_free(p->cover);
    mem_free(p->values);
    mem_free(p->set);
    mem_free(p->words);
    *p = (struct forest_pack){NULL};
}

/* ---- reading ---- */

/* The arrays of the file, checked for type and shape only. */
struct arrays {
    int64_t n_trees, n_nodes, n_leaves, n_words;
    const uint32_t *tree_nodes, *child, *set;
    const int32_t *column;
    const double *threshold, *values, *base;
    const float *gain, *cover;
    const uint8_t *flags;
    const uint64_t *words;
};

static const void *array(const struct st_file *st, const char *name, enum dtype dtype, int64_t rows,
    int64_t *n, struct err *err)
{
    const struct st_tensor *t = st_require(st, name, dtype, 1, &rows, err);
    if (t && n)
        *n = t->shape[0];
    return t ? t->data : NULL;
}

static int arrays_read(struct arrays *a, const struct st_file *st, int n_outputs, struct err *err)
{
    const int64_t leaves[] = {-1, n_outputs};

    *a = (struct arrays){.n_trees = 0};
    if (!(a->tree_nodes = array(st, "tree_nodes", DTYPE_U32, -1, &a->n_trees, err)) ||
        !(a->column = array(st, "column", DTYPE_I32, -1, &a->n_nodes, err)) ||
        !(a->threshold = array(st, "threshold", DTYPE_F64, a->n_nodes, NULL, err)) ||
        !(a->child = array(st, "child", DTYPE_U32, a->n_nodes, NULL, err)) ||
        !(a->flags = array(st, "flags", DTYPE_U8, a->n_nodes, NULL, err)) ||
        !(a->gain = array(st, "gain", DTYPE_F32, a->n_nodes, NULL, err)) ||
        !(a->cover = array(st, "cover", DTYPE_F32, a->n_nodes, NULL, err)) ||
        !(a->base = array(st, "base", DTYPE_F64, n_outputs, NULL, err)))
        return -1;
    const struct st_tensor *values = st_require(st, "values", DTYPE_F64, 2, leaves, err);
    if (!values)
        return -1;
    a->values = values->data;
    a->n_leaves = values->shape[0];
    if (st_find(st, "words")) {
        if (!(a->set = array(st, "set", DTYPE_U32, a->n_nodes, NULL, err)) ||
            !(a->words = array(st, "words", DTYPE_U64, -1, &a->n_words, err)))
            return -1;
    }
    if (a->n_trees > INT32_MAX || a->n_nodes > UINT32_MAX || a->n_words > UINT32_MAX)
        return err_set(
            err, "%" PRId64 " trees of %" PRId64 " nodes are too many", a->n_trees, a->n_nodes);
    return 0;
}

struct unpack {
    const struct arrays *a;
    const struct schema *schema;
    int n_outputs;
    int64_t node, leaf, word; /* where the next tree starts */
    int tree;
    unsigned char *seen; /* children of the tree already claimed by a parent, and leaves */
};

static int node_error(const struct unpack *u, uint32_t i, const char *what, struct err *err)
{
    return err_set(err, "corrupt model: tree %d, node %" PRIu32 ": %s", u->tree, i, what);
}

/* Words the node's set takes of those the tree may still have; 0: it is no set. */
static size_t set_words(const struct unpack *u, const struct node *node)
{
    size_t left = (size_t)(u->a->n_words - u->word);
    if (node->set >= left)
        return 0;
    return levelset_check(u->a->words + u->word + node->set, left - node->set,
        (uint32_t)dict_size(u->schema->cols[node->column].dict));
}

static int split_check(const struct unpack *u, const struct node *node, uint32_t i, struct err *err)
{
    if (node->column >= u->schema->n_cols || u->schema->cols[node->column].kind == COL_IGNORED)
        return node_error(u, i, "splits on a column that does not exist", err);
    bool category = u->schema->cols[node->column].kind == COL_CATEGORY;
    if (category != !!(node->flags & NODE_CATEGORY))
        return node_error(u, i, "has the wrong kind of split for its column", err);
    if (category && !set_words(u, node))
        return node_error(u, i, "has a set of levels out of range", err);
    if (isnan(node->threshold))
        return node_error(u, i, "has a threshold that is not a number", err);
    return 0;
}

/* Children follow their parent and have one only, so that there is no cycle and nothing is shared
 * or lost. */
static int links_check(const struct unpack *u, const struct tree *t, struct err *err)
{
    memset(u->seen, 0, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        const struct node *node = &t->nodes[i];
        if (node->column < 0)
            continue;
        if (node->child <= i || node->child >= t->n_nodes - 1)
            return node_error(u, i, "has a child out of range", err);
        if (u->seen[node->child] || u->seen[node->child + 1])
            return node_error(u, i, "shares a child with another node", err);
        u->seen[node->child] = u->seen[node->child + 1] = 1;
    }
    for (uint32_t i = 1; i < t->n_nodes; i++)
        if (!u->seen[i])
            return node_error(u, i, "has no parent", err);
    return 0;
}

static int leaves_check(const struct unpack *u, const struct tree *t, struct err *err)
{
    memset(u->seen, 0, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        const struct node *node = &t->nodes[i];
        if (node->column >= 0)
            continue;
        if (node->child >= t->n_leaves || u->seen[node->child])
            return node_error(u, i, "has a leaf number out of range or used twice", err);
        u->seen[node->child] = 1;
    }
    for (size_t i = 0; i < (size_t)t->n_leaves * (size_t)u->n_outputs; i++)
        if (!isfinite(t->values[i]))
            return err_set(
                err, "corrupt model: tree %d has a leaf value that is not finite", u->tree);
    return 0;
}

/* Copies the nodes of the next tree; counts its leaves and the words its sets use. */
static int nodes_copy(struct unpack *u, struct tree *t, struct err *err)
{
    const struct arrays *a = u->a;
    size_t words = 0;

    for (uint32_t i = 0; i < t->n_nodes; i++) {
        int64_t from = u->node + i;
        struct node *node = &t->nodes[i];
        *node = (struct node){.threshold = a->threshold[from],
            .column = a->column[from],
            .child = a->child[from],
            .set = a->set ? a->set[from] : 0,
            .gain = a->gain[from],
            .cover = a->cover[from],
            .flags = a->flags[from]};
        if (!isfinite(node->gain) || !isfinite(node->cover))
            return node_error(u, i, "has a gain or cover that is not finite", err);
        if (node->column < 0) {
            t->n_leaves++;
            continue;
        }
        if (split_check(u, node, i, err) < 0)
            return -1;
        if (node->flags & NODE_CATEGORY && node->set + set_words(u, node) > words)
            words = node->set + set_words(u, node);
    }
    t->n_words = (uint32_t)words;
    return 0;
}

static struct tree *tree_unpack(struct unpack *u, struct err *err)
{
    const struct arrays *a = u->a;
    struct tree *t = mem_zalloc(1, sizeof *t);

    if (!t) {
        err_memory(err);
        return NULL;
    }
    t->n_nodes = a->tree_nodes[u->tree];
    if (t->n_nodes == 0 || t->n_nodes > a->n_nodes - u->node) {
        err_set(err, "corrupt model: tree %d has %" PRIu32 " nodes of %" PRId64, u->tree,
            t->n_nodes, a->n_nodes - u->node);
        goto fail;
    }
    t->nodes = mem_alloc(t->n_nodes, sizeof *t->nodes);
    if (!t->nodes) {
        err_memory(err);
        goto fail;
    }
    if (nodes_copy(u, t, err) < 0 || links_check(u, t, err) < 0)
        goto fail;
    if (t->n_leaves > a->n_leaves - u->leaf) {
        err_set(err, "corrupt model: tree %d has more leaves than there are values", u->tree);
        goto fail;
    }
    t->values = mem_copy(a->values + u->leaf * u->n_outputs,
        (size_t)t->n_leaves * (size_t)u->n_outputs, sizeof *t->values);
    t->words = mem_copy(a->words ? a->words + u->word : NULL, t->n_words, sizeof *t->words);
    if (!t->values || !t->words) {
        err_memory(err);
        goto fail;
    }
    if (leaves_check(u, t, err) < 0)
        goto fail;
    u->node += t->n_nodes;
    u->leaf += t->n_leaves;
    u->word += t->n_words;
    return t;
fail:
    tree_free(t);
    return NULL;
}

int forest_unpack(struct forest *f, const struct st_file *st, const struct schema *schema,
    int n_outputs, bool average, struct err *err)
{
    struct arrays a;
    struct unpack u = {.a = &a, .schema = schema, .n_outputs = n_outputs};

    *f = (struct forest)FOREST_INIT;
    if (arrays_read(&a, st, n_outputs, err) < 0 || forest_init(f, n_outputs, average, err) < 0)
        return -1;
    memcpy(f->base, a.base, (size_t)n_outputs * sizeof *f->base);
    for (int i = 0; i < n_outputs; i++)
        if (!isfinite(f->base[i])) {
            err_set(err, "corrupt model: its base is not finite");
            goto fail;
        }
    u.seen = mem_alloc((size_t)a.n_nodes, 1);
    if (!u.seen) {
        err_memory(err);
        goto fail;
    }
    for (; u.tree < a.n_trees; u.tree++) {
        struct tree *t = tree_unpack(&u, err);
        if (!t)
            goto fail;
        if (forest_add(f, t) < 0) {
            tree_free(t);
            err_memory(err);
            goto fail;
        }
    }
    if (u.node != a.n_nodes || u.leaf != a.n_leaves || u.word != a.n_words) {
        err_set(err, "corrupt model: its trees do not use all its nodes, leaves and sets");
        goto fail;
    }
    mem_free(u.seen);
    return 0;
fail:
    mem_free(u.seen);
    forest_release(f);
    return -1;
}
