/* schema.c -- see schema.h. */
#include "common/table/schema.h"

#include <string.h>

#include "common/base/mem.h"

const char *const col_kind_names[] = {"number", "category", "date", "ignored", NULL};
const char *const task_names[] = {"auto", "classification", "regression", NULL};

static void col_spec_release(struct col_spec *c)
{
    mem_free(c->name);
    mem_free(c->note);
    dict_free(c->dict);
}

/* What is copied before memory ends stays in to, for schema_release(). */
static int col_spec_copy(struct col_spec *to, const struct col_spec *from)
{
    to->kind = from->kind;
    if (!(to->name = mem_strdup(from->name)) ||
        (from->note && !(to->note = mem_strdup(from->note))) ||
        (from->dict && !(to->dict = dict_copy(from->dict))))
        return -1;
    return 0;
}

int schema_copy(struct schema *to, const struct schema *from)
{
    *to = *from;
    to->na = NULL;
    to->n_cols = 0;
    to->cols = mem_zalloc((size_t)from->n_cols, sizeof *to->cols);
    if (!to->cols || (from->na && !(to->na = mem_strdup(from->na))))
        goto failed;
    for (; to->n_cols < from->n_cols; to->n_cols++)
        if (col_spec_copy(&to->cols[to->n_cols], &from->cols[to->n_cols]) < 0) {
            to->n_cols++;
            goto failed;
        }
    return 0;
failed:
    schema_release(to);
    return -1;
}

void schema_release(struct schema *s)
{
    for (int i = 0; i < s->n_cols; i++)
        col_spec_release(&s->cols[i]);
    mem_free(s->cols);
    mem_free(s->na);
    *s = (struct schema){.n_cols = 0};
}

int schema_n_features(const struct schema *s)
{
    int n = 0;
    for (int i = 0; i < s->n_cols; i++)
        n += s->cols[i].kind != COL_IGNORED;
    return n;
}

int target_copy(struct target *to, const struct target *from)
{
    *to = (struct target){.task = from->task};
    if ((from->name && !(to->name = mem_strdup(from->name))) ||
        (from->classes && !(to->classes = dict_copy(from->classes)))) {
        target_release(to);
        return -1;
    }
    return 0;
}

void target_release(struct target *t)
{
    mem_free(t->name);
    dict_free(t->classes);
    *t = (struct target){.name = NULL};
}
