/*
 * objective.h -- what xgb makes small: losses by their first and second derivatives (Chen and
 * Guestrin 2016, "XGBoost: a scalable tree boosting system", equation 3), under XGBoost's names.
 *
 * y is a row's target (a class's number), f its raw output.  Trees are grown on sums of S = -dL/df
 * and H = d2L/df2, or of what stands in for them where the loss has no second derivative.
 */
#ifndef CMD_XGB_OBJECTIVE_H
#define CMD_XGB_OBJECTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/quantile.h"
#include "common/cli/opt.h"
#include "common/table/table.h"
#include "common/tree/forest.h"

enum { QUANTILE_LEVELS_MAX = 64 };
enum aft_distribution { AFT_NORMAL, AFT_LOGISTIC, AFT_EXTREME };
extern const char *const aft_distributions[]; /* "normal" "logistic" "extreme", NULL */
enum pair_method { PAIRS_TOPK, PAIRS_MEAN };
extern const char *const pair_methods[]; /* "topk" "mean", NULL */

/* The options of objectives, under XGBoost's names, with its defaults. */
struct objective_opts {
    double huber_slope;            /* 1, not 0 */
    double tweedie_variance_power; /* 1.5, 1 .. 2 */
    double max_delta_step;         /* of count:poisson: 0.7 where it is 0 */
    double scale_pos_weight;       /* 1 */
    int n_quantiles;               /* of reg:quantileerror */
    double quantile[QUANTILE_LEVELS_MAX];
    int aft_distribution; /* enum aft_distribution */
    double aft_scale;     /* 1, above 0 */
    /* of rank: */
    int lambdarank_pair_method;          /* enum pair_method */
    int64_t lambdarank_num_pair;         /* per sample; 0: 32 of topk, 1 of mean */
    bool lambdarank_normalization;       /* true */
    bool lambdarank_score_normalization; /* true */
    bool lambdarank_unbiased;            /* false */
    double lambdarank_bias_norm;         /* 1, 0 or more */
    bool ndcg_exp_gain;                  /* true */
    uint64_t seed;
};

extern const struct opt objective_opts_table[];

/* -dL/df and d2L/df2 of a row, weighted. */
struct gradient {
    double s, h;
};

/* The rows of a run, as objectives see them. */
struct objective_rows {
    const struct objective *objective;
    const struct objective_opts *opts;
    int64_t n;
    int n_outputs;
    const double *y;
    const double *upper;  /* survival:aft: [n] the upper bounds, y being the lower ones (0: none);
                             infinite or NaN: none; NULL: y is what happened in every row */
    const double *weight; /* [n] NULL: all 1; of rank: a group's weight is that of its first row */
    const int32_t *group; /* rank: [n] codes; the rows of a group stand together */
    void *own;            /* the objective's own, made by start() */
};

struct objective {
    const char *name; /* "reg:squarederror" */
    enum task task;
    int n_classes; /* 2: of two classes only; 3: of two or more, with an output for each; 0: any */
    bool ranking;  /* rows are in groups */
    bool scales_positives; /* rows whose y is 1 weigh scale_pos_weight times as much */
    enum link link;
    /* Its own, by default, under XGBoost's name; those of rank look at lambdarank_num_pair
     * positions under topk, and that of reg:tweedie takes tweedie_variance_power. */
    const char *metric;

    /* May y be a target?  NULL: any. */
    bool (*domain)(double y);
    const char *domain_text; /* "0 or more" */
    /* Memory of its own, and what it wants of rows beyond the domain; NULL: nothing.  Wants all of
     * rows but own.  release may be called after start failed. */
    int (*start)(struct objective_rows *rows, struct err *err);
    void (*release)(struct objective_rows *rows);
    /* The raw output that an output starts from, where --base_score does not say: after start(). */
    double (*base)(struct objective_rows *rows, int output);
    /* base_score of an option as a raw output: of logistic ones it is a probability, and so on;
     * NAN: it may not be that. */
    double (*base_of)(double base_score);
    /* Before a round, what all outputs share; with all threads.  NULL: nothing.  Rounds follow one
     * another: what lambdarank_unbiased knows of positions is of all before. */
    int (*round)(struct objective_rows *rows, int round, const double *raw, struct err *err);
    /* Gradients of rows [begin, end) for an output, weighted, into g[begin .. end). */
    void (*gradients)(const struct objective_rows *rows, const double *raw, int output,
        int64_t begin, int64_t end, struct gradient *g);
    /* What gradients() is for most objectives: of the n rows from `at`, whose raw outputs f[n] are,
     * without their weights. */
    void (*block)(const struct objective_rows *rows, const double *f, int output, int64_t at,
        int64_t n, struct gradient *g);
    /* Leaves that are quantiles of what is left, y - f, at this level of an output, as
     * objective_quantile() finds them; NULL: Newton. */
    double (*level)(const struct objective_rows *rows, int output);
};

/* Outputs of an objective for a target. */
int objective_outputs(
    const struct objective *o, const struct objective_opts *opts, const struct target *target);
/* XGBoost's quantile of n > 0 items, which are put in another order: of weighted rows the least
 * value such that values up to it have that share of the weight, else (all weights 1) one between
 * the two values around position level * (n + 1). */
double objective_quantile(struct weighted *items, size_t n, bool rows_weigh, double level);

/* Every objective; n of them. */
const struct objective *const *objectives(int *n);
const struct objective *objective_named(const char *name); /* NULL: there is none */
/* By name; NULL: the target's own (reg:squarederror, binary:logistic, multi:softprob).  A usage
 * error where there is none of that name (with the nearest), or it does not fit the target. */
const struct objective *objective_choose(
    const char *name, const struct target *target, bool has_groups, struct err *err) MUST_CHECK;

#endif
