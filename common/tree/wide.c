/*
 * wide.c -- nodes of values, or of more than two classes, as records; see records.h.
 *
 * A bin has a struct value_bin, or a count for each class.  Of classes the sum of squares of the
 * counts on either side, which is all that Gini needs, is kept up to date as whole numbers.
 */
#include <math.h>

#include "common/tree/records.h"
#include "common/tree/score.h"

struct value_bin {
    int64_t sum, draws;
};

size_t wide_hist_size(const struct records *r)
{
    size_t bin = r->kind == RECORD_VALUE ? sizeof(struct value_bin)
                                         : (size_t)r->stats->n_sums * sizeof(uint32_t);
    return RECORD_BINS * bin;
}

/* ---- counting ---- */

static void count_values(
    struct records *r, const struct record_node *node, int col, uint64_t occurs[4])
{
    const uint8_t *record = record_of(r, node);
    struct value_bin *hist = r->hist;

    for (uint32_t i = node->begin; i < node->end; i++, record += r->stride) {
        struct record_value v = record_value(record, r->stride);
        uint8_t code = record[col];
        hist[code].sum += v.sum;
        hist[code].draws += v.draws;
        occurs[code / 64] |= (uint64_t)1 << (code % 64);
    }
}

static void count_classes(
    struct records *r, const struct record_node *node, int col, uint64_t occurs[4])
{
    const uint8_t *record = record_of(r, node);
    size_t k = (size_t)r->stats->n_sums;
    uint32_t *hist = r->hist;

    for (uint32_t i = node->begin; i < node->end; i++, record += r->stride) {
        uint32_t stat = record_stat(record, r->stride);
        uint8_t code = record[col];
        hist[code * k + (stat >> 16)] += stat & 0xffff;
        occurs[code / 64] |= (uint64_t)1 << (code % 64);
    }
}

/* ---- cuts ---- */

/* The cut that is best so far. */
struct cut {
    double gain;      /* must be beaten */
    int col;          /* -1: nothing has beaten it */
    int below, above; /* bins; above -1: all numbers go left */
    int missing_left; /* -1: no value is missing */
    struct value_bin left;
    uint32_t counts[RECORD_CLASSES_MAX]; /* of the left side */
};

/* One column of a node. */
struct column {
    const struct split_node *node;
    int col, n, bin[RECORD_BINS]; /* the bins that occur, without that of missing values */
    bool missing;                 /* that has rows */
    int n_bins;
    double node_score;
};

/* Takes the bins that occur apart. */
static void column_bins(struct column *c, const uint64_t occurs[4])
{
    for (int word = 0; word < 4; word++)
        for (uint64_t bits = occurs[word]; bits; bits &= bits - 1)
            c->bin[c->n++] = 64 * word + __builtin_ctzll(bits);
    c->missing = c->n && c->bin[c->n - 1] == c->n_bins;
    c->n -= c->missing;
}

static void cut_set(struct cut *best, const struct column *c, double gain, int i, bool missing_left)
{
    best->gain = gain;
    best->col = c->col;
    best->below = c->bin[i];
    best->above = i + 1 < c->n ? c->bin[i + 1] : -1;
    best->missing_left = c->missing ? missing_left : -1;
}

static bool sides_fit(const struct column *c, int64_t left)
{
    return left >= c->node->min_leaf && c->node->totals[0] - left >= c->node->min_leaf;
}

/* ---- values ---- */

static inline double value_score(const struct split_node *sn, int64_t draws, int64_t sum)
{
    const struct row_stats *s = sn->stats;
    double sums[2] = {(double)(draws * s->value[0][0]) * s->unit[0], (double)sum * s->unit[1]};
    return sn->score == score_squared ? sums[1] * sums[1] / sums[0] : sn->score(sn->self, 2, sums);
}

static inline void value_try(
    const struct column *c, struct cut *best, struct value_bin left, int i, bool missing_left)
{
    const int64_t *totals = c->node->totals;

    if (!sides_fit(c, left.draws))
        return;
    double gain = value_score(c->node, left.draws, left.sum) +
                  value_score(c->node, totals[0] - left.draws, totals[2] - left.sum) -
                  c->node_score;
    if (!(gain > best->gain))
        return;
    cut_set(best, c, gain, i, missing_left);
    best->left = left;
}

static void values_search(const struct column *c, struct cut *best, const struct value_bin *hist)
{
    struct value_bin left = {0, 0}, missing = hist[c->n_bins];

    for (int i = 0; i < c->n; i++) {
        left.sum += hist[c->bin[i]].sum;
        left.draws += hist[c->bin[i]].draws;
        if (i == c->n - 1 && !c->missing)
            return;
        value_try(c, best, left, i, false);
        if (c->missing && i < c->n - 1)
            value_try(c, best,
                (struct value_bin){left.sum + missing.sum, left.draws + missing.draws}, i, true);
    }
}

/* ---- classes ---- */

/* Counts of the left side and the right, and the sums of their squares. */
struct sides {
    int n_classes;
    double unit; /* of a count: a power of two */
    int64_t left_draws, left_squares, right_squares;
    uint32_t left[RECORD_CLASSES_MAX], right[RECORD_CLASSES_MAX];
};

static inline void sides_move(struct sides *s, const uint32_t *counts, uint32_t sign)
{
    for (int k = 0; k < s->n_classes; k++) {
        int64_t n = (int32_t)(counts[k] * sign), l = s->left[k], r = s->right[k];
        s->left_squares += n * (2 * l + n);
        s->right_squares -= n * (2 * r - n);
        s->left[k] += (uint32_t)n;
        s->right[k] -= (uint32_t)n;
        s->left_draws += n;
    }
}

static double class_score(
    const struct split_node *sn, const struct sides *s, const uint32_t *counts)
{
    double sums[RECORD_CLASSES_MAX];
    for (int k = 0; k < s->n_classes; k++)
        sums[k] = (double)counts[k] * s->unit;
    return sn->score(sn->self, s->n_classes, sums);
}

/* Squares of whole numbers times a power of two: what score_gini() adds up, exactly. */
static inline double gini(const struct sides *s, int64_t squares, int64_t draws)
{
    return (double)squares * s->unit * s->unit / ((double)draws * s->unit);
}

static inline void class_try(
    const struct column *c, struct cut *best, const struct sides *s, int i, bool missing_left)
{
    int64_t right = c->node->totals[0] - s->left_draws;
    double score;

    if (!sides_fit(c, s->left_draws))
        return;
    if (c->node->score == score_gini)
        score = gini(s, s->left_squares, s->left_draws) + gini(s, s->right_squares, right);
    else
        score = class_score(c->node, s, s->left) + class_score(c->node, s, s->right);
    double gain = score - c->node_score;
    if (!(gain > best->gain))
        return;
    cut_set(best, c, gain, i, missing_left);
    best->left.draws = s->left_draws;
    memcpy(best->counts, s->left, (size_t)s->n_classes * sizeof *s->left);
}

static void classes_search(const struct column *c, struct cut *best, const uint32_t *hist)
{
    const struct row_stats *stats = c->node->stats;
    struct sides s = {
        .n_classes = stats->n_sums, .unit = stats->unit[0] * (double)stats->value[0][0]};
    size_t k = (size_t)stats->n_sums;
    const uint32_t *missing = hist + (size_t)c->n_bins * k;

    for (int j = 0; j < s.n_classes; j++) {
        s.right[j] = (uint32_t)(c->node->totals[1 + j] / stats->value[0][0]);
        s.right_squares += (int64_t)s.right[j] * s.right[j];
    }
    for (int i = 0; i < c->n; i++) {
        sides_move(&s, hist + (size_t)c->bin[i] * k, 1);
        if (i == c->n - 1 && !c->missing)
            return;
        class_try(c, best, &s, i, false);
        if (c->missing && i < c->n - 1) {
            sides_move(&s, missing, 1);
            class_try(c, best, &s, i, true);
            sides_move(&s, missing, UINT32_MAX);
        }
    }
}

/* ---- both ---- */

static double node_score(const struct split_node *sn)
{
    const struct row_stats *s = sn->stats;
    double sums[RECORD_CLASSES_MAX];
    for (int k = 0; k < s->n_sums; k++)
        sums[k] = (double)sn->totals[1 + k] * s->unit[s->slot ? 0 : k];
    return sn->score(sn->self, s->n_sums, sums);
}

/* A category's bins as split_find() wants them. */
static bool find_category(
    struct records *r, const struct column *c, struct split_scratch *scratch, struct split *best)
{
    const struct row_stats *s = r->stats;
    int64_t wide[RECORD_BINS * (1 + RECORD_CLASSES_MAX)], weight = s->value[0][0];
    size_t width = 1 + (size_t)s->n_sums, k = (size_t)s->n_sums;
    const struct value_bin *values = r->hist;
    const uint32_t *counts = r->hist;

    for (size_t bin = 0; bin <= (size_t)c->n_bins; bin++) {
        int64_t *to = wide + bin * width;
        if (r->kind == RECORD_VALUE) {
            to[0] = values[bin].draws;
            to[1] = values[bin].draws * weight;
            to[2] = values[bin].sum;
            continue;
        }
        to[0] = 0;
        for (size_t j = 0; j < k; j++) {
            to[0] += counts[bin * k + j];
            to[1 + j] = counts[bin * k + j] * weight;
        }
    }
    return split_find(c->node, &r->bins->cols[c->col], c->col, wide, -1, NULL, scratch, best);
}

static void clear(struct records *r, const struct column *c)
{
    struct value_bin *values = r->hist;
    size_t k = (size_t)r->stats->n_sums;
    uint32_t *counts = r->hist;

    for (int i = 0; i <= c->n; i++) {
        size_t bin = (size_t)(i < c->n ? c->bin[i] : c->n_bins);
        if (r->kind == RECORD_VALUE)
            values[bin] = (struct value_bin){0, 0};
        else
            for (size_t j = 0; j < k; j++)
                counts[bin * k + j] = 0;
    }
}

static void keep_cut(
    const struct records *r, const struct split_node *sn, struct cut *cut, struct split *best)
{
    int64_t weight = r->stats->value[0][0];

    if (cut->col < 0)
        return;
    best->left[0] = cut->left.draws;
    if (r->kind == RECORD_VALUE) {
        best->left[1] = cut->left.draws * weight;
        best->left[2] = cut->left.sum;
    }
    for (int k = 0; k < r->stats->n_sums && r->kind == RECORD_CLASS; k++)
        best->left[1 + k] = cut->counts[k] * weight;
    split_set_number(best, sn, &r->bins->cols[cut->col], cut->col, cut->gain, cut->below,
        cut->above, cut->missing_left);
    cut->col = -1;
}

bool wide_find(struct records *r, const struct split_node *sn, const struct record_node *node,
    const int *cols, int n_cols, struct split_scratch *scratch, struct split *best)
{
    struct cut cut;
    double score = node_score(sn);
    bool found = false;

    cut.gain = best->gain;
    cut.col = -1;
    for (int i = 0; i < n_cols; i++) {
        struct column c; /* not zeroed: it is large */
        c.node = sn;
        c.col = cols[i];
        c.n_bins = r->bins->cols[cols[i]].n_bins;
        c.node_score = score;
        c.n = 0;
        uint64_t occurs[4] = {0};
        (r->kind == RECORD_VALUE ? count_values : count_classes)(r, node, cols[i], occurs);
        column_bins(&c, occurs);
        if (c.n + c.missing >= 2) {
            found = true;
            if (r->bins->cols[cols[i]].category) {
                keep_cut(r, sn, &cut, best);
                find_category(r, &c, scratch, best);
                cut.gain = best->gain;
            } else if (r->kind == RECORD_VALUE) {
                values_search(&c, &cut, r->hist);
            } else {
                classes_search(&c, &cut, r->hist);
            }
        }
        clear(r, &c);
    }
    keep_cut(r, sn, &cut, best);
    return found;
}
