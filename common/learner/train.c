/* train.c -- see train.h. */
#include "common/learner/train.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/io/stream/output.h"
#include "common/learner/cv.h"
#include "common/learner/report.h"
#include "common/learner/tree_model.h"
#include "common/table/split.h"

/* ---- options ---- */

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
        "write round,data,metric,value after every round"),
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

static int options_check(const struct train_opts *o, struct err *err)
{
    const char *const side[] = {o->report, o->checkpoint, o->resume, o->oof};
    int sets = !!o->valid + (o->holdout > 0) + (o->holdout_last > 0);

    for (size_t i = 0; i < sizeof side / sizeof *side; i++)
        if (side[i] && strcmp(side[i], "-") == 0)
            return err_usage(err, "--report, --checkpoint, --resume and --oof take files, not '-'");
    if (sets > 1)
        return err_usage(err, "only one of --valid, --holdout and --holdout-last can be given");
    if (o->cv.folds && sets)
        return err_usage(err, "--cv measures on its folds: leave out --valid and --holdout");
    if (o->cv.folds && (o->checkpoint || o->resume))
        return err_usage(err, "--cv keeps no model: leave out --checkpoint and --resume");
    if (o->cv.folds && o->report)
        return err_usage(err, "--cv writes its scores to the output: leave out --report");
    if (o->oof && !o->cv.folds)
        return err_usage(err, "--oof needs --cv");
    return 0;
}

/* Standard input holds one file only, and no output takes the place of another or of the rows. */
static int files_check(const struct train_job *job, const struct operands *files, struct err *err)
{
    const struct train_opts *o = job->train;
    const char *const outputs[] = {job->common->output, o->report, o->checkpoint, o->oof};
    int n_outputs = sizeof outputs / sizeof *outputs;
    bool rows = files->n == 0;

    if (outputs_differ(outputs, n_outputs, err) < 0)
        return -1;
    for (int i = 0; i < files->n; i++) {
        rows |= strcmp(files->item[i], "-") == 0;
        for (int j = 0; j < n_outputs; j++)
            if (outputs[j] && output_same_file(outputs[j], files->item[i]))
                return err_usage(err, "'%s' is read: it would be replaced", files->item[i]);
    }
    if (rows && o->valid && strcmp(o->valid, "-") == 0)
        return err_usage(err, "the rows and --valid cannot both be standard input");
    return 0;
}

/* ---- metrics ---- */

static int metrics_choose(struct metric metrics[METRICS_MAX], int *n, const char *list,
    const struct table *t, struct err *err)
{
    bool classes = t->target.task == TASK_CLASSIFICATION;
    const char *text = list ? list : classes ? "accuracy,log_loss,auc" : "rmse,mae,r2";

    for (*n = 0;; text++) {
        size_t len = strcspn(text, ",");
        char *name = mem_strndup(text, len);
        int ret = !name               ? err_memory(err)
                  : *n == METRICS_MAX ? err_usage(err, "--metric: more than %d", METRICS_MAX)
                                      : metric_find(&metrics[*n], name, err);
        mem_free(name);
        if (ret < 0)
            return -1;
        for (int i = 0; i < *n; i++)
            if (strcmp(metrics[i].name, metrics[*n].name) == 0)
                return err_usage(err, "--metric: %s is there twice", metrics[i].name);
        const struct metric_info *info = metrics[(*n)++].info;
        if (info->ranking ? !t->group : !(classes ? info->classification : info->regression))
            return err_usage(err, "--metric: %s does not fit a %s target%s", info->name,
                task_names[t->target.task], info->ranking ? " without groups" : "");
        text += len;
        if (!*text)
            return 0;
    }
}

/* ---- held-out rows ---- */

/* Splits t into what is trained on (left in t) and what is held out. */
static int hold_out(struct table *t, struct table *held_out, const struct train_opts *o,
    uint64_t seed, struct err *err)
{
    bool classes = t->target.task == TASK_CLASSIFICATION;
    struct split_rows rows = {
        t->n_rows, classes ? t->y : NULL, classes ? prediction_width(&t->target) : 0, t->group};
    unsigned char *held = mem_alloc((size_t)t->n_rows, 1);
    int64_t *index = mem_alloc((size_t)t->n_rows, sizeof *index), n[2] = {0, 0};
    struct table part = TABLE_INIT;
    int ret = -1;

    if (!held || !index) {
        err_memory(err);
        goto out;
    }
    if (o->holdout > 0 ? split_holdout(&rows, o->holdout, seed, held, err) < 0
                       : split_holdout_last(&rows, o->holdout_last, held, err) < 0)
        goto out;
    for (int64_t i = 0; i < t->n_rows; i++)
        if (!held[i])
            index[n[0]++] = i;
    if (table_select(&part, t, index, n[0], err) < 0)
        goto out;
    for (int64_t i = 0; i < t->n_rows; i++)
        if (held[i])
            index[n[1]++] = i;
    if (table_select(held_out, t, index, n[1], err) < 0)
        goto out;
    table_release(t);
    *t = part;
    part = (struct table)TABLE_INIT;
    ret = 0;
out:
    table_release(&part);
    mem_free(held);
    mem_free(index);
    return ret;
}

/* ---- checkpoints ---- */

/* Of what a checkpoint must share with the run that resumes it: rows, target, weights, options. */
static int fingerprint(char text[17], const struct table *t, json_t *options, struct err *err)
{
    uLong sum = crc32(0, NULL, 0), about = crc32(0, NULL, 0);
    struct buf json = BUF_INIT;
    size_t n = (size_t)t->n_rows;

    if (json_write(options, &json, err) < 0) {
        buf_release(&json);
        return -1;
    }
    about = crc32_z(about, (const Bytef *)json.data, json.len);
    buf_release(&json);
    for (int i = 0; t->values && i < t->schema.n_cols; i++)
        if (t->values[i])
            sum = crc32_z(sum, (const Bytef *)t->values[i], n * sizeof(double));
    if (t->sparse) {
        size_t entries = (size_t)t->sparse->start[n];
        sum = crc32_z(sum, (const Bytef *)t->sparse->col, entries * sizeof *t->sparse->col);
        sum = crc32_z(sum, (const Bytef *)t->sparse->value, entries * sizeof *t->sparse->value);
    }
    sum = crc32_z(sum, (const Bytef *)t->y, n * sizeof *t->y);
    if (t->weight)
        sum = crc32_z(sum, (const Bytef *)t->weight, n * sizeof *t->weight);
    snprintf(text, 17, "%08lx%08lx", (unsigned long)sum, (unsigned long)about);
    return 0;
}

/* 1 when the two descriptions are equal, 0 when not, -1 on error; takes both. */
static int same_json(json_t *a, json_t *b)
{
    int same = a && b ? json_equal(a, b) : -1;
    json_decref(a);
    json_decref(b);
    return same;
}

/* A checkpoint's trees may be used on these rows: the same columns, classes, target, rows and
 * options. */
static int checkpoint_fits(const struct tree_model *saved, const struct table *t, const char *print,
    const char *path, struct err *err)
{
    if (!saved->fingerprint[0])
        return err_set(err, "%s: a finished model, not a checkpoint", path);
    int schema = same_json(schema_to_json(&saved->schema, err), schema_to_json(&t->schema, err));
    int target = same_json(target_to_json(&saved->target, err), target_to_json(&t->target, err));
    if (schema < 0 || target < 0)
        return -1;
    if (!schema || !target || strcmp(saved->fingerprint, print) != 0)
        return err_set(err, "%s: a checkpoint of other rows or options", path);
    return 0;
}

/* Takes over the trees of a checkpoint, if there is one. */
static int resume(struct fit *fit, const struct train_job *job, const struct table *t,
    const char *print, const struct watch *watch, struct err *err)
{
    struct tree_model saved = TREE_MODEL_INIT;
    const char *path = job->train->resume;
    int ret = -1;

    if (access(path, F_OK) < 0 && errno == ENOENT) {
        watch_info(watch, "no checkpoint '%s' yet: starting afresh", path);
        return 0;
    }
    if (tree_model_read(&saved, path, job->learner->program, true, err) < 0 ||
        checkpoint_fits(&saved, t, print, path, err) < 0)
        goto out;
    watch_info(
        watch, "going on from %d %s of '%s'", saved.forest.n_trees, job->learner->rounds, path);
    fit->forest = saved.forest;
    saved.forest = (struct forest)FOREST_INIT;
    ret = 0;
out:
    tree_model_release(&saved);
    return ret;
}

/* ---- one model ---- */

struct session {
    const struct train_job *job;
    struct watch *watch;
    struct table train, valid;
    struct metric metrics[METRICS_MAX];
    struct fit_opts fit_opts;
    struct fit fit;
    json_t *options;
    char fingerprint[17];
};

static struct tree_model_parts session_parts(const struct session *s, const struct forest *forest)
{
    return (struct tree_model_parts){.program = s->job->learner->program,
        .schema = &s->train.schema,
        .target = &s->train.target,
        .forest = forest,
        .options = s->options};
}

/* Called by the frame now and then, too. */
static int checkpoint_write(void *ctx, const struct forest *forest, struct err *err)
{
    const struct session *s = ctx;
    struct tree_model_parts parts = session_parts(s, forest);
    int ret = -1;

    parts.fingerprint = s->fingerprint;
    parts.summary = json_object();
    if (!parts.summary)
        err_memory(err);
    else
        ret = tree_model_write(&parts, s->job->train->checkpoint, err);
    json_decref(parts.summary);
    return ret;
}

/* What an interrupted run has is in its checkpoint; the error says so. */
static void checkpoint_interrupted(struct session *s, struct err *err)
{
    struct err failed;
    if (checkpoint_write(s, &s->fit.forest, &failed) == 0)
        snprintf(err->text, sizeof err->text, "interrupted: %d %s are in '%s'",
            s->fit.forest.n_trees, s->job->learner->rounds, s->job->train->checkpoint);
    else
        snprintf(err->text, sizeof err->text, "interrupted, and %.900s", failed.text);
}

static int fit_model(struct session *s, struct err *err)
{
    const struct train_opts *o = s->job->train;
    struct comm comm = comm_single();

    if ((o->checkpoint || o->resume) && fingerprint(s->fingerprint, &s->train, s->options, err) < 0)
        return -1;
    if (o->resume && resume(&s->fit, s->job, &s->train, s->fingerprint, s->watch, err) < 0)
        return -1;
    if (o->checkpoint) {
        s->fit_opts.save = checkpoint_write;
        s->fit_opts.save_ctx = s;
    }
    int ret = learner_fit(s->job->learner, s->job->params, &s->train,
        s->valid.n_rows ? &s->valid : NULL, &s->fit_opts, &comm, s->watch, &s->fit, err);
    if (ret < 0 && err->kind == ERR_INTERRUPTED && o->checkpoint && s->fit.forest.n_trees)
        checkpoint_interrupted(s, err);
    return ret;
}

static void warn_no_split(const struct session *s)
{
    const struct forest *f = &s->fit.forest;
    for (int i = 0; i < f->n_trees; i++)
        if (forest_tree(f, i).n_nodes > 1)
            return;
    watch_warn(
        s->watch, "no tree has a split: the rows are too few or alike, or the limits too strict");
}

/* The output is opened before the work begins, so that a bad path costs nothing; it comes before
 * side outputs. */
static int train_model(struct session *s, double started, struct err *err)
{
    const struct train_job *job = s->job;
    struct output out = OUTPUT_INIT;
    struct tree_model_parts parts;
    json_t *summary = NULL;
    int ret = -1;

    if (output_open(&out, job->common->output, OUTPUT_BINARY, err) < 0 || fit_model(s, err) < 0)
        goto out;
    warn_no_split(s);
    summary = report_summary(
        &s->fit, s->metrics, s->fit_opts.n_metrics, s->train.n_rows, s->valid.n_rows);
    if (!summary) {
        err_memory(err);
        goto out;
    }
    parts = session_parts(s, &s->fit.forest);
    parts.summary = summary;
    if (tree_model_put(&parts, &out, err) < 0 || output_close(&out, err) < 0)
        goto out;
    if ((job->train->report && report_write(job->train->report, &s->fit, s->metrics, err) < 0) ||
        (job->train->checkpoint && checkpoint_write(s, &s->fit.forest, err) < 0))
        goto out;
    report_say(s->watch, job->learner, &s->fit, s->metrics, s->fit_opts.n_metrics, &s->train,
        clock_seconds() - started);
    ret = 0;
out:
    output_discard(&out);
    json_decref(summary);
    return ret;
}

/* ---- the verb ---- */

static int session_read(struct session *s, const struct operands *files, struct err *err)
{
    const struct train_opts *o = s->job->train;
    struct read_opts read = *s->job->read;

    read.group = o->fold;
    read.group_option = "--fold";
    if (table_read(&s->train, files, &read, s->watch, err) < 0)
        return -1;
    if (!s->train.y)
        return err_usage(err, "which column is the target?  Name it with -y");
    if (o->valid && table_read_like(&s->valid, o->valid, &s->train, &read, s->watch, err) < 0)
        return -1;
    if ((o->holdout > 0 || o->holdout_last > 0) &&
        hold_out(&s->train, &s->valid, o, (uint64_t)s->job->common->seed, err) < 0)
        return -1;
    return 0;
}

static int session_options(struct session *s, struct err *err)
{
    const struct train_job *job = s->job;

    if (metrics_choose(s->metrics, &s->fit_opts.n_metrics, job->train->metric, &s->train, err) < 0)
        return -1;
    s->fit_opts.n_rounds = (int)job->n_rounds;
    s->fit_opts.max_bins = (int)job->train->max_bins;
    s->fit_opts.early_stop = (int)job->train->early_stop;
    s->fit_opts.time_limit = job->train->time_limit;
    s->fit_opts.metrics = s->metrics;
    /* of the metrics chosen for classes log_loss, the second, is the finer one */
    s->fit_opts.decisive = !job->train->metric && s->train.target.task == TASK_CLASSIFICATION;
    s->fit_opts.curve = job->train->report != NULL;
    s->fit_opts.drop_cells = true;
    s->options = job->learner->describe(job->params);
    if (!s->options ||
        json_object_set_new(s->options, "max_bins", json_integer(job->train->max_bins)) < 0)
        return err_memory(err);
    return 0;
}

int train_run(
    const struct train_job *job, const struct operands *files, struct watch *watch, struct err *err)
{
    struct session s = {
        .job = job, .watch = watch, .train = TABLE_INIT, .valid = TABLE_INIT, .fit = FIT_INIT};
    double started = clock_seconds();
    int ret = -1;

    if (options_check(job->train, err) < 0 || files_check(job, files, err) < 0 ||
        session_read(&s, files, err) < 0 || session_options(&s, err) < 0)
        goto out;
    ret = job->train->cv.folds ? cv_run(job, &s.train, &s.fit_opts, watch, err)
                               : train_model(&s, started, err);
out:
    json_decref(s.options);
    fit_release(&s.fit);
    table_release(&s.train);
    table_release(&s.valid);
    return ret;
}
