/*
 * lines.h -- physical lines of an input, several of them held side by side.
 *
 * The held span starts at the first byte that lines_drop() left and grows by one line with every
 * lines_more(), so that a record of several lines stands in one piece.  Who wants many lines at
 * once looks ahead with lines_ahead() and passes over what it took with lines_pass().
 */
#ifndef COMMON_IO_FORMAT_LINES_H
#define COMMON_IO_FORMAT_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/io/stream/input.h"

struct lines {
    struct input *in;            /* borrowed */
    char *data;                  /* LINES_SLACK bytes before and behind the rest are nobody's */
    size_t room, start, at, end; /* held: [start, at); read but not yet given: [at, end) */
    bool eof;
    int64_t line;   /* number of the last line given, from 1 */
    struct err err; /* met by lines_ahead(); reported once the bytes before it are used up */
};

enum { LINES_END = 0, LINES_ONE = 1, LINES_TOO_LONG = 2, LINES_SLACK = 64 };

void lines_init(struct lines *l, struct input *in);
void lines_release(struct lines *l);
void lines_drop(struct lines *l);

/*
 * Adds a line, with its '\n' if it has one, to the held span; *from is where it begins, counted
 * from the span's start.  LINES_TOO_LONG when the span would exceed limit bytes (nothing was
 * added, but data[start..end) may be looked at); -1 on error.
 */
int lines_more(struct lines *l, size_t limit, size_t *from, struct err *err) MUST_CHECK;

/*
 * Drops the held span and shows up to `want` bytes of whole lines that come next, each with its
 * '\n', without giving them: *len is 0 if there are none (a longer line, one without '\n', the
 * end). Waits for want bytes, but on a pipe for no more than the first line.  LINES_SLACK bytes
 * before and behind the text may be read.
 */
int lines_ahead(
    struct lines *l, size_t want, const char **text, size_t *len, struct err *err) MUST_CHECK;
void lines_pass(struct lines *l, size_t bytes, int64_t n_lines); /* of those shown */

static inline char *lines_held(const struct lines *l)
{
    return l->data + l->start;
}

static inline size_t lines_length(const struct lines *l)
{
    return l->at - l->start;
}

#endif
