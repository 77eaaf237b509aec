/*
 * split.c -- hold-outs and folds; see split.h.
 *
 * Rows (or groups) are shuffled by a stream keyed with the seed and the repeat, then dealt out.
 * Stratified, they are dealt class by class, each class going on at the fold where the one before
 * ended.  Groups are dealt large to small, each to the fold it fits best.
 */
#include "common/table/split.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"

/* ---- rows in order of their class ---- */

static int row_class(const struct split_rows *rows, int64_t row)
{
    return rows->y ? (int)rows->y[row] : 0;
}

static int rows_check(const struct split_rows *rows, struct err *err)
{
    if (rows->n > UINT32_MAX)
        return err_set(err, "too many rows to split: %lld", (long long)rows->n);
    return 0;
}

/* All rows, shuffled, then those of class 0 first, those of class 1 next, ...: *order (mem_free)
 * and, in count[n_classes], how many each class has. */
static int rows_by_class(const struct split_rows *rows, struct rng *rng, uint32_t **order,
    int64_t *count, struct err *err)
{
    int n_classes = rows->y ? rows->n_classes : 1, ret = -1;
    uint32_t *shuffled = mem_alloc((size_t)rows->n, sizeof *shuffled);
    uint32_t *sorted = mem_alloc((size_t)rows->n, sizeof *sorted);
    int64_t *next = mem_zalloc((size_t)n_classes + 1, sizeof *next);

    if (!shuffled || !sorted || !next) {
        err_memory(err);
        goto out;
    }
    memset(count, 0, (size_t)n_classes * sizeof *count);
    for (int64_t i = 0; i < rows->n; i++) {
        shuffled[i] = (uint32_t)i;
        count[row_class(rows, i)]++;
    }
    rng_shuffle(rng, shuffled, (uint32_t)rows->n);
    for (int c = 0; c < n_classes; c++)
        next[c + 1] = next[c] + count[c];
    for (int64_t i = 0; i < rows->n; i++)
        sorted[next[row_class(rows, shuffled[i])]++] = shuffled[i];
    *order = sorted;
    sorted = NULL;
    ret = 0;
out:
    mem_free(next);
    mem_free(sorted);
    mem_free(shuffled);
    return ret;
}

/* ---- groups ---- */

struct groups {
    int64_t n;       /* groups that have rows */
    int64_t n_codes; /* codes, some perhaps unused */
    int64_t *start;  /* [n_codes + 1] into row */
    uint32_t *row;   /* [rows] group by group */
    uint32_t *order; /* [n] codes of the groups in random order */
};

static void groups_release(struct groups *g)
{
    mem_free(g->order);
    mem_free(g->row);
    mem_free(g->start);
}

static int64_t groups_size(const struct groups *g, uint32_t code)
{
    return g->start[code + 1] - g->start[code];
}

static int groups_list(
    struct groups *g, const struct split_rows *rows, struct rng *rng, struct err *err)
{
    g->order = mem_alloc((size_t)g->n_codes, sizeof *g->order);
    g->row = mem_alloc((size_t)rows->n, sizeof *g->row);
    int64_t *next = mem_copy(g->start, (size_t)g->n_codes, sizeof *next);
    if (!g->order || !g->row || !next) {
        mem_free(next);
        return err_memory(err);
    }
    for (int64_t i = 0; i < rows->n; i++)
        g->row[next[rows->group[i]]++] = (uint32_t)i;
    mem_free(next);
    for (int64_t code = 0; code < g->n_codes; code++)
        if (groups_size(g, (uint32_t)code) > 0)
            g->order[g->n++] = (uint32_t)code;
    rng_shuffle(rng, g->order, (uint32_t)g->n);
    return 0;
}

static int groups_init(
    struct groups *g, const struct split_rows *rows, struct rng *rng, struct err *err)
{
    *g = (struct groups){.n = 0};
    for (int64_t i = 0; i < rows->n; i++)
        if (rows->group[i] >= g->n_codes)
            g->n_codes = rows->group[i] + INT64_C(1);
    g->start = mem_zalloc((size_t)g->n_codes + 1, sizeof *g->start);
    if (!g->start)
        return err_memory(err);
    for (int64_t i = 0; i < rows->n; i++)
        g->start[rows->group[i] + 1]++;
    for (int64_t code = 0; code < g->n_codes; code++)
        g->start[code + 1] += g->start[code];
    return groups_list(g, rows, rng, err);
}

static int size_level(int64_t size)
{
    int level = 0;

    while (size >>= 1)
        level++;
    return level;
}

/*
 * Large groups first, those of about the same size (the same power of two) in random order: exact
 * sizes would give every repeat the same folds.
 */
static int groups_sort(struct groups *g, struct err *err)
{
    uint32_t *sorted = mem_alloc((size_t)g->n, sizeof *sorted);
    int64_t done = 0;

    if (!sorted)
        return err_memory(err);
    for (int level = 62; level >= 0; level--)
        for (int64_t i = 0; i < g->n && done < g->n; i++)
            if (size_level(groups_size(g, g->order[i])) == level)
                sorted[done++] = g->order[i];
    mem_free(g->order);
    g->order = sorted;
    return 0;
}

/*
 * What the folds hold so far.  The next group goes where it raises least the sum over folds and
 * classes of (rows / rows of that class)^2; for a fold that is twice the sum over the group's rows
 * of rows / (rows of that class)^2, and something all folds have in common.
 */
struct deal {
    int k, n_classes;
    double *held;     /* [k][n_classes + 1] rows; the last counts all classes */
    double *per_row;  /* [n_classes + 1] 1 / (rows of that class in all)^2 */
    double *incoming; /* [n_classes + 1] the group's rows */
};

static int deal_best(const struct deal *d)
{
    int best = 0, width = d->n_classes + 1;
    double best_cost = INFINITY;

    for (int f = 0; f < d->k; f++) {
        double cost = 0;
        for (int c = 0; c < width; c++)
            cost += d->held[(size_t)f * (size_t)width + (size_t)c] * d->incoming[c] * d->per_row[c];
        if (cost < best_cost) {
            best_cost = cost;
            best = f;
        }
    }
    return best;
}

static void deal_groups(
    struct deal *d, const struct groups *g, const struct split_rows *rows, int32_t *fold)
{
    int width = d->n_classes + 1;

    for (int64_t i = 0; i < g->n; i++) {
        const uint32_t *row = g->row + g->start[g->order[i]];
        int64_t size = groups_size(g, g->order[i]);
        memset(d->incoming, 0, (size_t)width * sizeof *d->incoming);
        for (int64_t r = 0; r < size && rows->y; r++)
            d->incoming[row_class(rows, row[r])]++;
        d->incoming[d->n_classes] = (double)size;
        int best = deal_best(d);
        for (int c = 0; c < width; c++)
            d->held[(size_t)best * (size_t)width + (size_t)c] += d->incoming[c];
        for (int64_t r = 0; r < size; r++)
            fold[row[r]] = best;
    }
}

static int deal_init(struct deal *d, const struct split_rows *rows, int k, struct err *err)
{
    size_t cells, width;

    d->k = k;
    d->n_classes = rows->y ? rows->n_classes : 0;
    width = (size_t)d->n_classes + 1;
    if (!size_mul((size_t)k, width, &cells))
        return err_memory(err);
    d->held = mem_zalloc(cells, sizeof *d->held);
    d->per_row = mem_zalloc(width, sizeof *d->per_row);
    d->incoming = mem_zalloc(width, sizeof *d->incoming);
    if (!d->held || !d->per_row || !d->incoming)
        return err_memory(err);
    for (int64_t i = 0; i < rows->n && rows->y; i++)
        d->per_row[row_class(rows, i)]++;
    d->per_row[d->n_classes] = (double)rows->n;
    for (size_t c = 0; c < width; c++)
        d->per_row[c] = d->per_row[c] > 0 ? 1 / (d->per_row[c] * d->per_row[c]) : 0;
    return 0;
}

static int fold_groups(
    const struct split_rows *rows, int k, struct rng *rng, int32_t *fold, struct err *err)
{
    struct deal deal = {.k = k};
    struct groups groups;
    int ret = -1;

    if (groups_init(&groups, rows, rng, err) < 0)
        goto out;
    if (groups.n < k) {
        err_set(err, "%d folds of %lld %s: at most one fold a group", k, (long long)groups.n,
            groups.n == 1 ? "group" : "groups");
        goto out;
    }
    if (groups_sort(&groups, err) < 0 || deal_init(&deal, rows, k, err) < 0)
        goto out;
    deal_groups(&deal, &groups, rows, fold);
    ret = 0;
out:
    mem_free(deal.incoming);
    mem_free(deal.per_row);
    mem_free(deal.held);
    groups_release(&groups);
    return ret;
}

/* ---- folds ---- */

static int fold_rows(
    const struct split_rows *rows, int k, struct rng *rng, int32_t *fold, struct err *err)
{
    uint32_t *order = NULL;
    int64_t *count = mem_alloc(rows->y ? (size_t)rows->n_classes : 1, sizeof *count);
    int ret = -1;

    if (!count) {
        err_memory(err);
        goto out;
    }
    if (rows_by_class(rows, rng, &order, count, err) < 0)
        goto out;
    for (int64_t i = 0; i < rows->n; i++)
        fold[order[i]] = (int32_t)(i % k);
    ret = 0;
out:
    mem_free(order);
    mem_free(count);
    return ret;
}

int split_folds(const struct split_rows *rows, int k, uint64_t seed, uint32_t repeat, int32_t *fold,
    struct err *err)
{
    struct rng rng;

    if (rows_check(rows, err) < 0)
        return -1;
    if (k < 2)
        return err_set(err, "%d folds: at least 2 are needed", k);
    if (k > rows->n)
        return err_set(err, "%d folds of %lld %s: at most one fold a row", k, (long long)rows->n,
            rows->n == 1 ? "row" : "rows");
    rng_init(&rng, seed, RNG_FOLDS, repeat, 0);
    return rows->group ? fold_groups(rows, k, &rng, fold, err)
                       : fold_rows(rows, k, &rng, fold, err);
}

/* ---- hold-outs ---- */

/* How many rows to hold out: at least one, and at least one left. */
static int holdout_size(
    const struct split_rows *rows, double fraction, int64_t *size, struct err *err)
{
    if (rows_check(rows, err) < 0)
        return -1;
    if (!(fraction > 0 && fraction < 1))
        return err_set(err, "cannot hold out %g of the rows: not between 0 and 1", fraction);
    if (rows->n < 2)
        return err_set(
            err, "cannot hold out rows of %lld: at least 2 are needed", (long long)rows->n);
    *size = (int64_t)floor(fraction * (double)rows->n + 0.5);
    *size = *size < 1 ? 1 : *size > rows->n - 1 ? rows->n - 1 : *size;
    return 0;
}

struct quota {
    int64_t rows, most; /* held out; as many as leave one row of the class */
    double missing;     /* exact share less rows */
};

/* Shares of the classes in `size`, by largest remainder (the first class where equal). */
static void quotas_set(struct quota *quota, const int64_t *count, int n_classes, int64_t size)
{
    int64_t total = 0, most = 0, held = 0;

    for (int c = 0; c < n_classes; c++) {
        total += count[c];
        most += count[c] > 0 ? count[c] - 1 : 0;
    }
    for (int c = 0; c < n_classes; c++) {
        /* Only one row of each class: some class must go without. */
        quota[c].most = most > 0 ? (count[c] > 0 ? count[c] - 1 : 0) : count[c];
        double share = (double)size * ((double)count[c] / (double)total);
        quota[c].rows = (int64_t)floor(share);
        if (quota[c].rows > quota[c].most)
            quota[c].rows = quota[c].most;
        quota[c].missing = share - (double)quota[c].rows;
        held += quota[c].rows;
    }
    if (most > 0 && size > most)
        size = most;
    for (; held < size; held++) {
        struct quota *best = NULL;
        for (int c = 0; c < n_classes; c++)
            if (quota[c].rows < quota[c].most && (!best || quota[c].missing > best->missing))
                best = &quota[c];
        best->rows++;
        best->missing--;
    }
}

static int hold_rows(const struct split_rows *rows, int64_t size, struct rng *rng,
    unsigned char *held, struct err *err)
{
    int n_classes = rows->y ? rows->n_classes : 1, ret = -1;
    uint32_t *order = NULL;
    int64_t *count = mem_alloc((size_t)n_classes, sizeof *count), start = 0;
    struct quota *quota = mem_alloc((size_t)n_classes, sizeof *quota);

    if (!count || !quota) {
        err_memory(err);
        goto out;
    }
    if (rows_by_class(rows, rng, &order, count, err) < 0)
        goto out;
    quotas_set(quota, count, n_classes, size);
    memset(held, 0, (size_t)rows->n);
    for (int c = 0; c < n_classes; c++) {
        for (int64_t i = 0; i < quota[c].rows; i++)
            held[order[start + i]] = 1;
        start += count[c];
    }
    ret = 0;
out:
    mem_free(order);
    mem_free(quota);
    mem_free(count);
    return ret;
}

/* Takes groups in random order as long as each brings the number of rows nearer to size; one at
 * least is taken (the smallest if none would do), one at least is left. */
static void take_groups(const struct groups *g, int64_t size, unsigned char *taken)
{
    int64_t held = 0, n_taken = 0, smallest = 0;

    memset(taken, 0, (size_t)g->n);
    for (int64_t i = 0; i < g->n && n_taken < g->n - 1; i++) {
        int64_t more = groups_size(g, g->order[i]);
        if (held + more - size < size - held) {
            taken[i] = 1;
            n_taken++;
            held += more;
        }
        if (more < groups_size(g, g->order[smallest]))
            smallest = i;
    }
    if (!n_taken)
        taken[smallest] = 1;
}

static int hold_groups(const struct split_rows *rows, int64_t size, struct rng *rng,
    unsigned char *held, struct err *err)
{
    struct groups g;
    unsigned char *taken = NULL;
    int ret = -1;

    if (groups_init(&g, rows, rng, err) < 0)
        goto out;
    if (g.n < 2) {
        err_set(err, "cannot hold out a group of %lld: at least 2 are needed", (long long)g.n);
        goto out;
    }
    taken = mem_alloc((size_t)g.n, 1);
    if (!taken) {
        err_memory(err);
        goto out;
    }
    take_groups(&g, size, taken);
    for (int64_t i = 0; i < g.n; i++)
        for (int64_t r = g.start[g.order[i]]; r < g.start[g.order[i] + 1]; r++)
            held[g.row[r]] = taken[i];
    ret = 0;
out:
    mem_free(taken);
    groups_release(&g);
    return ret;
}

int split_holdout(const struct split_rows *rows, double fraction, uint64_t seed,
    unsigned char *held, struct err *err)
{
    struct rng rng;
    int64_t size;

    if (holdout_size(rows, fraction, &size, err) < 0)
        return -1;
    rng_init(&rng, seed, RNG_HOLDOUT, 0, 0);
    return rows->group ? hold_groups(rows, size, &rng, held, err)
                       : hold_rows(rows, size, &rng, held, err);
}

int split_holdout_last(
    const struct split_rows *rows, double fraction, unsigned char *held, struct err *err)
{
    int64_t size;

    if (holdout_size(rows, fraction, &size, err) < 0)
        return -1;
    for (int64_t i = 0; i < rows->n; i++)
        held[i] = i >= rows->n - size;
    return 0;
}
