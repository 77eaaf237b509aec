/* sheet.h -- a CSV that score writes; with --by, each row begins with the group's value. */
#ifndef CMD_SCORE_SHEET_H
#define CMD_SCORE_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "common/io/stream/output.h"

struct sheet {
    struct output out;
    const char *by;      /* name of the --by column; NULL: there is none */
    const char *by_text; /* its value in the rows to come */
    size_t by_len;
    bool in_row;
};

#define SHEET_INIT                                                                                 \
    {                                                                                              \
        .out = OUTPUT_INIT                                                                         \
    }

/* Opens the output and writes the header: the --by name, then columns ("metric,value"). */
int sheet_open(struct sheet *s, const char *path, const char *columns, struct err *err) MUST_CHECK;
/* A field; the first one of a row has the --by value before it. */
int sheet_text(struct sheet *s, const char *text, size_t len, struct err *err) MUST_CHECK;
int sheet_name(struct sheet *s, const char *text, struct err *err) MUST_CHECK;
int sheet_number(struct sheet *s, double value, struct err *err) MUST_CHECK;
int sheet_end(struct sheet *s, struct err *err) MUST_CHECK; /* of the row */

#endif
