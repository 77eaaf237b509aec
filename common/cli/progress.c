/* progress.c -- see progress.h. */
#include "common/cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/cli/terminal.h"

#define DELAY_SECONDS  1.0
#define REDRAW_SECONDS 0.1
enum { BAR_COLUMNS = 20, LINE_BYTES = 1024 };

/* A line being put together, never wider than the terminal. */
struct line {
    char text[LINE_BYTES];
    size_t len;
    int columns, limit;
};

static void progress_draw(struct progress *p, int64_t total, const char *detail, double now);

void progress_init(struct progress *p, const char *program, bool wanted)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    bool dumb = !term || !*term || strcmp(term, "dumb") == 0;

    *p = (struct progress){
        .program = program,
        .on = wanted && !dumb && isatty(STDERR_FILENO),
        .plain = no_color && *no_color,
    };
}

void progress_update(
    struct progress *p, const char *what, int64_t done, int64_t total, const char *detail)
{
    if (!p->on)
        return;
    double now = clock_seconds();
    if (strncmp(p->what, what, sizeof p->what - 1) != 0 || done < p->done) {
        snprintf(p->what, sizeof p->what, "%s", what);
        p->began = now;
        p->base = done;
        if (p->begun <= 0)
            p->begun = now;
    }
    p->done = done;
    if (now - p->begun < DELAY_SECONDS || now - p->last < REDRAW_SECONDS)
        return;
    p->last = now;
    progress_draw(p, total, detail ? detail : "", now);
}

/* ---- the line ---- */

static void line_add(struct line *l, const char *text)
{
    while (*text) {
        char escaped[TERMINAL_ESCAPE_MAX];
        const char *from = text;
        int columns = 0;
        size_t n = terminal_glyph(text, &columns), step = n ? n : 1;
        if (!n) {
            n = terminal_escape(text, escaped);
            from = escaped;
            columns = (int)n;
        }
        if (l->columns + columns > l->limit || l->len + n >= sizeof l->text)
            return;
        memcpy(l->text + l->len, from, n);
        l->len += n;
        l->columns += columns;
        text += step;
    }
}

static void line_add_share(struct line *l, int64_t done, int64_t total)
{
    char text[80], bar[BAR_COLUMNS + 1];
    double share = done < total ? (double)done / (double)total : 1;
    int full = (int)(share * BAR_COLUMNS);

    memset(bar, '.', BAR_COLUMNS);
    memset(bar, '#', (size_t)full);
    bar[BAR_COLUMNS] = '\0';
    snprintf(text, sizeof text, "/%" PRId64 " %3d%% [%s]", total, (int)(share * 100), bar);
    line_add(l, text);
}

static void line_add_left(struct line *l, double seconds)
{
    char text[64];
    int64_t s = seconds < 1e9 ? (int64_t)(seconds + 0.5) : (int64_t)1e9;

    if (s < 60)
        snprintf(text, sizeof text, " %" PRId64 "s left", s);
    else if (s < 3600)
        snprintf(text, sizeof text, " %" PRId64 "m%02" PRId64 "s left", s / 60, s % 60);
    else
        snprintf(text, sizeof text, " %" PRId64 "h%02" PRId64 "m left", s / 3600, s / 60 % 60);
    line_add(l, text);
}

/* Written whole; a terminal that takes no more is no reason to fail. */
static void terminal_write(const char *text, size_t n)
{
    while (n > 0) {
        ssize_t wrote = write(STDERR_FILENO, text, n);
        if (wrote <= 0)
            return;
        text += wrote;
        n -= (size_t)wrote;
    }
}

/* In the background a line would land among what the foreground shows. */
static bool in_background(void)
{
    pid_t front = tcgetpgrp(STDERR_FILENO);
    return front > 0 && front != getpgrp();
}

static void progress_draw(struct progress *p, int64_t total, const char *detail, double now)
{
    struct line l = {.limit = terminal_width(STDERR_FILENO, 80) - 1};
    char text[128];
    double elapsed = now - p->began, gained = (double)(p->done - p->base);

    if (in_background())
        return;
    line_add(&l, p->program);
    snprintf(text, sizeof text, ": %s %" PRId64, p->what, p->done);
    line_add(&l, text);
    if (total > 0)
        line_add_share(&l, p->done, total);
    if (total > p->done && gained > 0 && elapsed > 0)
        line_add_left(&l, elapsed / gained * (double)(total - p->done));
    if (*detail) {
        line_add(&l, "  ");
        line_add(&l, detail);
    }

    char out[LINE_BYTES * 2 + 16];
    int pad = p->plain && p->drawn > l.columns ? p->drawn - l.columns : 0;
    if (pad > LINE_BYTES)
        pad = LINE_BYTES;
    int n = snprintf(
        out, sizeof out, "\r%.*s%*s%s", (int)l.len, l.text, pad, "", p->plain ? "" : "\x1b[K");
    terminal_write(out, (size_t)n);
    p->drawn = l.columns;
}

void progress_clear(struct progress *p)
{
    char out[LINE_BYTES + 16];

    if (!p->drawn)
        return;
    int n = p->plain ? snprintf(out, sizeof out, "\r%*s\r", p->drawn, "")
                     : snprintf(out, sizeof out, "\r\x1b[K");
    terminal_write(out, (size_t)n < sizeof out ? (size_t)n : sizeof out - 1);
    p->drawn = 0;
}
