/*
 * predict.h -- the predict verb of every tree learner: rows in, predictions out, in constant memory
 * and input order.
 */
#ifndef COMMON_LEARNER_PREDICT_H
#define COMMON_LEARNER_PREDICT_H

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/cli/opt.h"
#include "common/cli/verb.h"
#include "common/learner/quantile.h"
#include "common/learner/tree_model.h"
#include "common/table/reader.h"
#include "common/tree/predictor.h"

/* Rounds of training from first (counted from 0) up to but not last; last 0: to the end. */
struct round_range {
    int64_t first, last;
};

struct predict_opts {
    const char *model;  /* -m FILE */
    const char *prefix; /* put before the names of the output's columns, with a '.' */
    struct bind_opts bind;
    bool leaf, per_tree, contrib, interactions;
    struct quantiles quantiles; /* --quantile, --proximity: of forests that average their trees */
    bool proximity;
    bool raw; /* --raw, --rounds: of boosters */
    struct round_range rounds;
};
#define PREDICT_OPTIONS_INIT                                                                       \
    {                                                                                              \
        .model = NULL                                                                              \
    }
/* All of the same struct: what every learner has, forests, boosters. */
extern const struct opt predict_opts_table[], predict_forest_table[], predict_boost_table[];

/* What a predict verb passes on.  raw() computes [n][n_outputs] of a block that is coded. */
struct predict_job {
    const char *program;
    const struct common_options *common;
    const struct predict_opts *predict;
    void (*raw)(const struct predictor *p, const struct predictor_block *b,
        double *out);         /* predictor_raw */
    const char *classes_only; /* an option given that only classifiers take, or NULL */
    const char *rows_only;    /* an option given that means nothing to --contrib and --proximity */
};

int predict_run(const struct predict_job *job, const struct operands *files, struct watch *watch,
    struct err *err) MUST_CHECK;

#endif
