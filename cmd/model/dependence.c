/* dependence.c -- see dependence.h. */
#include "cmd/model/dependence.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"

enum { CHUNK_ROWS = 65536 }; /* sums are added in the order of these */

struct dependence {
    const struct applier *a;
    const struct table *rows;
    const struct grid *g;
    int64_t first_point, n_chunks; /* of a mean: the point of the first task */
    int64_t first_row, n_rows;     /* of curves */
    double *fixed;                 /* [n_workers][GRID_AXES][PREDICTOR_ROWS] */
    double *linked;                /* [n_workers][PREDICTOR_ROWS][width] */
    double *sum;                   /* [tasks][width]; or the curves */
};

static int dependence_init(struct dependence *d, struct err *err)
{
    size_t workers = (size_t)d->a->n_workers, rows = PREDICTOR_ROWS;

    d->fixed = mem_alloc(workers, GRID_AXES * rows * sizeof *d->fixed);
    d->linked = mem_alloc(workers, rows * (size_t)d->a->width * sizeof *d->linked);
    return d->fixed && d->linked ? 0 : err_memory(err);
}

static void dependence_release(struct dependence *d)
{
    mem_free(d->fixed);
    mem_free(d->linked);
}

/* Predictions of n rows from begin at a point of the grid. */
static void predict_at(
    const struct dependence *d, int worker, int64_t point, int64_t begin, int n, double *linked)
{
    const double **cols = applier_cols(d->a, worker, d->rows, begin);

    for (int i = 0; i < d->g->n_axes; i++) {
        double *fixed = d->fixed + ((size_t)worker * GRID_AXES + (size_t)i) * PREDICTOR_ROWS;
        for (int j = 0; j < n; j++)
            fixed[j] = grid_value(d->g, point, i);
        cols[d->g->axis[i].col] = fixed;
    }
    applier_predict(d->a, worker, n, linked);
}

static int block_size(int64_t begin, int64_t end)
{
    return end - begin < PREDICTOR_ROWS ? (int)(end - begin) : PREDICTOR_ROWS;
}

/* ---- the mean ---- */

/* The weighted sum over a chunk of rows at one point. */
static void sum_chunk(void *ctx, int64_t task, int worker)
{
    const struct dependence *d = ctx;
    int64_t point = d->first_point + task / d->n_chunks, chunk = task % d->n_chunks;
    int64_t begin = chunk * CHUNK_ROWS, end = begin + CHUNK_ROWS;
    size_t width = (size_t)d->a->width;
    double *linked = d->linked + (size_t)worker * PREDICTOR_ROWS * width;
    double *sum = d->sum + (size_t)task * width;

    if (end > d->rows->n_rows)
        end = d->rows->n_rows;
    memset(sum, 0, width * sizeof *sum);
    for (; begin < end; begin += PREDICTOR_ROWS) {
        int n = block_size(begin, end);
        predict_at(d, worker, point, begin, n, linked);
        for (int i = 0; i < n; i++) {
            double weight = d->rows->weight ? d->rows->weight[begin + i] : 1;
            for (size_t k = 0; k < width; k++)
                sum[k] += weight * linked[(size_t)i * width + k];
        }
    }
}

static double total_weight(const struct table *rows)
{
    double total = 0;
    for (int64_t i = 0; rows->weight && i < rows->n_rows; i++)
        total += rows->weight[i];
    return rows->weight ? total : (double)rows->n_rows;
}

int dependence_mean(const struct applier *a, const struct table *rows, const struct grid *g,
    double *mean, const struct watch *w, struct err *err)
{
    struct dependence d = {.a = a, .rows = rows, .g = g};
    int64_t n = grid_size(g), at_once;
    size_t width = (size_t)a->width;
    double total = total_weight(rows);
    int ret = -1;

    d.n_chunks = (rows->n_rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
    at_once = 2 * a->n_workers / d.n_chunks + 1; /* points: often enough for a look at the watch */
    d.sum = mem_alloc((size_t)(at_once * d.n_chunks), width * sizeof *d.sum);
    if (dependence_init(&d, err) < 0 || !d.sum) {
        err_memory(err);
        goto out;
    }
    for (; d.first_point < n; d.first_point += at_once) {
        int64_t points = n - d.first_point < at_once ? n - d.first_point : at_once;
        if (watch_stop(w)) {
            err_interrupted(err);
            goto out;
        }
        pool_run(points * d.n_chunks, sum_chunk, &d);
        for (int64_t i = 0; i < points; i++) {
            double *to = mean + (size_t)(d.first_point + i) * width;
            for (size_t k = 0; k < width; k++) {
                to[k] = 0;
                for (int64_t j = 0; j < d.n_chunks; j++)
                    to[k] += d.sum[(size_t)(i * d.n_chunks + j) * width + k];
                to[k] /= total;
            }
        }
        watch_progress(w, "points", d.first_point + points, n, "");
    }
    ret = 0;
out:
    mem_free(d.sum);
    dependence_release(&d);
    return ret;
}

/* ---- curves ---- */

/* A block of rows at a point. */
static void curve_block(void *ctx, int64_t task, int worker)
{
    const struct dependence *d = ctx;
    int64_t n_points = grid_size(d->g), point = task % n_points;
    int64_t begin = task / n_points * PREDICTOR_ROWS;
    size_t width = (size_t)d->a->width;
    double *linked = d->linked + (size_t)worker * PREDICTOR_ROWS * width;
    int n = block_size(begin, d->n_rows);

    predict_at(d, worker, point, d->first_row + begin, n, linked);
    for (int i = 0; i < n; i++)
        memcpy(d->sum + (size_t)((begin + i) * n_points + point) * width,
            linked + (size_t)i * width, width * sizeof *linked);
}

int dependence_curves(const struct applier *a, const struct table *rows, const struct grid *g,
    int64_t first, int64_t n, double *curve, struct err *err)
{
    struct dependence d = {
        .a = a, .rows = rows, .g = g, .first_row = first, .n_rows = n, .sum = curve};
    int ret = dependence_init(&d, err);

    if (ret == 0)
        pool_run((n + PREDICTOR_ROWS - 1) / PREDICTOR_ROWS * grid_size(g), curve_block, &d);
    dependence_release(&d);
    return ret;
}
