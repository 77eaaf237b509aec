/* fuzz_npy.c -- .npy arrays one after another, read both ways. */
#include <stdint.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/io/format/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_arrays(struct input *in)
{
    struct err err = ERR_INIT;
    struct npy_header h;
    void *array;
    while (npy_read_header(in, &h, &err) == 1 && npy_read_array(in, &h, &array, &err) == 0)
        mem_free(array);
}

static void read_doubles(struct input *in)
{
    struct err err = ERR_INIT;
    struct npy_header h;
    double v[100];
    while (npy_read_header(in, &h, &err) == 1)
        for (int64_t left = h.n_elements, n; left; left -= n) {
            n = left < 100 ? left : 100;
            if (npy_read_doubles(in, &h, v, n, &err) < 0)
                return;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct input *in = input_from_memory("x", data, size, &err);
    if (!in || input_keep(in, &err) < 0)
        abort();
    read_arrays(in);
    if (input_rewind(in, &err) < 0)
        abort();
    read_doubles(in);
    input_close(in);
    return 0;
}
