/*
 * cv.h -- cross-validation: as many models as folds, none of them kept.
 */
#ifndef COMMON_LEARNER_CV_H
#define COMMON_LEARNER_CV_H

#include "common/learner/train.h"

/*
 * Writes CSV repeat,fold,round,metric,value to the job's output, and the predictions out of fold to
 * --oof: repeat,row,fold,TARGET,prediction[,p_CLASS...], every round's scores to --report:
 * repeat,fold,round,data,metric,value.  Folds are stratified by class; groups
 * stay together.
 */
int cv_run(const struct train_job *job, const struct table *table, const struct fit_opts *fit_opts,
    struct watch *watch, struct err *err) MUST_CHECK;

#endif
