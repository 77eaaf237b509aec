/*
 * prediction.h -- predictions as columns of a CSV: prediction[,p_CLASS...], the names of
 * learnutils-csv(5).
 */
#ifndef COMMON_LEARNER_PREDICTION_H
#define COMMON_LEARNER_PREDICTION_H

#include "common/base/err.h"
#include "common/io/stream/output.h"
#include "common/table/schema.h"

/* The names, delimiters between them; prefix is "" or ends with '.'. */
int prediction_put_header(struct output *out, const struct target *t, const char *prefix,
    char delimiter, struct err *err) MUST_CHECK;
/* The label and the probabilities, or the value, delimiters between them; linked has
 * prediction_width() values. */
int prediction_put(struct output *out, const struct target *t, const double *linked, char delimiter,
    struct err *err) MUST_CHECK;

#endif
