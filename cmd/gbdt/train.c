/*
 * gbdt train -- fit boosted trees to a table and write a model.
 *
 * Options only: the algorithm is in gbdt.c and loss.c, reading, validating and writing in
 * common/learner.
 */
#include "common/learner/train.h"
#include "cmd/gbdt/cmd.h"
#include "cmd/gbdt/gbdt.h"
#include "cmd/gbdt/loss.h"

struct options {
    struct common_options common;
    struct read_opts read;
    struct train_opts train;
    struct boost_opts boost;
    struct gbdt_params gbdt;
    int64_t n_rounds;
    int mtry_per;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT,
    .read = READ_OPTIONS_INIT,
    .train = TRAIN_OPTIONS_INIT,
    .gbdt = {.learning_rate = 0.1,
        .max_leaves = -1,
        .min_leaf = 20,
        .min_split = 2,
        .sample_fraction = 1,
        .mtry = {.rule = MTRY_AUTO}},
    .n_rounds = 100,
};

#define LARGE 1e15

static const struct opt table[] = {
    OPT_HEAD("Boosting"),
    OPT_INT('n', "rounds", struct options, n_rounds, 1, ROUNDS_MAX, "N", "how many rounds"),
    OPT_ENUM(0, "loss", struct options, gbdt.loss, loss_names, "NAME",
        "what is made small; auto: logistic for classes, squared for values"),
    OPT_REAL(0, "alpha", struct options, gbdt.alpha, 0, 1,
        OPT_OPEN_MIN | OPT_OPEN_MAX | OPT_NO_DEFAULT, "A",
        "quantile: which one, 0.5; huber: the quantile of the residuals beyond which they count "
        "linearly, 0.9"),
    OPT_REAL(0, "learning-rate", struct options, gbdt.learning_rate, 0, 100, OPT_OPEN_MIN, "R",
        "what each tree's values are multiplied by"),
    OPT_INT(0, "max-depth", struct options, gbdt.max_depth, 0, 1 << 30, "N",
        "splits from root to leaf; 0: no limit"),
    OPT_INT_AUTO(0, "max-leaves", struct options, gbdt.max_leaves, 0, 1 << 30, "N",
        "leaves of a tree, best split first; 0: no limit; 31, or no limit where --max-depth is "
        "given"),
    OPT_INT(0, "min-leaf", struct options, gbdt.min_leaf, 1, LARGE, "N", "drawn rows a leaf needs"),
    OPT_INT(0, "min-split", struct options, gbdt.min_split, 2, LARGE, "N",
        "drawn rows a node needs to be split"),
    OPT_REAL(0, "sample-fraction", struct options, gbdt.sample_fraction, 0, 1, OPT_OPEN_MIN, "F",
        "rows drawn for a round without replacement, as a fraction"),
    OPT_CUSTOM(0, "mtry", struct options, gbdt.mtry, mtry_parse, mtry_show, "M",
        "columns a node looks at: sqrt, log2, third, all, a number, or a fraction; auto: all"),
    OPT_ENUM(0, "mtry-per", struct options, mtry_per, mtry_per_names, "WHAT",
        "draw the columns anew for each node or for each tree"),
    OPT_STRING(0, "increasing", struct options, gbdt.increasing, "LIST",
        "columns with which the prediction must not fall"),
    OPT_STRING(0, "decreasing", struct options, gbdt.decreasing, "LIST",
        "columns with which the prediction must not rise"),
    OPT_GROUP(read_opts_table, struct options, read),
    OPT_GROUP(train_opts_table, struct options, train),
    OPT_GROUP(boost_opts_table, struct options, boost),
    OPT_HEAD("General"),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct gbdt_params params = o->gbdt;
    params.mtry_per_tree = o->mtry_per == 1;
    params.seed = (uint64_t)o->common.seed;
    const struct train_job job = {
        .learner = &gbdt_learner,
        .params = &params,
        .n_rounds = o->n_rounds,
        .common = &o->common,
        .read = &o->read,
        .train = &o->train,
        .boost = &o->boost,
    };
    return train_run(&job, files, watch, err);
}

VERB(gbdt_train, "train", "fit boosted trees and write a model",
    "-y COL [options] [FILE...] > MODEL", table, struct options, defaults, 0, run)
