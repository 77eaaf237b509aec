/*
 * watch.h -- how code that never prints tells what goes on, and learns that it should stop.
 *
 * A verb passes one struct watch down; any of its functions, and the watch itself, may be NULL.
 * Functions are called from the thread that started the work, never from the pool.
 */
#ifndef COMMON_BASE_WATCH_H
#define COMMON_BASE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

enum note_level { NOTE_INFO, NOTE_WARNING, NOTE_DETAIL /* only with -v */ };

struct watch {
    void *ctx;
    void (*note)(void *ctx, enum note_level level, const char *text);
    /* done of total (0: unknown) of what ("trees", "rows"); detail is "" or text such as "oob 0.95"
     */
    void (*progress)(void *ctx, const char *what, int64_t done, int64_t total, const char *detail);
    bool (*stop)(void *ctx);
};

void watch_info(const struct watch *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
void watch_warn(const struct watch *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
void watch_detail(const struct watch *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
void watch_progress(
    const struct watch *w, const char *what, int64_t done, int64_t total, const char *detail);
bool watch_stop(const struct watch *w); /* true: a signal came; finish with err_interrupted() */

#endif
