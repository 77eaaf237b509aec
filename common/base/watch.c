/* watch.c -- see watch.h. */
#include "common/base/watch.h"

#include <stdio.h>

static void watch_note(const struct watch *w, enum note_level level, const char *fmt, va_list ap)
{
    char text[1024];
    if (!w || !w->note)
        return;
    vsnprintf(text, sizeof text, fmt, ap);
    w->note(w->ctx, level, text);
}

void watch_info(const struct watch *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    watch_note(w, NOTE_INFO, fmt, ap);
    va_end(ap);
}

void watch_warn(const struct watch *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    watch_note(w, NOTE_WARNING, fmt, ap);
    va_end(ap);
}

void watch_detail(const struct watch *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    watch_note(w, NOTE_DETAIL, fmt, ap);
    va_end(ap);
}

void watch_progress(
    const struct watch *w, const char *what, int64_t done, int64_t total, const char *detail)
{
    if (w && w->progress)
        w->progress(w->ctx, what, done, total, detail);
}

bool watch_stop(const struct watch *w)
{
    return w && w->stop && w->stop(w->ctx);
}
