/*
 * model partial -- the mean prediction of a model of trees as one column, or two, take on values.
 *
 * User manual: man/model.1.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cmd/model/cmd.h"
#include "cmd/model/dependence.h"
#include "cmd/model/label.h"
#include "cmd/model/opened.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/io/format/csv.h"
#include "common/io/format/number.h"
#include "common/learner/learner.h"

struct options {
    struct common_options common;
    struct read_opts read;
    const char *columns, *prefix;
    int64_t grid, rows;
    bool ice, missing;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT, .read = READ_OPTIONS_INIT, .grid = 50};

static const struct opt table[] = {
    OPT_HEAD("Result"),
    OPT_STRING('x', "features", struct options, columns, "LIST",
        "the column, or two of them, that takes on values"),
    OPT_INT(0, "grid", struct options, grid, 1, 1 << 20, "N",
        "values of a number or date: quantiles; all if there are no more"),
    OPT_FLAG(
        0, "missing", struct options, missing, "look at a missing value, too, if a row has one"),
    OPT_FLAG(0, "ice", struct options, ice, "a curve for each row instead of their mean"),
    OPT_INT(0, "rows", struct options, rows, 1, 0x1p53, "N",
        "use so many rows, drawn at random (default: all)"),
    OPT_STRING(0, "prefix", struct options, prefix, "NAME",
        "call the result's columns NAME.mean and so on"),
    OPT_HEAD("Rows"),
    OPT_STRING('w', "weight", struct options, read.weight, "COL", "column of row weights"),
    OPT_GROUP(format_opts_table, struct options, read.format),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

enum { CURVE_VALUES = 1 << 16 }; /* of curves in hand at a time */

struct session {
    const struct options *o;
    struct opened opened;
    struct table rows;
    int64_t *number; /* [rows.n_rows] of each row in the file, from 0; NULL: as they stand */
    struct grid grid;
    struct applier applier;
    struct output out;
    struct buf text;
};

/* ---- before predicting ---- */

/* The columns that -x picks, at most two. */
static int columns_pick(struct session *s, int col[GRID_AXES], int *n, struct err *err)
{
    const struct schema *schema = &s->opened.model.schema;
    size_t n_cols = (size_t)schema->n_cols;
    const char **names = mem_alloc(n_cols, sizeof *names);
    bool *picked = mem_zalloc(n_cols, sizeof *picked);
    int ret = -1;

    *n = 0;
    if (!names || !picked) {
        err_memory(err);
        goto out;
    }
    for (size_t c = 0; c < n_cols; c++)
        names[c] = schema->cols[c].name;
    if (list_pick(s->o->columns, names, schema->n_cols, picked, err) < 0) {
        if (err->kind != ERR_MEMORY)
            err_prefix(err, "%s: -x", s->opened.name);
        goto out;
    }
    for (int c = 0; c < schema->n_cols; c++) {
        if (!picked[c])
            continue;
        if (schema->cols[c].kind == COL_IGNORED) {
            err_usage(err, "-x: the model ignores column '%s'", names[c]);
            goto out;
        }
        if (*n == GRID_AXES) {
            err_usage(err, "-x: more than two columns");
            goto out;
        }
        col[(*n)++] = c;
    }
    ret = 0;
out:
    mem_free(names);
    mem_free(picked);
    return ret;
}

/* Keeps o->rows of the rows, in their order (Knuth's algorithm S). */
static int rows_sample(struct session *s, struct err *err)
{
    int64_t n = s->rows.n_rows, left = s->o->rows, taken = 0;
    struct table part = TABLE_INIT;
    struct rng r;

    if (left == 0 || left >= n)
        return 0;
    s->number = mem_alloc((size_t)left, sizeof *s->number);
    if (!s->number)
        return err_memory(err);
    rng_init(&r, (uint64_t)s->o->common.seed, RNG_SHUFFLE, 0, 0);
    for (int64_t i = 0; i < n && left; i++)
        if ((int64_t)rng_below(&r, (uint64_t)(n - i)) < left) {
            s->number[taken++] = i;
            left--;
        }
    if (table_select(&part, &s->rows, s->number, taken, err) < 0)
        return -1;
    table_release(&s->rows);
    s->rows = part;
    return 0;
}

/* A column called as one of the result's could not be told from it. */
static int names_check(const struct session *s, struct err *err)
{
    const struct target *t = &s->opened.model.target;
    const char *own[] = {"row", t->classes ? NULL : s->o->ice ? "prediction" : "mean"};
    const char *prefix = s->o->prefix ? s->o->prefix : "";
    size_t len = strlen(prefix);

    for (int i = 0; i < s->grid.n_axes; i++) {
        const char *full = s->rows.schema.cols[s->grid.axis[i].col].name, *name = full;
        bool taken = s->o->ice && strcmp(name, own[0]) == 0;
        if (len) {
            if (strncmp(name, prefix, len) != 0 || name[len] != '.')
                name = NULL;
            else
                name += len + 1;
        }
        taken |= name && own[1] && strcmp(name, own[1]) == 0;
        taken |= name && t->classes && str_starts(name, "p_") &&
                 dict_find(t->classes, name + 2, strlen(name + 2)) >= 0;
        if (taken)
            return err_set(err, "the column '%s' has the name of an output column%s", full,
                strcmp(full, "row") == 0 ? "" : ": use --prefix");
    }
    return 0;
}

/* The grid is of all rows, sampled or not. */
static int grid_make(struct session *s, struct err *err)
{
    int col[GRID_AXES], n;

    if (columns_pick(s, col, &n, err) < 0)
        return -1;
    for (; s->grid.n_axes < n; s->grid.n_axes++) {
        struct axis *axis = &s->grid.axis[s->grid.n_axes];
        if (axis_init(axis, &s->rows, col[s->grid.n_axes], s->o->grid, s->o->missing, err) < 0) {
            mem_free(axis->value);
            return -1;
        }
        if (axis->n == 0) {
            s->grid.n_axes++;
            return err_set(
                err, "column '%s' is missing in every row", s->rows.schema.cols[axis->col].name);
        }
    }
    if (grid_size(&s->grid) > GRID_POINTS_MAX)
        return err_usage(err, "a grid of more than %d points: less with --grid", GRID_POINTS_MAX);
    return 0;
}

/* ---- output ---- */

static int field_put(
    struct session *s, const char *prefix, const char *stem, const char *name, struct err *err)
{
    buf_clear(&s->text);
    if ((prefix && (buf_str(&s->text, prefix) < 0 || buf_char(&s->text, '.') < 0)) ||
        buf_str(&s->text, stem) < 0 || buf_str(&s->text, name) < 0)
        return err_memory(err);
    return csv_put_field(&s->out, s->text.data, s->text.len, ',', err);
}

static int header_put(struct session *s, struct err *err)
{
    const struct target *t = &s->opened.model.target;
    const char *prefix = s->o->prefix;

    if (s->o->ice && output_put(&s->out, "row,", 4, err) < 0)
        return -1;
    for (int i = 0; i < s->grid.n_axes; i++)
        if (field_put(s, NULL, "", s->rows.schema.cols[s->grid.axis[i].col].name, err) < 0 ||
            output_put(&s->out, ",", 1, err) < 0)
            return -1;
    if (!t->classes)
        return field_put(s, prefix, s->o->ice ? "prediction" : "mean", "", err) < 0
                   ? -1
                   : output_put(&s->out, "\n", 1, err);
    for (int32_t k = 0; k < dict_size(t->classes); k++)
        if ((k && output_put(&s->out, ",", 1, err) < 0) ||
            field_put(s, prefix, "p_", dict_text(t->classes, k, NULL), err) < 0)
            return -1;
    return output_put(&s->out, "\n", 1, err);
}

/* A value of the grid as DATA would have it, quoted if need be. */
static int value_put(struct session *s, const struct col_spec *c, double value, struct err *err)
{
    if (isnan(value))
        return 0;
    if (c->kind == COL_CATEGORY) {
        size_t len;
        const char *level = dict_text(c->dict, (int32_t)value, &len);
        return csv_put_field(&s->out, level, len, ',', err);
    }
    buf_clear(&s->text);
    if (label_value(&s->text, c, value, 0) < 0)
        return err_memory(err);
    return output_put(&s->out, s->text.data, s->text.len, err);
}

static int point_put(struct session *s, int64_t point, const double *linked, struct err *err)
{
    bool classes = s->opened.model.target.classes;
    char text[NUMBER_MAX + 1];

    for (int i = 0; i < s->grid.n_axes; i++) {
        const struct col_spec *c = &s->rows.schema.cols[s->grid.axis[i].col];
        if (value_put(s, c, grid_value(&s->grid, point, i), err) < 0 ||
            output_put(&s->out, ",", 1, err) < 0)
            return -1;
    }
    for (int k = 0; k < s->applier.width; k++) {
        int n =
            classes ? number_write_float((float)linked[k], text) : number_write(linked[k], text);
        text[n] = k + 1 < s->applier.width ? ',' : '\n';
        if (output_put(&s->out, text, (size_t)n + 1, err) < 0)
            return -1;
    }
    return 0;
}

static int mean_write(struct session *s, const struct watch *w, struct err *err)
{
    int64_t n = grid_size(&s->grid);
    size_t width = (size_t)s->applier.width;
    double *mean = mem_alloc((size_t)n, width * sizeof *mean);
    int ret = mean ? 0 : err_memory(err);

    if (ret == 0)
        ret = dependence_mean(&s->applier, &s->rows, &s->grid, mean, w, err);
    for (int64_t i = 0; ret == 0 && i < n; i++)
        ret = point_put(s, i, mean + (size_t)i * width, err);
    mem_free(mean);
    return ret;
}

/* Rows in parts, so that not all curves are in memory. */
static int curves_write(struct session *s, const struct watch *w, struct err *err)
{
    int64_t n = grid_size(&s->grid), width = s->applier.width, n_rows = s->rows.n_rows;
    int64_t part = CURVE_VALUES / (n * width);
    double *curve;
    int ret = -1;

    if (part > PREDICTOR_ROWS)
        part -= part % PREDICTOR_ROWS;
    if (part < 1)
        part = 1;
    curve = mem_alloc((size_t)part, (size_t)(n * width) * sizeof *curve);
    if (!curve)
        return err_memory(err);
    for (int64_t first = 0; first < n_rows; first += part) {
        int64_t here = n_rows - first < part ? n_rows - first : part;
        if (watch_stop(w)) {
            err_interrupted(err);
            goto out;
        }
        if (dependence_curves(&s->applier, &s->rows, &s->grid, first, here, curve, err) < 0)
            goto out;
        for (int64_t i = 0; i < here * n; i++) {
            int64_t row = first + i / n, number = s->number ? s->number[row] : row;
            if (output_printf(&s->out, err, "%" PRId64 ",", number + 1) < 0 ||
                point_put(s, i % n, curve + i * width, err) < 0)
                goto out;
        }
        watch_progress(w, "rows", first + here, n_rows, "");
    }
    ret = 0;
out:
    mem_free(curve);
    return ret;
}

/* ---- the verb ---- */

static int session_open(
    struct session *s, const struct operands *files, const struct watch *w, struct err *err)
{
    const char *model, *data;

    if (operands_take(files, true, s->o->common.output, &model, &data, err) < 0)
        return -1;
    if (files->n == 0)
        return err_usage(err, "which model, and which rows?  MODEL DATA");
    if (!s->o->columns)
        return err_usage(err, "which column?  Name it with -x");
    if (!data && strcmp(model, "-") == 0)
        return err_usage(err, "the model and the rows cannot both be standard input");
    if (opened_read(&s->opened, model, WANT_TREES, err) < 0)
        return -1;
    if (forest_is_empty(&s->opened.model.forest))
        return err_set(err, "%s: a checkpoint without trees", s->opened.name);
    if (rows_read(&s->rows, &s->opened.model, data ? data : "-", &s->o->read, false, w, err) < 0 ||
        grid_make(s, err) < 0 || names_check(s, err) < 0 || rows_sample(s, err) < 0)
        return -1;
    if (applier_init(&s->applier, &s->opened.model, err) < 0)
        return -1;
    return output_open(&s->out, s->o->common.output, OUTPUT_TEXT, err);
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct session s = {.o = o, .opened = OPENED_INIT, .out = OUTPUT_INIT};
    int ret = -1;

    if (session_open(&s, files, watch, err) < 0 || header_put(&s, err) < 0 ||
        (o->ice ? curves_write : mean_write)(&s, watch, err) < 0)
        goto out;
    ret = output_close(&s.out, err);
out:
    output_discard(&s.out);
    applier_release(&s.applier);
    grid_release(&s.grid);
    table_release(&s.rows);
    mem_free(s.number);
    buf_release(&s.text);
    opened_release(&s.opened);
    return ret;
}

VERB(model_partial, "partial", "the mean prediction by the values of a column or two",
    "-x COL[,COL] [options] MODEL [DATA] > CSV", table, struct options, defaults, 0, run)
