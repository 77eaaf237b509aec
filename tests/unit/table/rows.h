/* rows.h -- what the tests of tables share: tables from text, and what was noted about them. */
#ifndef TESTS_UNIT_TABLE_ROWS_H
#define TESTS_UNIT_TABLE_ROWS_H

#include "common/base/buf.h"
#include "common/table/reader.h"
#include "common/table/table.h"

/* A watch that writes "I: ", "W: " or "D: ", the note and a new line to notes. */
struct watch rows_watch(struct buf *notes);

/* The text as a file "x.csv"; n bytes, or -1 for strlen(). */
struct source *rows_source(
    const char *text, long n, const struct read_opts *o, bool again, struct err *err);
int rows_read(struct table *t, const char *text, const struct read_opts *o, const struct watch *w,
    struct err *err);
struct reader *rows_reader(
    const char *text, const struct bind_opts *opts, const struct schema *schema, struct err *err);

/* unit_file() of a text. */
const char *rows_file(const char *name, const char *text);

/* "age number; city category(Bonn,Ulm); id ignored" */
const char *rows_columns(const struct table *t, struct buf *out);

#endif
