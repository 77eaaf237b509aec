/* describe.c -- see describe.h. */
#include "cmd/xgb/describe.h"

#include <math.h>

static json_t *quantiles(const struct objective_opts *o)
{
    json_t *list = json_array();

    for (int i = 0; i < o->n_quantiles; i++)
        if (json_array_append_new(list, json_real(o->quantile[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static int add_numbers(json_t *j, const struct xgb_params *p)
{
    const struct objective_opts *o = &p->opts;
    const struct {
        const char *name;
        double value, usual;
    } numbers[] = {
        {"scale_pos_weight", o->scale_pos_weight, 1},
        {"huber_slope", o->huber_slope, 1},
        {"tweedie_variance_power", o->tweedie_variance_power, 1.5},
        {"aft_loss_distribution_scale", o->aft_scale, 1},
        {"lambdarank_num_pair_per_sample", (double)o->lambdarank_num_pair, 0},
        {"lambdarank_bias_norm", o->lambdarank_bias_norm, 1},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].value != numbers[i].usual &&
            json_object_set_new(j, numbers[i].name, json_real(numbers[i].value)) < 0)
            return -1;
    return isnan(p->base_score) ? 0
                                : json_object_set_new(j, "base_score", json_real(p->base_score));
}

static int add_truths(json_t *j, const struct objective_opts *o)
{
    const struct {
        const char *name;
        bool value, usual;
    } truths[] = {
        {"lambdarank_normalization", o->lambdarank_normalization, true},
        {"lambdarank_score_normalization", o->lambdarank_score_normalization, true},
        {"lambdarank_unbiased", o->lambdarank_unbiased, false},
        {"ndcg_exp_gain", o->ndcg_exp_gain, true},
    };

    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
        if (truths[i].value != truths[i].usual &&
            json_object_set_new(j, truths[i].name, json_boolean(truths[i].value)) < 0)
            return -1;
    return 0;
}

int describe_objective(json_t *j, const struct xgb_params *p)
{
    const struct objective_opts *o = &p->opts;

    if (add_numbers(j, p) < 0 || add_truths(j, o) < 0)
        return -1;
    if (o->aft_distribution != AFT_NORMAL &&
        json_object_set_new(
            j, "aft_loss_distribution", json_string(aft_distributions[o->aft_distribution])) < 0)
        return -1;
    if (o->lambdarank_pair_method != PAIRS_TOPK &&
        json_object_set_new(
            j, "lambdarank_pair_method", json_string(pair_methods[o->lambdarank_pair_method])) < 0)
        return -1;
    /* models of several are read by it */
    return o->n_quantiles ? json_object_set_new(j, "quantile_alpha", quantiles(o)) : 0;
}
