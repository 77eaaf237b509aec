/*
 * sheet.h -- lines of text that threads make and the caller writes, in order.
 */
#ifndef COMMON_LEARNER_SHEET_H
#define COMMON_LEARNER_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/io/stream/output.h"

struct sheet {
    const struct watch *watch; /* told of progress, asked to stop; may be NULL */
    int64_t n_rows;            /* written so far */
    int n_texts;
    struct buf *text; /* [n_texts], used again and again */
    bool *failed;
};

/* Appends the text of rows [first, first + n) to text; -1: no memory. */
typedef int sheet_fn(void *ctx, int64_t first, int n, int worker, struct buf *text);

int sheet_init(struct sheet *s, struct err *err) MUST_CHECK; /* watch is set, or NULL */
void sheet_release(struct sheet *s);
/*
 * Writes what fn makes of rows [0, n_rows), a row having n_fields.  A task has one row, or as many
 * as have SHEET_FIELDS fields; where those are more than SHEET_BLOCK rows, a multiple of it.  Only
 * a few texts are held at a time.
 */
enum { SHEET_BLOCK = 128, SHEET_FIELDS = 1 << 16 };
int sheet_put(struct sheet *s, int64_t n_rows, int64_t n_fields, sheet_fn *fn, void *ctx,
    struct output *out, struct err *err) MUST_CHECK;

#endif
