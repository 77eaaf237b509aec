/*
 * gzip.h -- gzip undone, member after member, as bytes are asked for.
 */
#ifndef COMMON_IO_STREAM_GZIP_H
#define COMMON_IO_STREAM_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base/err.h"

enum { GZIP_BUFFER = 256 * 1024 };

/* Gives up to n compressed bytes; 0 at the end, -1 on error. */
typedef ssize_t gzip_source(void *ctx, void *to, size_t n, struct err *err);

struct gzip; /* opaque */

bool gzip_recognise(const unsigned char *bytes, size_t n); /* the magic */

/* head: the first bytes (at most GZIP_BUFFER), already taken from the source; they are copied.
 * name is borrowed, for messages. */
struct gzip *gzip_new(const char *name, gzip_source *source, void *ctx, const void *head,
    size_t head_len, struct err *err) MUST_CHECK;
void gzip_free(struct gzip *gz); /* NULL is allowed */

/* Up to n bytes; 0 after the last member and its zero padding, -1 on error. */
ssize_t gzip_read(struct gzip *gz, void *to, size_t n, struct err *err) MUST_CHECK;

#endif
