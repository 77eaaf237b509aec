/* test_input.c -- common/io/stream/input.h: files, pipes, gzip, rewinding, signals. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/interrupt.h"
#include "common/base/mem.h"
#include "common/io/stream/input.h"
#include "tests/unit/io/bytes.h"

enum { LARGE = 1000000 };

static struct input *open_ok(const char *path)
{
    struct err err = ERR_INIT;
    struct input *in = input_open(path, &err);
    if (!in)
        print_error("%s\n", err.text);
    assert_non_null(in);
    return in;
}

static void assert_reads(struct input *in, const struct bytes *right, size_t step)
{
    struct err err = ERR_INIT;
    struct bytes all = input_all(in, step, &err);
    assert_ok(all.data ? 0 : -1, &err);
    assert_int_equal(all.n, right->n);
    assert_memory_equal(all.data, right->data, right->n);
    free(all.data);
}

static void assert_not_open(const char *path, const char *text)
{
    struct err err = ERR_INIT;
    struct input *in = input_open(path, &err);
    assert_err(in ? 0 : -1, &err, ERR_FAILED, text);
}

static void test_file(void **state)
{
    struct bytes data = bytes_counting(LARGE), gz = bytes_gzip(data.data, data.n);
    const char *plain = unit_file("plain", data.data, data.n);
    const char *zipped = unit_file("zipped", gz.data, gz.n);
    static const size_t steps[] = {3, 4096, 256 * 1024, 700000};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct input *in = open_ok(plain);
        assert_string_equal(input_name(in), plain);
        assert_false(input_is_stdin(in));
        assert_reads(in, &data, steps[i]);
        input_close(in);
        in = open_ok(zipped);
        assert_reads(in, &data, steps[i]);
        input_close(in);
    }
    free(data.data);
    free(gz.data);
}

static void test_not_open(void **state)
{
    char folder[300];
    (void)state;
    snprintf(folder, sizeof folder, "%s", unit_path("absent"));
    assert_not_open(folder, "absent: No such file or directory");
    *strrchr(folder, '/') = '\0';
    assert_not_open(folder, ": is a directory");
    assert_not_open("", ": No such file or directory");
    const char *secret = unit_file("secret", "x", 1);
    assert_int_equal(chmod(secret, 0), 0);
    if (geteuid() != 0)
        assert_not_open(secret, "secret: Permission denied");
    stdin_file("/", 0);
    assert_not_open("-", "standard input: is a directory");
    stdin_done(0);
}

static void test_small(void **state)
{
    static const char *const texts[] = {"", "\x1f", "a", "ab"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bytes right = {(unsigned char *)(uintptr_t)texts[i], strlen(texts[i])};
        struct input *in = open_ok(unit_file("small", right.data, right.n));
        assert_reads(in, &right, 100);
        input_close(in);
    }
}

/* Gzip through a pipe, its magic split over two writes. */
static void test_pipe(void **state)
{
    struct bytes data = bytes_counting(LARGE), gz = bytes_gzip(data.data, data.n);
    (void)state;
    gz = bytes_join(gz, bytes_gzip("tail", 4));
    data = bytes_join(data, (struct bytes){(unsigned char *)strdup("tail"), 4});
    for (int i = 0; i < 4; i++) {
        bool zipped = i & 1;
        pid_t child = stdin_pipe(
            zipped ? gz.data : data.data, zipped ? gz.n : data.n, i & 2 ? 1 << 20 : 1009);
        struct input *in = open_ok("-");
        assert_string_equal(input_name(in), "standard input");
        assert_true(input_is_stdin(in));
        assert_reads(in, &data, 5000);
        input_close(in);
        stdin_done(child);
    }
    pid_t child = stdin_pipe(gz.data, 100, 1);
    struct input *in = open_ok("-");
    struct err err = ERR_INIT;
    assert_null(input_all(in, 5000, &err).data);
    assert_string_equal(err.text, "standard input: truncated gzip data");
    input_close(in);
    stdin_done(child);
    free(data.data);
    free(gz.data);
}

static void test_peek(void **state)
{
    struct bytes data = bytes_counting(LARGE);
    pid_t child = stdin_pipe(data.data, data.n, 777);
    struct input *in = open_ok("-");
    const unsigned char *seen;
    unsigned char some[200001];
    struct err err = ERR_INIT;
    (void)state;

    assert_int_equal(input_peek(in, &seen, 65536, &err), 65536);
    assert_memory_equal(seen, data.data, 65536);
    assert_int_equal(input_read_exactly(in, some, 1, &err), 1);
    assert_int_equal(input_peek(in, &seen, 65536, &err), 65536);
    assert_memory_equal(seen, data.data + 1, 65536);
    for (size_t at = 1; at + sizeof some <= data.n; at += sizeof some) {
        assert_int_equal(input_read_exactly(in, some, sizeof some, &err), 1);
        assert_memory_equal(some, data.data + at, sizeof some);
        assert_true(input_peek(in, &seen, 65536, &err) > 0);
        assert_memory_equal(seen, data.data + at + sizeof some, 1000);
    }
    assert_err(input_read_exactly(in, some, sizeof some, &err), &err, ERR_FAILED,
        "standard input: truncated");
    assert_int_equal(input_read_exactly(in, some, 1, &err), 0);
    assert_int_equal(input_peek(in, &seen, 10, &err), 0);
    input_close(in);
    stdin_done(child);
    free(data.data);
}

static void check_rewind(struct input *in, const struct bytes *data)
{
    struct err err = ERR_INIT;
    unsigned char *part = malloc(300000);
    const unsigned char *seen;
    assert_non_null(part);
    assert_int_equal(input_peek(in, &seen, 1000, &err), 1000);
    assert_ok(input_keep(in, &err), &err);
    for (size_t n = 5; n <= 300000; n *= 7) { /* ever further, then all, twice */
        assert_int_equal(input_read_exactly(in, part, n, &err), 1);
        assert_memory_equal(part, data->data, n);
        assert_ok(input_rewind(in, &err), &err);
    }
    assert_reads(in, data, 12345);
    assert_ok(input_rewind(in, &err), &err);
    assert_reads(in, data, 300000);
    free(part);
}

static void test_rewind(void **state)
{
    struct bytes data = bytes_counting(LARGE), gz = bytes_gzip(data.data, data.n);
    struct err err = ERR_INIT;
    (void)state;
    for (int zipped = 0; zipped < 2; zipped++) {
        const struct bytes *sent = zipped ? &gz : &data;
        pid_t child = stdin_pipe(sent->data, sent->n, 10007);
        struct input *in = open_ok("-");
        check_rewind(in, &data);
        input_close(in);
        stdin_done(child);

        const char *path = unit_file("rewound", sent->data, sent->n);
        in = open_ok(path);
        check_rewind(in, &data);
        input_close(in);
    }
    struct input *in = input_from_memory("memory", data.data, data.n, &err);
    assert_non_null(in);
    check_rewind(in, &data);
    input_close(in);
    free(data.data);
    free(gz.data);
}

/* Standard input from a file that somebody has already read the head of. */
static void test_offset(void **state)
{
    struct bytes data = bytes_counting(LARGE), tail = {data.data + 12, data.n - 12};
    const char *path = unit_file("offset", data.data, data.n);
    struct err err = ERR_INIT;
    const void *map;
    size_t n;
    (void)state;
    stdin_file(path, 12);
    struct input *in = open_ok("-");
    check_rewind(in, &tail);
    input_close(in);

    stdin_file(path, 12);
    in = open_ok("-");
    assert_ok(input_map(in, &map, &n, &err), &err);
    assert_int_equal(n, tail.n);
    assert_memory_equal(map, tail.data, n);
    input_close(in);
    stdin_done(0);
    free(data.data);
}

static void test_keep_refused(void **state)
{
    struct err err = ERR_INIT;
    char c;
    (void)state;
    struct input *in = open_ok(unit_file("kept", "abc", 3));
    assert_err(input_rewind(in, &err), &err, ERR_FAILED, "kept: cannot be read a second time");
    assert_int_equal(input_read(in, &c, 1, &err), 1);
    assert_err(input_keep(in, &err), &err, ERR_FAILED, "kept: cannot be kept");
    input_close(in);
}

static void test_spool_fails(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    assert_int_equal(setenv("TMPDIR", "/nonexistent/folder", 1), 0);
    pid_t child = stdin_pipe("abc", 3, 1);
    struct input *in = open_ok("-");
    assert_err(input_keep(in, &err), &err, ERR_FAILED,
        "standard input: cannot keep a copy in /nonexistent/folder: No such file");
    input_close(in);
    stdin_done(child);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

/* Reads a kept pipe where files may have 1000 bytes: 0 if that is an error that says so. */
static int child_spools(void)
{
    const struct rlimit small = {1000, 1000};
    struct err err = ERR_INIT;
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &small) < 0)
        return 2;
    struct input *in = input_open("-", &err);
    if (!in || input_keep(in, &err) < 0)
        return 3;
    struct bytes all = input_all(in, 5000, &err);
    input_close(in);
    return all.data || !strstr(err.text, "standard input: cannot keep a copy in /tmp: File too");
}

static void test_spool_full(void **state)
{
    struct bytes data = bytes_counting(50000);
    int status = -1;
    (void)state;
    pid_t writer = stdin_pipe(data.data, data.n, 5000), child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(child_spools());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    stdin_done(writer);
    free(data.data);
}

static void test_slurp_and_block(void **state)
{
    struct bytes data = bytes_counting(LARGE);
    struct err err = ERR_INIT;
    void *all;
    size_t n;
    (void)state;
    const char *path = unit_file("slurped", data.data, data.n);
    struct input *in = open_ok(path);
    assert_ok(input_slurp(in, LARGE, &all, &n, &err), &err);
    assert_int_equal(n, data.n);
    assert_memory_equal(all, data.data, n);
    mem_free(all);
    assert_ok(input_slurp(in, 0, &all, &n, &err), &err);
    assert_int_equal(n, 0);
    assert_non_null(all);
    mem_free(all);
    input_close(in);

    in = open_ok(path);
    assert_err(input_slurp(in, LARGE - 1, &all, &n, &err), &err, ERR_FAILED,
        "slurped: larger than 999999 bytes");
    input_close(in);

    in = open_ok(path);
    assert_ok(input_read_block(in, 0, &all, &err), &err);
    mem_free(all);
    assert_ok(input_read_block(in, LARGE - 8, &all, &err), &err);
    assert_memory_equal(all, data.data, LARGE - 8);
    mem_free(all);
    /* Far more than there is memory: the end comes first. */
    assert_err(
        input_read_block(in, UINT64_MAX, &all, &err), &err, ERR_FAILED, "slurped: truncated");
    assert_err(
        input_read_block(in, INT64_MAX / 2, &all, &err), &err, ERR_FAILED, "slurped: truncated");
    input_close(in);
    free(data.data);
}

static void test_map(void **state)
{
    struct bytes data = bytes_counting(4000), gz = bytes_gzip(data.data, data.n);
    struct err err = ERR_INIT;
    const unsigned char *seen;
    const void *map, *again;
    size_t n;
    (void)state;
    struct input *in = open_ok(unit_file("mapped", data.data, data.n));
    assert_int_equal(input_peek(in, &seen, 100, &err), 100);
    assert_ok(input_map(in, &map, &n, &err), &err);
    assert_int_equal(n, data.n);
    assert_memory_equal(map, data.data, n);
    assert_ok(input_map(in, &again, &n, &err), &err);
    assert_ptr_equal(map, again);
    input_close(in);

    in = open_ok(unit_file("mapped.gz", gz.data, gz.n));
    assert_ok(input_map(in, &map, &n, &err), &err);
    assert_null(map);
    assert_reads(in, &data, 100); /* nothing is lost */
    input_close(in);

    in = open_ok(unit_file("empty", "", 0));
    assert_ok(input_map(in, &map, &n, &err), &err);
    assert_null(map);
    input_close(in);

    pid_t child = stdin_pipe(data.data, data.n, 100);
    in = open_ok("-");
    assert_ok(input_map(in, &map, &n, &err), &err);
    assert_null(map);
    assert_reads(in, &data, 100);
    input_close(in);
    stdin_done(child);
    free(data.data);
    free(gz.data);
}

static void on_alarm(int number)
{
    (void)number;
}

static void on_alarm_stop(int number)
{
    interrupt_note(number);
}

static void pause_ms(long ms)
{
    struct timespec t = {0, ms * 1000000};
    nanosleep(&t, NULL);
}

/* A pipe on standard input whose writer waits 60 ms; an alarm comes after 15. */
static pid_t slow_pipe(void (*handler)(int), bool nonblocking)
{
    struct sigaction action = {.sa_handler = handler};
    struct itimerval soon = {.it_value = {0, 15000}};
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pause_ms(60);
        _exit(write(fds[1], "slow", 4) != 4);
    }
    close(fds[1]);
    if (nonblocking)
        assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
    close(fds[0]);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    return child;
}

static void test_signals(void **state)
{
    const struct bytes right = {(unsigned char *)(uintptr_t) "slow", 4};
    struct err err = ERR_INIT;
    (void)state;
    for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
        pid_t child = slow_pipe(on_alarm, nonblocking);
        struct input *in = open_ok("-");
        assert_reads(in, &right, 100); /* goes on after a signal of no concern */
        input_close(in);
        stdin_done(child);

        char c;
        child = slow_pipe(on_alarm_stop, nonblocking);
        in = open_ok("-");
        assert_err((int)input_read(in, &c, 1, &err), &err, ERR_INTERRUPTED, "interrupted");
        input_close(in);
        stdin_done(child);
        interrupt_note(0);
    }
}

static int read_file_once(void *ctx, struct err *err)
{
    struct input *in = input_open(ctx, err);
    void *all = NULL;
    size_t n;
    int ret = -1;
    if (in && input_keep(in, err) == 0 && input_slurp(in, LARGE, &all, &n, err) == 0)
        ret = 0;
    mem_free(all);
    all = NULL;
    if (ret == 0) {
        ret = input_rewind(in, err) == 0 ? input_read_block(in, 1000, &all, err) : -1;
        mem_free(all);
    }
    input_close(in);
    return ret;
}

/* The pipe is read anew each time: its bytes are few. */
static int read_pipe_once(void *ctx, struct err *err)
{
    const struct bytes *gz = ctx;
    pid_t child = stdin_pipe(gz->data, gz->n, gz->n);
    char path[] = "-";
    int ret = read_file_once(path, err);
    stdin_done(child);
    return ret;
}

static int read_memory_once(void *ctx, struct err *err)
{
    struct input *in = input_from_memory("memory", ctx, 1, err);
    input_close(in);
    return in ? 0 : -1;
}

static void test_faults(void **state)
{
    struct bytes data = bytes_counting(4000), gz = bytes_gzip(data.data, data.n);
    (void)state;
    assert_true(
        FAULT_LOOP(read_file_once, (char *)(uintptr_t)unit_file("f.gz", gz.data, gz.n)) >= 5);
    assert_true(FAULT_LOOP(read_pipe_once, &gz) >= 6);
    assert_int_equal(FAULT_LOOP(read_memory_once, data.data), 3);
    free(data.data);
    free(gz.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_not_open),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_peek),
        cmocka_unit_test(test_rewind),
        cmocka_unit_test(test_offset),
        cmocka_unit_test(test_keep_refused),
        cmocka_unit_test(test_spool_fails),
        cmocka_unit_test(test_spool_full),
        cmocka_unit_test(test_slurp_and_block),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
