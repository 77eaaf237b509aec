/* output.c -- see output.h. */
#define _XOPEN_SOURCE 700 /* fchown, readlink */
#include "common/io/stream/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/interrupt.h"
#include "common/base/mem.h"

enum { OUTPUT_BUFFER = 64 * 1024, MAX_LINKS = 40, MAX_TEMPORARIES = 100 };

static char *target_find(const char *path, int *descriptor, struct err *err);
static int temporary_open(struct output *out, const struct stat *old, struct err *err);
static int stream_open(struct output *out, int descriptor, struct err *err);

/* ---- opening ---- */

static int output_open_path(struct output *out, const char *path, struct err *err)
{
    int descriptor = -1;
    struct stat old;

    out->path = mem_strdup(path);
    if (!out->path)
        return err_memory(err);
    out->name = out->path;
    out->target = target_find(path, &descriptor, err);
    if (!out->target)
        return -1;
    if (descriptor >= 0)
        return stream_open(out, descriptor, err);
    if (stat(out->target, &old) < 0) {
        if (errno != ENOENT)
            return err_system(err, "%s", out->name);
        return temporary_open(out, NULL, err);
    }
    if (S_ISDIR(old.st_mode))
        return err_set(err, "%s: is a directory", out->name);
    if (!S_ISREG(old.st_mode))
        return stream_open(out, -1, err);
    if (access(out->target, W_OK) < 0)
        return err_system(err, "%s", out->name);
    return temporary_open(out, &old, err);
}

int output_open(struct output *out, const char *path, enum output_kind kind, struct err *err)
{
    *out = (struct output)OUTPUT_INIT;
    out->buffer = mem_alloc(OUTPUT_BUFFER, 1);
    if (!out->buffer)
        return err_memory(err);
    if (!path || strcmp(path, "-") == 0) {
        out->name = "standard output";
        out->fd = STDOUT_FILENO;
    } else if (output_open_path(out, path, err) < 0) {
        goto fail;
    }
    if (kind == OUTPUT_BINARY && !out->temporary && isatty(out->fd)) {
        err_usage(err, "refusing to write binary data to a terminal: use -o FILE or a pipe");
        goto fail;
    }
    return 0;
fail:
    output_discard(out);
    return -1;
}

/* The descriptor that a path such as /dev/fd/3 names, or -1. */
static int path_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t skip = strlen(folders[i]);
        if (!str_starts(path, folders[i]))
            continue;
        size_t digits = strspn(path + skip, "0123456789");
        if (digits >= 1 && digits <= 6 && !path[skip + digits])
            return (int)strtol(path + skip, NULL, 10);
    }
    return -1;
}

/* How long the folder part of a path is, with its slash. */
static size_t path_folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/*
 * Follows links at the end of the path, so that the file they lead to is replaced and not they;
 * one that leads nowhere names the file to make.  A path that names a descriptor, on the way or at
 * the end, gives that: opening it again would start a regular file over.
 */
static char *target_find(const char *path, int *descriptor, struct err *err)
{
    char link[4096], *target = mem_strdup(path);

    *descriptor = -1;
    for (int i = 0; target && i < MAX_LINKS; i++) {
        *descriptor = path_descriptor(target);
        if (*descriptor >= 0)
            return target;
        ssize_t len = readlink(target, link, sizeof link - 1);
        if (len < 0)
            return target; /* not a link, or absent */
        struct buf next = BUF_INIT;
        if ((link[0] != '/' && buf_add(&next, target, path_folder_len(target)) < 0) ||
            buf_add(&next, link, (size_t)len) < 0) {
            buf_release(&next);
            mem_free(target);
            err_memory(err);
            return NULL;
        }
        mem_free(target);
        target = buf_steal(&next);
    }
    if (!target) {
        err_memory(err);
        return NULL;
    }
    mem_free(target);
    errno = ELOOP;
    err_system(err, "%s", path);
    return NULL;
}

/* Makes the file beside the target that will replace it; old is what stands there, or NULL. */
static int temporary_open(struct output *out, const struct stat *old, struct err *err)
{
    const char *target = out->target;
    size_t folder = path_folder_len(target);
    struct buf name = BUF_INIT;
    mode_t mode = old ? old->st_mode & 0777 : 0666;

    if (!target[folder]) { /* "results/" */
        errno = EISDIR;
        return err_system(err, "%s", out->name);
    }
    for (int i = 0; out->fd < 0; i++) {
        buf_clear(&name);
        if (buf_add(&name, target, folder) < 0 ||
            buf_printf(&name, ".%.200s.%ld.%d", target + folder, (long)getpid(), i) < 0) {
            buf_release(&name);
            return err_memory(err);
        }
        out->fd = open(name.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (out->fd < 0 && (errno != EEXIST || i >= MAX_TEMPORARIES)) {
            err_system(err, "%s", out->name);
            buf_release(&name);
            return -1;
        }
    }
    out->temporary = name.data;
    /* Another owner's file stays theirs if we may give it away; open() took the umask off. */
    if (old && (old->st_uid != geteuid() || old->st_gid != getegid()) &&
        fchown(out->fd, old->st_uid, old->st_gid) < 0)
        errno = 0;
    if (old && fchmod(out->fd, mode) < 0)
        return err_system(err, "%s", out->name);
    return 0;
}

static int stream_open(struct output *out, int descriptor, struct err *err)
{
    mem_free(out->target);
    out->target = NULL;
    do
        out->fd =
            descriptor >= 0 ? dup(descriptor) : open(out->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    while (out->fd < 0 && errno == EINTR && !interrupt_signal());
    if (out->fd >= 0)
        return 0;
    return errno == EINTR ? err_interrupted(err) : err_system(err, "%s", out->name);
}

/* ---- writing ---- */

/* Waits until a non-blocking descriptor takes more. */
static int output_wait(const struct output *out, struct err *err)
{
    struct pollfd wait = {.fd = out->fd, .events = POLLOUT};
    if (poll(&wait, 1, -1) >= 0)
        return 0;
    if (errno != EINTR)
        return err_system(err, "%s", out->name);
    return interrupt_signal() ? err_interrupted(err) : 0;
}

static int output_write(struct output *out, const char *bytes, size_t n, struct err *err)
{
    while (n > 0) {
        ssize_t put = write(out->fd, bytes, n < (1u << 30) ? n : 1u << 30);
        if (put >= 0) {
            bytes += put;
            n -= (size_t)put;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (output_wait(out, err) < 0)
                return -1;
        } else if (errno != EINTR) {
            return err_system(err, "%s", out->name);
        } else if (interrupt_signal()) {
            return err_interrupted(err);
        }
    }
    return 0;
}

int output_flush(struct output *out, struct err *err)
{
    size_t n = out->used;
    out->used = 0;
    return output_write(out, out->buffer, n, err);
}

int output_put(struct output *out, const void *bytes, size_t n, struct err *err)
{
    out->written += n;
    if (n > OUTPUT_BUFFER - out->used) {
        if (output_flush(out, err) < 0)
            return -1;
        if (n >= OUTPUT_BUFFER)
            return output_write(out, bytes, n, err);
    }
    if (n)
        memcpy(out->buffer + out->used, bytes, n);
    out->used += n;
    return 0;
}

int output_printf(struct output *out, struct err *err, const char *fmt, ...)
{
    size_t room = OUTPUT_BUFFER - out->used;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(out->buffer + out->used, room, fmt, ap);
    va_end(ap);
    if (n < 0)
        return err_set(err, "%s: cannot format text", out->name);
    if ((size_t)n < room) {
        out->used += (size_t)n;
        out->written += (size_t)n;
        return 0;
    }

    char *text = mem_alloc((size_t)n + 1, 1);
    if (!text)
        return err_memory(err);
    va_start(ap, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    va_end(ap);
    int ret = output_put(out, text, (size_t)n, err);
    mem_free(text);
    return ret;
}

/* ---- closing ---- */

/* Closes the descriptor; of standard output a copy, which reports as much and leaves it open. */
static int output_close_fd(struct output *out)
{
    int fd = out->path ? out->fd : dup(out->fd);
    out->fd = -1;
    return fd < 0 || (close(fd) < 0 && errno != EINTR) ? -1 : 0;
}

int output_close(struct output *out, struct err *err)
{
    int ret = -1;
    if (output_flush(out, err) < 0)
        goto out;
    if (output_close_fd(out) < 0 || (out->temporary && rename(out->temporary, out->target) < 0)) {
        err_system(err, "%s", out->name);
        goto out;
    }
    mem_free(out->temporary);
    out->temporary = NULL;
    ret = 0;
out:
    output_discard(out);
    return ret;
}

void output_discard(struct output *out)
{
    uint64_t written = out->written;
    if (out->path && out->fd >= 0)
        close(out->fd);
    if (out->temporary)
        unlink(out->temporary);
    mem_free(out->temporary);
    mem_free(out->target);
    mem_free(out->path);
    mem_free(out->buffer);
    *out = (struct output)OUTPUT_INIT;
    out->written = written;
}

/* ---- paths that are the same ---- */

/* Where a path leads: a file, or a name that is still free in a folder. */
struct place {
    bool known;
    struct stat file; /* or the folder */
    char *target;     /* owned */
    const char *free; /* the name in the folder; NULL: the file is there */
};

/* dash: the descriptor that "-" stands for; -1: it leads nowhere.  Only for want of memory an
 * error: what cannot be found out here fails when it is opened. */
static int place_find(struct place *p, const char *path, int dash, struct err *err)
{
    int descriptor;

    *p = (struct place){.known = false};
    if (strcmp(path, "-") == 0) {
        p->known = dash >= 0 && fstat(dash, &p->file) == 0;
        return 0;
    }
    p->target = target_find(path, &descriptor, err);
    if (!p->target)
        return err->kind == ERR_MEMORY ? -1 : 0;
    p->known = stat(descriptor >= 0 ? path : p->target, &p->file) == 0;
    size_t folder = path_folder_len(p->target);
    if (p->known || descriptor >= 0 || errno != ENOENT)
        return 0;
    p->free = p->target + folder;
    char *name = folder ? mem_strndup(p->target, folder) : mem_strdup(".");
    if (!name)
        return err_memory(err);
    p->known = stat(name, &p->file) == 0;
    mem_free(name);
    return 0;
}

/* Nothing is lost on a device, such as /dev/null or a terminal. */
static bool place_same(const struct place *a, const struct place *b)
{
    if (!a->known || !b->known || a->file.st_dev != b->file.st_dev ||
        a->file.st_ino != b->file.st_ino || !a->free != !b->free)
        return false;
    return a->free ? strcmp(a->free, b->free) == 0 : !S_ISCHR(a->file.st_mode);
}

/* 1, 0, or -1 for an error. */
static int same_place(const char *a, const char *b, int dash, struct err *err)
{
    struct place from = {.known = false}, to = {.known = false};
    int ret = -1;

    if (place_find(&from, a, dash, err) == 0 && place_find(&to, b, dash, err) == 0)
        ret = place_same(&from, &to);
    mem_free(from.target);
    mem_free(to.target);
    return ret;
}

bool output_same_file(const char *a, const char *b)
{
    struct err ignored = ERR_INIT;
    return a && b && same_place(a, b, -1, &ignored) > 0;
}

static int overwrites(const char *a, const char *b, struct err *err)
{
    int a_len = err_quote_len(strlen(a)), b_len = err_quote_len(strlen(b));

    if (strcmp(a, b) != 0)
        return err_usage(err, "'%.*s' and '%.*s' are one file: outputs would overwrite each other",
            a_len, a, b_len, b);
    if (strcmp(a, "-") == 0)
        return err_usage(err, "two outputs cannot both go to standard output");
    return err_usage(
        err, "'%.*s' is named for two outputs: they would overwrite each other", a_len, a);
}

int outputs_differ(const char *const *paths, int n, struct err *err)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; paths[i] && j < i; j++) {
            if (!paths[j])
                continue;
            struct err found = ERR_INIT;
            bool both_stdout = strcmp(paths[i], "-") == 0 && strcmp(paths[j], "-") == 0;
            int same = both_stdout ? 1 : same_place(paths[j], paths[i], STDOUT_FILENO, &found);
            if (same < 0)
                return err_memory(err);
            if (same > 0)
                return overwrites(paths[j], paths[i], err);
        }
    }
    return 0;
}
