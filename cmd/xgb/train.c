/*
 * xgb train -- fit trees by XGBoost's parameters and write a model.
 *
 * Options only: the algorithm is in xgb.c, what is made small in objective.c, reading, validating
 * and writing in common/learner.
 */
#include "common/learner/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/xgb/cmd.h"
#include "cmd/xgb/xgb.h"
#include "common/io/format/number.h"

struct options {
    struct common_options common;
    struct read_opts read;
    struct train_opts train;
    struct boost_opts boost;
    struct xgb_params xgb;
    int64_t n_rounds;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT,
    .read = READ_OPTIONS_INIT,
    .train = TRAIN_OPTIONS_INIT,
    .xgb = {.opts = {.huber_slope = 1,
                .tweedie_variance_power = 1.5,
                .scale_pos_weight = 1,
                .aft_scale = 1,
                .lambdarank_normalization = true,
                .lambdarank_score_normalization = true,
                .lambdarank_bias_norm = 1,
                .ndcg_exp_gain = true},
        .eta = NAN,
        .regular = {.lambda = NAN, .min_weight = 1},
        .max_depth = 6,
        .num_parallel_tree = 1,
        .subsample = 1,
        .colsample_bytree = 1,
        .colsample_bylevel = 1,
        .colsample_bynode = 1,
        .max_cat_to_onehot = 4,
        .max_cat_threshold = 64,
        .base_score = NAN},
    .n_rounds = 100,
};

static const struct opt table[] = {
    OPT_HEAD("Boosting"),
    OPT_INT('n', "rounds", struct options, n_rounds, 1, ROUNDS_MAX, "N", "how many rounds"),
    OPT_STRING(0, "objective", struct options, xgb.objective, "NAME",
        "what is made small; by default reg:squarederror, binary:logistic or multi:softprob, as "
        "the target is"),
    OPT_ENUM(0, "booster", struct options, xgb.booster, xgb_boosters, "NAME",
        "gbtree: trees; dart: trees, each round without some of those before it; gblinear: weights "
        "of columns"),
    OPT_REAL(0, "eta", struct options, xgb.eta, 0, 1, OPT_NO_DEFAULT, "R",
        "what each tree's values, or steps of weights, are multiplied by; by default 0.3, of "
        "gblinear 0.5"),
    OPT_REAL(0, "gamma", struct options, xgb.gamma, 0, 1e300, 0, "G", "what a split must gain"),
    OPT_INT(0, "max_depth", struct options, xgb.max_depth, 0, 1 << 30, "N",
        "splits from root to leaf; 0: no limit"),
    OPT_INT(0, "max_leaves", struct options, xgb.max_leaves, 0, 1 << 30, "N",
        "leaves of a tree; 0: no limit"),
    OPT_ENUM(0, "grow_policy", struct options, xgb.grow_policy, xgb_grow_policies, "NAME",
        "level by level, or the node that gains most first"),
    OPT_REAL(0, "min_child_weight", struct options, xgb.regular.min_weight, 0, 1e300, 0, "H",
        "second derivative that a child needs"),
    OPT_REAL(0, "max_delta_step", struct options, xgb.regular.max_step, 0, 1e300, 0, "V",
        "the greatest value of a leaf; 0: no limit"),
    OPT_REAL(0, "lambda", struct options, xgb.regular.lambda, 0, 1e300, OPT_NO_DEFAULT, "L",
        "penalty of the squares of leaves or weights; by default 1, of gblinear 0"),
    OPT_REAL(0, "alpha", struct options, xgb.regular.alpha, 0, 1e300, 0, "A",
        "penalty of the sizes of leaves or weights"),
    OPT_INT(0, "num_parallel_tree", struct options, xgb.num_parallel_tree, 1, PARALLEL_MAX, "N",
        "trees beside each other in a round"),
    OPT_ENUM(0, "tree_method", struct options, xgb.tree_method, xgb_tree_methods, "NAME",
        "hist: cuts between bins; approx: bins by second derivatives, anew for each tree; exact: "
        "between all values; auto: hist"),
    OPT_INT_AUTO(0, "max_bin", struct options, xgb.max_bin, 2, BINS_MAX, "N",
        "bins of a numeric column; by default 256, which is 255 and missing values"),
    OPT_REAL(0, "sketch_eps", struct options, xgb.sketch_eps, 0, 1,
        OPT_OPEN_MIN | OPT_OPEN_MAX | OPT_NO_DEFAULT, "E",
        "approx: part of the weight between cuts; by default 0.03, or 1/max_bin where that is "
        "given"),
    OPT_FLAG(0, "sketch_local", struct options, xgb.sketch_local,
        "approx: cuts are proposed anew in each node"),
    OPT_INT(0, "max_cat_to_onehot", struct options, xgb.max_cat_to_onehot, 1, 1 << 30, "N",
        "categories of fewer levels are cut one level against the rest"),
    OPT_INT(0, "max_cat_threshold", struct options, xgb.max_cat_threshold, 2, 1 << 30, "N",
        "one side of a category's cut has fewer levels than that"),
    OPT_REAL(0, "base_score", struct options, xgb.base_score, -1e300, 1e300, OPT_NO_DEFAULT, "V",
        "the prediction before the first tree; by default estimated"),
    OPT_HEAD("Weights of columns (gblinear)"),
    OPT_ENUM(0, "updater", struct options, xgb.linear.updater, linear_updater_names, "NAME",
        "how weights are found; coord_descent takes any --feature_selector"),
    OPT_ENUM(0, "feature_selector", struct options, xgb.linear.selector, linear_selector_names,
        "NAME", "which weight is changed next"),
    OPT_INT(0, "top_k", struct options, xgb.linear.top_k, 0, 1 << 30, "N",
        "weights that greedy and thrifty change in a round; 0: all but one"),
    OPT_REAL(0, "tolerance", struct options, xgb.linear.tolerance, 0, 1e300, 0, "V",
        "end after a round that changes no weight by more; 0: never"),
    OPT_HEAD("Dropout (dart)"),
    OPT_REAL(0, "rate_drop", struct options, xgb.dart.rate_drop, 0, 1, 0, "F",
        "trees that a round is grown without, as a fraction"),
    OPT_FLAG(0, "one_drop", struct options, xgb.dart.one_drop, "at least one tree"),
    OPT_REAL(0, "skip_drop", struct options, xgb.dart.skip_drop, 0, 1, 0, "F",
        "rounds that are grown with all trees, as a fraction"),
    OPT_ENUM(0, "sample_type", struct options, xgb.dart.sample_type, dart_samples, "NAME",
        "trees alike, or those with more weight more likely"),
    OPT_ENUM(0, "normalize_type", struct options, xgb.dart.normalize_type, dart_normalizes, "NAME",
        "a new tree weighs as much as each dropped one, or as all together"),
    OPT_HEAD("Sampling"),
    OPT_REAL(0, "subsample", struct options, xgb.subsample, 0, 1, OPT_OPEN_MIN, "F",
        "rows of a round, as a fraction"),
    OPT_ENUM(0, "sampling_method", struct options, xgb.sampling_method, xgb_samplings, "NAME",
        "rows alike, or those with larger gradients more likely"),
    OPT_REAL(0, "colsample_bytree", struct options, xgb.colsample_bytree, 0, 1, OPT_OPEN_MIN, "F",
        "columns of a tree, as a fraction"),
    OPT_REAL(0, "colsample_bylevel", struct options, xgb.colsample_bylevel, 0, 1, OPT_OPEN_MIN, "F",
        "of these, columns of a level"),
    OPT_REAL(0, "colsample_bynode", struct options, xgb.colsample_bynode, 0, 1, OPT_OPEN_MIN, "F",
        "of these, columns of a node"),
    OPT_HEAD("Constraints"),
    OPT_STRING(0, "monotone_constraints", struct options, xgb.monotone, "LIST",
        "(1,0,-1) or NAME:1,...: predictions must not fall, or rise, with a column"),
    OPT_STRING(0, "interaction_constraints", struct options, xgb.interactions, "SETS",
        "[[0,1],[2,3]] or names: columns that may stand on one path"),
    OPT_HEAD("Objectives"),
    OPT_GROUP(objective_opts_table, struct options, xgb.opts),
    OPT_GROUP(read_opts_table, struct options, read),
    OPT_GROUP(read_upper_opt, struct options, read),
    OPT_GROUP(read_margin_opt, struct options, read),
    OPT_GROUP(train_opts_table, struct options, train),
    OPT_STRING(0, "eval_metric", struct options, train.metric, "LIST", "the same as --metric"),
    OPT_GROUP(boost_opts_table, struct options, boost),
    OPT_HEAD("General"),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int method_check(const struct xgb_params *p, struct err *err)
{
    bool approx = p->tree_method == TREE_APPROX, exact = p->tree_method == TREE_EXACT;

    if (exact && p->grow_policy == GROW_LOSSGUIDE)
        return err_usage(
            err, "--tree_method exact grows level by level: no --grow_policy lossguide");
    if (exact && p->max_leaves)
        return err_usage(err, "--tree_method exact has no limit of leaves: no --max_leaves");
    if (!approx && (p->sketch_eps > 0 || p->sketch_local))
        return err_usage(err, "--sketch_eps and --sketch_local are of --tree_method approx");
    return 0;
}

/* The objective says what kind of target it takes, unless an option does. */
static struct read_opts reading(const struct options *o)
{
    const struct objective *objective = o->xgb.objective ? objective_named(o->xgb.objective) : NULL;
    struct read_opts read = o->read;

    if (objective && read.task == TASK_AUTO && !o->boost.init)
        read.task = (int)objective->task;
    return read;
}

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct xgb_params params = o->xgb;
    struct train_opts train = o->train;
    struct read_opts read = reading(o);
    if (o->xgb.booster != BOOSTER_DART && dart_given(&o->xgb.dart))
        return err_usage(err, "--rate_drop, --one_drop, --skip_drop, --sample_type and "
                              "--normalize_type go with --booster dart");
    params.seed = params.opts.seed = (uint64_t)o->common.seed;
    if (train.max_bins != defaults.train.max_bins)
        params.max_bin = train.max_bins;
    if (method_check(&params, err) < 0)
        return -1;
    if (o->xgb.booster != BOOSTER_GBTREE && o->boost.refresh)
        return err_usage(err, "--refresh is for the trees of --booster gbtree");
    if (booster_settle(&params, &defaults.xgb, err) < 0)
        return -1;
    if (params.booster == BOOSTER_GBLINEAR && train.resume && train.early_stop)
        return err_usage(err, "--resume does not know the rounds that --early-stop would look back "
                              "at: a gblinear checkpoint has the weights of its last round only");
    train.max_bins = xgb_bins(&params);
    const struct train_job job = {
        .learner = &xgb_learner,
        .params = &params,
        .n_rounds = o->n_rounds,
        .common = &o->common,
        .read = &read,
        .train = &train,
        .boost = &o->boost,
    };
    return train_run(&job, files, watch, err);
}

VERB(xgb_train, "train", "fit trees as XGBoost does and write a model",
    "-y COL [options] [FILE...] > MODEL", table, struct options, defaults, 0, run)
