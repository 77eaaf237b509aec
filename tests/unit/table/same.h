/* same.h -- what was read, as bytes that can be compared. */
#ifndef TESTS_UNIT_TABLE_SAME_H
#define TESTS_UNIT_TABLE_SAME_H

#include "common/base/buf.h"
#include "common/table/reader.h"
#include "common/table/source.h"
#include "common/table/table.h"

/* Everything in a table, every bit of its numbers included. */
void same_table(const struct table *t, struct buf *out);

/* All rows of a reader, each with its kept fields if `kept`: then what the reader reports.  The
 * error goes to err, with -1. */
int same_rows(
    struct reader *r, const struct schema *s, bool kept, struct buf *out, struct err *err);

#endif
