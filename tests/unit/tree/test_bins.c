/* test_bins.c -- features as small integers. */
#include <math.h>

#include "common/base/mem.h"
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
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
