/*
 * npy_header.c -- the header of .npy: magic, version, length, a Python dict literal.  See npy.h.
 *
 * The literal is parsed by hand, as numpy's format module reads it and not as numpy happens to
 * write it: keys in any order, either quote, any blanks, a comma at the end or none, and the L that
 * Python 2 put behind long integers.
 */
#include "common/io/format/npy.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"

enum { NPY_PREFIX = 10, NPY_ALIGN = 64, NPY_HEADER_MAX = 10000, NPY_TYPE_MAX = 16 };

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

/* What numpy calls the types that are read: kind and bytes. */
static const struct {
    const char *name;
    enum dtype dtype;
} types[] = {
    {"b1", DTYPE_BOOL},
    {"i1", DTYPE_I8},
    {"i2", DTYPE_I16},
    {"i4", DTYPE_I32},
    {"i8", DTYPE_I64},
    {"u1", DTYPE_U8},
    {"u2", DTYPE_U16},
    {"u4", DTYPE_U32},
    {"u8", DTYPE_U64},
    {"f2", DTYPE_F16},
    {"f4", DTYPE_F32},
    {"f8", DTYPE_F64},
};
enum { N_TYPES = sizeof types / sizeof *types };

bool npy_recognise(const unsigned char *bytes, size_t n)
{
    return n >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

size_t npy_bytes(const struct npy_header *h)
{
    return (size_t)h->n_elements * dtype_size(h->dtype);
}

int npy_count(struct npy_header *h)
{
    size_t bytes = dtype_size(h->dtype);
    bool empty = false;

    h->n_elements = 1;
    for (int i = 0; i < h->n_dims; i++)
        empty = empty || h->shape[i] == 0;
    if (empty) {
        h->n_elements = 0;
        return 0;
    }
    for (int i = 0; i < h->n_dims; i++)
        if (!size_mul(bytes, (size_t)h->shape[i], &bytes) || bytes > INT64_MAX)
            return -1;
    h->n_elements = (int64_t)(bytes / dtype_size(h->dtype));
    return 0;
}

/* ---- the literal ---- */

struct cursor {
    const char *p, *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && *c->p && strchr(" \t\r\n\f\v", *c->p))
        c->p++;
}

static bool take(struct cursor *c, char wanted)
{
    skip_blanks(c);
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

static bool take_word(struct cursor *c, const char *word)
{
    size_t len = strlen(word);
    skip_blanks(c);
    if ((size_t)(c->end - c->p) < len || memcmp(c->p, word, len) != 0)
        return false;
    c->p += len;
    return true;
}

/* A string without escapes, into text[0..room). */
static bool take_string(struct cursor *c, char *text, size_t room)
{
    skip_blanks(c);
    if (c->p == c->end || (*c->p != '\'' && *c->p != '"'))
        return false;
    char quote = *c->p++;
    size_t n = 0;
    for (; c->p < c->end && *c->p != quote; c->p++) {
        if (*c->p == '\\' || *c->p == '\0' || n + 1 >= room)
            return false;
        text[n++] = *c->p;
    }
    text[n] = '\0';
    return take(c, quote);
}

static bool take_size(struct cursor *c, int64_t *value)
{
    const char *start;
    int64_t n = 0;

    skip_blanks(c);
    for (start = c->p; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *c->p - '0', &n))
            return false;
    if (c->p == start)
        return false;
    if (c->p < c->end && *c->p == 'L')
        c->p++;
    *value = n;
    return true;
}

static int take_descr(struct cursor *c, struct npy_header *h, struct err *err)
{
    char text[NPY_TYPE_MAX];
    const char *name = text;

    if (take(c, '['))
        return err_set(err, "arrays of records are not read");
    if (!take_string(c, text, sizeof text))
        return err_set(err, "header without a type");
    if (*name && strchr("<>=|", *name))
        name++;
    for (int i = 0; i < N_TYPES; i++)
        if (strcmp(types[i].name, name) == 0) {
            h->dtype = types[i].dtype;
            h->big_endian = text[0] == '>' && dtype_size(h->dtype) > 1;
            return 0;
        }
    if (*name == 'O')
        return err_set(err, "arrays of Python objects are not read");
    return err_set(err, "arrays of type '%s' are not read", text);
}

static int take_order(struct cursor *c, struct npy_header *h, struct err *err)
{
    h->fortran_order = take_word(c, "True");
    if (!h->fortran_order && !take_word(c, "False"))
        return err_set(err, "header whose fortran_order is neither True nor False");
    return 0;
}

static int take_shape(struct cursor *c, struct npy_header *h, struct err *err)
{
    bool comma = true; /* "(3)" is a number, not a tuple */

    if (!take(c, '('))
        return err_set(err, "header without a shape");
    for (h->n_dims = 0; !take(c, ')'); h->n_dims++) {
        if (h->n_dims == NPY_MAX_DIMS)
            return err_set(err, "more than %d dimensions", NPY_MAX_DIMS);
        if (!comma || !take_size(c, &h->shape[h->n_dims]))
            return err_set(err, "bad shape in the header");
        comma = take(c, ',');
    }
    if (h->n_dims == 1 && !comma)
        return err_set(err, "bad shape in the header");
    return 0;
}

/* The whole literal: the three keys, each once. */
static int npy_parse(struct cursor c, struct npy_header *h, struct err *err)
{
    static const struct {
        const char *key;
        int (*take)(struct cursor *c, struct npy_header *h, struct err *err);
    } keys[] = {{"descr", take_descr}, {"fortran_order", take_order}, {"shape", take_shape}};
    unsigned seen = 0;
    bool comma = true;
    char key[NPY_TYPE_MAX];

    if (!take(&c, '{'))
        return err_set(err, "header is not a dictionary");
    while (!take(&c, '}')) {
        if (!comma || !take_string(&c, key, sizeof key) || !take(&c, ':'))
            return err_set(err, "bad header");
        unsigned i = 0;
        while (i < 3 && strcmp(keys[i].key, key) != 0)
            i++;
        if (i == 3 || seen & 1u << i)
            return err_set(err, "header with a key '%s' it should not have", key);
        seen |= 1u << i;
        if (keys[i].take(&c, h, err) < 0)
            return -1;
        comma = take(&c, ',');
    }
    skip_blanks(&c);
    if (seen != 7 || c.p != c.end)
        return err_set(err, "bad header");
    return npy_count(h) < 0 ? err_set(err, "more elements than can be counted") : 0;
}

/* ---- reading ---- */

static int read_or_truncated(struct input *in, void *to, size_t n, struct err *err)
{
    int got = input_read_exactly(in, to, n, err);
    return got == 0 ? err_set(err, "%s: truncated", input_name(in)) : got;
}

int npy_read_header(struct input *in, struct npy_header *h, struct err *err)
{
    unsigned char start[8], len_bytes[4];
    char text[NPY_HEADER_MAX];

    int got = input_read_exactly(in, start, sizeof start, err);
    if (got <= 0)
        return got;
    if (!npy_recognise(start, sizeof start))
        return err_set(err, "%s: not .npy", input_name(in));
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        return err_set(
            err, "%s: .npy version %d.%d is not known", input_name(in), start[6], start[7]);
    if (read_or_truncated(in, len_bytes, start[6] == 1 ? 2 : 4, err) < 0)
        return -1;
    size_t len = len_bytes[0] | (size_t)len_bytes[1] << 8;
    if (start[6] > 1)
        len |= (size_t)len_bytes[2] << 16 | (size_t)len_bytes[3] << 24;
    if (len > sizeof text)
        return err_set(err, "%s: .npy header of %zu bytes: at most %d are read", input_name(in),
            len, NPY_HEADER_MAX);
    if (len && read_or_truncated(in, text, len, err) < 0)
        return -1;
    *h = (struct npy_header){.n_dims = 0};
    if (npy_parse((struct cursor){text, text + len}, h, err) < 0)
        return err_prefix(err, "%s: .npy", input_name(in));
    return 1;
}

/* ---- writing ---- */

int npy_write_header(
    struct output *out, enum dtype dtype, int n_dims, const int64_t *shape, struct err *err)
{
    struct buf text = BUF_INIT;
    unsigned char start[NPY_PREFIX] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    int type = 0, ret = -1;

    while (type < N_TYPES && types[type].dtype != dtype)
        type++;
    if (type == N_TYPES)
        return err_set(err, ".npy has no type %s", dtype_name(dtype));
    if (n_dims < 0 || n_dims > NPY_MAX_DIMS)
        return err_set(err, ".npy with %d dimensions", n_dims);
    if (buf_printf(&text, "{'descr': '%c%s', 'fortran_order': False, 'shape': (",
            dtype_size(dtype) > 1 ? '<' : '|', types[type].name) < 0)
        goto memory;
    for (int i = 0; i < n_dims; i++)
        if (buf_printf(&text, "%s%" PRId64 "%s", i ? ", " : "", shape[i], n_dims == 1 ? "," : "") <
            0)
            goto memory;
    if (buf_str(&text, "), }") < 0)
        goto memory;
    while ((sizeof start + text.len + 1) % NPY_ALIGN)
        if (buf_char(&text, ' ') < 0)
            goto memory;
    if (buf_char(&text, '\n') < 0)
        goto memory;
    start[8] = (unsigned char)(text.len & 0xff);
    start[9] = (unsigned char)(text.len >> 8);
    ret = output_put(out, start, sizeof start, err) < 0 ? -1
                                                        : output_put(out, text.data, text.len, err);
    goto out;
memory:
    err_memory(err);
out:
    buf_release(&text);
    return ret;
}
