/*
 * progress.h -- one line on the terminal that says how far the work is.
 *
 * Drawn on standard error only when that is a terminal that can redraw a line and no results go to
 * a terminal by standard output, from one second after the first call on, and at most ten times a
 * second.  Made to be called often: most calls read the clock and return.
 */
#ifndef COMMON_CLI_PROGRESS_H
#define COMMON_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *program;
    bool on;                   /* it may be drawn at all */
    bool plain;                /* NO_COLOR: not even the code that erases the rest of the line */
    int drawn;                 /* columns of the line that stands there; 0: none does */
    double begun, began, last; /* clock at the first call, at this work's first, at the last draw */
    int64_t base;              /* done at this work's first call */
    int64_t done;
    char what[64];
};

/* The program's name is kept, not copied.  wanted: false draws nothing. */
void progress_init(struct progress *p, const char *program, bool wanted);
void progress_update(
    struct progress *p, const char *what, int64_t done, int64_t total, const char *detail);
/* Takes the line away, before anything else is printed and at the end. */
void progress_clear(struct progress *p);

#endif
