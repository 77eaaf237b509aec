/* err.c -- see err.h. */
#include "common/base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int err_quote_len(size_t len)
{
    return len < ERR_QUOTE_MAX ? (int)len : ERR_QUOTE_MAX;
}

static int err_fill(struct err *err, enum err_kind kind, const char *fmt, va_list ap)
{
    err->kind = kind;
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    return -1;
}

int err_set(struct err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    err_fill(err, ERR_FAILED, fmt, ap);
    va_end(ap);
    return -1;
}

int err_usage(struct err *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    err_fill(err, ERR_USAGE, fmt, ap);
    va_end(ap);
    return -1;
}

int err_memory(struct err *err)
{
    return err->kind = ERR_MEMORY, snprintf(err->text, sizeof err->text, "out of memory"), -1;
}

int err_system(struct err *err, const char *fmt, ...)
{
    int number = errno;
    va_list ap;
    va_start(ap, fmt);
    err_fill(err, number == EPIPE ? ERR_PIPE : ERR_FAILED, fmt, ap);
    va_end(ap);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(number));
    return -1;
}

int err_interrupted(struct err *err)
{
    err->kind = ERR_INTERRUPTED;
    snprintf(err->text, sizeof err->text, "interrupted");
    return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
    char rest[sizeof err->text];
    va_list ap;

    memcpy(rest, err->text, sizeof rest);
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text / 2, fmt, ap);
    va_end(ap);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %.*s",
        (int)(sizeof err->text - used - 3), rest);
    return -1;
}
