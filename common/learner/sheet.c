/* sheet.c -- see sheet.h. */
#include "common/learner/sheet.h"

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/tree/predictor.h"

/* A predictor goes through the whole forest once a block: smaller tasks would do so more often. */
enum { TASKS_PER_WORKER = 4, TASK_ROWS = PREDICTOR_ROWS };

int sheet_init(struct sheet *s, struct err *err)
{
    s->n_texts = TASKS_PER_WORKER * pool_size();
    s->text = mem_zalloc((size_t)s->n_texts, sizeof *s->text);
    s->failed = mem_zalloc((size_t)s->n_texts, sizeof *s->failed);
    return s->text && s->failed ? 0 : err_memory(err);
}

void sheet_release(struct sheet *s)
{
    for (int i = 0; s->text && i < s->n_texts; i++)
        buf_release(&s->text[i]);
    mem_free(s->text);
    mem_free(s->failed);
    *s = (struct sheet){.n_texts = 0};
}

/* Rows of a task: enough to be worth one, and few where there are few to share. */
static int task_rows(int64_t n_rows, int64_t n_fields)
{
    int64_t most = n_fields < SHEET_FIELDS ? SHEET_FIELDS / n_fields : 1;
    int64_t share = n_rows / (TASKS_PER_WORKER * pool_size()) + 1;
    share = (share + SHEET_BLOCK - 1) / SHEET_BLOCK * SHEET_BLOCK;

    if (most > TASK_ROWS)
        most = TASK_ROWS;
    if (most > SHEET_BLOCK)
        most -= most % SHEET_BLOCK;
    return (int)(share < most ? share : most);
}

struct wave {
    struct sheet *sheet;
    sheet_fn *fn;
    void *ctx;
    int64_t first, end;
    int rows; /* of a task */
};

static void make_text(void *ctx, int64_t task, int worker)
{
    struct wave *w = ctx;
    int64_t first = w->first + task * w->rows, left = w->end - first;
    struct buf *text = &w->sheet->text[task];

    buf_clear(text);
    w->sheet->failed[task] =
        w->fn(w->ctx, first, (int)(left < w->rows ? left : w->rows), worker, text) < 0;
}

int sheet_put(struct sheet *s, int64_t n_rows, int64_t n_fields, sheet_fn *fn, void *ctx,
    struct output *out, struct err *err)
{
    struct wave w = {s, fn, ctx, 0, 0, task_rows(n_rows, n_fields)};

    for (; w.first < n_rows; w.first = w.end) {
        int64_t left = n_rows - w.first, n = (left + w.rows - 1) / w.rows;
        if (n > s->n_texts)
            n = s->n_texts;
        w.end = n * w.rows < left ? w.first + n * w.rows : n_rows;
        pool_run(n, make_text, &w);
        for (int64_t i = 0; i < n; i++) {
            if (s->failed[i])
                return err_memory(err);
            if (s->text[i].len && output_put(out, s->text[i].data, s->text[i].len, err) < 0)
                return -1;
        }
        s->n_rows += w.end - w.first;
        watch_progress(s->watch, "rows", s->n_rows, 0, "");
        if (watch_stop(s->watch))
            return err_interrupted(err);
    }
    return 0;
}
