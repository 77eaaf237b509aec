/* test_summary.c -- columns in a few numbers: sample moments by hand. */
#include <math.h>

#include "cmd/table/summary.h"
#include "common/base/mem.h"
#include "tests/unit/unit.h"

static void test_numbers(void **state)
{
    double value[] = {4, NAN, 1, 4, 3, NAN}; /* mean 3, squares 1 4 1 0 */
    struct summary s;

    (void)state;
    summary_of(&s, value, 6, 0, 6);
    assert_int_equal(s.n, 4);
    assert_int_equal(s.missing, 2);
    assert_int_equal(s.distinct, 3);
    assert_close(s.min, 1, 0, 0);
    assert_close(s.max, 4, 0, 0);
    assert_close(s.mean, 3, 1e-15, 0);
    assert_close(s.sd, sqrt(2), 1e-15, 0);
    assert_close(value[0], 1, 0, 0); /* sorted, missing last */
    assert_true(isnan(value[4]) && isnan(value[5]));
}

static void test_few(void **state)
{
    double one[] = {7}, none[] = {NAN, NAN};
    struct summary s;

    (void)state;
    summary_of(&s, one, 1, 0, 1);
    assert_close(s.mean, 7, 0, 0);
    assert_true(isnan(s.sd) && s.distinct == 1);
    summary_of(&s, none, 2, 0, 2);
    assert_true(s.n == 0 && s.missing == 2 && s.distinct == 0);
    assert_true(isnan(s.min) && isnan(s.max) && isnan(s.mean));
    summary_of(&s, one, 0, 0, 5); /* a sparse column without an entry */
    assert_true(s.n == 0 && s.missing == 5);
}

/* 2, -1 and four zeros left out: mean 1/6, squares 5 - 1/6. */
static void test_zeros(void **state)
{
    double value[] = {2, -1}, positive[] = {3, 5}, zero[] = {0, 1};
    struct summary s;

    (void)state;
    summary_of(&s, value, 2, 4, 6);
    assert_true(s.n == 6 && s.missing == 0 && s.distinct == 3);
    assert_close(s.mean, 1 / 6.0, 1e-15, 0);
    assert_close(s.sd, sqrt((5 - 1 / 6.0) / 5), 1e-15, 0);
    assert_close(s.min, -1, 0, 0);
    summary_of(&s, positive, 2, 1, 4);
    assert_close(s.min, 0, 0, 0);
    assert_close(s.max, 5, 0, 0);
    assert_true(s.missing == 1);
    summary_of(&s, zero, 2, 3, 5);
    assert_true(s.distinct == 2); /* the zero that is there is one of them */
    summary_of(&s, zero, 0, 3, 3);
    assert_true(s.min == 0 && s.max == 0 && s.distinct == 1);
}

/* Sums of these overflow, vanish, or round. */
static void test_extremes(void **state)
{
    double huge[] = {1.5e308, -1e308, 1.7e308, 1e308}, tiny[] = {3e-320, 1e-320};
    double equal[] = {0.1, NAN, 0.1, 0.1}, ends[] = {-1.7e308, 1.7e308}, inf[] = {1, INFINITY};
    double far[] = {1e9, 1e9 + 1, 1e9 + 2};
    struct summary s;

    (void)state;
    summary_of(&s, huge, 4, 0, 4);
    assert_close(s.mean, 0.8e308, 1e-15, 0);
    assert_close(s.sd, sqrt(4.58 / 3) * 1e308, 1e-14, 0);
    summary_of(&s, ends, 2, 2, 4);
    assert_close(s.mean, 0, 0, 0);
    summary_of(&s, tiny, 2, 0, 2);
    assert_close(s.mean, 2e-320, 0, 1e-323);
    assert_close(s.sd, sqrt(2) * 1e-320, 0, 1e-323);
    summary_of(&s, equal, 4, 0, 4);
    assert_close(s.mean, 0.1, 0, 0);
    assert_close(s.sd, 0, 0, 0);
    summary_of(&s, far, 3, 0, 3);
    assert_close(s.sd, 1, 1e-15, 0);
    summary_of(&s, inf, 2, 0, 2);
    assert_true(isinf(s.mean) && isnan(s.sd));
}

/* Rows {c1: 1, c3: 2}, {}, {c3: 3}. */
static struct table sparse_table(struct sparse *sparse, struct col_spec *cols)
{
    static int64_t start[] = {0, 2, 2, 3};
    static uint32_t col[] = {0, 2, 2};
    static double value[] = {1, 2, 3};
    *sparse = (struct sparse){start, col, value};
    return (struct table){.schema = {.n_cols = 3, .cols = cols}, .n_rows = 3, .sparse = sparse};
}

static int gather(void *ctx, struct err *err)
{
    struct columns *c = columns_new(ctx, err);
    columns_free(c);
    return c ? 0 : -1;
}

static void test_columns(void **state)
{
    struct err err = ERR_INIT;
    struct sparse sparse;
    struct col_spec cols[3] = {{.name = NULL}};
    struct table t = sparse_table(&sparse, cols);
    double first[] = {1, 2, 3}, *dense[] = {first};
    struct table d = {.schema = {.n_cols = 1, .cols = cols}, .n_rows = 3, .values = dense};
    int64_t n, zeros;

    (void)state;
    struct columns *c = columns_new(&t, &err);
    assert_non_null(c);
    double *v = columns_get(c, 2, &n, &zeros);
    assert_true(n == 2 && zeros == 0 && v[0] == 2 && v[1] == 3);
    columns_get(c, 1, &n, &zeros);
    assert_true(n == 0 && zeros == 0);
    v = columns_get(c, 0, &n, &zeros);
    assert_true(n == 1 && v[0] == 1);
    t.schema.absent_zero = true;
    columns_get(c, 0, &n, &zeros);
    assert_true(zeros == 2);
    columns_free(c);

    c = columns_new(&d, &err);
    assert_non_null(c);
    v = columns_get(c, 0, &n, &zeros);
    assert_true(n == 3 && zeros == 0 && v != first && v[2] == 3);
    columns_free(c);
    FAULT_LOOP(gather, &t);
    FAULT_LOOP(gather, &d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_zeros),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
