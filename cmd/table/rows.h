/*
 * rows.h -- CSV rows as they stand, read twice: once to learn their classes and groups, once to be
 * written.
 *
 * Fields pass byte for byte, quotes and blanks and all.  Lines end in a newline.  Columns of
 * further files are put into the first one's order.
 */
#ifndef CMD_TABLE_ROWS_H
#define CMD_TABLE_ROWS_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/cli/verb.h"
#include "common/io/stream/output.h"
#include "common/table/dict.h"
#include "common/table/source.h"
#include "common/table/split.h"
#include "common/table/table.h"

struct rows {
    struct source *source;
    char delimiter; /* of the first file and of what is written */
    int64_t n;
    double *y; /* class codes; NULL: not stratified */
    int n_classes;
    int32_t *group; /* NULL: no groups */
    size_t y_room, group_room;
    struct dict *classes, *groups;
    struct source_row row; /* the current one */
};

#define ROWS_INIT                                                                                  \
    {                                                                                              \
        .source = NULL                                                                             \
    }

/*
 * Reads all rows once.  stratify and group name columns, or are NULL.  Equal texts are one class;
 * numbers of many values are not classes: a note says so.  On failure rows_release() as well.
 */
int rows_read(struct rows *rows, const struct operands *files, const struct format_opts *format,
    const char *stratify, const char *group, const struct watch *watch, struct err *err) MUST_CHECK;
void rows_release(struct rows *rows);

struct split_rows rows_to_split(const struct rows *rows);

/* The rows again from the first one: 1 and a current row, 0 at the end, -1. */
int rows_rewind(struct rows *rows, struct err *err) MUST_CHECK;
int rows_next(struct rows *rows, struct err *err) MUST_CHECK;

/* The header (nothing without one) and the current row, each followed by `more` and a line end;
 * more is "" or begins with the delimiter. */
int rows_put_header(
    const struct rows *rows, const char *more, struct output *out, struct err *err) MUST_CHECK;
int rows_put(
    const struct rows *rows, const char *more, struct output *out, struct err *err) MUST_CHECK;

#endif
