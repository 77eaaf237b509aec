/*
 * schema_json.c -- schema and target to JSON and back.
 *
 *   {"named": true, "trim": true, "absent_zero": false, "na": "NA,?",
 *    "columns": [{"name": "age", "kind": "number", "note": "..."},
 *                {"name": "city", "kind": "category", "values": ["Bonn", "Ulm"]}]}
 *   {"name": "y", "task": "classification", "classes": ["no", "yes"]}
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "common/table/cell.h"
#include "common/table/schema.h"

enum { COLUMNS_MAX = 1 << 24 };

/* Sets a member; takes value over, which may be NULL for want of memory. */
static int put(json_t *object, const char *key, json_t *value, struct err *err)
{
    return json_object_set_new(object, key, value) < 0 ? err_memory(err) : 0;
}

/* JSON text is UTF-8. */
static json_t *text_to_json(const char *text, size_t len, const char *what, struct err *err)
{
    if (!utf8_valid(text, len)) {
        err_set(err, "%s '%.*s' is not UTF-8 text", what, err_quote_len(len), text);
        return NULL;
    }
    json_t *j = json_stringn(text, len);
    if (!j)
        err_memory(err);
    return j;
}

static int put_text(
    json_t *object, const char *key, const char *text, const char *what, struct err *err)
{
    json_t *j = text_to_json(text, strlen(text), what, err);
    return j ? put(object, key, j, err) : -1;
}

static json_t *dict_to_json(const struct dict *d, const char *what, struct err *err)
{
    json_t *array = json_array();
    if (!array)
        err_memory(err);
    for (int32_t i = 0; array && i < dict_size(d); i++) {
        size_t len;
        const char *text = dict_text(d, i, &len);
        json_t *j = text_to_json(text, len, what, err);
        if (!j || json_array_append_new(array, j) < 0) {
            if (j)
                err_memory(err);
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static int put_dict(
    json_t *object, const char *key, const struct dict *d, const char *what, struct err *err)
{
    json_t *j = dict_to_json(d, what, err);
    return j ? put(object, key, j, err) : -1;
}

static json_t *column_to_json(const struct col_spec *c, struct err *err)
{
    json_t *j = json_object();
    if (!j) {
        err_memory(err);
        return NULL;
    }
    if (put_text(j, "name", c->name, "column name", err) < 0 ||
        put_text(j, "kind", col_kind_names[c->kind], "kind", err) < 0 ||
        (c->kind == COL_CATEGORY && put_dict(j, "values", c->dict, "category", err) < 0) ||
        (c->note && put_text(j, "note", c->note, "note", err) < 0)) {
        json_decref(j);
        return NULL;
    }
    return j;
}

json_t *schema_to_json(const struct schema *s, struct err *err)
{
    json_t *columns = NULL, *j = json_object();
    if (!j) {
        err_memory(err);
        return NULL;
    }
    if (put(j, "named", json_boolean(s->named), err) < 0 ||
        put(j, "trim", json_boolean(!s->no_trim), err) < 0 ||
        put(j, "absent_zero", json_boolean(s->absent_zero), err) < 0 ||
        put_text(j, "na", s->na ? s->na : "", "text of a missing value", err) < 0 ||
        put(j, "columns", columns = json_array(), err) < 0)
        goto failed;
    for (int i = 0; i < s->n_cols; i++) {
        json_t *column = column_to_json(&s->cols[i], err);
        if (!column)
            goto failed;
        if (json_array_append_new(columns, column) < 0) {
            err_memory(err);
            goto failed;
        }
    }
    return j;
failed:
    json_decref(j);
    return NULL;
}

json_t *target_to_json(const struct target *t, struct err *err)
{
    json_t *j = json_object();
    if (!j) {
        err_memory(err);
        return NULL;
    }
    if ((t->name && put_text(j, "name", t->name, "target name", err) < 0) ||
        put_text(j, "task", task_names[t->task], "task", err) < 0 ||
        (t->classes && put_dict(j, "classes", t->classes, "class", err) < 0)) {
        json_decref(j);
        return NULL;
    }
    return j;
}

/* ---- back ---- */

static int name_index(const char *text, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return -1;
}

/* A copy of a string member; NULL and 0 when it may be absent and is. */
static int get_text(const json_t *j, const char *key, bool optional, char **text, struct err *err)
{
    const char *value;
    *text = NULL;
    if (optional && !json_object_get(j, key))
        return 0;
    if (json_get_string(j, key, &value, err) < 0)
        return -1;
    *text = mem_strdup(value);
    return *text ? 0 : err_memory(err);
}

/* Texts that differ, without a NUL: a dictionary. */
static struct dict *get_dict(const json_t *j, const char *key, struct err *err)
{
    const json_t *array;
    struct dict *d = NULL;

    if (json_get_array(j, key, &array, err) < 0)
        return NULL;
    if (!(d = dict_new())) {
        err_memory(err);
        return NULL;
    }
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const char *text = json_string_value(item);
        size_t len = json_string_length(item);
        if (!text || strlen(text) != len) {
            err_set(err, "'%s' item %zu is not a text", key, i + 1);
            goto failed;
        }
        int32_t code = dict_add(d, text, len);
        if (code < 0) {
            err_memory(err);
            goto failed;
        }
        if ((size_t)code != i) {
            err_set(err, "'%s' has '%.*s' twice", key, err_quote_len(len), text);
            goto failed;
        }
    }
    return d;
failed:
    dict_free(d);
    return NULL;
}

static int column_from_json(struct col_spec *c, const json_t *j, struct err *err)
{
    const char *kind;

    if (!json_is_object(j))
        return err_set(err, "not an object");
    if (get_text(j, "name", false, &c->name, err) < 0 ||
        get_text(j, "note", true, &c->note, err) < 0 || json_get_string(j, "kind", &kind, err) < 0)
        return -1;
    if (!*c->name)
        return err_set(err, "an empty name");
    int which = name_index(kind, col_kind_names);
    if (which < 0)
        return err_set(err, "unknown kind '%.*s'", err_quote_len(strlen(kind)), kind);
    c->kind = (enum col_kind)which;
    if (c->kind == COL_CATEGORY && !(c->dict = get_dict(j, "values", err)))
        return -1;
    if (c->kind != COL_CATEGORY && json_object_get(j, "values"))
        return err_set(err, "values for a column that is no category");
    return 0;
}

static int columns_from_json(struct schema *s, const json_t *columns, struct err *err)
{
    size_t n = json_array_size(columns);
    struct dict *names = NULL;
    int ret = -1;

    if (n > COLUMNS_MAX)
        return err_set(err, "schema: %zu columns: too many", n);
    s->cols = mem_zalloc(n, sizeof *s->cols);
    names = dict_new();
    if (!s->cols || !names) {
        err_memory(err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        struct col_spec *c = &s->cols[i];
        s->n_cols = (int)i + 1; /* released with the rest, whatever happens */
        if (column_from_json(c, json_array_get(columns, i), err) < 0) {
            if (err->kind != ERR_MEMORY)
                err_prefix(err, "schema: column %zu", i + 1);
            goto out;
        }
        int32_t code = dict_add(names, c->name, strlen(c->name));
        if (code < 0) {
            err_memory(err);
            goto out;
        }
        if ((size_t)code != i) {
            err_set(err, "schema: two columns '%.*s'", err_quote_len(strlen(c->name)), c->name);
            goto out;
        }
    }
    ret = 0;
out:
    dict_free(names);
    return ret;
}

int schema_from_json(struct schema *s, const json_t *j, struct err *err)
{
    const json_t *columns;
    bool trim = true;

    *s = (struct schema){.n_cols = 0};
    if (!json_is_object(j))
        return err_set(err, "schema: not an object");
    if (json_get_bool(j, "named", &s->named, err) < 0 || json_get_bool(j, "trim", &trim, err) < 0 ||
        json_get_bool(j, "absent_zero", &s->absent_zero, err) < 0 ||
        get_text(j, "na", false, &s->na, err) < 0 ||
        json_get_array(j, "columns", &columns, err) < 0) {
        if (err->kind != ERR_MEMORY)
            err_prefix(err, "schema");
        goto failed;
    }
    s->no_trim = !trim;
    if (columns_from_json(s, columns, err) < 0)
        goto failed;
    return 0;
failed:
    schema_release(s);
    return -1;
}

int target_from_json(struct target *t, const json_t *j, struct err *err)
{
    const char *task;

    *t = (struct target){.name = NULL};
    if (!json_is_object(j))
        return err_set(err, "target: not an object");
    if (get_text(j, "name", true, &t->name, err) < 0 || json_get_string(j, "task", &task, err) < 0)
        goto failed;
    int which = name_index(task, task_names);
    if (which < 0) {
        err_set(err, "unknown task '%.*s'", err_quote_len(strlen(task)), task);
        goto failed;
    }
    t->task = (enum task)which;
    if (t->name && t->task == TASK_AUTO) {
        err_set(err, "a target without a task");
        goto failed;
    }
    if (t->task == TASK_CLASSIFICATION) {
        if (!(t->classes = get_dict(j, "classes", err)))
            goto failed;
        if (dict_size(t->classes) < 2) {
            err_set(err, "fewer than two classes");
            goto failed;
        }
    } else if (json_object_get(j, "classes")) {
        err_set(err, "classes without classification");
        goto failed;
    }
    return 0;
failed:
    if (err->kind != ERR_MEMORY)
        err_prefix(err, "target");
    target_release(t);
    return -1;
}
