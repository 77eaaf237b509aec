/* test_sketch.c -- the weighted quantile sketch against exact ranks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/tree/sketch.h"
#include "tests/unit/unit.h"

enum { N = 20000 };

struct stream {
    int n;
    double value[N], weight[N];
};

enum values { RANDOM, RISING, FALLING, TIED, HEAVY, ORGAN, SAWTOOTH, VALUES };
enum weights { EQUAL, SPREAD, MOSTLY_ZERO, ONE_HEAVY, GROWING, WEIGHTS };

static double value_of(enum values kind, int i, int n, struct rng *r)
{
    switch (kind) {
    case RISING:
        return i;
    case FALLING:
        return -i;
    case TIED:
        return (double)rng_below(r, 17);
    case HEAVY:
        return pow(rng_uniform(r) + 1e-9, -3) * (rng_below(r, 2) ? 1 : -1);
    case ORGAN: /* from both ends to the middle */
        return i % 2 ? i : 2 * n - i;
    case SAWTOOTH:
        return (double)(i % 256) * n + i;
    default:
        return rng_uniform(r);
    }
}

static double weight_of(enum weights kind, int i, struct rng *r)
{
    switch (kind) {
    case SPREAD:
        return pow(10, 60 * rng_uniform(r) - 30);
    case MOSTLY_ZERO:
        return rng_below(r, 10) ? 0 : rng_uniform(r);
    case ONE_HEAVY:
        return i == 777 ? 1e6 : 1;
    case GROWING:
        return i + 1;
    default:
        return 1;
    }
}

static void stream_make(struct stream *s, enum values values, enum weights weights, int n)
{
    struct rng r;
    rng_init(&r, 7, RNG_BAG, (uint32_t)values, (uint64_t)weights);
    s->n = n;
    for (int i = 0; i < n; i++) {
        s->value[i] = value_of(values, i, n, &r);
        s->weight[i] = weight_of(weights, i, &r);
    }
}

/* ---- exact ranks ---- */

struct exact {
    int n; /* distinct values */
    double value[N], below[N], upto[N];
};

static int compare_pairs(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

static void exact_make(struct exact *e, const struct stream *s)
{
    double(*pair)[2] = mem_alloc((size_t)s->n, sizeof *pair), sum = 0;
    assert_non_null(pair);
    for (int i = 0; i < s->n; i++)
        pair[i][0] = s->value[i], pair[i][1] = s->weight[i];
    qsort(pair, (size_t)s->n, sizeof *pair, compare_pairs);
    e->n = 0;
    for (int i = 0; i < s->n; i++) {
        if (e->n == 0 || e->value[e->n - 1] < pair[i][0]) {
            e->value[e->n] = pair[i][0];
            e->below[e->n++] = sum;
        }
        e->upto[e->n - 1] = sum += pair[i][1];
    }
    mem_free(pair);
}

/* What the paper asks of a summary (definitions A.3 to A.7), and that no rank of any value, of the
 * summary or not, is in more doubt than allowed. */
static void check(
    const struct exact *e, const struct sketch_entry *s, int n, double allowed, double slack)
{
    assert_true(n >= 1);
    assert_true(s[0].value == e->value[0] && s[n - 1].value == e->value[e->n - 1]);
    int next = 0; /* the first entry that is not below the value */
    for (int i = 0; i < e->n; i++) {
        double below, upto, weight = 0;
        while (s[next].value < e->value[i])
            next++;
        if (s[next].value == e->value[i]) {
            below = s[next].below, upto = s[next].upto, weight = s[next].weight;
            assert_true(weight <= e->upto[i] - e->below[i] + slack);
        } else {
            below = s[next - 1].below + s[next - 1].weight;
            upto = s[next].upto - s[next].weight;
        }
        assert_true(below <= e->below[i] + slack);
        assert_true(upto >= e->upto[i] - slack);
        assert_true(upto - below - weight <= allowed + slack);
    }
    for (int i = 0; i + 1 < n; i++) {
        assert_true(s[i].value < s[i + 1].value);
        assert_true(s[i].below + s[i].weight <= s[i + 1].below + slack);
        assert_true(s[i].upto <= s[i + 1].upto - s[i + 1].weight + slack);
    }
    assert_true(summary_error(s, n) <= allowed + slack);
}

static struct sketch_entry *summary_of(const struct stream *s, double eps, int *n)
{
    struct sketch *k = sketch_new(s->n, eps);
    assert_non_null(k);
    for (int i = 0; i < s->n; i++)
        sketch_push(k, s->value[i], s->weight[i]);
    const struct sketch_entry *found = sketch_summary(k, n);
    struct sketch_entry *copy = mem_copy(found, (size_t)*n, sizeof *copy);
    assert_non_null(copy);
    sketch_free(k);
    return copy;
}

static void test_ranks_are_within_the_bound(void **state)
{
    static struct stream s;
    static struct exact e;
    static const double eps[] = {0.3, 0.03, 0.004};
    (void)state;
    for (int v = 0; v < VALUES; v++)
        for (int w = 0; w < WEIGHTS; w++) {
            stream_make(&s, (enum values)v, (enum weights)w, N);
            exact_make(&e, &s);
            double total = e.upto[e.n - 1];
            for (size_t i = 0; i < sizeof eps / sizeof *eps; i++) {
                int n;
                struct sketch_entry *got = summary_of(&s, eps[i], &n);
                check(&e, got, n, eps[i] * total, 1e-11 * total);
                if (v != TIED && eps[i] > 0.1)
                    assert_true(n < N / 10); /* it is a sketch */
                mem_free(got);
            }
        }
}

static void test_pruning_adds_one_part(void **state)
{
    static struct stream s;
    static struct exact e;
    static struct sketch_entry pruned[1001], again[101];
    (void)state;
    for (int v = 0; v < VALUES; v++)
        for (int w = 0; w < WEIGHTS; w++) {
            int n;
            stream_make(&s, (enum values)v, (enum weights)w, N);
            exact_make(&e, &s);
            double total = e.upto[e.n - 1];
            struct sketch_entry *all = summary_of(&s, 1e-5, &n);
            assert_int_equal(n, e.n); /* the buffer holds all */
            check(&e, all, n, 0, 1e-11 * total);
            n = summary_prune(all, n, 1000, pruned);
            assert_true(n <= 1001);
            check(&e, pruned, n, total / 1000, 1e-11 * total);
            n = summary_prune(pruned, n, 100, again);
            assert_true(n <= 101);
            check(&e, again, n, total / 1000 + total / 100, 1e-11 * total);
            assert_int_equal(summary_prune(again, n, 100, pruned), n);
            assert_memory_equal(pruned, again, (size_t)n * sizeof *again);
            mem_free(all);
        }
}

/* Eight parts merged one by one, in pairs, and in turns. */
static void test_merging_in_any_grouping(void **state)
{
    enum { PARTS = 8, ROOM = 1 << 16 };
    static struct stream all, part;
    static struct exact e;
    static struct sketch_entry sum[PARTS][ROOM], to[ROOM];
    int n[PARTS];
    (void)state;

    for (int v = 0; v < VALUES; v++)
        for (int w = 0; w < WEIGHTS; w++)
            for (int way = 0; way < 3; way++) {
                double allowed = 0;
                stream_make(&all, (enum values)v, (enum weights)w, N);
                exact_make(&e, &all);
                for (int p = 0; p < PARTS; p++) {
                    part.n = N / PARTS;
                    memcpy(part.value, all.value + p * part.n, sizeof *part.value * N / PARTS);
                    memcpy(part.weight, all.weight + p * part.n, sizeof *part.weight * N / PARTS);
                    struct sketch_entry *some = summary_of(&part, 0.02, &n[p]);
                    memcpy(sum[p], some, (size_t)n[p] * sizeof *some);
                    allowed += summary_error(some, n[p]);
                    mem_free(some);
                }
                for (int step = 1; step < PARTS; step++) {
                    int into = way == 0 ? 0 : PARTS - 1 - step;
                    int from = way == 0 ? step : PARTS - step;
                    if (way == 1) { /* pairs, pairs of pairs ... */
                        int width = step <= 4 ? 1 : step <= 6 ? 2 : 4;
                        into = step <= 4 ? 2 * (step - 1) : step <= 6 ? 4 * (step - 5) : 0;
                        from = into + width;
                    }
                    n[into] = summary_merge(sum[into], n[into], sum[from], n[from], to);
                    memcpy(sum[into], to, (size_t)n[into] * sizeof *to);
                }
                check(&e, sum[0], n[0], allowed, 1e-11 * e.upto[e.n - 1]);
            }
}

static void test_by_hand(void **state)
{
    static const struct sketch_entry a[] = {{1, 0, 2, 2}, {5, 3, 4, 1}};
    static const struct sketch_entry b[] = {{2, 0, 1, 1}, {5, 1, 4, 3}};
    static const struct sketch_entry merged[] = {{1, 0, 2, 2}, {2, 2, 4, 1}, {5, 4, 8, 4}};
    struct sketch_entry to[4];
    (void)state;
    assert_int_equal(summary_merge(a, 2, b, 2, to), 3);
    assert_memory_equal(to, merged, sizeof merged);
    assert_true(summary_error(a, 2) == 1); /* between 1 and 5: 2 .. 3 */
    assert_true(summary_error(to, 3) == 1);
    assert_int_equal(summary_merge(a, 2, NULL, 0, to), 2);
    assert_memory_equal(to, a, sizeof a);
    assert_int_equal(summary_prune(merged, 3, 1, to), 2);
    assert_true(to[0].value == 1 && to[1].value == 5);
}

static void test_a_sketch_is_used_again(void **state)
{
    struct sketch *k = sketch_new(5000, 0.05);
    int n;
    (void)state;
    assert_non_null(k);
    for (int i = 0; i < 5000; i++)
        sketch_push(k, i, 1);
    (void)sketch_summary(k, &n);
    sketch_clear(k);
    sketch_push(k, 3, 0.5);
    sketch_push(k, -0.0, 0.25);
    sketch_push(k, 0, 0.25);
    const struct sketch_entry *got = sketch_summary(k, &n);
    assert_int_equal(n, 2);
    assert_true(got[0].value == 0 && !signbit(got[0].value) && got[0].upto == 0.5);
    assert_true(got[1].value == 3 && got[1].below == 0.5 && got[1].upto == 1);
    sketch_clear(k);
    (void)sketch_summary(k, &n);
    assert_int_equal(n, 0);
    sketch_free(k);
}

static int make(void *ctx, struct err *err)
{
    struct sketch *k = sketch_new(100000, 0.01);
    (void)ctx;
    if (!k)
        return err_memory(err);
    sketch_free(k);
    return 0;
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_int_equal(FAULT_LOOP(make, NULL), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_ranks_are_within_the_bound),
        cmocka_unit_test(test_pruning_adds_one_part),
        cmocka_unit_test(test_merging_in_any_grouping),
        cmocka_unit_test(test_a_sketch_is_used_again),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
