/* gzip.c -- see gzip.h.  The format is RFC 1952; zlib inflates and checks each member's CRC. */
#include "common/io/stream/gzip.h"

#include <string.h>
#include <zlib.h>

#include "common/base/mem.h"

enum { ZLIB_GZIP_ONLY = 16 }; /* added to the window bits: no zlib header, no detection */

enum gzip_state { IN_MEMBER, BETWEEN_MEMBERS, IN_PADDING, AT_END };

struct gzip {
    const char *name;
    gzip_source *source;
    void *ctx;
    z_stream z; /* next_in, avail_in: compressed bytes not yet used */
    bool z_open;
    enum gzip_state state;
    unsigned char in[GZIP_BUFFER];
};

bool gzip_recognise(const unsigned char *bytes, size_t n)
{
    return n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static void *gzip_zalloc(void *opaque, uInt n, uInt size)
{
    (void)opaque;
    return mem_alloc(n, size);
}

static void gzip_zfree(void *opaque, void *p)
{
    (void)opaque;
    mem_free(p);
}

struct gzip *gzip_new(const char *name, gzip_source *source, void *ctx, const void *head,
    size_t head_len, struct err *err)
{
    struct gzip *gz = mem_alloc(1, sizeof *gz);
    if (!gz) {
        err_memory(err);
        return NULL;
    }
    gz->name = name;
    gz->source = source;
    gz->ctx = ctx;
    gz->state = IN_MEMBER;
    gz->z = (z_stream){.zalloc = gzip_zalloc, .zfree = gzip_zfree};
    memcpy(gz->in, head, head_len);
    gz->z.next_in = gz->in;
    gz->z.avail_in = (uInt)head_len;
    gz->z_open = inflateInit2(&gz->z, MAX_WBITS + ZLIB_GZIP_ONLY) == Z_OK;
    if (!gz->z_open) {
        err_memory(err);
        gzip_free(gz);
        return NULL;
    }
    return gz;
}

void gzip_free(struct gzip *gz)
{
    if (!gz)
        return;
    if (gz->z_open)
        inflateEnd(&gz->z);
    mem_free(gz);
}

/* Makes at least `need` (1 or 2) compressed bytes available, or as many as there are: how many. */
static ssize_t gzip_fill(struct gzip *gz, uInt need, struct err *err)
{
    while (gz->z.avail_in < need) {
        memmove(gz->in, gz->z.next_in, gz->z.avail_in);
        gz->z.next_in = gz->in;
        ssize_t got =
            gz->source(gz->ctx, gz->in + gz->z.avail_in, sizeof gz->in - gz->z.avail_in, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        gz->z.avail_in += (uInt)got;
    }
    return (ssize_t)gz->z.avail_in;
}

static int gzip_truncated(const struct gzip *gz, struct err *err)
{
    return err_set(err, "%s: truncated gzip data", gz->name);
}

/* What follows a member: another one, zero padding, or the end. */
static int gzip_after_member(struct gzip *gz, struct err *err)
{
    ssize_t there = gzip_fill(gz, 2, err);
    if (there < 0)
        return -1;
    if (there == 0) {
        gz->state = AT_END;
    } else if (gz->z.next_in[0] == 0) {
        gz->state = IN_PADDING;
    } else if (gzip_recognise(gz->z.next_in, (size_t)there)) {
        if (inflateReset(&gz->z) != Z_OK)
            return err_set(err, "%s: cannot start the next gzip member", gz->name);
        gz->state = IN_MEMBER;
    } else if (there == 1 && gz->z.next_in[0] == 0x1f) {
        return gzip_truncated(gz, err);
    } else {
        return err_set(err, "%s: trailing garbage after gzip data", gz->name);
    }
    return 0;
}

static int gzip_skip_padding(struct gzip *gz, struct err *err)
{
    for (;;) {
        ssize_t there = gzip_fill(gz, 1, err);
        if (there < 0)
            return -1;
        if (there == 0)
            break;
        for (; gz->z.avail_in; gz->z.next_in++, gz->z.avail_in--)
            if (*gz->z.next_in != 0)
                return err_set(err, "%s: trailing garbage after gzip data", gz->name);
    }
    gz->state = AT_END;
    return 0;
}

/* Inflates into to[0..n): how many bytes came (0: the member ended, or more input is needed). */
static ssize_t gzip_inflate(struct gzip *gz, void *to, size_t n, struct err *err)
{
    ssize_t there = gzip_fill(gz, 1, err);
    if (there < 0)
        return -1;
    uInt room = n < (1u << 30) ? (uInt)n : 1u << 30;
    gz->z.next_out = to;
    gz->z.avail_out = room;
    int result = inflate(&gz->z, Z_NO_FLUSH); /* with no input it gives what it still holds */
    if (result == Z_BUF_ERROR && there == 0)
        return gzip_truncated(gz, err);
    if (result == Z_STREAM_END)
        gz->state = BETWEEN_MEMBERS;
    else if (result == Z_MEM_ERROR)
        return err_memory(err);
    else if (result != Z_OK && result != Z_BUF_ERROR)
        return err_set(err, "%s: corrupt gzip data (%s)", gz->name,
            gz->z.msg ? gz->z.msg : "a preset dictionary is needed");
    return (ssize_t)(room - gz->z.avail_out);
}

ssize_t gzip_read(struct gzip *gz, void *to, size_t n, struct err *err)
{
    while (n > 0 && gz->state != AT_END) {
        ssize_t got = 0;
        if (gz->state == IN_MEMBER)
            got = gzip_inflate(gz, to, n, err);
        else if (gz->state == BETWEEN_MEMBERS)
            got = gzip_after_member(gz, err);
        else
            got = gzip_skip_padding(gz, err);
        if (got != 0)
            return got;
    }
    return 0;
}
