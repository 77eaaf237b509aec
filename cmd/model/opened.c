/* opened.c -- see opened.h. */
#include "cmd/model/opened.h"

#include <string.h>

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

int operands_take(const struct operands *o, bool with_data, const char *output, const char **model,
    const char **data, struct err *err)
{
    int max = with_data ? 2 : 1;

    *model = o->n > 0 ? o->item[0] : "-";
    *data = o->n > 1 ? o->item[1] : NULL;
    if (o->n > max && with_data)
        return err_usage(
            err, "'%s': one file of rows only: table-convert puts several into one", o->item[max]);
    if (o->n > max)
        return err_usage(err, "'%s': one model at a time", o->item[max]);
    if (*data && is_stdin(*model) && is_stdin(*data))
        return err_usage(err, "the model and the rows cannot both be standard input");
    for (int i = 0; output && i < o->n; i++)
        if (output_same_file(output, o->item[i]))
            return err_usage(err, "'%s' is read: it would be replaced", o->item[i]);
    return 0;
}

int opened_read(struct opened *o, const char *path, enum opened_want want, struct err *err)
{
    *o = (struct opened)OPENED_INIT;
    o->name = is_stdin(path) ? "standard input" : path;
    if (model_open(&o->file, path, NULL, err) < 0)
        return -1;
    o->has_trees = st_find(o->file.st, "tree_nodes") != NULL;
    if (!o->has_trees && want != WANT_ANY) {
        err_set(err, "%s: a %s model has no trees", o->name, o->file.program);
        goto fail;
    }
    if (o->has_trees && tree_model_load(&o->model, &o->file, want != WANT_TREES, err) < 0) {
        err_prefix(err, "%s", o->name);
        goto fail;
    }
    return 0;
fail:
    opened_release(o);
    return -1;
}

void opened_release(struct opened *o)
{
    tree_model_release(&o->model);
    model_release(&o->file);
}

int rows_read(struct table *t, const struct tree_model *m, const char *path,
    const struct read_opts *read, bool target, const struct watch *w, struct err *err)
{
    struct table like = {.schema = m->schema}; /* borrows */

    if (target)
        like.target = m->target;
    return table_read_like(t, &(struct operands){1, &path}, &like, read, w, err);
}
