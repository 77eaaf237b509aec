/* test_bins.c -- features as small integers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/tree/bins.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

/* Every value lies within the bin its code names, bins are apart and in order, NaN is n_bins. */
static void check_numbers(const struct bins *b, int col, const double *values)
{
    const struct bin_column *c = &b->cols[col];
    for (int bin = 0; bin < c->n_bins; bin++) {
        assert_true(c->low[bin] <= c->high[bin]);
        if (bin)
            assert_true(c->high[bin - 1] < c->low[bin]);
    }
    for (uint32_t i = 0; i < b->n_rows; i++) {
        uint16_t code = bins_code(b, col, i);
        if (isnan(values[i])) {
            assert_int_equal(code, c->n_bins);
        } else {
            assert_true(code < c->n_bins);
            assert_true(c->low[code] <= values[i] && values[i] <= c->high[code]);
        }
    }
}

static void build(struct bins *b, const struct table *t, int max_bins, int64_t sparse_above)
{
    struct bins_opts opts = {max_bins, sparse_above};
    struct err err = ERR_INIT;
    assert_ok(bins_build(b, t, &opts, &err), &err);
}

static void test_few_values_lose_nothing(void **state)
{
    struct table *t = sample_table(300, 5, 2, 1);
    struct bins b;
    (void)state;
    build(&b, t, 255, 0);
    for (int bin = 0; bin < b.cols[1].n_bins; bin++)
        assert_true(b.cols[1].low[bin] == b.cols[1].high[bin]);
    check_numbers(&b, 1, t->values[1]);
    assert_non_null(b.cols[1].code8);
    assert_int_equal(b.cols[2].n_bins, 5);
    for (uint32_t i = 0; i < 300; i++)
        if (!isnan(t->values[2][i]))
            assert_int_equal(bins_code(&b, 2, i), (int)t->values[2][i]);
    bins_release(&b);
    sample_free(t);
}

static void test_many_values_share_bins_evenly(void **state)
{
    struct table *t = sample_table(5000, 5, 2, 2);
    struct bins b;
    int64_t rows[16] = {0};
    (void)state;
    build(&b, t, 16, 0);
    assert_int_equal(b.cols[0].n_bins, 16);
    check_numbers(&b, 0, t->values[0]);
    for (uint32_t i = 0; i < 5000; i++)
        if (!isnan(t->values[0][i]))
            rows[bins_code(&b, 0, i)]++;
    for (int bin = 0; bin < 16; bin++)
        assert_in_range(rows[bin], 4400 / 16 - 20, 4400 / 16 + 20);
    bins_release(&b);
    sample_free(t);
}

static void test_wide_codes(void **state)
{
    struct table *t = sample_table(3000, 700, 2, 3);
    struct bins b;
    (void)state;
    build(&b, t, 65535, 0);
    assert_non_null(b.cols[0].code16);
    check_numbers(&b, 0, t->values[0]);
    assert_non_null(b.cols[2].code16);
    assert_int_equal(b.cols[2].n_bins, 700);
    bins_release(&b);
    sample_free(t);
}

static void test_sparse_codes_are_the_dense_ones(void **state)
{
    struct table *dense = sample_table(800, 5, 2, 4), *sparse = sample_sparse(dense);
    (void)state;
    for (int zero = 0; zero < 2; zero++) {
        struct bins a, b;
        sparse->schema.absent_zero = zero;
        for (int col = 0; zero && col < SAMPLE_COLS; col++)
            for (int64_t i = 0; i < 800; i++)
                if (isnan(dense->values[col][i]))
                    dense->values[col][i] = 0;
        for (int64_t above = 0; above < 1 << 20; above += (1 << 20) - 1) {
            build(&a, dense, 64, 0);
            build(&b, sparse, 64, above);
            assert_true((above == 0) == (b.start != NULL));
            for (int col = 0; col < SAMPLE_COLS; col++) {
                if (col == 2) {
                    assert_int_equal(b.cols[col].n_bins, 0);
                    continue;
                }
                assert_int_equal(a.cols[col].n_bins, b.cols[col].n_bins);
                for (uint32_t i = 0; i < 800; i++)
                    assert_int_equal(bins_code(&a, col, i), bins_code(&b, col, i));
            }
            bins_release(&a);
            bins_release(&b);
        }
    }
    sample_free(dense);
    sample_free(sparse);
}

/* ---- columns of all kinds, against the rule itself ---- */

enum { KINDS = 16 };

/* What kinds of columns hold: see the comments. */
static double draw(struct rng *r, int kind, int64_t row)
{
    double normal = rng_normal(r), uniform = rng_uniform(r);
    switch (kind) {
    case 0: /* a constant, and missing values */
        return uniform < 0.3 ? NAN : 3;
    case 1: /* few values, of both zeros */
        return rng_below(r, 2) ? (double)rng_below(r, 6) : -(double)rng_below(r, 3);
    case 2: /* hundreds, about as many as bins */
        return (double)rng_below(r, 260);
    case 3: /* thousands, rounded */
        return round(normal * 700) / 100;
    case 4: /* all different */
        return normal;
    case 5: /* zero mostly, the rest of all sizes */
        return uniform < 0.9 ? 0 : ldexp(normal, (int)rng_below(r, 2000) - 1000);
    case 6: /* infinite, missing, denormal */
        return uniform < 0.1   ? INFINITY
               : uniform < 0.2 ? -INFINITY
               : uniform < 0.3 ? NAN
               : uniform < 0.6 ? normal * 1e-310
                               : normal;
    case 7: /* the numbers next to 0 */
        return ldexp((double)rng_below(r, 9) - 4, -1074);
    case 8: /* far from 0 and near one another */
        return 1.6e9 + floor(uniform * 1e5);
    case 9: /* rising */
        return (double)row;
    case 10: /* heavy values at both ends and between */
        return uniform < 0.3 ? -1 : uniform < 0.5 ? 0.1 : uniform < 0.7 ? 2 : normal;
    case 11: /* never there */
        return NAN;
    case 12: /* very skewed */
        return floor(exp(normal * 4));
    case 13: /* below 0, or 0 */
        return uniform < 0.5 ? -0.0 : -exp(normal);
    case 14: /* a pattern that a stride would meet */
        return row % 4 ? normal : 100 + normal / 1000;
    default: /* neighbours: three numbers with none between them */
        return nextafter(0.3, (double)rng_below(r, 3) - 1) + (uniform < 0.01 ? normal : 0);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The rule of bin_cut.h by a whole sort: low and high of each bin.  Returns how many bins. */
static int rule_bins(
    double *sorted, int64_t n, int max_bins, double *low, double *high, bool *exact)
{
    int64_t *rows = mem_alloc((size_t)n + 1, sizeof *rows), n_runs = 0, left = n;
    int bins = 0;

    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    for (int64_t i = 0; i < n; i++)
        if (i && sorted[i] == sorted[n_runs - 1]) {
            rows[n_runs - 1]++;
        } else {
            rows[n_runs] = 1;
            sorted[n_runs++] = sorted[i] + 0.0;
        }
    int64_t room = n_runs < max_bins ? n_runs : max_bins, i = 0;
    for (; i < n_runs; bins++) {
        int64_t held = 0, share = left / (room - bins);
        low[bins] = sorted[i];
        do {
            held += rows[i];
            high[bins] = sorted[i++];
        } while (i < n_runs && n_runs - i >= room - bins && (held < share || bins == room - 1));
        left -= held;
    }
    *exact = n_runs && n_runs <= max_bins;
    mem_free(rows);
    return bins;
}

static void check_rule(const struct bin_column *c, const double *values, int64_t n, int max_bins)
{
    double *sorted = mem_alloc((size_t)n + 1, sizeof *sorted);
    double *low = mem_alloc((size_t)max_bins, sizeof *low);
    double *high = mem_alloc((size_t)max_bins, sizeof *high);
    int64_t there = 0;
    bool exact;

    for (int64_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            sorted[there++] = values[i];
    int bins = rule_bins(sorted, there, max_bins, low, high, &exact);
    assert_int_equal(c->n_bins, bins);
    assert_int_equal(c->exact, exact);
    if (bins) {
        assert_memory_equal(c->low, low, (size_t)bins * sizeof *low);
        assert_memory_equal(c->high, high, (size_t)bins * sizeof *high);
    }
    mem_free(sorted);
    mem_free(low);
    mem_free(high);
}

/* A column a kind.  Sparse: without the zeros, or without the missing. */
static struct table *kinds_table(int64_t n, uint64_t seed)
{
    struct table *t = mem_zalloc(1, sizeof *t);
    t->n_rows = n;
    t->schema.n_cols = KINDS;
    t->schema.cols = mem_zalloc(KINDS, sizeof *t->schema.cols);
    t->values = mem_zalloc(KINDS, sizeof *t->values);
    for (int kind = 0; kind < KINDS; kind++) {
        struct rng r;
        rng_init(&r, seed, RNG_DATA, (uint32_t)kind, (uint64_t)n);
        t->schema.cols[kind].kind = COL_NUMBER;
        t->values[kind] = mem_alloc((size_t)n, sizeof **t->values);
        for (int64_t i = 0; i < n; i++)
            t->values[kind][i] = draw(&r, kind, i);
    }
    return t;
}

static void kinds_sparse(struct table *t, struct sparse *sp, bool absent_zero)
{
    int64_t n = 0;
    for (int64_t i = 0; i < t->n_rows; i++) {
        sp->start[i] = n;
        for (uint32_t col = 0; col < KINDS; col++) {
            double value = t->values[col][i];
            if (absent_zero ? value == 0 && i % 3 : isnan(value))
                continue;
            sp->col[n] = col;
            sp->value[n++] = value;
        }
    }
    sp->start[t->n_rows] = n;
    t->schema.absent_zero = absent_zero;
}

static void kinds_free(struct table *t)
{
    for (int kind = 0; kind < KINDS; kind++)
        mem_free(t->values[kind]);
    mem_free(t->values);
    mem_free(t->schema.cols);
    mem_free(t);
}

static void test_the_rule(void **state)
{
    static const int64_t sizes[] = {1, 2, 23, 300, 2047, 2048, 3000, 20011, 70000};
    static const int bins[] = {2, 3, 17, 254, 255, 256, 1000, 65535};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int64_t n = sizes[i];
        struct table *t = kinds_table(n, i);
        struct sparse sp = {mem_alloc((size_t)n + 1, sizeof *sp.start),
            mem_alloc((size_t)n * KINDS, sizeof *sp.col),
            mem_alloc((size_t)n * KINDS, sizeof *sp.value)};
        /* dense; sparse where what is absent is missing, or zero */
        for (int form = 0; form < 3; form++) {
            if (form)
                kinds_sparse(t, &sp, form == 2);
            t->sparse = form ? &sp : NULL;
            for (size_t j = 0; j < sizeof bins / sizeof *bins; j++) {
                struct bins b;
                if (form && n > 30000 && j % 4)
                    continue;
                build(&b, t, bins[j], form ? 0 : 64 << 20);
                for (int kind = 0; kind < KINDS; kind++) {
                    check_rule(&b.cols[kind], t->values[kind], n, bins[j]);
                    if (b.cols[kind].n_bins)
                        check_numbers(&b, kind, t->values[kind]);
                }
                bins_release(&b);
            }
        }
        mem_free(sp.start);
        mem_free(sp.col);
        mem_free(sp.value);
        kinds_free(t);
    }
}

static int build_once(void *ctx, struct err *err)
{
    struct bins b;
    struct bins_opts opts = {32, 0};
    int ret = bins_build(&b, ctx, &opts, err);
    if (ret == 0)
        bins_release(&b);
    return ret;
}

static void test_without_memory(void **state)
{
    struct table *dense = sample_table(50, 5, 2, 5), *sparse = sample_sparse(dense);
    (void)state;
    FAULT_LOOP(build_once, dense);
    FAULT_LOOP(build_once, sparse);
    sample_free(dense);
    sample_free(sparse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_values_lose_nothing),
        cmocka_unit_test(test_many_values_share_bins_evenly),
        cmocka_unit_test(test_wide_codes),
        cmocka_unit_test(test_sparse_codes_are_the_dense_ones),
        cmocka_unit_test(test_the_rule),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
