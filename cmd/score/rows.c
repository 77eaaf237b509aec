/* rows.c -- reads the files; see rows.h. */
#include "cmd/score/rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/io/stream/input.h"

#define SUM_TOLERANCE 1e-3
#define NA_DEFAULT    "NA,N/A,NaN,nan,null,?"

/* Where the reading stands. */
struct place {
    const char *file;
    const struct csv_row *row;
    const char *na;
};

static int files_read(
    struct rows *rows, const char *path, const struct rows_opts *opts, struct err *err);
static int rows_add(struct rows *rows, const struct place *at, bool drop, struct err *err);

int rows_read(
    struct rows *rows, const struct operands *files, const struct rows_opts *opts, struct err *err)
{
    static const char *const standard_input[] = {"-"};
    struct operands from = files->n ? *files : (struct operands){1, standard_input};
    int n_stdin = 0;

    *rows = (struct rows){.n = 0};
    for (int i = 0; i < from.n; i++)
        n_stdin += strcmp(from.item[i], "-") == 0;
    if (n_stdin > 1)
        return err_usage(err, "standard input can be read only once");
    for (int i = 0; i < from.n; i++)
        if (files_read(rows, from.item[i], opts, err) < 0)
            return -1;
    if (rows->n == 0)
        return err_set(err, "%s: no rows%s%s",
            strcmp(from.item[0], "-") == 0 ? "standard input" : from.item[0],
            rows->dropped ? " that have a value in " : "", rows->dropped ? rows->truth.name : "");
    if (rows->weight.name && !(rows->total_weight > 0))
        return err_set(err, "column '%s': all weights are 0", rows->weight.name);
    return 0;
}

static int files_read(
    struct rows *rows, const char *path, const struct rows_opts *opts, struct err *err)
{
    struct csv_opts csv_opts = {.delimiter = opts->delimiter};
    struct csv *csv = NULL;
    struct csv_row row;
    struct place at = {.file = strcmp(path, "-") == 0 ? "standard input" : path,
        .row = &row,
        .na = opts->na ? opts->na : NA_DEFAULT};
    int got, ret = -1;
    struct input *in = input_open(path, err);

    if (!in)
        return -1;
    csv = csv_open(in, &csv_opts, err);
    if (!csv)
        goto out;
    if (rows->all ? rows_bind(rows, csv, at.file, err) < 0
                  : rows_resolve(rows, opts, csv, at.file, err) < 0)
        goto out;
    while ((got = csv_next(csv, &row, err)) > 0)
        if (rows_add(rows, &at, opts->drop_missing_target, err) < 0)
            goto out;
    ret = got;
out:
    csv_close(csv);
    input_close(in);
    return ret;
}

static void column_release(struct column *c)
{
    dict_free(c->dict);
    mem_free(c->code);
    mem_free(c->value);
    mem_free(c->name);
}

void rows_release(struct rows *rows)
{
    for (int m = 0; m < rows->n_models; m++) {
        struct predictor *model = &rows->models[m];
        for (int i = 0; i < model->n_probs; i++)
            column_release(&model->probs[i]);
        mem_free(model->probs);
        column_release(&model->label);
        mem_free(model->name);
    }
    mem_free(rows->models);
    mem_free(rows->all);
    column_release(&rows->by);
    column_release(&rows->group);
    column_release(&rows->weight);
    column_release(&rows->upper);
    column_release(&rows->truth);
}

/* ---- one field ---- */

static void spot_set(struct spot *spot, const struct place *at, const struct csv_field *field)
{
    if (spot->line)
        return;
    spot->file = at->file;
    spot->line = at->row->line;
    snprintf(spot->text, sizeof spot->text, "%.*s", err_quote_len(field->len), field->text);
}

int spot_error(
    const struct spot *spot, const struct column *column, const char *what, struct err *err)
{
    if (!*spot->text)
        return err_set(
            err, "%s:%lld: column '%s': missing", spot->file, (long long)spot->line, column->name);
    return err_set(err, "%s:%lld: column '%s': '%s' is %s", spot->file, (long long)spot->line,
        column->name, spot->text, what);
}

static int field_error(
    const struct column *c, const struct place *at, const char *what, struct err *err)
{
    struct spot spot = {.line = 0};

    spot_set(&spot, at, &at->row->fields[c->field]);
    return spot_error(&spot, c, what, err);
}

/* Empty, or one of the comma-separated texts of na. */
static bool field_is_missing(const struct csv_field *field, const char *na)
{
    if (field->len == 0)
        return true;
    for (;;) {
        size_t len = strcspn(na, ",");
        if (len == field->len && memcmp(na, field->text, len) == 0)
            return true;
        if (na[len] == '\0')
            return false;
        na += len + 1;
    }
}

static bool column_has_value(const struct column *c)
{
    return c->kind != COLUMN_GROUP && c->kind != COLUMN_BY;
}

static bool column_has_code(const struct column *c)
{
    return c->kind == COLUMN_GROUP || c->kind == COLUMN_BY || (c->kind == COLUMN_LABEL && c->dict);
}

static void column_set_value(struct column *c, int64_t i, const struct place *at)
{
    const struct csv_field *field = &at->row->fields[c->field];
    double value;

    if (!number_read(field->text, field->len, &value) ||
        (!isfinite(value) && !(c->kind == COLUMN_UPPER && value > 0))) {
        value = NAN;
        spot_set(&c->not_number, at, field);
    } else if (c->kind == COLUMN_PROB && !(value >= 0 && value <= 1)) {
        spot_set(&c->not_prob, at, field);
    }
    c->value[i] = value;
}

static int column_set_code(struct column *c, int64_t i, const struct place *at, struct err *err)
{
    const struct csv_field *field = &at->row->fields[c->field];

    c->code[i] = dict_add(c->dict, field->text, field->len);
    if (c->code[i] < 0)
        return err_memory(err);
    if (c->kind == COLUMN_LABEL && dict_size(c->dict) > CLASSES_MAX) {
        dict_free(c->dict);
        c->dict = NULL;
        mem_free(c->code);
        c->code = NULL;
    }
    return 0;
}

static int column_add(struct column *c, int64_t i, const struct place *at, struct err *err)
{
    const struct csv_field *field = &at->row->fields[c->field];

    if (field_is_missing(field, at->na)) {
        if (c->kind == COLUMN_PROB) {
            c->value[i] = NAN;
            spot_set(&c->not_number, at, &(struct csv_field){.text = "", .len = 0});
            return 0;
        }
        if (c->kind == COLUMN_UPPER) {
            c->value[i] = INFINITY;
            return 0;
        }
        if (c->kind != COLUMN_BY)
            return err_set(
                err, "%s:%lld: column '%s': missing", at->file, (long long)at->row->line, c->name);
    }
    if (column_has_value(c))
        column_set_value(c, i, at);
    if (c->kind == COLUMN_WEIGHT && !(c->value[i] >= 0))
        return field_error(c, at, "not a weight (a number of at least 0)", err);
    if (c->kind == COLUMN_UPPER && isnan(c->value[i]))
        return field_error(c, at, "not a number", err);
    return column_has_code(c) ? column_set_code(c, i, at, err) : 0;
}

/* ---- one row ---- */

static int rows_grow(struct rows *rows, struct err *err)
{
    size_t room = rows->room ? rows->room + rows->room / 2 : 1024;

    for (int i = 0; i < rows->n_all; i++) {
        struct column *c = rows->all[i];
        if (column_has_value(c)) {
            double *value = mem_resize(c->value, room, sizeof *value);
            if (!value)
                return err_memory(err);
            c->value = value;
        }
        if (column_has_code(c)) {
            int32_t *code = mem_resize(c->code, room, sizeof *code);
            if (!code)
                return err_memory(err);
            c->code = code;
        }
    }
    rows->room = room;
    return 0;
}

/* A model with one probability column leaves the other class to us. */
static void check_sum(struct predictor *model, int64_t i, const struct place *at)
{
    double sum = 0;

    if (model->n_probs < 2)
        return;
    for (int c = 0; c < model->n_probs; c++)
        sum += model->probs[c].value[i];
    if (isnan(sum) || fabs(sum - 1) <= SUM_TOLERANCE)
        return;
    if (model->bad_sums++ == 0) {
        model->bad_sum = sum;
        spot_set(&model->bad_spot, at, &at->row->fields[model->label.field]);
    }
}

static int rows_add(struct rows *rows, const struct place *at, bool drop, struct err *err)
{
    if (drop && field_is_missing(&at->row->fields[rows->truth.field], at->na)) {
        rows->dropped++;
        return 0;
    }
    if ((size_t)rows->n == rows->room && rows_grow(rows, err) < 0)
        return -1;
    for (int i = 0; i < rows->n_all; i++)
        if (column_add(rows->all[i], rows->n, at, err) < 0)
            return -1;
    for (int m = 0; m < rows->n_models; m++)
        check_sum(&rows->models[m], rows->n, at);
    if (rows->weight.name)
        rows->total_weight += rows->weight.value[rows->n];
    rows->n++;
    return 0;
}
