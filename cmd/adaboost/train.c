/*
 * adaboost train -- fit AdaBoost's trees to a table and write a model.
 *
 * Options only: the algorithm is in adaboost.c, votes.c and values.c, reading, validating and
 * writing in common/learner.
 */
#include "common/learner/train.h"
#include "cmd/adaboost/adaboost.h"
#include "cmd/adaboost/cmd.h"

struct options {
    struct common_options common;
    struct read_opts read;
    struct train_opts train;
    struct ada_params ada;
    int64_t n_rounds;
    int mtry_per;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT,
    .read = READ_OPTIONS_INIT,
    .train = TRAIN_OPTIONS_INIT,
    .ada = {.learning_rate = 1,
        .max_depth = -1,
        .min_leaf = 1,
        .min_split = 2,
        .mtry = {.rule = MTRY_AUTO}},
    .n_rounds = 100,
};

#define LARGE 1e15

static const struct opt table[] = {
    OPT_HEAD("Boosting"),
    OPT_INT('n', "rounds", struct options, n_rounds, 1, ROUNDS_MAX, "N", "how many trees"),
    OPT_ENUM(0, "algorithm", struct options, ada.algorithm, ada_algorithm_names, "NAME",
        "how trees and rows are weighed; auto: samme for classes, r2 for values"),
    OPT_ENUM(0, "loss", struct options, ada.loss, ada_loss_names, "NAME",
        "r2: what a row's distance from the tree costs; auto: linear"),
    OPT_REAL(0, "learning-rate", struct options, ada.learning_rate, 0, 100, OPT_OPEN_MIN, "R",
        "what each tree's weight is multiplied by"),
    OPT_FLAG(0, "resample", struct options, ada.resample,
        "grow each tree on rows drawn by weight, instead of weighing them"),
    OPT_INT_AUTO(0, "max-depth", struct options, ada.max_depth, 0, 1 << 30, "N",
        "splits from root to leaf; 0: no limit; 1 for classes and 3 for values, or no limit where "
        "--max-leaves is given"),
    OPT_INT(0, "max-leaves", struct options, ada.max_leaves, 0, 1 << 30, "N",
        "leaves of a tree, best split first; 0: no limit"),
    OPT_INT(0, "min-leaf", struct options, ada.min_leaf, 1, LARGE, "N", "drawn rows a leaf needs"),
    OPT_INT(0, "min-split", struct options, ada.min_split, 2, LARGE, "N",
        "drawn rows a node needs to be split"),
    OPT_CUSTOM(0, "mtry", struct options, ada.mtry, mtry_parse, mtry_show, "M",
        "columns a node looks at: sqrt, log2, third, all, a number, or a fraction; auto: all"),
    OPT_ENUM(0, "mtry-per", struct options, mtry_per, mtry_per_names, "WHAT",
        "draw the columns anew for each node or for each tree"),
    OPT_GROUP(read_opts_table, struct options, read),
    OPT_GROUP(train_opts_table, struct options, train),
    OPT_HEAD("General"),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct ada_params params = o->ada;
    params.mtry_per_tree = o->mtry_per == 1;
    params.seed = (uint64_t)o->common.seed;
    const struct train_job job = {
        .learner = &ada_learner,
        .params = &params,
        .n_rounds = o->n_rounds,
        .common = &o->common,
        .read = &o->read,
        .train = &o->train,
    };
    return train_run(&job, files, watch, err);
}

VERB(adaboost_train, "train", "fit AdaBoost's trees and write a model",
    "-y COL [options] [FILE...] > MODEL", table, struct options, defaults, 0, run)
