/*
 * output.h -- where results go: a file replaced whole, or a stream.
 *
 * path NULL or "-" is standard output.  A path that is absent or a regular file (links followed) is
 * written beside under a temporary name and renamed over at output_close(), keeping its mode;
 * anything else (a device, a FIFO) is opened and written, and what names a descriptor (/dev/fd/N,
 * /dev/stdout) is written where that descriptor stands.  A binary result is refused on
 * a terminal.  output_close() reports what buffering hid (a full disk); output_discard() after it
 * does nothing, before it drops the temporary file, so that what was at path stays as it was.
 */
#ifndef COMMON_IO_STREAM_OUTPUT_H
#define COMMON_IO_STREAM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

enum output_kind { OUTPUT_TEXT, OUTPUT_BINARY };

struct output {
    char *path, *temporary; /* owned; temporary is NULL for streams, path for standard output */
    char *target;           /* owned: path with its links followed; NULL for streams */
    const char *name;       /* for messages; valid until closed */
    int fd;
    char *buffer;
    size_t used;
    uint64_t written; /* bytes put so far */
};

#define OUTPUT_INIT                                                                                \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

int output_open(
    struct output *out, const char *path, enum output_kind kind, struct err *err) MUST_CHECK;
int output_put(struct output *out, const void *bytes, size_t n, struct err *err) MUST_CHECK;
int output_printf(struct output *out, struct err *err, const char *fmt, ...)
    PRINTF_LIKE(3, 4) MUST_CHECK;
int output_flush(struct output *out, struct err *err) MUST_CHECK;
int output_close(struct output *out, struct err *err) MUST_CHECK;
void output_discard(struct output *out);

/* A usage error if two of n paths are one file, whether it is there yet or not; NULLs are skipped,
 * "-" is standard output.  Devices such as /dev/null take any number of outputs. */
int outputs_differ(const char *const *paths, int n, struct err *err) MUST_CHECK;
/* The same of two paths, such as an output's and an input's; "-" and NULL are no file's. */
bool output_same_file(const char *a, const char *b);

#endif
