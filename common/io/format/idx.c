/* idx.c -- the header of IDX arrays; see idx.h.  Their elements are read by npy.c. */
#include "common/io/format/idx.h"

/* The type of each code; DTYPE_COUNT where there is none. */
static enum dtype idx_dtype(unsigned char code)
{
    switch (code) {
    case 0x08:
        return DTYPE_U8;
    case 0x09:
        return DTYPE_I8;
    case 0x0b:
        return DTYPE_I16;
    case 0x0c:
        return DTYPE_I32;
    case 0x0d:
        return DTYPE_F32;
    case 0x0e:
        return DTYPE_F64;
    default:
        return DTYPE_COUNT;
    }
}

bool idx_recognise(const unsigned char *bytes, size_t n)
{
    return n >= 4 && !bytes[0] && !bytes[1] && idx_dtype(bytes[2]) != DTYPE_COUNT &&
           bytes[3] >= 1 && bytes[3] <= NPY_MAX_DIMS;
}

int idx_read_header(struct input *in, struct npy_header *h, struct err *err)
{
    unsigned char start[4], sizes[4 * NPY_MAX_DIMS];

    int got = input_read_exactly(in, start, sizeof start, err);
    if (got <= 0)
        return got;
    if (!idx_recognise(start, sizeof start))
        return err_set(err, "%s: not IDX", input_name(in));
    *h = (struct npy_header){.dtype = idx_dtype(start[2]), .n_dims = start[3]};
    h->big_endian = dtype_size(h->dtype) > 1;
    got = input_read_exactly(in, sizes, 4 * (size_t)h->n_dims, err);
    if (got <= 0)
        return got < 0 ? -1 : err_set(err, "%s: truncated", input_name(in));
    for (int i = 0; i < h->n_dims; i++) {
        const unsigned char *s = sizes + 4 * i;
        h->shape[i] = (int64_t)((uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 |
                                (uint32_t)s[3]);
    }
    if (npy_count(h) < 0)
        return err_set(err, "%s: IDX with more elements than can be counted", input_name(in));
    return 1;
}
