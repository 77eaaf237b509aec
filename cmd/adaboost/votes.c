/* votes.c -- classes: M1, SAMME and SAMME.R; see adaboost.h. */
#include <float.h>
#include <math.h>

#include "cmd/adaboost/method.h"
#include "common/base/exps.h"
#include "common/base/mem.h"

static int outputs(const struct ada *a)
{
    return a->n_classes > 2 ? a->n_classes : 1;
}

/* ---- beginning ---- */

/*
 * Two classes are fitted as -1 and 1 by least squares, which is Gini's choice: with weights W0 and
 * W1, S = W1 - W0 and W = W0 + W1, S^2 / W = 2 (W0^2 + W1^2) / W - W, and the last term adds up to
 * the same for all cuts.
 */
static int votes_start(struct ada *a, struct err *err)
{
    const struct table *t = a->table;
    size_t n = (size_t)t->n_rows;

    a->margin = mem_alloc(n, sizeof *a->margin);
    if (!a->margin)
        return err_memory(err);
    if (a->n_classes > 2)
        return sums_classes(&a->sums, t->y, a->n_classes, err);
    a->target = mem_alloc(n, sizeof *a->target);
    if (!a->target)
        return err_memory(err);
    for (size_t i = 0; i < n; i++)
        a->target[i] = t->y[i] > 0 ? 1 : -1;
    return 0;
}

static int votes_forest(const struct ada *a, struct forest *f, struct err *err)
{
    if (forest_init(f, FOREST_SUM, outputs(a), outputs(a), err) < 0)
        return -1;
    f->link = a->n_classes > 2 ? LINK_SOFTMAX : LINK_LOGISTIC;
    f->link_scale = a->n_classes > 2 ? 1 / (a->n_classes - 1.0) : 2;
    return 0;
}

/* ---- leaves ---- */

/* The class that a leaf's, or the forest's, outputs say; ties: the first. */
static int32_t class_of(const struct ada *a, const double *value)
{
    return a->n_classes > 2 ? leaf_vote(value, a->n_classes) : *value > 0;
}

/* A vote of 1 for a class. */
static void vote_of_two(const double *sum, double *value)
{
    *value = sum[1] > sum[0] ? 1 : -1;
}

static void vote_of_many(const struct ada *a, double *value)
{
    int32_t label = leaf_vote(value, a->n_classes);
    for (int k = 0; k < a->n_classes; k++)
        value[k] = k == label ? 1 : -1 / (a->n_classes - 1.0);
}

static double log_share(double sum, double total)
{
    return log_one(fmax(sum / total, DBL_EPSILON));
}

static void logs_of_two(const struct ada *a, const double *sum, double *value)
{
    double total = sum[0] + sum[1];
    *value = total > 0 ? a->params->learning_rate / 2 *
                             (log_share(sum[1], total) - log_share(sum[0], total))
                       : 0;
}

/* (K - 1) (log p_k - the mean of all log p) */
static void logs_of_many(const struct ada *a, double *value)
{
    int n = a->n_classes;
    double total = 0, mean = 0;

    for (int k = 0; k < n; k++)
        total += value[k];
    for (int k = 0; k < n; k++) {
        value[k] = total > 0 ? log_share(value[k], total) : 0;
        mean += value[k] / n;
    }
    for (int k = 0; k < n; k++)
        value[k] = a->params->learning_rate * (n - 1) * (value[k] - mean);
}

static void votes_leaf(const struct ada *a, const struct hist_rows *rows, double *value)
{
    const double *y = a->table->y;
    bool two = a->n_classes <= 2, logs = a->algorithm == ADA_SAMME_R;
    double two_sums[2] = {0, 0}, *sum = two ? two_sums : value;

    for (int k = 0; k < a->n_classes; k++)
        sum[k] = 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i];
        sum[(int)y[row]] += rows->draws[row] * a->grown_weight[row];
    }
    if (two && logs)
        logs_of_two(a, sum, value);
    else if (two)
        vote_of_two(sum, value);
    else if (logs)
        logs_of_many(a, value);
    else
        vote_of_many(a, value);
}

/* ---- a tree's error and weight ---- */

struct judging {
    struct ada *a;
    const struct boost_tree *t;
};

static const double *row_values(const struct judging *j, int64_t row)
{
    return j->t->tree->values + (size_t)j->t->leaf[row] * (size_t)outputs(j->a);
}

/* Two sums, since which rows are right is not to be foreseen by a branch. */
static double wrong_part(void *ctx, int64_t begin, int64_t end)
{
    const struct judging *j = ctx;
    const double *y = j->a->table->y, *weight = j->a->rows.weight;
    double sum[2] = {0, 0}; /* of what is wrong and right */

    for (int64_t i = begin; i < end; i++)
        sum[class_of(j->a, row_values(j, i)) == (int32_t)y[i]] += weight[i];
    return sum[0];
}

/* What the tree says of the row's class, on the scale of its weight's logarithm. */
static double own_value(const struct ada *a, const double *value, int64_t row)
{
    return a->n_classes > 2 ? value[(int)a->table->y[row]] / (a->n_classes - 1)
                            : *value * a->target[row];
}

static double reweigh_part(void *ctx, int64_t begin, int64_t end)
{
    const struct judging *j = ctx;
    for (int64_t i = begin; i < end; i++)
        j->a->rows.log_weight[i] -= own_value(j->a, row_values(j, i), i);
    return 0;
}

/* The greatest difference between two classes in any of the tree's leaves. */
static double tree_size(const struct ada *a, const struct tree *tree)
{
    size_t k = (size_t)outputs(a);
    double size = 0;

    for (size_t leaf = 0; leaf < tree->n_leaves; leaf++) {
        const double *value = tree->values + leaf * k;
        double low = value[0], high = value[0];
        for (size_t i = 1; i < k; i++) {
            low = fmin(low, value[i]);
            high = fmax(high, value[i]);
        }
        size = fmax(size, k > 1 ? high - low : 2 * fabs(high));
    }
    return size;
}

static double guess_error(const struct ada *a)
{
    return a->algorithm == ADA_M1 ? 0.5 : 1 - 1.0 / a->n_classes;
}

/* The weight of a tree, alpha.  A tree that is a guess says nothing, but if there is no other it
 * has what SAMME gives it, which makes its probabilities right. */
static double vote_weight(const struct ada *a, double error, bool guess, bool first)
{
    double samme = log_odds(error) + log_one(a->n_classes - 1);
    return a->params->learning_rate * (guess                       ? first ? fmax(samme, 0) : 0
                                          : a->algorithm == ADA_M1 ? log_odds(error)
                                                                   : samme);
}

/* Multiplies what the tree's leaves say; nothing is 0, not -0. */
static void tree_scale(const struct ada *a, struct tree *tree, double scale)
{
    for (size_t i = 0; i < (size_t)tree->n_leaves * (size_t)outputs(a); i++)
        tree->values[i] = scale > 0 ? tree->values[i] * scale : 0;
}

/* Of a tree that just grew. */
static void tree_vote(struct ada *a, struct boost_tree *t, bool guess)
{
    double k = a->n_classes;

    if (a->algorithm == ADA_SAMME_R) {
        if (guess && !t->first)
            tree_scale(a, t->tree, 0);
        return;
    }
    a->tree_weight = vote_weight(a, a->error, guess, t->first);
    tree_scale(a, t->tree, a->tree_weight * (k > 2 ? (k - 1) * (k - 1) / k : 0.5));
}

/*
 * Trees that are drawn by weight may be guesses, or perfect, by chance: then weights start anew
 * (Breiman 1998, "Arcing classifiers") and the round counts.  That a tree was a guess is seen from
 * its leaves, which say nothing.
 */
static enum boost_verdict votes_weigh(struct ada *a, struct boost_tree *t)
{
    struct judging j = {a, t};
    bool old = !t->draws, resample = a->params->resample;

    if (old)
        weights_make(&a->rows);
    double error = parts_sum(a->rows.n, wrong_part, &j) / a->rows.total;
    bool guess = error_is_guess(error, guess_error(a)) || (old && tree_size(a, t->tree) == 0);
    bool perfect = error == 0;
    if (guess && !t->first && !resample && !old) {
        t->why = why_guess;
        return BOOST_DROP;
    }
    a->error = error;
    if (!old)
        tree_vote(a, t, guess);
    a->size += tree_size(a, t->tree);
    if (!guess && !perfect) {
        parts_sum(a->rows.n, reweigh_part, &j);
        return BOOST_KEEP;
    }
    if (resample) {
        weights_restart(&a->rows);
        return BOOST_KEEP;
    }
    t->why = perfect ? why_perfect : why_first;
    t->warn = guess;
    return BOOST_LAST;
}

/* ---- measures ---- */

struct measuring {
    struct ada *a;
    const double *raw;
};

static double first_weight(const struct ada *a, int64_t row)
{
    return a->table->weight ? a->table->weight[row] : 1;
}

static double first_part(void *ctx, int64_t begin, int64_t end)
{
    const struct measuring *m = ctx;
    double sum = 0;
    for (int64_t i = begin; i < end; i++)
        sum += first_weight(m->a, i);
    return sum;
}

static double error_part(void *ctx, int64_t begin, int64_t end)
{
    const struct measuring *m = ctx;
    double wrong = 0;

    for (int64_t i = begin; i < end; i++) {
        int32_t label = class_of(m->a, m->raw + i * outputs(m->a));
        wrong += label == (int32_t)m->a->table->y[i] ? 0 : first_weight(m->a, i);
    }
    return wrong;
}

static double exp_loss_part(void *ctx, int64_t begin, int64_t end)
{
    const struct measuring *m = ctx;
    double *loss = m->a->rows.scratch, sum = 0;

    for (int64_t i = begin; i < end; i++)
        loss[i] = -own_value(m->a, m->raw + i * outputs(m->a), i);
    exp_many(loss + begin, loss + begin, end - begin);
    for (int64_t i = begin; i < end; i++)
        sum += first_weight(m->a, i) * loss[i];
    return sum;
}

/* What is said of the row's class less what is said of the best other one. */
static double row_margin(const struct ada *a, const double *f, int64_t row)
{
    int label = (int)a->table->y[row];
    double other = -INFINITY;

    if (a->n_classes <= 2)
        return 2 * *f * a->target[row];
    for (int k = 0; k < a->n_classes; k++)
        other = k == label ? other : fmax(other, f[k]);
    return f[label] - other;
}

static void margins_measure(struct ada *a, const double *raw, double *values)
{
    static const double quantile[] = {0.05, 0.25, 0.5};
    size_t n = 0;

    for (int64_t i = 0; i < a->rows.n; i++) {
        double weight = first_weight(a, i);
        if (weight > 0)
            a->margin[n++] = (struct weighted){row_margin(a, raw + i * outputs(a), i), weight};
    }
    for (int i = 0; i < 3; i++)
        values[i] = a->size > 0 ? weighted_quantile(a->margin, n, quantile[i]) / a->size : 0;
}

static void votes_measure(struct ada *a, const double *raw, double *values)
{
    struct measuring m = {a, raw};
    double total = parts_sum(a->rows.n, first_part, &m);

    values[TRAIN_ERROR] = parts_sum(a->rows.n, error_part, &m) / total;
    values[TRAIN_EXP_LOSS] = parts_sum(a->rows.n, exp_loss_part, &m) / total;
    margins_measure(a, raw, values + TRAIN_MARGIN);
}

const struct method ada_votes = {
    .start = votes_start,
    .forest = votes_forest,
    .leaf = votes_leaf,
    .weigh = votes_weigh,
    .measure = votes_measure,
};
