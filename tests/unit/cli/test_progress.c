/* The progress line, on a terminal of the test's own. */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/unit/cli/toy.h"

enum { COLUMNS = 70 };

/* What the toy wrote on a terminal: the bytes, and when the first came. */
struct screen {
    char text[65536];
    size_t len;
    double first;
    int status;
};

/* shared: standard output is the terminal too. */
static void screen_run(struct screen *s, bool shared, const char *const *words)
{
    struct winsize size = {.ws_col = COLUMNS, .ws_row = 24};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    assert_true(null >= 0);
    if (master < 0) {
        close(null);
        skip(); /* no terminals here: /dev/pts is not mounted */
    }
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(slave >= 0);
    assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);

    double begun = clock_seconds();
    pid_t pid = toy_start("toy-train", words, null, shared ? slave : null, slave);
    close(slave);
    s->len = 0;
    s->first = 0;
    for (;;) {
        ssize_t n = read(master, s->text + s->len, sizeof s->text - 1 - s->len);
        if (n <= 0)
            break; /* EIO once the toy has gone */
        if (!s->len)
            s->first = clock_seconds() - begun;
        s->len += (size_t)n;
    }
    s->text[s->len] = '\0';
    s->status = toy_wait(pid);
    close(master);
    close(null);
}
#define SCREEN_RUN(s, ...) screen_run((s), false, (const char *const[]){__VA_ARGS__, NULL})

static int count(const char *text, const char *part)
{
    int n = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        n++;
    return n;
}

static struct screen s;

static void test_drawn(void **state)
{
    (void)state;
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    SCREEN_RUN(&s, "--act=work");
    assert_int_equal(s.status, 0);
    assert_true(s.first >= 1);

    /* 0.6 s of the first work and 0.3 s of the second, at most ten times a second */
    int lines = count(s.text, "\rtoy-train: trees ");
    assert_in_range(lines, 3, 11);
    assert_non_null(strstr(s.text, "/1600  "));
    assert_non_null(strstr(s.text, "% [###"));
    assert_non_null(strstr(s.text, "s left  oob 0.95"));
    /* Each is erased to its end; both works' last ones are taken away. */
    assert_int_equal(count(s.text, "\x1b[K"), lines + 2);
    assert_non_null(strstr(s.text, "\x1b[K\r\x1b[Ktoy-train: half way\r\n"));
    assert_string_equal(s.text + s.len - 4, "\r\x1b[K");
}

/* Text from the work cannot do anything to the terminal, and no line is wider than that. */
static void test_harmless(void **state)
{
    (void)state;
    assert_null(strstr(s.text, "\x1b[31"));
    for (const char *line = s.text; (line = strstr(line, "\rtoy-train: trees")); line++) {
        size_t width = strcspn(line + 1, "\x1b\r");
        assert_in_range(width, 40, COLUMNS - 1);
    }
}

static void test_no_color(void **state)
{
    (void)state;
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    SCREEN_RUN(&s, "--act=work");
    unsetenv("NO_COLOR");
    assert_in_range(count(s.text, "\rtoy-train: trees "), 3, 11);
    assert_null(strchr(s.text, '\x1b'));
    assert_non_null(strstr(s.text, "   \rtoy-train: half way\r\n"));
}

static void test_not_drawn(void **state)
{
    (void)state;
    setenv("TERM", "xterm", 1);
    SCREEN_RUN(&s, "--act=short");
    assert_string_equal(s.text, "");
    SCREEN_RUN(&s, "--act=work", "-q");
    assert_string_equal(s.text, "");
    setenv("TERM", "dumb", 1);
    SCREEN_RUN(&s, "--act=work");
    assert_string_equal(s.text, "toy-train: half way\r\n");
    unsetenv("TERM");
    SCREEN_RUN(&s, "--act=work");
    assert_string_equal(s.text, "toy-train: half way\r\n");
}

/* Where results stand on the same terminal there is no progress; messages stay. */
static void test_results_on_terminal(void **state)
{
    static const char *const to_stdout[] = {"--act=work", NULL};
    static const char *const to_dash[] = {"--act=work", "-o", "-", NULL};
    static const char *const to_file[] = {"--act=work", "-o", "absent", NULL};
    (void)state;
    setenv("TERM", "xterm", 1);
    screen_run(&s, true, to_stdout);
    assert_string_equal(s.text, "toy-train: half way\r\n");
    screen_run(&s, true, to_dash);
    assert_string_equal(s.text, "toy-train: half way\r\n");
    screen_run(&s, true, to_file);
    assert_in_range(count(s.text, "\rtoy-train: trees "), 3, 11);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_no_color),
        cmocka_unit_test(test_not_drawn),
        cmocka_unit_test(test_results_on_terminal),
    };
    int status;

    if (toy_main(argc, argv, &status))
        return status;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
