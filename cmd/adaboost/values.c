/* values.c -- R2; see adaboost.h. */
#include <math.h>

#include "cmd/adaboost/method.h"
#include "common/base/exps.h"
#include "common/base/mem.h"
#include "common/learner/targets.h"

static int values_start(struct ada *a, struct err *err)
{
    a->target = mem_alloc((size_t)a->rows.n, sizeof *a->target);
    if (!a->target)
        return err_memory(err);
    return targets_centre(a->table, a->rows.weight, a->target, err);
}

static int values_forest(const struct ada *a, struct forest *f, struct err *err)
{
    (void)a;
    return forest_init(f, FOREST_MEDIAN, 1, 1, err);
}

static void values_leaf(const struct ada *a, const struct hist_rows *rows, double *value)
{
    *value = rows_mean(a->table->y, a->grown_weight, rows);
}

/* ---- a tree's losses and weight ---- */

struct judging {
    struct ada *a;
    const struct boost_tree *t;
    double greatest; /* distance */
    double exponent; /* of a row of loss 0 */
};

/* Distances of the rows from what the tree says, into scratch; rows that do not count are not
 * looked at. */
static double distances_part(void *ctx, int64_t begin, int64_t end)
{
    const struct judging *j = ctx;
    const struct ada_rows *r = &j->a->rows;
    double max = 0;

    for (int64_t i = begin; i < end; i++) {
        double distance = fabs(j->a->table->y[i] - j->t->tree->values[j->t->leaf[i]]);
        r->scratch[i] = distance = r->log_first[i] > -INFINITY ? distance : 0;
        max = distance > max ? distance : max;
    }
    return max;
}

/* Losses within 0 and 1, in place of distances. */
static double losses_part(void *ctx, int64_t begin, int64_t end)
{
    const struct judging *j = ctx;
    const struct ada_rows *r = &j->a->rows;
    double *loss = r->scratch, sum = 0;

    for (int64_t i = begin; i < end; i++)
        loss[i] /= j->greatest;
    if (j->a->loss == ADA_SQUARE)
        for (int64_t i = begin; i < end; i++)
            loss[i] *= loss[i];
    if (j->a->loss == ADA_EXPONENTIAL) {
        for (int64_t i = begin; i < end; i++)
            loss[i] = -loss[i];
        exp_many(loss + begin, loss + begin, end - begin);
        for (int64_t i = begin; i < end; i++)
            loss[i] = 1 - loss[i];
    }
    for (int64_t i = begin; i < end; i++)
        sum += r->weight[i] * loss[i];
    return sum;
}

static double reweigh_part(void *ctx, int64_t begin, int64_t end)
{
    const struct judging *j = ctx;
    const struct ada_rows *r = &j->a->rows;
    for (int64_t i = begin; i < end; i++)
        r->log_weight[i] += (1 - r->scratch[i]) * j->exponent;
    return 0;
}

/* With beta = e / (1 - e), e the mean loss, a row's weight is multiplied by beta^(1 - loss) and the
 * tree's is log(1 / beta): to the power, and times, the learning rate. */
static enum boost_verdict values_weigh(struct ada *a, struct boost_tree *t)
{
    struct judging j = {.a = a, .t = t};

    if (!t->draws)
        weights_make(&a->rows);
    j.greatest = parts_max(a->rows.n, distances_part, &j);
    double error = j.greatest > 0 ? parts_sum(a->rows.n, losses_part, &j) / a->rows.total : 0;
    bool guess = error_is_guess(error, 0.5);
    if (guess && !t->first) {
        t->why = why_guess;
        return BOOST_DROP;
    }
    a->error = error;
    t->weight = a->tree_weight = guess ? 1 : a->params->learning_rate * log_odds(error);
    if (guess || error == 0) {
        t->why = guess ? why_first : why_perfect;
        t->warn = guess;
        return BOOST_LAST;
    }
    j.exponent = -a->tree_weight;
    parts_sum(a->rows.n, reweigh_part, &j);
    return BOOST_KEEP;
}

const struct method ada_values = {
    .start = values_start,
    .forest = values_forest,
    .leaf = values_leaf,
    .weigh = values_weigh,
};
