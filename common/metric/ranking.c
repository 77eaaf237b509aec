/*
 * ranking.c -- metrics of orders within groups (queries).
 *
 * ndcg (Jarvelin and Kekalainen 2002) with gain 2^relevance - 1 (Burges et al. 2005) and discount
 * 1 / log2(1 + position); equal scores share the mean of their gains, the expectation over their
 * orders (McSherry and Najork 2008).  map is the mean over groups of the average precision, equal
 * scores being one step as in curve.c.  A group without a relevant row says nothing to both and is
 * left out, unless it is asked to count.  A group weighs as much as its rows do on average.
 */
#include <math.h>

#include "common/base/mem.h"
#include "common/metric/order.h"
#include "common/metric/plan.h"

enum { RELEVANCE_MAX = 31 };

struct queries {
    int64_t n;      /* groups, some perhaps without rows */
    int64_t *start; /* [n + 1] into the two orders */
    uint32_t *by_score, *by_gain;
    double *gain;     /* [rows] */
    double *score;    /* [rows] */
    double *discount; /* [longest group + 1] sums of the discounts of so many first positions */
};

static double row_relevance(const struct scored *s, int64_t row)
{
    return s->n_classes ? s->y[row] == 1 : s->y[row];
}

/* Sizes of the groups, and so where each starts. */
static int queries_count(struct queries *q, const struct scored *s, struct err *err)
{
    int64_t longest = 0;

    for (int64_t i = 0; i < s->n; i++)
        q->n = s->group[i] >= q->n ? s->group[i] + INT64_C(1) : q->n;
    q->start = mem_zalloc((size_t)q->n + 1, sizeof *q->start);
    if (!q->start)
        return err_memory(err);
    for (int64_t i = 0; i < s->n; i++)
        q->start[s->group[i] + 1]++;
    for (int64_t g = 0; g < q->n; g++) {
        longest = q->start[g + 1] > longest ? q->start[g + 1] : longest;
        q->start[g + 1] += q->start[g];
    }
    q->discount = mem_alloc((size_t)longest + 1, sizeof *q->discount);
    if (!q->discount)
        return err_memory(err);
    q->discount[0] = 0;
    for (int64_t i = 0; i < longest; i++)
        q->discount[i + 1] = q->discount[i] + 1 / log2((double)i + 2);
    return 0;
}

/* Sorts rows by value, then keeps that order within each group. */
static int queries_order(const struct queries *q, const struct scored *s, const double *value,
    uint32_t *order, struct err *err)
{
    int ret = -1;
    uint32_t *all = mem_alloc((size_t)s->n, sizeof *all);
    int64_t *next = mem_copy(q->start, (size_t)q->n + 1, sizeof *next);

    if (!all || !next) {
        err_memory(err);
        goto out;
    }
    if (order_falling(value, 1, s->n, all, err) < 0)
        goto out;
    for (int64_t i = 0; i < s->n; i++)
        order[next[s->group[all[i]]]++] = all[i];
    ret = 0;
out:
    mem_free(next);
    mem_free(all);
    return ret;
}

static int queries_fill(struct queries *q, const struct scored *s, struct err *err)
{
    for (int64_t i = 0; i < s->n; i++) {
        double relevance = row_relevance(s, i);
        if (!(relevance >= 0 && relevance <= RELEVANCE_MAX))
            return err_set(
                err, "ranking wants a relevance of 0 to %d, not %g", RELEVANCE_MAX, relevance);
        q->gain[i] = exp2(relevance) - 1;
        q->score[i] = s->value ? s->value[i] : s->prob[i * s->n_classes + 1];
    }
    if (queries_order(q, s, q->score, q->by_score, err) < 0)
        return -1;
    return queries_order(q, s, q->gain, q->by_gain, err);
}

struct queries *queries_new(const struct scored *s, struct err *err)
{
    struct queries *q = mem_zalloc(1, sizeof *q);

    if (!q) {
        err_memory(err);
        return NULL;
    }
    if (s->n > UINT32_MAX) {
        err_set(err, "too many rows to rank: %lld", (long long)s->n);
        goto fail;
    }
    q->by_score = mem_alloc((size_t)s->n, sizeof *q->by_score);
    q->by_gain = mem_alloc((size_t)s->n, sizeof *q->by_gain);
    q->gain = mem_alloc((size_t)s->n, sizeof *q->gain);
    q->score = mem_alloc((size_t)s->n, sizeof *q->score);
    if (!q->by_score || !q->by_gain || !q->gain || !q->score) {
        err_memory(err);
        goto fail;
    }
    if (queries_count(q, s, err) == 0 && queries_fill(q, s, err) == 0)
        return q;
fail:
    queries_free(q);
    return NULL;
}

void queries_free(struct queries *q)
{
    if (!q)
        return;
    mem_free(q->discount);
    mem_free(q->score);
    mem_free(q->gain);
    mem_free(q->by_gain);
    mem_free(q->by_score);
    mem_free(q->start);
    mem_free(q);
}

/* Rows of weight 0 are not there.  The mean of the others' weights; 0 when there is none. */
static double group_weight(const struct evaluation *e, int64_t g)
{
    const struct queries *q = e->plan->queries;
    double sum = 0;
    int64_t n = 0;

    for (int64_t i = q->start[g]; i < q->start[g + 1]; i++) {
        double weight = evaluation_weight(e, q->by_score[i]);
        sum += weight;
        n += weight > 0;
    }
    return n ? sum / (double)n : 0;
}

static double discount_sum(const struct queries *q, int64_t from, int64_t to, int64_t cut)
{
    from = from < cut ? from : cut;
    to = to < cut ? to : cut;
    return q->discount[to] - q->discount[from];
}

/* The discounted gain of the first `cut` positions of group g in this order; where rows are equal
 * (by score) they share. */
static double group_gain(
    const struct evaluation *e, int64_t g, const uint32_t *order, const double *value, int64_t cut)
{
    const struct queries *q = e->plan->queries;
    double total = 0, gain = 0;
    int64_t position = 0, tied = 0, end = q->start[g + 1];

    for (int64_t i = q->start[g]; i < end && position < cut; i++) {
        uint32_t row = order[i];
        if (evaluation_weight(e, row) > 0) {
            gain += q->gain[row];
            tied++;
        }
        if (tied > 0 && (i == end - 1 || value[row] != value[order[i + 1]])) {
            total += gain / (double)tied * discount_sum(q, position, position + tied, cut);
            position += tied;
            gain = 0;
            tied = 0;
        }
    }
    return total;
}

static int64_t cut_of(double parameter)
{
    return parameter > 0 ? (int64_t)parameter : INT64_MAX;
}

/* NaN when no row of the group is relevant. */
static double group_ndcg(const struct evaluation *e, int64_t g, double parameter)
{
    const struct queries *q = e->plan->queries;
    int64_t cut = cut_of(parameter);
    double ideal = group_gain(e, g, q->by_gain, q->gain, cut);

    return ideal > 0 ? group_gain(e, g, q->by_score, q->score, cut) / ideal : NAN;
}

/* What is relevant among the first `cut` positions; rows of equal score that the cut parts count by
 * how many of their positions are before it. */
struct hits {
    double found, precision; /* relevant rows, and their sum of precisions there */
    int64_t relevant, rows;  /* in the whole group */
};

static struct hits group_hits(const struct evaluation *e, int64_t g, int64_t cut)
{
    const struct queries *q = e->plan->queries;
    struct hits hits = {.rows = 0};
    int64_t end = q->start[g + 1], tied = 0, tied_relevant = 0;

    for (int64_t i = q->start[g]; i < end; i++) {
        uint32_t row = q->by_score[i];
        if (evaluation_weight(e, row) > 0) {
            tied++;
            tied_relevant += q->gain[row] > 0;
        }
        if (i < end - 1 && q->score[row] == q->score[q->by_score[i + 1]])
            continue;
        int64_t inside = cut - hits.rows < tied ? cut - hits.rows : tied;
        if (tied_relevant > 0 && inside > 0) {
            double part = (double)tied_relevant * (double)inside / (double)tied;
            hits.found += part;
            hits.precision += part * hits.found / (double)(hits.rows + inside);
        }
        hits.relevant += tied_relevant;
        hits.rows += tied;
        tied = tied_relevant = 0;
    }
    return hits;
}

static double at_most(int64_t n, int64_t cut)
{
    return (double)(n < cut ? n : cut);
}

/* NaN when no row of the group is relevant. */
static double group_map(const struct evaluation *e, int64_t g, double parameter)
{
    int64_t cut = cut_of(parameter);
    struct hits hits = group_hits(e, g, cut);

    return hits.relevant ? hits.precision / at_most(hits.relevant, cut) : NAN;
}

static double group_pre(const struct evaluation *e, int64_t g, double parameter)
{
    int64_t cut = cut_of(parameter);
    struct hits hits = group_hits(e, g, cut);

    return hits.found / at_most(hits.rows, cut);
}

static double group_mean(const struct evaluation *e,
    double (*of_group)(const struct evaluation *e, int64_t g, double parameter), double parameter)
{
    double sum = 0, total = 0;

    for (int64_t g = 0; g < e->plan->queries->n; g++) {
        double weight = group_weight(e, g), value;
        if (!(weight > 0))
            continue;
        value = of_group(e, g, parameter);
        if (isnan(value) && e->metric->empty != EMPTY_LEFT_OUT)
            value = e->metric->empty == EMPTY_ONE;
        if (!isnan(value)) {
            sum += weight * value;
            total += weight;
        }
    }
    return total > 0 ? sum / total : NAN;
}

static double ndcg_value(const struct evaluation *e, double parameter)
{
    return group_mean(e, group_ndcg, parameter);
}

static double map_value(const struct evaluation *e, double parameter)
{
    return group_mean(e, group_map, parameter);
}

static double pre_value(const struct evaluation *e, double parameter)
{
    return group_mean(e, group_pre, parameter);
}

const struct metric_method ndcg_method = {PART_QUERIES, ndcg_value};
const struct metric_method map_method = {PART_QUERIES, map_value};
const struct metric_method pre_method = {PART_QUERIES, pre_value};
