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
#include "common/learner/oob.h"
#include "common/learner/report.h"
#include "common/learner/strength.h"
#include "common/learner/tree_model.h"
#include "common/table/split.h"

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

/* Splits t into what is trained on (left in t, rows[] of it as it was) and what is held out. */
static int hold_out(struct table *t, struct table *held_out, int64_t **rows_left,
    const struct train_opts *o, uint64_t seed, struct err *err)
{
    bool classes = t->target.task == TASK_CLASSIFICATION;
    struct split_rows rows = {
        t->n_rows, classes ? t->y : NULL, classes ? prediction_width(&t->target) : 0, t->group};
    unsigned char *held = mem_alloc((size_t)t->n_rows, 1);
    int64_t *index = mem_alloc((size_t)t->n_rows, sizeof *index), n[2] = {0, 0};
    int64_t *left = mem_alloc((size_t)t->n_rows, sizeof *left);
    struct table part = TABLE_INIT;
    int ret = -1;

    if (!held || !index || !left) {
        err_memory(err);
        goto out;
    }
    if (o->holdout > 0 ? split_holdout(&rows, o->holdout, seed, held, err) < 0
                       : split_holdout_last(&rows, o->holdout_last, held, err) < 0)
        goto out;
    for (int64_t i = 0; i < t->n_rows; i++)
        if (!held[i])
            left[n[0]++] = i;
    if (table_select(&part, t, left, n[0], err) < 0)
        goto out;
    for (int64_t i = 0; i < t->n_rows; i++)
        if (held[i])
            index[n[1]++] = i;
    if (table_select(held_out, t, index, n[1], err) < 0)
        goto out;
    table_release(t);
    *t = part;
    part = (struct table)TABLE_INIT;
    *rows_left = left;
    left = NULL;
    ret = 0;
out:
    table_release(&part);
    mem_free(held);
    mem_free(index);
    mem_free(left);
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
    if (t->upper)
        sum = crc32_z(sum, (const Bytef *)t->upper, n * sizeof *t->upper);
    for (int i = 0; i < t->n_margins; i++)
        sum = crc32_z(sum, (const Bytef *)t->margin[i], n * sizeof **t->margin);
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
    watch_info(watch, "going on from %d %s of '%s'", forest_rounds(&saved.forest),
        job->learner->rounds, path);
    forest_release(&fit->forest);
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
    int init_rounds;     /* of the model to go on from */
    int64_t *train_rows; /* their numbers before others were held out; NULL: the same */
    struct bag bag;      /* where forest options need it */
    struct leaf_rows leaf_rows;
    struct strength strength;
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
        .options = s->options,
        .leaf_rows = s->leaf_rows.n_rows ? &s->leaf_rows : NULL};
}

/* Called by the frame now and then, too. */
static int checkpoint_write(void *ctx, const struct forest *forest, struct err *err)
{
    const struct session *s = ctx;
    struct tree_model_parts parts = session_parts(s, forest);
    int ret = -1;

    parts.leaf_rows = NULL;
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
            forest_rounds(&s->fit.forest), s->job->learner->rounds, s->job->train->checkpoint);
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
    if (ret < 0 && err->kind == ERR_INTERRUPTED && o->checkpoint &&
        !forest_is_empty(&s->fit.forest))
        checkpoint_interrupted(s, err);
    return ret;
}

static void warn_no_split(const struct session *s)
{
    const struct forest *f = &s->fit.forest;
    for (int i = 0; i < f->n_trees; i++)
        if (forest_tree(f, i).n_nodes > 1)
            return;
    if (f->n_trees)
        watch_warn(s->watch,
            "no tree has a split: the rows are too few or alike, or the limits too strict");
}

/* ---- what forests are asked for ---- */

/* Before any work is done. */
static int forest_check(struct session *s, struct err *err)
{
    const struct forest_opts *o = s->job->forest;

    if (!o)
        return 0;
    if (o->keep_leaf_rows && s->train.target.task == TASK_CLASSIFICATION)
        return err_usage(err, "--keep-leaf-rows does not fit: '%s' is a classification target",
            s->train.target.name);
    if (!o->oob && !o->strength)
        return 0;
    if (o->oob && oob_check(&s->train.target, err) < 0)
        return -1;
    if (bag_open(&s->bag, s->job->learner, s->job->params, &s->train, err) < 0)
        return -1;
    return bag_leaves_out(&s->bag)
               ? 0
               : err_usage(err, "%s has nothing to look at: every tree is grown on all rows",
                     o->oob ? "--oob" : "--strength");
}

/* What goes into the model. */
static int forest_measure(struct session *s, json_t *summary, struct err *err)
{
    const struct forest_opts *o = s->job->forest;

    if (o && o->strength) {
        if (strength_measure(&s->strength, &s->bag, &s->fit.forest, err) < 0)
            return -1;
        if (strength_summary(&s->strength, summary) < 0)
            return err_memory(err);
    }
    return o && o->keep_leaf_rows ? leaf_rows_make(&s->leaf_rows, &s->fit.forest, &s->train, err)
                                  : 0;
}

static int side_outputs(struct session *s, struct err *err)
{
    const struct train_opts *o = s->job->train;
    const struct forest_opts *f = s->job->forest;

    if (o->report && report_write(o->report, &s->fit, err) < 0)
        return -1;
    if (f && f->oob && oob_write(f->oob, &s->bag, &s->fit.forest, s->train_rows, err) < 0)
        return -1;
    return o->checkpoint ? checkpoint_write(s, &s->fit.forest, err) : 0;
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

    if (forest_check(s, err) < 0 ||
        output_open(&out, job->common->output, OUTPUT_BINARY, err) < 0 || fit_model(s, err) < 0)
        goto out;
    warn_no_split(s);
    summary = report_summary(job->learner, &s->fit, &s->fit_opts, s->train.n_rows, s->valid.n_rows);
    if (!summary) {
        err_memory(err);
        goto out;
    }
    if (forest_measure(s, summary, err) < 0)
        goto out;
    parts = session_parts(s, &s->fit.forest);
    parts.summary = summary;
    if (tree_model_put(&parts, &out, err) < 0 || output_close(&out, err) < 0 ||
        side_outputs(s, err) < 0)
        goto out;
    report_say(s->watch, job->learner, &s->fit, s->metrics, s->fit_opts.n_metrics, &s->train,
        clock_seconds() - started);
    if (job->forest && job->forest->strength)
        strength_say(&s->strength, s->watch);
    ret = 0;
out:
    output_discard(&out);
    json_decref(summary);
    return ret;
}

/* ---- the verb ---- */

/* Rows as the model to go on from reads them; its trees are the first of the forest. */
static int read_for_init(
    struct session *s, const struct operands *files, const struct read_opts *read, struct err *err)
{
    const char *path = s->job->boost->init;
    struct tree_model model = TREE_MODEL_INIT;
    int ret = -1;

    if (tree_model_read(&model, path, s->job->learner->program, true, err) < 0)
        return -1;
    const struct table like = {.schema = model.schema, .target = model.target};
    if (read->target && strcmp(read->target, model.target.name) != 0) {
        err_usage(err, "-y %s: the target of '%s' is '%s'", read->target, path, model.target.name);
        goto out;
    }
    if (table_read_like(&s->train, files, &like, read, s->watch, err) < 0)
        goto out;
    s->init_rounds = forest_rounds(&model.forest);
    watch_info(
        s->watch, "going on from %d %s of '%s'", s->init_rounds, s->job->learner->rounds, path);
    forest_forget_unscaled(&model.forest); /* it may be a checkpoint */
    s->fit.forest = model.forest;
    model.forest = (struct forest)FOREST_INIT;
    ret = 0;
out:
    tree_model_release(&model);
    return ret;
}

static int session_read(struct session *s, const struct operands *files, struct err *err)
{
    const struct train_opts *o = s->job->train;
    struct read_opts read = *s->job->read;

    read.group = o->fold;
    read.group_option = "--fold";
    bool init = s->job->boost && s->job->boost->init;
    if ((init ? read_for_init(s, files, &read, err)
              : table_read(&s->train, files, &read, s->watch, err)) < 0)
        return -1;
    if (!s->train.y)
        return err_usage(err, "which column is the target?  Name it with -y");
    if (o->valid && table_read_like(&s->valid, &(struct operands){1, &o->valid}, &s->train, &read,
                        s->watch, err) < 0)
        return -1;
    if ((o->holdout > 0 || o->holdout_last > 0) &&
        hold_out(&s->train, &s->valid, &s->train_rows, o, (uint64_t)s->job->common->seed, err) < 0)
        return -1;
    return 0;
}

static int session_options(struct session *s, struct err *err)
{
    const struct train_job *job = s->job;

    char own[64];
    const char *list = job->train->metric;
    if (!list && job->learner->metrics)
        list = job->learner->metrics(job->params, &s->train, own);
    if (metrics_choose(s->metrics, &s->fit_opts.n_metrics, list, &s->train, err) < 0)
        return -1;
    s->fit_opts.refresh = job->boost && job->boost->refresh;
    int64_t n_more = s->fit_opts.refresh ? 0 : job->n_rounds;
    if (n_more + s->init_rounds > ROUNDS_MAX)
        return err_usage(err, "-n: more than %d rounds with those of the model", ROUNDS_MAX);
    s->fit_opts.n_rounds = (int)n_more + s->init_rounds;
    s->fit_opts.n_init = s->init_rounds;
    s->fit_opts.max_bins = (int)job->train->max_bins;
    s->fit_opts.early_stop = (int)job->train->early_stop;
    s->fit_opts.time_limit = job->train->time_limit;
    s->fit_opts.metrics = s->metrics;
    /* of the metrics chosen for classes log_loss, the second, is the finer one */
    s->fit_opts.decisive =
        !list && !job->learner->by_label && s->train.target.task == TASK_CLASSIFICATION;
    s->fit_opts.curve = job->train->report != NULL;
    /* what forest_opts ask for is found by sending the rows down once more */
    const struct forest_opts *f = job->forest;
    s->fit_opts.drop_cells = !f || !(f->oob || f->strength || f->keep_leaf_rows);
    s->options = job->learner->describe(job->params);
    if (!s->options ||
        json_object_set_new(s->options, "max_bins", json_integer(job->train->max_bins)) < 0)
        return err_memory(err);
    if (s->init_rounds &&
        json_object_set_new(s->options, "init_rounds", json_integer(s->init_rounds)) < 0)
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

    if (train_opts_check(job, files, err) < 0 || session_read(&s, files, err) < 0 ||
        session_options(&s, err) < 0)
        goto out;
    ret = job->train->cv.folds ? cv_run(job, &s.train, &s.fit_opts, watch, err)
                               : train_model(&s, started, err);
out:
    json_decref(s.options);
    fit_release(&s.fit);
    bag_close(&s.bag);
    leaf_rows_release(&s.leaf_rows);
    mem_free(s.train_rows);
    table_release(&s.train);
    table_release(&s.valid);
    return ret;
}
