/* buf.c -- see buf.h. */
#include "common/base/buf.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

int buf_room(struct buf *b, size_t n)
{
    size_t need;
    if (!size_add(b->len, n, &need) || !size_add(need, 1, &need))
        return -1;
    return mem_grow(&b->data, &b->room, need, 1);
}

int buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (buf_room(b, n) < 0)
        return -1;
    if (n)
        memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
    return 0;
}

int buf_str(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

int buf_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || buf_room(b, (size_t)n) < 0)
        return -1;
    va_start(ap, fmt);
    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
    return 0;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

void buf_release(struct buf *b)
{
    mem_free(b->data);
    *b = (struct buf)BUF_INIT;
}

char *buf_steal(struct buf *b)
{
    if (!b->data && buf_str(b, "") < 0)
        return NULL;
    char *data = b->data;
    *b = (struct buf)BUF_INIT;
    return data;
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return n >= m && memcmp(text + n - m, suffix, m) == 0;
}

int bytes_compare(const void *a, size_t a_len, const void *b, size_t b_len)
{
    size_t n = a_len < b_len ? a_len : b_len;
    int order = n ? memcmp(a, b, n) : 0;
    return order ? order : (a_len > b_len) - (a_len < b_len);
}
