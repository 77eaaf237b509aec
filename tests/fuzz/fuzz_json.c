/* fuzz_json.c -- JSON parsed; written and parsed again it is the same. */
#include <stdint.h>
#include <stdlib.h>

#include "common/io/format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    json_t *value = json_parse((const char *)data, size, &err);
    if (!value)
        return 0;
    if (json_write(value, &text, &err) < 0)
        abort();
    json_t *again = json_parse(text.data, text.len, &err);
    if (!again || !json_equal(value, again))
        abort();
    json_decref(again);
    json_decref(value);
    buf_release(&text);
    return 0;
}
