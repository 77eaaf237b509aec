/*
 * safetensors.h -- named arrays and string metadata in one file (huggingface/safetensors).
 *
 * Reading checks everything the reference loader checks: sizes, order, gaps, overlap, duplicate
 * keys, UTF-8, exact length.  A regular file is mapped, a pipe is read into memory by its header
 * (sizes grow as bytes arrive: a lying header costs no memory).  The values of the tensors are the
 * caller's to check.
 */
#ifndef COMMON_IO_FORMAT_SAFETENSORS_H
#define COMMON_IO_FORMAT_SAFETENSORS_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/io/stream/input.h"
#include "common/io/stream/output.h"

enum dtype { /* in the reference's order, which is that of tensors in a file, from the end */
    DTYPE_BOOL,
    DTYPE_U8,
    DTYPE_I8,
    DTYPE_F8_E5M2,
    DTYPE_F8_E4M3,
    DTYPE_I16,
    DTYPE_U16,
    DTYPE_F16,
    DTYPE_BF16,
    DTYPE_I32,
    DTYPE_U32,
    DTYPE_F32,
    DTYPE_F64,
    DTYPE_I64,
    DTYPE_U64,
    DTYPE_COUNT
};

const char *dtype_name(enum dtype type); /* "F32" */
size_t dtype_size(enum dtype type);

enum { ST_MAX_DIMS = 8, ST_HEADER_MAX = 100000000 };

struct st_tensor {
    const char *name;
    enum dtype dtype;
    int n_dims;
    int64_t shape[ST_MAX_DIMS];
    const void *data; /* aligned for its type; little-endian */
    size_t bytes;
};

/* Writing: collect borrowed tensors and metadata, then write.  Order by type (the enum's last
 * first: descending alignment), then name. */
struct st_writer;
struct st_writer *st_writer_new(struct err *err) MUST_CHECK;
void st_writer_free(struct st_writer *w);
int st_writer_add(struct st_writer *w, const char *name, enum dtype dtype, int n_dims,
    const int64_t *shape, const void *data,
    struct err *err) MUST_CHECK; /* data borrowed until st_write() */
int st_writer_meta(struct st_writer *w, const char *key, const char *value,
    struct err *err) MUST_CHECK; /* copied */
int st_write(struct st_writer *w, struct output *out, struct err *err) MUST_CHECK;
/* CRC-32 (zlib's) of the data section as st_write() will write it. */
int st_writer_crc(struct st_writer *w, uint32_t *crc, struct err *err) MUST_CHECK;

struct st_file;
struct st_file *st_read(
    struct input *in, struct err *err) MUST_CHECK; /* in must outlive it (mapping) */
void st_free(struct st_file *st);
int st_count(const struct st_file *st);
const struct st_tensor *st_tensor(const struct st_file *st, int i);          /* in file order */
const struct st_tensor *st_find(const struct st_file *st, const char *name); /* NULL when absent */
const char *st_meta(const struct st_file *st, const char *key);              /* NULL when absent */
uint32_t st_crc(const struct st_file *st); /* of the data section */

/* st_find() with a check of type and shape (-1 in want: any size); the message names the tensor. */
const struct st_tensor *st_require(const struct st_file *st, const char *name, enum dtype dtype,
    int n_dims, const int64_t *want, struct err *err) MUST_CHECK;

#endif
