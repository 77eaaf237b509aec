/* message.c -- see message.h. */
#include "common/cli/message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/interrupt.h"
#include "common/cli/terminal.h"

/* Bytes on their way to standard error; no memory is asked for, since that may be the news. */
struct line {
    char text[4096];
    size_t len;
};

static void line_flush(struct line *l)
{
    for (size_t at = 0; at < l->len;) {
        ssize_t wrote = write(STDERR_FILENO, l->text + at, l->len - at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            break; /* there is nowhere to complain */
        at += (size_t)wrote;
    }
    l->len = 0;
}

static void line_put(struct line *l, const char *bytes, size_t n)
{
    if (l->len + n > sizeof l->text)
        line_flush(l);
    memcpy(l->text + l->len, bytes, n);
    l->len += n;
}

static void line_put_text(struct line *l, const char *text)
{
    while (*text) {
        char escaped[TERMINAL_ESCAPE_MAX];
        int columns;
        size_t n = terminal_glyph(text, &columns);
        if (n) {
            line_put(l, text, n);
            text += n;
        } else {
            line_put(l, escaped, terminal_escape(text, escaped));
            text++;
        }
    }
}

static void message_print(struct messages *m, const char *kind, const char *text)
{
    struct line l = {.len = 0};

    progress_clear(&m->progress);
    line_put_text(&l, m->program);
    line_put(&l, ": ", 2);
    line_put_text(&l, kind);
    line_put_text(&l, text);
    line_put(&l, "\n", 1);
    line_flush(&l);
}

void messages_init(struct messages *m, const char *program)
{
    *m = (struct messages){.program = program};
}

void messages_settle(struct messages *m, bool quiet, bool verbose, bool progress)
{
    m->quiet = quiet;
    m->verbose = verbose;
    progress_init(&m->progress, m->program, !quiet && progress);
}

void message_error(struct messages *m, const char *text)
{
    message_print(m, "", text);
}

void message_note(struct messages *m, enum note_level level, const char *text)
{
    if (m->quiet || (level == NOTE_DETAIL && !m->verbose))
        return;
    message_print(m, level == NOTE_WARNING ? "warning: " : "", text);
}

void message_hint(const char *program)
{
    struct line l = {.len = 0};
    line_put(&l, "Try '", 5);
    line_put_text(&l, program);
    line_put(&l, " --help'.\n", 10);
    line_flush(&l);
}

/* ---- the watch ---- */

static void watch_note_print(void *ctx, enum note_level level, const char *text)
{
    message_note(ctx, level, text);
}

static void watch_progress_draw(
    void *ctx, const char *what, int64_t done, int64_t total, const char *detail)
{
    struct messages *m = ctx;
    progress_update(&m->progress, what, done, total, detail);
}

static bool watch_signal_came(void *ctx)
{
    (void)ctx;
    return interrupt_signal() != 0;
}

struct watch messages_watch(struct messages *m)
{
    return (struct watch){
        .ctx = m,
        .note = watch_note_print,
        .progress = watch_progress_draw,
        .stop = watch_signal_came,
    };
}
