/*
 * forest_old.c -- forests of model format 1, where every node had its own threshold; see forest.h.
 *
 * tree_nodes U32 [n_trees]; column I32 (-1: a leaf), threshold F64, child U32, flags U8 (1: missing
 * values go left, 2: a category), gain F32, cover F32 [nodes]; where there are categories, set U32
 * [nodes], where the node's set begins among its tree's words, and words U64.
 */
#include <inttypes.h>
#include <math.h>

#include "common/base/mem.h"
#include "common/tree/forest.h"
#include "common/tree/levelset.h"

enum { OLD_MISSING_LEFT = 1, OLD_CATEGORY = 2 };

struct old {
    struct forest *f;
    const struct schema *schema;
    int64_t n_trees, n_nodes, n_words;
    const uint32_t *tree_nodes, *child, *set;
    const int32_t *column;
    const double *threshold;
    const float *gain, *cover;
    const uint8_t *flags;
    const uint64_t *words;
    size_t used;     /* words written, of all trees */
    size_t tree_old; /* words of the trees before, in the old file */
};

static const void *array(const struct st_file *st, const char *name, enum dtype dtype, int64_t rows,
    int64_t *n, struct err *err)
{
    const struct st_tensor *t = st_require(st, name, dtype, 1, &rows, err);
    if (t)
        *n = t->shape[0];
    return t ? t->data : NULL;
}

static int old_arrays(struct old *o, const struct st_file *st, struct err *err)
{
    int64_t n;

    if (!(o->tree_nodes = array(st, "tree_nodes", DTYPE_U32, -1, &o->n_trees, err)) ||
        !(o->column = array(st, "column", DTYPE_I32, -1, &o->n_nodes, err)) ||
        !(o->threshold = array(st, "threshold", DTYPE_F64, o->n_nodes, &n, err)) ||
        !(o->child = array(st, "child", DTYPE_U32, o->n_nodes, &n, err)) ||
        !(o->flags = array(st, "flags", DTYPE_U8, o->n_nodes, &n, err)) ||
        !(o->gain = array(st, "gain", DTYPE_F32, o->n_nodes, &n, err)) ||
        !(o->cover = array(st, "cover", DTYPE_F32, o->n_nodes, &n, err)))
        return -1;
    if (st_find(st, "words") &&
        (!(o->set = array(st, "set", DTYPE_U32, o->n_nodes, &n, err)) ||
            !(o->words = array(st, "words", DTYPE_U64, -1, &o->n_words, err))))
        return -1;
    return 0;
}

static int old_error(int64_t tree, int64_t node, const char *what, struct err *err)
{
    return err_set(err, "corrupt model: tree %" PRId64 ", node %" PRId64 ": %s", tree, node, what);
}

/* Copies the set of node i, its column before it; *used grows by the words of its tree's sets. */
static int old_set(struct old *o, int64_t i, size_t tree_word, size_t *used, struct err *err)
{
    struct forest *f = o->f;
    size_t left = (size_t)o->n_words - o->tree_old;
    const struct col_spec *spec = &o->schema->cols[o->column[i]];
    size_t size = 0;

    if (o->set && spec->kind == COL_CATEGORY && o->set[i] < left)
        size = levelset_check(
            o->words + o->tree_old + o->set[i], left - o->set[i], (uint32_t)dict_size(spec->dict));
    if (!size)
        return old_error(0, i, "has a set of levels out of range", err);
    if (o->set[i] + size > *used)
        *used = o->set[i] + size;
    if (mem_grow(&f->words, &f->word_room, o->used + size + 1, sizeof *f->words) < 0)
        return err_memory(err);
    if (o->used - tree_word >= NODE_INDEX)
        return err_set(err, "the sets of a tree are too many");
    f->nodes[i].test = NODE_CATEGORY | (uint32_t)(o->used - tree_word);
    f->words[o->used++] = (uint64_t)o->column[i];
    for (size_t k = 0; k < size; k++)
        f->words[o->used++] = o->words[o->tree_old + o->set[i] + k];
    return 0;
}

static int old_node(struct old *o, int64_t i, size_t tree_word, size_t *used, struct err *err)
{
    struct node *node = &o->f->nodes[i];

    *node = (struct node){o->child[i], NODE_LEAF};
    if (o->f->stats)
        o->f->stats[i] = o->column[i] < 0 ? o->cover[i] : o->gain[i];
    if (o->column[i] < 0)
        return 0;
    if (o->column[i] >= o->schema->n_cols)
        return old_error(0, i, "splits on a column that does not exist", err);
    if (o->flags[i] & OLD_CATEGORY) {
        if (old_set(o, i, tree_word, used, err) < 0)
            return -1;
    } else {
        if (isnan(o->threshold[i]))
            return old_error(0, i, "has a threshold that is not a number", err);
        node->test = cuts_intern(&o->f->cuts, o->column[i], o->threshold[i]);
        if (node->test == UINT32_MAX)
            return err_memory(err);
    }
    if (o->flags[i] & OLD_MISSING_LEFT)
        node->test |= NODE_MISSING_LEFT;
    return 0;
}

static int old_trees(struct old *o, struct err *err)
{
    int64_t node = 0;

    for (int64_t tree = 0; tree < o->n_trees; tree++) {
        size_t tree_word = o->used, used = 0;
        int64_t end = node + o->tree_nodes[tree];
        if (end > o->n_nodes)
            return err_set(err, "corrupt model: tree %" PRId64 " has too many nodes", tree);
        for (; node < end; node++)
            if (old_node(o, node, tree_word, &used, err) < 0)
                return -1;
        o->tree_old += used;
    }
    if (node != o->n_nodes || (int64_t)o->tree_old != o->n_words)
        return err_set(err, "corrupt model: its trees do not use all its nodes and sets");
    return 0;
}

int forest_unpack_old(struct forest *f, const struct st_file *st, const struct schema *schema,
    bool stats, struct err *err)
{
    struct old o = {.f = f, .schema = schema};

    if (old_arrays(&o, st, err) < 0)
        return -1;
    f->nodes = mem_alloc((size_t)o.n_nodes, sizeof *f->nodes);
    f->stats = stats ? mem_alloc((size_t)o.n_nodes, sizeof *f->stats) : NULL;
    if (!f->nodes || (stats && !f->stats))
        return err_memory(err);
    if (old_trees(&o, err) < 0)
        return -1;
    f->n_trees = 0; /* forest_settle() goes by the place of the end */
    f->place[0] = (struct tree_place){(size_t)o.n_nodes, 0, o.used};
    return forest_settle(f) < 0 ? err_memory(err) : 0;
}
