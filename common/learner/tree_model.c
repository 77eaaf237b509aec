/* tree_model.c -- see tree_model.h. */
#include "common/learner/tree_model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/stream/output.h"
#include "common/learner/learner.h"

/* What is not as it mostly is. */
static int describe_more(json_t *j, const struct tree_model_parts *parts)
{
    const struct forest *f = parts->forest;

    if ((f->leaf_width != f->n_outputs &&
            json_object_set_new(j, "leaf_width", json_integer(f->leaf_width)) < 0) ||
        (f->parallel != 1 && json_object_set_new(j, "parallel", json_integer(f->parallel)) < 0) ||
        (f->link != LINK_IDENTITY &&
            json_object_set_new(j, "link", json_string(link_names[f->link])) < 0) ||
        (f->link_scale != 1 &&
            json_object_set_new(j, "link_scale", json_real(f->link_scale)) < 0) ||
        (f->linear && json_object_set_new(j, "linear_rounds", json_integer(f->linear_rounds)) < 0))
        return -1;
    return parts->fingerprint
               ? json_object_set_new(j, "fingerprint", json_string(parts->fingerprint))
               : 0;
}

static json_t *describe(const struct tree_model_parts *parts, struct err *err)
{
    const struct forest *forest = parts->forest;
    json_t *s = schema_to_json(parts->schema, err);
    json_t *t = s ? target_to_json(parts->target, err) : NULL;

    if (!s || !t) {
        json_decref(s);
        return NULL;
    }
    json_t *j =
        json_pack("{s:o, s:o, s:O, s:O, s:s, s:i, s:i}", "schema", s, "target", t, "options",
            parts->options, "summary", parts->summary, "kind", forest_kind_names[forest->kind],
            "n_outputs", forest->n_outputs, "n_trees", forest->n_trees);
    if (j && describe_more(j, parts) < 0) {
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
        (!parts->fingerprint || forest_pack_unscaled(parts->forest, w, err) == 0) &&
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

/* ---- reading ---- */

/* A classifier has at least two classes, and an output for the last of two or for each; of values
 * several outputs are quantiles. */
static int outputs_check(const struct target *t, int64_t n_outputs, struct err *err)
{
    if (t->task != TASK_CLASSIFICATION)
        return 0;
    int64_t n_classes = dict_size(t->classes);
    if (n_classes < 2)
        return err_set(err, "corrupt model: a classifier of fewer than two classes");
    return n_outputs == n_classes || (n_outputs == 1 && n_classes == 2)
               ? 0
               : err_set(err, "corrupt model: its leaves do not fit its target");
}

/* Which quantiles the outputs are. */
static int quantiles_get(struct forest *f, const json_t *options, struct err *err)
{
    const json_t *list = json_object_get(options, "quantile_alpha");
    double q[LEARNER_MAX_OUTPUTS];

    if (json_array_size(list) != (size_t)f->n_outputs || f->leaf_width != 1)
        return err_set(err, "corrupt model: its leaves do not fit its target");
    for (int i = 0; i < f->n_outputs; i++) {
        q[i] = json_number_value(json_array_get(list, (size_t)i));
        bool good = q[i] > 0 && q[i] < 1;
        for (int j = 0; j < i; j++)
            good = good && q[i] != q[j];
        if (!good)
            return err_set(err, "corrupt model: its quantiles are not within 0 and 1, or not all "
                                "different");
    }
    return forest_quantiles(f, q) < 0 ? err_memory(err) : 0;
}

static int link_check(const struct forest *f, const struct target *t, struct err *err)
{
    bool classes = t->task == TASK_CLASSIFICATION;
    bool fits = f->link == LINK_LOGISTIC  ? f->n_outputs == 1
                : f->link == LINK_SOFTMAX ? classes && f->n_outputs > 1
                : f->link == LINK_EXP     ? !classes
                                          : true;

    if (!fits)
        return err_set(
            err, "corrupt model: its link %s does not fit its target", link_names[f->link]);
    return f->link_scale > 0 && isfinite(f->link_scale)
               ? 0
               : err_set(err, "corrupt model: its link_scale is not above 0 and finite");
}

/* Which of the names a member is. */
static int name_get(
    const json_t *j, const char *key, const char *const *names, int n, int *which, struct err *err)
{
    const char *text;

    if (json_get_string(j, key, &text, err) < 0)
        return -1;
    for (*which = 0; *which < n; ++*which)
        if (strcmp(text, names[*which]) == 0)
            return 0;
    return err_set(err, "corrupt model: its %s is '%.*s'", key, err_quote_len(strlen(text)), text);
}

/* Models of old have "average" instead of "kind". */
static int kind_get(const json_t *j, int *kind, struct err *err)
{
    bool average = false;

    if (json_object_get(j, "kind"))
        return name_get(j, "kind", forest_kind_names, FOREST_KINDS, kind, err);
    if (json_get_bool(j, "average", &average, err) < 0)
        return -1;
    *kind = average ? FOREST_MEAN : FOREST_SUM;
    return 0;
}

/* Makes the forest as the description says it is; its arrays are still to be read. */
static int forest_describe(
    struct forest *f, const json_t *j, const struct target *t, struct err *err)
{
    int64_t n_outputs, width, parallel = 1, linear_rounds = 0;
    double scale = 1;
    int kind, link = LINK_IDENTITY;

    if (kind_get(j, &kind, err) < 0 ||
        json_get_int(j, "n_outputs", 1, LEARNER_MAX_OUTPUTS, &n_outputs, err) < 0)
        return -1;
    width = n_outputs;
    if ((json_object_get(j, "leaf_width") &&
            json_get_int(j, "leaf_width", 1, n_outputs, &width, err) < 0) ||
        (json_object_get(j, "parallel") &&
            json_get_int(j, "parallel", 1, PARALLEL_MAX, &parallel, err) < 0) ||
        (json_object_get(j, "linear_rounds") &&
            json_get_int(j, "linear_rounds", 1, ROUNDS_MAX, &linear_rounds, err) < 0) ||
        (json_object_get(j, "link") && name_get(j, "link", link_names, LINKS, &link, err) < 0) ||
        (json_object_get(j, "link_scale") && json_get_real(j, "link_scale", &scale, err) < 0) ||
        outputs_check(t, n_outputs, err) < 0)
        return -1;
    if (width != 1 && width != n_outputs)
        return err_set(err, "corrupt model: its leaves have neither one value nor all");
    if (kind == FOREST_MEDIAN && n_outputs > 1)
        return err_set(err, "corrupt model: a median of more than one output");
    if (forest_init(f, (enum forest_kind)kind, (int)n_outputs, (int)width, err) < 0)
        return -1;
    f->parallel = (int)parallel;
    f->linear_rounds = (int)linear_rounds;
    f->link = (enum link)link;
    f->link_scale = scale;
    return link_check(f, t, err);
}

int tree_model_load(struct tree_model *m, const struct model *file, bool stats, struct err *err)
{
    const json_t *j = file->description, *schema, *target, *options;
    const char *fingerprint;

    *m = (struct tree_model)TREE_MODEL_INIT;
    if (json_get_object(j, "schema", &schema, err) < 0 ||
        json_get_object(j, "target", &target, err) < 0 ||
        json_get_object(j, "options", &options, err) < 0 ||
        schema_from_json(&m->schema, schema, err) < 0 ||
        target_from_json(&m->target, target, err) < 0 ||
        forest_describe(&m->forest, j, &m->target, err) < 0 ||
        (m->target.task != TASK_CLASSIFICATION && m->forest.n_outputs > 1 &&
            quantiles_get(&m->forest, options, err) < 0) ||
        forest_unpack(&m->forest, file->st, &m->schema, stats, err) < 0)
        goto fail;
    if (forest_is_empty(&m->forest) && !json_object_get(j, "fingerprint")) {
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
