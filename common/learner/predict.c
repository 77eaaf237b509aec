/* predict.c -- see predict.h. */
#include "common/learner/predict.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/learner/session.h"

const struct opt predict_opts_table[] = {
    OPT_STRING('m', "model", struct predict_opts, model, "FILE", "the model ('-': standard input)"),
    OPT_GROUP(bind_opts_table, struct predict_opts, bind),
    OPT_STRING(0, "prefix", struct predict_opts, prefix, "NAME",
        "call the columns NAME.prediction and so on"),
    OPT_END,
};

/* ---- opening ---- */

/* No input is read twice, and none is the output. */
static int files_check(const struct predict_job *job, const struct operands *files, struct err *err)
{
    const char *model = job->predict->model, *output = job->common->output;
    bool rows = files->n == 0;

    if (!model)
        return err_usage(err, "which model?  Name it with -m");
    for (int i = 0; i < files->n; i++)
        rows |= strcmp(files->item[i], "-") == 0;
    if (rows && strcmp(model, "-") == 0)
        return err_usage(err, "the model and the rows cannot both be standard input");
    if (output && output_same_file(output, model))
        return err_usage(err, "'%s' is the model: it would be replaced", model);
    for (int i = 0; output && i < files->n; i++)
        if (output_same_file(output, files->item[i]))
            return err_usage(err, "'%s' is read: it would be replaced", files->item[i]);
    return 0;
}

static int model_read(struct predict_session *s, struct err *err)
{
    const char *path = s->job->predict->model;

    if (tree_model_read(&s->model, path, s->job->program, false, err) < 0)
        return -1;
    if (s->model.forest.n_trees == 0)
        return err_set(err, "%s: a checkpoint without trees", path);
    if (s->job->classes_only && s->model.target.task != TASK_CLASSIFICATION)
        return err_usage(err, "%s does not fit: the model predicts values", s->job->classes_only);
    return 0;
}

/* The kept columns come first. */
static int header_start(struct predict_session *s, struct err *err)
{
    struct buf prefix = BUF_INIT;
    const char *given = s->job->predict->prefix;

    if ((given && (buf_str(&prefix, given) < 0 || buf_char(&prefix, '.') < 0)) ||
        !(s->prefix = buf_steal(&prefix))) {
        buf_release(&prefix);
        return err_memory(err);
    }
    s->header = (struct header){.delimiter = reader_delimiter(s->reader),
        .prefix = s->prefix,
        .kind = ERR_FAILED,
        .before = "the kept column",
        .after = "has the name of an output column: use --prefix"};
    if (header_init(&s->header, err) < 0)
        return -1;
    for (int i = 0; i < reader_n_kept(s->reader); i++)
        if (header_keep(&s->header, reader_kept_name(s->reader, i), err) < 0)
            return -1;
    return 0;
}

static int session_open(struct predict_session *s, const struct predict_kind *kind,
    const struct operands *files, struct err *err)
{
    if (files_check(s->job, files, err) < 0 || model_read(s, err) < 0)
        return -1;
    s->predictor = predictor_new(&s->model.forest, s->model.schema.n_cols, err);
    if (!s->predictor || sheet_init(&s->sheet, err) < 0)
        return -1;
    s->reader = reader_open(files, &s->job->predict->bind, &s->model.schema, err);
    if (!s->reader || header_start(s, err) < 0 ||
        output_open(&s->out, s->job->common->output, OUTPUT_TEXT, err) < 0)
        return -1;
    s->self = mem_zalloc(1, kind->self_size);
    return s->self ? kind->start(s, err) : err_memory(err);
}

/* ---- the verb ---- */

static int rows_run(struct predict_session *s, const struct predict_kind *kind, struct watch *watch,
    struct err *err)
{
    int more;

    while ((more = reader_next(s->reader, &s->batch, err)) > 0) {
        if (watch_stop(watch))
            return err_interrupted(err);
        if (kind->batch(s, err) < 0)
            return -1;
        watch_progress(watch, "rows", reader_rows(s->reader), 0, "");
    }
    if (more == 0 && reader_rows(s->reader) == 0)
        return err_set(err, "no rows to predict, only a header");
    return more == 0 && kind->finish ? kind->finish(s, err) : more;
}

static void say_rows(const struct predict_session *s, const struct watch *watch, double seconds)
{
    int64_t n = reader_rows(s->reader);
    reader_report(s->reader, watch);
    watch_info(watch, "%" PRId64 " row%s, %.1f s", n, n == 1 ? "" : "s", seconds);
}

int predict_run(const struct predict_job *job, const struct operands *files, struct watch *watch,
    struct err *err)
{
    struct predict_session s = {.job = job, .model = TREE_MODEL_INIT, .out = OUTPUT_INIT};
    const struct predict_kind *kind = &predict_rows;
    double started = clock_seconds();
    int ret = -1;

    if (session_open(&s, kind, files, err) < 0 || rows_run(&s, kind, watch, err) < 0)
        goto out;
    ret = output_close(&s.out, err);
    if (ret == 0)
        say_rows(&s, watch, clock_seconds() - started);
out:
    output_discard(&s.out);
    if (s.self)
        kind->release(&s);
    mem_free(s.self);
    header_release(&s.header);
    sheet_release(&s.sheet);
    reader_close(s.reader);
    predictor_free(s.predictor);
    tree_model_release(&s.model);
    mem_free(s.prefix);
    return ret;
}
