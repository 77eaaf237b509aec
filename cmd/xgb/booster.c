/* booster.c -- see booster.h. */
#include "cmd/xgb/booster.h"

#include <math.h>
#include <string.h>

#include "cmd/xgb/xgb.h"

const char *const xgb_boosters[] = {"gbtree", "gblinear", "dart", NULL};

struct given {
    bool given;
    const char *name;
};

static const char *first_given(const struct given *given, int n)
{
    for (int i = 0; i < n; i++)
        if (given[i].given)
            return given[i].name;
    return NULL;
}

static bool is_poisson(const struct xgb_params *p)
{
    return p->objective && strcmp(p->objective, "count:poisson") == 0;
}

/* An option that only trees have. */
static const char *tree_option(const struct xgb_params *p, const struct xgb_params *d)
{
    const struct given given[] = {
        {p->gamma != d->gamma, "gamma"},
        {p->max_depth != d->max_depth, "max_depth"},
        {p->max_leaves != d->max_leaves, "max_leaves"},
        {p->grow_policy != d->grow_policy, "grow_policy"},
        {p->regular.min_weight != d->regular.min_weight, "min_child_weight"},
        {p->regular.max_step != d->regular.max_step && !is_poisson(p), "max_delta_step"},
        {p->num_parallel_tree != d->num_parallel_tree, "num_parallel_tree"},
        {p->tree_method != d->tree_method, "tree_method"},
        {p->max_bin != d->max_bin, "max_bin"},
        {p->subsample != d->subsample, "subsample"},
        {p->sampling_method != d->sampling_method, "sampling_method"},
        {p->colsample_bytree != d->colsample_bytree, "colsample_bytree"},
        {p->colsample_bylevel != d->colsample_bylevel, "colsample_bylevel"},
        {p->colsample_bynode != d->colsample_bynode, "colsample_bynode"},
        {p->max_cat_to_onehot != d->max_cat_to_onehot, "max_cat_to_onehot"},
        {p->max_cat_threshold != d->max_cat_threshold, "max_cat_threshold"},
        {p->monotone != NULL, "monotone_constraints"},
        {p->interactions != NULL, "interaction_constraints"},
    };
    return first_given(given, sizeof given / sizeof *given);
}

static const char *linear_option(const struct linear_opts *l, const struct linear_opts *d)
{
    const struct given given[] = {
        {l->updater != d->updater, "updater"},
        {l->selector != d->selector, "feature_selector"},
        {l->top_k != d->top_k, "top_k"},
        {l->tolerance != d->tolerance, "tolerance"},
    };
    return first_given(given, sizeof given / sizeof *given);
}

static int linear_check(const struct linear_opts *l, struct err *err)
{
    bool ranked = l->selector == SELECT_GREEDY || l->selector == SELECT_THRIFTY;

    if (l->updater == UPDATER_SHOTGUN && l->selector != SELECT_CYCLIC &&
        l->selector != SELECT_SHUFFLE)
        return err_usage(err, "--feature_selector %s goes with --updater coord_descent",
            linear_selector_names[l->selector]);
    return l->top_k && !ranked
               ? err_usage(err, "--top_k goes with --feature_selector greedy or thrifty")
               : 0;
}

static int trees_settle(struct xgb_params *p, struct err *err)
{
    bool by_gradients = p->sampling_method == SAMPLE_GRADIENT_BASED && p->subsample < 1;

    p->regular.onehot_below = (int)p->max_cat_to_onehot;
    p->regular.max_levels = (int)p->max_cat_threshold - 1; /* XGBoost tries no more */
    return by_gradients && p->num_parallel_tree > 1
               ? err_usage(err, "--sampling_method gradient_based draws rows once for a round: "
                                "trees beside each other would be the same")
               : 0;
}

int booster_settle(struct xgb_params *p, const struct xgb_params *defaults, struct err *err)
{
    bool linear = p->booster == BOOSTER_GBLINEAR;
    const char *other =
        linear ? tree_option(p, defaults) : linear_option(&p->linear, &defaults->linear);

    if (other)
        return err_usage(
            err, "--%s does not go with --booster %s", other, xgb_boosters[p->booster]);
    if (isnan(p->eta))
        p->eta = linear ? 0.5 : 0.3;
    if (isnan(p->regular.lambda))
        p->regular.lambda = linear ? 0 : 1;
    if (is_poisson(p) && p->regular.max_step == 0)
        p->regular.max_step = 0.7; /* what keeps exp(f) from running away */
    p->opts.max_delta_step = p->regular.max_step;
    if (!linear)
        return trees_settle(p, err);
    p->linear.eta = p->eta;
    p->linear.lambda = p->regular.lambda;
    p->linear.alpha = p->regular.alpha;
    p->linear.seed = p->seed;
    return linear_check(&p->linear, err);
}

int booster_takes(const struct xgb_params *p, const struct schema *schema, struct err *err)
{
    for (int i = 0; p->booster == BOOSTER_GBLINEAR && i < schema->n_cols; i++)
        if (schema->cols[i].kind == COL_CATEGORY)
            return err_usage(err,
                "--booster gblinear: '%s' is a category: leave it out with -X, or put a column of "
                "0 and 1 for each of its levels in its place",
                schema->cols[i].name);
    return 0;
}
