/* fuzz_model.c -- what every model file has: metadata, CRC, description. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/format/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct model m;
    if (model_from_memory(&m, data, size, NULL, &err) == 0 &&
        (!json_is_object(m.description) || !m.program[0]))
        abort();
    model_release(&m);
    if (model_from_memory(&m, data, size, "rf", &err) == 0 && strcmp(m.program, "rf") != 0)
        abort();
    model_release(&m);
    return 0;
}
