/*
 * input.c -- see input.h.
 *
 * Bytes pass through four stages, each asked by the next: the source (a descriptor or memory), the
 * decoder (gzip, or nothing), the spool (what may be read again), the buffer (what may be peeked).
 */
#include "common/io/stream/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/interrupt.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/io/stream/gzip.h"

enum { INPUT_BUFFER = GZIP_BUFFER, INPUT_BLOCK = 1 << 20, PART_SIZE = 1 << 18, PARTS_MAX = 64 };

struct input {
    char *name;
    bool is_stdin;

    int fd; /* -1: memory */
    bool regular;
    off_t start; /* of a regular file: standard input may come positioned */
    const unsigned char *memory;
    size_t memory_len, memory_pos;

    bool decoding; /* the first bytes were seen; gzip is NULL if they are not gzip's */
    struct gzip *gzip;
    bool ended; /* the decoder has no more */

    bool keep;
    int spool_fd;
    off_t spool_len, spool_pos;

    unsigned char *buffer;
    size_t pos, len;
    uint64_t consumed; /* since the start or the last rewind */

    void *map;
    size_t map_len;
};

static struct input *input_new(const char *name, struct err *err)
{
    struct input *in = mem_zalloc(1, sizeof *in);
    if (in) {
        in->fd = in->spool_fd = -1;
        in->name = mem_strdup(name);
        in->buffer = mem_alloc(INPUT_BUFFER, 1);
    }
    if (!in || !in->name || !in->buffer) {
        err_memory(err);
        input_close(in);
        return NULL;
    }
    return in;
}

/* 0 to try a system call again after errno EINTR, -1 to give up. */
static int retry(struct err *err)
{
    return interrupt_signal() ? err_interrupted(err) : 0;
}

static int input_open_path(struct input *in, const char *path, struct err *err)
{
    do
        in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (in->fd < 0 && errno == EINTR && retry(err) == 0);
    if (in->fd >= 0)
        return 0;
    return errno == EINTR ? -1 : err_system(err, "%s", path);
}

struct input *input_open(const char *path, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct stat st;
    struct input *in = input_new(is_stdin ? "standard input" : path, err);

    if (!in)
        return NULL;
    in->is_stdin = is_stdin;
    if (is_stdin)
        in->fd = STDIN_FILENO;
    else if (input_open_path(in, path, err) < 0)
        goto fail;
    if (fstat(in->fd, &st) < 0) {
        err_system(err, "%s", in->name);
        goto fail;
    }
    if (S_ISDIR(st.st_mode)) {
        err_set(err, "%s: is a directory", in->name);
        goto fail;
    }
    in->regular = S_ISREG(st.st_mode);
    if (in->regular)
        in->start = lseek(in->fd, 0, SEEK_CUR);
    if (in->start < 0)
        in->regular = false;
    return in;
fail:
    input_close(in);
    return NULL;
}

struct input *input_from_memory(const char *name, const void *bytes, size_t n, struct err *err)
{
    struct input *in = input_new(name, err);
    if (!in)
        return NULL;
    in->memory = bytes;
    in->memory_len = n;
    in->decoding = true;
    return in;
}

void input_close(struct input *in)
{
    if (!in)
        return;
    if (in->map)
        munmap(in->map, in->map_len);
    gzip_free(in->gzip);
    if (in->spool_fd >= 0)
        close(in->spool_fd);
    if (in->fd >= 0 && !in->is_stdin)
        close(in->fd);
    mem_free(in->buffer);
    mem_free(in->name);
    mem_free(in);
}

const char *input_name(const struct input *in)
{
    return in->name;
}

bool input_is_stdin(const struct input *in)
{
    return in->is_stdin;
}

/* ---- the source ---- */

/* Waits until a non-blocking descriptor has something; 0 also when a harmless signal came. */
static int source_wait(const struct input *in, struct err *err)
{
    struct pollfd wait = {.fd = in->fd, .events = POLLIN};
    if (poll(&wait, 1, -1) >= 0)
        return 0;
    return errno == EINTR ? retry(err) : err_system(err, "%s", in->name);
}

/* A run of bytes that the pool reads in parts. */
struct parts {
    int fd;
    off_t from;
    char *to;
    size_t n;
    ssize_t got[PARTS_MAX];
};

static void part_read(void *ctx, int64_t part, int worker)
{
    struct parts *p = ctx;
    size_t at = (size_t)part * PART_SIZE, n = p->n - at < PART_SIZE ? p->n - at : PART_SIZE;
    (void)worker;
    p->got[part] = pread(p->fd, p->to + at, n, p->from + (off_t)at);
}

/* Copying from the page cache takes a while.  Gives what came without a gap; whatever is wrong, an
 * end or an error, is left to read(): 0. */
static size_t source_read_parts(const struct input *in, void *to, size_t n)
{
    struct parts p = {.fd = in->fd, .from = lseek(in->fd, 0, SEEK_CUR), .to = to};
    size_t have = 0;

    p.n = n < (size_t)PART_SIZE * PARTS_MAX ? n : (size_t)PART_SIZE * PARTS_MAX;
    size_t n_parts = (p.n + PART_SIZE - 1) / PART_SIZE;
    if (!in->regular || n_parts < 2 || pool_size() < 2 || p.from < 0)
        return 0;
    pool_run((int64_t)n_parts, part_read, &p);
    for (size_t i = 0; i < n_parts && p.got[i] > 0; i++) {
        have += (size_t)p.got[i];
        if (p.got[i] < PART_SIZE)
            break;
    }
    return lseek(in->fd, p.from + (off_t)have, SEEK_SET) < 0 ? 0 : have;
}

static ssize_t source_read(void *ctx, void *to, size_t n, struct err *err)
{
    struct input *in = ctx;
    if (in->fd < 0) {
        size_t left = in->memory_len - in->memory_pos;
        n = n < left ? n : left;
        if (n)
            memcpy(to, in->memory + in->memory_pos, n);
        in->memory_pos += n;
        return (ssize_t)n;
    }
    for (;;) {
        if (interrupt_signal())
            return err_interrupted(err);
        size_t parts = source_read_parts(in, to, n);
        if (parts)
            return (ssize_t)parts;
        ssize_t got = read(in->fd, to, n < (1u << 30) ? n : 1u << 30);
        if (got >= 0)
            return got;
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (source_wait(in, err) < 0)
                return -1;
        } else if (errno == EISDIR) {
            return err_set(err, "%s: is a directory", in->name);
        } else if (errno != EINTR) {
            return err_system(err, "%s", in->name);
        }
    }
}

/* ---- the decoder ---- */

/* Reads the first bytes into to and finds out whether they are gzip's. */
static ssize_t decoder_start(struct input *in, unsigned char *to, size_t n, struct err *err)
{
    size_t have = 0;
    n = n < GZIP_BUFFER ? n : GZIP_BUFFER;
    while (have < 2) {
        ssize_t got = source_read(in, to + have, n - have, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    if (gzip_recognise(to, have)) {
        in->gzip = gzip_new(in->name, source_read, in, to, have, err);
        if (!in->gzip)
            return -1;
    }
    in->decoding = true;
    return (ssize_t)have;
}

/* n is at least 2. */
static ssize_t decoder_read(struct input *in, void *to, size_t n, struct err *err)
{
    ssize_t got;
    if (in->ended)
        return 0;
    if (!in->decoding) {
        got = decoder_start(in, to, n, err);
        if (got <= 0 || !in->gzip) {
            in->ended = got == 0;
            return got;
        }
    }
    got = in->gzip ? gzip_read(in->gzip, to, n, err) : source_read(in, to, n, err);
    in->ended = got == 0;
    return got;
}

/* ---- the spool ---- */

static const char *spool_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

static int spool_failed(const struct input *in, struct err *err)
{
    return err_system(err, "%s: cannot keep a copy in %s", in->name, spool_folder());
}

static int spool_open(struct input *in, struct err *err)
{
    struct buf path = BUF_INIT;
    int ret = -1;
    if (buf_printf(&path, "%s/learnutils-XXXXXX", spool_folder()) < 0) {
        err_memory(err);
        goto out;
    }
    in->spool_fd = mkstemp(path.data);
    if (in->spool_fd < 0) {
        spool_failed(in, err);
        goto out;
    }
    unlink(path.data);
    fcntl(in->spool_fd, F_SETFD, FD_CLOEXEC);
    ret = 0;
out:
    buf_release(&path);
    return ret;
}

static int spool_append(struct input *in, const unsigned char *bytes, size_t n, struct err *err)
{
    while (n > 0) {
        ssize_t put = pwrite(in->spool_fd, bytes, n, in->spool_len);
        if (put < 0 && errno == EINTR && retry(err) == 0)
            continue;
        if (put < 0)
            return errno == EINTR ? -1 : spool_failed(in, err);
        bytes += put;
        n -= (size_t)put;
        in->spool_len += put;
    }
    return 0;
}

static ssize_t spool_read(struct input *in, void *to, size_t n, struct err *err)
{
    off_t left = in->spool_len - in->spool_pos;
    ssize_t got;
    if ((uintmax_t)left < n)
        n = (size_t)left;
    do
        got = pread(in->spool_fd, to, n, in->spool_pos);
    while (got < 0 && errno == EINTR && retry(err) == 0);
    if (got < 0)
        return errno == EINTR ? -1 : spool_failed(in, err);
    if (got == 0)
        return err_set(err, "%s: its copy in %s was cut short", in->name, spool_folder());
    in->spool_pos += got;
    return got;
}

/* Bytes that are not buffered yet, from the spool and then the decoder. n is at least 2. */
static ssize_t input_fetch(struct input *in, void *to, size_t n, struct err *err)
{
    if (in->spool_pos < in->spool_len)
        return spool_read(in, to, n, err);
    ssize_t got = decoder_read(in, to, n, err);
    if (got > 0 && in->spool_fd >= 0) {
        if (spool_append(in, to, (size_t)got, err) < 0)
            return -1;
        in->spool_pos = in->spool_len;
    }
    return got;
}

int input_keep(struct input *in, struct err *err)
{
    if (in->keep)
        return 0;
    if (in->consumed)
        return err_set(err, "%s: cannot be kept once it was read from", in->name);
    if (in->fd >= 0 && !in->regular) {
        if (spool_open(in, err) < 0 ||
            spool_append(in, in->buffer + in->pos, in->len - in->pos, err) < 0)
            return -1;
        in->spool_pos = in->spool_len;
    }
    in->keep = true;
    return 0;
}

int input_rewind(struct input *in, struct err *err)
{
    if (!in->keep)
        return err_set(err, "%s: cannot be read a second time", in->name);
    in->pos = in->len = 0;
    in->consumed = 0;
    in->spool_pos = 0;
    in->memory_pos = 0;
    if (in->spool_fd >= 0)
        return 0;
    in->ended = false;
    if (in->fd >= 0) {
        if (lseek(in->fd, in->start, SEEK_SET) < 0)
            return err_system(err, "%s", in->name);
        gzip_free(in->gzip);
        in->gzip = NULL;
        in->decoding = false;
    }
    return 0;
}

/* ---- the buffer ---- */

ssize_t input_read(struct input *in, void *to, size_t n, struct err *err)
{
    if (in->pos == in->len && n < INPUT_BUFFER) {
        in->pos = in->len = 0;
        ssize_t got = n ? input_fetch(in, in->buffer, INPUT_BUFFER, err) : 0;
        if (got <= 0)
            return got;
        in->len = (size_t)got;
    }
    if (in->pos < in->len) {
        size_t there = in->len - in->pos;
        n = n < there ? n : there;
        if (n)
            memcpy(to, in->buffer + in->pos, n);
        in->pos += n;
    } else {
        ssize_t got = input_fetch(in, to, n, err);
        if (got < 0)
            return -1;
        n = (size_t)got;
    }
    in->consumed += n;
    return (ssize_t)n;
}

ssize_t input_peek(struct input *in, const unsigned char **bytes, size_t n, struct err *err)
{
    while (in->len - in->pos < n) {
        memmove(in->buffer, in->buffer + in->pos, in->len - in->pos);
        in->len -= in->pos;
        in->pos = 0;
        ssize_t got = input_fetch(in, in->buffer + in->len, INPUT_BUFFER - in->len, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        in->len += (size_t)got;
    }
    size_t there = in->len - in->pos;
    *bytes = in->buffer + in->pos;
    return (ssize_t)(there < n ? there : n);
}

size_t input_left(const struct input *in)
{
    size_t here = in->len - in->pos;
    struct stat st;

    if (in->fd < 0)
        return here + (in->memory_len - in->memory_pos);
    if (!in->regular || in->gzip || fstat(in->fd, &st) < 0)
        return SIZE_MAX;
    off_t at = lseek(in->fd, 0, SEEK_CUR);
    return at < 0 ? SIZE_MAX : here + (size_t)(st.st_size > at ? st.st_size - at : 0);
}

bool input_ready(const struct input *in)
{
    struct pollfd now = {.fd = in->fd, .events = POLLIN};
    return in->fd < 0 || in->regular || in->ended || in->pos < in->len ||
           in->spool_pos < in->spool_len || poll(&now, 1, 0) != 0;
}

int input_read_exactly(struct input *in, void *to, size_t n, struct err *err)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = input_read(in, (unsigned char *)to + have, n - have, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return have ? err_set(err, "%s: truncated", in->name) : 0;
        have += (size_t)got;
    }
    return 1;
}

int input_read_block(struct input *in, uint64_t n, void **bytes, struct err *err)
{
    unsigned char *block = NULL;
    size_t room = 0, have = 0;

    *bytes = NULL;
    if (n > SIZE_MAX / 2)
        return err_set(err, "%s: truncated", in->name);
    do {
        size_t want = room < INPUT_BLOCK ? INPUT_BLOCK : 2 * room;
        want = want < n ? want : (size_t)n;
        unsigned char *grown = mem_resize(block, want, 1);
        if (!grown) {
            err_memory(err);
            goto fail;
        }
        block = grown;
        room = want;
        int got = input_read_exactly(in, block + have, room - have, err);
        if (got == 0)
            err_set(err, "%s: truncated", in->name);
        if (got <= 0)
            goto fail;
        have = room;
    } while (have < n);
    *bytes = block;
    return 0;
fail:
    mem_free(block);
    return -1;
}

int input_slurp(struct input *in, size_t limit, void **bytes, size_t *n, struct err *err)
{
    unsigned char *block = NULL;
    size_t room = 0, have = 0;

    *bytes = NULL;
    *n = 0;
    for (;;) {
        if (mem_grow(&block, &room, have + 4096, 1) < 0) {
            err_memory(err);
            goto fail;
        }
        ssize_t got = input_read(in, block + have, room - have, err);
        if (got < 0)
            goto fail;
        if (got == 0)
            break;
        have += (size_t)got;
        if (have > limit) {
            err_set(err, "%s: larger than %zu bytes", in->name, limit);
            goto fail;
        }
    }
    *bytes = block;
    *n = have;
    return 0;
fail:
    mem_free(block);
    return -1;
}

int input_map(struct input *in, const void **bytes, size_t *n, struct err *err)
{
    const unsigned char *first;
    struct stat st;

    *bytes = NULL;
    *n = 0;
    if (in->consumed)
        return 0;
    if (in->fd < 0) {
        *bytes = in->memory;
        *n = in->memory_len;
        return 0;
    }
    if (!in->regular)
        return 0;
    if (input_peek(in, &first, 2, err) < 0)
        return -1;
    if (in->gzip || fstat(in->fd, &st) < 0 || st.st_size <= in->start ||
        (uintmax_t)st.st_size > SIZE_MAX / 2)
        return 0;
    if (!in->map) {
        void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, in->fd, 0);
        if (map == MAP_FAILED)
            return 0;
        in->map = map;
        in->map_len = (size_t)st.st_size;
    }
    *bytes = (const unsigned char *)in->map + in->start;
    *n = in->map_len - (size_t)in->start;
    return 0;
}
