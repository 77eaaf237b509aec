/*
 * libsvm.h -- rows of "label [qid:n] index:value ... [# comment]".
 *
 * Indices rise within a row; "label:weight" (XGBoost's dialect) is read.  Whether indices start at
 * 0 or 1 is the caller's option: index 0 met under 1-based is an error that says how to ask for
 * 0-based.
 */
#ifndef COMMON_IO_FORMAT_LIBSVM_H
#define COMMON_IO_FORMAT_LIBSVM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/io/stream/input.h"

struct libsvm_row {
    int64_t line;
    const char *label; /* text; valid until the next row; NUL-ended */
    double weight;     /* 1 unless label:weight */
    bool has_weight;
    int64_t qid; /* -1 without */
    int n;
    const uint32_t *index; /* 0-based columns, rising; at most 2^24 */
    const double *value;
};

struct libsvm;
/* The first line is one, or one with a slip in it, which libsvm_next() then tells. */
bool libsvm_recognise(const unsigned char *bytes, size_t n);
struct libsvm *libsvm_open(struct input *in, bool zero_based, struct err *err) MUST_CHECK;
void libsvm_close(struct libsvm *s);
int libsvm_next(
    struct libsvm *s, struct libsvm_row *row, struct err *err) MUST_CHECK; /* 1, 0, -1 */

#endif
