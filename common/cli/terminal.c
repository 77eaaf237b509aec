/* terminal.c -- see terminal.h. */
#include "common/cli/terminal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "common/base/utf8.h"

/* Controls, and what makes the rest of a line look different from what it is. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

/* Good enough to keep a line within the terminal: the wide scripts and pictures count two. */
static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || c >= 0x1F000;
}

size_t terminal_glyph(const char *text, int *columns)
{
    uint32_t code;
    size_t n = utf8_decode(text, strlen(text) + 1, &code);

    if (n == 0 || is_control(code))
        return 0;
    *columns = is_wide(code) ? 2 : 1;
    return n;
}

size_t terminal_escape(const char *text, char out[TERMINAL_ESCAPE_MAX])
{
    unsigned char c = (unsigned char)*text;
    if (c == '\n' || c == '\t' || c == '\r') {
        out[0] = '\\';
        out[1] = c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
        out[2] = '\0';
        return 2;
    }
    return (size_t)snprintf(out, TERMINAL_ESCAPE_MAX, "\\x%02x", (unsigned)c);
}

int terminal_width(int fd, int fallback)
{
    struct winsize size = {0};
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : fallback;
}
