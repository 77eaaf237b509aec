/* predict.c -- see predict.h. */
#include "common/learner/predict.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/learner/learner.h"
#include "common/learner/session.h"

static bool round_read(const char *text, size_t len, int64_t *value)
{
    double number;

    if (!number_read(text, len, &number) || number != floor(number) ||
        !(number >= 0 && number <= ROUNDS_MAX))
        return false;
    *value = (int64_t)number;
    return true;
}

/* "N": the first N; "A:B", either of them or both left out. */
static int rounds_parse(const char *text, void *field, struct err *err)
{
    struct round_range *r = field;
    const char *colon = strchr(text, ':'), *last = colon ? colon + 1 : text;

    *r = (struct round_range){0, 0};
    if ((colon && colon > text && !round_read(text, (size_t)(colon - text), &r->first)) ||
        ((!colon || *last) && !round_read(last, strlen(last), &r->last)))
        return err_usage(
            err, "'%s' is neither a number of rounds nor A:B, from A up to but not B", text);
    if (colon ? r->last && r->first >= r->last : !r->last)
        return err_usage(err, "'%s' is no round", text);
    return 0;
}

const struct opt predict_opts_table[] = {
    OPT_STRING('m', "model", struct predict_opts, model, "FILE", "the model ('-': standard input)"),
    OPT_GROUP(bind_opts_table, struct predict_opts, bind),
    OPT_STRING(0, "prefix", struct predict_opts, prefix, "NAME",
        "call the columns NAME.prediction and so on"),
    OPT_FLAG(0, "leaf", struct predict_opts, leaf, "add leaf_T, the row's leaf in each tree"),
    OPT_FLAG(0, "per-tree", struct predict_opts, per_tree,
        "add tree_T, what each tree says: its value, the probability of the last of two classes, "
        "or "
        "the class"),
    OPT_FLAG(0, "contrib", struct predict_opts, contrib,
        "write row,class,column,value instead: what each column contributes (Shapley values)"),
    OPT_FLAG(0, "interactions", struct predict_opts, interactions,
        "write row,class,column,column2,value instead: what each two columns do together"),
    OPT_END,
};

const struct opt predict_forest_table[] = {
    OPT_CUSTOM(0, "quantile", struct predict_opts, quantiles, quantiles_parse, NULL, "LIST",
        "add q_Q, quantiles of the value given the row; of models trained with --keep-leaf-rows"),
    OPT_FLAG(0, "proximity", struct predict_opts, proximity,
        "write instead in how many of the trees each row shares a leaf with each other one"),
    OPT_END,
};

const struct opt predict_boost_table[] = {
    OPT_FLAG(0, "raw", struct predict_opts, raw,
        "add raw, or raw_CLASS for each class: what the trees add up to, before it is turned into "
        "the prediction"),
    OPT_CUSTOM(0, "rounds", struct predict_opts, rounds, rounds_parse, NULL, "N|A:B",
        "use the first N rounds of training only, or those from A, counted from 0, up to but not "
        "B"),
    OPT_END,
};

/* ---- options ---- */

static int options_check(const struct predict_job *job, struct err *err)
{
    const struct predict_opts *o = job->predict;
    const char *other = o->contrib        ? "--contrib"
                        : o->interactions ? "--interactions"
                        : o->proximity    ? "--proximity"
                                          : NULL;
    const char *also = o->contrib && o->interactions                     ? "--interactions"
                       : (o->contrib || o->interactions) && o->proximity ? "--proximity"
                                                                         : NULL;
    const char *rows = o->leaf          ? "--leaf"
                       : o->per_tree    ? "--per-tree"
                       : o->quantiles.n ? "--quantile"
                       : o->raw         ? "--raw"
                                        : job->rows_only;

    if (also)
        return err_usage(err, "only one of %s and %s can be given", other, also);
    return other && rows ? err_usage(err, "%s writes no predictions: leave out %s", other, rows)
                         : 0;
}

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

static int model_fits(struct predict_session *s, const struct model *file, struct err *err)
{
    const struct predict_opts *o = s->job->predict;
    bool classes = s->model.target.task == TASK_CLASSIFICATION;

    if (forest_is_empty(&s->model.forest))
        return err_set(err, "a checkpoint without trees");
    if (s->model.forest.linear && (o->leaf || o->per_tree))
        return err_usage(err, "%s does not fit: the model has weights of columns, and no tree",
            o->leaf ? "--leaf" : "--per-tree");
    if (s->job->classes_only && !classes)
        return err_usage(err, "%s does not fit: the model predicts values", s->job->classes_only);
    if ((o->contrib || o->interactions) && s->model.forest.kind == FOREST_MEDIAN)
        return err_usage(err,
            "%s does not fit: the model takes the median of its trees, which is no sum",
            o->contrib ? "--contrib" : "--interactions");
    if (!o->quantiles.n)
        return 0;
    if (classes)
        return err_usage(err, "--quantile does not fit: the model predicts classes");
    if (leaf_index_read(&s->leaf_index, file->st, &s->model.forest, err) < 0)
        return -1;
    if (!s->leaf_index.n_rows)
        return err_set(err, "no training rows for --quantile: train it with --keep-leaf-rows");
    return 0;
}

/* Leaves the trees of the rounds asked for. */
static int rounds_keep(struct predict_session *s, struct err *err)
{
    const struct round_range *r = &s->job->predict->rounds;
    struct forest *f = &s->model.forest;
    int n = forest_rounds(f), per_round = forest_trees_per_round(f);

    if (!r->first && !r->last)
        return 0;
    if (r->first >= n || r->last > n)
        return err_usage(err, "--rounds: the model has %d round%s", n, n == 1 ? "" : "s");
    if (f->linear && (r->first || (r->last && r->last < n)))
        return err_usage(err, "--rounds: the model has the weights of its last round only");
    if (r->last)
        forest_truncate(f, (int)r->last * per_round);
    s->n_before = (int)r->first * per_round;
    forest_behead(f, s->n_before);
    return forest_settle(f) < 0 ? err_memory(err) : 0;
}

static int model_read(struct predict_session *s, bool stats, struct err *err)
{
    struct model file = MODEL_INIT;
    const char *path = s->job->predict->model;
    int ret = -1;

    if (model_open(&file, path, s->job->program, err) < 0)
        goto out;
    ret = tree_model_load(&s->model, &file, stats, err);
    if (ret == 0)
        ret = model_fits(s, &file, err);
    if (ret == 0)
        ret = rounds_keep(s, err);
    if (ret < 0 && err->kind != ERR_USAGE)
        err_prefix(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
out:
    model_release(&file);
    return ret;
}

/* Margins take the place of the model's base. */
static int margins_take(struct predict_session *s, struct err *err)
{
    struct forest *f = &s->model.forest;
    int n = reader_n_margins(s->reader);

    if (n && n != f->n_outputs)
        return margins_misfit(n, f->n_outputs, err);
    for (int i = 0; i < n; i++)
        f->base[i] = 0;
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
    if (options_check(s->job, err) < 0 || files_check(s->job, files, err) < 0 ||
        model_read(s, kind->stats, err) < 0)
        return -1;
    s->predictor = kind->stats ? predictor_new(&s->model.forest, s->model.schema.n_cols, err)
                               : predictor_spend(&s->model.forest, s->model.schema.n_cols, err);
    if (!s->predictor || sheet_init(&s->sheet, err) < 0)
        return -1;
    s->reader = reader_open(files, &s->job->predict->bind, &s->model.schema, err);
    if (!s->reader || margins_take(s, err) < 0 || header_start(s, err) < 0 ||
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
    struct predict_session s = {
        .job = job, .model = TREE_MODEL_INIT, .leaf_index = LEAF_INDEX_INIT, .out = OUTPUT_INIT};
    const struct predict_opts *o = job->predict;
    const struct predict_kind *kind = o->contrib || o->interactions ? &predict_contrib
                                      : o->proximity                ? &predict_proximity
                                                                    : &predict_rows;
    double started = clock_seconds();
    int ret = -1;

    s.sheet.watch = watch;
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
    leaf_index_release(&s.leaf_index);
    tree_model_release(&s.model);
    mem_free(s.prefix);
    return ret;
}
