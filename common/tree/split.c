/* split.c -- see split.h. */
#include "common/tree/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

int split_scratch_init(struct split_scratch *s, int n_sums, int max_bins, struct err *err)
{
    size_t sums = (size_t)n_sums, bins = (size_t)max_bins;
    *s = (struct split_scratch){
        .left = mem_alloc(sums + 1, sizeof *s->left),
        .best = mem_alloc(sums + 1, sizeof *s->best),
        .sums = mem_alloc(sums, sizeof *s->sums),
        .order = mem_alloc(bins, sizeof *s->order),
        .key = mem_alloc(bins, sizeof *s->key),
        .seen = mem_zalloc(bins / 64 + 1, sizeof *s->seen),
        .cut = mem_alloc(bins, 1),
    };
    if (s->left && s->best && s->sums && s->order && s->key && s->seen && s->cut)
        return 0;
    split_scratch_release(s);
    return err_memory(err);
}

int split_scratch_propose(struct split_scratch *s, int max_bins, int n_proposed, struct err *err)
{
    s->sketch = sketch_new(max_bins, 1 / (SKETCH_FINER * (double)n_proposed));
    s->proposed = mem_alloc((size_t)n_proposed + 1, sizeof *s->proposed);
    return s->sketch && s->proposed ? 0 : err_memory(err);
}

void split_scratch_release(struct split_scratch *s)
{
    mem_free(s->left);
    mem_free(s->best);
    mem_free(s->sums);
    mem_free(s->order);
    mem_free(s->key);
    mem_free(s->seen);
    mem_free(s->cut);
    sketch_free(s->sketch);
    mem_free(s->proposed);
    *s = (struct split_scratch){NULL};
}

void split_init(struct split *s, int n_sums, size_t set_room, uint64_t *memory)
{
    *s = (struct split){.gain = -INFINITY, .set_room = set_room};
    s->left = (int64_t *)memory;
    s->set = memory + n_sums + 1;
}

void split_copy(struct split *to, const struct split *from, int n_sums)
{
    int64_t *left = to->left;
    uint64_t *set = to->set;

    *to = *from;
    to->left = left;
    to->set = set;
    memcpy(left, from->left, ((size_t)n_sums + 1) * sizeof *left);
    memcpy(set, from->set, from->set_room * sizeof *set);
}

/* Orders of categories that are searched where there are more than two classes. */
enum { ORDERS_MAX = 8 };

/* ---- one way of cutting: a prefix of bins in some order ---- */

struct search {
    const struct split_node *node;
    const int64_t *hist;
    size_t width; /* int64 a bin */
    int n_bins, n_occupied;
    const int64_t *missing; /* the bin of missing values; NULL when none is in the node */
    double node_score;
    struct split_scratch *scratch;
    /* the best cut so far: occupied bins order[0..cut] left */
    double gain;
    int cut;
    bool missing_left;
    double at;     /* where a random cut fell; NaN: halfway between the bins */
    int direction; /* split_direction(), of two sums */
    bool category;
    const unsigned char *may_cut; /* [n_occupied]; NULL: anywhere */
};

static double score_of(const struct search *s, const int64_t *from, const int64_t *minus)
{
    const struct row_stats *stats = s->node->stats;
    for (int k = 0; k < stats->n_sums; k++) {
        int64_t sum = from[k + 1] - (minus ? minus[k + 1] : 0);
        s->scratch->sums[k] = (double)sum * stats->unit[stats->slot ? 0 : k];
    }
    if (s->node->regular)
        return regular_score(s->node->regular, s->scratch->sums[0], s->scratch->sums[1]);
    return s->node->score(s->node->self, stats->n_sums, s->scratch->sums);
}

/* Do the means of the two sides stand in the order asked for? */
static bool direction_kept(const struct search *s, const int64_t *left)
{
    const int64_t *totals = s->node->totals;
    double left_side = (double)left[2] * (double)(totals[1] - left[1]);
    double right_side = (double)(totals[2] - left[2]) * (double)left[1];
    return s->direction > 0 ? left_side <= right_side : left_side >= right_side;
}

/* Have both sides the weight that a child needs? */
static bool weights_reach(const struct search *s, const int64_t *left)
{
    double unit = s->node->stats->unit[0], least = s->node->regular->min_weight;
    return (double)left[1] * unit >= least &&
           (double)(s->node->totals[1] - left[1]) * unit >= least;
}

/* Considers scratch->left against the rest of the node. */
static bool search_try(struct search *s, int cut, bool missing_left)
{
    const int64_t *left = s->scratch->left, *totals = s->node->totals;
    int64_t min_leaf = s->node->min_leaf;

    if (left[0] < min_leaf || totals[0] - left[0] < min_leaf ||
        (s->node->regular && !weights_reach(s, left)))
        return false;
    if (s->direction && !direction_kept(s, left))
        return false;
    double gain = score_of(s, left, NULL) + score_of(s, totals, left) - s->node_score;
    if (!(gain > s->gain))
        return false;
    s->gain = gain;
    s->cut = cut;
    s->missing_left = missing_left;
    memcpy(s->scratch->best, left, s->width * sizeof *left);
    return true;
}

static void sums_add(int64_t *to, const int64_t *from, size_t width, int64_t sign)
{
    for (size_t k = 0; k < width; k++)
        to[k] += sign * from[k];
}

/* Has neither side of a category's cut few enough levels? */
static bool too_many_levels(const struct search *s, int cut)
{
    const struct regular *r = s->node->regular;
    return r && s->category && r->max_levels && cut + 1 > r->max_levels &&
           s->n_occupied - 1 - cut > r->max_levels;
}

/* Tries every prefix of order[], with missing values on either side.  Returns whether one is the
 * best so far. */
static bool search_prefixes(struct search *s)
{
    int64_t *left = s->scratch->left;
    bool better = false;

    memset(left, 0, s->width * sizeof *left);
    for (int i = 0; i < s->n_occupied; i++) {
        bool last = i == s->n_occupied - 1;
        sums_add(left, s->hist + (size_t)s->scratch->order[i] * s->width, s->width, 1);
        if (last && !s->missing)
            break;
        if (too_many_levels(s, i) || (s->may_cut && !s->may_cut[i]))
            continue;
        better |= search_try(s, i, false);
        if (s->missing && !last) {
            sums_add(left, s->missing, s->width, 1);
            better |= search_try(s, i, true);
            sums_add(left, s->missing, s->width, -1);
        }
    }
    return better;
}

/* One prefix drawn at random: for numbers its cut is uniform between the node's least and greatest
 * value. */
static bool search_random(struct search *s, const struct bin_column *c, struct rng *random)
{
    int64_t *left = s->scratch->left;
    const int32_t *order = s->scratch->order;
    int cuts = s->n_occupied - !s->missing, cut = 0;

    if (c->category || s->n_occupied == 1) {
        cut = (int)rng_below(random, (uint64_t)cuts);
    } else {
        double low = c->low[order[0]], high = c->high[order[s->n_occupied - 1]];
        s->at = low + rng_uniform(random) * (high - low);
        while (cut < s->n_occupied - 2 && c->low[order[cut + 1]] <= s->at)
            cut++;
    }
    memset(left, 0, s->width * sizeof *left);
    for (int i = 0; i <= cut; i++)
        sums_add(left, s->hist + (size_t)order[i] * s->width, s->width, 1);
    bool better = search_try(s, cut, false);
    if (s->missing && cut < s->n_occupied - 1) {
        sums_add(left, s->missing, s->width, 1);
        better |= search_try(s, cut, true);
    }
    return better;
}

/* ---- orders of categories ---- */

/* Heap sort of order[] by key[], ties by bin: no memory of its own and the same on every system. */
static bool key_less(const struct split_scratch *s, int32_t a, int32_t b)
{
    return s->key[a] != s->key[b] ? s->key[a] < s->key[b] : a < b;
}

static void order_sift(struct split_scratch *s, int at, int n)
{
    int32_t *order = s->order, held = order[at];
    for (int child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && key_less(s, order[child], order[child + 1]))
            child++;
        if (!key_less(s, held, order[child]))
            break;
        order[at] = order[child];
    }
    order[at] = held;
}

static void order_sort(struct split_scratch *s, int n)
{
    for (int i = n / 2; i-- > 0;)
        order_sift(s, i, n);
    while (n-- > 1) {
        int32_t held = s->order[0];
        s->order[0] = s->order[n];
        s->order[n] = held;
        order_sift(s, 0, n);
    }
}

/* Weight of a bin. */
static double bin_weight(const struct search *s, const int64_t *sums)
{
    const struct row_stats *stats = s->node->stats;
    double weight = 0;
    for (int j = 0; j < (stats->slot ? stats->n_sums : 1); j++)
        weight += (double)sums[1 + j];
    return weight;
}

/* The value that a level would have as a leaf.  One that has less than a child needs stands in the
 * middle, where XGBoost puts it: it is pulled to no side. */
static double level_value(const struct search *s, const int64_t *sums)
{
    const struct regular *r = s->node->regular;
    const double *unit = s->node->stats->unit;
    double h = (double)sums[1] * unit[0];
    return h >= r->min_weight ? regular_value(r, h, (double)sums[2] * unit[1]) : 0;
}

/* Orders the occupied bins by the share of class k, or by the mean target. */
static void order_levels(struct search *s, int k)
{
    struct split_scratch *scratch = s->scratch;

    for (int i = 0; i < s->n_occupied; i++) {
        int32_t bin = scratch->order[i];
        const int64_t *sums = s->hist + (size_t)bin * s->width;
        double weight = bin_weight(s, sums);
        scratch->key[bin] = s->node->regular ? level_value(s, sums)
                            : weight > 0     ? (double)sums[1 + k] / weight
                                             : 0;
    }
    order_sort(scratch, s->n_occupied);
}

/* The classes with most weight in the node, at most ORDERS_MAX, heaviest first. */
static int heaviest_classes(const struct search *s, int *heaviest)
{
    const int64_t *totals = s->node->totals;
    int n = 0;

    for (int k = 0; k < s->node->stats->n_sums; k++) {
        int at = n;
        if (totals[1 + k] <= 0)
            continue;
        while (at > 0 && totals[1 + heaviest[at - 1]] < totals[1 + k])
            at--;
        if (at == ORDERS_MAX)
            continue;
        n += n < ORDERS_MAX;
        memmove(heaviest + at + 1, heaviest + at, (size_t)(n - 1 - at) * sizeof *heaviest);
        heaviest[at] = k;
    }
    return n;
}

static void order_shuffle(struct search *s, struct rng *random)
{
    int32_t *order = s->scratch->order;
    for (int i = s->n_occupied; i > 1; i--) {
        int j = (int)rng_below(random, (uint64_t)i);
        int32_t held = order[i - 1];
        order[i - 1] = order[j];
        order[j] = held;
    }
}

/* ---- the column ---- */

/* Lists the bins that have rows, if the caller has not; returns the bin of missing values if that
 * has. */
static const int64_t *occupied_bins(struct search *s, int n_occupied)
{
    s->n_occupied = n_occupied < 0 ? 0 : n_occupied;
    for (int bin = 0; n_occupied < 0 && bin < s->n_bins; bin++)
        if (s->hist[(size_t)bin * s->width])
            s->scratch->order[s->n_occupied++] = bin;
    const int64_t *missing = s->hist + (size_t)s->n_bins * s->width;
    return missing[0] ? missing : NULL;
}

/* A number between a and b, a < b, that sends a left and b right. */
static double between(double a, double b)
{
    double middle = a / 2 + b / 2;
    return middle >= a && middle < b ? middle : a;
}

/*
 * What parts bins below and above, between which the node has no rows: halfway where bins are
 * single values, as CART has it; otherwise the border of bins in the middle, so that no bin is torn
 * and codes tell the same as values.
 */
static double border(const struct bin_column *c, int below, int above)
{
    if (above < 0)
        return INFINITY; /* all but the missing */
    if (c->exact)
        return between(c->high[below], c->low[above]);
    int middle = below + (above - 1 - below) / 2;
    return between(c->high[middle], c->low[middle + 1]);
}

/* What goes left of the cut between bins below and above, by code. */
static uint32_t last_left(const struct bin_column *c, int below, int above, double threshold)
{
    return bin_code_below(c, below, above < 0 ? c->n_bins - 1 : above - 1, threshold);
}

static void keep_numbers(const struct search *s, const struct bin_column *c, struct split *best)
{
    const int32_t *order = s->scratch->order;
    best->cut = order[s->cut];
    int above = s->cut + 1 < s->n_occupied ? order[s->cut + 1] : -1;
    best->threshold = border(c, best->cut, above);
    if (above >= 0 && c->exact && s->at >= c->high[best->cut] && s->at < c->low[above])
        best->threshold = s->at;
    best->code = last_left(c, best->cut, above, best->threshold);
}

/* Remembers which bins go left; those without rows in the node follow the missing ones. */
static void keep_levels(const struct search *s, struct split *best)
{
    const int32_t *order = s->scratch->order;
    memset(best->set, best->missing_left ? 0xff : 0, best->set_room * sizeof *best->set);
    for (int i = 0; i < s->n_occupied; i++) {
        uint64_t bit = (uint64_t)1 << (order[i] % 64);
        if (i <= s->cut)
            best->set[order[i] / 64] |= bit;
        else
            best->set[order[i] / 64] &= ~bit;
    }
}

static void keep(const struct search *s, const struct bin_column *c, int col, struct split *best)
{
    best->gain = s->gain;
    best->col = col;
    memcpy(best->left, s->scratch->best, s->width * sizeof *best->left);
    /* where no missing value was seen, they go with most rows */
    best->missing_left = s->missing ? s->missing_left : 2 * best->left[0] >= s->node->totals[0];
    if (c->category)
        keep_levels(s, best);
    else
        keep_numbers(s, c, best);
}

/* Each level with rows against all others. */
static bool search_singles(struct search *s)
{
    int32_t *order = s->scratch->order, best = -1;
    int64_t *left = s->scratch->left;

    for (int i = 0; i < s->n_occupied; i++) {
        memcpy(left, s->hist + (size_t)order[i] * s->width, s->width * sizeof *left);
        if (search_try(s, 0, false))
            best = i;
        if (!s->missing)
            continue;
        sums_add(left, s->missing, s->width, 1);
        if (search_try(s, 0, true))
            best = i;
    }
    if (best < 0)
        return false;
    int32_t held = order[0]; /* what goes left stands first */
    order[0] = order[best];
    order[best] = held;
    return true;
}

static bool find_levels(
    struct search *s, const struct bin_column *c, int col, struct rng *random, struct split *best)
{
    const struct row_stats *stats = s->node->stats;
    if (random) {
        order_shuffle(s, random);
        if (search_random(s, c, random))
            keep(s, c, col, best);
        return true;
    }
    const struct regular *r = s->node->regular;
    if (r && c->n_levels < r->onehot_below) {
        if (search_singles(s))
            keep(s, c, col, best);
        return true;
    }
    int class[ORDERS_MAX] = {stats->n_sums - 1};
    int n_orders = stats->slot && stats->n_sums > 2 ? heaviest_classes(s, class) : 1;
    for (int i = 0; i < n_orders; i++) {
        order_levels(s, class[i]);
        if (search_prefixes(s))
            keep(s, c, col, best);
    }
    return true;
}

/* Chen and Guestrin 2016, section 3.2: candidates by a sketch of the node's own rows. */
static void cuts_propose(struct search *s)
{
    struct split_scratch *scratch = s->scratch;
    int n, parts = s->node->n_proposed, last = s->n_occupied - 1;

    if (s->n_occupied <= parts)
        return;
    sketch_clear(scratch->sketch);
    for (int i = 0; i <= last; i++)
        sketch_push(scratch->sketch, i, (double)s->hist[(size_t)scratch->order[i] * s->width + 1]);
    const struct sketch_entry *all = sketch_summary(scratch->sketch, &n);
    n = summary_prune(all, n, parts, scratch->proposed);
    memset(scratch->cut, 0, (size_t)s->n_occupied);
    for (int i = 1; i < n && i < parts; i++) /* before each but the least */
        scratch->cut[(int)scratch->proposed[i].value - 1] = 1;
    scratch->cut[last] = 1; /* all but the missing */
    s->may_cut = scratch->cut;
}

bool split_find(const struct split_node *node, const struct bin_column *c, int col,
    const int64_t *hist, int n_occupied, struct rng *random, struct split_scratch *scratch,
    struct split *best)
{
    struct search s = {.node = node,
        .hist = hist,
        .width = 1 + (size_t)node->stats->n_sums,
        .n_bins = c->n_bins,
        .scratch = scratch,
        .gain = best->gain,
        .at = NAN,
        .direction = split_direction(node, col),
        .category = c->category};

    s.missing = occupied_bins(&s, n_occupied);
    if (s.n_occupied + !!s.missing < 2)
        return false;
    s.node_score = score_of(&s, node->totals, NULL);
    if (c->category)
        return find_levels(&s, c, col, random, best);
    if (node->n_proposed)
        cuts_propose(&s);
    if (random ? search_random(&s, c, random) : search_prefixes(&s))
        keep(&s, c, col, best);
    return true;
}

void split_set_number(struct split *s, const struct split_node *node, const struct bin_column *c,
    int col, double gain, int below, int above, int missing_left)
{
    s->gain = gain;
    s->col = col;
    s->cut = below;
    s->threshold = border(c, below, above);
    s->code = last_left(c, below, above, s->threshold);
    s->missing_left = missing_left < 0 ? 2 * s->left[0] >= node->totals[0] : missing_left;
}
