/*
 * predict_proximity.c -- how near rows are to each other; see session.h.
 *
 * The proximity of two rows is the share of trees in which they end in the same leaf (Breiman 2001;
 * Breiman and Cutler's manual).
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/prediction.h"
#include "common/learner/session.h"

enum { LANES = 8, TASK_FIELDS = 1 << 18 };

struct share {
    int len;
    char text[20];
};

struct proximity {
    int64_t n;        /* rows so far */
    size_t width;     /* trees, and as many as make it a multiple of LANES */
    uint32_t *leaf;   /* [n][width], 0 beyond the trees */
    size_t leaf_room; /* rows */
    struct buf kept;  /* row i is [start[i], start[i + 1]) */
    size_t *start, start_room;
    struct share *shares; /* [n_trees + 1] of trees as text */
    int n_workers;
    uint16_t **codes; /* of a worker */
};

static int shares_make(struct proximity *p, int n_trees)
{
    struct buf text = BUF_INIT;

    p->shares = mem_alloc((size_t)n_trees + 1, sizeof *p->shares);
    for (int i = 0; p->shares && i <= n_trees; i++) {
        buf_clear(&text);
        if (number_add((double)i / n_trees, true, &text) < 0 ||
            text.len > sizeof p->shares[i].text) {
            mem_free(p->shares);
            p->shares = NULL;
            break;
        }
        p->shares[i].len = (int)text.len;
        memcpy(p->shares[i].text, text.data, text.len);
    }
    buf_release(&text);
    return p->shares ? 0 : -1;
}

static int proximity_start(struct predict_session *s, struct err *err)
{
    struct proximity *p = s->self;
    int n_trees = s->model.forest.n_trees;

    p->width = ((size_t)n_trees + LANES - 1) / LANES * LANES;
    p->codes = mem_zalloc((size_t)pool_size(), sizeof *p->codes);
    if (!p->codes || mem_grow(&p->start, &p->start_room, 1, sizeof *p->start) < 0 ||
        shares_make(p, n_trees) < 0)
        return err_memory(err);
    p->start[0] = 0;
    for (; p->n_workers < pool_size(); p->n_workers++)
        if (!(p->codes[p->n_workers] =
                    mem_alloc(predictor_codes_size(s->predictor), sizeof **p->codes)))
            return err_memory(err);
    return 0;
}

static void proximity_release(struct predict_session *s)
{
    struct proximity *p = s->self;

    for (int i = 0; i < p->n_workers; i++)
        mem_free(p->codes[i]);
    mem_free(p->codes);
    mem_free(p->leaf);
    mem_free(p->start);
    mem_free(p->shares);
    buf_release(&p->kept);
}

/* ---- gathering ---- */

static void leaves_block(void *ctx, int64_t block, int worker)
{
    const struct predict_session *s = ctx;
    const struct proximity *p = s->self;
    int64_t first = block * PREDICTOR_ROWS, left = s->batch.n_rows - first;
    struct predictor_block b = {.cols = s->batch.cols,
        .first = first,
        .n = left < PREDICTOR_ROWS ? (int)left : PREDICTOR_ROWS,
        .codes = p->codes[worker]};
    uint32_t leaf[PREDICTOR_ROWS], *to = p->leaf + (size_t)(p->n + first) * p->width;

    predictor_code(s->predictor, &b);
    memset(to, 0, (size_t)b.n * p->width * sizeof *to);
    for (int tree = 0; tree < s->model.forest.n_trees; tree++) {
        predictor_leaves(s->predictor, &b, tree, leaf);
        for (int i = 0; i < b.n; i++)
            to[(size_t)i * p->width + (size_t)tree] = leaf[i];
    }
}

static int proximity_batch(struct predict_session *s, struct err *err)
{
    struct proximity *p = s->self;
    size_t n = (size_t)(p->n + s->batch.n_rows), len;

    if (n > PROXIMITY_ROWS)
        return err_set(err, "--proximity has a column for each row: more than %d are too many",
            PROXIMITY_ROWS);
    if (mem_grow(&p->leaf, &p->leaf_room, n, p->width * sizeof *p->leaf) < 0 ||
        mem_grow(&p->start, &p->start_room, n + 1, sizeof *p->start) < 0)
        return err_memory(err);
    pool_run((s->batch.n_rows + PREDICTOR_ROWS - 1) / PREDICTOR_ROWS, leaves_block, s);
    for (int i = 0; i < s->batch.n_rows; i++) {
        const char *kept = reader_kept(s->reader, i, &len);
        if (buf_add(&p->kept, kept, len) < 0)
            return err_memory(err);
        p->start[++p->n] = p->kept.len;
    }
    return 0;
}

/* ---- writing ---- */

/* In how many trees two rows share a leaf. */
static uint32_t trees_shared(
    const struct proximity *p, const uint32_t *restrict a, const uint32_t *restrict b)
{
    uint32_t sum[LANES] = {0}, all = 0;

    for (size_t t = 0; t < p->width; t += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sum[lane] += a[t + lane] == b[t + lane];
    for (int lane = 0; lane < LANES; lane++)
        all += sum[lane];
    return all;
}

static int row_add(
    const struct predict_session *s, int64_t row, const uint32_t *shared, struct buf *text)
{
    const struct proximity *p = s->self;

    if (buf_add(text, p->kept.data ? p->kept.data + p->start[row] : "",
            p->start[row + 1] - p->start[row]) < 0)
        return -1;
    for (int64_t i = 0; i < p->n; i++) {
        const struct share *share = &p->shares[shared[i]];
        if ((i && buf_char(text, s->header.delimiter) < 0) ||
            buf_add(text, share->text, (size_t)share->len) < 0)
            return -1;
    }
    return buf_char(text, '\n');
}

static int proximity_lines(void *ctx, int64_t first, int n, int worker, struct buf *text)
{
    const struct predict_session *s = ctx;
    const struct proximity *p = s->self;
    uint32_t more = (uint32_t)(p->width - (size_t)s->model.forest.n_trees); /* alike in all rows */
    uint32_t *shared = mem_alloc((size_t)n, (size_t)p->n * sizeof *shared);
    int ret = shared ? 0 : -1;
    (void)worker;

    for (int64_t i = 0; shared && i < p->n; i++)
        for (int row = 0; row < n; row++)
            shared[row * p->n + i] = trees_shared(p, p->leaf + (size_t)(first + row) * p->width,
                                         p->leaf + (size_t)i * p->width) -
                                     more;
    for (int row = 0; row < n && ret == 0; row++)
        ret = row_add(s, first + row, shared + row * p->n, text);
    mem_free(shared);
    return ret;
}

static int proximity_finish(struct predict_session *s, struct err *err)
{
    const struct proximity *p = s->self;
    int64_t rows = TASK_FIELDS / p->n + 1; /* enough to make use of what is in the cache */

    if (header_add_numbered(&s->header, "proximity", 1, p->n, err) < 0 ||
        header_put(&s->header, &s->out, err) < 0)
        return -1;
    return sheet_put(&s->sheet, p->n, SHEET_FIELDS / rows + 1, proximity_lines, s, &s->out, err);
}

const struct predict_kind predict_proximity = {
    .self_size = sizeof(struct proximity),
    .start = proximity_start,
    .batch = proximity_batch,
    .finish = proximity_finish,
    .release = proximity_release,
};
