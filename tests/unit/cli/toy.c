/* toy.c -- see toy.h. */
#include "tests/unit/cli/toy.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/pool.h"
#include "tests/unit/unit.h"

static const char *const toy_criteria[] = {"gini", "entropy", "squared", NULL};

static const struct opt toy_input_opts[] = {
    OPT_HEAD("Input"),
    OPT_STRING('y', "target", struct toy_input, target, "COL", "column to predict"),
    OPT_STRINGS('e', "extra", struct toy_input, extra, "FILE", "more rows, again and again"),
    OPT_END,
};

static int toy_delimiter_parse(const char *text, void *field, struct err *err)
{
    if (strlen(text) != 1)
        return err_set(err, "'%s' is not one character", text);
    *(char *)field = *text;
    return 0;
}

static int toy_delimiter_show(const void *field, struct buf *out)
{
    return buf_char(out, *(const char *)field);
}

const struct toy_options toy_defaults = {
    .common = COMMON_OPTIONS_INIT,
    .n_trees = 500,
    .fraction = 0.1,
    .rate = 1,
    .replace = true,
    .delimiter = ';',
};

const struct opt toy_opts[] = {
    OPT_GROUP(common_opts, struct toy_options, common),
    OPT_GROUP(common_seed_opt, struct toy_options, common),
    OPT_GROUP(common_thread_opt, struct toy_options, common),
    OPT_GROUP(toy_input_opts, struct toy_options, input),
    OPT_INT('n', "trees", struct toy_options, n_trees, 1, 1e6, "N", "number of trees"),
    OPT_INT(0, "max-depth", struct toy_options, max_depth, 1, 1e9, "N",
        "most levels of a tree, where the root is level 0; a tree may also end before it is that "
        "deep, when no split is left that makes its nodes purer"),
    OPT_REAL('f', "sample_fraction", struct toy_options, fraction, 0, 1, OPT_OPEN_MIN, "F",
        "rows drawn per tree"),
    OPT_REAL(0, "rate", struct toy_options, rate, 0, 10, OPT_NO_DEFAULT, "F", "a silent default"),
    OPT_ENUM(
        0, "criterion", struct toy_options, criterion, toy_criteria, "NAME", "impurity of a split"),
    OPT_UNSET(0, "no-replace", struct toy_options, replace, "draw rows without replacement"),
    OPT_FLAG('E', "extra-trees", struct toy_options, extra_trees, "cut at random"),
    OPT_CUSTOM('d', "delimiter", struct toy_options, delimiter, toy_delimiter_parse,
        toy_delimiter_show, "C", "what separates fields"),
    {.type = OPT_TYPE_STRING,
        .name = "act",
        .offset = offsetof(struct toy_options, act),
        .arg = "WHAT",
        .help = "for tests",
        .flags = OPT_HIDDEN},
    OPT_END,
};

static void toy_pause(double seconds)
{
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&t, NULL);
}

static int toy_write(struct err *err)
{
    if (write(STDOUT_FILENO, "result\n", 7) < 0)
        return err_system(err, "standard output");
    return 0;
}

/* Works until a signal comes, with progress every few milliseconds. */
static int toy_work(struct watch *watch, double seconds, struct err *err)
{
    double begun = clock_seconds();
    int64_t total = (int64_t)(seconds * 1000);

    for (int64_t done = 0; done < total; done = (int64_t)((clock_seconds() - begun) * 1000)) {
        watch_progress(watch, "trees", done, total, "oob 0.95 \x1b[31m\xc3\xa9");
        if (watch_stop(watch))
            return err_interrupted(err);
        toy_pause(0.003);
    }
    return 0;
}

static int toy_run_train(
    const struct toy_options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    const char *act = o->act ? o->act : "";

    if (strcmp(act, "show") == 0) {
        printf("%s|%lld|%lld|%g|%d|%d|%d|%c|%lld|%d", o->input.target ? o->input.target : "-",
            (long long)o->n_trees, (long long)o->max_depth, o->fraction, o->criterion, o->replace,
            o->extra_trees, o->delimiter, (long long)o->common.threads, pool_size());
        for (int i = 0; i < files->n; i++)
            printf("|%s", files->item[i]);
        printf("\n");
        return fflush(stdout) == 0 ? 0 : err_system(err, "standard output");
    }
    if (strcmp(act, "notes") == 0) {
        watch_info(watch, "an info");
        watch_warn(watch, "a warning with\na line, a bell \a, \xff and \xc3\xa9");
        watch_detail(watch, "a detail");
        return 0;
    }
    if (strcmp(act, "fail") == 0)
        return err_set(err, "it did not work");
    if (strcmp(act, "usage") == 0)
        return err_usage(err, "not these two");
    if (strcmp(act, "pipe") == 0) {
        errno = EPIPE;
        return err_system(err, "standard output");
    }
    if (strcmp(act, "write") == 0)
        return toy_write(err);
    if (strcmp(act, "read") == 0) {
        char c;
        return read(STDIN_FILENO, &c, 1) < 0 ? err_system(err, "standard input") : 0;
    }
    if (strcmp(act, "wait") == 0 || strcmp(act, "wait-fail") == 0) {
        if (write(STDOUT_FILENO, "ready\n", 6) < 0)
            return err_system(err, "standard output");
        if (toy_work(watch, 20, err) == 0)
            return err_set(err, "no signal came");
        return strcmp(act, "wait") == 0 ? -1 : err_set(err, "x.csv: stopped in the middle");
    }
    if (strcmp(act, "deaf") == 0) { /* works on whatever comes */
        if (write(STDOUT_FILENO, "ready\n", 6) < 0)
            return err_system(err, "standard output");
        for (int i = 0; i < 4000; i++)
            toy_pause(0.005);
        return 0;
    }
    if (strcmp(act, "work") == 0) {
        if (toy_work(watch, 1.6, err) < 0)
            return -1;
        watch_info(watch, "half way");
        return toy_work(watch, 0.3, err);
    }
    if (strcmp(act, "short") == 0)
        return toy_work(watch, 0.5, err);
    return 0;
}
VERB(toy_train, "train", "fit a toy to a table", "[options] [FILE...]", toy_opts,
    struct toy_options, toy_defaults, 0, toy_run_train)

struct toy_wrap_options {
    struct common_options common;
    int64_t n;
};
static const struct toy_wrap_options toy_wrap_defaults = {.common = COMMON_OPTIONS_INIT};
static const struct opt toy_wrap_opts[] = {
    OPT_GROUP(common_opts, struct toy_wrap_options, common),
    OPT_INT('n', NULL, struct toy_wrap_options, n, 1, INFINITY, "N", "how many"),
    OPT_END,
};

static int toy_run_wrap(const struct toy_wrap_options *o, const struct operands *words,
    struct watch *watch, struct err *err)
{
    (void)watch;
    printf("%lld", (long long)o->n);
    for (int i = 0; i < words->n; i++)
        printf("|%s", words->item[i]);
    printf("\n");
    return fflush(stdout) == 0 ? 0 : err_system(err, "standard output");
}
VERB(toy_wrap, "wrap", "run a command", "[options] COMMAND...", toy_wrap_opts,
    struct toy_wrap_options, toy_wrap_defaults, VERB_STOP_AT_OPERAND, toy_run_wrap)
VERB(toy_none, "none", "take no operands", "[options]", toy_wrap_opts, struct toy_wrap_options,
    toy_wrap_defaults, VERB_NO_OPERANDS, toy_run_wrap)
VERB(toy_alone, "", "a program without verbs", "[options] [FILE...]", toy_opts, struct toy_options,
    toy_defaults, 0, toy_run_train)

static const struct verb *const toy_verbs[] = {&toy_train, &toy_wrap, &toy_none, NULL};
const struct program toy_program = {"toy", "toys to play with", toy_verbs};
static const struct verb *const single_verbs[] = {&toy_alone, NULL};
static const struct program single_program = {"single", "one toy", single_verbs};

bool toy_main(int argc, char **argv, int *status)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = slash ? slash + 1 : argc > 0 ? argv[0] : "toy";
    const struct program *program = NULL;

    if (strncmp(name, "toy", 3) == 0)
        program = &toy_program;
    else if (strncmp(name, "single", 6) == 0)
        program = &single_program;
    if (!program)
        return false;
    *status = program_main(program, argc, argv);
    return true;
}

/* ---- running it ---- */

const char *toy_folder(void)
{
    static const char *const names[] = {"toy", "toy-train", "toy-wrap", "toy-none", "single"};
    static char folder[256];
    char self[1024];

    if (*folder)
        return folder;
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(symlink(self, unit_path(names[i])), 0);
    const char *path = unit_path("toy");
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    return folder;
}

/* Descriptors are moved out of the way first, so that none lands on another. */
static void toy_exec(const char *name, const char *const *words, const int *wanted)
{
    const char *args[64] = {name};
    char path[512];
    int held[3];

    snprintf(path, sizeof path, "%s/%s", toy_folder(), name);
    for (int i = 0; words[i] && i < 62; i++)
        args[i + 1] = words[i];
    for (int fd = 0; fd <= 2; fd++)
        held[fd] = wanted[fd] < 0 ? -1 : fcntl(wanted[fd], F_DUPFD_CLOEXEC, 10);
    for (int fd = 0; fd <= 2; fd++)
        if (held[fd] < 0)
            close(fd);
        else
            dup2(held[fd], fd);
    execv(path, (char *const *)(uintptr_t)args);
    _exit(127);
}

pid_t toy_start(const char *name, const char *const *words, int in, int out, int err)
{
    int wanted[] = {in, out, err};

    toy_folder();
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        toy_exec(name, words, wanted);
    return pid;
}

int toy_wait(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void slurp(const char *path, char *text, size_t room)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    text[fread(text, 1, room - 1, f)] = '\0';
    fclose(f);
}

void toy_run(struct toy_result *r, const char *name, const char *const *words)
{
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int out = open(unit_path("out"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int err = open(unit_path("err"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(in >= 0 && out >= 0 && err >= 0);
    r->status = toy_wait(toy_start(name, words, in, out, err));
    close(err);
    close(out);
    close(in);
    slurp(unit_path("out"), r->out, sizeof r->out);
    slurp(unit_path("err"), r->err, sizeof r->err);
}
