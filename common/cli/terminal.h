/* terminal.h -- how text from anywhere (data, models, file names) is shown without harm. */
#ifndef COMMON_CLI_TERMINAL_H
#define COMMON_CLI_TERMINAL_H

#include <stddef.h>

/*
 * Bytes of the character at text (not at its end) if it can be shown as it is, with the columns it
 * takes in *columns; 0 if its first byte must be escaped: control characters (C1 and those that
 * reorder or break lines too) and bytes that are not UTF-8.
 */
size_t terminal_glyph(const char *text, int *columns);

enum { TERMINAL_ESCAPE_MAX = 5 };
/* The first byte of text as \n, \t, \r or \x1b, NUL-ended; returns its length. */
size_t terminal_escape(const char *text, char out[TERMINAL_ESCAPE_MAX]);

/* Columns of the terminal at fd, or fallback when there is none or it does not tell. */
int terminal_width(int fd, int fallback);

#endif
