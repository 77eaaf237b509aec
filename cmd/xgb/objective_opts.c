/* objective_opts.c -- the options of objectives, under XGBoost's names. */
#include <stddef.h>
#include <string.h>

#include "cmd/xgb/objective.h"
#include "common/io/format/number.h"

/* "0.1,0.5,0.9", rising or not, brackets optional. */
static int levels_parse(const char *text, void *field, struct err *err)
{
    struct objective_opts *o =
        (void *)((char *)field - offsetof(struct objective_opts, n_quantiles));
    size_t all = strlen(text);
    const char *end = text + all;

    if (all >= 2 && strchr("[(", text[0]) && strchr("])", end[-1])) {
        text++;
        end--;
    }
    for (o->n_quantiles = 0;; text++) {
        size_t len = strcspn(text, ",");
        double value;
        if (len > (size_t)(end - text))
            len = (size_t)(end - text);
        if (o->n_quantiles == QUANTILE_LEVELS_MAX)
            return err_usage(err, "more than %d levels", QUANTILE_LEVELS_MAX);
        if (!number_read(text, len, &value) || !(value > 0 && value < 1))
            return err_usage(
                err, "'%.*s' is not a number between 0 and 1", err_quote_len(len), text);
        o->quantile[o->n_quantiles++] = value;
        text += len;
        if (text >= end)
            return 0;
    }
}

static int truth_parse(const char *text, void *field, struct err *err)
{
    bool *truth = field;

    *truth = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return *truth || strcmp(text, "false") == 0 || strcmp(text, "0") == 0
               ? 0
               : err_usage(err, "'%s' is not true or false", text);
}

static int truth_show(const void *field, struct buf *out)
{
    const bool *truth = field;
    return buf_str(out, *truth ? "true" : "false");
}

const struct opt objective_opts_table[] = {
    OPT_REAL(0, "scale_pos_weight", struct objective_opts, scale_pos_weight, 0, 1e300, OPT_OPEN_MIN,
        "W", "weight of rows of the positive class"),
    OPT_CUSTOM(0, "quantile_alpha", struct objective_opts, n_quantiles, levels_parse, NULL, "LIST",
        "of reg:quantileerror: one or more levels"),
    OPT_REAL(0, "huber_slope", struct objective_opts, huber_slope, 0, 1e300, OPT_OPEN_MIN, "D",
        "of reg:pseudohubererror"),
    OPT_REAL(0, "tweedie_variance_power", struct objective_opts, tweedie_variance_power, 1, 2,
        OPT_OPEN_MIN | OPT_OPEN_MAX, "P", "of reg:tweedie"),
    OPT_ENUM(0, "aft_loss_distribution", struct objective_opts, aft_distribution, aft_distributions,
        "NAME", "of survival:aft"),
    OPT_REAL(0, "aft_loss_distribution_scale", struct objective_opts, aft_scale, 0, 1e300,
        OPT_OPEN_MIN, "S", "of survival:aft"),
    OPT_ENUM(0, "lambdarank_pair_method", struct objective_opts, lambdarank_pair_method,
        pair_methods, "NAME", "of rank: pairs with the top of a list, or drawn"),
    OPT_INT(0, "lambdarank_num_pair_per_sample", struct objective_opts, lambdarank_num_pair, 0,
        1 << 20, "N", "of rank: how far the top goes, or pairs a row; 0: 32 or 1"),
    OPT_CUSTOM(0, "lambdarank_normalization", struct objective_opts, lambdarank_normalization,
        truth_parse, truth_show, "BOOL", "of rank: divide by the gradients of a list"),
    OPT_CUSTOM(0, "lambdarank_score_normalization", struct objective_opts,
        lambdarank_score_normalization, truth_parse, truth_show, "BOOL",
        "of rank: divide by the distance of scores"),
    OPT_CUSTOM(0, "lambdarank_unbiased", struct objective_opts, lambdarank_unbiased, truth_parse,
        truth_show, "BOOL", "of rank: take out the bias of positions that clicks have"),
    OPT_REAL(0, "lambdarank_bias_norm", struct objective_opts, lambdarank_bias_norm, 0, 1e300, 0,
        "P", "of lambdarank_unbiased: the norm of the bias"),
    OPT_CUSTOM(0, "ndcg_exp_gain", struct objective_opts, ndcg_exp_gain, truth_parse, truth_show,
        "BOOL", "of rank:ndcg: gains are 2^relevance - 1, not relevance"),
    OPT_END,
};
