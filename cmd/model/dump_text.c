/*
 * dump_text.c -- trees as indented text, a node a line; see dump.h.
 *
 *   tree 1: 5 nodes, 3 leaves, depth 2
 *   petal_width <= 0.8 (gain 50, cover 150)
 *     yes: leaf 1: setosa 1 (cover 50)
 *     no or missing: petal_width <= 1.75 (gain 38.97, cover 100)
 *       yes or missing: leaf 2: ...
 */
#include "cmd/model/dump.h"

#include <inttypes.h>

#include "cmd/model/facts.h"
#include "cmd/model/label.h"
#include "common/base/mem.h"
#include "common/io/format/number.h"

enum { INDENT_MAX = 40 }; /* levels: deeper nodes say how deep they are */

struct visit {
    uint32_t node;
    const char *branch; /* how its parent leads to it */
};

struct writer {
    const struct opened *o;
    struct output *out;
    struct buf line;
    uint32_t *depth;
    double *cover;
    struct visit *stack; /* a node takes one place and gives two */
};

static const struct label_style exact = {0, 0};

static int line_begin(struct writer *w, uint32_t depth, const char *branch)
{
    buf_clear(&w->line);
    for (uint32_t i = 0; i < depth && i < INDENT_MAX; i++)
        if (buf_str(&w->line, "  ") < 0)
            return -1;
    if (depth > INDENT_MAX && buf_printf(&w->line, "[depth %" PRIu32 "] ", depth) < 0)
        return -1;
    return buf_str(&w->line, branch);
}

static int line_node(struct writer *w, int number, const struct tree *t, uint32_t i)
{
    const struct tree_model *m = &w->o->model;
    const struct node *node = &t->nodes[i];
    char gain[NUMBER_MAX], cover[NUMBER_MAX];

    number_write(w->cover[i], cover);
    if (node_is_leaf(node)) {
        const double *value = t->values + (size_t)node->child * (size_t)m->forest.leaf_width;
        return buf_printf(&w->line, "leaf %" PRIu32 ": ", node->child + 1) < 0 ||
                       label_leaf(&w->line, m, number, value, exact) < 0
                   ? -1
                   : buf_printf(&w->line, " (cover %s)\n", cover);
    }
    number_write_float(t->stats[i], gain);
    return label_cut(&w->line, &m->schema, t, node, exact) < 0
               ? -1
               : buf_printf(&w->line, " (gain %s, cover %s)\n", gain, cover);
}

static const char *branch(const struct tree *t, const struct node *node, bool yes)
{
    if (yes)
        return node_missing_yes(node) ? "yes or missing: " : "yes: ";
    return node_missing_yes(node) || node_takes_all(t, node) ? "no: " : "no or missing: ";
}

static int tree_write(struct writer *w, int number, struct err *err)
{
    struct tree t = forest_tree(&w->o->model.forest, number);
    uint32_t deepest = tree_depth(&t, w->depth);
    size_t n = 1;

    tree_cover(&t, w->cover);
    buf_clear(&w->line);
    if (label_tree(&w->line, &w->o->model, number, exact) < 0)
        return err_memory(err);
    if (output_printf(w->out, err,
            "tree %d: %" PRIu32 " node%s, %" PRIu32 " lea%s, depth %" PRIu32 "%s\n", number + 1,
            t.n_nodes, t.n_nodes == 1 ? "" : "s", t.n_leaves, t.n_leaves == 1 ? "f" : "ves",
            deepest, w->line.data ? w->line.data : "") < 0)
        return -1;
    w->stack[0] = (struct visit){0, ""};
    while (n) {
        struct visit at = w->stack[--n];
        const struct node *node = &t.nodes[at.node];
        if (line_begin(w, w->depth[at.node], at.branch) < 0 ||
            line_node(w, number, &t, at.node) < 0)
            return err_memory(err);
        if (output_put(w->out, w->line.data, w->line.len, err) < 0)
            return -1;
        if (node_is_leaf(node))
            continue;
        w->stack[n++] = (struct visit){node_no(node), branch(&t, node, false)};
        w->stack[n++] = (struct visit){node_yes(node), branch(&t, node, true)};
    }
    return output_put(w->out, "\n", 1, err);
}

/* How trees make a prediction, where that is more than a mean. */
static int head_write(struct writer *w, struct err *err)
{
    const struct tree_model *m = &w->o->model;

    if (leaves_are_means(&m->forest))
        return 0;
    if (buf_str(&w->line, "forest: ") < 0 || label_forest(&w->line, m) < 0 ||
        buf_str(&w->line, "\n\n") < 0 || weights_text(m, &w->line) < 0)
        return err_memory(err);
    return output_put(w->out, w->line.data, w->line.len, err);
}

int dump_text(const struct opened *o, const bool *picked, struct output *out,
    const struct watch *watch, struct err *err)
{
    size_t largest = forest_largest(&o->model.forest);
    struct writer w = {.o = o, .out = out, .line = BUF_INIT};
    int ret = -1;

    w.depth = mem_alloc(largest, sizeof *w.depth);
    w.cover = mem_alloc(largest, sizeof *w.cover);
    w.stack = mem_alloc(largest, sizeof *w.stack);
    if (!w.depth || !w.cover || !w.stack) {
        err_memory(err);
        goto out;
    }
    if (head_write(&w, err) < 0)
        goto out;
    for (int i = 0; i < o->model.forest.n_trees; i++) {
        if (watch_stop(watch)) {
            err_interrupted(err);
            goto out;
        }
        if (picked[i] && tree_write(&w, i, err) < 0)
            goto out;
    }
    ret = 0;
out:
    buf_release(&w.line);
    mem_free(w.depth);
    mem_free(w.cover);
    mem_free(w.stack);
    return ret;
}
