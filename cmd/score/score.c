/*
 * score -- compare predictions with the truth.
 *
 * Options, files and the walk through the groups of --by; the numbers are common/metric's.
 * User manual: man/score.1.
 */
#include <string.h>

#include "cmd/score/charts.h"
#include "cmd/score/cmd.h"
#include "cmd/score/report.h"
#include "cmd/score/rows.h"
#include "cmd/score/scoring.h"
#include "common/base/mem.h"
#include "common/cli/opt.h"

enum { REPEATS = 1000, BINS = 10 };

struct options {
    struct common_options common;
    struct rows_opts rows;
    const char *metrics, *positive, *roc;
    int task;
    double level;          /* 0: no intervals */
    int64_t repeats, bins; /* 0: not given */
    bool confusion, calibration;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT,
    .rows = {.predictions = "prediction"},
};

static int delimiter_parse(const char *text, void *field, struct err *err)
{
    if (strcmp(text, "\\t") == 0)
        text = "\t";
    if (strlen(text) != 1 || strchr("\"\r\n", *text))
        return err_usage(err, "'%.*s' is not a delimiter: one character is wanted, or \\t",
            err_quote_len(strlen(text)), text);
    *(char *)field = *text;
    return 0;
}

static const struct opt table[] = {
    OPT_HEAD("Columns"),
    OPT_STRING('y', "target", struct options, rows.truth, "COL", "the truth"),
    OPT_STRING(0, "upper", struct options, rows.upper, "COL",
        "upper bounds of the truth, -y being the lower ones; a missing one is infinity"),
    OPT_STRING('p', "prediction", struct options, rows.predictions, "LIST",
        "predictions to score or compare; probabilities stand beside them as p_CLASS"),
    OPT_STRING('w', "weight", struct options, rows.weight, "COL", "weights of rows"),
    OPT_STRING(0, "group", struct options, rows.group, "COL",
        "queries of a ranking; --ci then draws whole groups"),
    OPT_STRING(0, "by", struct options, rows.by, "COL", "score the rows of each value apart"),
    OPT_HEAD("Reading"),
    OPT_CUSTOM('d', "delimiter", struct options, rows.delimiter, delimiter_parse, NULL, "C",
        "the character between fields (default: recognised)"),
    OPT_STRING(0, "na", struct options, rows.na, "LIST",
        "texts of a missing value (default NA,N/A,NaN,nan,null,?)"),
    OPT_FLAG(0, "drop-missing-target", struct options, rows.drop_missing_target,
        "leave out rows without a truth"),
    OPT_HEAD("Scoring"),
    OPT_ENUM(0, "task", struct options, task, task_names, "TASK", "what is predicted"),
    OPT_STRING(
        0, "positive", struct options, positive, "LABEL", "the positive class (default: the last)"),
    OPT_STRING(0, "metric", struct options, metrics, "LIST",
        "metrics to print (default: those that suit)"),
    OPT_REAL(0, "ci", struct options, level, 0, 1, OPT_OPEN_MIN | OPT_OPEN_MAX, "L",
        "add bootstrap intervals of this level, such as 0.95"),
    OPT_INT(0, "repeats", struct options, repeats, 1, 1e7, "N",
        "repeats of the bootstrap (default 1000)"),
    OPT_FLAG(0, "confusion", struct options, confusion, "print the confusion matrix instead"),
    OPT_FLAG(0, "calibration", struct options, calibration,
        "print how often what is given a probability occurs instead"),
    OPT_INT(0, "bins", struct options, bins, 1, 1e6, "N", "bins of the calibration (default 10)"),
    OPT_STRING(0, "roc", struct options, roc, "FILE", "also write the ROC curves to FILE"),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

/* What a run holds; all of it is released at the end of run(). */
struct job {
    const struct options *o;
    struct rows rows;
    struct scoring all;
    struct report report;
    struct sheet sheet, roc;
    const struct chart *chart; /* instead of the report */
    struct watch *watch;
};

static bool is_stdout(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

static int check_options(const struct options *o, struct err *err)
{
    if (!o->rows.truth)
        return err_usage(err, "-y is missing: which column is the truth?");
    if (o->confusion && o->calibration)
        return err_usage(err, "--confusion and --calibration exclude each other");
    if ((o->confusion || o->calibration) && (o->metrics || o->level > 0))
        return err_usage(err, "--%s prints no metrics: it takes no --metric and no --ci",
            o->confusion ? "confusion" : "calibration");
    if (o->bins && !o->calibration)
        return err_usage(err, "--bins is for --calibration");
    if (o->repeats && !(o->level > 0))
        return err_usage(err, "--repeats is for --ci");
    if (o->roc && is_stdout(o->roc) && is_stdout(o->common.output))
        return err_usage(err, "--roc -: standard output takes the metrics already");
    return outputs_differ((const char *const[]){o->common.output, o->roc}, 2, err);
}

static int open_sheets(struct job *job, struct err *err)
{
    const struct options *o = job->o;
    const char *columns = job->chart ? job->chart->columns : report_columns(&job->report);

    if (job->chart == &confusion_chart && job->all.n_models > 1)
        columns = "model,truth,predicted,count";
    for (const char *name = columns; o->rows.by && *name; name += strcspn(name, ",")) {
        name += *name == ',';
        size_t len = strcspn(name, ",");
        if (len == strlen(job->rows.by.name) && memcmp(name, job->rows.by.name, len) == 0)
            return err_set(err, "--by: a column '%s' is written already", job->rows.by.name);
    }
    job->sheet.by = job->roc.by = job->rows.by.name;
    if (sheet_open(&job->sheet, o->common.output, columns, err) < 0)
        return -1;
    return o->roc ? sheet_open(&job->roc, o->roc, roc_chart.columns, err) : 0;
}

/* All the rows, or those of one value of --by. */
static int put_slice(struct job *job, const struct scoring *s, uint64_t key, struct err *err)
{
    const struct options *o = job->o;
    int64_t bins = o->bins ? o->bins : BINS;

    if (job->chart ? job->chart->rows(s, &job->all, bins, &job->sheet, err) < 0
                   : report_rows(&job->report, s, key, &job->sheet, job->watch, err) < 0)
        return -1;
    return o->roc ? roc_chart.rows(s, &job->all, bins, &job->roc, err) : 0;
}

/* Rows in the order of their --by value; start[code] is where those of a value begin. */
static uint32_t *rows_by(const struct rows *rows, int64_t *start, struct err *err)
{
    int32_t n_values = dict_size(rows->by.dict);
    uint32_t *order = rows->n <= UINT32_MAX ? mem_alloc((size_t)rows->n, sizeof *order) : NULL;

    if (!order) {
        err_memory(err);
        return NULL;
    }
    for (int64_t i = 0; i < rows->n; i++)
        start[rows->by.code[i] + 1]++;
    for (int32_t c = 0; c < n_values; c++)
        start[c + 1] += start[c];
    for (int64_t i = 0; i < rows->n; i++)
        order[start[rows->by.code[i]]++] = (uint32_t)i;
    for (int32_t c = n_values; c > 0; c--)
        start[c] = start[c - 1];
    start[0] = 0;
    return order;
}

static int put_one_by(struct job *job, const struct ordered *value, const uint32_t *rows, int64_t n,
    int32_t *map, uint64_t key, struct err *err)
{
    struct scoring s;
    int ret = -1;

    job->sheet.by_text = job->roc.by_text = value->text;
    job->sheet.by_len = job->roc.by_len = value->len;
    if (scoring_select(&s, &job->all, rows, n, map, err) == 0)
        ret = put_slice(job, &s, key, err);
    scoring_release(&s);
    return ret;
}

static int put_by(struct job *job, struct err *err)
{
    const struct dict *dict = job->rows.by.dict;
    int32_t n = dict_size(dict);
    struct ordered *values = mem_alloc((size_t)n, sizeof *values);
    int64_t *start = mem_zalloc((size_t)n + 1, sizeof *start);
    int32_t *map = mem_alloc((size_t)job->all.n_groups, sizeof *map);
    uint32_t *order = NULL;
    int ret = -1;

    if (!values || !start || !map) {
        err_memory(err);
        goto out;
    }
    for (int32_t g = 0; g < job->all.n_groups; g++)
        map[g] = -1;
    for (int32_t c = 0; c < n; c++) {
        values[c].text = dict_text(dict, c, &values[c].len);
        values[c].code = c;
    }
    ordered_sort(values, (size_t)n);
    order = rows_by(&job->rows, start, err);
    if (!order)
        goto out;
    for (int32_t i = 0; i < n; i++) {
        int c = values[i].code;
        if (put_one_by(job, &values[i], order + start[c], start[c + 1] - start[c], map, (uint64_t)i,
                err) < 0)
            goto out;
    }
    ret = 0;
out:
    mem_free(order);
    mem_free(map);
    mem_free(start);
    mem_free(values);
    return ret;
}

static int prepare(struct job *job, const struct operands *files, struct err *err)
{
    const struct options *o = job->o;

    if (rows_read(&job->rows, files, &o->rows, err) < 0)
        return -1;
    if (job->rows.dropped)
        watch_warn(
            job->watch, "rows left out for want of a truth: %lld", (long long)job->rows.dropped);
    if (scoring_init(&job->all, &job->rows, (enum task)o->task, o->positive, job->watch, err) < 0)
        return -1;
    job->chart = o->confusion ? &confusion_chart : o->calibration ? &calibration_chart : NULL;
    if (job->chart && chart_check(job->chart, &job->all, err) < 0)
        return -1;
    if (o->roc && chart_check(&roc_chart, &job->all, err) < 0)
        return -1;
    job->report = (struct report){.intervals = o->level > 0,
        .level = o->level,
        .repeats = o->repeats ? o->repeats : REPEATS,
        .seed = (uint64_t)o->common.seed};
    return job->chart
               ? 0
               : report_init(&job->report, &job->all, o->metrics, o->rows.group != NULL, err);
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct job job = {.o = o, .sheet = SHEET_INIT, .roc = SHEET_INIT, .watch = watch};
    int ret = -1;

    if (check_options(o, err) < 0 || prepare(&job, files, err) < 0 || open_sheets(&job, err) < 0)
        goto out;
    if (o->rows.by ? put_by(&job, err) < 0 : put_slice(&job, &job.all, 0, err) < 0)
        goto out;
    if (o->roc && output_close(&job.roc.out, err) < 0)
        goto out;
    ret = output_close(&job.sheet.out, err);
    if (ret == 0)
        report_warn(&job.report, &job.all, o->rows.by ? dict_size(job.rows.by.dict) : 1,
            job.rows.by.name, watch);
out:
    output_discard(&job.roc.out);
    output_discard(&job.sheet.out);
    report_release(&job.report);
    scoring_release(&job.all);
    rows_release(&job.rows);
    return ret;
}

VERB(score, "", "say how good predictions are", "[options] -y COL [FILE...]", table, struct options,
    defaults, 0, run)
