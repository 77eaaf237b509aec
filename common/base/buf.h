/*
 * buf.h -- a growing run of bytes, always followed by a NUL, and a few string helpers.
 *
 * Appending fails only for want of memory: the functions then return -1 and leave the bytes as they
 * were.  buf_release() frees the bytes and leaves an empty buf that can be used again.
 */
#ifndef COMMON_BASE_BUF_H
#define COMMON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"

struct buf {
    char *data; /* NULL while nothing was ever appended */
    size_t len, room;
};

#define BUF_INIT                                                                                   \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

int buf_add(struct buf *b, const void *bytes, size_t n) MUST_CHECK;
int buf_str(struct buf *b, const char *text) MUST_CHECK;
int buf_char(struct buf *b, char c) MUST_CHECK;
int buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_CHECK;
int buf_room(struct buf *b, size_t n) MUST_CHECK; /* room for n more bytes at data + len */
void buf_clear(struct buf *b);                    /* keeps the memory */
void buf_release(struct buf *b);
char *buf_steal(
    struct buf *b); /* the bytes, NUL-ended, now the caller's (mem_free); NULL: no memory */

bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
int bytes_compare(
    const void *a, size_t a_len, const void *b, size_t b_len); /* memcmp order, shorter first */

#endif
