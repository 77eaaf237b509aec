/*
 * table split -- hold rows out: training rows here, test rows there.
 *
 * Options and files only; which rows is settled in common/table/split.c.  User manual: man/table.1.
 */
#include <string.h>

#include "cmd/table/cmd.h"
#include "cmd/table/rows.h"
#include "common/base/mem.h"

struct options {
    struct common_options common;
    struct format_opts format;
    const char *target, *group;
    double fraction, last; /* 0: not given */
    const char *train, *test;
};

static const struct options defaults = {.common = COMMON_OPTIONS_INIT};

static const struct opt table[] = {
    OPT_HEAD("Rows"),
    OPT_REAL(0, "holdout", struct options, fraction, 0, 1, OPT_OPEN_MIN | OPT_OPEN_MAX, "F",
        "hold out about the fraction F of the rows, drawn at random"),
    OPT_REAL(0, "holdout-last", struct options, last, 0, 1, OPT_OPEN_MIN | OPT_OPEN_MAX, "F",
        "hold out the last rows instead, in input order"),
    OPT_STRING(
        'y', "target", struct options, target, "COL", "keep the shares of the classes in COL"),
    OPT_STRING(
        0, "group", struct options, group, "COL", "keep rows with equal values of COL together"),
    OPT_STRING(0, "test", struct options, test, "FILE", "write the rows held out to FILE"),
    OPT_STRING(0, "train", struct options, train, "FILE",
        "write the other rows to FILE (default: standard output)"),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_HEAD("Input"),
    OPT_GROUP(format_opts_table, struct options, format),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int check(const struct options *o, const char **train, struct err *err)
{
    *train = o->train ? o->train : o->common.output;
    if (!o->fraction && !o->last)
        return err_usage(err, "how many rows? --holdout F or --holdout-last F is needed");
    if (o->fraction && o->last)
        return err_usage(err, "--holdout and --holdout-last: one of them");
    if (o->last && (o->target || o->group))
        return err_usage(err, "--holdout-last takes the last rows, whatever is in them: no %s",
            o->target ? "--target" : "--group");
    if (!o->test)
        return err_usage(err, "where to? --test FILE is needed");
    if (o->train && o->common.output)
        return err_usage(err, "--train and --output are the same: one of them");
    if (!strcmp(*train ? *train : "-", o->test))
        return err_usage(err, "training and test rows both to %s",
            !strcmp(o->test, "-") ? "standard output" : o->test);
    return 0;
}

static int write_rows(struct rows *rows, const unsigned char *held, struct output *train,
    struct output *test, struct watch *watch, struct err *err)
{
    int64_t i = 0;
    int got;

    if (rows_rewind(rows, err) < 0 || rows_put_header(rows, "", train, err) < 0 ||
        rows_put_header(rows, "", test, err) < 0)
        return -1;
    while ((got = rows_next(rows, err)) > 0) {
        if (i == rows->n)
            return err_set(err, "the input grew while it was read");
        if (rows_put(rows, "", held[i] ? test : train, err) < 0)
            return -1;
        if (++i % 65536 == 0 && watch_stop(watch))
            return err_interrupted(err);
    }
    if (got == 0 && i < rows->n)
        return err_set(err, "the input shrank while it was read");
    return got;
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct output train = OUTPUT_INIT, test = OUTPUT_INIT;
    unsigned char *held = NULL;
    const char *train_path;
    int64_t n_held = 0;
    int ret = -1;

    if (check(o, &train_path, err) < 0)
        return -1;
    if (rows_read(&rows, files, &o->format, o->target, o->group, watch, err) < 0)
        goto out;
    held = mem_alloc((size_t)rows.n, 1);
    if (!held) {
        err_memory(err);
        goto out;
    }
    struct split_rows split = rows_to_split(&rows);
    if ((o->last ? split_holdout_last(&split, o->last, held, err)
                 : split_holdout(&split, o->fraction, (uint64_t)o->common.seed, held, err)) < 0)
        goto out;
    if (output_open(&train, train_path, OUTPUT_TEXT, err) < 0 ||
        output_open(&test, o->test, OUTPUT_TEXT, err) < 0 ||
        write_rows(&rows, held, &train, &test, watch, err) < 0 || output_close(&test, err) < 0 ||
        output_close(&train, err) < 0)
        goto out;
    for (int64_t i = 0; i < rows.n; i++)
        n_held += held[i];
    watch_info(watch, "%lld %s for training, %lld held out", (long long)(rows.n - n_held),
        rows.n - n_held == 1 ? "row" : "rows", (long long)n_held);
    ret = 0;
out:
    output_discard(&test);
    output_discard(&train);
    mem_free(held);
    rows_release(&rows);
    return ret;
}

VERB(table_split, "split", "hold rows out", "--holdout F --test FILE [options] [FILE...]", table,
    struct options, defaults, 0, run)
