/* bytes.c -- see bytes.h. */
#include "tests/unit/io/bytes.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/unit/unit.h"

static struct bytes bytes_new(size_t n)
{
    struct bytes b = {malloc(n ? n : 1), n};
    assert_non_null(b.data);
    return b;
}

struct bytes bytes_gzip(const void *data, size_t n)
{
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)data, .avail_in = (uInt)n};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    struct bytes b = bytes_new(deflateBound(&z, n) + 32);
    z.next_out = b.data;
    z.avail_out = (uInt)b.n;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    b.n = z.total_out;
    deflateEnd(&z);
    return b;
}

struct bytes bytes_join(struct bytes a, struct bytes b)
{
    struct bytes both = bytes_new(a.n + b.n);
    memcpy(both.data, a.data, a.n);
    memcpy(both.data + a.n, b.data, b.n);
    free(a.data);
    free(b.data);
    return both;
}

struct bytes bytes_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        print_error("%s does not open\n", path);
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    struct bytes b = bytes_new((size_t)ftell(f));
    rewind(f);
    assert_int_equal(fread(b.data, 1, b.n, f), b.n);
    fclose(f);
    return b;
}

struct bytes bytes_counting(size_t n)
{
    struct bytes b = bytes_new(n);
    for (uint32_t i = 0; i < n / 4; i++)
        memcpy(b.data + 4 * i, &i, 4);
    return b;
}

static void write_all(int fd, const unsigned char *data, size_t n, size_t step)
{
    const struct timespec pause = {0, 3000000};
    bool first = step < n;
    while (n) {
        ssize_t put = write(fd, data, n < step ? n : step);
        if (put < 0)
            return;
        data += put;
        n -= (size_t)put;
        if (first)
            nanosleep(&pause, NULL); /* so that the first piece is read by itself */
        first = false;
    }
}

pid_t stdin_pipe(const void *data, size_t n, size_t step)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGPIPE, SIG_DFL);
        close(fds[0]);
        write_all(fds[1], data, n, step);
        _exit(0);
    }
    close(fds[1]);
    assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
    close(fds[0]);
    return child;
}

void stdin_done(pid_t child)
{
    int fd = open("/dev/null", O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    if (child > 0)
        assert_int_equal(waitpid(child, NULL, 0), child);
}

void stdin_file(const char *path, off_t offset)
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_true(lseek(fd, offset, SEEK_SET) == offset);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
}

struct bytes input_all(struct input *in, size_t step, struct err *err)
{
    size_t room = step;
    struct bytes b = bytes_new(room);
    b.n = 0;
    for (;;) {
        if (b.n + step > room) {
            room = 2 * room + step;
            unsigned char *grown = realloc(b.data, room);
            assert_non_null(grown);
            b.data = grown;
        }
        ssize_t got = input_read(in, b.data + b.n, step, err);
        if (got < 0) {
            free(b.data);
            return (struct bytes){NULL, 0};
        }
        if (got == 0)
            return b;
        assert_true((size_t)got <= step);
        b.n += (size_t)got;
    }
}
