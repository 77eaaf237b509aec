/*
 * about.c -- a model's description for people; see about.h.
 *
 * What is known (schema, target) is put in words; whatever else a program describes itself by is
 * shown as it is, so that programs may add to it.
 */
#include "cmd/model/about.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/model/label.h"
#include "common/tree/linear.h"

enum { WIDTH = 12, LINE = 80, CLASSES_SHOWN = 20, LEVELS_SHOWN = 8 };

/* "rows        150": the first of a line; -1: no memory, as all that follow. */
static int head(struct buf *out, const char *what)
{
    return buf_printf(out, "%-*s", WIDTH - 1, what) < 0 ? -1 : buf_char(out, ' ');
}

static int line(struct buf *out, const char *what, const char *text)
{
    return head(out, what) < 0 || label_text(out, text) < 0 ? -1 : buf_char(out, '\n');
}

/* ---- anything ---- */

/* Scalars as they are, the rest as JSON. */
static int put_scalar(struct buf *out, const json_t *value, struct err *err)
{
    struct buf json = BUF_INIT;
    int ret;

    if (json_is_object(value) || json_is_array(value)) {
        ret = json_write(value, &json, err);
        if (ret == 0 && label_text(out, json.data) < 0)
            ret = err_memory(err);
        buf_release(&json);
        return ret;
    }
    ret = json_is_string(value)    ? label_text(out, json_string_value(value))
          : json_is_boolean(value) ? buf_str(out, json_is_true(value) ? "yes" : "no")
          : json_is_null(value)    ? buf_str(out, "none")
          : json_is_real(value)
              ? label_number(out, json_real_value(value), 6)
              : buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return ret < 0 ? err_memory(err) : 0;
}

/* Members of an object as "accuracy 0.96, auc 0.99", on as many lines as that takes. */
static int put_value(struct buf *out, const json_t *value, struct err *err)
{
    struct buf item = BUF_INIT;
    size_t line = WIDTH;
    const char *key;
    json_t *member;
    int n = 0, ret = -1;

    if (!json_is_object(value))
        return put_scalar(out, value, err);
    json_object_foreach((json_t *)value, key, member)
    {
        buf_clear(&item);
        if (label_text(&item, key) < 0 || buf_char(&item, ' ') < 0) {
            err_memory(err);
            goto out;
        }
        if (put_scalar(&item, member, err) < 0)
            goto out;
        bool fits = line + 2 + item.len < LINE;
        if ((n && (fits ? buf_str(out, ", ") : buf_printf(out, ",\n%*s", WIDTH, "")) < 0) ||
            buf_add(out, item.data, item.len) < 0) {
            err_memory(err);
            goto out;
        }
        line = (fits || !n ? line + (n ? 2 : 0) : WIDTH) + item.len;
        n++;
    }
    ret = 0;
out:
    buf_release(&item);
    return ret;
}

static int put_member(struct buf *out, const char *key, const json_t *value, struct err *err)
{
    struct buf escaped = BUF_INIT;
    int ret = label_text(&escaped, key) < 0 || head(out, escaped.data ? escaped.data : "") < 0
                  ? err_memory(err)
                  : put_value(out, value, err);
    buf_release(&escaped);
    return ret < 0 ? -1 : buf_char(out, '\n') < 0 ? err_memory(err) : 0;
}

/* ---- the target and the columns ---- */

static int put_names(struct buf *out, const struct dict *d, int32_t shown)
{
    int32_t n = dict_size(d);
    if (n <= shown + 1)
        shown = n;
    for (int32_t i = 0; i < shown; i++)
        if ((i && buf_str(out, ", ") < 0) || label_text(out, dict_text(d, i, NULL)) < 0)
            return -1;
    return shown < n ? buf_printf(out, ", ... (%" PRId32 " in all)", n) : 0;
}

static int put_target(struct buf *out, const struct target *t)
{
    if (line(out, "task", task_names[t->task]) < 0 || (t->name && line(out, "target", t->name) < 0))
        return -1;
    if (!t->classes)
        return 0;
    return head(out, "classes") < 0 || put_names(out, t->classes, CLASSES_SHOWN) < 0
               ? -1
               : buf_char(out, '\n');
}

static int put_column(struct buf *out, const struct col_spec *c)
{
    if (buf_printf(out, "  %-*s", WIDTH - 3, col_kind_names[c->kind]) < 0 ||
        buf_char(out, ' ') < 0 || label_text(out, c->name) < 0)
        return -1;
    if (c->kind == COL_CATEGORY &&
        (buf_str(out, ": ") < 0 || put_names(out, c->dict, LEVELS_SHOWN) < 0))
        return -1;
    if (c->note &&
        (buf_str(out, " (") < 0 || label_text(out, c->note) < 0 || buf_char(out, ')') < 0))
        return -1;
    return buf_char(out, '\n');
}

static int put_schema(struct buf *out, const struct schema *s)
{
    int used = schema_n_features(s);

    if (head(out, "columns") < 0 || buf_printf(out, "%d", used) < 0 ||
        (used < s->n_cols && buf_printf(out, ", and %d ignored", s->n_cols - used) < 0) ||
        (!s->named && buf_str(out, ", without names: by position") < 0) || buf_char(out, '\n') < 0)
        return -1;
    for (int i = 0; i < s->n_cols; i++)
        if (put_column(out, &s->cols[i]) < 0)
            return -1;
    if (s->na && *s->na && line(out, "missing", s->na) < 0)
        return -1;
    return 0;
}

/* ---- trees and arrays ---- */

/* Of columns, in the place of trees. */
static int put_weights(struct buf *out, const struct opened *o)
{
    const struct forest *f = &o->model.forest;
    int used = 0;

    for (int i = 0; i < f->linear_cols; i++) {
        bool some = false;
        for (int j = 0; j < f->n_outputs; j++)
            some |= linear_weights(f, j)[i] != 0;
        used += some;
    }
    if (head(out, "weights") < 0 ||
        buf_printf(out, "of %d columns, by %d round%s%s\n", used, f->linear_rounds,
            f->linear_rounds == 1 ? "" : "s",
            o->model.fingerprint[0] ? ", of a checkpoint" : "") < 0 ||
        head(out, "  output") < 0 || label_forest(out, &o->model) < 0)
        return -1;
    return buf_char(out, '\n');
}

static int put_trees(struct buf *out, const struct opened *o, const struct forest_facts *f)
{
    bool flat = f->depth_min == f->depth_max;

    if (o->model.forest.linear)
        return put_weights(out, o);
    if (head(out, "trees") < 0 || buf_printf(out, "%d%s\n", f->n_trees,
                                      o->model.fingerprint[0] ? ", of a checkpoint" : "") < 0)
        return -1;
    if (!leaves_are_means(&o->model.forest) &&
        (head(out, "  output") < 0 || label_forest(out, &o->model) < 0 || buf_char(out, '\n') < 0))
        return -1;
    if (!f->n_trees)
        return 0;
    if (head(out, "  nodes") < 0 ||
        buf_printf(out, "%" PRId64 ", %" PRId64 " of them leaves\n", f->n_nodes, f->n_leaves) < 0 ||
        head(out, "  depth") < 0 || buf_printf(out, "%" PRIu32, f->depth_min) < 0 ||
        (!flat && buf_printf(out, " to %" PRIu32 ", mean %.3g", f->depth_max, f->depth_mean) < 0) ||
        buf_char(out, '\n') < 0)
        return -1;
    return 0;
}

static int put_arrays(struct buf *out, const struct st_file *st, bool each)
{
    uint64_t bytes = 0;
    int n = st_count(st);

    for (int i = 0; i < n; i++)
        bytes += st_tensor(st, i)->bytes;
    if (head(out, "arrays") < 0 || buf_printf(out, "%d, %" PRIu64 " bytes\n", n, bytes) < 0)
        return -1;
    for (int i = 0; each && i < n; i++) {
        const struct st_tensor *t = st_tensor(st, i);
        if (buf_printf(out, "  %-*s ", WIDTH - 3, dtype_name(t->dtype)) < 0 ||
            label_text(out, t->name) < 0)
            return -1;
        for (int j = 0; j < t->n_dims; j++)
            if (buf_printf(out, "%s%" PRId64, j ? " x " : ": ", t->shape[j]) < 0)
                return -1;
        if (buf_char(out, '\n') < 0)
            return -1;
    }
    return 0;
}

/* ---- the whole ---- */

/* Members that have been put in words, or that the facts of the trees tell. */
static bool known(const char *key, bool trees)
{
    static const char *const said[] = {"schema", "target", "summary", "options"};
    static const char *const facts[] = {"kind", "average", "n_outputs", "leaf_width", "link",
        "link_scale", "n_trees", "linear_rounds", "fingerprint"};

    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(key, said[i]) == 0)
            return true;
    for (size_t i = 0; trees && i < sizeof facts / sizeof *facts; i++)
        if (strcmp(key, facts[i]) == 0)
            return true;
    return false;
}

/* The members of an object, a line each; counts of nothing are left out. */
static int put_members(struct buf *out, const json_t *object, struct err *err)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        bool nothing = json_is_integer(value) && json_integer_value(value) == 0;
        if (!nothing && put_member(out, key, value, err) < 0)
            return -1;
    }
    return 0;
}

/* All of these are there in models of trees, and may be in others. */
static int put_known(struct buf *out, const json_t *about, struct err *err)
{
    const json_t *summary = json_object_get(about, "summary");
    const json_t *options = json_object_get(about, "options");
    struct target target = {.name = NULL};
    int ret = 0;

    if (json_object_get(about, "target")) {
        if (target_from_json(&target, json_object_get(about, "target"), err) < 0)
            return -1;
        ret = put_target(out, &target) < 0 ? err_memory(err) : 0;
        target_release(&target);
    }
    if (ret == 0 && json_is_object(summary))
        ret = put_members(out, summary, err);
    if (ret == 0 && json_is_object(options))
        ret = put_member(out, "options", options, err);
    return ret;
}

static int put_columns(struct buf *out, const json_t *about, struct err *err)
{
    struct schema schema = {.n_cols = 0};
    int ret = 0;

    if (!json_object_get(about, "schema"))
        return 0;
    if (schema_from_json(&schema, json_object_get(about, "schema"), err) < 0)
        return -1;
    if (put_schema(out, &schema) < 0)
        ret = err_memory(err);
    schema_release(&schema);
    return ret;
}

int about_text(const struct opened *o, const struct forest_facts *facts, bool arrays,
    struct buf *out, struct err *err)
{
    const struct model *m = &o->file;
    const char *key;
    json_t *value;

    if (line(out, "program", m->program) < 0 ||
        line(out, "format", st_meta(m->st, "learnutils")) < 0)
        return err_memory(err);
    if (put_known(out, m->description, err) < 0) {
        if (err->kind != ERR_MEMORY)
            err_prefix(err, "%s", o->name);
        return -1;
    }
    json_object_foreach(m->description, key, value)
    {
        if (!known(key, o->has_trees) && put_member(out, key, value, err) < 0)
            return -1;
    }
    if ((facts && put_trees(out, o, facts) < 0) || put_arrays(out, m->st, arrays) < 0)
        return err_memory(err);
    if (put_columns(out, m->description, err) < 0) {
        if (err->kind != ERR_MEMORY)
            err_prefix(err, "%s", o->name);
        return -1;
    }
    return 0;
}
