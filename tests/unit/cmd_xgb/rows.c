/* rows.c -- see rows.h. */
#include "tests/unit/cmd_xgb/rows.h"

#include "tests/unit/unit.h"

const struct objective_opts default_opts = {.huber_slope = 1,
    .tweedie_variance_power = 1.5,
    .scale_pos_weight = 1,
    .n_quantiles = 1,
    .quantile = {0.5},
    .aft_scale = 1,
    .lambdarank_normalization = true,
    .lambdarank_score_normalization = true,
    .lambdarank_bias_norm = 1,
    .ndcg_exp_gain = true,
    .seed = 1};

int gradients_of(struct objective_rows *rows, const double *raw, int rounds, struct gradient *g,
    double *base, struct err *err)
{
    const struct objective *o = rows->objective;
    int ret = -1;

    if (o->start && o->start(rows, err) < 0)
        goto out;
    for (int k = 0; base && k < rows->n_outputs; k++)
        base[k] = o->base(rows, k);
    for (int i = 0; o->round && i < rounds; i++)
        if (o->round(rows, i, raw, err) < 0)
            goto out;
    for (int k = 0; g && k < rows->n_outputs; k++) {
        int64_t piece = rows->n / 3 + 1;
        for (int64_t at = 0; at < rows->n; at += piece)
            o->gradients(
                rows, raw, k, at, at + piece < rows->n ? at + piece : rows->n, g + k * rows->n);
    }
    ret = 0;
out:
    if (o->release)
        o->release(rows);
    assert_null(rows->own);
    return ret;
}
