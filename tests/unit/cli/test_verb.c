/* A program as its user meets it: dispatch, messages, exit statuses, signals, closed descriptors.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/cli/toy.h"

static struct toy_result r;

#define assert_run(wanted_status, wanted_out, wanted_err)                                          \
    do {                                                                                           \
        assert_string_equal(r.err, wanted_err);                                                    \
        assert_string_equal(r.out, wanted_out);                                                    \
        assert_int_equal(r.status, wanted_status);                                                 \
    } while (0)

/* ---- dispatch ---- */

static void test_both_forms(void **state)
{
    (void)state;
    setenv("LEARNUTILS_THREADS", "1", 1);
    TOY_RUN(&r, "toy-train", "--act=show", "-n", "3", "a", "b");
    assert_run(0, "-|3|0|0.1|0|1|0|;|1|1|a|b\n", "");
    TOY_RUN(&r, "toy", "train", "--act=show", "-n", "3", "a", "b");
    assert_run(0, "-|3|0|0.1|0|1|0|;|1|1|a|b\n", "");
    TOY_RUN(&r, "single", "--act=show", "train");
    assert_run(0, "-|500|0|0.1|0|1|0|;|1|1|train\n", "");
    TOY_RUN(&r, "toy", "wrap", "-n", "3", "cmd", "-n", "4", "--help");
    assert_run(0, "3|cmd|-n|4|--help\n", "");
    unsetenv("LEARNUTILS_THREADS");
}

static void test_names_in_messages(void **state)
{
    (void)state;
    TOY_RUN(&r, "toy-train", "--act=fail");
    assert_run(1, "", "toy-train: it did not work\n");
    TOY_RUN(&r, "toy", "train", "--act=fail");
    assert_run(1, "", "toy-train: it did not work\n");
    TOY_RUN(&r, "toy", "train", "--act=usage");
    assert_run(2, "", "toy-train: not these two\nTry 'toy-train --help'.\n");
    TOY_RUN(&r, "toy-train", "--nonsense");
    assert_run(2, "", "toy-train: unknown option --nonsense\nTry 'toy-train --help'.\n");
    TOY_RUN(&r, "single", "-n0");
    assert_run(2, "",
        "single: --trees: 0 is out of range: it must be at least 1 and at most 1000000\n"
        "Try 'single --help'.\n");
    TOY_RUN(&r, "toy-none", "x");
    assert_run(2, "", "toy-none: takes no operands: 'x'\nTry 'toy-none --help'.\n");
}

static void test_verbs(void **state)
{
    (void)state;
    TOY_RUN(&r, "toy", NULL);
    assert_run(2, "", "toy: a verb is missing: train, wrap, none\nTry 'toy --help'.\n");
    TOY_RUN(&r, "toy", "trian");
    assert_run(2, "", "toy: unknown verb 'trian'; did you mean 'train'?\nTry 'toy --help'.\n");
    TOY_RUN(&r, "toy", "gibberish\n");
    assert_run(2, "", "toy: unknown verb 'gibberish\\n'\nTry 'toy --help'.\n");
    TOY_RUN(&r, "toy", "");
    assert_run(2, "", "toy: unknown verb ''\nTry 'toy --help'.\n");
    TOY_RUN(&r, "toy", "-n", "3", "train");
    assert_run(2, "", "toy: a verb comes before options: '-n'\nTry 'toy --help'.\n");
}

static void test_answers(void **state)
{
    static const char *const versions[][2] = {
        {"toy", "-V"}, {"toy-train", "--version"}, {"toy", "--version"}};
    (void)state;

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        TOY_RUN(&r, versions[i][0], versions[i][1]);
        assert_int_equal(strncmp(r.out, "toy (learnutils) 0.", 19), 0);
        assert_run(0, r.out, "");
    }
    TOY_RUN(&r, "toy", "--help");
    assert_non_null(strstr(r.out, "Usage: toy VERB"));
    assert_run(0, r.out, "");
    TOY_RUN(&r, "toy", "train", "-qh");
    assert_int_equal(strncmp(r.out, "Usage: toy-train [options] [FILE...]\n", 37), 0);
    assert_run(0, r.out, "");
    TOY_RUN(&r, "single", "-h");
    assert_int_equal(strncmp(r.out, "Usage: single [options] [FILE...]\n", 34), 0);
    TOY_RUN(&r, "toy", "--complete");
    assert_non_null(strstr(r.out, "train\tverb\t"));
    TOY_RUN(&r, "toy", "wrap", "--complete");
    assert_non_null(strstr(r.out, "operand\tcommand\t"));
    TOY_RUN(&r, "toy-none", "--complete");
    assert_non_null(strstr(r.out, "operand\tnone\t"));
    TOY_RUN(&r, "single", "--complete");
    assert_non_null(strstr(r.out, "--trees\tvalue\t"));
}

/* ---- messages ---- */

static void test_notes(void **state)
{
    static const char warning[] =
        "toy-train: warning: a warning with\\na line, a bell \\x07, \\xff and \xc3\xa9\n";
    char all[512];
    (void)state;

    TOY_RUN(&r, "toy-train", "--act=notes");
    snprintf(all, sizeof all, "toy-train: an info\n%s", warning);
    assert_run(0, "", all);
    TOY_RUN(&r, "toy-train", "--act=notes", "-v");
    snprintf(all, sizeof all, "toy-train: an info\n%stoy-train: a detail\n", warning);
    assert_run(0, "", all);
    TOY_RUN(&r, "toy-train", "--act=notes", "-q", "-v");
    assert_run(0, "", "");
    TOY_RUN(&r, "toy-train", "--act=fail", "-q");
    assert_run(1, "", "toy-train: it did not work\n");
    TOY_RUN(&r, "toy-train", "--act=work"); /* no terminal, no progress */
    assert_run(0, "", "toy-train: half way\n");
}

static void test_threads(void **state)
{
    (void)state;
    setenv("LEARNUTILS_THREADS", "3", 1);
    TOY_RUN(&r, "single", "--act=show");
    assert_run(0, "-|500|0|0.1|0|1|0|;|3|3\n", "");
    TOY_RUN(&r, "single", "--act=show", "-j2");
    assert_run(0, "-|500|0|0.1|0|1|0|;|2|2\n", "");
    setenv("LEARNUTILS_THREADS", "two", 1);
    TOY_RUN(&r, "single", "--act=show");
    assert_run(
        2, "", "single: LEARNUTILS_THREADS: 'two' is not a whole number\nTry 'single --help'.\n");
    TOY_RUN(&r, "single", "--act=show", "-j1"); /* not looked at */
    assert_run(0, "-|500|0|0.1|0|1|0|;|1|1\n", "");
    TOY_RUN(&r, "toy-wrap", "x"); /* no -j here */
    assert_run(0, "0|x\n", "");
    setenv("LEARNUTILS_THREADS", "0", 1);
    TOY_RUN(&r, "single", "--act=show");
    assert_int_equal(r.status, 2);
    unsetenv("LEARNUTILS_THREADS");
}

static void test_cpu(void **state)
{
    (void)state;
    setenv("LEARNUTILS_CPU", "foo", 1);
    TOY_RUN(&r, "single", "--act=show", "-j1");
    assert_run(2, "",
        "single: LEARNUTILS_CPU: 'foo' is not one of plain, avx2, avx512\n"
        "Try 'single --help'.\n");
    TOY_RUN(&r, "toy-wrap", "x");
    assert_int_equal(r.status, 2);
    TOY_RUN(&r, "toy-train", "--version"); /* not looked at */
    assert_int_equal(r.status, 0);
    setenv("LEARNUTILS_CPU", "plain", 1);
    TOY_RUN(&r, "toy-wrap", "x");
    assert_run(0, "0|x\n", "");
    unsetenv("LEARNUTILS_CPU");
}

/* ---- descriptors ---- */

static int run_closed(const char *word, int in, int out, int err)
{
    const char *words[] = {word, NULL};
    return toy_wait(toy_start("toy-train", words, in, out, err));
}

static void test_full_output(void **state)
{
    static const char *const words[] = {"--help", "--version", "--complete", "--act=write"};
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)state;

    assert_true(full >= 0 && null >= 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_int_equal(run_closed(words[i], null, full, null), 1);
        assert_int_equal(run_closed(words[i], null, null, null), 0);
    }
    close(null);
    close(full);
}

static void test_closed(void **state)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)state;

    assert_int_equal(run_closed("--act=write", null, -1, null), 1);
    assert_int_equal(run_closed("--help", null, -1, null), 1);
    assert_int_equal(run_closed("--act=read", null, null, null), 0);
    assert_int_equal(run_closed("--act=read", -1, null, null), 1);
    assert_int_equal(run_closed("--act=notes", null, null, -1), 0);
    assert_int_equal(run_closed("--act=write", -1, null, -1), 0);
    assert_int_equal(run_closed("--act=write", -1, -1, -1), 1);
    close(null);
}

/* ---- signals ---- */

/* Starts a verb that works until a signal comes, and returns once it does. */
static pid_t start_waiting(const char *act, int *messages)
{
    const char *words[] = {act, NULL};
    int out[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
    char ready[6];

    assert_int_equal(pipe(out), 0);
    *messages = open(unit_path("messages"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    pid_t pid = toy_start("toy-train", words, null, out[1], *messages);
    assert_int_equal(read(out[0], ready, sizeof ready), 6);
    close(out[0]);
    close(out[1]);
    close(null);
    return pid;
}

static void check_messages(int messages, const char *wanted)
{
    char text[512];
    ssize_t n = pread(messages, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    assert_string_equal(text, wanted);
    close(messages);
}

static void test_dies_of_signal(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    int messages;
    (void)state;

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        pid_t pid = start_waiting("--act=wait", &messages);
        kill(pid, signals[i]);
        assert_int_equal(toy_wait(pid), -signals[i]);
        check_messages(messages, "toy-train: interrupted\n");
    }
    pid_t pid = start_waiting("--act=wait-fail", &messages);
    kill(pid, SIGTERM);
    assert_int_equal(toy_wait(pid), -SIGTERM);
    check_messages(messages, "toy-train: interrupted: x.csv: stopped in the middle\n");
}

static void wait_a_little(void)
{
    struct timespec t = {0, 100000000};
    nanosleep(&t, NULL);
}

/* As under nohup, and in the background of a shell without job control. */
static void test_ignored_stays_ignored(void **state)
{
    int messages;
    (void)state;

    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    pid_t pid = start_waiting("--act=wait", &messages);
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    kill(pid, SIGINT);
    kill(pid, SIGHUP);
    wait_a_little();
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    kill(pid, SIGTERM);
    assert_int_equal(toy_wait(pid), -SIGTERM);
    close(messages);
}

static void test_second_signal_kills(void **state)
{
    static const int second[] = {SIGINT, SIGTERM};
    int messages;
    (void)state;

    for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
        pid_t pid = start_waiting("--act=deaf", &messages);
        kill(pid, SIGINT);
        wait_a_little();
        assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
        kill(pid, second[i]);
        assert_int_equal(toy_wait(pid), -second[i]);
        check_messages(messages, "");
    }
}

static void test_pipe(void **state)
{
    const char *words[] = {"--act=write", NULL}, *help[] = {"--help", NULL};
    int out[2], null = open("/dev/null", O_RDWR | O_CLOEXEC), messages;
    (void)state;

    TOY_RUN(&r, "toy-train", "--act=pipe");
    assert_run(-SIGPIPE, "", "");
    messages = open(unit_path("messages"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(pipe(out), 0);
    close(out[0]);
    assert_int_equal(toy_wait(toy_start("toy-train", words, null, out[1], messages)), -SIGPIPE);
    assert_int_equal(toy_wait(toy_start("toy-train", help, null, out[1], messages)), -SIGPIPE);
    close(out[1]);
    close(null);
    check_messages(messages, "");
}

/* A file that may not grow is an error with a message, not a death by SIGXFSZ. */
static void test_file_limit(void **state)
{
    const char *words[] = {"--act=write", NULL};
    struct rlimit old, none;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int out = open(unit_path("big"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    (void)state;

    getrlimit(RLIMIT_FSIZE, &old);
    none = old;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_FSIZE, &none);
    int status = toy_wait(toy_start("toy-train", words, null, out, null));
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, 1);
    close(out);
    close(null);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_forms),
        cmocka_unit_test(test_names_in_messages),
        cmocka_unit_test(test_verbs),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_cpu),
        cmocka_unit_test(test_full_output),
        cmocka_unit_test(test_closed),
        cmocka_unit_test(test_dies_of_signal),
        cmocka_unit_test(test_ignored_stays_ignored),
        cmocka_unit_test(test_second_signal_kills),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_file_limit),
    };
    int status;

    if (toy_main(argc, argv, &status))
        return status;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
