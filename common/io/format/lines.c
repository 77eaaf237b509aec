/* lines.c -- see lines.h. */
#include "common/io/format/lines.h"

#include <string.h>

#include "common/base/mem.h"

enum { LINES_BLOCK = 1 << 18 };

void lines_init(struct lines *l, struct input *in)
{
    *l = (struct lines){.in = in};
}

void lines_release(struct lines *l)
{
    mem_free(l->data);
    lines_init(l, NULL);
}

void lines_drop(struct lines *l)
{
    l->start = l->at;
}

/* Reads more bytes behind end, making room first: 1, 0 at the end of the input, -1. */
static int lines_fill(struct lines *l, struct err *err)
{
    if (l->start > 0 && l->room - l->end < LINES_BLOCK) {
        memmove(l->data, l->data + l->start, l->end - l->start);
        l->at -= l->start;
        l->end -= l->start;
        l->start = 0;
    }
    if (l->room - l->end < LINES_BLOCK && mem_grow(&l->data, &l->room, l->end + LINES_BLOCK, 1) < 0)
        return err_memory(err);
    ssize_t n = input_read(l->in, l->data + l->end, l->room - l->end, err);
    if (n < 0)
        return -1;
    if (n == 0)
        l->eof = true;
    l->end += (size_t)n;
    return n > 0;
}

int lines_more(struct lines *l, size_t limit, size_t *from, struct err *err)
{
    size_t seen = 0; /* bytes behind at in which there is no '\n' */

    *from = lines_length(l);
    for (;;) {
        size_t left = l->end - l->at;
        const char *found = left > seen ? memchr(l->data + l->at + seen, '\n', left - seen) : NULL;
        size_t len = found ? (size_t)(found - (l->data + l->at)) + 1 : left;
        if (*from + len > limit)
            return LINES_TOO_LONG;
        if (found || l->eof) {
            if (len == 0)
                return LINES_END;
            l->at += len;
            l->line++;
            return LINES_ONE;
        }
        seen = left;
        if (lines_fill(l, err) < 0)
            return -1;
    }
}
