/* train_opts.c -- the options of train verbs, and which go together; see train.h. */
#include <stdio.h>
#include <string.h>

#include "common/io/stream/output.h"
#include "common/learner/train.h"

static int cv_parse(const char *text, void *field, struct err *err)
{
    struct cv_shape *cv = field;
    int used = 0;

    cv->repeats = 1;
    if ((sscanf(text, "%5d%n", &cv->folds, &used) == 1 && !text[used]) ||
        (sscanf(text, "%5dx%5d%n", &cv->folds, &cv->repeats, &used) == 2 && !text[used]))
        if (cv->folds >= 2 && cv->repeats >= 1)
            return 0;
    return err_usage(err, "'%s' is not K or KxR with at least 2 folds", text);
}

const struct opt train_opts_table[] = {
    OPT_HEAD("Validation and control"),
    OPT_STRING(0, "valid", struct train_opts, valid, "FILE", "measure on the rows of FILE"),
    OPT_REAL(0, "holdout", struct train_opts, holdout, 0, 1, OPT_OPEN_MAX, "F",
        "hold out this fraction of the rows, drawn at random, and measure on them"),
    OPT_REAL(0, "holdout-last", struct train_opts, holdout_last, 0, 1, OPT_OPEN_MAX, "F",
        "hold out the last rows instead"),
    OPT_INT(0, "early-stop", struct train_opts, early_stop, 0, 1 << 30, "N",
        "stop when log_loss or rmse, or the first --metric, has not improved for N rounds; keep "
        "the best"),
    OPT_STRING(
        0, "metric", struct train_opts, metric, "LIST", "what to measure, as score(1) names it"),
    OPT_STRING(0, "report", struct train_opts, report, "FILE",
        "write round,data,metric,value after every round; with --cv repeat and fold before them"),
    OPT_STRING(0, "checkpoint", struct train_opts, checkpoint, "FILE",
        "save what is grown every minute, when interrupted and at the end"),
    OPT_STRING(0, "resume", struct train_opts, resume, "FILE",
        "go on from a checkpoint of the same run; starts afresh when there is none"),
    OPT_REAL(0, "time-limit", struct train_opts, time_limit, 0, 1e9, 0, "S",
        "start no more rounds after S seconds"),
    OPT_CUSTOM(0, "cv", struct train_opts, cv, cv_parse, NULL, "K[xR]",
        "cross-validate in K folds, R times over, and write no model but the scores"),
    OPT_STRING(
        0, "oof", struct train_opts, oof, "FILE", "with --cv: write the predictions out of fold"),
    OPT_STRING(0, "fold", struct train_opts, fold, "COL",
        "keep rows with equal values of COL together in folds and hold-outs"),
    OPT_INT(0, "max-bins", struct train_opts, max_bins, 2, BINS_MAX, "N",
        "bins of a numeric column; one with no more distinct values loses nothing"),
    OPT_END,
};

const struct opt forest_opts_table[] = {
    OPT_STRING(0, "oob", struct forest_opts, oob, "FILE",
        "write row,TARGET,prediction,... of each row by the trees not grown on it"),
    OPT_FLAG(0, "strength", struct forest_opts, strength,
        "measure the strength and correlation of the trees (Breiman)"),
    OPT_FLAG(0, "keep-leaf-rows", struct forest_opts, keep_leaf_rows,
        "keep in the model which rows each leaf has, for rf-predict --quantile"),
    OPT_END,
};

const struct opt boost_opts_table[] = {
    OPT_STRING(0, "init", struct boost_opts, init, "MODEL",
        "go on from a model: -n more rounds on these rows, whose columns are the model's"),
    OPT_FLAG(0, "refresh", struct boost_opts, refresh,
        "grow nothing, but estimate the leaves of the --init model anew on these rows"),
    OPT_END,
};

/* What a job without forest options has. */
static const struct forest_opts none = {.oob = NULL};

static int options_check(const struct train_opts *o, const struct forest_opts *f, struct err *err)
{
    const char *const side[] = {o->report, o->checkpoint, o->resume, o->oof, f->oob};
    int sets = !!o->valid + (o->holdout > 0) + (o->holdout_last > 0);

    for (size_t i = 0; i < sizeof side / sizeof *side; i++)
        if (side[i] && strcmp(side[i], "-") == 0)
            return err_usage(
                err, "side outputs such as --report and --checkpoint take files, not '-'");
    if (sets > 1)
        return err_usage(err, "only one of --valid, --holdout and --holdout-last can be given");
    if (o->cv.folds && sets)
        return err_usage(err, "--cv measures on its folds: leave out --valid and --holdout");
    if (o->cv.folds && (o->checkpoint || o->resume))
        return err_usage(err, "--cv keeps no model: leave out --checkpoint and --resume");
    if (o->cv.folds && (f->oob || f->strength || f->keep_leaf_rows))
        return err_usage(
            err, "--cv keeps no model: leave out --oob, --strength and --keep-leaf-rows");
    if (o->oof && !o->cv.folds)
        return err_usage(err, "--oof needs --cv");
    return 0;
}

/* The model's columns and target are taken as they are. */
static int init_check(const struct train_job *job, struct err *err)
{
    const struct read_opts *r = job->read;
    const char *other = r->features      ? "-x"
                        : r->exclude     ? "-X"
                        : r->numeric     ? "--numeric"
                        : r->categorical ? "--categorical"
                        : r->date        ? "--date"
                        : r->na          ? "--na"
                        : r->no_trim     ? "--no-trim"
                        : r->task        ? "--task"
                        : r->positive    ? "--positive"
                                         : NULL;

    if (other)
        return err_usage(
            err, "--init takes columns and target as the model has them: leave out %s", other);
    return job->train->cv.folds
               ? err_usage(err, "--cv would measure on rows the --init model may have seen")
               : 0;
}

/* Standard input holds one file only, and no output takes the place of another or of the rows. */
int train_opts_check(const struct train_job *job, const struct operands *files, struct err *err)
{
    const struct train_opts *o = job->train;
    const struct forest_opts *f = job->forest ? job->forest : &none;
    const char *const outputs[] = {job->common->output, o->report, o->checkpoint, o->oof, f->oob};
    int n_outputs = sizeof outputs / sizeof *outputs;
    const char *init = job->boost ? job->boost->init : NULL;
    bool rows = files->n == 0;

    if (job->boost && job->boost->refresh && !init)
        return err_usage(err, "--refresh needs --init, the model whose leaves are estimated anew");
    if ((init && init_check(job, err) < 0) || options_check(o, f, err) < 0 ||
        outputs_differ(outputs, n_outputs, err) < 0)
        return -1;
    for (int i = 0; i < files->n; i++) {
        rows |= strcmp(files->item[i], "-") == 0;
        for (int j = 0; j < n_outputs; j++)
            if (outputs[j] && output_same_file(outputs[j], files->item[i]))
                return err_usage(err, "'%s' is read: it would be replaced", files->item[i]);
    }
    if (rows && o->valid && strcmp(o->valid, "-") == 0)
        return err_usage(err, "the rows and --valid cannot both be standard input");
    if (init && strcmp(init, "-") == 0 && (rows || (o->valid && strcmp(o->valid, "-") == 0)))
        return err_usage(err, "rows and the --init model cannot both be standard input");
    return 0;
}
