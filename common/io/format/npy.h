/*
 * npy.h -- NumPy's .npy arrays, versions 1.0 to 3.0, one after another on a stream.
 *
 * Read: b1 i1..i8 u1..u8 f2 f4 f8, both byte orders, C and Fortran order (given back in C order).
 * Refused: object, structured, text and complex arrays, headers over 10,000 characters, shapes
 * whose product overflows, partial headers or bodies.
 */
#ifndef COMMON_IO_FORMAT_NPY_H
#define COMMON_IO_FORMAT_NPY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/io/format/safetensors.h" /* enum dtype */
#include "common/io/stream/input.h"
#include "common/io/stream/output.h"

enum { NPY_MAX_DIMS = 32 };

struct npy_header {
    enum dtype dtype;
    bool big_endian, fortran_order;
    int n_dims;
    int64_t shape[NPY_MAX_DIMS];
    int64_t n_elements;
};

bool npy_recognise(const unsigned char *bytes, size_t n); /* the magic */

/* 1 and a header, 0 at a clean end, -1 on error. */
int npy_read_header(struct input *in, struct npy_header *h, struct err *err) MUST_CHECK;
/* n elements in file order as doubles (64-bit integers that no double holds are an error, not
 * rounded in silence). */
int npy_read_doubles(struct input *in, const struct npy_header *h, double *to, int64_t n,
    struct err *err) MUST_CHECK;
/* Bytes of the n_elements; readers of headers have checked that they can be counted. */
size_t npy_bytes(const struct npy_header *h);
/* Counts h's elements from its shape; -1 when they, or their bytes, are too many to count. */
int npy_count(struct npy_header *h) MUST_CHECK;
/* The whole array in C order, native byte order, of its own dtype (mem_free).  Memory grows as
 * bytes arrive. */
int npy_read_array(
    struct input *in, const struct npy_header *h, void **data, struct err *err) MUST_CHECK;

/* Writes the header, version 1.0 and '<', which the caller follows with the data by output_put();
 * at most NPY_MAX_DIMS dimensions, so that it always fits version 1.0. */
int npy_write_header(struct output *out, enum dtype dtype, int n_dims, const int64_t *shape,
    struct err *err) MUST_CHECK;

#endif
