/*
 * message.h -- everything a program says on standard error.
 *
 * A message is one line, "program: text", in which control characters and bytes that are not UTF-8
 * are escaped, written at once so that the lines of a pipeline do not mix.
 */
#ifndef COMMON_CLI_MESSAGE_H
#define COMMON_CLI_MESSAGE_H

#include <stdbool.h>

#include "common/base/watch.h"
#include "common/cli/progress.h"

struct messages {
    const char *program; /* "rf-train" */
    bool quiet, verbose; /* quiet: errors only */
    struct progress progress;
};

/* The program's name is kept, not copied; then -q and -v as they were given.  progress: it may be
 * drawn, if standard error is a terminal. */
void messages_init(struct messages *m, const char *program);
void messages_settle(struct messages *m, bool quiet, bool verbose, bool progress);

void message_error(struct messages *m, const char *text);
void message_note(struct messages *m, enum note_level level, const char *text);
void message_hint(const char *program); /* "Try 'rf-train --help'." */

/* A watch that prints, draws progress and stops at a signal; m must live as long. */
struct watch messages_watch(struct messages *m);

#endif
