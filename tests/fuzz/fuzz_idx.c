/* fuzz_idx.c -- an IDX array, read both ways. */
#include <stdint.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/io/format/idx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct input *in = input_from_memory("x", data, size, &err);
    struct npy_header h;
    void *array;
    double v[100];

    if (!in || input_keep(in, &err) < 0)
        abort();
    while (idx_read_header(in, &h, &err) == 1 && npy_read_array(in, &h, &array, &err) == 0)
        mem_free(array);
    if (input_rewind(in, &err) < 0)
        abort();
    if (idx_read_header(in, &h, &err) == 1)
        for (int64_t left = h.n_elements, n; left; left -= n) {
            n = left < 100 ? left : 100;
            if (npy_read_doubles(in, &h, v, n, &err) < 0)
                break;
        }
    input_close(in);
    return 0;
}
