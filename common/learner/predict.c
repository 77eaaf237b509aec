/* predict.c -- see predict.h. */
#include "common/learner/predict.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/io/format/csv.h"
#include "common/io/stream/output.h"
#include "common/learner/learner.h"
#include "common/learner/prediction.h"

const struct opt predict_opts_table[] = {
    OPT_STRING('m', "model", struct predict_opts, model, "FILE", "the model ('-': standard input)"),
    OPT_GROUP(bind_opts_table, struct predict_opts, bind),
    OPT_STRING(0, "prefix", struct predict_opts, prefix, "NAME",
        "call the columns NAME.prediction and so on"),
    OPT_END,
};

struct session {
    const struct predict_job *job;
    struct tree_model model;
    struct predictor *predictor;
    uint16_t *codes; /* [pool_size()] blocks */
    struct reader *reader;
    struct output out;
    char *prefix;
    char delimiter;
    int width;
    struct batch batch;
    size_t room; /* rows that the arrays hold */
    double *raw, *linked;
};

static void predict_block(void *ctx, int64_t block, int worker)
{
    struct session *s = ctx;
    int k = s->model.forest.n_outputs, left = s->batch.n_rows - (int)block * PREDICTOR_ROWS;
    struct predictor_block b = {.cols = s->batch.cols,
        .first = block * PREDICTOR_ROWS,
        .n = left < PREDICTOR_ROWS ? left : PREDICTOR_ROWS,
        .codes = s->codes + (size_t)worker * predictor_codes_size(s->predictor)};

    predictor_code(s->predictor, &b);
    s->job->raw(s->predictor, &b, s->raw + b.first * k);
    for (int64_t i = b.first; i < b.first + b.n; i++)
        prediction_link(&s->model.target, k, s->raw + i * k, s->linked + i * s->width);
}

static int batch_room(struct session *s, struct err *err)
{
    size_t n = (size_t)s->batch.n_rows;
    if (n <= s->room)
        return 0;
    mem_free(s->raw);
    mem_free(s->linked);
    s->raw = mem_alloc(n, (size_t)s->model.forest.n_outputs * sizeof *s->raw);
    s->linked = mem_alloc(n, (size_t)s->width * sizeof *s->linked);
    s->room = s->raw && s->linked ? n : 0;
    return s->room ? 0 : err_memory(err);
}

/* ---- output ---- */

/* A kept column and a column of ours of the same name could not be told apart. */
static int names_check(const struct session *s, struct err *err)
{
    const struct target *t = &s->model.target;
    size_t prefix = strlen(s->prefix);

    for (int i = 0; i < reader_n_kept(s->reader); i++) {
        const char *kept = reader_kept_name(s->reader, i), *name = kept + prefix;
        for (int j = 0; j < i; j++)
            if (strcmp(reader_kept_name(s->reader, j), kept) == 0)
                return err_usage(err, "-k names column '%s' twice", kept);
        if (strncmp(kept, s->prefix, prefix) != 0)
            continue;
        if (strcmp(name, "prediction") == 0 ||
            (t->classes && str_starts(name, "p_") &&
                dict_find(t->classes, name + 2, strlen(name + 2)) >= 0))
            return err_set(
                err, "the kept column '%s' has the name of an output column: use --prefix", kept);
    }
    return 0;
}

static int header_put(struct session *s, struct err *err)
{
    for (int i = 0; i < reader_n_kept(s->reader); i++) {
        const char *name = reader_kept_name(s->reader, i);
        if (csv_put_field(&s->out, name, strlen(name), s->delimiter, err) < 0 ||
            output_put(&s->out, &s->delimiter, 1, err) < 0)
            return -1;
    }
    if (prediction_put_header(&s->out, &s->model.target, s->prefix, s->delimiter, err) < 0)
        return -1;
    return output_put(&s->out, "\n", 1, err);
}

static int batch_put(struct session *s, struct err *err)
{
    for (int i = 0; i < s->batch.n_rows; i++)
        if (reader_put_kept(s->reader, i, &s->out, err) < 0 ||
            prediction_put(&s->out, &s->model.target, s->linked + (size_t)i * (size_t)s->width,
                s->delimiter, err) < 0 ||
            output_put(&s->out, "\n", 1, err) < 0)
            return -1;
    return 0;
}

/* ---- the verb ---- */

static int session_open(struct session *s, const struct operands *files, struct err *err)
{
    const struct predict_opts *o = s->job->predict;
    struct buf prefix = BUF_INIT;

    if (!o->model)
        return err_usage(err, "which model?  Name it with -m");
    if (strcmp(o->model, "-") == 0) {
        bool twice = files->n == 0;
        for (int i = 0; i < files->n; i++)
            twice |= strcmp(files->item[i], "-") == 0;
        if (twice)
            return err_usage(err, "the model and the rows cannot both be standard input");
    }
    const char *output = s->job->common->output;
    if (output && output_same_file(output, o->model))
        return err_usage(err, "'%s' is the model: it would be replaced", o->model);
    for (int i = 0; output && i < files->n; i++)
        if (output_same_file(output, files->item[i]))
            return err_usage(err, "'%s' is read: it would be replaced", files->item[i]);
    if (tree_model_read(&s->model, o->model, s->job->program, false, err) < 0)
        return -1;
    if (s->model.forest.n_trees == 0)
        return err_set(err, "%s: a checkpoint without trees", o->model);
    if (s->job->classes_only && s->model.target.task != TASK_CLASSIFICATION)
        return err_usage(err, "%s does not fit: the model predicts values", s->job->classes_only);
    if ((o->prefix && (buf_str(&prefix, o->prefix) < 0 || buf_char(&prefix, '.') < 0)) ||
        !(s->prefix = buf_steal(&prefix))) {
        buf_release(&prefix);
        return err_memory(err);
    }
    s->width = prediction_width(&s->model.target);
    s->predictor = predictor_new(&s->model.forest, s->model.schema.n_cols, true, err);
    if (!s->predictor)
        return -1;
    s->codes =
        mem_alloc((size_t)pool_size(), predictor_codes_size(s->predictor) * sizeof *s->codes);
    if (!s->codes)
        return err_memory(err);
    s->reader = reader_open(files, &o->bind, &s->model.schema, err);
    if (!s->reader || names_check(s, err) < 0)
        return -1;
    s->delimiter = reader_delimiter(s->reader);
    return output_open(&s->out, s->job->common->output, OUTPUT_TEXT, err);
}

static int rows_run(struct session *s, struct watch *watch, struct err *err)
{
    int more;

    if (header_put(s, err) < 0)
        return -1;
    while ((more = reader_next(s->reader, &s->batch, err)) > 0) {
        if (watch_stop(watch))
            return err_interrupted(err);
        if (batch_room(s, err) < 0)
            return -1;
        pool_run((s->batch.n_rows + PREDICTOR_ROWS - 1) / PREDICTOR_ROWS, predict_block, s);
        if (batch_put(s, err) < 0)
            return -1;
        watch_progress(watch, "rows", reader_rows(s->reader), 0, "");
    }
    if (more == 0 && reader_rows(s->reader) == 0)
        return err_set(err, "no rows to predict, only a header");
    return more;
}

static void say_rows(const struct session *s, const struct watch *watch, double seconds)
{
    int64_t n = reader_rows(s->reader);
    reader_report(s->reader, watch);
    watch_info(watch, "%" PRId64 " row%s, %.1f s", n, n == 1 ? "" : "s", seconds);
}

int predict_run(const struct predict_job *job, const struct operands *files, struct watch *watch,
    struct err *err)
{
    struct session s = {.job = job, .model = TREE_MODEL_INIT, .out = OUTPUT_INIT};
    double started = clock_seconds();
    int ret = -1;

    if (session_open(&s, files, err) < 0 || rows_run(&s, watch, err) < 0)
        goto out;
    ret = output_close(&s.out, err);
    if (ret == 0)
        say_rows(&s, watch, clock_seconds() - started);
out:
    output_discard(&s.out);
    reader_close(s.reader);
    predictor_free(s.predictor);
    mem_free(s.codes);
    tree_model_release(&s.model);
    mem_free(s.prefix);
    mem_free(s.raw);
    mem_free(s.linked);
    return ret;
}
