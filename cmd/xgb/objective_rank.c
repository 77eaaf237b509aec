/*
 * objective_rank.c -- objectives of orders within groups: LambdaMART (Burges 2010, "From RankNet to
 * LambdaRank to LambdaMART: an overview"), unbiased for clicks by Hu, Wang, Peng, Li 2019,
 * "Unbiased LambdaMART: an unbiased pairwise learning-to-rank algorithm".
 *
 * Every pair of rows of a group that y tells apart pulls its better row up and the other down: by
 * the logistic loss of the difference of their outputs, times what changing places would change in
 * the metric.  A group's weight is that of its first row; weights of groups count by their mean.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cmd/xgb/objective_parts.h"
#include "common/base/exps.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/rng.h"

enum { TOPK_PAIRS = 32, POSITIONS = 32, RELEVANCE_MAX = 31 };
#define LEAST 1e-16 /* of H, and of what the losses of positions are divided by */

struct ranking {
    int64_t n_groups;
    int64_t *start;         /* [n_groups + 1] rows where groups begin */
    double weight_norm;     /* 1 / mean weight of a group */
    struct keyed *by_score; /* [n] a group's rows by falling output: places in the group */
    struct keyed *by_label; /* [n] places in by_score by falling y; PAIRS_MEAN */
    struct gradient *g;     /* [n] of the round */
    double *discount;       /* [longest group] of positions by score; ndcg */
    double *best;           /* [n_groups] 1 / the greatest DCG, 0 where that is 0; ndcg */
    double *hits,
        *found; /* [n] by score: relevant rows so far, and sums of 1 / position of them; map */
    /* lambdarank_unbiased: how much likelier a position is looked at than the first, as better and
     * as worse row of a pair, [n_positions]; losses of rows as either, [n] */
    int64_t n_positions;
    double *seen, *unseen, *loss, *unloss;
};

/* A group at work. */
struct list {
    const struct objective_rows *rows;
    struct ranking *own;
    int64_t group, at, n; /* its rows are [at, at + n) */
    const double *f;      /* of them; so are all below */
    const double *y;
    const struct keyed *rank;
    struct gradient *g;
    bool spread; /* outputs differ */
    double sum;  /* of the pull of all pairs */
};

static int64_t pairs_per_sample(const struct objective_opts *o)
{
    return o->lambdarank_num_pair                    ? o->lambdarank_num_pair
           : o->lambdarank_pair_method == PAIRS_TOPK ? TOPK_PAIRS
                                                     : 1;
}

static double log_2(double x)
{
    return log_one(x) / 0.69314718055994530942;
}

static double gain_of(const struct objective_opts *o, double y)
{
    return o->ndcg_exp_gain ? (double)(UINT64_C(1) << (int)y) - 1 : y;
}

static int64_t group_rows(const struct ranking *own, int64_t group)
{
    return own->start[group + 1] - own->start[group];
}

/* ---- beginning ---- */

static int groups_find(struct objective_rows *rows, struct err *err)
{
    struct ranking *own = rows->own;
    int32_t most = 0;
    double sum = 0;

    for (int64_t i = 0; i < rows->n; i++)
        most = rows->group[i] > most ? rows->group[i] : most;
    own->start = mem_alloc((size_t)most + 2, sizeof *own->start);
    bool *met = mem_zalloc((size_t)most + 1, sizeof *met);
    if (!own->start || !met) {
        mem_free(met);
        return err_memory(err);
    }
    int64_t apart = -1;
    for (int64_t i = 0; i < rows->n && apart < 0; i++) {
        if (i > 0 && rows->group[i] == rows->group[i - 1])
            continue;
        if (met[rows->group[i]])
            apart = i;
        else
            own->start[own->n_groups++] = i;
        met[rows->group[i]] = true;
        sum += objective_weight(rows, i);
    }
    mem_free(met);
    if (apart >= 0)
        return err_set(err, "row %" PRId64 ": the rows of a group must stand together", apart + 1);
    if (!(sum > 0))
        return err_set(err, "no group's first row weighs anything: a group weighs as much as it");
    own->start[own->n_groups] = rows->n;
    own->weight_norm = (double)own->n_groups / sum;
    return 0;
}

static int64_t longest_group(const struct ranking *own)
{
    int64_t longest = 0;
    for (int64_t i = 0; i < own->n_groups; i++)
        longest = group_rows(own, i) > longest ? group_rows(own, i) : longest;
    return longest;
}

static int rank_start(struct objective_rows *rows, struct err *err)
{
    const struct objective_opts *o = rows->opts;
    size_t n = (size_t)rows->n;
    struct ranking *own = rows->own = mem_zalloc(1, sizeof *own);

    if (!own)
        return err_memory(err);
    if (groups_find(rows, err) < 0)
        return -1;
    own->by_score = mem_alloc(n, sizeof *own->by_score);
    own->g = mem_alloc(n, sizeof *own->g);
    if (!own->by_score || !own->g)
        return err_memory(err);
    if (o->lambdarank_pair_method == PAIRS_MEAN) {
        own->by_label = mem_alloc(n, sizeof *own->by_label);
        if (!own->by_label)
            return err_memory(err);
    }
    if (!o->lambdarank_unbiased)
        return 0;
    int64_t longest = longest_group(own);
    own->n_positions = o->lambdarank_pair_method == PAIRS_TOPK ? pairs_per_sample(o)
                       : longest < POSITIONS                   ? longest
                                                               : POSITIONS;
    own->seen = mem_alloc((size_t)own->n_positions, sizeof *own->seen);
    own->unseen = mem_alloc((size_t)own->n_positions, sizeof *own->unseen);
    own->loss = mem_alloc(n, sizeof *own->loss);
    own->unloss = mem_alloc(n, sizeof *own->unloss);
    if (!own->seen || !own->unseen || !own->loss || !own->unloss)
        return err_memory(err);
    for (int64_t i = 0; i < own->n_positions; i++)
        own->seen[i] = own->unseen[i] = 1;
    return 0;
}

static void rank_release(struct objective_rows *rows)
{
    struct ranking *own = rows->own;
    if (!own)
        return;
    mem_free(own->start);
    mem_free(own->by_score);
    mem_free(own->by_label);
    mem_free(own->g);
    mem_free(own->discount);
    mem_free(own->best);
    mem_free(own->hits);
    mem_free(own->found);
    mem_free(own->seen);
    mem_free(own->unseen);
    mem_free(own->loss);
    mem_free(own->unloss);
    mem_free(own);
    rows->own = NULL;
}

/* Gains are of whole numbers, small enough for powers of two. */
static int gains_check(const struct objective_rows *rows, struct err *err)
{
    for (int64_t i = 0; rows->opts->ndcg_exp_gain && i < rows->n; i++)
        if (rows->y[i] != floor(rows->y[i]) || rows->y[i] > RELEVANCE_MAX)
            return err_set(err,
                "row %" PRId64 ": a relevance of %g has no gain 2^relevance - 1, which is of 0, 1 "
                "... %d: there is ndcg_exp_gain=false",
                i + 1, rows->y[i], RELEVANCE_MAX);
    return 0;
}

static int ndcg_start(struct objective_rows *rows, struct err *err)
{
    if (rank_start(rows, err) < 0 || gains_check(rows, err) < 0)
        return -1;
    struct ranking *own = rows->own;
    int64_t longest = longest_group(own);
    int64_t cut =
        rows->opts->lambdarank_pair_method == PAIRS_TOPK ? pairs_per_sample(rows->opts) : longest;

    own->discount = mem_alloc((size_t)longest, sizeof *own->discount);
    own->best = mem_alloc((size_t)own->n_groups, sizeof *own->best);
    if (!own->discount || !own->best)
        return err_memory(err);
    for (int64_t i = 0; i < longest; i++)
        own->discount[i] = 1 / log_2((double)i + 2);
    for (int64_t group = 0; group < own->n_groups; group++) {
        int64_t at = own->start[group], n = group_rows(own, group);
        double dcg = 0;
        for (int64_t i = 0; i < n; i++)
            own->by_score[i] = (struct keyed){-rows->y[at + i], (uint32_t)i};
        keyed_sort(own->by_score, (size_t)n);
        for (int64_t i = 0; i < n && i < cut; i++)
            dcg += own->discount[i] * gain_of(rows->opts, -own->by_score[i].key);
        own->best[group] = dcg != 0 ? 1 / dcg : 0;
    }
    return 0;
}

static int map_start(struct objective_rows *rows, struct err *err)
{
    if (rank_start(rows, err) < 0)
        return -1;
    struct ranking *own = rows->own;
    own->hits = mem_alloc((size_t)rows->n, sizeof *own->hits);
    own->found = mem_alloc((size_t)rows->n, sizeof *own->found);
    return own->hits && own->found ? 0 : err_memory(err);
}

/* ---- what changing places would change ---- */

static double ndcg_change(const struct list *l, int64_t better, int64_t worse)
{
    const struct ranking *own = l->own;
    double gain = gain_of(l->rows->opts, l->y[l->rank[better].row]) -
                  gain_of(l->rows->opts, l->y[l->rank[worse].row]);
    return fabs(gain * (own->discount[better] - own->discount[worse]) * own->best[l->group]);
}

/* Average precision, by the relevant rows up to either place and the precisions between them. */
static double map_change(const struct list *l, int64_t better, int64_t worse)
{
    const double *hits = l->own->hits + l->at, *found = l->own->found + l->at;
    int64_t first = better < worse ? better : worse, last = better < worse ? worse : better;
    double upper = hits[first], lower = hits[last] / ((double)last + 1);
    double between = found[last - 1] - found[first];

    double change = better < worse ? upper / ((double)first + 1) - lower + between
                                   : lower - (upper + 1) / ((double)first + 1) - between;
    return fabs(change / hits[l->n - 1]);
}

static double change_of(const struct list *l, int64_t better, int64_t worse)
{
    return l->own->best   ? ndcg_change(l, better, worse)
           : l->own->hits ? map_change(l, better, worse)
                          : 1;
}

static void map_prepare(const struct list *l)
{
    double *hits = l->own->hits + l->at, *found = l->own->found + l->at;
    for (int64_t i = 0; i < l->n; i++) {
        double y = l->y[l->rank[i].row];
        hits[i] = (i ? hits[i - 1] : 0) + y;
        found[i] = (i ? found[i - 1] : 0) + y / ((double)i + 1);
    }
}

/* ---- pairs ---- */

/* The pull of a pair by how likely its positions are looked at, and what it says of that. */
static double pair_unbias(const struct list *l, uint32_t better, uint32_t worse, double loss)
{
    struct ranking *own = l->own;

    if (better >= own->n_positions || worse >= own->n_positions)
        return 1;
    double seen = own->seen[better], unseen = own->unseen[worse];
    if (unseen >= LEAST)
        own->loss[l->at + better] += loss / unseen;
    if (seen >= LEAST)
        own->unloss[l->at + worse] += loss / seen;
    return seen >= LEAST && unseen >= LEAST ? 1 / (seen * unseen) : 1;
}

/* Two places of the list by score. */
static void pair_add(struct list *l, int64_t a, int64_t b)
{
    const struct objective_opts *o = l->rows->opts;
    double y_a = l->y[l->rank[a].row], y_b = l->y[l->rank[b].row];

    if (y_a == y_b)
        return;
    int64_t better = y_a > y_b ? a : b, worse = y_a > y_b ? b : a;
    uint32_t up = l->rank[better].row, down = l->rank[worse].row;
    double lead = l->f[up] - l->f[down], p = 1 / (1 + exp_one(-lead));
    double change = change_of(l, better, worse);
    if (o->lambdarank_score_normalization && l->spread)
        change /= fabs(lead) + 0.01;
    double pull = (1 - p) * change, h = p * (1 - p);
    h = 2 * change * (h > LEAST ? h : LEAST);
    if (o->lambdarank_unbiased) {
        double loss = (lead > 0 ? lead : 0) + log_one(1 + exp_one(-fabs(lead)));
        double factor = pair_unbias(l, up, down, loss * change);
        pull *= factor;
        h *= factor;
    }
    l->g[up].s += pull;
    l->g[up].h += h;
    l->g[down].s -= pull;
    l->g[down].h += h;
    l->sum += 2 * pull;
}

/* Of the first places with all below them. */
static void pairs_topk(struct list *l, int64_t k)
{
    for (int64_t i = 0; i < k && i < l->n; i++)
        for (int64_t j = i + 1; j < l->n; j++)
            pair_add(l, i, j);
}

/* Of every row with k rows of other y, drawn at random. */
static void pairs_mean(struct list *l, int64_t k, int round)
{
    struct keyed *by_label = l->own->by_label + l->at;
    struct rng r;

    rng_init(&r, l->rows->opts->seed, RNG_PAIRS, (uint32_t)round, (uint64_t)l->group);
    for (int64_t i = 0; i < l->n; i++)
        by_label[i] = (struct keyed){-l->y[l->rank[i].row], (uint32_t)i};
    keyed_sort(by_label, (size_t)l->n);
    for (int64_t begin = 0, end; begin < l->n; begin = end) {
        for (end = begin + 1; end < l->n && by_label[end].key == by_label[begin].key;)
            end++;
        int64_t same = end - begin;
        for (int64_t sample = 0; sample < k && same < l->n; sample++)
            for (int64_t i = begin; i < end; i++) {
                int64_t other = (int64_t)rng_below(&r, (uint64_t)(l->n - same));
                other += other >= begin ? same : 0;
                pair_add(l, by_label[i].row, by_label[other].row);
            }
    }
}

/* ---- rounds ---- */

struct ranking_round {
    const struct objective_rows *rows;
    const double *raw;
    int round;
};

/* Pairs of topk pull less the more of them there are, those of mean by how many a row has. */
static double group_norm(const struct list *l, int64_t k)
{
    const struct objective_opts *o = l->rows->opts;
    if (!o->lambdarank_normalization)
        return 1;
    if (o->lambdarank_pair_method == PAIRS_MEAN)
        return 1 / (double)k;
    return l->sum > 0 ? log_2(1 + l->sum) / l->sum : 1;
}

static void group_round(void *ctx, int64_t group, int worker)
{
    const struct ranking_round *r = ctx;
    const struct objective_rows *rows = r->rows;
    struct ranking *own = rows->own;
    int64_t at = own->start[group], n = group_rows(own, group);
    int64_t k = pairs_per_sample(rows->opts);
    struct keyed *rank = own->by_score + at;
    struct list l = {rows, own, group, at, n, r->raw + at, rows->y + at, rank, own->g + at};
    (void)worker;

    for (int64_t i = 0; i < n; i++) {
        rank[i] = (struct keyed){-l.f[i], (uint32_t)i};
        l.g[i] = (struct gradient){0};
        if (own->loss)
            own->loss[at + i] = own->unloss[at + i] = 0;
    }
    keyed_sort(rank, (size_t)n);
    l.spread = rank[0].key != rank[n - 1].key;
    if (own->hits)
        map_prepare(&l);
    if (rows->opts->lambdarank_pair_method == PAIRS_TOPK)
        pairs_topk(&l, k);
    else
        pairs_mean(&l, k, r->round);
    double factor = group_norm(&l, k) * objective_weight(rows, at) * own->weight_norm;
    for (int64_t i = 0; i < n; i++) {
        l.g[i].s *= factor;
        l.g[i].h *= factor;
    }
}

/* Equations 30 and 31 of Hu and others: groups' losses by position, against the first one's. */
static void positions_update(const struct objective_rows *rows, const double *loss, double *ratio)
{
    const struct ranking *own = rows->own;
    double power = 1 / (1 + rows->opts->lambdarank_bias_norm), first = 0;

    for (int64_t i = 0; i < own->n_positions; i++) {
        double sum = 0;
        for (int64_t group = 0; group < own->n_groups; group++)
            sum += i < group_rows(own, group) ? loss[own->start[group] + i] : 0;
        if (i == 0)
            first = sum;
        if (first >= LEAST)
            ratio[i] = exp_one(power * log_one(sum / first));
    }
}

static int rank_round(struct objective_rows *rows, int round, const double *raw, struct err *err)
{
    struct ranking *own = rows->own;
    struct ranking_round r = {rows, raw, round};
    (void)err;

    pool_run(own->n_groups, group_round, &r);
    if (own->loss) {
        positions_update(rows, own->loss, own->seen);
        positions_update(rows, own->unloss, own->unseen);
    }
    return 0;
}

static void rank_gradients(const struct objective_rows *rows, const double *raw, int output,
    int64_t begin, int64_t end, struct gradient *g)
{
    const struct ranking *own = rows->own;
    (void)raw, (void)output;
    memcpy(g + begin, own->g + begin, (size_t)(end - begin) * sizeof *g);
}

/* Pairs pull both ways alike, so that one Newton step from 0 stays there. */
static double rank_base(struct objective_rows *rows, int output)
{
    (void)rows, (void)output;
    return 0;
}

static bool relevance_domain(double y)
{
    return y >= 0;
}

static bool relevant_or_not(double y)
{
    return y == 0 || y == 1;
}

/* ---- the table ---- */

const struct objective objective_ndcg = {.name = "rank:ndcg",
    .task = TASK_REGRESSION,
    .ranking = true,
    .link = LINK_IDENTITY,
    .metric = "ndcg",
    .domain = relevance_domain,
    .domain_text = "0 or more",
    .start = ndcg_start,
    .release = rank_release,
    .base = rank_base,
    .base_of = margin_same,
    .round = rank_round,
    .gradients = rank_gradients};

const struct objective objective_map = {.name = "rank:map",
    .task = TASK_REGRESSION,
    .ranking = true,
    .link = LINK_IDENTITY,
    .metric = "map",
    .domain = relevant_or_not,
    .domain_text = "0 and 1",
    .start = map_start,
    .release = rank_release,
    .base = rank_base,
    .base_of = margin_same,
    .round = rank_round,
    .gradients = rank_gradients};

const struct objective objective_pairwise = {.name = "rank:pairwise",
    .task = TASK_REGRESSION,
    .ranking = true,
    .link = LINK_IDENTITY,
    .metric = "ndcg",
    .start = rank_start,
    .release = rank_release,
    .base = rank_base,
    .base_of = margin_same,
    .round = rank_round,
    .gradients = rank_gradients};
