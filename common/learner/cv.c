/* cv.c -- see cv.h. */
#include "common/learner/cv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/io/format/csv.h"
#include "common/io/format/number.h"
#include "common/io/stream/output.h"
#include "common/learner/prediction.h"
#include "common/table/split.h"

struct cv {
    const struct train_job *job;
    const struct table *table;
    const struct fit_opts *fit_opts;
    struct watch *watch;
    struct output out, oof;
    int32_t *fold;
    int64_t *index;
    double *predicted; /* [n_rows][width] of this repeat */
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
        double value = fit_value(fit, "valid", i);
        char text[NUMBER_MAX];
        number_write(value, text);
        if (output_printf(&cv->out, err, "%d,%d,%d,%s,%s\n", repeat + 1, fold + 1,
                fit->forest.n_trees, o->metrics[i].name, text) < 0)
            return -1;
        cv->sum[i] += value;
        cv->squares[i] += value * value;
    }
    cv->n_scores++;
    return output_flush(&cv->out, err);
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
        scores_write(cv, repeat, fold, &fit, err) < 0)
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

/* A target called as another column is could not be told from it. */
static int oof_names_check(const struct target *t, struct err *err)
{
    static const char *const ours[] = {"repeat", "row", "fold", "prediction"};
    bool taken = false;

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        taken |= strcmp(t->name, ours[i]) == 0;
    if (t->classes && str_starts(t->name, "p_"))
        taken |= dict_find(t->classes, t->name + 2, strlen(t->name + 2)) >= 0;
    return taken ? err_usage(err, "--oof has a column '%s' of its own: rename the target", t->name)
                 : 0;
}

static int oof_header(struct cv *cv, struct err *err)
{
    const struct target *t = &cv->table->target;
    if (oof_names_check(t, err) < 0)
        return -1;
    if (output_printf(&cv->oof, err, "repeat,row,fold,") < 0 ||
        csv_put_field(&cv->oof, t->name, strlen(t->name), ',', err) < 0)
        return -1;
    if (output_put(&cv->oof, ",", 1, err) < 0 ||
        prediction_put_header(&cv->oof, t, "", ',', err) < 0)
        return -1;
    return output_put(&cv->oof, "\n", 1, err);
}

static int oof_truth(struct cv *cv, int64_t row, struct err *err)
{
    const struct target *t = &cv->table->target;
    char text[NUMBER_MAX];

    if (t->task == TASK_CLASSIFICATION) {
        size_t len;
        const char *label = dict_text(t->classes, (int32_t)cv->table->y[row], &len);
        return csv_put_field(&cv->oof, label, len, ',', err);
    }
    return output_put(&cv->oof, text, (size_t)number_write(cv->table->y[row], text), err);
}

static int oof_write(struct cv *cv, int repeat, struct err *err)
{
    int width = prediction_width(&cv->table->target);
    for (int64_t row = 0; row < cv->table->n_rows; row++)
        if (output_printf(
                &cv->oof, err, "%d,%" PRId64 ",%d,", repeat + 1, row + 1, cv->fold[row] + 1) < 0 ||
            oof_truth(cv, row, err) < 0 || output_put(&cv->oof, ",", 1, err) < 0 ||
            prediction_put(&cv->oof, &cv->table->target, cv->predicted + row * width, ',', err) <
                0 ||
            output_put(&cv->oof, "\n", 1, err) < 0)
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
    cv->fold = mem_alloc(n, sizeof *cv->fold);
    cv->index = mem_alloc(n, sizeof *cv->index);
    if (job->train->oof)
        cv->predicted =
            mem_alloc(n, (size_t)prediction_width(&cv->table->target) * sizeof *cv->predicted);
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
        if (cv->predicted && oof_write(cv, repeat, err) < 0)
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
        .oof = OUTPUT_INIT};
    double started = clock_seconds();
    int ret = -1;

    if (cv_open(&cv, err) < 0 || repeats_run(&cv, err) < 0 ||
        (job->train->oof && output_close(&cv.oof, err) < 0))
        goto out;
    ret = output_close(&cv.out, err);
    if (ret == 0)
        say_means(&cv, clock_seconds() - started);
out:
    output_discard(&cv.out);
    output_discard(&cv.oof);
    mem_free(cv.fold);
    mem_free(cv.index);
    mem_free(cv.predicted);
    return ret;
}
