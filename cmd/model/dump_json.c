/*
 * dump_json.c -- trees as one JSON object, a tree a line; see dump.h and man/model.1.
 *
 *   {"program":"rf","schema":{...},"target":{...},"n_outputs":3,
 *    "leaf_width":3,"kind":"mean","link":"identity","link_scale":1,"base":[0,0,0],
 *    "trees":[
 *   {"tree":1,"depth":2,"nodes":[
 *     {"node":1,"column":"age","threshold":2.5,"yes":2,"no":3,"missing":3,"gain":9,"cover":20},
 *     {"node":2,"leaf":1,"values":[0.25,0.75,0],"cover":8}, ...]},
 *   ...]}
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cmd/model/dump.h"
#include "cmd/model/facts.h"
#include "cmd/model/label.h"
#include "common/base/mem.h"
#include "common/io/format/number.h"

struct writer {
    const struct opened *o;
    struct output *out;
    struct buf text; /* of a node */
    uint32_t *depth;
    double *cover;
};

/* ---- pieces ---- */

static int add_number(struct buf *b, double value)
{
    char text[NUMBER_MAX];
    number_write(value, text);
    return buf_str(b, text);
}

static int add_numbers(struct buf *b, const double *value, int n)
{
    if (buf_char(b, '[') < 0)
        return -1;
    for (int i = 0; i < n; i++)
        if ((i && buf_char(b, ',') < 0) || add_number(b, value[i]) < 0)
            return -1;
    return buf_char(b, ']');
}

static int add_levels(
    struct buf *b, const struct dict *levels, const uint64_t *set, struct err *err)
{
    struct set_walk walk = {.set = set};
    bool first = true;
    uint32_t level;

    if (buf_str(b, "\"levels\":[") < 0)
        return err_memory(err);
    for (; set_next(&walk, &level); first = false) {
        size_t len;
        const char *text = dict_text(levels, (int32_t)level, &len);
        if (!first && buf_char(b, ',') < 0)
            return err_memory(err);
        if (json_write_string(b, text, len, err) < 0)
            return -1;
    }
    return buf_char(b, ']') < 0 ? err_memory(err) : 0;
}

/* JSON has no infinity: it is a text. */
static int add_threshold(struct buf *b, double threshold)
{
    const char *quote = isinf(threshold) ? "\"" : "";
    return buf_printf(b, "\"threshold\":%s", quote) < 0 || add_number(b, threshold) < 0
               ? -1
               : buf_str(b, quote);
}

/* ---- nodes and trees ---- */

static int add_split(struct writer *w, const struct tree *t, uint32_t i, struct err *err)
{
    const struct node *node = &t->nodes[i];
    const struct col_spec *column = &w->o->model.schema.cols[node_column(t, node)];
    uint32_t yes = node_yes(node) + 1, no = node_no(node) + 1;
    char gain[NUMBER_MAX];

    number_write_float(t->stats[i], gain);
    if (buf_str(&w->text, ",\"column\":") < 0)
        return err_memory(err);
    if (json_write_string(&w->text, column->name, strlen(column->name), err) < 0)
        return -1;
    if (buf_char(&w->text, ',') < 0)
        return err_memory(err);
    if (node_is_category(node)) {
        if (add_levels(&w->text, column->dict, node_set(t, node), err) < 0)
            return -1;
    } else if (add_threshold(&w->text, node_threshold(t, node)) < 0) {
        return err_memory(err);
    }
    if (buf_printf(&w->text,
            ",\"yes\":%" PRIu32 ",\"no\":%" PRIu32 ",\"missing\":%" PRIu32 ",\"gain\":%s", yes, no,
            node_missing_yes(node) ? yes : no, gain) < 0)
        return err_memory(err);
    return 0;
}

static int node_put(struct writer *w, const struct tree *t, uint32_t i, struct err *err)
{
    const struct node *node = &t->nodes[i];
    int k = w->o->model.forest.leaf_width;

    buf_clear(&w->text);
    if (buf_printf(&w->text, "%s{\"node\":%" PRIu32, i ? "," : "", i + 1) < 0)
        return err_memory(err);
    if (node_is_leaf(node)) {
        if (buf_printf(&w->text, ",\"leaf\":%" PRIu32 ",\"values\":", node->child + 1) < 0 ||
            add_numbers(&w->text, t->values + (size_t)node->child * (size_t)k, k) < 0)
            return err_memory(err);
    } else if (add_split(w, t, i, err) < 0) {
        return -1;
    }
    if (buf_str(&w->text, ",\"cover\":") < 0 || add_number(&w->text, w->cover[i]) < 0 ||
        buf_char(&w->text, '}') < 0)
        return err_memory(err);
    return output_put(w->out, w->text.data, w->text.len, err);
}

/* "class":"Bonn", "quantile":0.9, or "weight":0.5, where trees differ so. */
static int add_role(struct writer *w, int number, struct err *err)
{
    const struct tree_model *m = &w->o->model;
    const struct forest *f = &m->forest;
    size_t len;

    if (f->tree_weight &&
        (buf_str(&w->text, "\"weight\":") < 0 || add_number(&w->text, f->tree_weight[number]) < 0 ||
            buf_char(&w->text, ',') < 0))
        return err_memory(err);
    if (f->n_outputs == f->leaf_width)
        return 0;
    int output = forest_tree_output(f, number);
    if (f->quantile)
        return buf_str(&w->text, "\"quantile\":") < 0 ||
                       add_number(&w->text, f->quantile[output]) < 0 || buf_char(&w->text, ',') < 0
                   ? err_memory(err)
                   : 0;
    const char *class = dict_text(m->target.classes, output, &len);
    if (buf_str(&w->text, "\"class\":") < 0)
        return err_memory(err);
    if (json_write_string(&w->text, class, len, err) < 0)
        return -1;
    return buf_char(&w->text, ',') < 0 ? err_memory(err) : 0;
}

static int tree_put(struct writer *w, int number, bool first, struct err *err)
{
    struct tree t = forest_tree(&w->o->model.forest, number);
    uint32_t deepest = tree_depth(&t, w->depth);

    tree_cover(&t, w->cover);
    buf_clear(&w->text);
    if (add_role(w, number, err) < 0)
        return -1;
    if (output_printf(w->out, err, "%s\n{\"tree\":%d,%s\"depth\":%" PRIu32 ",\"nodes\":[",
            first ? "" : ",", number + 1, w->text.data ? w->text.data : "", deepest) < 0)
        return -1;
    for (uint32_t i = 0; i < t.n_nodes; i++)
        if (node_put(w, &t, i, err) < 0)
            return -1;
    return output_put(w->out, "]}", 2, err);
}

/* ---- the whole ---- */

/* Everything before the trees. */
static int head_put(struct writer *w, struct err *err)
{
    const struct tree_model *m = &w->o->model;
    json_t *schema = schema_to_json(&m->schema, err), *target = NULL;
    int ret = -1;

    if (!schema || !(target = target_to_json(&m->target, err)))
        goto out;
    buf_clear(&w->text);
    if (buf_printf(&w->text, "{\"program\":\"%s\",\n\"schema\":", w->o->file.program) < 0) {
        err_memory(err);
        goto out;
    }
    if (json_write(schema, &w->text, err) < 0)
        goto out;
    if (buf_str(&w->text, ",\n\"target\":") < 0) {
        err_memory(err);
        goto out;
    }
    if (json_write(target, &w->text, err) < 0)
        goto out;
    if (buf_printf(&w->text,
            ",\n\"n_outputs\":%d,\"leaf_width\":%d,\"kind\":\"%s\",\"link\":\"%s\","
            "\"link_scale\":",
            m->forest.n_outputs, m->forest.leaf_width, forest_kind_names[m->forest.kind],
            link_names[m->forest.link]) < 0 ||
        add_number(&w->text, m->forest.link_scale) < 0 || buf_str(&w->text, ",\"base\":") < 0 ||
        add_numbers(&w->text, m->forest.base, m->forest.n_outputs) < 0) {
        err_memory(err);
        goto out;
    }
    if (weights_json(m, &w->text, err) < 0)
        goto out;
    if (buf_str(&w->text, ",\n\"trees\":[") < 0) {
        err_memory(err);
        goto out;
    }
    ret = output_put(w->out, w->text.data, w->text.len, err);
out:
    json_decref(schema);
    json_decref(target);
    return ret;
}

int dump_json(const struct opened *o, const bool *picked, struct output *out,
    const struct watch *watch, struct err *err)
{
    size_t largest = forest_largest(&o->model.forest);
    struct writer w = {.o = o, .out = out, .text = BUF_INIT};
    bool first = true;
    int ret = -1;

    w.depth = mem_alloc(largest, sizeof *w.depth);
    w.cover = mem_alloc(largest, sizeof *w.cover);
    if (!w.depth || !w.cover) {
        err_memory(err);
        goto out;
    }
    if (head_put(&w, err) < 0)
        goto out;
    for (int i = 0; i < o->model.forest.n_trees; i++) {
        if (watch_stop(watch)) {
            err_interrupted(err);
            goto out;
        }
        if (picked[i] && tree_put(&w, i, first, err) < 0)
            goto out;
        first = first && !picked[i];
    }
    ret = output_put(out, "\n]}\n", 4, err);
out:
    buf_release(&w.text);
    mem_free(w.depth);
    mem_free(w.cover);
    return ret;
}
