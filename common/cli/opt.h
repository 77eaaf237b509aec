/*
 * opt.h -- options as typed tables.
 *
 * A verb's options are a struct with its defaults and one const table of struct opt that says where
 * each value goes.  Parsing (getopt_long), --help with defaults, completion and the check of the
 * manual read that table; nothing else knows the options.  Groups shared by programs (input
 * columns, training) are tables of their own, pulled in by OPT_GROUP with the offset of their
 * struct.
 *
 * Strings and lists that options set point into argv and are never freed.
 */
#ifndef COMMON_CLI_OPT_H
#define COMMON_CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"

enum opt_type {
    OPT_TYPE_END,
    OPT_TYPE_HEAD,    /* help: a heading above the options that follow in this table */
    OPT_TYPE_GROUP,   /* the table .group, whose offsets count from .offset */
    OPT_TYPE_FLAG,    /* bool: set true */
    OPT_TYPE_UNSET,   /* bool: set false */
    OPT_TYPE_INT,     /* int64_t within [min, max] */
    OPT_TYPE_REAL,    /* double within [min, max]; bounds excluded by OPT_OPEN_MIN, OPT_OPEN_MAX */
    OPT_TYPE_STRING,  /* const char * */
    OPT_TYPE_STRINGS, /* struct opt_strings: may be given again, each adds one */
    OPT_TYPE_ENUM,    /* int: index of the value's name in .names (ends with NULL) */
    OPT_TYPE_CUSTOM,  /* .parse(text, field) */
};

/*
 * Help shows a default unless it says nothing: NULL, a false flag, a number outside [min, max]
 * (which so can mean "not given"), or OPT_NO_DEFAULT.
 */
enum { OPT_OPEN_MIN = 1, OPT_OPEN_MAX = 2, OPT_HIDDEN = 4, OPT_NO_DEFAULT = 8 };

enum { OPT_STRINGS_MAX = 64 };
struct opt_strings {
    int n;
    const char *item[OPT_STRINGS_MAX];
};

struct opt {
    enum opt_type type;
    int letter;       /* short option, or 0 */
    const char *name; /* long option; also accepted with '_' for '-' */
    size_t offset;    /* of the field in the options struct */
    const char *arg;  /* what help calls the value: "N", "FILE", "COL" */
    const char *help; /* one sentence without a stop, lower case */
    double min, max;  /* INT, REAL */
    int flags;
    const char *const *names; /* ENUM */
    int (*parse)(
        const char *text, void *field, struct err *err); /* CUSTOM; err without the option's name */
    int (*show)(const void *field,
        struct buf *out);    /* CUSTOM: the default as help prints it; may be NULL */
    const struct opt *group; /* GROUP */
};

#define OPT_END                                                                                    \
    {                                                                                              \
        .type = OPT_TYPE_END                                                                       \
    }
#define OPT_HEAD(text)                                                                             \
    {                                                                                              \
        .type = OPT_TYPE_HEAD, .help = text                                                        \
    }
#define OPT_GROUP(table, s, field)                                                                 \
    {                                                                                              \
        .type = OPT_TYPE_GROUP, .group = table, .offset = offsetof(s, field)                       \
    }
#define OPT_FLAG(l, n, s, field, text)                                                             \
    {                                                                                              \
        .type = OPT_TYPE_FLAG, .letter = l, .name = n, .offset = offsetof(s, field), .help = text  \
    }
#define OPT_UNSET(l, n, s, field, text)                                                            \
    {                                                                                              \
        .type = OPT_TYPE_UNSET, .letter = l, .name = n, .offset = offsetof(s, field), .help = text \
    }
#define OPT_INT(l, n, s, field, lo, hi, a, text)                                                   \
    {                                                                                              \
        .type = OPT_TYPE_INT, .letter = l, .name = n, .offset = offsetof(s, field), .min = lo,     \
        .max = hi, .arg = a, .help = text                                                          \
    }
/* The default is told by the help text. */
#define OPT_INT_AUTO(l, n, s, field, lo, hi, a, text)                                              \
    {                                                                                              \
        .type = OPT_TYPE_INT, .letter = l, .name = n, .offset = offsetof(s, field), .min = lo,     \
        .max = hi, .flags = OPT_NO_DEFAULT, .arg = a, .help = text                                 \
    }
#define OPT_REAL(l, n, s, field, lo, hi, fl, a, text)                                              \
    {                                                                                              \
        .type = OPT_TYPE_REAL, .letter = l, .name = n, .offset = offsetof(s, field), .min = lo,    \
        .max = hi, .flags = fl, .arg = a, .help = text                                             \
    }
#define OPT_STRING(l, n, s, field, a, text)                                                        \
    {                                                                                              \
        .type = OPT_TYPE_STRING, .letter = l, .name = n, .offset = offsetof(s, field), .arg = a,   \
        .help = text                                                                               \
    }
#define OPT_STRINGS(l, n, s, field, a, text)                                                       \
    {                                                                                              \
        .type = OPT_TYPE_STRINGS, .letter = l, .name = n, .offset = offsetof(s, field), .arg = a,  \
        .help = text                                                                               \
    }
#define OPT_ENUM(l, n, s, field, values, a, text)                                                  \
    {                                                                                              \
        .type = OPT_TYPE_ENUM, .letter = l, .name = n, .offset = offsetof(s, field),               \
        .names = values, .arg = a, .help = text                                                    \
    }
#define OPT_CUSTOM(l, n, s, field, parser, shower, a, text)                                        \
    {                                                                                              \
        .type = OPT_TYPE_CUSTOM, .letter = l, .name = n, .offset = offsetof(s, field),             \
        .parse = parser, .show = shower, .arg = a, .help = text                                    \
    }

/*
 * -o -j -s -q -v, in every verb (-h and -V are handled by verb.c).  A verb whose result does not
 * depend on a seed or is not threaded still takes -s and -j only if it uses them: it pulls in the
 * single tables.
 */
struct common_options {
    const char *output; /* NULL: standard output */
    int64_t threads;    /* 0: LEARNUTILS_THREADS, else cpu_count() */
    int64_t seed;       /* 1 */
    bool quiet, verbose;
};
#define COMMON_OPTIONS_INIT                                                                        \
    {                                                                                              \
        .seed = 1                                                                                  \
    }
extern const struct opt common_opts[];       /* -o -q -v */
extern const struct opt common_seed_opt[];   /* -s */
extern const struct opt common_thread_opt[]; /* -j */

/* The rest is for this folder and for tests. */

/* A table with its groups put in place, and -h and -V at the end. */
struct opt_item {
    const struct opt *opt;
    size_t offset;       /* of the field in the verb's options struct */
    const char *heading; /* NULL: none; OPT_GENERAL comes last in help */
};
struct opt_list {
    struct opt_item *item;
    size_t n, room;
};
#define OPT_LIST_INIT                                                                              \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }
#define OPT_GENERAL "General"

int opt_list_init(struct opt_list *list, const struct opt *table, struct err *err) MUST_CHECK;
void opt_list_release(struct opt_list *list);

/* A mistake of the programmer's: a letter or name twice, a type without what it needs. */
int opts_check(const struct opt *table, struct err *err) MUST_CHECK;

enum opt_asked { OPT_ASKED_NOTHING, OPT_ASKED_HELP, OPT_ASKED_VERSION };

/*
 * Reads argv[1] .. into the options struct at values, which holds the defaults.  Operands are moved
 * to the end of argv (unless options stop at the first operand) and start at *first_operand.  At
 * -h or -V the rest is not looked at.  Bad options are ERR_USAGE.
 */
int opts_parse(const struct opt_list *list, void *values, int argc, char **argv,
    bool stop_at_operand, int *first_operand, enum opt_asked *asked, struct err *err) MUST_CHECK;

#endif
