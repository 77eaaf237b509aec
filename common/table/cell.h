/* cell.h -- what the text of one field is. */
#ifndef COMMON_TABLE_CELL_H
#define COMMON_TABLE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

/* Where a field stands. */
struct place {
    const char *file; /* borrowed from the input */
    int64_t line;
};

#define NA_DEFAULT "NA,N/A,NaN,nan,null,?"

/* The texts of a missing value; the empty text always is one. */
struct na {
    char *list; /* owned; item[] points into it */
    struct na_item {
        const char *text;
        size_t len;
    } * item;
    int n;
    bool first[256]; /* bytes that some item starts with */
    bool numbers;    /* some item may be a number */
};

int na_init(struct na *na, const char *list) MUST_CHECK; /* -1: no memory */
void na_release(struct na *na);
bool na_holds(const struct na *na, const char *text, size_t len);

/* Digits only, more than one, the first a zero: a code, not a number. */
bool cell_has_leading_zero(const char *text, size_t len);

/* A whole number (a sign, digits) that is not what double made of it. */
bool cell_is_rounded(const char *text, size_t len, double value);

/* How much of text a note quotes: err_quote_len(), but no character cut in two. */
int quote_length(const char *text, size_t len);

#endif
