/* cv.c -- see cv.h. */
#include "common/learner/cv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/io/stream/output.h"
#include "common/learner/prediction.h"
#include "common/learner/report.h"
#include "common/learner/sheet.h"
#include "common/table/split.h"

struct cv {
    const struct train_job *job;
    const struct table *table;
    const struct fit_opts *fit_opts;
    struct watch *watch;
    struct output out, oof, report;
    int32_t *fold;
    int64_t *index;
    double *predicted; /* [n_rows][width] of this repeat */
    int repeat;
    struct prediction_text text;
    struct sheet sheet;
    double sum[METRICS_MAX], squares[METRICS_MAX];
    int n_scores;
};

/* The rows in the fold, or all the others. */
static int fold_select(struct cv *cv, struct table *part, int fold, bool in, struct err *err)
{
    int64_t n = 0;
    for (int64_t i = 0; i < cv->table->n_rows; i++)
        if ((cv->fold[i] == fold) == in)
            cv->index[n++] = i;
    return table_select(part, cv->table, cv->index, n, err);
}

static int scores_write(struct cv *cv, int repeat, int fold, const struct fit *fit, struct err *err)
{
    const struct fit_opts *o = cv->fit_opts;
    for (int i = 0; i < o->n_metrics; i++) {
        double value = fit_value(fit, "valid", o->metrics[i].name);
        char text[NUMBER_MAX];
        number_write(value, text);
        if (output_printf(&cv->out, err, "%d,%d,%d,%s,%s\n", repeat + 1, fold + 1,
                forest_rounds(&fit->forest), o->metrics[i].name, text) < 0)
            return -1;
        cv->sum[i] += value;
        cv->squares[i] += value * value;
    }
    cv->n_scores++;
    return output_flush(&cv->out, err);
}

/* Every round of a fold. */
static int fold_report(struct cv *cv, int repeat, int fold, const struct fit *fit, struct err *err)
{
    char prefix[32];

    if (!cv->job->train->report)
        return 0;
    snprintf(prefix, sizeof prefix, "%d,%d,", repeat + 1, fold + 1);
    return report_rows(&cv->report, fit, prefix, err);
}

static int fold_run(struct cv *cv, int repeat, int fold, struct err *err)
{
    struct table train = TABLE_INIT, test = TABLE_INIT;
    struct fit fit = FIT_INIT;
    struct comm comm = comm_single();
    int width = prediction_width(&cv->table->target), ret = -1;

    if (fold_select(cv, &train, fold, false, err) < 0 ||
        fold_select(cv, &test, fold, true, err) < 0 ||
        learner_fit(cv->job->learner, cv->job->params, &train, &test, cv->fit_opts, &comm,
            cv->watch, &fit, err) < 0 ||
        scores_write(cv, repeat, fold, &fit, err) < 0 ||
        fold_report(cv, repeat, fold, &fit, err) < 0)
        goto out;
    if (cv->predicted)
        for (int64_t i = 0; i < test.n_rows; i++)
            for (int k = 0; k < width; k++)
                cv->predicted[cv->index[i] * width + k] = fit.valid.linked[i * width + k];
    ret = 0;
out:
    fit_release(&fit);
    table_release(&train);
    table_release(&test);
    return ret;
}

/* ---- predictions out of fold ---- */

/* A target called as another column could not be told from it. */
static int oof_header(struct cv *cv, struct err *err)
{
    const struct target *t = &cv->table->target;
    struct header h = {.delimiter = ',',
        .prefix = "",
        .kind = ERR_USAGE,
        .before = "--oof has a column",
        .after = "of its own: rename the target"};
    int ret = -1;

    if (header_init(&h, err) == 0 && header_add(&h, "repeat", "", err) == 0 &&
        header_add(&h, "row", "", err) == 0 && header_add(&h, "fold", "", err) == 0 &&
        header_keep(&h, t->name, err) == 0 && prediction_header(&h, t, err) == 0)
        ret = header_put(&h, &cv->oof, err);
    header_release(&h);
    return ret;
}

static int oof_lines(void *ctx, int64_t first, int n, int worker, struct buf *text)
{
    const struct cv *cv = ctx;
    (void)worker;

    for (int64_t row = first; row < first + n; row++)
        if (buf_printf(text, "%d,%" PRId64 ",%d,", cv->repeat + 1, row + 1, cv->fold[row] + 1) <
                0 ||
            prediction_add_truth(&cv->text, cv->table->y[row], text) < 0 ||
            buf_char(text, ',') < 0 ||
            prediction_add(&cv->text, cv->predicted + row * cv->text.width, text) < 0 ||
            buf_char(text, '\n') < 0)
            return -1;
    return 0;
}

/* ---- the whole ---- */

static void say_means(const struct cv *cv, double seconds)
{
    const struct fit_opts *o = cv->fit_opts;
    struct buf line = BUF_INIT;
    double n = cv->n_scores;

    if (buf_printf(&line, "%" PRId64 " rows, %d folds", cv->table->n_rows, cv->n_scores) < 0)
        goto out;
    for (int i = 0; i < o->n_metrics; i++) {
        double mean = cv->sum[i] / n, variance = (cv->squares[i] - n * mean * mean) / (n - 1);
        if (buf_printf(
                &line, ", %s %.4g +- %.2g", o->metrics[i].name, mean, sqrt(fmax(variance, 0))) < 0)
            goto out;
    }
    if (buf_printf(&line, ", %.1f s", seconds) == 0)
        watch_info(cv->watch, "%s", line.data);
out:
    buf_release(&line);
}

static int cv_open(struct cv *cv, struct err *err)
{
    const struct train_job *job = cv->job;
    size_t n = (size_t)cv->table->n_rows;

    if (output_open(&cv->out, job->common->output, OUTPUT_TEXT, err) < 0 ||
        output_printf(&cv->out, err, "repeat,fold,round,metric,value\n") < 0)
        return -1;
    if (job->train->oof &&
        (output_open(&cv->oof, job->train->oof, OUTPUT_TEXT, err) < 0 || oof_header(cv, err) < 0))
        return -1;
    if (job->train->report &&
        (output_open(&cv->report, job->train->report, OUTPUT_TEXT, err) < 0 ||
            output_printf(&cv->report, err, "repeat,fold,round,data,metric,value\n") < 0))
        return -1;
    cv->fold = mem_alloc(n, sizeof *cv->fold);
    cv->index = mem_alloc(n, sizeof *cv->index);
    if (job->train->oof)
        cv->predicted =
            mem_alloc(n, (size_t)prediction_width(&cv->table->target) * sizeof *cv->predicted);
    if (job->train->oof && (prediction_text_init(&cv->text, &cv->table->target, ',', err) < 0 ||
                               sheet_init(&cv->sheet, err) < 0))
        return -1;
    return cv->fold && cv->index && (cv->predicted || !job->train->oof) ? 0 : err_memory(err);
}

static int repeats_run(struct cv *cv, struct err *err)
{
    const struct table *t = cv->table;
    const struct cv_shape *shape = &cv->job->train->cv;
    bool classes = t->target.task == TASK_CLASSIFICATION;
    struct split_rows rows = {
        t->n_rows, classes ? t->y : NULL, classes ? prediction_width(&t->target) : 0, t->group};

    for (int repeat = 0; repeat < shape->repeats; repeat++) {
        if (split_folds(&rows, shape->folds, (uint64_t)cv->job->common->seed, (uint32_t)repeat,
                cv->fold, err) < 0)
            return -1;
        for (int fold = 0; fold < shape->folds; fold++)
            if (fold_run(cv, repeat, fold, err) < 0)
                return -1;
        cv->repeat = repeat;
        if (cv->predicted &&
            sheet_put(&cv->sheet, t->n_rows, 5 + cv->text.width, oof_lines, cv, &cv->oof, err) < 0)
            return -1;
    }
    return 0;
}

int cv_run(const struct train_job *job, const struct table *table, const struct fit_opts *fit_opts,
    struct watch *watch, struct err *err)
{
    struct cv cv = {.job = job,
        .table = table,
        .fit_opts = fit_opts,
        .watch = watch,
        .out = OUTPUT_INIT,
        .oof = OUTPUT_INIT,
        .report = OUTPUT_INIT};
    double started = clock_seconds();
    int ret = -1;

    if (cv_open(&cv, err) < 0 || repeats_run(&cv, err) < 0 ||
        (job->train->oof && output_close(&cv.oof, err) < 0) ||
        (job->train->report && output_close(&cv.report, err) < 0))
        goto out;
    ret = output_close(&cv.out, err);
    if (ret == 0)
        say_means(&cv, clock_seconds() - started);
out:
    output_discard(&cv.out);
    output_discard(&cv.oof);
    output_discard(&cv.report);
    mem_free(cv.fold);
    mem_free(cv.index);
    mem_free(cv.predicted);
    prediction_text_release(&cv.text);
    sheet_release(&cv.sheet);
    return ret;
}
