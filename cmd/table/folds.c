/*
 * table folds -- number the rows by the fold they belong to.
 *
 * Options and files only; which fold is settled in common/table/split.c.  User manual: man/table.1.
 */
#include <string.h>

#include "cmd/table/cmd.h"
#include "cmd/table/rows.h"
#include "common/base/buf.h"
#include "common/base/mem.h"

struct options {
    struct common_options common;
    struct format_opts format;
    const char *target, *group, *name;
    int64_t n_folds;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT, .n_folds = 5, .name = "fold"};

static const struct opt table[] = {
    OPT_HEAD("Folds"),
    OPT_INT('n', "folds", struct options, n_folds, 2, 1 << 24, "K", "number of folds"),
    OPT_STRING(
        'y', "target", struct options, target, "COL", "keep the shares of the classes in COL"),
    OPT_STRING(
        0, "group", struct options, group, "COL", "keep rows with equal values of COL together"),
    OPT_STRING(0, "name", struct options, name, "NAME", "call the new column NAME"),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_HEAD("Input"),
    OPT_GROUP(format_opts_table, struct options, format),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

/* A second column of the same name could not be asked for. */
static int check_name(const struct rows *rows, const char *name, struct err *err)
{
    if (!*name)
        return err_usage(err, "--name: the name is empty");
    for (int i = 0; i < source_n_columns(rows->source); i++)
        if (source_named(rows->source) && !strcmp(source_names(rows->source)[i], name))
            return err_set(err, "%s: there is a column '%s' already; --name gives another",
                source_file(rows->source), name);
    return 0;
}

static int put_header(struct rows *rows, const char *name, struct output *out, struct err *err)
{
    struct buf more = BUF_INIT;
    int ret = -1;

    if (buf_char(&more, rows->delimiter) < 0 ||
        csv_add_field(&more, name, strlen(name), rows->delimiter) < 0)
        err_memory(err);
    else
        ret = rows_put_header(rows, more.data, out, err);
    buf_release(&more);
    return ret;
}

static int write_rows(struct rows *rows, const char *name, const int32_t *fold, struct output *out,
    struct watch *watch, struct err *err)
{
    struct buf more = BUF_INIT;
    int64_t i = 0;
    int got = -1;

    if (rows_rewind(rows, err) < 0 || put_header(rows, name, out, err) < 0)
        goto out;
    while ((got = rows_next(rows, err)) > 0) {
        got = -1;
        if (i == rows->n) {
            err_set(err, "the input grew while it was read");
            goto out;
        }
        buf_clear(&more);
        if (buf_printf(&more, "%c%ld", rows->delimiter, (long)fold[i] + 1) < 0) {
            err_memory(err);
            goto out;
        }
        if (rows_put(rows, more.data, out, err) < 0)
            goto out;
        if (++i % 65536 == 0 && watch_stop(watch)) {
            err_interrupted(err);
            goto out;
        }
    }
    if (got == 0 && i < rows->n)
        got = err_set(err, "the input shrank while it was read");
out:
    buf_release(&more);
    return got;
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct output out = OUTPUT_INIT;
    int32_t *fold = NULL;
    int ret = -1;

    if (rows_read(&rows, files, &o->format, o->target, o->group, watch, err) < 0 ||
        check_name(&rows, o->name, err) < 0)
        goto out;
    fold = mem_alloc((size_t)rows.n, sizeof *fold);
    if (!fold) {
        err_memory(err);
        goto out;
    }
    struct split_rows split = rows_to_split(&rows);
    if (split_folds(&split, (int)o->n_folds, (uint64_t)o->common.seed, 0, fold, err) < 0 ||
        output_open(&out, o->common.output, OUTPUT_TEXT, err) < 0 ||
        write_rows(&rows, o->name, fold, &out, watch, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    mem_free(fold);
    rows_release(&rows);
    return ret;
}

VERB(table_folds, "folds", "add a column that says which fold a row is in", "[options] [FILE...]",
    table, struct options, defaults, 0, run)
