/*
 * rf predict -- apply a random forest to rows.
 *
 * Options only: reading, predicting and writing are in common/learner.
 */
#include <string.h>

#include "cmd/rf/cmd.h"
#include "common/learner/learner.h"
#include "common/learner/predict.h"

struct options {
    struct common_options common;
    struct predict_opts predict;
    bool vote;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT,
    .predict = PREDICT_OPTIONS_INIT,
};

static const struct opt table[] = {
    OPT_HEAD("Model and rows"),
    OPT_GROUP(predict_opts_table, struct options, predict),
    OPT_FLAG(0, "vote", struct options, vote,
        "each tree votes for one class (Breiman), instead of averaging its probabilities"),
    OPT_GROUP(predict_forest_table, struct options, predict),
    OPT_HEAD("General"),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

/* Shares of the trees' votes. */
static void raw_votes(const struct predictor *p, const struct predictor_block *b, double *out)
{
    const struct forest *f = predictor_forest(p);
    size_t k = (size_t)f->n_outputs, n = (size_t)b->n;
    uint32_t leaf[PREDICTOR_ROWS];

    memset(out, 0, n * k * sizeof *out);
    for (int t = 0; t < f->n_trees; t++) {
        struct tree tree = forest_tree(f, t);
        predictor_leaves(p, b, t, leaf);
        for (size_t i = 0; i < n; i++) {
            int32_t vote = leaf_vote(tree.values + k * leaf[i], f->n_outputs);
            if (k == 1)
                out[i] += vote;
            else
                out[i * k + (size_t)vote] += 1;
        }
    }
    for (size_t i = 0; i < n * k; i++)
        out[i] /= f->n_trees;
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    const struct predict_job job = {
        .program = "rf",
        .common = &o->common,
        .predict = &o->predict,
        .raw = o->vote ? raw_votes : predictor_raw,
        .classes_only = o->vote ? "--vote" : NULL,
        .rows_only = o->vote ? "--vote" : NULL,
    };
    return predict_run(&job, files, watch, err);
}

VERB(rf_predict, "predict", "predict rows with a random forest",
    "-m MODEL [options] [FILE...] > CSV", table, struct options, defaults, 0, run)
