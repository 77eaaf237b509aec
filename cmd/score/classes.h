/*
 * classes.h -- the classes of a truth: its texts and those that p_CLASS columns name.
 *
 * If all are numbers, they are ordered and told apart by value ("1" and "1.0" are the same), else
 * by bytes.  The last one is the positive one.
 */
#ifndef CMD_SCORE_CLASSES_H
#define CMD_SCORE_CLASSES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "common/table/dict.h"

/* A text in an order of texts: by value among numbers, else by bytes. */
struct ordered {
    const char *text; /* borrowed, NUL-ended */
    size_t len;
    double number;
    int code; /* what the caller wants to find again */
};

/* A finite decimal number that is not written with leading zeros (those are names). */
bool text_is_number(const char *text, size_t len, double *number);
/* Fills the numbers and sorts; true when all are numbers.  The empty text comes first. */
bool ordered_sort(struct ordered *items, size_t n);

struct classes {
    int n;
    bool numeric;
    const char **text; /* [n] borrowed */
    struct ordered *sorted;
};

/* Borrowed: the dict and the names.  positive may be NULL. */
int classes_init(struct classes *c, const struct dict *truth, const char *const *names,
    size_t n_names, const char *positive, struct err *err) MUST_CHECK;
void classes_release(struct classes *c);
int classes_find(const struct classes *c, const char *text, size_t len); /* -1: no class */

#endif
