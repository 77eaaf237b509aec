/*
 * idx.h -- IDX arrays (MNIST's files): 0 0 type n_dims, big-endian u32 sizes, data.
 */
#ifndef COMMON_IO_FORMAT_IDX_H
#define COMMON_IO_FORMAT_IDX_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/io/format/npy.h"

bool idx_recognise(const unsigned char *bytes, size_t n);
/* 1 and a header, 0 at a clean end, -1 on error. Fills an npy_header (big_endian true,
 * fortran_order false), so that npy_read_*() read the data.
 */
int idx_read_header(struct input *in, struct npy_header *h, struct err *err) MUST_CHECK;

#endif
