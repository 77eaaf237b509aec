/*
 * csv.h -- rows of fields from CSV text (RFC 4180), and fields back to text.
 *
 * libcsv parses, strictly: no quote inside an unquoted field, none left open.  Around it: a BOM is
 * dropped, CRLF and LF both end rows (a bare CR outside quotes is an error), blanks around an
 * unquoted field are trimmed unless asked not to (quoted ones keep theirs), a NUL byte is an error.
 * In one-column input a blank line is a missing value; otherwise it is a ragged row, but blank
 * lines after the last row are passed over.  A record is at most 16 MiB.  Every error names file,
 * line (of the record's first byte, counting from 1) and the text.
 */
#ifndef COMMON_IO_FORMAT_CSV_H
#define COMMON_IO_FORMAT_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/io/stream/input.h"
#include "common/io/stream/output.h"

struct csv_opts {
    char delimiter; /* 0: the most frequent of comma, semicolon and tab in the first line, outside
                       quotes; a comma when equal */
    bool no_header;
    bool no_trim;
    bool reference; /* every row through libcsv, rows without quotes too; for tests */
};

struct csv_field {
    const char *text; /* value with quoting undone; valid until the next row; not NUL-ended */
    uint32_t len;
    uint32_t raw_len;
    const char *raw; /* the bytes as they stand in the input, quotes and blanks and all */
};

struct csv_row {
    int64_t line; /* of its first byte */
    int n_fields;
    const struct csv_field *fields;
};

struct csv; /* opaque */

/* Reads the header, if there is one.  The input stays the caller's and must outlive the csv.
 * Errors: no bytes at all (asks whether the command before failed), a header made of numbers
 * (suggests --no-header), an empty or repeated column name. */
struct csv *csv_open(struct input *in, const struct csv_opts *opts, struct err *err) MUST_CHECK;
void csv_close(struct csv *csv);

int csv_n_columns(const struct csv *csv);
const char *csv_column(const struct csv *csv, int i); /* NUL-ended; "c1".. without a header */
char csv_delimiter(const struct csv *csv);
bool csv_named(const struct csv *csv); /* false without a header */

/* 1 and a row with as many fields as there are columns, 0 at the end, -1 on error (ragged,
 * unterminated...). */
int csv_next(struct csv *csv, struct csv_row *row, struct err *err) MUST_CHECK;

/*
 * For who can take plain lines (csv_scan.h) faster: up to `want` bytes of the whole lines that
 * csv_next() would read next, as they stand in the file; len is 0 if there are none at hand.  They
 * are valid until the next call, with CSV_SLACK bytes around them.  csv_pass() says which of them,
 * from the first on, were taken; csv_next() goes on behind these.
 */
struct csv_span {
    const char *text;
    size_t len;
    int64_t line; /* number of the first */
};
int csv_ahead(struct csv *csv, size_t want, struct csv_span *span, struct err *err) MUST_CHECK;
void csv_pass(struct csv *csv, size_t bytes, int64_t n_lines);

/* Writes one field, quoted if it must be: delimiter, quote, CR, LF inside, blanks at its ends. */
int csv_put_field(
    struct output *out, const char *text, size_t len, char delimiter, struct err *err) MUST_CHECK;
/* The same, appended to out; -1: no memory. */
int csv_add_field(struct buf *out, const char *text, size_t len, char delimiter) MUST_CHECK;

#endif
