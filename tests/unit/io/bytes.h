/* bytes.h -- what the tests of common/io share: gzip made, standard input fed, files read back. */
#ifndef TESTS_UNIT_IO_BYTES_H
#define TESTS_UNIT_IO_BYTES_H

#include <stddef.h>
#include <sys/types.h>

#include "common/io/stream/input.h"

struct bytes {
    unsigned char *data; /* free() */
    size_t n;
};

/* One gzip member. */
struct bytes bytes_gzip(const void *data, size_t n);
/* a followed by b; both are freed. */
struct bytes bytes_join(struct bytes a, struct bytes b);
struct bytes bytes_file(const char *path);
/* 4 bytes a number, so that every position differs; n a multiple of 4. */
struct bytes bytes_counting(size_t n);

/* Standard input becomes a pipe that a child fills, step bytes at a time. Wait for it at the end.
 */
pid_t stdin_pipe(const void *data, size_t n, size_t step);
void stdin_done(pid_t child);
void stdin_file(const char *path, off_t offset);

/* All of in, by reads of `step` bytes, or NULL and *err filled. */
struct bytes input_all(struct input *in, size_t step, struct err *err);

#endif
