/* fuzz_libsvm.c -- LIBSVM of any bytes; the first says whether indices start at 0. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/format/libsvm.h"

static void check_row(const struct libsvm_row *row)
{
    bool right = strlen(row->label) > 0 && row->qid >= -1 && row->n >= 0;
    for (int i = 0; right && i < row->n; i++)
        right = row->index[i] < 1u << 24 && !isnan(row->value[i]) &&
                (i == 0 || row->index[i - 1] < row->index[i]);
    if (!right)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct libsvm_row row;

    if (size == 0)
        return 0;
    libsvm_recognise(data + 1, size - 1);
    struct input *in = input_from_memory("a", data + 1, size - 1, &err);
    struct libsvm *s = in ? libsvm_open(in, data[0] & 1, &err) : NULL;
    while (s && libsvm_next(s, &row, &err) > 0)
        check_row(&row);
    libsvm_close(s);
    input_close(in);
    return 0;
}
