/* test_split.c -- folds and hold-outs: their sizes, what stays together, what they depend on. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/rng.h"
#include "common/table/split.h"

enum { MANY = 5000, CLASSES = 4 };

static double y[MANY];
static int32_t group[MANY], fold[MANY], other[MANY];
static unsigned char held[MANY], held_other[MANY];

/* Classes of very different sizes. */
static void make_classes(int n)
{
    for (int i = 0; i < n; i++)
        y[i] = i % 50 == 0 ? 3 : i % 7 == 0 ? 2 : i % 3 == 0;
}

/* Groups of 1 to 40 rows, not in a row; codes with gaps. */
static void make_groups(int n)
{
    struct rng rng;
    rng_init(&rng, 5, RNG_DATA, 0, 0);
    for (int i = 0; i < n; i++) {
        double u = rng_uniform(&rng);
        group[i] = 3 * (int32_t)(u * u * n / 10);
    }
}

static int count_where(const int32_t *values, int32_t value, int n, double class)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += values[i] == value && (class < 0 || y[i] == class);
    return count;
}

static void check_even(const int32_t *in, int n, int k, double class, int slack)
{
    int least = n, most = 0;
    for (int f = 0; f < k; f++) {
        int count = count_where(in, f, n, class);
        least = count < least ? count : least;
        most = count > most ? count : most;
    }
    assert_true(most - least <= slack);
}

static void check_whole_groups(const int32_t *in, int n)
{
    static int32_t of_group[3 * MANY];
    memset(of_group, -1, sizeof of_group);
    for (int i = 0; i < n; i++) {
        if (of_group[group[i]] < 0)
            of_group[group[i]] = in[i];
        assert_int_equal(of_group[group[i]], in[i]);
    }
}

static void test_plain_folds(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    for (int n = 2; n < 60; n += 3) {
        for (int k = 2; k <= n && k < 12; k++) {
            const struct split_rows rows = {.n = n};
            memset(fold, -1, sizeof fold);
            assert_ok(split_folds(&rows, k, 1, 0, fold, &err), &err);
            int counted = 0;
            for (int f = 0; f < k; f++)
                counted += count_where(fold, f, n, -1);
            assert_int_equal(counted, n);
            check_even(fold, n, k, -1, 1);
        }
    }
}

static void test_stratified_folds(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    make_classes(1003);
    const struct split_rows rows = {.n = 1003, .y = y, .n_classes = CLASSES};
    for (int k = 2; k < 40; k += 3) { /* class 3 has 21 rows */
        assert_ok(split_folds(&rows, k, 7, 2, fold, &err), &err);
        check_even(fold, 1003, k, -1, 1);
        for (int c = 0; c < CLASSES; c++)
            check_even(fold, 1003, k, c, 1);
    }
}

/* Each row is as likely in any fold as in any other: no pattern of the input's order stays. */
static void test_folds_are_shuffled(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    const struct split_rows rows = {.n = 40};
    int in_first[40] = {0}, with_next = 0;
    for (uint32_t repeat = 0; repeat < 2000; repeat++) {
        assert_ok(split_folds(&rows, 4, 9, repeat, fold, &err), &err);
        for (int i = 0; i < 40; i++)
            in_first[i] += fold[i] == 0;
        with_next += fold[10] == fold[11];
    }
    for (int i = 0; i < 40; i++)
        assert_true(abs(in_first[i] - 500) < 100); /* 5 standard deviations */
    assert_true(abs(with_next - 2000 * 9 / 39) < 100);
}

static void test_folds_depend_on_seed_and_repeat_alone(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    make_groups(MANY);
    make_classes(MANY);
    const struct split_rows kinds[] = {{.n = MANY}, {.n = MANY, .y = y, .n_classes = CLASSES},
        {.n = MANY, .group = group}, {.n = MANY, .y = y, .n_classes = CLASSES, .group = group}};
    for (size_t i = 0; i < 4; i++) {
        assert_ok(split_folds(&kinds[i], 5, 1, 0, fold, &err), &err);
        assert_ok(split_folds(&kinds[i], 5, 1, 0, other, &err), &err);
        assert_memory_equal(fold, other, sizeof fold);
        assert_ok(split_folds(&kinds[i], 5, 2, 0, other, &err), &err);
        assert_memory_not_equal(fold, other, sizeof fold);
        assert_ok(split_folds(&kinds[i], 5, 1, 1, other, &err), &err);
        assert_memory_not_equal(fold, other, sizeof fold);
    }
}

static void test_grouped_folds(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    make_groups(MANY);
    const struct split_rows rows = {.n = MANY, .group = group};
    for (int k = 2; k < 20; k += 3) {
        assert_ok(split_folds(&rows, k, 4, 0, fold, &err), &err);
        check_whole_groups(fold, MANY);
        check_even(fold, MANY, k, -1, 3);
    }
    /* 6 5 4 3 2 1 rows in three folds of 7 */
    const int sizes[] = {6, 5, 4, 3, 2, 1};
    int n = 0;
    for (int g = 0; g < 6; g++)
        for (int i = 0; i < sizes[g]; i++)
            group[n++] = g;
    const struct split_rows few = {.n = n, .group = group};
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_ok(split_folds(&few, 3, seed, 0, fold, &err), &err);
        check_whole_groups(fold, n);
        check_even(fold, n, 3, -1, 2);
    }
    assert_ok(split_folds(&few, 6, 1, 0, fold, &err), &err); /* each group its own */
    for (int f = 0; f < 6; f++)
        assert_true(count_where(fold, f, n, -1) > 0);
}

static void test_stratified_grouped_folds(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    make_groups(MANY);
    for (int i = 0; i < MANY; i++) /* a group has mostly one class */
        y[i] = i % 5 == 0 ? i % CLASSES : group[i] / 3 % CLASSES;
    const struct split_rows rows = {.n = MANY, .y = y, .n_classes = CLASSES, .group = group};
    assert_ok(split_folds(&rows, 5, 4, 0, fold, &err), &err);
    check_whole_groups(fold, MANY);
    check_even(fold, MANY, 5, -1, 20);
    for (int c = 0; c < CLASSES; c++)
        check_even(fold, MANY, 5, c, 20); /* of 250 */
}

static void test_bad_folds(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    const int32_t two[] = {7, 7, 9, 9};
    struct split_rows rows = {.n = 4};
    assert_err(
        split_folds(&rows, 5, 1, 0, fold, &err), &err, ERR_FAILED, "5 folds of 4 rows: at most");
    assert_err(split_folds(&rows, 1, 1, 0, fold, &err), &err, ERR_FAILED, "at least 2");
    assert_err(split_folds(&rows, 0, 1, 0, fold, &err), &err, ERR_FAILED, "at least 2");
    rows.group = two;
    assert_err(split_folds(&rows, 3, 1, 0, fold, &err), &err, ERR_FAILED, "3 folds of 2 groups");
    rows.n = 0;
    assert_err(split_folds(&rows, 2, 1, 0, fold, &err), &err, ERR_FAILED, "2 folds of 0 rows");
    rows = (struct split_rows){.n = 1};
    assert_err(split_folds(&rows, 2, 1, 0, fold, &err), &err, ERR_FAILED, "2 folds of 1 row: at");
    rows = (struct split_rows){.n = 3, .group = (const int32_t[]){0, 0, 0}};
    assert_err(split_folds(&rows, 2, 1, 0, fold, &err), &err, ERR_FAILED, "2 folds of 1 group: at");
}

static int count_held(int n, double class)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += held[i] && (class < 0 || y[i] == class);
    return count;
}

static void test_holdout(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    const struct split_rows rows = {.n = 1003};
    assert_ok(split_holdout(&rows, .25, 1, held, &err), &err);
    assert_int_equal(count_held(1003, -1), 251);
    assert_ok(split_holdout(&rows, .25, 1, held_other, &err), &err);
    assert_memory_equal(held, held_other, 1003);
    assert_ok(split_holdout(&rows, .25, 2, held_other, &err), &err);
    assert_memory_not_equal(held, held_other, 1003);
    const struct split_rows two = {.n = 2};
    assert_ok(split_holdout(&two, .001, 1, held, &err), &err);
    assert_int_equal(count_held(2, -1), 1);
    assert_ok(split_holdout(&two, .999, 1, held, &err), &err);
    assert_int_equal(count_held(2, -1), 1);
}

static void test_stratified_holdout(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    make_classes(1003);
    const struct split_rows rows = {.n = 1003, .y = y, .n_classes = CLASSES};
    memset(fold, 0, sizeof fold);
    for (double fraction = .05; fraction < 1; fraction += .1) {
        assert_ok(split_holdout(&rows, fraction, 1, held, &err), &err);
        assert_int_equal(count_held(1003, -1), (int)floor(fraction * 1003 + .5));
        for (int c = 0; c < CLASSES; c++) {
            int all = count_where(fold, 0, 1003, c), out = count_held(1003, c);
            assert_true(fabs(out - fraction * all) < 1.01);
            assert_true(out < all);
        }
    }
}

/* What is left keeps a row of each class as long as that is possible. */
static void test_rare_classes_stay(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    const double rare[] = {0, 0, 0, 0, 0, 0, 1, 2}, apart[] = {0, 1, 2};
    const struct split_rows rows = {.n = 8, .y = rare, .n_classes = 3};
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_ok(split_holdout(&rows, .9, seed, held, &err), &err);
        assert_false(held[6]);
        assert_false(held[7]);
        assert_int_equal(count_held(6, -1), 5);
        /* Half of each class is half a row of the rare ones: the first class makes up for it. */
        assert_ok(split_holdout(&rows, .5, seed, held, &err), &err);
        assert_false(held[6]);
        assert_false(held[7]);
        assert_int_equal(count_held(6, -1), 4);
    }
    const struct split_rows each = {.n = 3, .y = apart, .n_classes = 3};
    assert_ok(split_holdout(&each, .5, 1, held, &err), &err);
    assert_int_equal(count_held(3, -1), 2);
}

static void test_grouped_holdout(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    make_groups(MANY);
    const struct split_rows rows = {.n = MANY, .group = group};
    for (uint64_t seed = 0; seed < 5; seed++) {
        assert_ok(split_holdout(&rows, .3, seed, held, &err), &err);
        for (int i = 0; i < MANY; i++)
            fold[i] = held[i];
        check_whole_groups(fold, MANY);
        assert_true(abs(count_held(MANY, -1) - 1500) < 25);
    }
    assert_ok(split_holdout(&rows, .3, 0, held_other, &err), &err);
    assert_memory_not_equal(held, held_other, MANY);

    const int32_t uneven[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
    const struct split_rows two = {.n = 10, .group = uneven};
    for (uint64_t seed = 0; seed < 10; seed++) { /* a group on either side, the nearer way */
        assert_ok(split_holdout(&two, .1, seed, held, &err), &err);
        assert_int_equal(count_held(10, -1), 1);
        assert_ok(split_holdout(&two, .9, seed, held, &err), &err);
        assert_true(count_held(10, -1) < 10);
    }
    /* Each group alone is too much: the smaller one goes. */
    const int32_t large[] = {1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
    const struct split_rows both = {.n = 10, .group = large};
    for (uint64_t seed = 0; seed < 10; seed++) {
        assert_ok(split_holdout(&both, .1, seed, held, &err), &err);
        assert_int_equal(count_held(10, -1), 4);
    }
}

static void test_last_rows(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    const struct split_rows rows = {.n = 10};
    assert_ok(split_holdout_last(&rows, .25, held, &err), &err);
    for (int i = 0; i < 10; i++)
        assert_int_equal(held[i], i >= 7);
    assert_ok(split_holdout_last(&rows, .999, held, &err), &err);
    assert_int_equal(count_held(10, -1), 9);
    assert_false(held[0]);
    assert_ok(split_holdout_last(&rows, 1e-9, held, &err), &err);
    assert_true(held[9]);
    assert_int_equal(count_held(10, -1), 1);
}

static void test_bad_holdouts(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    const int32_t one[] = {4, 4, 4};
    struct split_rows rows = {.n = 3};
    assert_err(split_holdout(&rows, 0, 1, held, &err), &err, ERR_FAILED, "not between 0 and 1");
    assert_err(split_holdout(&rows, 1, 1, held, &err), &err, ERR_FAILED, "not between 0 and 1");
    assert_err(split_holdout(&rows, NAN, 1, held, &err), &err, ERR_FAILED, "not between 0 and 1");
    assert_err(split_holdout_last(&rows, -1, held, &err), &err, ERR_FAILED, "not between");
    rows.group = one;
    assert_err(split_holdout(&rows, .5, 1, held, &err), &err, ERR_FAILED, "a group of 1");
    rows.n = 1;
    assert_err(split_holdout(&rows, .5, 1, held, &err), &err, ERR_FAILED, "at least 2");
    assert_err(split_holdout_last(&rows, .5, held, &err), &err, ERR_FAILED, "at least 2");
}

static int split_all(void *ctx, struct err *err)
{
    const struct split_rows rows = {.n = 100, .y = y, .n_classes = CLASSES};
    struct split_rows grouped = rows;
    (void)ctx;
    grouped.group = group;
    if (split_folds(&rows, 5, 1, 0, fold, err) < 0 || split_holdout(&rows, .3, 1, held, err) < 0 ||
        split_folds(&grouped, 5, 1, 0, fold, err) < 0)
        return -1;
    return split_holdout(&grouped, .3, 1, held, err);
}

static void test_no_memory(void **state)
{
    (void)state;
    make_classes(100);
    make_groups(100);
    assert_true(FAULT_LOOP(split_all, NULL) >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_plain_folds),
        cmocka_unit_test(test_stratified_folds), cmocka_unit_test(test_folds_are_shuffled),
        cmocka_unit_test(test_folds_depend_on_seed_and_repeat_alone),
        cmocka_unit_test(test_grouped_folds), cmocka_unit_test(test_stratified_grouped_folds),
        cmocka_unit_test(test_bad_folds), cmocka_unit_test(test_holdout),
        cmocka_unit_test(test_stratified_holdout), cmocka_unit_test(test_rare_classes_stay),
        cmocka_unit_test(test_grouped_holdout), cmocka_unit_test(test_last_rows),
        cmocka_unit_test(test_bad_holdouts), cmocka_unit_test(test_no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
