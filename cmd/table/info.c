/*
 * table info -- what a trainer sees in a table: a line of CSV a column.
 *
 * User manual: man/table.1.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/table/cmd.h"
#include "cmd/table/summary.h"
#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/io/format/csv.h"
#include "common/io/format/number.h"
#include "common/io/stream/output.h"
#include "common/table/table.h"

struct options {
    struct common_options common;
    struct read_opts read;
};

static const struct options defaults = {.common = COMMON_OPTIONS_INIT, .read = READ_OPTIONS_INIT};

static const struct opt table[] = {
    OPT_GROUP(read_opts_table, struct options, read),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

enum { LEVELS_SHOWN = 5 };

/* A line of the result before it is written. */
struct line {
    const char *name, *role, *kind, *note;
    const struct dict *levels; /* NULL: none */
    bool date;
};

/* ---- fields ---- */

static int put_text(struct output *out, const char *text, struct err *err)
{
    if (output_put(out, ",", 1, err) < 0)
        return -1;
    return csv_put_field(out, text, strlen(text), ',', err);
}

static int put_number(struct output *out, double value, struct err *err)
{
    char text[NUMBER_MAX] = "";
    if (!isnan(value))
        number_write(value, text);
    return put_text(out, text, err);
}

/* Six digits: more would be noise. */
static int put_rounded(struct output *out, double value, struct err *err)
{
    char text[NUMBER_MAX] = "";
    if (!isnan(value))
        snprintf(text, sizeof text, "%.6g", value);
    return put_text(out, text, err);
}

/* ISO 8601, without the time of day when it is midnight. */
static int put_date(struct output *out, double seconds, struct err *err)
{
    char text[64];
    time_t t = (time_t)floor(seconds);
    struct tm tm;

    if (isnan(seconds) || fabs(seconds) > 1e15 || !gmtime_r(&t, &tm))
        return put_number(out, seconds, err);
    bool midnight = tm.tm_hour == 0 && tm.tm_min == 0 && tm.tm_sec == 0;
    strftime(text, sizeof text, midnight ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &tm);
    return put_text(out, text, err);
}

/* "setosa:50|versicolor:50|..." */
static int put_levels(
    struct output *out, const struct dict *levels, const double *value, int64_t n, struct err *err)
{
    struct buf text = BUF_INIT;
    int shown = levels ? dict_size(levels) : 0, ret = -1;

    if (shown > LEVELS_SHOWN)
        shown = LEVELS_SHOWN;
    for (int32_t code = 0, i = 0; code < shown; code++) {
        int64_t count = 0;
        for (; i < n && value[i] <= code; i++) /* sorted */
            count++;
        if (buf_printf(&text, "%s%s:%lld", code ? "|" : "", dict_text(levels, code, NULL),
                (long long)count) < 0) {
            err_memory(err);
            goto out;
        }
    }
    if (levels && dict_size(levels) > shown && buf_str(&text, "|...") < 0) {
        err_memory(err);
        goto out;
    }
    ret = put_text(out, text.data ? text.data : "", err);
out:
    buf_release(&text);
    return ret;
}

/* What stands in a column, as summary_of() wants it; value is NULL for an ignored one. */
struct values {
    double *value;
    int64_t n, n_zeros, n_rows;
};

static int put_line(
    struct output *out, const struct line *line, const struct values *v, struct err *err)
{
    struct summary s;

    if (csv_put_field(out, line->name, strlen(line->name), ',', err) < 0 ||
        put_text(out, line->role, err) < 0 || put_text(out, line->kind, err) < 0)
        return -1;
    if (!v->value)
        return output_put(out, ",,,,,,,", 7, err) < 0 || put_text(out, line->note, err) < 0 ||
                       output_put(out, "\n", 1, err) < 0
                   ? -1
                   : 0;
    summary_of(&s, v->value, v->n, v->n_zeros, v->n_rows);
    int (*put)(struct output *, double, struct err *) = line->date ? put_date : put_number;
    bool numbers = !line->levels, moments = numbers && !line->date;
    if (output_printf(out, err, ",%lld,%lld", (long long)s.missing, (long long)s.distinct) < 0 ||
        put(out, numbers ? s.min : NAN, err) < 0 || put(out, numbers ? s.max : NAN, err) < 0 ||
        put_rounded(out, moments ? s.mean : NAN, err) < 0 ||
        put_rounded(out, moments ? s.sd : NAN, err) < 0 ||
        put_levels(out, line->levels, v->value, s.n, err) < 0 || put_text(out, line->note, err) < 0)
        return -1;
    return output_put(out, "\n", 1, err);
}

/* ---- columns ---- */

static int put_features(struct output *out, const struct table *t, struct err *err)
{
    struct columns *columns = columns_new(t, err);
    int ret = columns ? 0 : -1;

    for (int i = 0; ret == 0 && i < t->schema.n_cols; i++) {
        const struct col_spec *c = &t->schema.cols[i];
        bool ignored = c->kind == COL_IGNORED;
        struct values v = {.n_rows = t->n_rows};
        if (!ignored)
            v.value = columns_get(columns, i, &v.n, &v.n_zeros);
        struct line line = {
            .name = c->name,
            .role = ignored ? "" : "feature",
            .kind = col_kind_names[c->kind],
            .note = c->note ? c->note : "",
            .levels = c->kind == COL_CATEGORY ? c->dict : NULL,
            .date = c->kind == COL_DATE,
        };
        ret = put_line(out, &line, &v, err);
    }
    columns_free(columns);
    return ret;
}

/* The target or the weights: y[n] stays as it is. */
static int put_other(struct output *out, const struct table *t, const struct line *line,
    const double *y, struct err *err)
{
    struct values v = {.n = t->n_rows, .n_rows = t->n_rows};
    v.value = mem_copy(y, (size_t)t->n_rows, sizeof *y);
    if (!v.value)
        return err_memory(err);
    int ret = put_line(out, line, &v, err);
    mem_free(v.value);
    return ret;
}

static int write_info(
    struct output *out, const struct table *t, const struct options *o, struct err *err)
{
    static const char header[] = "column,role,kind,missing,distinct,min,max,mean,sd,levels,note\n";

    if (output_put(out, header, strlen(header), err) < 0 || put_features(out, t, err) < 0)
        return -1;
    if (t->y) {
        bool classes = t->target.task == TASK_CLASSIFICATION;
        struct line line = {
            .name = t->target.name,
            .role = "target",
            .kind = classes ? "class" : "number",
            .levels = classes ? t->target.classes : NULL,
            .note = "",
        };
        if (put_other(out, t, &line, t->y, err) < 0)
            return -1;
    }
    if (t->weight) {
        struct line line = {.name = o->read.weight ? o->read.weight : "(weight)",
            .role = "weight",
            .kind = "number",
            .note = ""};
        if (put_other(out, t, &line, t->weight, err) < 0)
            return -1;
    }
    return 0;
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct table t = TABLE_INIT;
    struct output out = OUTPUT_INIT;
    struct watch silent = *watch; /* what is doubtful stands in the result */
    int ret = -1;

    silent.note = NULL;
    if (table_read(&t, files, &o->read, &silent, err) < 0)
        goto out;
    if (output_open(&out, o->common.output, OUTPUT_TEXT, err) < 0 ||
        write_info(&out, &t, o, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    table_release(&t);
    return ret;
}

VERB(table_info, "info", "what a trainer sees in a table", "[options] [FILE...]", table,
    struct options, defaults, 0, run)
