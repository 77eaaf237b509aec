/* help.h -- the texts of --help and --complete, made from the option tables. */
#ifndef COMMON_CLI_HELP_H
#define COMMON_CLI_HELP_H

#include "common/cli/verb.h"

/* `name` is what the user calls it: "rf-train", "score". Each appends to out. */
int help_verb(const struct verb *verb, const char *name, const struct opt_list *list, int width,
    struct buf *out, struct err *err) MUST_CHECK;
int help_program(
    const struct program *program, int width, struct buf *out, struct err *err) MUST_CHECK;

/*
 * Lines "word TAB kind TAB help" for the completion scripts.  Of a program: its verbs, kind "verb".
 * Of a verb: "-x" and "--name" of each option, kind "none", "file", "value" or the allowed values
 * with commas between; and a line "operand" of kind "file", "none" or "command".
 */
int complete_verb(const struct verb *verb, const struct opt_list *list, struct buf *out,
    struct err *err) MUST_CHECK;
int complete_program(const struct program *program, struct buf *out, struct err *err) MUST_CHECK;

#endif
