/*
 * err.h -- one error, as a sentence for a person.
 *
 * A function that can fail takes a struct err * last and returns 0 or -1 (or NULL); on failure it
 * has filled the err.  Callers pass failures up unchanged, or add where they happened with
 * err_prefix(). Messages start in lower case, have no final stop, and name file, line, column and
 * text where there are such: "iris.csv:12: column 'petal_length': 'abc' is not a number".  Text
 * from data goes into a message as it is; common/cli escapes control characters when it prints.
 */
#ifndef COMMON_BASE_ERR_H
#define COMMON_BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

enum err_kind {
    ERR_NONE,
    ERR_FAILED,      /* bad input, a failed system call: exit status 1 */
    ERR_USAGE,       /* impossible options or operands: exit status 2 */
    ERR_MEMORY,      /* no memory: exit status 1 */
    ERR_PIPE,        /* nobody reads our output any more: end silently by SIGPIPE */
    ERR_INTERRUPTED, /* a signal asked us to stop: clean up and die of it */
};

struct err {
    enum err_kind kind;
    char text[1024];
};

#define ERR_INIT                                                                                   \
    {                                                                                              \
        ERR_NONE, ""                                                                               \
    }

#define MUST_CHECK              __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

/* How much of a piece of input a message quotes; use with "%.*s". */
#define ERR_QUOTE_MAX 60
int err_quote_len(size_t len); /* min(len, ERR_QUOTE_MAX) as printf's precision wants it */

/* Each fills err and returns -1, so that "return err_set(...)" reads well. */
int err_set(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
int err_usage(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
int err_memory(struct err *err); /* "out of memory" */
int err_system(struct err *err, const char *fmt, ...)
    PRINTF_LIKE(2, 3); /* adds ": strerror(errno)"; EPIPE -> ERR_PIPE */
int err_interrupted(struct err *err);

/* Puts "text: " before a message that is already there; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
