/* draw.c -- see draw.h. */
#include "cmd/model/draw.h"

#include <inttypes.h>

#include "cmd/model/facts.h"
#include "cmd/model/label.h"
#include "common/base/mem.h"
#include "common/learner/learner.h"

static const struct label_style rounded = {4, 6}; /* shares, gains */
static const struct label_style cuts = {7, 6};    /* thresholds */

/* Light colours that stay apart, for leaves by their class. */
static const char *const colors[] = {
    "#cfe2f3", "#fce5cd", "#d9ead3", "#f4cccc", "#d9d2e9", "#fff2cc", "#d0e0e3", "#ead1dc"};
enum { N_COLORS = sizeof colors / sizeof *colors };

struct drawing {
    const struct opened *o;
    int number; /* of the tree */
    struct tree t;
    struct output *out;
    struct buf label, line;
    uint32_t *depth, *below; /* below: leaves under a node */
    double *cover, *mean;
    int64_t max_depth;
};

int draw_escape(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == '&' ? buf_str(out, "&amp;") < 0
                         : ((*text == '"' || *text == '\\') && buf_char(out, '\\') < 0) ||
                               buf_char(out, *text) < 0)
            return -1;
    return 0;
}

/* What the label holds, escaped, as a line of the node's label. */
static int line_take(struct drawing *d)
{
    int ret = draw_escape(&d->line, d->label.data ? d->label.data : "");
    buf_clear(&d->label);
    return ret < 0 ? -1 : buf_str(&d->line, "\\n");
}

/* By the class that speaks most, or which a single value is for; grey: none, or it is against. */
static const char *leaf_color(const struct drawing *d, const double *value)
{
    const struct tree_model *m = &d->o->model;
    const struct forest *f = &m->forest;
    double linked[LEARNER_MAX_OUTPUTS];
    int32_t class;

    if (m->target.task != TASK_CLASSIFICATION || (f->n_outputs > f->leaf_width && !(value[0] > 0)))
        return "#eeeeee";
    if (f->n_outputs > f->leaf_width) {
        class = forest_tree_output(f, d->number);
    } else if (leaves_are_means(f)) {
        prediction_link(&m->target, f, value, linked);
        class = prediction_label(&m->target, linked);
    } else {
        class = f->n_outputs > 1 ? prediction_label(&m->target, value)
                : value[0] > 0   ? dict_size(m->target.classes) - 1
                                 : 0;
    }
    return colors[class % N_COLORS];
}

/* A leaf, or a node whose splits are not drawn any more. */
static int end_label(struct drawing *d, uint32_t i, bool cut_off)
{
    const struct tree_model *m = &d->o->model;
    const double *value = d->mean + (size_t)i * (size_t)m->forest.leaf_width;

    if (buf_printf(&d->line, "  n%" PRIu32 " [%sfillcolor=\"%s\", label=\"", i + 1,
            cut_off ? "style=\"filled,dashed\", " : "", leaf_color(d, value)) < 0 ||
        label_leaf(&d->label, m, d->number, value, rounded) < 0 || line_take(d) < 0)
        return -1;
    if (cut_off && buf_printf(&d->line, "%" PRIu32 " leaves\\n", d->below[i]) < 0)
        return -1;
    return buf_printf(&d->line, "cover %.6g\"];\n", d->cover[i]);
}

static int split_label(struct drawing *d, uint32_t i)
{
    const struct node *node = &d->t.nodes[i];
    uint32_t yes = node_yes(node), no = node_no(node);
    bool with_yes = node_missing_yes(node), known = node_takes_all(&d->t, node);

    if (buf_printf(&d->line, "  n%" PRIu32 " [label=\"", i + 1) < 0 ||
        label_cut(&d->label, &d->o->model.schema, &d->t, node, cuts) < 0 || line_take(d) < 0)
        return -1;
    return buf_printf(&d->line,
        "gain %.4g, cover %.6g\"];\n"
        "  n%" PRIu32 " -> n%" PRIu32 " [label=\"%s\"];\n"
        "  n%" PRIu32 " -> n%" PRIu32 " [label=\"%s\"];\n",
        (double)d->t.stats[i], d->cover[i], i + 1, yes + 1, with_yes ? "yes, missing" : "yes",
        i + 1, no + 1, with_yes || known ? "no" : "no, missing");
}

static int nodes_put(struct drawing *d, struct err *err)
{
    for (uint32_t i = 0; i < d->t.n_nodes; i++) {
        const struct node *node = &d->t.nodes[i];
        int64_t depth = d->depth[i];
        if (d->max_depth >= 0 && depth > d->max_depth)
            continue;
        bool cut_off = depth == d->max_depth && !node_is_leaf(node);
        buf_clear(&d->line);
        if ((cut_off || node_is_leaf(node) ? end_label(d, i, cut_off) : split_label(d, i)) < 0)
            return err_memory(err);
        if (output_put(d->out, d->line.data, d->line.len, err) < 0)
            return -1;
    }
    return 0;
}

static void count_leaves(struct drawing *d)
{
    for (uint32_t i = d->t.n_nodes; i-- > 0;) {
        const struct node *node = &d->t.nodes[i];
        d->below[i] = node_is_leaf(node) ? 1 : d->below[node->child] + d->below[node->child + 1];
    }
}

int draw_tree(
    const struct opened *o, int tree, int64_t max_depth, struct output *out, struct err *err)
{
    const struct forest *f = &o->model.forest;
    struct drawing d = {.o = o,
        .number = tree,
        .t = forest_tree(f, tree),
        .out = out,
        .label = BUF_INIT,
        .line = BUF_INIT,
        .max_depth = max_depth};
    size_t n = d.t.n_nodes;
    int ret = -1;

    d.depth = mem_alloc(n, sizeof *d.depth);
    d.below = mem_alloc(n, sizeof *d.below);
    d.cover = mem_alloc(n, sizeof *d.cover);
    d.mean = mem_alloc(n, (size_t)f->leaf_width * sizeof *d.mean);
    if (!d.depth || !d.below || !d.cover || !d.mean) {
        err_memory(err);
        goto out;
    }
    tree_depth(&d.t, d.depth);
    tree_cover(&d.t, d.cover);
    tree_means(&d.t, f->leaf_width, d.cover, d.mean);
    count_leaves(&d);
    if (label_tree(&d.label, &o->model, tree, rounded) < 0 ||
        draw_escape(&d.line, d.label.data ? d.label.data : "") < 0) {
        err_memory(err);
        goto out;
    }
    buf_clear(&d.label);
    if (output_printf(out, err,
            "digraph tree {\n"
            "  label=\"tree %d of %d, %s%s\"; labelloc=t; ordering=out; fontname=\"sans-serif\";\n"
            "  node [shape=box, style=\"filled\", fillcolor=\"white\", fontname=\"sans-serif\"];\n"
            "  edge [fontname=\"sans-serif\", fontsize=11];\n",
            tree + 1, f->n_trees, o->file.program, d.line.data ? d.line.data : "") < 0 ||
        nodes_put(&d, err) < 0)
        goto out;
    ret = output_put(out, "}\n", 2, err);
out:
    buf_release(&d.label);
    buf_release(&d.line);
    mem_free(d.depth);
    mem_free(d.below);
    mem_free(d.cover);
    mem_free(d.mean);
    return ret;
}
