/* fuzz_safetensors.c -- safetensors read; every byte of every tensor is there; written again. */
#include <stdint.h>
#include <stdlib.h>

#include "common/io/format/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads all of the tensors, where their type may stand, and writes them. */
static void use(const struct st_file *st)
{
    struct err err = ERR_INIT;
    struct output out;
    struct st_writer *w = st_writer_new(&err);
    volatile unsigned char sum = 0;
    size_t total = 0;

    if (!w || output_open(&out, "/dev/null", OUTPUT_BINARY, &err) < 0)
        abort();
    for (int i = 0; i < st_count(st); i++) {
        const struct st_tensor *t = st_tensor(st, i);
        const unsigned char *bytes = t->data;
        if (st_find(st, t->name) != t || (uintptr_t)bytes % dtype_size(t->dtype))
            abort();
        for (size_t j = 0; j < t->bytes; j++)
            sum = sum ^ bytes[j];
        total += t->bytes;
        if (st_writer_add(w, t->name, t->dtype, t->n_dims, t->shape, t->data, &err) < 0)
            abort();
    }
    if (st_write(w, &out, &err) < 0 || out.written < 8 + total || output_close(&out, &err) < 0)
        abort();
    st_writer_free(w);
    (void)st_crc(st);
    (void)st_meta(st, "crc32");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct input *in = input_from_memory("x", data, size, &err);
    if (!in)
        abort();
    struct st_file *st = st_read(in, &err);
    if (st)
        use(st);
    st_free(st);
    input_close(in);
    return 0;
}
