/* tree_model.c -- see tree_model.h. */
#include "common/learner/tree_model.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/stream/output.h"
#include "common/learner/learner.h"

static json_t *describe(const struct tree_model_parts *parts, struct err *err)
{
    const struct forest *forest = parts->forest;
    json_t *s = schema_to_json(parts->schema, err);
    json_t *t = s ? target_to_json(parts->target, err) : NULL;

    if (!s || !t) {
        json_decref(s);
        return NULL;
    }
    json_t *j = json_pack("{s:o, s:o, s:O, s:O, s:b, s:i, s:i}", "schema", s, "target", t,
        "options", parts->options, "summary", parts->summary, "average", forest->average,
        "n_outputs", forest->n_outputs, "n_trees", forest->n_trees);
    if (j && parts->fingerprint &&
        json_object_set_new(j, "fingerprint", json_string(parts->fingerprint)) < 0) {
        json_decref(j);
        j = NULL;
    }
    if (!j)
        err_memory(err);
    return j;
}

int tree_model_put(const struct tree_model_parts *parts, struct output *out, struct err *err)
{
    uint32_t *tree_nodes = NULL;
    struct st_writer *w = NULL;
    json_t *j = describe(parts, err);
    int ret = -1;

    if (j && (w = st_writer_new(err)) && forest_pack(parts->forest, &tree_nodes, w, err) == 0 &&
        (!parts->leaf_rows || leaf_rows_pack(parts->leaf_rows, w, err) == 0))
        ret = model_write(w, parts->program, j, out, err);
    st_writer_free(w);
    mem_free(tree_nodes);
    json_decref(j);
    return ret;
}

int tree_model_write(const struct tree_model_parts *parts, const char *path, struct err *err)
{
    struct output out = OUTPUT_INIT;
    int ret = -1;

    if (output_open(&out, path, OUTPUT_BINARY, err) == 0 && tree_model_put(parts, &out, err) == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    return ret;
}

/* A classifier has at least two classes, and an output for the last of two or for each. */
static int outputs_check(const struct tree_model *m, int64_t n_outputs, struct err *err)
{
    int64_t expected = 1;
    if (m->target.task == TASK_CLASSIFICATION) {
        int64_t n_classes = dict_size(m->target.classes);
        if (n_classes < 2)
            return err_set(err, "corrupt model: a classifier of fewer than two classes");
        if (n_outputs == n_classes)
            return 0;
        expected = n_classes == 2 ? 1 : n_classes;
    }
    return n_outputs == expected ? 0
                                 : err_set(err, "corrupt model: its leaves do not fit its target");
}

int tree_model_load(struct tree_model *m, const struct model *file, bool stats, struct err *err)
{
    const json_t *j = file->description, *schema, *target, *options;
    const char *fingerprint;
    int64_t n_outputs;
    bool average;

    *m = (struct tree_model)TREE_MODEL_INIT;
    if (json_get_object(j, "schema", &schema, err) < 0 ||
        json_get_object(j, "target", &target, err) < 0 ||
        json_get_object(j, "options", &options, err) < 0 ||
        json_get_bool(j, "average", &average, err) < 0 ||
        json_get_int(j, "n_outputs", 1, LEARNER_MAX_OUTPUTS, &n_outputs, err) < 0 ||
        schema_from_json(&m->schema, schema, err) < 0 ||
        target_from_json(&m->target, target, err) < 0 || outputs_check(m, n_outputs, err) < 0 ||
        forest_unpack(&m->forest, file->st, &m->schema, (int)n_outputs, average, stats, err) < 0)
        goto fail;
    if (m->forest.n_trees == 0 && !json_object_get(j, "fingerprint")) {
        err_set(err, "corrupt model: it has no tree");
        goto fail;
    }
    m->options = json_incref((json_t *)options);
    if (json_object_get(j, "fingerprint")) {
        if (json_get_string(j, "fingerprint", &fingerprint, err) < 0)
            goto fail;
        snprintf(m->fingerprint, sizeof m->fingerprint, "%s", fingerprint);
    }
    return 0;
fail:
    tree_model_release(m);
    return -1;
}

int tree_model_read(
    struct tree_model *m, const char *path, const char *program, bool stats, struct err *err)
{
    struct model file = MODEL_INIT;
    int ret = -1;

    *m = (struct tree_model)TREE_MODEL_INIT;
    if (model_open(&file, path, program, err) < 0)
        goto out;
    ret = tree_model_load(m, &file, stats, err);
    if (ret < 0)
        err_prefix(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
out:
    model_release(&file);
    return ret;
}

void tree_model_release(struct tree_model *m)
{
    schema_release(&m->schema);
    target_release(&m->target);
    forest_release(&m->forest);
    json_decref(m->options);
    *m = (struct tree_model)TREE_MODEL_INIT;
}
