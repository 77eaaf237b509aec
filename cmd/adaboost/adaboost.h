/*
 * adaboost.h -- AdaBoost: M1 (Freund and Schapire 1997, "A decision-theoretic generalization of
 * on-line learning and an application to boosting"), SAMME and SAMME.R (Zhu, Zou, Rosset and Hastie
 * 2009, "Multi-class AdaBoost"), R2 (Drucker 1997, "Improving regressors using boosting
 * techniques").
 *
 * Each round a tree is fitted to weighted rows, or to rows drawn by their weights; then rows that
 * it has wrong weigh more.
 *
 * With K classes a model is a sum f of trees' votes, K numbers that add up to 0, and a row of class
 * y weighs exp(-f_y / (K - 1)) times its own weight.  That is Zhu's exp(-(1/K) Y'f), where Y is 1
 * for y and -1/(K-1) for the others: since f adds up to 0, Y'f = f_y K/(K - 1).  A tree that says k
 * adds beta times k's Y; what is wrong is then multiplied by exp(beta/(K-1)^2), what is right by
 * exp(-beta/(K-1)), and the first over the second is exp(alpha) with beta = alpha (K-1)^2 / K.  So
 * the weights are those that are multiplied round by round, and the class with the largest f is the
 * one with the largest sum of alphas.  exp(f_k/(K-1)) is as the probability of k.
 *
 * With two classes f = (-F, F): a tree adds -alpha/2 or alpha/2 to F, a row weighs exp(-F) or
 * exp(F), and the probability is 1/(1 + exp(-2 F)) (Friedman, Hastie and Tibshirani 2000,
 * "Additive logistic regression").
 */
#ifndef CMD_ADABOOST_ADABOOST_H
#define CMD_ADABOOST_ADABOOST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/learner/learner.h"
#include "common/learner/mtry.h"

enum ada_algorithm { ADA_AUTO, ADA_M1, ADA_SAMME, ADA_SAMME_R, ADA_R2 };
extern const char *const ada_algorithm_names[];

enum ada_loss { ADA_LOSS_AUTO, ADA_LINEAR, ADA_SQUARE, ADA_EXPONENTIAL };
extern const char *const ada_loss_names[];

struct ada_params {
    int algorithm; /* enum ada_algorithm; auto: SAMME, or R2 for values */
    int loss;      /* enum ada_loss, of R2; auto: linear */
    double learning_rate;
    bool resample;
    int64_t max_depth; /* as in struct grow_opts; -1: no limit where max_leaves is given, else 1, or
                          3 for values */
    int64_t max_leaves, min_leaf, min_split;
    struct mtry mtry; /* auto: all */
    bool mtry_per_tree;
    uint64_t seed;
};

extern const struct learner ada_learner;

#endif
