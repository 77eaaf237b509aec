/* npy.c -- the elements of .npy and IDX arrays; see npy.h. */
#include "common/io/format/npy.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "big-endian elements are swapped");

enum { BLOCK = 16 * 1024 };

static void swap_bytes(unsigned char *bytes, size_t n, size_t size)
{
    for (size_t i = 0; i < n; i++, bytes += size)
        for (size_t j = 0; j < size / 2; j++) {
            unsigned char held = bytes[j];
            bytes[j] = bytes[size - 1 - j];
            bytes[size - 1 - j] = held;
        }
}

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static double half_value(uint16_t bits)
{
    int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    double v;

    if (exponent == 0x1f)
        v = fraction ? NAN : INFINITY;
    else if (exponent == 0)
        v = fraction * 0x1p-24;
    else
        v = ldexp(fraction | 0x400, exponent - 25);
    return bits & 0x8000 ? -v : v;
}

/* Whether a double holds the magnitude: at most 53 bits between its first and last one. */
static bool is_exact(uint64_t magnitude)
{
    return !magnitude || magnitude >> __builtin_ctzll(magnitude) <= (uint64_t)1 << 53;
}

static uint64_t load_bits(const unsigned char *bytes, size_t size, bool big_endian)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits = bits << 8 | bytes[big_endian ? i : size - 1 - i];
    return bits;
}

static double float_value(uint32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static double double_value(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* An element as a double; false for an integer that no double holds. */
static bool element_value(enum dtype dtype, uint64_t bits, double *v)
{
    uint64_t magnitude = bits;

    switch (dtype) {
    case DTYPE_BOOL:
        *v = bits != 0;
        return true;
    case DTYPE_I8:
        *v = (int8_t)bits;
        return true;
    case DTYPE_I16:
        *v = (int16_t)bits;
        return true;
    case DTYPE_I32:
        *v = (int32_t)bits;
        return true;
    case DTYPE_F16:
        *v = half_value((uint16_t)bits);
        return true;
    case DTYPE_F32:
        *v = float_value((uint32_t)bits);
        return true;
    case DTYPE_F64:
        *v = double_value(bits);
        return true;
    case DTYPE_I64:
        magnitude = bits >> 63 ? -bits : bits;
        *v = bits >> 63 ? -(double)magnitude : (double)magnitude;
        return is_exact(magnitude);
    default: /* unsigned */
        *v = (double)magnitude;
        return is_exact(magnitude);
    }
}

static int inexact(
    const struct input *in, const struct npy_header *h, uint64_t bits, struct err *err)
{
    char text[24];
    if (h->dtype == DTYPE_I64)
        snprintf(text, sizeof text, "%" PRId64, (int64_t)bits);
    else
        snprintf(text, sizeof text, "%" PRIu64, bits);
    return err_set(err, "%s: a double cannot hold %s exactly", input_name(in), text);
}

int npy_read_doubles(
    struct input *in, const struct npy_header *h, double *to, int64_t n, struct err *err)
{
    unsigned char block[BLOCK];
    size_t size = dtype_size(h->dtype), at_once = sizeof block / size;

    for (size_t left = (size_t)n; left;) {
        size_t count = left < at_once ? left : at_once;
        int got = input_read_exactly(in, block, count * size, err);
        if (got <= 0)
            return got < 0 ? -1 : err_set(err, "%s: truncated", input_name(in));
        for (size_t i = 0; i < count; i++) {
            uint64_t bits = load_bits(block + i * size, size, h->big_endian);
            if (!element_value(h->dtype, bits, to + i))
                return inexact(in, h, bits, err);
        }
        to += count;
        left -= count;
    }
    return 0;
}

/* Copies from Fortran order (first index fastest) to C order (last index fastest). */
static void to_c_order(const struct npy_header *h, const unsigned char *from, unsigned char *to)
{
    size_t size = dtype_size(h->dtype), stride[NPY_MAX_DIMS], offset = 0;
    int64_t index[NPY_MAX_DIMS] = {0};

    for (int d = 0; d < h->n_dims; d++)
        stride[d] = d ? stride[d - 1] * (size_t)h->shape[d - 1] : size;
    for (int64_t i = 0; i < h->n_elements; i++, to += size) {
        memcpy(to, from + offset, size);
        for (int d = h->n_dims - 1; d >= 0; d--) {
            offset += stride[d];
            if (++index[d] < h->shape[d])
                break;
            offset -= stride[d] * (size_t)h->shape[d];
            index[d] = 0;
        }
    }
}

int npy_read_array(struct input *in, const struct npy_header *h, void **data, struct err *err)
{
    size_t size = dtype_size(h->dtype);
    void *bytes;

    *data = NULL;
    if (input_read_block(in, npy_bytes(h), &bytes, err) < 0)
        return -1;
    if (h->big_endian)
        swap_bytes(bytes, (size_t)h->n_elements, size);
    if (h->dtype == DTYPE_BOOL)
        for (int64_t i = 0; i < h->n_elements; i++)
            ((unsigned char *)bytes)[i] = ((unsigned char *)bytes)[i] != 0;
    if (h->fortran_order && h->n_dims > 1) {
        void *ordered = mem_alloc((size_t)h->n_elements, size);
        if (!ordered) {
            mem_free(bytes);
            return err_memory(err);
        }
        to_c_order(h, bytes, ordered);
        mem_free(bytes);
        bytes = ordered;
    }
    *data = bytes;
    return 0;
}
