/* permute.c -- see permute.h. */
#include "cmd/model/permute.h"

#include <math.h>

#include "cmd/model/apply.h"
#include "cmd/model/decrease.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"
#include "common/learner/learner.h"

enum { BLOCKS_AT_ONCE = 512 }; /* between looks at watch_stop() */

struct permute {
    const struct tree_model *m;
    const struct table *rows;
    const struct permute_opts *o;
    struct applier applier;
    int64_t first; /* block of task 0 */
    int col;       /* that is shuffled, -1: none */
    double *shuffled, *linked;
    int32_t *label;
    uint32_t *index;
};

static void predict_block(void *ctx, int64_t task, int worker)
{
    const struct permute *p = ctx;
    int64_t begin = (p->first + task) * PREDICTOR_ROWS, left = p->rows->n_rows - begin;
    int n = left < PREDICTOR_ROWS ? (int)left : PREDICTOR_ROWS;
    double *linked = p->linked + begin * p->applier.width;
    const double **cols = applier_cols(&p->applier, worker, p->rows, begin);

    if (p->col >= 0)
        cols[p->col] = p->shuffled + begin;
    applier_predict(&p->applier, worker, n, linked);
    for (int i = 0; p->label && i < n; i++)
        p->label[begin + i] =
            prediction_label(&p->m->target, linked + (int64_t)i * p->applier.width);
}

static int measure(struct permute *p, double *score, const struct watch *w, struct err *err)
{
    int64_t n_blocks = (p->rows->n_rows + PREDICTOR_ROWS - 1) / PREDICTOR_ROWS;
    bool classes = p->m->target.task == TASK_CLASSIFICATION;
    const struct scored scored = {
        .n = p->rows->n_rows,
        .y = p->rows->y,
        .weight = p->rows->weight,
        .n_classes = classes ? p->applier.width : 0,
        .label = p->label,
        .prob = classes ? p->linked : NULL,
        .value = classes ? NULL : p->linked,
        .group = p->rows->group,
    };

    for (p->first = 0; p->first < n_blocks; p->first += BLOCKS_AT_ONCE) {
        int64_t left = n_blocks - p->first;
        if (watch_stop(w))
            return err_interrupted(err);
        pool_run(left < BLOCKS_AT_ONCE ? left : BLOCKS_AT_ONCE, predict_block, p);
    }
    return metric_compute(&p->o->metric, &scored, score, err);
}

static void shuffle(struct permute *p, int repeat)
{
    uint32_t n = (uint32_t)p->rows->n_rows;
    const double *values = p->rows->values[p->col];
    struct rng r;

    for (uint32_t i = 0; i < n; i++)
        p->index[i] = i;
    rng_init(&r, p->o->seed, RNG_SHUFFLE, (uint32_t)repeat, (uint64_t)p->col);
    rng_shuffle(&r, p->index, n);
    for (uint32_t i = 0; i < n; i++)
        p->shuffled[i] = values[p->index[i]];
}

/* Mean and standard deviation of what one column's shuffles cost. */
static int column_run(struct permute *p, struct permuted *to, const struct watch *w, int64_t *done,
    int64_t total, struct err *err)
{
    double sign = p->o->metric.info->higher_is_better ? 1 : -1, mean = 0, squares = 0, score;

    for (int i = 0; i < p->o->repeats; i++) {
        shuffle(p, i);
        if (measure(p, &score, w, err) < 0)
            return -1;
        double lost = sign * (to->baseline - score), off = lost - mean;
        mean += off / (i + 1);
        squares += off * (lost - mean);
        watch_progress(w, "shuffles", ++*done, total, "");
    }
    to->mean[p->col] = mean;
    to->sd[p->col] = p->o->repeats > 1 ? sqrt(squares / (p->o->repeats - 1)) : NAN;
    return 0;
}

static int columns_run(
    struct permute *p, struct permuted *to, const struct watch *w, struct err *err)
{
    int n_cols = p->m->schema.n_cols, used = 0, ret = -1;
    double *splits = mem_alloc((size_t)n_cols, sizeof *splits);
    int64_t done = 0;

    if (!splits)
        return err_memory(err);
    count_splits(&p->m->forest, n_cols, splits);
    for (int c = 0; c < n_cols; c++)
        used += splits[c] > 0;
    for (p->col = 0; p->col < n_cols; p->col++) {
        to->mean[p->col] = 0;
        to->sd[p->col] = p->o->repeats > 1 ? 0 : NAN;
        if (splits[p->col] > 0 &&
            column_run(p, to, w, &done, (int64_t)used * p->o->repeats, err) < 0)
            goto out;
    }
    ret = 0;
out:
    mem_free(splits);
    return ret;
}

int permutation_importance(const struct tree_model *m, const struct table *rows,
    const struct permute_opts *o, struct permuted *p, const struct watch *w, struct err *err)
{
    struct permute s = {.m = m, .rows = rows, .o = o, .col = -1};
    const struct metric_info *info = o->metric.info;
    size_t n = (size_t)rows->n_rows;
    int ret = -1;

    if (rows->n_rows > UINT32_MAX)
        return err_set(err, "too many rows to shuffle: %lld", (long long)rows->n_rows);
    if (applier_init(&s.applier, m, err) < 0)
        return -1;
    s.linked = mem_alloc(n, (size_t)s.applier.width * sizeof *s.linked);
    s.shuffled = mem_alloc(n, sizeof *s.shuffled);
    s.index = mem_alloc(n, sizeof *s.index);
    if (m->target.task == TASK_CLASSIFICATION)
        s.label = mem_alloc(n, sizeof *s.label);
    if (!s.linked || !s.shuffled || !s.index ||
        (m->target.task == TASK_CLASSIFICATION && !s.label)) {
        err_memory(err);
        goto out;
    }
    if (measure(&s, &p->baseline, w, err) < 0)
        goto out;
    if (isnan(p->baseline)) {
        err_set(err, "%s is not defined on these rows: %s", o->metric.name,
            info->undefined ? info->undefined : "it is not a number");
        goto out;
    }
    ret = columns_run(&s, p, w, err);
out:
    applier_release(&s.applier);
    mem_free(s.linked);
    mem_free(s.shuffled);
    mem_free(s.index);
    mem_free(s.label);
    return ret;
}
