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
    OPT_HEAD("General"),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

/* The class with most weight in a leaf gets the tree's vote; ties go to the first. */
static void vote(const double *leaf, int n_outputs, double *out)
{
    int best = 0;
    if (n_outputs == 1) {
        out[0] += leaf[0] > 0.5;
        return;
    }
    for (int k = 1; k < n_outputs; k++)
        if (leaf[k] > leaf[best])
            best = k;
    out[best] += 1;
}

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
        for (size_t i = 0; i < n; i++)
            vote(tree.values + k * leaf[i], f->n_outputs, out + i * k);
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
    };
    return predict_run(&job, files, watch, err);
}

VERB(rf_predict, "predict", "predict rows with a random forest",
    "-m MODEL [options] [FILE...] > CSV", table, struct options, defaults, 0, run)
