/* about_json.c -- a model's description with the facts of its trees and arrays; see about.h. */
#include "cmd/model/about.h"

#include <stdlib.h>

static json_t *shape_json(const struct st_tensor *t)
{
    json_t *shape = json_array();
    for (int i = 0; shape && i < t->n_dims; i++)
        if (json_array_append_new(shape, json_integer(t->shape[i])) < 0) {
            json_decref(shape);
            return NULL;
        }
    return shape;
}

static json_t *arrays_json(const struct st_file *st)
{
    json_t *all = json_array();
    for (int i = 0; all && i < st_count(st); i++) {
        const struct st_tensor *t = st_tensor(st, i);
        json_t *one = json_pack("{s:s, s:s, s:o*, s:I}", "name", t->name, "type",
            dtype_name(t->dtype), "shape", shape_json(t), "bytes", (json_int_t)t->bytes);
        if (!one || !json_object_get(one, "shape") || json_array_append_new(all, one) < 0) {
            json_decref(one);
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static json_t *trees_json(const struct forest_facts *f)
{
    return json_pack("{s:i, s:I, s:I, s:{s:I, s:f, s:I}, s:f}", "count", f->n_trees, "nodes",
        (json_int_t)f->n_nodes, "leaves", (json_int_t)f->n_leaves, "depth", "min",
        (json_int_t)f->depth_min, "mean", f->depth_mean, "max", (json_int_t)f->depth_max, "cover",
        f->cover);
}

static int set(json_t *to, const char *key, json_t *value, struct err *err)
{
    return json_object_set_new(to, key, value) < 0 ? err_memory(err) : 0;
}

int about_json(
    const struct opened *o, const struct forest_facts *facts, struct buf *out, struct err *err)
{
    const struct model *m = &o->file;
    json_t *j = json_object();
    int ret = -1;

    if (!j)
        return err_memory(err);
    if (set(j, "program", json_string(m->program), err) < 0 ||
        set(j, "format", json_integer(strtol(st_meta(m->st, "learnutils"), NULL, 10)), err) < 0 ||
        (facts && set(j, "trees", trees_json(facts), err) < 0) ||
        set(j, "arrays", arrays_json(m->st), err) < 0 ||
        set(j, "description", json_incref(m->description), err) < 0 || json_write(j, out, err) < 0)
        goto out;
    ret = buf_char(out, '\n') < 0 ? err_memory(err) : 0;
out:
    json_decref(j);
    return ret;
}
