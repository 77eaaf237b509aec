/*
 * xgb predict -- apply boosted trees to rows.
 *
 * Options only: reading, predicting and writing are in common/learner.
 */
#include "common/learner/predict.h"
#include "cmd/xgb/cmd.h"
#include "common/learner/learner.h"

struct options {
    struct common_options common;
    struct predict_opts predict;
};

static const struct options defaults = {
    .common = COMMON_OPTIONS_INIT,
    .predict = PREDICT_OPTIONS_INIT,
};

static const struct opt table[] = {
    OPT_HEAD("Model and rows"),
    OPT_GROUP(predict_opts_table, struct options, predict),
    OPT_GROUP(predict_boost_table, struct options, predict),
    OPT_GROUP(bind_margin_opt, struct options, predict.bind),
    OPT_HEAD("General"),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    const struct predict_job job = {
        .program = "xgb",
        .common = &o->common,
        .predict = &o->predict,
        .raw = predictor_raw,
    };
    return predict_run(&job, files, watch, err);
}

VERB(xgb_predict, "predict", "predict rows with boosted trees",
    "-m MODEL [options] [FILE...] > CSV", table, struct options, defaults, 0, run)
