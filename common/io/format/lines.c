/* lines.c -- see lines.h. */
#include "common/io/format/lines.h"

#include <string.h>

#include "common/base/mem.h"

enum { LINES_BLOCK = 1 << 18 };

void lines_init(struct lines *l, struct input *in)
{
    *l = (struct lines){
        .in = in, .start = LINES_SLACK, .at = LINES_SLACK, .end = LINES_SLACK, .err = ERR_INIT};
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

/* Reads up to n more bytes behind end, making room first: 1, 0 at the end of the input, -1. */
static int lines_fill(struct lines *l, size_t n, struct err *err)
{
    if (l->err.kind != ERR_NONE) {
        *err = l->err;
        return -1;
    }
    if (l->start > LINES_SLACK && l->room - l->end < n + LINES_SLACK) {
        memmove(l->data + LINES_SLACK, l->data + l->start, l->end - l->start);
        l->at -= l->start - LINES_SLACK;
        l->end -= l->start - LINES_SLACK;
        l->start = LINES_SLACK;
    }
    if (mem_grow(&l->data, &l->room, l->end + n + LINES_SLACK, 1) < 0)
        return err_memory(err);
    ssize_t got = input_read(l->in, l->data + l->end, n, err);
    if (got < 0)
        return -1;
    if (got == 0)
        l->eof = true;
    l->end += (size_t)got;
    return got > 0;
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
        if (lines_fill(l, LINES_BLOCK, err) < 0)
            return -1;
    }
}

/* Length of the whole lines among the n bytes ahead, of which `none` have no '\n'. */
static size_t whole_lines(const struct lines *l, size_t none, size_t n)
{
    const char *text = l->data + l->at;
    while (n > none && text[n - 1] != '\n')
        n--;
    return n > none ? n : 0;
}

int lines_ahead(struct lines *l, size_t want, const char **text, size_t *len, struct err *err)
{
    size_t whole = 0, seen = 0;

    lines_drop(l);
    for (;;) {
        size_t n = l->end - l->at < want ? l->end - l->at : want;
        size_t more = n > seen ? whole_lines(l, seen, n) : 0;
        whole = more ? more : whole;
        seen = n;
        if (n == want || l->eof || l->err.kind != ERR_NONE || (whole && !input_ready(l->in)))
            break;
        size_t missing = want - n, left = input_left(l->in);
        missing = missing < left ? missing : left;
        if (lines_fill(l, missing > LINES_BLOCK ? missing : LINES_BLOCK, &l->err) < 0 && !seen) {
            *err = l->err;
            return -1;
        }
    }
    *text = l->data + l->at;
    *len = whole;
    return 0;
}

void lines_pass(struct lines *l, size_t bytes, int64_t n_lines)
{
    l->at += bytes;
    l->start = l->at;
    l->line += n_lines;
}
