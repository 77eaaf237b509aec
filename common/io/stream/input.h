/*
 * input.h -- bytes from a file, standard input or a pipe, gzip undone.
 *
 * "-" is standard input.  Gzip is recognised by its magic, on pipes too, with several members; a
 * truncated or corrupt stream is an error, as is anything but zero padding after the last member.
 * Reads are restarted after signals unless interrupt_signal() says to stop (ERR_INTERRUPTED).
 * Directories, unreadable files and such are errors that name the file.  Many bytes of a regular
 * file are read by all threads of the pool at once.
 *
 * input_keep() must be called before the first read if input_rewind() may be: a regular file is
 * then simply read again, anything else is copied to an unlinked file in TMPDIR as it is read
 * (decompressed).
 */
#ifndef COMMON_IO_STREAM_INPUT_H
#define COMMON_IO_STREAM_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/err.h"

struct input; /* opaque */

struct input *input_open(const char *path, struct err *err) MUST_CHECK;
struct input *input_from_memory(const char *name, const void *bytes, size_t n,
    struct err *err) MUST_CHECK;    /* borrows the bytes; never gzip; for tests and fuzzers */
void input_close(struct input *in); /* NULL is allowed */

const char *input_name(const struct input *in); /* for messages: the path, or "standard input" */
bool input_is_stdin(const struct input *in);

/* Up to n bytes; 0 at the end, -1 on error.  Short reads happen. */
ssize_t input_read(struct input *in, void *to, size_t n, struct err *err) MUST_CHECK;
/* Exactly n bytes: 1; 0 when the end came before the first; -1 on error or an end in between
 * ("truncated"). */
int input_read_exactly(struct input *in, void *to, size_t n, struct err *err) MUST_CHECK;
/* Looks at up to n (<= 65536) bytes without consuming them; returns how many there are. */
ssize_t input_peek(
    struct input *in, const unsigned char **bytes, size_t n, struct err *err) MUST_CHECK;

/* Bytes still to be read: of an uncompressed regular file or of memory, else SIZE_MAX. A hint:
 * files grow and shrink. */
size_t input_left(const struct input *in);
/* False while input_read() would wait for whoever writes to the pipe. */
bool input_ready(const struct input *in);

int input_keep(struct input *in, struct err *err) MUST_CHECK;
int input_rewind(struct input *in, struct err *err) MUST_CHECK;

/* Everything to the end in one block (mem_free), refused beyond limit bytes.  For JSON and models
 * on pipes. */
int input_slurp(
    struct input *in, size_t limit, void **bytes, size_t *n, struct err *err) MUST_CHECK;

/* Exactly n bytes in one block (mem_free), which grows as they arrive: a lying n costs no memory.
 * An end before that is an error ("truncated"). */
int input_read_block(struct input *in, uint64_t n, void **bytes, struct err *err) MUST_CHECK;

/* If this is an uncompressed regular file nothing was read of: its bytes, mapped read-only until
 * input_close().  *bytes is NULL (and 0 returned) when it cannot be mapped: read instead. */
int input_map(struct input *in, const void **bytes, size_t *n, struct err *err) MUST_CHECK;

#endif
