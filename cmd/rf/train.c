/*
 * rf train -- fit a random forest to a table and write a model.
 *
 * Options only: the algorithm is in rf.c, reading, validating and writing in common/learner.
 */
#include "common/learner/train.h"
#include "cmd/rf/cmd.h"
#include "cmd/rf/rf.h"

struct options {
    struct common_options common;
    struct read_opts read;
    struct train_opts train;
    struct forest_opts forest;
    struct rf_params rf;
    int64_t n_trees;
    int mtry_per;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT,
    .read = READ_OPTIONS_INIT,
    .train = TRAIN_OPTIONS_INIT,
    .rf = {.mtry = {.rule = MTRY_AUTO}, .min_leaf = 1, .min_split = 2, .replace = true},
    .n_trees = 500,
};

#define LARGE 1e15

static const struct opt table[] = {
    OPT_HEAD("Forest"),
    OPT_INT('n', "trees", struct options, n_trees, 1, 1 << 24, "N", "how many trees"),
    OPT_ENUM(0, "criterion", struct options, rf.criterion, rf_criterion_names, "NAME",
        "what a split improves; auto: gini for classes, squared for values"),
    OPT_CUSTOM(0, "mtry", struct options, rf.mtry, mtry_parse, mtry_show, "M",
        "columns a node looks at: sqrt, log2, third, all, a number, or a fraction; auto: sqrt for "
        "classes, "
        "third for values"),
    OPT_ENUM(0, "mtry-per", struct options, mtry_per, mtry_per_names, "WHAT",
        "draw the columns anew for each node or for each tree"),
    OPT_INT(0, "max-depth", struct options, rf.max_depth, 0, 1 << 30, "N",
        "splits from root to leaf; 0: no limit"),
    OPT_INT(0, "max-leaves", struct options, rf.max_leaves, 0, 1 << 30, "N",
        "leaves of a tree, best split first; 0: no limit"),
    OPT_INT(0, "min-leaf", struct options, rf.min_leaf, 1, LARGE, "N", "drawn rows a leaf needs"),
    OPT_INT(0, "min-split", struct options, rf.min_split, 2, LARGE, "N",
        "drawn rows a node needs to be split"),
    OPT_REAL(0, "sample-fraction", struct options, rf.sample_fraction, 0, 1,
        OPT_OPEN_MIN | OPT_NO_DEFAULT, "F",
        "rows drawn for a tree, as a fraction; 1, or 0.632 with --no-replace"),
    OPT_UNSET(0, "no-replace", struct options, rf.replace, "draw rows without replacement"),
    OPT_STRING(0, "class-weight", struct options, rf.class_weight, "WEIGHTS",
        "'balanced', or LABEL=W,... for the classes that do not weigh 1"),
    OPT_FLAG(0, "extra-trees", struct options, rf.extra_trees,
        "extremely randomised trees: one random cut of each column looked at"),
    OPT_GROUP(read_opts_table, struct options, read),
    OPT_GROUP(train_opts_table, struct options, train),
    OPT_HEAD("Trees and rows"),
    OPT_GROUP(forest_opts_table, struct options, forest),
    OPT_HEAD("General"),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct rf_params params = o->rf;
    params.mtry_per_tree = o->mtry_per == 1;
    params.seed = (uint64_t)o->common.seed;
    const struct train_job job = {
        .learner = &rf_learner,
        .params = &params,
        .n_rounds = o->n_trees,
        .common = &o->common,
        .read = &o->read,
        .train = &o->train,
        .forest = &o->forest,
    };
    return train_run(&job, files, watch, err);
}

VERB(rf_train, "train", "fit a random forest and write a model",
    "-y COL [options] [FILE...] > MODEL", table, struct options, defaults, 0, run)
