/* fuzz_gzip.c -- gzip undone: the same bytes and the same end however it is fed and asked. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/stream/gzip.h"

enum { ROOM = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed {
    const uint8_t *data;
    size_t n, pos, step;
};

static ssize_t feed_read(void *ctx, void *to, size_t n, struct err *err)
{
    struct feed *f = ctx;
    size_t left = f->n - f->pos;
    (void)err;
    n = n < f->step ? n : f->step;
    n = n < left ? n : left;
    memcpy(to, f->data + f->pos, n);
    f->pos += n;
    return (ssize_t)n;
}

/* The first ROOM bytes that come out; *end is 0, or -1 after an error. */
static size_t undo(
    const uint8_t *data, size_t size, size_t step, size_t take, uint8_t *to, ssize_t *end)
{
    struct err err = ERR_INIT;
    struct feed f = {data, size, size < step ? size : step, step};
    struct gzip *gz = gzip_new("x", feed_read, &f, data, f.pos, &err);
    size_t have = 0;
    if (!gz)
        abort();
    do {
        size_t room = ROOM - have;
        *end = gzip_read(gz, to + have, take < room ? take : room, &err);
        if (*end > 0)
            have += (size_t)*end;
    } while (*end > 0 && have < ROOM);
    gzip_free(gz);
    return have;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *at_once = malloc(ROOM), *in_pieces = malloc(ROOM);
    ssize_t end_a, end_b;

    if (!at_once || !in_pieces || size > GZIP_BUFFER)
        abort();
    if (size >= 3) {
        size_t step = 1 + data[size - 1] % 16u, take = 1 + data[size - 2] * 16u;
        size_t a = undo(data, size, GZIP_BUFFER, ROOM, at_once, &end_a);
        size_t b = undo(data, size, step, take, in_pieces, &end_b);
        /* After an error, how much came before it depends on how it was asked. */
        if (end_a >= 0 && (a != b || (a < ROOM && end_b < 0)))
            abort();
        if (memcmp(at_once, in_pieces, a < b ? a : b) != 0)
            abort();
    }
    free(at_once);
    free(in_pieces);
    return 0;
}
