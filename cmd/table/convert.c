/*
 * table convert -- CSV, LIBSVM and .npy from each other.
 *
 * CSV that stays CSV is copied field by field; all else is read as a trainer reads it and written
 * by plan_write.c.  User manual: man/table.1.
 */
#include <math.h>
#include <string.h>

#include "cmd/table/cmd.h"
#include "cmd/table/plan.h"
#include "common/base/mem.h"
#include "common/io/format/csv.h"
#include "common/io/format/number.h"
#include "common/io/stream/output.h"
#include "common/table/load.h"
#include "common/table/source.h"

enum to { TO_CSV, TO_LIBSVM, TO_NPY };
static const char *const to_names[] = {"csv", "libsvm", "npy", NULL};
static const char *const dtype_names[] = {"f4", "f8", NULL};

struct options {
    struct common_options common;
    struct read_opts read;
    int to, dtype;
    char delimiter; /* 0: as the input */
    bool one_hot, as_codes, skip_zeros;
    const char *codes;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT, .read = READ_OPTIONS_INIT, .dtype = 1};

/* As -d reads it. */
static int parse_delimiter(const char *text, void *field, struct err *err)
{
    for (const struct opt *o = format_opts_table; o->type != OPT_TYPE_END; o++)
        if (o->letter == 'd')
            return o->parse(text, field, err);
    return err_usage(err, "cannot be read");
}

static const struct opt table[] = {
    OPT_HEAD("Result"),
    OPT_ENUM(0, "to", struct options, to, to_names, "FORMAT", "what to write: csv, libsvm or npy"),
    OPT_CUSTOM(0, "out-delimiter", struct options, delimiter, parse_delimiter, NULL, "CHAR",
        "csv: what separates fields (default: as in the input)"),
    OPT_FLAG(0, "one-hot", struct options, one_hot,
        "write a category as a column of 0 and 1 for each level, name=level"),
    OPT_FLAG(0, "as-codes", struct options, as_codes,
        "csv: write a category as the number of its level, as libsvm and npy do anyway"),
    OPT_STRING(0, "codes", struct options, codes, "FILE",
        "write which number is which level to FILE, as CSV column,code,level"),
    OPT_STRING(0, "group", struct options, read.group, "COL", "libsvm: write COL as qid"),
    OPT_FLAG(0, "skip-zeros", struct options, skip_zeros,
        "libsvm: leave zeros out, for readers to whom absent is 0"),
    OPT_ENUM(0, "dtype", struct options, dtype, dtype_names, "TYPE", "npy: f4 or f8"),
    OPT_GROUP(read_opts_table, struct options, read),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int only_for(
    const struct options *o, bool given, enum to to, const char *option, struct err *err)
{
    if (!given || o->to == (int)to)
        return 0;
    return err_usage(err, "--%s goes with --to %s", option, to_names[to]);
}

static int check(const struct options *o, struct err *err)
{
    if (only_for(o, o->delimiter, TO_CSV, "out-delimiter", err) < 0 ||
        only_for(o, o->as_codes, TO_CSV, "as-codes", err) < 0 ||
        only_for(o, o->skip_zeros, TO_LIBSVM, "skip-zeros", err) < 0 ||
        only_for(o, o->read.group, TO_LIBSVM, "group", err) < 0 ||
        only_for(o, o->dtype != defaults.dtype, TO_NPY, "dtype", err) < 0)
        return -1;
    if (o->one_hot && o->as_codes)
        return err_usage(err, "--one-hot and --as-codes: one of them");
    return 0;
}

/* ---- CSV to CSV: text ---- */

/* Options that say how to read values, where none are read. */
static int check_copy(const struct options *o, struct err *err)
{
    const struct read_opts *r = &o->read;
    const char *option = r->numeric               ? "numeric"
                         : r->categorical         ? "categorical"
                         : r->date                ? "date"
                         : r->na                  ? "na"
                         : r->task                ? "task"
                         : r->positive            ? "positive"
                         : r->drop_missing_target ? "drop-missing-target"
                         : o->codes               ? "codes"
                                                  : NULL;
    if (!option)
        return 0;
    return err_usage(err,
        "--%s has no effect where CSV is copied as it is; --as-codes and --one-hot read it",
        option);
}

static int pick_columns(const struct options *o, const struct source *s, bool *in, struct err *err)
{
    const char *const *name = source_names(s);
    const char *const single[] = {o->read.target, o->read.weight};
    int n = source_n_columns(s), ret = -1;
    bool *out = mem_zalloc((size_t)n, sizeof *out);

    if (!out)
        return err_memory(err);
    memset(in, !o->read.features, (size_t)n * sizeof *in);
    if ((o->read.features && list_pick(o->read.features, name, n, in, err) < 0) ||
        (o->read.exclude && list_pick(o->read.exclude, name, n, out, err) < 0))
        goto out;
    for (int i = 0; i < n; i++)
        in[i] = in[i] && !out[i];
    for (int k = 0; k < 2; k++) {
        int i = single[k] ? list_find(single[k], name, n, err) : 0;
        if (i < 0)
            goto out;
        if (single[k])
            in[i] = true;
    }
    ret = 0;
out:
    mem_free(out);
    return ret;
}

/* Fields pass byte for byte where the delimiter stays. */
static int copy_field(
    const struct csv_field *f, char from, char to, struct output *out, struct err *err)
{
    if (from == to)
        return output_put(out, f->raw, f->raw_len, err);
    return csv_put_field(out, f->text, f->len, to, err);
}

static int copy_row(struct source *s, const struct source_row *row, const bool *in, char delimiter,
    struct output *out, struct err *err)
{
    bool first = true;

    for (int i = 0; i < source_n_columns(s); i++) {
        if (!in[i])
            continue;
        if (!first && output_put(out, &delimiter, 1, err) < 0)
            return -1;
        first = false;
        int ret = 0;
        if (!row)
            ret =
                csv_put_field(out, source_names(s)[i], strlen(source_names(s)[i]), delimiter, err);
        else if (row->field)
            ret = copy_field(&row->field[i], source_delimiter(s), delimiter, out, err);
        else if (!isnan(row->value[i])) {
            char text[NUMBER_MAX];
            int len = number_write(row->value[i], text);
            ret = output_put(out, text, (size_t)len, err);
        }
        if (ret < 0)
            return -1;
    }
    return first ? err_usage(err, "no column is left") : output_put(out, "\n", 1, err);
}

/* Text, or the numbers of an .npy array, one row at a time. */
static int copy(const struct options *o, struct source *s, struct output *out, struct watch *watch,
    struct err *err)
{
    bool npy = source_format(s) == FORMAT_NPY;
    char delimiter = o->delimiter ? o->delimiter : npy ? ',' : source_delimiter(s);
    struct source_row row;
    int64_t n = 0;
    int got = -1;

    if (check_copy(o, err) < 0)
        return -1;
    bool *in = mem_alloc((size_t)source_n_columns(s), sizeof *in);
    if (!in)
        return err_memory(err);
    if (pick_columns(o, s, in, err) < 0 || source_need(s, in, err) < 0)
        goto out;
    if ((npy || source_named(s)) && copy_row(s, NULL, in, delimiter, out, err) < 0)
        goto out;
    while ((got = source_next(s, &row, err)) > 0)
        if (load_tick(watch, n++, err) < 0 || copy_row(s, &row, in, delimiter, out, err) < 0) {
            got = -1;
            break;
        }
out:
    mem_free(in);
    return got;
}

/* ---- all else: values ---- */

static int write_codes(const struct options *o, const struct plan *plan, struct err *err)
{
    struct output out = OUTPUT_INIT;
    int ret = -1;

    if (!o->codes)
        return 0;
    if (output_open(&out, o->codes, OUTPUT_TEXT, err) == 0 && plan_put_codes(plan, &out, err) == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    return ret;
}

static int write_table(const struct options *o, const struct table *t, struct output *out,
    struct watch *watch, struct err *err)
{
    struct plan plan = PLAN_INIT;
    enum category_form form = o->one_hot                        ? CATEGORY_ONE_HOT
                              : o->to == TO_CSV && !o->as_codes ? CATEGORY_TEXT
                                                                : CATEGORY_CODE;
    int ret = plan_init(&plan, t, form, o->read.weight, watch, err);

    if (ret == 0 && (o->to != TO_CSV || o->as_codes))
        plan_tell_codes(&plan);
    if (ret == 0 && o->to == TO_NPY)
        plan_tell_columns(&plan);
    if (ret == 0)
        ret = o->to == TO_CSV ? plan_write_csv(&plan, o->delimiter ? o->delimiter : ',', out, err)
              : o->to == TO_NPY
                  ? plan_write_npy(&plan, o->dtype == 0 ? DTYPE_F32 : DTYPE_F64, out, err)
                  : plan_write_libsvm(&plan, o->skip_zeros, out, err);
    if (ret == 0)
        ret = write_codes(o, &plan, err);
    plan_release(&plan);
    return ret;
}

/* A LIBSVM file has to be read whole before it is known how many columns it has. */
static int run_sparse(const struct options *o, struct source *s, struct output *out,
    struct watch *watch, struct err *err)
{
    struct table t = TABLE_INIT;
    struct read_opts read = o->read;
    read.keep_all = true;
    int ret = load_sparse(&t, s, &read, watch, err);

    if (ret == 0)
        ret = write_table(o, &t, out, watch, err);
    table_release(&t);
    return ret;
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct table t = TABLE_INIT;
    struct read_opts read = o->read;
    struct source *s = NULL;
    struct output out = OUTPUT_INIT;
    bool text = o->to == TO_CSV && !o->one_hot && !o->as_codes;
    int ret = -1;

    if (check(o, err) < 0)
        return -1;
    read.keep_all = true;
    if (text) {
        s = source_open(files, &o->read.format, o->read.no_trim, false, err);
        if (!s)
            goto out;
    } else if (table_read(&t, files, &read, watch, err) < 0) {
        goto out;
    }
    if (output_open(&out, o->common.output, o->to == TO_NPY ? OUTPUT_BINARY : OUTPUT_TEXT, err) < 0)
        goto out;
    if ((!text                                  ? write_table(o, &t, &out, watch, err)
            : source_format(s) == FORMAT_LIBSVM ? run_sparse(o, s, &out, watch, err)
                                                : copy(o, s, &out, watch, err)) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    source_close(s);
    table_release(&t);
    return ret;
}

VERB(table_convert, "convert", "CSV, LIBSVM and .npy from each other", "[options] [FILE...]", table,
    struct options, defaults, 0, run)
