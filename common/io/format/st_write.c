/*
 * st_write.c -- safetensors, written: u64 length of the header, JSON header padded with spaces to 8
 * bytes, data.  See safetensors.h.
 *
 * The same tensors and metadata give the same bytes: metadata in the order it was added, tensors by
 * type (enum dtype from its end: wide ones first) and then by name, as the reference writer does.
 */
#include "common/io/format/safetensors.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/io/format/json.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are written as they lie");

struct st_meta_entry {
    char *key, *value;
};

struct st_writer {
    struct st_tensor *tensors; /* names owned */
    size_t n_tensors, tensors_room;
    struct st_meta_entry *meta;
    size_t n_meta, meta_room;
};

struct st_writer *st_writer_new(struct err *err)
{
    struct st_writer *w = mem_zalloc(1, sizeof *w);
    if (!w)
        err_memory(err);
    return w;
}

void st_writer_free(struct st_writer *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->n_tensors; i++)
        mem_free((char *)(uintptr_t)w->tensors[i].name);
    for (size_t i = 0; i < w->n_meta; i++) {
        mem_free(w->meta[i].key);
        mem_free(w->meta[i].value);
    }
    mem_free(w->tensors);
    mem_free(w->meta);
    mem_free(w);
}

int st_writer_add(struct st_writer *w, const char *name, enum dtype dtype, int n_dims,
    const int64_t *shape, const void *data, struct err *err)
{
    struct st_tensor t = {.dtype = dtype, .n_dims = n_dims, .data = data};

    if (n_dims < 0 || n_dims > ST_MAX_DIMS)
        return err_set(
            err, "tensor '%s' has %d dimensions, not 0 to %d", name, n_dims, ST_MAX_DIMS);
    if (strcmp(name, "__metadata__") == 0)
        return err_set(err, "a tensor cannot be called '%s'", name);
    for (size_t i = 0; i < w->n_tensors; i++)
        if (strcmp(w->tensors[i].name, name) == 0)
            return err_set(err, "tensor '%s' is there twice", name);
    t.bytes = dtype_size(dtype);
    for (int i = 0; i < n_dims; i++) {
        t.shape[i] = shape[i];
        if (shape[i] < 0 || !size_mul(t.bytes, (size_t)shape[i], &t.bytes))
            return err_set(err, "tensor '%s' has an impossible size", name);
    }
    if (mem_grow(&w->tensors, &w->tensors_room, w->n_tensors + 1, sizeof *w->tensors) < 0)
        return err_memory(err);
    t.name = mem_strdup(name);
    if (!t.name)
        return err_memory(err);
    w->tensors[w->n_tensors++] = t;
    return 0;
}

int st_writer_meta(struct st_writer *w, const char *key, const char *value, struct err *err)
{
    struct st_meta_entry entry = {NULL, mem_strdup(value)};
    if (!entry.value)
        return err_memory(err);
    for (size_t i = 0; i < w->n_meta; i++)
        if (strcmp(w->meta[i].key, key) == 0) {
            mem_free(w->meta[i].value);
            w->meta[i].value = entry.value;
            return 0;
        }
    entry.key = mem_strdup(key);
    if (!entry.key || mem_grow(&w->meta, &w->meta_room, w->n_meta + 1, sizeof *w->meta) < 0) {
        mem_free(entry.key);
        mem_free(entry.value);
        return err_memory(err);
    }
    w->meta[w->n_meta++] = entry;
    return 0;
}

static int tensor_order(const void *left, const void *right)
{
    const struct st_tensor *a = left, *b = right;
    if (a->dtype != b->dtype)
        return a->dtype > b->dtype ? -1 : 1;
    return strcmp(a->name, b->name);
}

static void st_writer_sort(struct st_writer *w)
{
    if (w->n_tensors)
        qsort(w->tensors, w->n_tensors, sizeof *w->tensors, tensor_order);
}

/* ,"key": with the comma after anything but the opening brace. */
static int header_key(struct buf *header, const char *key, struct err *err)
{
    if (header->data[header->len - 1] != '{' && buf_char(header, ',') < 0)
        return err_memory(err);
    if (json_write_string(header, key, strlen(key), err) < 0)
        return -1;
    return buf_char(header, ':') < 0 ? err_memory(err) : 0;
}

static int header_meta(struct buf *header, const struct st_writer *w, struct err *err)
{
    if (!w->n_meta)
        return 0;
    if (header_key(header, "__metadata__", err) < 0)
        return -1;
    if (buf_char(header, '{') < 0)
        return err_memory(err);
    for (size_t i = 0; i < w->n_meta; i++) {
        const char *value = w->meta[i].value;
        if (header_key(header, w->meta[i].key, err) < 0 ||
            json_write_string(header, value, strlen(value), err) < 0)
            return -1;
    }
    return buf_char(header, '}') < 0 ? err_memory(err) : 0;
}

static int header_tensor(
    struct buf *header, const struct st_tensor *t, size_t begin, size_t end, struct err *err)
{
    if (header_key(header, t->name, err) < 0)
        return -1;
    if (buf_printf(header, "{\"dtype\":\"%s\",\"shape\":[", dtype_name(t->dtype)) < 0)
        return err_memory(err);
    for (int i = 0; i < t->n_dims; i++)
        if (buf_printf(header, "%s%" PRId64, i ? "," : "", t->shape[i]) < 0)
            return err_memory(err);
    if (buf_printf(header, "],\"data_offsets\":[%zu,%zu]}", begin, end) < 0)
        return err_memory(err);
    return 0;
}

static int st_writer_header(const struct st_writer *w, struct buf *header, struct err *err)
{
    size_t begin = 0, end;
    if (buf_char(header, '{') < 0)
        return err_memory(err);
    if (header_meta(header, w, err) < 0)
        return -1;
    for (size_t i = 0; i < w->n_tensors; i++, begin = end) {
        if (!size_add(begin, w->tensors[i].bytes, &end))
            return err_set(err, "the tensors' sizes add up to more than there can be");
        if (header_tensor(header, &w->tensors[i], begin, end, err) < 0)
            return -1;
    }
    if (buf_char(header, '}') < 0)
        return err_memory(err);
    while (header->len % 8)
        if (buf_char(header, ' ') < 0)
            return err_memory(err);
    if (header->len > ST_HEADER_MAX)
        return err_set(err, "a header of %zu bytes is over the format's limit", header->len);
    return 0;
}

int st_write(struct st_writer *w, struct output *out, struct err *err)
{
    struct buf header = BUF_INIT;
    unsigned char length[8];
    int ret = -1;

    st_writer_sort(w);
    if (st_writer_header(w, &header, err) < 0)
        goto out;
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)header.len >> (8 * i));
    if (output_put(out, length, sizeof length, err) < 0 ||
        output_put(out, header.data, header.len, err) < 0)
        goto out;
    for (size_t i = 0; i < w->n_tensors; i++)
        if (output_put(out, w->tensors[i].data, w->tensors[i].bytes, err) < 0)
            goto out;
    ret = 0;
out:
    buf_release(&header);
    return ret;
}

int st_writer_crc(struct st_writer *w, uint32_t *crc, struct err *err)
{
    uLong sum = crc32_z(0, NULL, 0);
    size_t total = 0;

    st_writer_sort(w);
    for (size_t i = 0; i < w->n_tensors; i++) {
        const struct st_tensor *t = &w->tensors[i];
        if (!size_add(total, t->bytes, &total))
            return err_set(err, "the tensors' sizes add up to more than there can be");
        if (t->bytes) /* for no bytes at NULL zlib starts over */
            sum = crc32_z(sum, t->data, t->bytes);
    }
    *crc = (uint32_t)sum;
    return 0;
}
