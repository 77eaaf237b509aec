/* verb.c -- dispatch, help, the call itself, and how it ends; see verb.h. */
#include "common/cli/verb.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/cpu.h"
#include "common/base/interrupt.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/cli/help.h"
#include "common/cli/message.h"
#include "common/cli/nearest.h"
#include "common/cli/signals.h"
#include "common/cli/terminal.h"
#include "common/cli/value.h"

#ifndef LEARNUTILS_VERSION
#define LEARNUTILS_VERSION "0.1"
#endif

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
enum { HELP_WIDTH = 80, HELP_WIDTH_MIN = 40, HELP_WIDTH_MAX = 100 };

/* One call of a program: which verb, and the words after it (args[0] is not one of them). */
struct call {
    const struct program *program;
    const struct verb *verb;
    char name[128]; /* "rf-train" */
    int n_args;
    char **args;
    struct opt_list list;
    void *options;
    struct messages messages;
};

static void descriptors_open(void);
static int call_find(struct call *c, int argc, char **argv, struct err *err);
static int call_verb(struct call *c, struct err *err);
static int call_program(struct call *c, struct err *err);
static int call_run(struct call *c, int first_operand, struct err *err);
static int call_end(struct call *c, int ret, const struct err *err);
static int print_version(const struct program *program, struct err *err);
static int print_all(const struct buf *text, struct err *err);

int program_main(const struct program *program, int argc, char **argv)
{
    char *none[] = {(char *)(uintptr_t)program->name, NULL};
    struct call c = {.program = program, .list = OPT_LIST_INIT};
    struct err err = ERR_INIT;

    descriptors_open();
    snprintf(c.name, sizeof c.name, "%s", program->name);
    messages_init(&c.messages, c.name);
    int ret = argc > 0 ? call_find(&c, argc, argv, &err) : call_find(&c, 1, none, &err);
    if (ret == 0)
        ret = c.verb ? call_verb(&c, &err) : call_program(&c, &err);
    mem_free(c.options);
    opt_list_release(&c.list);
    return call_end(&c, ret, &err);
}

/*
 * Keeps files opened later from landing on a closed 0, 1 or 2.  What stands there fails when used:
 * a result written to a closed standard output is an error, and a closed input is not an empty one.
 */
static void descriptors_open(void)
{
    static const int wrong_way[] = {O_WRONLY, O_RDONLY, O_WRONLY};
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF && open("/dev/null", wrong_way[fd]) != fd)
            _exit(EXIT_FAILED);
}

/* ---- which verb ---- */

static const struct verb *verb_find(const struct program *program, const char *name)
{
    for (int i = 0; program->verbs[i]; i++)
        if (strcmp(program->verbs[i]->name, name) == 0)
            return program->verbs[i];
    return NULL;
}

static int unknown_verb(const struct program *program, const char *name, struct err *err)
{
    int quoted = err_quote_len(strlen(name));
    const char *best = NULL;

    if (*name == '-')
        return err_usage(err, "a verb comes before options: '%.*s'", quoted, name);
    for (int i = 0; program->verbs[i]; i++)
        nearest_try(&best, name, program->verbs[i]->name);
    if (best)
        return err_usage(err, "unknown verb '%.*s'; did you mean '%s'?", quoted, name, best);
    return err_usage(err, "unknown verb '%.*s'", quoted, name);
}

static void call_set(struct call *c, const struct verb *verb, int n_args, char **args)
{
    c->verb = verb;
    c->n_args = n_args;
    c->args = args;
    if (*verb->name)
        snprintf(c->name, sizeof c->name, "%s-%s", c->program->name, verb->name);
}

/* Leaves c->verb NULL where the words are for the program: none, --help, --version, --complete. */
static int call_find(struct call *c, int argc, char **argv, struct err *err)
{
    const struct verb *verb = verb_find(c->program, "");
    const char *slash = strrchr(argv[0], '/');
    const char *hyphen = strrchr(slash ? slash : argv[0], '-');

    if (!verb && hyphen)
        verb = verb_find(c->program, hyphen + 1);
    if (verb) {
        call_set(c, verb, argc, argv);
        return 0;
    }
    c->n_args = argc;
    c->args = argv;
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0 ||
        strcmp(argv[1], "--complete") == 0)
        return 0;
    verb = verb_find(c->program, argv[1]);
    if (!verb)
        return unknown_verb(c->program, argv[1], err);
    call_set(c, verb, argc - 1, argv + 1);
    return 0;
}

/* ---- answers on standard output ---- */

static int help_width(void)
{
    int width = isatty(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO, HELP_WIDTH) : HELP_WIDTH;
    return width < HELP_WIDTH_MIN   ? HELP_WIDTH_MIN
           : width > HELP_WIDTH_MAX ? HELP_WIDTH_MAX
                                    : width;
}

static int call_program(struct call *c, struct err *err)
{
    const char *asked = c->n_args > 1 ? c->args[1] : "";
    struct buf text = BUF_INIT;
    int ret;

    if (strcmp(asked, "--version") == 0 || strcmp(asked, "-V") == 0)
        return print_version(c->program, err);
    if (strcmp(asked, "--complete") == 0)
        ret = complete_program(c->program, &text, err);
    else if (*asked)
        ret = help_program(c->program, help_width(), &text, err);
    else {
        err_usage(err, "a verb is missing:");
        size_t used = strlen(err->text);
        for (int i = 0; c->program->verbs[i] && used < sizeof err->text; i++)
            used += (size_t)snprintf(err->text + used, sizeof err->text - used, "%s %s",
                i ? "," : "", c->program->verbs[i]->name);
        return -1;
    }
    if (ret == 0)
        ret = print_all(&text, err);
    buf_release(&text);
    return ret;
}

static int print_version(const struct program *program, struct err *err)
{
    struct buf text = BUF_INIT;
    int ret = buf_printf(&text, "%s (learnutils) %s\n", program->name, LEARNUTILS_VERSION);

    ret = ret < 0 ? err_memory(err) : print_all(&text, err);
    buf_release(&text);
    return ret;
}

/* A closed or full standard output is found out here, not lost. */
static int print_all(const struct buf *text, struct err *err)
{
    for (size_t at = 0; at < text->len;) {
        ssize_t wrote = write(STDOUT_FILENO, text->data + at, text->len - at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return err_system(err, "standard output");
        at += (size_t)wrote;
    }
    if (close(STDOUT_FILENO) < 0 && errno != EINTR)
        return err_system(err, "standard output");
    return 0;
}

static int print_help(struct call *c, struct err *err)
{
    struct buf text = BUF_INIT;
    int ret = help_verb(c->verb, c->name, &c->list, help_width(), &text, err);

    if (ret == 0)
        ret = print_all(&text, err);
    buf_release(&text);
    return ret;
}

static int print_complete(struct call *c, struct err *err)
{
    struct buf text = BUF_INIT;
    int ret = complete_verb(c->verb, &c->list, &text, err);

    if (ret == 0)
        ret = print_all(&text, err);
    buf_release(&text);
    return ret;
}

/* ---- the call ---- */

static int call_verb(struct call *c, struct err *err)
{
    enum opt_asked asked;
    int first_operand;

    if (opts_check(c->verb->opts, err) < 0 || opt_list_init(&c->list, c->verb->opts, err) < 0)
        return -1;
    if (c->n_args == 2 && strcmp(c->args[1], "--complete") == 0)
        return print_complete(c, err);
    c->options = mem_copy(c->verb->defaults, 1, c->verb->options_size);
    if (!c->options)
        return err_memory(err);
    if (opts_parse(&c->list, c->options, c->n_args, c->args, c->verb->flags & VERB_STOP_AT_OPERAND,
            &first_operand, &asked, err) < 0)
        return -1;
    if (asked == OPT_ASKED_HELP)
        return print_help(c, err);
    if (asked == OPT_ASKED_VERSION)
        return print_version(c->program, err);
    if (c->verb->flags & VERB_NO_OPERANDS && first_operand < c->n_args) {
        const char *word = c->args[first_operand];
        return err_usage(err, "takes no operands: '%.*s'", err_quote_len(strlen(word)), word);
    }
    return call_run(c, first_operand, err);
}

static bool is_threaded(const struct call *c)
{
    for (size_t i = 0; i < c->list.n; i++)
        if (c->list.item[i].opt == &common_thread_opt[1])
            return true;
    return false;
}

/* -j, else LEARNUTILS_THREADS, else the CPUs there are. */
static int threads_settle(int64_t *threads, struct err *err)
{
    const char *text = getenv("LEARNUTILS_THREADS");

    if (*threads == 0 && text && *text && value_set(&common_thread_opt[1], threads, text, err) < 0)
        return err_prefix(err, "LEARNUTILS_THREADS");
    if (*threads == 0)
        *threads = cpu_count();
    return 0;
}

/* Results and a progress line on one terminal would land in each other. */
static bool results_on_terminal(const struct common_options *common)
{
    bool on_stdout = !common->output || strcmp(common->output, "-") == 0;
    return on_stdout && isatty(STDOUT_FILENO);
}

static int call_run(struct call *c, int first_operand, struct err *err)
{
    struct common_options *common = (void *)((char *)c->options + c->verb->common_offset);
    struct operands operands = {
        .n = c->n_args - first_operand,
        .item = (const char *const *)(c->args + first_operand),
    };
    bool threaded = is_threaded(c);

    if (cpu_check(err) < 0)
        return -1;
    if (threaded && threads_settle(&common->threads, err) < 0)
        return -1;
    messages_settle(&c->messages, common->quiet, common->verbose, !results_on_terminal(common));
    signals_install();
    if (threaded && common->threads > 1) {
        signals_hold();
        int ret = pool_start((int)common->threads, err);
        signals_let();
        if (ret < 0)
            return -1;
    }
    struct watch watch = messages_watch(&c->messages);
    int ret = c->verb->run(c->options, &operands, &watch, err);
    pool_stop();
    return ret;
}

/* ---- the end ---- */

/* "interrupted", and what else there is to say. */
static void print_interrupted(struct call *c, const struct err *err)
{
    char text[sizeof err->text + 32];

    if (err->kind == ERR_PIPE || !*err->text)
        snprintf(text, sizeof text, "interrupted");
    else if (strncmp(err->text, "interrupted", strlen("interrupted")) == 0)
        snprintf(text, sizeof text, "%s", err->text);
    else
        snprintf(text, sizeof text, "interrupted: %s", err->text);
    message_error(&c->messages, text);
}

static int call_end(struct call *c, int ret, const struct err *err)
{
    int signal_number = interrupt_signal();

    progress_clear(&c->messages.progress);
    if (ret == 0)
        return EXIT_DONE;
    if (err->kind == ERR_INTERRUPTED || signal_number) {
        print_interrupted(c, err);
        if (signal_number)
            signals_die(signal_number);
        return EXIT_FAILED;
    }
    if (err->kind == ERR_PIPE)
        signals_die(SIGPIPE);
    message_error(&c->messages, *err->text ? err->text : "failed, and did not say why");
    if (err->kind != ERR_USAGE)
        return EXIT_FAILED;
    message_hint(c->name);
    return EXIT_USAGE;
}
