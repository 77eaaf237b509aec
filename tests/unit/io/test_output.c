/* test_output.c -- common/io/stream/output.h: files replaced whole or not at all, and streams. */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io/stream/output.h"
#include "tests/unit/io/bytes.h"

static void assert_holds(const char *path, const char *text)
{
    struct bytes b = bytes_file(path);
    assert_int_equal(b.n, strlen(text));
    assert_memory_equal(b.data, text, b.n);
    free(b.data);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode;
}

/* How many names the folder of path holds: no temporary file may stay. */
static int count_names(const char *path)
{
    char command[512];
    int n = -1;
    snprintf(
        command, sizeof command, "ls -A '%.*s' | wc -l", (int)(strrchr(path, '/') - path), path);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &n), 1);
    pclose(f);
    return n;
}

static int put_text(const char *path, const char *text, struct err *err)
{
    struct output out;
    int ret = output_open(&out, path, OUTPUT_TEXT, err);
    if (ret == 0)
        ret = output_put(&out, text, strlen(text), err);
    if (ret == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    return ret;
}

static void test_new_file(void **state)
{
    struct err err = ERR_INIT;
    const char *path = unit_path("new");
    (void)state;
    mode_t mask = umask(027);
    assert_ok(put_text(path, "hello\n", &err), &err);
    umask(mask);
    assert_holds(path, "hello\n");
    assert_int_equal(mode_of(path) & 07777, 0640);
    unlink(path);
}

static void test_old_file(void **state)
{
    struct err err = ERR_INIT;
    struct output out;
    const char *path = unit_file("old", "old\n", 4);
    (void)state;
    int names = count_names(path);
    mode_t mask = umask(077);
    assert_int_equal(chmod(path, 0624), 0);

    assert_ok(output_open(&out, path, OUTPUT_BINARY, &err), &err);
    assert_string_equal(out.name, path);
    assert_ok(output_put(&out, "new", 3, &err), &err);
    assert_ok(output_flush(&out, &err), &err);
    assert_holds(path, "old\n"); /* until it is closed */
    output_discard(&out);
    assert_holds(path, "old\n");
    assert_int_equal(count_names(path), names);
    output_discard(&out); /* twice is harmless */

    assert_ok(put_text(path, "new", &err), &err);
    assert_holds(path, "new");
    umask(mask);
    assert_int_equal(mode_of(path) & 07777, 0624);
    assert_int_equal(count_names(path), names);
}

static void test_links(void **state)
{
    struct err err = ERR_INIT;
    const char *file = unit_file("file", "old", 3);
    const char *one = unit_path("one"), *two = unit_path("two"), *dangling = unit_path("dangling");
    const char *loop = unit_path("loop"), *made = unit_path("made");
    (void)state;
    assert_int_equal(symlink("file", one), 0); /* relative to its own folder */
    assert_int_equal(symlink(one, two), 0);
    assert_int_equal(symlink("made", dangling), 0);
    assert_int_equal(symlink("loop", loop), 0);

    assert_ok(put_text(two, "through links", &err), &err);
    assert_holds(file, "through links");
    assert_true(S_ISLNK(mode_of(one)) && S_ISLNK(mode_of(two)));

    assert_ok(put_text(dangling, "made", &err), &err);
    assert_true(S_ISLNK(mode_of(dangling)));
    assert_true(S_ISREG(mode_of(made)));

    assert_err(put_text(loop, "x", &err), &err, ERR_FAILED, "loop: Too many levels");
}

static void test_refused(void **state)
{
    struct err err = ERR_INIT;
    char path[400];
    (void)state;
    const char *file = unit_file("plain", "x", 1);
    snprintf(path, sizeof path, "%s/below", file);
    assert_err(put_text(path, "x", &err), &err, ERR_FAILED, "plain/below: Not a directory");
    *strrchr(path, '/') = '\0';
    *strrchr(path, '/') = '\0';
    assert_err(put_text(path, "x", &err), &err, ERR_FAILED, ": is a directory");
    strcat(path, "/absent/file");
    assert_err(put_text(path, "x", &err), &err, ERR_FAILED, "absent/file: No such file");
    *strrchr(path, 'f') = '\0';
    assert_err(put_text(path, "x", &err), &err, ERR_FAILED, "absent/: Is a directory");
    assert_err(put_text("", "x", &err), &err, ERR_FAILED, ": ");
    if (geteuid() != 0) {
        assert_int_equal(chmod(file, 0400), 0);
        assert_err(put_text(file, "x", &err), &err, ERR_FAILED, "plain: Permission denied");
    }
}

/* Longer than any name may be with something around it. */
static void test_long_name(void **state)
{
    struct err err = ERR_INIT;
    char name[201], path[600];
    (void)state;
    memset(name, 'n', 200);
    name[200] = '\0';
    snprintf(path, sizeof path, "%s", unit_path("x"));
    *strrchr(path, '/') = '\0';
    size_t n = strlen(path);
    snprintf(path + n, sizeof path - n, "/%s%.55s", name, name);
    assert_ok(put_text(path, "x", &err), &err);
    assert_holds(path, "x");
    unlink(path);
}

static void test_full_disk(void **state)
{
    struct err err = ERR_INIT;
    struct output out;
    char block[100000] = {0};
    (void)state;
    /* Hidden by the buffer until it is closed. */
    assert_ok(output_open(&out, "/dev/full", OUTPUT_TEXT, &err), &err);
    assert_ok(output_put(&out, "x", 1, &err), &err);
    assert_err(output_close(&out, &err), &err, ERR_FAILED, "/dev/full: No space left on device");
    assert_true(S_ISCHR(mode_of("/dev/full")));
    /* And at once. */
    assert_ok(output_open(&out, "/dev/full", OUTPUT_TEXT, &err), &err);
    assert_err(output_put(&out, block, sizeof block, &err), &err, ERR_FAILED,
        "/dev/full: No space left on device");
    output_discard(&out);
    assert_true(S_ISCHR(mode_of("/dev/full")));
}

static void test_fifo(void **state)
{
    struct err err = ERR_INIT;
    const char *path = unit_path("fifo"), *copy = unit_path("copy");
    char command[600];
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(command, sizeof command, "cat '%s' > '%s'", path, copy);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_ok(put_text(path, "through", &err), &err);
    assert_int_equal(pclose(f), 0);
    assert_holds(copy, "through");
    assert_true(S_ISFIFO(mode_of(path)));
}

/* /dev/fd/N continues where the descriptor stands, even in a regular file. */
static void test_descriptor(void **state)
{
    struct err err = ERR_INIT;
    const char *path = unit_path("descriptor"), *alias = unit_path("alias");
    char name[64];
    (void)state;
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "head ", 5), 5);
    snprintf(name, sizeof name, "/dev/fd/%d", fd);
    assert_ok(put_text(name, "one ", &err), &err);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    assert_int_equal(symlink(name, alias), 0);
    assert_ok(put_text(alias, "two ", &err), &err);
    assert_int_equal(write(fd, "tail", 4), 4);
    close(fd);
    assert_holds(path, "head one two tail");
    assert_err(
        put_text("/dev/fd/999", "x", &err), &err, ERR_FAILED, "/dev/fd/999: Bad file descriptor");
}

/* Runs fn in a child whose standard output is fd; its exit status. */
static int with_stdout(int fd, int (*fn)(void))
{
    fflush(stdout);
    pid_t child = fork();
    int status = -1;
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGPIPE, SIG_IGN);
        if (fd < 0)
            close(STDOUT_FILENO);
        else
            dup2(fd, STDOUT_FILENO);
        _exit(fn());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int child_writes(void)
{
    struct err err = ERR_INIT;
    if (put_text("-", "one ", &err) < 0 || put_text(NULL, "two ", &err) < 0 ||
        put_text("/dev/stdout", "three", &err) < 0)
        return 1;
    return fcntl(STDOUT_FILENO, F_GETFD) < 0; /* it stays open */
}

static int child_fails(void)
{
    struct err err = ERR_INIT;
    return put_text(NULL, "x", &err) == -1 && err.kind == ERR_FAILED &&
           strncmp(err.text, "standard output: ", 17) == 0;
}

static int child_breaks(void)
{
    struct err err = ERR_INIT;
    return put_text(NULL, "x", &err) == -1 && err.kind == ERR_PIPE;
}

static int child_refuses(void)
{
    struct err err = ERR_INIT;
    struct output out;
    int refused = output_open(&out, NULL, OUTPUT_BINARY, &err) == -1 && err.kind == ERR_USAGE &&
                  strstr(err.text, "use -o FILE or a pipe");
    refused = refused && output_open(&out, "/dev/stdout", OUTPUT_BINARY, &err) == -1;
    return refused && output_open(&out, NULL, OUTPUT_TEXT, &err) == 0 &&
           (output_discard(&out), true);
}

static void test_stdout(void **state)
{
    const char *path = unit_path("stdout");
    int fds[2];
    (void)state;
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(with_stdout(fd, child_writes), 0);
    close(fd);
    assert_holds(path, "one two three");

    fd = open("/dev/full", O_WRONLY);
    assert_int_equal(with_stdout(fd, child_fails), 1);
    close(fd);
    assert_int_equal(with_stdout(-1, child_fails), 1);

    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    assert_int_equal(with_stdout(fds[1], child_breaks), 1);
    close(fds[1]);
}

static void test_terminal(void **state)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    (void)state;
    if (master < 0)
        skip();
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(with_stdout(terminal, child_refuses), 1);
    close(terminal);
    close(master);
}

/* Pieces of every size around the buffer's arrive whole and in order. */
static void test_pieces(void **state)
{
    struct bytes data = bytes_counting(800000);
    const char *path = unit_path("pieces");
    struct err err = ERR_INIT;
    struct output out;
    size_t at = 0;
    (void)state;
    assert_ok(output_open(&out, path, OUTPUT_BINARY, &err), &err);
    for (size_t n = 1; at < data.n; n = n * 3 % 140001) {
        n = n < data.n - at ? n : data.n - at;
        assert_ok(output_put(&out, data.data + at, n, &err), &err);
        at += n;
        assert_true(out.written == at);
    }
    assert_ok(output_close(&out, &err), &err);
    struct bytes back = bytes_file(path);
    assert_int_equal(back.n, data.n);
    assert_memory_equal(back.data, data.data, data.n);
    free(back.data);
    free(data.data);
}

static void test_printf(void **state)
{
    const char *path = unit_path("printed");
    struct err err = ERR_INIT;
    struct output out;
    char expected[20];
    (void)state;
    assert_ok(output_open(&out, path, OUTPUT_TEXT, &err), &err);
    for (int i = 0; i < 20000; i++)
        assert_ok(output_printf(&out, &err, "%09d\n", i), &err);
    assert_ok(output_printf(&out, &err, "%0100000d", 7), &err);
    assert_true(out.written == 300000);
    assert_ok(output_close(&out, &err), &err);
    struct bytes back = bytes_file(path);
    assert_int_equal(back.n, 300000);
    for (int i = 0; i < 20000; i++) {
        snprintf(expected, sizeof expected, "%09d\n", i);
        assert_memory_equal(back.data + 10 * i, expected, 10);
    }
    assert_int_equal(back.data[299999], '7');
    free(back.data);
}

/* A non-blocking pipe whose reader is slow. */
static void test_nonblocking(void **state)
{
    struct bytes data = bytes_counting(800000);
    const char *copy = unit_path("slowly");
    char command[400], name[64];
    struct err err = ERR_INIT;
    struct output out;
    (void)state;
    snprintf(command, sizeof command, "sleep 0.05; cat > '%s'", copy);
    FILE *f = popen(command, "w");
    assert_non_null(f);
    assert_int_equal(fcntl(fileno(f), F_SETFL, O_NONBLOCK), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", fileno(f));
    assert_ok(output_open(&out, name, OUTPUT_BINARY, &err), &err);
    assert_ok(output_put(&out, data.data, data.n, &err), &err);
    assert_ok(output_close(&out, &err), &err);
    assert_int_equal(pclose(f), 0);
    struct bytes back = bytes_file(copy);
    assert_int_equal(back.n, data.n);
    assert_memory_equal(back.data, data.data, data.n);
    free(back.data);
    free(data.data);
}

static int write_once(void *ctx, struct err *err)
{
    struct output out;
    int ret = output_open(&out, ctx, OUTPUT_BINARY, err);
    if (ret == 0)
        ret = output_printf(&out, err, "%0100000d", 1);
    if (ret == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    return ret;
}

static void test_faults(void **state)
{
    const char *path = unit_file("fault", "old", 3), *link = unit_path("link");
    (void)state;
    assert_int_equal(symlink("fault", link), 0);
    int names = count_names(path);
    assert_true(FAULT_LOOP(write_once, (char *)(uintptr_t)link) >= 5);
    assert_int_equal(count_names(path), names);
}

static void assert_clash(const char *a, const char *b, const char *message)
{
    struct err err = ERR_INIT;
    const char *paths[] = {a, NULL, "/dev/null", b};
    assert_int_equal(outputs_differ(paths, 4, &err), -1);
    assert_int_equal(err.kind, ERR_USAGE);
    if (message)
        assert_string_equal(err.text, message);
}

static void assert_apart(const char *a, const char *b)
{
    struct err err = ERR_INIT;
    assert_ok(outputs_differ((const char *[]){a, b}, 2, &err), &err);
}

static int differ_once(void *ctx, struct err *err)
{
    return outputs_differ(ctx, 2, err);
}

/* In a folder of their own: absent names, files, links whether they lead somewhere or not. */
static void test_differ(void **state)
{
    char back[4096];
    (void)state;
    assert_non_null(getcwd(back, sizeof back));
    unlink(unit_path("differ"));
    assert_int_equal(mkdir(unit_path("differ"), 0700), 0);
    assert_int_equal(chdir(unit_path("differ")), 0);
    assert_int_equal(mkdir("sub", 0700), 0);
    fclose(fopen("old", "w"));
    fclose(fopen("other", "w"));
    assert_int_equal(symlink("old", "to_old"), 0);
    assert_int_equal(symlink("sub/new", "to_new"), 0);

    assert_clash("new", "new", "'new' is named for two outputs: they would overwrite each other");
    assert_clash(
        "new", "./new", "'new' and './new' are one file: outputs would overwrite each other");
    assert_clash("new", "sub/../new", NULL);
    assert_clash("old", "./old", NULL);
    assert_clash("to_old", "old", NULL);
    assert_clash("to_new", "sub/new", NULL);
    assert_clash("-", "-", "two outputs cannot both go to standard output");
    assert_apart("new", "sub/new");
    assert_apart("new", "newer");
    assert_apart("old", "other");
    assert_apart("old", "new");
    assert_apart("-", "new");
    assert_apart(NULL, NULL);
    assert_apart("/dev/null", "/dev/null");
    assert_apart("absent/new", "old");

    assert_true(output_same_file("to_old", "old"));
    assert_true(output_same_file("new", "./new"));
    assert_false(output_same_file("-", "-"));
    assert_false(output_same_file(NULL, "old"));
    assert_false(output_same_file("old", "other"));

    const char *apart[] = {"new", "to_old"};
    assert_true(FAULT_LOOP(differ_once, apart) >= 3);

    unlink("to_new");
    unlink("to_old");
    unlink("other");
    unlink("old");
    rmdir("sub");
    assert_int_equal(chdir(back), 0);
    rmdir(unit_path("differ"));
}

/* Standard output led to a file that a second output names. */
static void test_differ_stdout(void **state)
{
    const char *path = unit_file("both", "", 0);
    (void)state;
    fflush(stdout);
    int saved = dup(STDOUT_FILENO), fd = open(path, O_WRONLY);
    assert_true(saved >= 0 && fd >= 0);
    dup2(fd, STDOUT_FILENO);
    struct err err = ERR_INIT;
    int clash = outputs_differ((const char *[]){"-", path}, 2, &err);
    int named = outputs_differ((const char *[]){"/dev/stdout", path}, 2, &err);
    bool same = output_same_file("-", path);
    dup2(saved, STDOUT_FILENO);
    close(fd);
    close(saved);
    assert_int_equal(clash, -1);
    assert_int_equal(named, -1);
    assert_false(same);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_file),
        cmocka_unit_test(test_old_file),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_fifo),
        cmocka_unit_test(test_descriptor),
        cmocka_unit_test(test_stdout),
        cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_printf),
        cmocka_unit_test(test_nonblocking),
        cmocka_unit_test(test_differ),
        cmocka_unit_test(test_differ_stdout),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
