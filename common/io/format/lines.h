/*
 * lines.h -- physical lines of an input, several of them held side by side.
 *
 * The held span starts at the first byte that lines_drop() left and grows by one line with every
 * lines_more(), so that a record of several lines stands in one piece.
 */
#ifndef COMMON_IO_FORMAT_LINES_H
#define COMMON_IO_FORMAT_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/io/stream/input.h"

struct lines {
    struct input *in; /* borrowed */
    char *data;
    size_t room, start, at, end; /* held: [start, at); read but not yet given: [at, end) */
    bool eof;
    int64_t line; /* number of the last line given, from 1 */
};

enum { LINES_END = 0, LINES_ONE = 1, LINES_TOO_LONG = 2 };

void lines_init(struct lines *l, struct input *in);
void lines_release(struct lines *l);
void lines_drop(struct lines *l);

/*
 * Adds a line, with its '\n' if it has one, to the held span; *from is where it begins, counted
 * from the span's start.  LINES_TOO_LONG when the span would exceed limit bytes (nothing was
 * added, but data[start..end) may be looked at); -1 on error.
 */
int lines_more(struct lines *l, size_t limit, size_t *from, struct err *err) MUST_CHECK;

static inline char *lines_held(const struct lines *l)
{
    return l->data + l->start;
}

static inline size_t lines_length(const struct lines *l)
{
    return l->at - l->start;
}

#endif
