/*
 * verb.h -- programs and their verbs: dispatch, help, messages, signals, exit statuses.
 *
 * A program is one binary with one or more verbs.  "rf-train" (a link) and "rf train" are the same.
 * The verb is what follows the last hyphen of argv[0], else the first argument.  A program with a
 * single unnamed verb (score, toydata) takes its arguments at once.
 *
 *     static const struct verb verbs[] = {rf_train, rf_predict, {NULL}};   (each VERB() in its own
 * file) PROGRAM("rf", "random forests", &rf_train, &rf_predict)
 */
#ifndef COMMON_CLI_VERB_H
#define COMMON_CLI_VERB_H

#include <stddef.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/cli/opt.h"

struct operands {
    int n;
    const char *const *item;
};

enum {
    VERB_STOP_AT_OPERAND = 1, /* options end at the first operand: a command follows */
    VERB_NO_OPERANDS = 2,     /* takes no operand: one is a usage error */
};

struct verb {
    const char *name;     /* "train"; "" for a program without verbs */
    const char *summary;  /* one line for help and completion */
    const char *synopsis; /* what follows the program's name: "[options] [FILE...]" */
    const struct opt *opts;
    const void *defaults; /* the options struct at its defaults */
    size_t options_size;
    size_t common_offset; /* of its struct common_options */
    int flags;
    int (*run)(
        const void *options, const struct operands *operands, struct watch *watch, struct err *err);
};

struct program {
    const char *name, *summary;
    const struct verb *const *verbs; /* ends with NULL */
};

/* Runs a verb of the program; returns the exit status (0 done, 1 failed, 2 usage), or dies of a
 * signal. */
int program_main(const struct program *program, int argc, char **argv);

/* Defines main().  PROGRAM("rf", "random forests", &rf_train, &rf_predict) */
#define PROGRAM(program_name, text, ...)                                                           \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        static const struct verb *const verbs[] = {__VA_ARGS__, NULL};                             \
        static const struct program program = {program_name, text, verbs};                         \
        return program_main(&program, argc, argv);                                                 \
    }

/*
 * Defines struct verb ident from: name, summary, synopsis, option table, the const defaults struct
 * (of type struct_type with a member `common`), flags and a function `static int run(const
 * struct_type *, const struct operands *, struct watch *, struct err *)`.
 */
#define VERB(                                                                                      \
    ident, verb_name, text, usage, table, struct_type, default_values, verb_flags, function)       \
    static int ident##_run(                                                                        \
        const void *o, const struct operands *operands, struct watch *watch, struct err *err)      \
    {                                                                                              \
        return function(o, operands, watch, err);                                                  \
    }                                                                                              \
    const struct verb ident = {.name = verb_name,                                                  \
        .summary = text,                                                                           \
        .synopsis = usage,                                                                         \
        .opts = table,                                                                             \
        .defaults = &default_values,                                                               \
        .options_size = sizeof(struct_type),                                                       \
        .common_offset = offsetof(struct_type, common),                                            \
        .flags = verb_flags,                                                                       \
        .run = ident##_run};

#endif
