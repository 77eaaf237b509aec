/*
 * train.h -- the train verb of every tree learner: read, hold out, fit or cross-validate, report,
 * write.
 */
#ifndef COMMON_LEARNER_TRAIN_H
#define COMMON_LEARNER_TRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/cli/opt.h"
#include "common/cli/verb.h"
#include "common/learner/learner.h"
#include "common/table/table.h"

struct cv_shape {
    int folds, repeats; /* folds 0: no cross-validation */
};

struct train_opts {
    int64_t max_bins;
    const char *metric;           /* comma-separated; NULL: the task's own */
    const char *valid;            /* a file */
    double holdout, holdout_last; /* fractions; 0: none */
    int64_t early_stop;
    const char *report, *checkpoint, *resume, *oof;
    double time_limit;
    struct cv_shape cv;
    const char *fold; /* column whose equal values stay together in hold-outs and folds */
};
#define TRAIN_OPTIONS_INIT                                                                         \
    {                                                                                              \
        .max_bins = 255                                                                            \
    }
extern const struct opt train_opts_table[];

/* Of learners that grow trees on samples and average them. */
struct forest_opts {
    const char *oob;     /* a file for what trees say of rows they have not seen */
    bool strength;       /* measure strength and correlation */
    bool keep_leaf_rows; /* for quantiles */
};
extern const struct opt forest_opts_table[];

/* Of learners whose rounds follow from one another. */
struct boost_opts {
    const char *init; /* a model to go on from */
    bool refresh;     /* or whose leaves are estimated anew */
};
extern const struct opt boost_opts_table[];

/* What a train verb passes on: its options, by the part of the frame that reads them. */
struct train_job {
    const struct learner *learner;
    const void *params; /* the learner's own */
    int64_t n_rounds;
    const struct common_options *common;
    const struct read_opts *read;
    const struct train_opts *train;
    const struct forest_opts *forest; /* NULL: it has none of these */
    const struct boost_opts *boost;   /* or of these */
};

/* Usage errors: options that do not go together, files used twice.  For train_run(). */
int train_opts_check(
    const struct train_job *job, const struct operands *files, struct err *err) MUST_CHECK;

int train_run(const struct train_job *job, const struct operands *files, struct watch *watch,
    struct err *err) MUST_CHECK;

#endif
