/* rows.c -- see rows.h. */
#include "cmd/table/rows.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/table/cell.h"
#include "common/table/column.h"

/* A column of more different numbers than this is a measurement, not a class. */
enum { NUMBER_CLASSES_MAX = 50 };

/* What the first pass looks for. */
struct survey {
    struct rows *rows;
    int class_column, group_column; /* -1: none */
    struct na na;
    bool all_numbers; /* so far, in the class column */
};

static int survey_rows(struct survey *s, const struct watch *watch, struct err *err);
static int sort_classes(struct rows *rows, struct err *err);

static int find_column(
    const struct source *source, const char *name, const char *option, int *column, struct err *err)
{
    *column = -1;
    if (!name)
        return 0;
    *column = list_find(name, source_names(source), source_n_columns(source), err);
    return *column < 0 ? err_prefix(err, "%s: %s", source_file(source), option) : 0;
}

int rows_read(struct rows *rows, const struct operands *files, const struct format_opts *format,
    const char *stratify, const char *group, const struct watch *watch, struct err *err)
{
    struct survey s = {.rows = rows, .all_numbers = true};
    int ret = -1;

    *rows = (struct rows)ROWS_INIT;
    if (na_init(&s.na, NA_DEFAULT) < 0)
        return err_memory(err);
    rows->source = source_open(files, format, false, true, err);
    if (!rows->source)
        goto out;
    if (source_format(rows->source) != FORMAT_CSV) {
        err_set(err, "%s: not CSV; table-convert --to csv makes it", source_file(rows->source));
        goto out;
    }
    rows->delimiter = source_delimiter(rows->source);
    if (find_column(rows->source, stratify, "--target", &s.class_column, err) < 0 ||
        find_column(rows->source, group, "--group", &s.group_column, err) < 0 ||
        survey_rows(&s, watch, err) < 0)
        goto out;
    if (!rows->n) {
        err_set(err, "%s: no rows", source_file(rows->source));
        goto out;
    }
    if (rows->y && sort_classes(rows, err) < 0)
        goto out;
    ret = 0;
out:
    na_release(&s.na);
    return ret;
}

void rows_release(struct rows *rows)
{
    source_close(rows->source);
    dict_free(rows->classes);
    dict_free(rows->groups);
    mem_free(rows->y);
    mem_free(rows->group);
    *rows = (struct rows)ROWS_INIT;
}

struct split_rows rows_to_split(const struct rows *rows)
{
    return (struct split_rows){
        .n = rows->n, .y = rows->y, .n_classes = rows->n_classes, .group = rows->group};
}

/* ---- the first pass ---- */

static int code_of(struct dict **dict, const struct csv_field *field, struct err *err)
{
    if (!*dict)
        *dict = dict_new();
    int code = *dict ? dict_add(*dict, field->text, field->len) : -1;
    return code < 0 ? err_memory(err) : code;
}

/* Gives up on classes when they turn out to be measurements. */
static int survey_class(
    struct survey *s, const struct csv_field *field, const struct watch *watch, struct err *err)
{
    struct rows *rows = s->rows;
    double value;

    if (field->len && !na_holds(&s->na, field->text, field->len) &&
        !number_read(field->text, field->len, &value))
        s->all_numbers = false;
    if (mem_grow(&rows->y, &rows->y_room, (size_t)rows->n + 1, sizeof *rows->y) < 0)
        return err_memory(err);
    int code = code_of(&rows->classes, field, err);
    if (code < 0)
        return -1;
    rows->y[rows->n] = code;
    if (s->all_numbers && dict_size(rows->classes) > NUMBER_CLASSES_MAX) {
        watch_info(watch, "column '%s' has over %d different numbers: not stratified by it",
            source_names(rows->source)[s->class_column], (int)NUMBER_CLASSES_MAX);
        s->class_column = -1;
        mem_free(rows->y);
        rows->y = NULL;
    }
    return 0;
}

static int survey_group(struct survey *s, const struct csv_field *field, struct err *err)
{
    struct rows *rows = s->rows;

    if (mem_grow(&rows->group, &rows->group_room, (size_t)rows->n + 1, sizeof *rows->group) < 0)
        return err_memory(err);
    int code = code_of(&rows->groups, field, err);
    if (code < 0)
        return -1;
    rows->group[rows->n] = code;
    return 0;
}

static int survey_rows(struct survey *s, const struct watch *watch, struct err *err)
{
    struct rows *rows = s->rows;
    int got;

    while ((got = rows_next(rows, err)) > 0) {
        const struct csv_field *field = rows->row.field;
        if (s->class_column >= 0 && survey_class(s, &field[s->class_column], watch, err) < 0)
            return -1;
        if (s->group_column >= 0 && survey_group(s, &field[s->group_column], err) < 0)
            return -1;
        rows->n++;
        if (rows->n % 65536 == 0) {
            watch_progress(watch, "rows", rows->n, 0, "");
            if (watch_stop(watch))
                return err_interrupted(err);
        }
    }
    return got;
}

/* In the order that trainers give classes, so that the same seed draws the same folds as --cv. */
static int sort_classes(struct rows *rows, struct err *err)
{
    int32_t *order = dict_order(rows->classes);
    int ret = order ? dict_settle(rows->classes, order, rows->y, rows->n) : -1;

    mem_free(order);
    rows->n_classes = dict_size(rows->classes);
    return ret < 0 ? err_memory(err) : 0;
}

/* ---- the second ---- */

int rows_rewind(struct rows *rows, struct err *err)
{
    return source_rewind(rows->source, err);
}

int rows_next(struct rows *rows, struct err *err)
{
    return source_next(rows->source, &rows->row, err);
}

static int put_end(const char *more, struct output *out, struct err *err)
{
    if (output_put(out, more, strlen(more), err) < 0)
        return -1;
    return output_put(out, "\n", 1, err);
}

int rows_put_header(const struct rows *rows, const char *more, struct output *out, struct err *err)
{
    const char *const *name = source_names(rows->source);

    if (!source_named(rows->source))
        return 0;
    for (int i = 0; i < source_n_columns(rows->source); i++)
        if ((i && output_put(out, &rows->delimiter, 1, err) < 0) ||
            csv_put_field(out, name[i], strlen(name[i]), rows->delimiter, err) < 0)
            return -1;
    return put_end(more, out, err);
}

int rows_put(const struct rows *rows, const char *more, struct output *out, struct err *err)
{
    const struct csv_field *field = rows->row.field;
    bool raw = source_delimiter(rows->source) == rows->delimiter;

    for (int i = 0; i < source_n_columns(rows->source); i++)
        if ((i && output_put(out, &rows->delimiter, 1, err) < 0) ||
            (raw ? output_put(out, field[i].raw, field[i].raw_len, err)
                 : csv_put_field(out, field[i].text, field[i].len, rows->delimiter, err)) < 0)
            return -1;
    return put_end(more, out, err);
}
