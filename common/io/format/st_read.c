/*
 * st_read.c -- safetensors, read and checked; see safetensors.h.
 */
#include "common/io/format/safetensors.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/base/mem.h"
#include "common/io/format/json.h"

struct st_entry {
    struct st_tensor tensor;
    uint64_t begin, end; /* in the data */
    void *copy;          /* of data that lies at an address its type cannot have */
};

struct st_file {
    const char *input; /* its name */
    json_t *header;    /* owns the names */
    const json_t *meta;
    struct st_entry *entries; /* in file order */
    const struct st_entry **by_name;
    size_t n;
    const unsigned char *data;
    size_t data_len;
    void *block; /* the data, when it was not mapped */
};

static int st_open(struct st_file *st, struct input *in, struct err *err);
static int st_parse(struct st_file *st, const char *text, size_t len, struct err *err);
static int st_place(struct st_file *st, struct err *err);

struct st_file *st_read(struct input *in, struct err *err)
{
    struct st_file *st = mem_zalloc(1, sizeof *st);
    if (!st) {
        err_memory(err);
        return NULL;
    }
    st->input = input_name(in);
    if (st_open(st, in, err) == 0 && st_place(st, err) == 0)
        return st;
    st_free(st);
    return NULL;
}

void st_free(struct st_file *st)
{
    if (!st)
        return;
    for (size_t i = 0; i < st->n; i++)
        mem_free(st->entries[i].copy);
    mem_free(st->entries);
    mem_free(st->by_name);
    mem_free(st->block);
    json_decref(st->header);
    mem_free(st);
}

/* ---- bytes ---- */

static int st_header_len(
    const struct st_file *st, const unsigned char *bytes, size_t *len, struct err *err)
{
    uint64_t n = 0;
    for (int i = 7; i >= 0; i--)
        n = n << 8 | bytes[i];
    if (n > ST_HEADER_MAX)
        return err_set(err, "%s: not safetensors: a header of %" PRIu64 " bytes", st->input, n);
    *len = (size_t)n;
    return 0;
}

static int st_truncated(const struct st_file *st, const char *part, struct err *err)
{
    return err_set(err, "%s: truncated: it ends within its %s", st->input, part);
}

/* A read from a stream failed: if for want of bytes, says where they ended. */
static int st_cut(const struct st_file *st, struct input *in, const char *part, struct err *err)
{
    struct err ignored = ERR_INIT;
    const unsigned char *more;
    bool ended = err->kind == ERR_FAILED && input_peek(in, &more, 1, &ignored) == 0;
    return ended ? st_truncated(st, part, err) : -1;
}

/* Where the last tensor ends. */
static uint64_t st_end(const struct st_file *st)
{
    return st->n ? st->entries[st->n - 1].end : 0;
}

static int st_trailing(const struct st_file *st, struct err *err)
{
    return err_set(err, "%s: bytes after the last tensor", st->input);
}

static int st_open_map(struct st_file *st, const unsigned char *bytes, size_t n, struct err *err)
{
    size_t len = 0;
    if (n < 8)
        return st_truncated(st, "header", err);
    if (st_header_len(st, bytes, &len, err) < 0)
        return -1;
    if (len > n - 8)
        return st_truncated(st, "header", err);
    if (st_parse(st, (const char *)bytes + 8, len, err) < 0)
        return -1;
    st->data = bytes + 8 + len;
    st->data_len = n - 8 - len;
    if (st->data_len < st_end(st))
        return st_truncated(st, "arrays", err);
    return st->data_len > st_end(st) ? st_trailing(st, err) : 0;
}

static int st_open_stream(struct st_file *st, struct input *in, struct err *err)
{
    unsigned char length[8];
    const unsigned char *more;
    void *header = NULL;
    size_t len = 0;

    int got = input_read_exactly(in, length, sizeof length, err);
    if (got == 0)
        return st_truncated(st, "header", err);
    if (got < 0)
        return st_cut(st, in, "header", err);
    if (st_header_len(st, length, &len, err) < 0)
        return -1;
    if (input_read_block(in, len, &header, err) < 0)
        return st_cut(st, in, "header", err);
    int ret = st_parse(st, header, len, err);
    mem_free(header);
    if (ret < 0)
        return -1;
    if (input_read_block(in, st_end(st), &st->block, err) < 0)
        return st_cut(st, in, "arrays", err);
    st->data = st->block;
    st->data_len = (size_t)st_end(st);
    ssize_t trailing = input_peek(in, &more, 1, err);
    if (trailing < 0)
        return -1;
    return trailing ? st_trailing(st, err) : 0;
}

static int st_open(struct st_file *st, struct input *in, struct err *err)
{
    const void *bytes;
    size_t n;
    if (input_map(in, &bytes, &n, err) < 0)
        return -1;
    return bytes ? st_open_map(st, bytes, n, err) : st_open_stream(st, in, err);
}

/* ---- header ---- */

static int dtype_find(const char *name)
{
    for (int i = 0; i < DTYPE_COUNT; i++)
        if (strcmp(dtype_name((enum dtype)i), name) == 0)
            return i;
    return -1;
}

/* An element of an array as a number from 0 on. */
static int size_get(const json_t *array, size_t i, int64_t *value)
{
    const json_t *member = json_array_get(array, i);
    *value = json_integer_value(member);
    return json_is_integer(member) && *value >= 0 ? 0 : -1;
}

static int entry_shape(struct st_entry *e, const json_t *shape, struct err *err)
{
    struct st_tensor *t = &e->tensor;
    size_t n_dims = json_array_size(shape);

    if (n_dims > ST_MAX_DIMS)
        return err_set(err, "%zu dimensions: at most %d are read", n_dims, ST_MAX_DIMS);
    t->n_dims = (int)n_dims;
    t->bytes = dtype_size(t->dtype);
    for (size_t i = 0; i < n_dims; i++) {
        if (size_get(shape, i, &t->shape[i]) < 0)
            return err_set(err, "'shape' holds something other than sizes");
        if (!size_mul(t->bytes, (size_t)t->shape[i], &t->bytes))
            return err_set(err, "'shape' is too large");
    }
    return 0;
}

static int entry_offsets(struct st_entry *e, const json_t *offsets, struct err *err)
{
    int64_t begin, end;
    if (json_array_size(offsets) != 2 || size_get(offsets, 0, &begin) < 0 ||
        size_get(offsets, 1, &end) < 0 || end < begin)
        return err_set(err, "'data_offsets' is not a begin and an end");
    e->begin = (uint64_t)begin;
    e->end = (uint64_t)end;
    if (e->end - e->begin != e->tensor.bytes)
        return err_set(err, "'data_offsets' leaves %" PRIu64 " bytes for %zu", e->end - e->begin,
            e->tensor.bytes);
    return 0;
}

static int entry_parse(struct st_entry *e, const json_t *object, struct err *err)
{
    const char *type;
    const json_t *shape, *offsets;

    if (!json_is_object(object))
        return err_set(err, "is not described by an object");
    if (json_get_string(object, "dtype", &type, err) < 0 ||
        json_get_array(object, "shape", &shape, err) < 0 ||
        json_get_array(object, "data_offsets", &offsets, err) < 0)
        return -1;
    int dtype = dtype_find(type);
    if (dtype < 0)
        return err_set(err, "unknown type '%.*s'", err_quote_len(strlen(type)), type);
    e->tensor.dtype = (enum dtype)dtype;
    return entry_shape(e, shape, err) < 0 ? -1 : entry_offsets(e, offsets, err);
}

static int entry_order(const void *left, const void *right)
{
    const struct st_entry *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return strcmp(a->tensor.name, b->tensor.name);
}

static int entry_name_order(const void *left, const void *right)
{
    const struct st_entry *const *a = left, *const *b = right;
    return strcmp((*a)->tensor.name, (*b)->tensor.name);
}

/* No gap, no overlap: each tensor begins where the one before it ends, the first at 0. */
static int st_check_offsets(const struct st_file *st, struct err *err)
{
    uint64_t at = 0;
    for (size_t i = 0; i < st->n; at = st->entries[i++].end)
        if (st->entries[i].begin != at)
            return err_set(err, "%s: tensor '%.*s' does not begin where the one before it ends",
                st->input, ERR_QUOTE_MAX, st->entries[i].tensor.name);
    return 0;
}

static int st_parse_meta(struct st_file *st, json_t *meta, struct err *err)
{
    if (!json_is_object(meta))
        return err_set(err, "%s: __metadata__ is not an object", st->input);
    for (void *at = json_object_iter(meta); at; at = json_object_iter_next(meta, at))
        if (!json_is_string(json_object_iter_value(at)))
            return err_set(err, "%s: __metadata__ '%.*s' is not text", st->input, ERR_QUOTE_MAX,
                json_object_iter_key(at));
    st->meta = meta;
    return 0;
}

static int st_parse_entries(struct st_file *st, struct err *err)
{
    json_t *header = st->header;
    for (void *at = json_object_iter(header); at; at = json_object_iter_next(header, at)) {
        struct st_entry *e = &st->entries[st->n];
        const char *name = json_object_iter_key(at);
        if (strcmp(name, "__metadata__") == 0) {
            if (st_parse_meta(st, json_object_iter_value(at), err) < 0)
                return -1;
            continue;
        }
        *e = (struct st_entry){.tensor = {.name = name}};
        if (entry_parse(e, json_object_iter_value(at), err) < 0)
            return err_prefix(err, "%s: tensor '%.*s'", st->input, ERR_QUOTE_MAX, name);
        st->n++;
    }
    return 0;
}

static int st_parse(struct st_file *st, const char *text, size_t len, struct err *err)
{
    if (!len || text[0] != '{')
        return err_set(err, "%s: not safetensors: no header", st->input);
    st->header = json_parse(text, len, err);
    if (!st->header)
        return err_prefix(err, "%s: safetensors header", st->input);
    st->entries = mem_alloc(json_object_size(st->header), sizeof *st->entries);
    if (!st->entries)
        return err_memory(err);
    if (st_parse_entries(st, err) < 0)
        return -1;
    if (st->n)
        qsort(st->entries, st->n, sizeof *st->entries, entry_order);
    return st_check_offsets(st, err);
}

/* Gives each tensor the address of its data, and sorts an index of the names. */
static int st_place(struct st_file *st, struct err *err)
{
    st->by_name = mem_alloc(st->n, sizeof *st->by_name);
    if (!st->by_name)
        return err_memory(err);
    for (size_t i = 0; i < st->n; i++) {
        struct st_entry *e = &st->entries[i];
        const unsigned char *data = st->data + e->begin;
        if ((uintptr_t)data % dtype_size(e->tensor.dtype)) {
            e->copy = mem_copy(data, e->tensor.bytes, 1);
            if (!e->copy)
                return err_memory(err);
            data = e->copy;
        }
        e->tensor.data = data;
        st->by_name[i] = e;
    }
    if (st->n)
        qsort(st->by_name, st->n, sizeof *st->by_name, entry_name_order);
    return 0;
}

/* ---- looking ---- */

int st_count(const struct st_file *st)
{
    return (int)st->n;
}

const struct st_tensor *st_tensor(const struct st_file *st, int i)
{
    return &st->entries[i].tensor;
}

const struct st_tensor *st_find(const struct st_file *st, const char *name)
{
    const struct st_entry key = {.tensor = {.name = name}}, *wanted = &key;
    if (!st->n)
        return NULL;
    const struct st_entry *const *found =
        bsearch(&wanted, st->by_name, st->n, sizeof *st->by_name, entry_name_order);
    return found ? &(*found)->tensor : NULL;
}

const char *st_meta(const struct st_file *st, const char *key)
{
    return json_string_value(json_object_get(st->meta, key));
}

uint32_t st_crc(const struct st_file *st)
{
    uLong crc = crc32_z(0, NULL, 0);
    return (uint32_t)(st->data_len ? crc32_z(crc, st->data, st->data_len) : crc);
}

const struct st_tensor *st_require(const struct st_file *st, const char *name, enum dtype dtype,
    int n_dims, const int64_t *want, struct err *err)
{
    const struct st_tensor *t = st_find(st, name);
    if (!t) {
        err_set(err, "%s: tensor '%s' is missing", st->input, name);
        return NULL;
    }
    if (t->dtype != dtype) {
        err_set(err, "%s: tensor '%s' is %s, not %s", st->input, name, dtype_name(t->dtype),
            dtype_name(dtype));
        return NULL;
    }
    if (t->n_dims != n_dims) {
        err_set(
            err, "%s: tensor '%s' has %d dimensions, not %d", st->input, name, t->n_dims, n_dims);
        return NULL;
    }
    for (int i = 0; i < n_dims; i++)
        if (want[i] >= 0 && want[i] != t->shape[i]) {
            err_set(err, "%s: tensor '%s' has size %" PRId64 ", not %" PRId64 ", in dimension %d",
                st->input, name, t->shape[i], want[i], i + 1);
            return NULL;
        }
    return t;
}
