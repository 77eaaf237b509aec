/*
 * prediction.h -- predictions as columns of a CSV: prediction[,p_CLASS...], the names of
 * learnutils-csv(5).
 */
#ifndef COMMON_LEARNER_PREDICTION_H
#define COMMON_LEARNER_PREDICTION_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/io/format/number.h"
#include "common/learner/header.h"
#include "common/table/schema.h"
#include "common/tree/forest.h"

/* What rows are written with; read-only once made, so that threads share it. */
struct prediction_text {
    const struct target *target;
    char delimiter;
    int width;         /* prediction_width() */
    struct buf labels; /* the classes as fields: k is [start[k], start[k + 1]) */
    size_t *start;     /* NULL in regression */
};

int prediction_text_init(
    struct prediction_text *p, const struct target *t, char delimiter, struct err *err) MUST_CHECK;
void prediction_text_release(struct prediction_text *p);

int prediction_header(struct header *h, const struct target *t, struct err *err) MUST_CHECK;
/* Appends the label and the probabilities, or the value, delimiters between them; linked has width
 * values.  As the next: -1: no memory. */
int prediction_add(
    const struct prediction_text *p, const double *linked, struct buf *out) MUST_CHECK;
/* The same columns, empty. */
int prediction_add_none(const struct prediction_text *p, struct buf *out) MUST_CHECK;
int prediction_add_label(const struct prediction_text *p, int32_t k, struct buf *out) MUST_CHECK;
/* What a row's target is: label or value. */
int prediction_add_truth(const struct prediction_text *p, double y, struct buf *out) MUST_CHECK;
/* What the raw output k of several is called: its class, or the quantile, which is written to
 * scratch. */
const char *prediction_output(
    const struct target *t, const struct forest *f, int k, char scratch[NUMBER_MAX]);
/* A number; as_float: as the shortest float. */
int number_add(double value, bool as_float, struct buf *out) MUST_CHECK;

#endif
