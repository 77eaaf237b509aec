/* header.c -- which columns are meant; see rows.h. */
#include <stdlib.h>
#include <string.h>

#include "cmd/score/rows.h"
#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/cli/nearest.h"

#define PREDICTION "prediction"
#define PROB       "p_"

static int column_find(const struct csv *csv, const char *name, size_t len)
{
    for (int i = 0; i < csv_n_columns(csv); i++)
        if (strlen(csv_column(csv, i)) == len && memcmp(csv_column(csv, i), name, len) == 0)
            return i;
    return -1;
}

static int unknown_column(
    const struct csv *csv, const char *file, const char *name, size_t len, struct err *err)
{
    char typed[128];
    const char *best = NULL;

    if (len < sizeof typed) {
        memcpy(typed, name, len);
        typed[len] = '\0';
        for (int i = 0; i < csv_n_columns(csv); i++)
            nearest_try(&best, typed, csv_column(csv, i));
    }
    if (best)
        return err_set(err, "%s: no column '%.*s'; did you mean '%.*s'?", file, err_quote_len(len),
            name, err_quote_len(strlen(best)), best);
    struct buf names = BUF_INIT;
    for (int i = 0; i < csv_n_columns(csv) && names.len < 400; i++)
        if (buf_printf(&names, "%s%.60s", i ? ", " : "", csv_column(csv, i)) < 0)
            break;
    err_set(err, "%s: no column '%.*s'; there are %s", file, err_quote_len(len), name,
        names.data ? names.data : "none");
    buf_release(&names);
    return -1;
}

/* A name, else a position from 1. */
static int column_pick(const struct csv *csv, const char *file, const char *name, size_t len,
    int *field, struct err *err)
{
    char *end;

    *field = column_find(csv, name, len);
    if (*field >= 0)
        return 0;
    if (len && len < 10 && strspn(name, "0123456789") >= len) {
        long position = strtol(name, &end, 10);
        if (end == name + len && position >= 1 && position <= csv_n_columns(csv)) {
            *field = (int)position - 1;
            return 0;
        }
    }
    return unknown_column(csv, file, name, len, err);
}

static int column_init(
    struct column *c, enum column_kind kind, const struct csv *csv, int field, struct err *err)
{
    c->kind = kind;
    c->field = field;
    c->name = mem_strdup(csv_column(csv, field));
    if (!c->name)
        return err_memory(err);
    if (kind != COLUMN_PROB && kind != COLUMN_WEIGHT && kind != COLUMN_UPPER) {
        c->dict = dict_new();
        if (!c->dict)
            return err_memory(err);
    }
    return 0;
}

static int column_named(struct column *c, enum column_kind kind, const struct csv *csv,
    const char *file, const char *name, struct err *err)
{
    int field;

    if (!name)
        return 0;
    if (column_pick(csv, file, name, strlen(name), &field, err) < 0)
        return -1;
    return column_init(c, kind, csv, field, err);
}

/* "a.prediction" stands with "a.p_CLASS", "prediction" with "p_CLASS", other names with neither. */
static int predictor_probs(struct predictor *model, const struct csv *csv, struct err *err)
{
    const char *name = model->label.name;
    struct buf prefix = BUF_INIT;
    int ret = -1;

    if (!str_ends(name, PREDICTION))
        return 0;
    size_t before = strlen(name) - strlen(PREDICTION);
    if (before > 0 && name[before - 1] != '.')
        return 0;
    if (buf_add(&prefix, name, before) < 0 || buf_str(&prefix, PROB) < 0) {
        err_memory(err);
        goto out;
    }
    model->prefix = prefix.len;
    model->probs = mem_zalloc((size_t)csv_n_columns(csv), sizeof *model->probs);
    if (!model->probs) {
        err_memory(err);
        goto out;
    }
    for (int i = 0; i < csv_n_columns(csv); i++)
        if (str_starts(csv_column(csv, i), prefix.data) && csv_column(csv, i)[prefix.len])
            if (column_init(&model->probs[model->n_probs++], COLUMN_PROB, csv, i, err) < 0)
                goto out;
    ret = 0;
out:
    buf_release(&prefix);
    return ret;
}

static int predictor_init(
    struct predictor *model, const struct csv *csv, int field, struct err *err)
{
    size_t len;

    if (column_init(&model->label, COLUMN_LABEL, csv, field, err) < 0)
        return -1;
    len = strlen(model->label.name);
    if (str_ends(model->label.name, "." PREDICTION) && len > strlen("." PREDICTION))
        len -= strlen("." PREDICTION);
    model->name = mem_strndup(model->label.name, len);
    if (!model->name)
        return err_memory(err);
    return predictor_probs(model, csv, err);
}

static int predictors_init(
    struct rows *rows, const char *list, const struct csv *csv, const char *file, struct err *err)
{
    size_t items = 1;

    for (const char *p = list; *p; p++)
        items += *p == ',';
    rows->models = mem_zalloc(items, sizeof *rows->models);
    if (!rows->models)
        return err_memory(err);
    for (const char *item = list;; item++) {
        size_t len = strcspn(item, ",");
        int field;
        if (column_find(csv, list, strlen(list)) >= 0) /* a name with commas in it */
            len = strlen(list);
        if (len == 0)
            return err_usage(err, "-p '%s': an empty name", list);
        if (column_pick(csv, file, item, len, &field, err) < 0 ||
            predictor_init(&rows->models[rows->n_models++], csv, field, err) < 0)
            return -1;
        item += len;
        if (!*item)
            return 0;
    }
}

/* Two of the same name ("a" and "a.prediction"): each is called as its column is. */
static int predictors_tell_apart(struct rows *rows, struct err *err)
{
    for (int i = 0; i < rows->n_models; i++) {
        for (int j = 0; j < i; j++) {
            struct predictor *a = &rows->models[j], *b = &rows->models[i];
            if (a->label.field == b->label.field)
                return err_usage(err, "-p names column '%s' twice", a->label.name);
            if (strcmp(a->name, b->name) != 0)
                continue;
            char *a_name = mem_strdup(a->label.name), *b_name = mem_strdup(b->label.name);
            if (!a_name || !b_name) {
                mem_free(a_name);
                mem_free(b_name);
                return err_memory(err);
            }
            mem_free(a->name);
            mem_free(b->name);
            a->name = a_name;
            b->name = b_name;
        }
    }
    return 0;
}

static int rows_list_all(struct rows *rows, struct err *err)
{
    size_t n = 5;

    for (int m = 0; m < rows->n_models; m++)
        n += 1 + (size_t)rows->models[m].n_probs;
    rows->all = mem_alloc(n, sizeof *rows->all);
    if (!rows->all)
        return err_memory(err);
    rows->all[rows->n_all++] = &rows->truth;
    for (int m = 0; m < rows->n_models; m++) {
        rows->all[rows->n_all++] = &rows->models[m].label;
        for (int i = 0; i < rows->models[m].n_probs; i++)
            rows->all[rows->n_all++] = &rows->models[m].probs[i];
    }
    if (rows->upper.name)
        rows->all[rows->n_all++] = &rows->upper;
    if (rows->weight.name)
        rows->all[rows->n_all++] = &rows->weight;
    if (rows->group.name)
        rows->all[rows->n_all++] = &rows->group;
    if (rows->by.name)
        rows->all[rows->n_all++] = &rows->by;
    return 0;
}

int rows_resolve(struct rows *rows, const struct rows_opts *opts, const struct csv *csv,
    const char *file, struct err *err)
{
    if (column_named(&rows->truth, COLUMN_LABEL, csv, file, opts->truth, err) < 0 ||
        predictors_init(rows, opts->predictions, csv, file, err) < 0 ||
        predictors_tell_apart(rows, err) < 0 ||
        column_named(&rows->upper, COLUMN_UPPER, csv, file, opts->upper, err) < 0 ||
        column_named(&rows->weight, COLUMN_WEIGHT, csv, file, opts->weight, err) < 0 ||
        column_named(&rows->group, COLUMN_GROUP, csv, file, opts->group, err) < 0 ||
        column_named(&rows->by, COLUMN_BY, csv, file, opts->by, err) < 0)
        return -1;
    return rows_list_all(rows, err);
}

int rows_bind(struct rows *rows, const struct csv *csv, const char *file, struct err *err)
{
    for (int i = 0; i < rows->n_all; i++) {
        struct column *c = rows->all[i];
        c->field = column_find(csv, c->name, strlen(c->name));
        if (c->field < 0)
            return unknown_column(csv, file, c->name, strlen(c->name), err);
    }
    return 0;
}
