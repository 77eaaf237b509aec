/*
 * source.h -- rows of several files as one stream, whatever their format.
 *
 * CSV and .npy files give dense rows; their columns are those of the first file, in its order, and
 * later files are joined to them by name.  LIBSVM files give sparse rows.  Files are opened when
 * their turn comes and stay open, so that the stream can be read again from its start.
 */
#ifndef COMMON_TABLE_SOURCE_H
#define COMMON_TABLE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/cli/verb.h"
#include "common/io/format/csv.h"
#include "common/io/format/libsvm.h"
#include "common/table/cell.h"
#include "common/table/table.h"

/* Exactly one of field, value and sparse is set; valid until the next row. */
struct source_row {
    struct place place;            /* .npy: the row's number as line */
    const struct csv_field *field; /* [n_columns] */
    const double *value;           /* [n_columns]; NaN is missing */
    const struct libsvm_row *sparse;
};

struct source; /* opaque */

/* Opens the first file; no operands: standard input.  The operands must outlive it.  again:
 * source_rewind() will be wanted if the rows are CSV. */
struct source *source_open(const struct operands *files, const struct format_opts *format,
    bool no_trim, bool again, struct err *err) MUST_CHECK;
/* Rows of one input that is open already, nothing read of it; it is the source's, even when this
 * fails. */
struct source *source_of(struct input *in, const struct format_opts *format, bool no_trim,
    bool again, struct err *err) MUST_CHECK;
void source_close(struct source *s);

enum input_format source_format(const struct source *s); /* never FORMAT_AUTO */
const char *source_file(const struct source *s);         /* the current file, for messages */
int source_n_columns(const struct source *s);            /* 0 for LIBSVM */
const char *const *source_names(const struct source *s); /* "c1".. if not named */
bool source_named(const struct source *s);
char source_delimiter(const struct source *s); /* the current file's; 0 when it is not CSV */

/* Only columns with needed[i] need be in later files (whose others are passed over); without this
 * every file must have the same ones. */
int source_need(struct source *s, const bool *needed, struct err *err) MUST_CHECK;

int source_next(
    struct source *s, struct source_row *row, struct err *err) MUST_CHECK; /* 1, 0, -1 */
int source_rewind(struct source *s, struct err *err) MUST_CHECK;

/* What source_next() would read next, if that is lines of CSV: csv_ahead() of the current file. */
struct source_span {
    struct csv_span lines; /* len 0: take source_next() */
    char delimiter;
    bool trim;
    int n_columns;   /* of this file */
    const int *from; /* the source's column i stands at from[i] of this file; NULL: at i */
    size_t left;     /* bytes of the file behind the span; SIZE_MAX: not known */
};
int source_ahead(
    struct source *s, size_t want, struct source_span *span, struct err *err) MUST_CHECK;
void source_pass(struct source *s, size_t bytes, int64_t n_lines);

/* How many bytes a thread takes at a time, and how many such pieces are taken at once; no piece:
 * row by row.  For tests; 0 at first: as suits the machine. */
struct source_pieces {
    int size, n;
    bool none;
};
void source_set_pieces(struct source *s, struct source_pieces pieces);
struct source_pieces source_pieces(const struct source *s);

#endif
