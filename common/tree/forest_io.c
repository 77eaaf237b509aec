/* forest_io.c -- forests as tensors, and back from files that may be hostile; see forest.h. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tree/forest.h"
#include "common/tree/levelset.h"
#include "common/tree/linear.h"

int forest_pack(const struct forest *f, uint32_t **tree_nodes, struct st_writer *w, struct err *err)
{
    const struct tree_place *end = &f->place[f->n_trees];
    const int64_t trees[] = {f->n_trees}, nodes[] = {(int64_t)end->node, 2};
    const int64_t values[] = {(int64_t)end->leaf, f->leaf_width}, base[] = {f->n_outputs};
    const int64_t words[] = {(int64_t)end->word}, cuts[] = {(int64_t)f->cuts.n};
    const int64_t linear[] = {f->n_outputs, (int64_t)f->linear_cols + 1};

    *tree_nodes = mem_alloc((size_t)f->n_trees, sizeof **tree_nodes);
    if (!*tree_nodes)
        return err_memory(err);
    for (int i = 0; i < f->n_trees; i++)
        (*tree_nodes)[i] = forest_tree(f, i).n_nodes;
    if (st_writer_add(w, "tree_nodes", DTYPE_U32, 1, trees, *tree_nodes, err) < 0 ||
        st_writer_add(w, "nodes", DTYPE_U32, 2, nodes, f->nodes, err) < 0 ||
        st_writer_add(w, "stats", DTYPE_F32, 1, nodes, f->stats, err) < 0 ||
        st_writer_add(w, "values", DTYPE_F64, 2, values, f->values, err) < 0 ||
        st_writer_add(w, "base", DTYPE_F64, 1, base, f->base, err) < 0 ||
        st_writer_add(w, "cut_column", DTYPE_I32, 1, cuts, f->cuts.column, err) < 0 ||
        st_writer_add(w, "cut_threshold", DTYPE_F64, 1, cuts, f->cuts.threshold, err) < 0 ||
        (f->tree_weight &&
            st_writer_add(w, "tree_weight", DTYPE_F64, 1, trees, f->tree_weight, err) < 0) ||
        (f->linear && st_writer_add(w, "linear", DTYPE_F64, 2, linear, f->linear, err) < 0))
        return -1;
    return end->word ? st_writer_add(w, "words", DTYPE_U64, 1, words, f->words, err) : 0;
}

int forest_pack_unscaled(const struct forest *f, struct st_writer *w, struct err *err)
{
    const int64_t shape[] = {(int64_t)f->place[f->n_trees].leaf, f->leaf_width};
    return f->unscaled ? st_writer_add(w, "unscaled", DTYPE_F64, 2, shape, f->unscaled, err) : 0;
}

/* ---- reading ---- */

struct unpack {
    struct forest *f;
    const struct st_file *st;
    const struct schema *schema;
    int64_t n_leaves, n_words; /* that there are; the place of the last tree tells what is used */
    int tree;
    struct tree t;       /* the one being checked */
    unsigned char *seen; /* children of the tree already claimed by a parent, and leaves */
};

/* Copies a tensor of the type and shape ([rows] or [rows][across], rows -1: any) to *to; *n rows.
 */
static int array_read(struct unpack *u, const char *name, enum dtype dtype, int64_t rows,
    int64_t across, void *to, int64_t *n, struct err *err)
{
    const int64_t shape[] = {rows, across};
    const struct st_tensor *t = st_require(u->st, name, dtype, across ? 2 : 1, shape, err);
    void *copy;

    if (!t)
        return -1;
    copy = mem_copy(t->data, t->bytes, 1);
    if (!copy)
        return err_memory(err);
    memcpy(to, &copy, sizeof copy);
    *n = t->shape[0];
    return 0;
}

static int node_error(const struct unpack *u, uint32_t i, const char *what, struct err *err)
{
    return err_set(err, "corrupt model: tree %d, node %" PRIu32 ": %s", u->tree, i, what);
}

static int cuts_check(const struct unpack *u, struct err *err)
{
    const struct cuts *c = &u->f->cuts;

    for (uint32_t i = 0; i < c->n; i++) {
        if (c->column[i] < 0 || c->column[i] >= u->schema->n_cols ||
            u->schema->cols[c->column[i]].kind == COL_IGNORED)
            return err_set(err, "corrupt model: a split on a column that does not exist");
        if (u->schema->cols[c->column[i]].kind == COL_CATEGORY)
            return err_set(err, "corrupt model: a threshold for a category");
        if (isnan(c->threshold[i]))
            return err_set(err, "corrupt model: a threshold that is not a number");
        if (i && (c->column[i] < c->column[i - 1] ||
                     (c->column[i] == c->column[i - 1] && c->threshold[i] <= c->threshold[i - 1])))
            return err_set(err, "corrupt model: its thresholds are not in order");
    }
    return 0;
}

/* Words that the set at `at` takes of those the tree may still have, its column included; 0: it is
 * none. */
static size_t set_size(const struct unpack *u, uint32_t at)
{
    size_t left = (size_t)(u->n_words - (int64_t)u->f->place[u->tree].word), size;
    const uint64_t *set;

    if (left < 2 || at > left - 2)
        return 0;
    set = u->t.words + at;
    if (set[0] >= (uint64_t)u->schema->n_cols || u->schema->cols[set[0]].kind != COL_CATEGORY)
        return 0;
    size =
        levelset_check(set + 1, left - at - 1, (uint32_t)dict_size(u->schema->cols[set[0]].dict));
    return size ? size + 1 : 0;
}

/* Counts the tree's leaves and the words its sets use. */
static int nodes_check(struct unpack *u, struct err *err)
{
    struct tree *t = &u->t;

    for (uint32_t i = 0; i < t->n_nodes; i++) {
        const struct node *node = &t->nodes[i];
        uint32_t index = node->test & NODE_INDEX;
        if (node_is_leaf(node)) {
            t->n_leaves++;
        } else if (!node_is_category(node)) {
            if (index >= u->f->cuts.n)
                return node_error(u, i, "has a threshold out of range", err);
        } else {
            size_t size = set_size(u, index);
            if (!size)
                return node_error(u, i, "has a set of levels out of range", err);
            if (index + size > t->n_words)
                t->n_words = (uint32_t)(index + size);
        }
        if (t->stats && !isfinite(t->stats[i]))
            return node_error(u, i, "has a gain or cover that is not finite", err);
    }
    return 0;
}

/* Children follow their parent and have one only, so that there is no cycle and nothing is shared
 * or lost. */
static int links_check(const struct unpack *u, struct err *err)
{
    const struct tree *t = &u->t;

    memset(u->seen, 0, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        const struct node *node = &t->nodes[i];
        if (node_is_leaf(node))
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

static int leaves_check(const struct unpack *u, struct err *err)
{
    const struct tree *t = &u->t;

    memset(u->seen, 0, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        const struct node *node = &t->nodes[i];
        if (!node_is_leaf(node))
            continue;
        if (node->child >= t->n_leaves || u->seen[node->child])
            return node_error(u, i, "has a leaf number out of range or used twice", err);
        u->seen[node->child] = 1;
    }
    for (size_t i = 0; i < (size_t)t->n_leaves * (size_t)u->f->leaf_width; i++)
        if (!isfinite(t->values[i]))
            return err_set(
                err, "corrupt model: tree %d has a leaf value that is not finite", u->tree);
    return 0;
}

/* Checks the next tree of n_nodes nodes and takes it in. */
static int tree_check(struct unpack *u, uint32_t n_nodes, int64_t nodes_left, struct err *err)
{
    struct tree_place *at = &u->f->place[u->tree];

    if (n_nodes == 0 || n_nodes > nodes_left)
        return err_set(err, "corrupt model: tree %d has %" PRIu32 " nodes of %" PRId64, u->tree,
            n_nodes, nodes_left);
    at[1] = *at;
    u->t = forest_tree(u->f, u->tree);
    u->t.n_nodes = n_nodes;
    if (nodes_check(u, err) < 0 || links_check(u, err) < 0)
        return -1;
    if (u->t.n_leaves > u->n_leaves - (int64_t)at->leaf)
        return err_set(
            err, "corrupt model: tree %d has more leaves than there are values", u->tree);
    if (leaves_check(u, err) < 0)
        return -1;
    at[1] =
        (struct tree_place){at->node + n_nodes, at->leaf + u->t.n_leaves, at->word + u->t.n_words};
    u->f->n_trees++;
    return 0;
}

static int trees_check(struct unpack *u, int64_t n_nodes, struct err *err)
{
    int64_t n_trees;
    uint32_t *tree_nodes = NULL;
    struct forest *f = u->f;
    int ret = -1;

    if (array_read(u, "tree_nodes", DTYPE_U32, -1, 0, &tree_nodes, &n_trees, err) < 0)
        return -1;
    if (n_trees >= INT32_MAX) {
        err_set(err, "%" PRId64 " trees are too many", n_trees);
        goto out;
    }
    if (n_trees % forest_trees_per_round(f)) {
        err_set(err, "corrupt model: its %" PRId64 " trees are no whole rounds of %d", n_trees,
            forest_trees_per_round(f));
        goto out;
    }
    mem_free(f->place);
    f->place = mem_zalloc((size_t)n_trees + 1, sizeof *f->place);
    u->seen = mem_alloc((size_t)n_nodes, 1);
    if (!f->place || !u->seen) {
        err_memory(err);
        goto out;
    }
    for (; u->tree < n_trees; u->tree++)
        if (tree_check(u, tree_nodes[u->tree], n_nodes - (int64_t)f->place[u->tree].node, err) < 0)
            goto out;
    const struct tree_place *end = &f->place[n_trees];
    if ((int64_t)end->node != n_nodes || (int64_t)end->leaf != u->n_leaves ||
        (int64_t)end->word != u->n_words)
        err_set(err, "corrupt model: its trees do not use all its nodes, leaves and sets");
    else
        ret = 0;
out:
    mem_free(tree_nodes);
    mem_free(u->seen);
    return ret;
}

static int nodes_read(struct unpack *u, bool stats, int64_t *n_nodes, struct err *err)
{
    struct forest *f = u->f;
    int64_t n_cuts, n;

    if (array_read(u, "nodes", DTYPE_U32, -1, 2, &f->nodes, n_nodes, err) < 0 ||
        array_read(u, "cut_column", DTYPE_I32, -1, 0, &f->cuts.column, &n_cuts, err) < 0 ||
        array_read(u, "cut_threshold", DTYPE_F64, n_cuts, 0, &f->cuts.threshold, &n, err) < 0 ||
        (stats && array_read(u, "stats", DTYPE_F32, *n_nodes, 0, &f->stats, &n, err) < 0) ||
        (st_find(u->st, "words") &&
            array_read(u, "words", DTYPE_U64, -1, 0, &f->words, &u->n_words, err) < 0))
        return -1;
    if (n_cuts > CUTS_MAX)
        return err_set(err, "%" PRId64 " thresholds are too many", n_cuts);
    f->cuts.n = (uint32_t)n_cuts;
    return 0;
}

static int base_read(struct unpack *u, struct err *err)
{
    struct forest *f = u->f;
    int64_t n;

    mem_free(f->base);
    f->base = NULL;
    if (array_read(u, "base", DTYPE_F64, f->n_outputs, 0, &f->base, &n, err) < 0)
        return -1;
    for (int i = 0; i < f->n_outputs; i++)
        if (!isfinite(f->base[i]))
            return err_set(err, "corrupt model: its base is not finite");
    return 0;
}

static int weights_read(struct unpack *u, struct err *err)
{
    struct forest *f = u->f;
    int64_t n;

    if (f->kind != FOREST_MEDIAN)
        return 0;
    if (array_read(u, "tree_weight", DTYPE_F64, f->n_trees, 0, &f->tree_weight, &n, err) < 0)
        return -1;
    for (int i = 0; i < f->n_trees; i++)
        if (!(f->tree_weight[i] > 0 && isfinite(f->tree_weight[i])))
            return err_set(
                err, "corrupt model: tree %d has a weight that is not above 0 and finite", i);
    return 0;
}

/* Columns that are no numbers have no weight. */
static int linear_read(struct unpack *u, struct err *err)
{
    struct forest *f = u->f;
    int n_cols = u->schema->n_cols;
    int64_t n;

    if (!f->linear_rounds)
        return st_find(u->st, "linear")
                   ? err_set(err, "corrupt model: weights of columns, and no linear_rounds")
                   : 0;
    if (f->n_trees || f->kind != FOREST_SUM)
        return err_set(err, "corrupt model: weights of columns beside trees");
    if (array_read(u, "linear", DTYPE_F64, f->n_outputs, (int64_t)n_cols + 1, &f->linear, &n, err) <
        0)
        return -1;
    f->linear_cols = n_cols;
    for (int j = 0; j < f->n_outputs; j++)
        for (int i = 0; i <= n_cols; i++) {
            double weight = linear_weights(f, j)[i];
            if (!isfinite(weight))
                return err_set(err, "corrupt model: a weight of a column is not finite");
            if (weight != 0 && i < n_cols && !linear_takes(&u->schema->cols[i]))
                return err_set(err, "corrupt model: a weight of a column that is no number");
        }
    return 0;
}

static int unscaled_read(struct unpack *u, struct err *err)
{
    struct forest *f = u->f;
    int64_t n;

    if (!st_find(u->st, "unscaled"))
        return 0;
    if (array_read(u, "unscaled", DTYPE_F64, u->n_leaves, f->leaf_width, &f->unscaled, &n, err) < 0)
        return -1;
    for (int64_t i = 0; i < n * f->leaf_width; i++)
        if (!isfinite(f->unscaled[i]))
            return err_set(err, "corrupt model: an unscaled value of a leaf is not finite");
    return 0;
}

int forest_unpack(struct forest *f, const struct st_file *st, const struct schema *schema,
    bool stats, struct err *err)
{
    struct unpack u = {.f = f, .st = st, .schema = schema};
    int64_t n_nodes = 0;
    bool old = st_find(st, "threshold") != NULL;

    if (base_read(&u, err) < 0 ||
        array_read(&u, "values", DTYPE_F64, -1, f->leaf_width, &f->values, &u.n_leaves, err) < 0 ||
        (old ? forest_unpack_old(f, st, schema, stats, err)
             : nodes_read(&u, stats, &n_nodes, err)) < 0 ||
        cuts_check(&u, err) < 0)
        goto fail;
    if (old) {
        n_nodes = (int64_t)f->place[0].node;
        u.n_words = (int64_t)f->place[0].word;
    }
    if (trees_check(&u, n_nodes, err) < 0 || weights_read(&u, err) < 0 ||
        linear_read(&u, err) < 0 || (stats && unscaled_read(&u, err) < 0))
        goto fail;
    return 0;
fail:
    forest_release(f);
    return -1;
}
