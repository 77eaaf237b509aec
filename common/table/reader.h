/*
 * reader.h -- rows for prediction, streamed in constant memory and bound to a model's schema.
 *
 * Columns bind by name; unnamed input (.npy, LIBSVM, --no-header) binds by position to models
 * trained unnamed, and to others only with --by-position.  A missing column is an error naming it,
 * an unknown category takes the missing path and is counted (one warning at the end), or is an
 * error with --unknown error.
 */
#ifndef COMMON_TABLE_READER_H
#define COMMON_TABLE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/cli/opt.h"
#include "common/cli/verb.h"
#include "common/table/schema.h"
#include "common/table/table.h"

struct bind_opts {
    struct format_opts format;
    const char *keep;   /* -k LIST: columns of the input that pass byte for byte */
    const char *margin; /* --base-margin LIST: of raw outputs to start from */
    bool by_position;
    int unknown; /* 0 missing, 1 error */
};
extern const struct opt bind_opts_table[]; /* format options, -k, --by-position, --unknown */
extern const struct opt bind_margin_opt[]; /* --base-margin */

struct batch {
    int64_t first_row; /* global number of its first row, from 0 */
    int n_rows;
    const double *const
        *cols; /* [schema.n_cols][n_rows] as in struct table; NULL for ignored columns */
    const double *const *margin; /* [reader_n_margins()][n_rows] finite */
};

struct reader;
/* Opens the first file and binds; further files must have the same columns by name. */
struct reader *reader_open(const struct operands *files, const struct bind_opts *opts,
    const struct schema *model, struct err *err) MUST_CHECK;
struct source; /* common/table/source.h */
/* The same from a source that is open, which becomes the reader's even when this fails; NULL gives
 * NULL. */
struct reader *reader_of(struct source *s, const struct bind_opts *opts, const struct schema *model,
    struct err *err) MUST_CHECK;
int reader_next(
    struct reader *r, struct batch *b, struct err *err) MUST_CHECK; /* 1, 0 at the end, -1 */
/* Unknown categories met, as one warning; call at the end. */
void reader_report(const struct reader *r, const struct watch *w);
int64_t reader_rows(const struct reader *r);
void reader_close(struct reader *r);

int reader_n_margins(const struct reader *r);

/* Kept columns: their names, and the raw fields of a row of the current batch, each followed by the
 * delimiter, which are the reader's until the next batch. */
int reader_n_kept(const struct reader *r);
const char *reader_kept_name(const struct reader *r, int i);
const char *reader_kept(const struct reader *r, int row, size_t *len);
/* The delimiter that the output should use: the first input's if it is CSV, else a comma. */
char reader_delimiter(const struct reader *r);

#endif
