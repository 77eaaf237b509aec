/* strength.c -- see strength.h. */
#include "common/learner/strength.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/oob.h"
#include "common/learner/tally.h"

enum { BLOCK_ROWS = 1024 };

struct measure {
    const struct bag *bag;
    const struct forest *forest;
    int n_classes;
    uint32_t *votes;         /* [n_rows][n_classes] */
    int32_t *second;         /* [n_rows] the most voted class but the row's own; -1: no votes */
    double sd[BAG_TREES];    /* of each tree drawn; NAN where it has no row */
    double error[BAG_TREES]; /* its mean squared error */
};

static double row_weight(const struct table *t, int64_t row)
{
    return t->weight ? t->weight[row] : 1;
}

static const double *row_leaf(const struct measure *m, const struct tree *tree, int64_t row)
{
    return tree->values +
           (size_t)tree_leaf_in_table(tree, m->bag->table, row) * (size_t)m->forest->leaf_width;
}

/* ---- classes ---- */

static void votes_block(void *ctx, int64_t block, int worker)
{
    const struct measure *m = ctx;
    const struct bag *bag = m->bag;
    int64_t begin = block * BLOCK_ROWS, end = begin + BLOCK_ROWS;
    (void)worker;

    if (end > bag->table->n_rows)
        end = bag->table->n_rows;
    for (int i = 0; i < bag->n; i++) {
        struct tree tree = forest_tree(m->forest, bag->first + i);
        for (int64_t row = begin; row < end; row++)
            if (!bag->draws[i][row])
                m->votes[row * m->n_classes +
                         leaf_vote(row_leaf(m, &tree, row), m->forest->leaf_width)]++;
    }
}

/* The row's margin, NAN without votes; notes its second class. */
static double row_margin(const struct measure *m, int64_t row)
{
    const uint32_t *votes = m->votes + row * m->n_classes;
    int32_t own = (int32_t)m->bag->table->y[row], second = own == 0;
    double all = 0;

    for (int32_t k = 0; k < m->n_classes; k++) {
        all += votes[k];
        if (k != own && votes[k] > votes[second])
            second = k;
    }
    m->second[row] = all > 0 ? second : -1;
    return all > 0 ? ((double)votes[own] - votes[second]) / all : NAN;
}

static void tree_classes(void *ctx, int64_t i, int worker)
{
    struct measure *m = ctx;
    const struct table *t = m->bag->table;
    struct tree tree = forest_tree(m->forest, m->bag->first + (int)i);
    double own = 0, second = 0, sum = 0;
    (void)worker;

    for (int64_t row = 0; row < t->n_rows; row++) {
        if (m->bag->draws[i][row])
            continue;
        int32_t vote = leaf_vote(row_leaf(m, &tree, row), m->forest->leaf_width);
        double weight = row_weight(t, row);
        sum += weight;
        own += vote == (int32_t)t->y[row] ? weight : 0;
        second += vote == m->second[row] ? weight : 0;
    }
    double p1 = own / sum, p2 = second / sum;
    m->sd[i] = sum > 0 ? sqrt(fmax(p1 + p2 - (p1 - p2) * (p1 - p2), 0)) : NAN;
}

/* ---- values ---- */

static void tree_values(void *ctx, int64_t i, int worker)
{
    struct measure *m = ctx;
    const struct table *t = m->bag->table;
    struct tree tree = forest_tree(m->forest, m->bag->first + (int)i);
    double squares = 0, sum = 0;
    (void)worker;

    for (int64_t row = 0; row < t->n_rows; row++) {
        if (m->bag->draws[i][row])
            continue;
        double off = t->y[row] - m->forest->base[0] - *row_leaf(m, &tree, row);
        squares += row_weight(t, row) * off * off;
        sum += row_weight(t, row);
    }
    m->error[i] = squares / sum;
    m->sd[i] = sqrt(m->error[i]);
}

/* ---- both ---- */

/* The means over trees of their sd and error, those without a row left out. */
static void trees_mean(struct measure *m, struct bag *bag, double *sd, double *error)
{
    double n = 0, sum = 0, squares = 0;

    while (bag_next(bag, m->forest->n_trees)) {
        pool_run(bag->n, m->votes ? tree_classes : tree_values, m);
        for (int i = 0; i < bag->n; i++) {
            if (isnan(m->sd[i]))
                continue;
            n++;
            sum += m->sd[i];
            squares += m->error[i];
        }
    }
    *sd = sum / n;
    *error = squares / n;
}

static int classes_measure(struct strength *s, struct measure *m, struct bag *bag, struct err *err)
{
    const struct table *t = bag->table;
    double sum = 0, margins = 0, squares = 0, sd, unused;

    m->n_classes = prediction_width(&t->target);
    m->votes = mem_zalloc((size_t)t->n_rows, (size_t)m->n_classes * sizeof *m->votes);
    m->second = mem_alloc((size_t)t->n_rows, sizeof *m->second);
    if (!m->votes || !m->second)
        return err_memory(err);
    while (bag_next(bag, m->forest->n_trees))
        pool_run((t->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS, votes_block, m);
    for (int64_t row = 0; row < t->n_rows; row++) {
        double margin = row_margin(m, row), weight = row_weight(t, row);
        if (isnan(margin))
            continue;
        sum += weight;
        margins += weight * margin;
        squares += weight * margin * margin;
    }
    trees_mean(m, bag, &sd, &unused);
    s->strength = margins / sum;
    s->correlation = fmax(squares / sum - s->strength * s->strength, 0) / (sd * sd);
    s->c_s2 = s->correlation / (s->strength * s->strength);
    return 0;
}

static int values_measure(struct strength *s, struct measure *m, struct bag *bag, struct err *err)
{
    const struct table *t = bag->table;
    struct tally tally;
    double sum = 0, squares = 0, sd;

    if (oob_tally(&tally, bag, m->forest, err) < 0)
        return -1;
    for (int64_t row = 0; row < t->n_rows; row++) {
        double off = t->y[row] - tally.linked[row];
        if (!(tally.weight[row] > 0))
            continue;
        sum += tally.weight[row];
        squares += tally.weight[row] * off * off;
    }
    tally_release(&tally);
    trees_mean(m, bag, &sd, &s->pe_tree);
    s->pe_forest = squares / sum;
    s->correlation = s->pe_forest / (sd * sd);
    return 0;
}

int strength_measure(struct strength *s, struct bag *bag, const struct forest *f, struct err *err)
{
    struct measure m = {.bag = bag, .forest = f};

    *s = (struct strength){.classes = bag->table->target.task == TASK_CLASSIFICATION};
    int ret = s->classes ? classes_measure(s, &m, bag, err) : values_measure(s, &m, bag, err);
    mem_free(m.votes);
    mem_free(m.second);
    return ret;
}

/* ---- telling ---- */

static int number_set(json_t *j, const char *name, double value)
{
    return isfinite(value) ? json_object_set_new(j, name, json_real(value)) : 0;
}

int strength_summary(const struct strength *s, json_t *summary)
{
    if (number_set(summary, "correlation", s->correlation) < 0)
        return -1;
    if (s->classes)
        return number_set(summary, "strength", s->strength) < 0
                   ? -1
                   : number_set(summary, "c_s2", s->c_s2);
    return number_set(summary, "pe_forest", s->pe_forest) < 0
               ? -1
               : number_set(summary, "pe_tree", s->pe_tree);
}

void strength_say(const struct strength *s, const struct watch *w)
{
    if (s->classes)
        watch_info(
            w, "strength %.4g, correlation %.4g, c/s2 %.4g", s->strength, s->correlation, s->c_s2);
    else
        watch_info(w, "mean squared error of a tree %.4g, of the forest %.4g, correlation %.4g",
            s->pe_tree, s->pe_forest, s->correlation);
}
