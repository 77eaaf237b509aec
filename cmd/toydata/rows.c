/*
 * rows.c -- see rows.h.
 *
 * Rows are drawn and turned to text in blocks, as many at a time as keep the pool busy, and written
 * in order.
 */
#include "cmd/toydata/rows.h"

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/io/format/number.h"

enum { BLOCK_NUMBERS = 1 << 15, BLOCKS_PER_WORKER = 2 };

struct block {
    struct buf text;
    float *x;
    bool no_memory;
};

struct wave {
    const struct toy *toy;
    int64_t first, end; /* rows of all its blocks */
    int64_t block_rows;
    struct block *blocks;
};

static void block_fill(void *ctx, int64_t task, int worker);
static int put_header(const struct toy *toy, struct output *out, struct err *err);

int rows_write(const struct toy *toy, int64_t n, struct output *out, const struct watch *watch,
    struct err *err)
{
    int n_blocks = BLOCKS_PER_WORKER * pool_size();
    struct wave wave = {.toy = toy, .block_rows = BLOCK_NUMBERS / (toy->n_dims + 1) + 1};
    int ret = -1;

    wave.blocks = mem_zalloc((size_t)n_blocks, sizeof *wave.blocks);
    if (!wave.blocks)
        return err_memory(err);
    if (put_header(toy, out, err) < 0)
        goto out;
    while (wave.end < n) {
        int64_t rows = n - wave.end, most = n_blocks * wave.block_rows;
        wave.first = wave.end;
        wave.end += rows < most ? rows : most;
        int64_t filled = (wave.end - wave.first + wave.block_rows - 1) / wave.block_rows;
        pool_run(filled, block_fill, &wave);
        for (int64_t i = 0; i < filled; i++) {
            struct block *b = &wave.blocks[i];
            if (b->no_memory) {
                err_memory(err);
                goto out;
            }
            if (output_put(out, b->text.data, b->text.len, err) < 0)
                goto out;
        }
        watch_progress(watch, "rows", wave.end, n, "");
        if (watch_stop(watch)) {
            err_interrupted(err);
            goto out;
        }
    }
    ret = 0;
out:
    for (int i = 0; i < n_blocks; i++) {
        buf_release(&wave.blocks[i].text);
        mem_free(wave.blocks[i].x);
    }
    mem_free(wave.blocks);
    return ret;
}

static int put_header(const struct toy *toy, struct output *out, struct err *err)
{
    const struct kind *kind = toy->kind;

    for (int d = 0; d < toy->n_dims; d++)
        if (output_printf(out, err, "%s%c%d", d ? "," : "", kind->letter, kind->first_number + d) <
            0)
            return -1;
    return output_printf(out, err, "%s\n", kind->uses & TOY_MESH ? "" : ",y");
}

/* Room for the row was made: at most NUMBER_MAX bytes a number and one after it. */
static void row_append(const struct toy *toy, const float *x, double y, struct buf *text)
{
    char *to = text->data + text->len;

    for (int d = 0; d < toy->n_dims; d++) {
        to += number_write_float(x[d], to);
        *to++ = ',';
    }
    if (toy->kind->uses & TOY_MESH)
        to--;
    else
        to += number_write_float((float)y, to);
    *to++ = '\n';
    *to = '\0';
    text->len = (size_t)(to - text->data);
}

static void block_fill(void *ctx, int64_t task, int worker)
{
    struct wave *wave = ctx;
    struct block *b = &wave->blocks[task];
    int n_dims = wave->toy->n_dims;
    int64_t first = wave->first + task * wave->block_rows;
    int64_t end = first + wave->block_rows < wave->end ? first + wave->block_rows : wave->end;

    (void)worker;
    if (!b->x)
        b->x = mem_alloc((size_t)n_dims, sizeof *b->x);
    b->no_memory = !b->x;
    buf_clear(&b->text);
    for (int64_t row = first; row < end && !b->no_memory; row++) {
        double y = 0;
        if (buf_room(&b->text, (size_t)(n_dims + 1) * (NUMBER_MAX + 1) + 1) < 0) {
            b->no_memory = true;
            break;
        }
        toy_row(wave->toy, row, b->x, &y);
        row_append(wave->toy, b->x, y, &b->text);
    }
}
