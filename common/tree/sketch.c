/*
 * sketch.c -- see sketch.h.
 *
 * Numbers gather in a buffer.  A full buffer becomes a summary without error, which is pruned;
 * summaries of as many buffers are merged in pairs and pruned again, as a binary number counts.
 * Each pruning adds 1 / limit to the error, and there are n_levels of them at most.
 */
#include "common/tree/sketch.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

enum { LEVELS_MAX = 48 };

struct item {
    double value, weight;
};

struct sketch {
    int limit; /* b of pruning */
    int n_levels;
    int n_items, room; /* of the buffer */
    struct item *item;
    int n[LEVELS_MAX];                      /* entries of each level's summary; 0: none */
    struct sketch_entry *level[LEVELS_MAX]; /* [limit + 1] */
    struct sketch_entry *work[2];           /* room for all of them */
};

/* ---- summaries ---- */

/* Of a value that is not in the summary, where entry i is the first above it. */
static double below_of(const struct sketch_entry *s, int i)
{
    return i > 0 ? s[i - 1].below + s[i - 1].weight : 0;
}

static double upto_of(const struct sketch_entry *s, int n, int i)
{
    return i < n ? s[i].upto - s[i].weight : s[n - 1].upto;
}

/* Adds entry i of s to those that stand between entries j-1 and j of the other. */
static struct sketch_entry entry_among(
    const struct sketch_entry *e, const struct sketch_entry *other, int n, int j)
{
    return (struct sketch_entry){e->value, e->below + below_of(other, j),
        e->upto + (n ? upto_of(other, n, j) : 0), e->weight};
}

int summary_merge(const struct sketch_entry *a, int n_a, const struct sketch_entry *b, int n_b,
    struct sketch_entry *to)
{
    int i = 0, j = 0, n = 0;

    while (i < n_a || j < n_b) {
        if (j == n_b || (i < n_a && a[i].value < b[j].value)) {
            to[n++] = entry_among(&a[i++], b, n_b, j);
        } else if (i == n_a || b[j].value < a[i].value) {
            to[n++] = entry_among(&b[j++], a, n_a, i);
        } else {
            to[n++] = (struct sketch_entry){a[i].value, a[i].below + b[j].below,
                a[i].upto + b[j].upto, a[i].weight + b[j].weight};
            i++, j++;
        }
    }
    return n;
}

/* Of entries i and i + 1, the one that a rank between theirs is nearer to (the paper's query). */
static int nearer(const struct sketch_entry *s, int n, int i, double twice_rank)
{
    return i + 1 < n && twice_rank >= below_of(s, i + 1) + upto_of(s, n, i + 1) ? i + 1 : i;
}

int summary_prune(const struct sketch_entry *from, int n, int b, struct sketch_entry *to)
{
    int m = 0, i = 0, last = 0;

    if (n <= b + 1) {
        memcpy(to, from, (size_t)n * sizeof *to);
        return n;
    }
    to[m++] = from[0];
    for (int k = 1; k < b; k++) {
        double twice = 2 * (from[n - 1].upto * k / b);
        while (i + 1 < n && from[i + 1].below + from[i + 1].upto <= twice)
            i++;
        int next = nearer(from, n, i, twice);
        if (next > last)
            to[m++] = from[last = next];
    }
    if (last < n - 1)
        to[m++] = from[n - 1];
    return m;
}

double summary_error(const struct sketch_entry *s, int n)
{
    double error = 0;
    for (int i = 0; i < n; i++) {
        error = fmax(error, s[i].upto - s[i].below - s[i].weight);
        if (i > 0)
            error = fmax(error, upto_of(s, n, i) - below_of(s, i));
    }
    return error;
}

/* ---- numbers that come ---- */

/* The fewest levels whose buffers hold all items. */
static void sketch_measure(struct sketch *s, int64_t max_items, double eps)
{
    int64_t most = max_items < 1 ? 1 : max_items < 1 << 29 ? max_items : 1 << 29;
    do
        s->limit = (int)fmin(ceil(++s->n_levels / eps), (double)most);
    while (s->n_levels < LEVELS_MAX && ldexp(2.0 * s->limit, s->n_levels - 1) < (double)max_items);
    s->room = 2 * s->limit < most ? 2 * s->limit : (int)most;
}

struct sketch *sketch_new(int64_t max_items, double eps)
{
    struct sketch *s = mem_zalloc(1, sizeof *s);

    if (!s)
        return NULL;
    sketch_measure(s, max_items, eps);
    size_t entries = (size_t)s->limit + 1, all = (size_t)s->n_levels * entries;
    s->item = mem_alloc((size_t)s->room, sizeof *s->item);
    s->level[0] = mem_alloc(all, sizeof **s->level);
    for (int i = 0; i < 2; i++)
        s->work[i] = mem_alloc(all + (size_t)s->room + entries, sizeof **s->work);
    if (!s->item || !s->level[0] || !s->work[0] || !s->work[1]) {
        sketch_free(s);
        return NULL;
    }
    for (int i = 1; i < s->n_levels; i++)
        s->level[i] = s->level[0] + (size_t)i * entries;
    return s;
}

void sketch_free(struct sketch *s)
{
    if (!s)
        return;
    mem_free(s->item);
    mem_free(s->level[0]);
    mem_free(s->work[0]);
    mem_free(s->work[1]);
    mem_free(s);
}

void sketch_clear(struct sketch *s)
{
    memset(s->n, 0, sizeof s->n);
    s->n_items = 0;
}

static int compare_items(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->weight > y->weight) - (x->weight < y->weight);
}

/* The buffer as a summary without error; returns how many entries. */
static int buffer_take(const struct sketch *s, struct sketch_entry *to)
{
    bool sorted = true;
    double sum = 0;
    int n = 0;

    for (int i = 1; i < s->n_items && sorted; i++)
        sorted = s->item[i - 1].value < s->item[i].value;
    if (!sorted)
        qsort(s->item, (size_t)s->n_items, sizeof *s->item, compare_items);
    for (int i = 0; i < s->n_items; i++) {
        double weight = s->item[i].weight;
        if (n == 0 || to[n - 1].value < s->item[i].value)
            to[n++] = (struct sketch_entry){s->item[i].value, sum, sum, 0};
        sum += weight;
        to[n - 1].upto = sum;
        to[n - 1].weight += weight;
    }
    return n;
}

/* A full buffer to the levels: where there is a summary of as many buffers, both to the next. */
static void buffer_flush(struct sketch *s)
{
    int at = 0, n = buffer_take(s, s->work[0]);

    s->n_items = 0;
    for (;; at++) {
        if (s->n[at]) {
            n = summary_merge(s->level[at], s->n[at], s->work[0], n, s->work[1]);
            s->n[at] = summary_prune(s->work[1], n, s->limit, s->level[at]);
        } else {
            s->n[at] = summary_prune(s->work[0], n, s->limit, s->level[at]);
            return;
        }
        if (at == s->n_levels - 1)
            return;
        n = s->n[at];
        memcpy(s->work[0], s->level[at], (size_t)n * sizeof **s->work);
        s->n[at] = 0;
    }
}

void sketch_push(struct sketch *s, double value, double weight)
{
    if (s->n_items == s->room)
        buffer_flush(s);
    s->item[s->n_items++] = (struct item){value + 0.0, weight}; /* no -0 */
}

const struct sketch_entry *sketch_summary(struct sketch *s, int *n)
{
    int into = 0;

    *n = buffer_take(s, s->work[0]);
    for (int i = 0; i < s->n_levels; i++)
        if (s->n[i]) {
            *n = summary_merge(s->work[into], *n, s->level[i], s->n[i], s->work[!into]);
            into = !into;
        }
    return s->work[into];
}
