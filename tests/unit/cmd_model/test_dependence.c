/* test_dependence.c -- partial dependence against the model on copies of the table. */
#include <math.h>

#include "cmd/model/dependence.h"
#include "common/base/mem.h"
#include "common/learner/learner.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

/* ---- grids ---- */

static void check_axis(const double *value, int64_t rows, int64_t n, bool missing,
    const double *right, int64_t n_right)
{
    struct err err = ERR_INIT;
    struct col_spec spec = {.name = (char[]){"x"}, .kind = COL_NUMBER};
    double *column = mem_copy(value, (size_t)rows, sizeof *value);
    struct table t = {.schema = {.n_cols = 1, .cols = &spec}, .n_rows = rows, .values = &column};
    struct grid g = {.n_axes = 1};

    assert_ok(axis_init(&g.axis[0], &t, 0, n, missing, &err), &err);
    assert_int_equal(g.axis[0].n, n_right);
    assert_all_close(g.axis[0].value, right, (size_t)n_right, 0, 0);
    grid_release(&g);
    mem_free(column);
}

static void test_axis(void **state)
{
    const double few[] = {3, 1, NAN, 2, 3, 1}, none[] = {NAN, NAN};
    const double skewed[] = {0, 2, 0, 1, 0, 0}, ten[] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    double many[101], ties[100];

    (void)state;
    check_axis(few, 6, 3, false, (double[]){1, 2, 3}, 3);
    check_axis(few, 6, 50, true, (double[]){1, 2, 3, NAN}, 4);
    check_axis(few, 6, 2, false, (double[]){1, 3}, 2);
    check_axis(few, 6, 1, false, (double[]){2}, 1);          /* the median */
    check_axis(skewed, 6, 3, false, (double[]){0, 1, 2}, 3); /* not the quantiles 0, 0, 2 */
    check_axis(ten, 10, 3, false, (double[]){0, 5, 9}, 3);
    check_axis(none, 2, 5, false, NULL, 0);
    check_axis(none, 2, 5, true, (double[]){NAN}, 1);
    for (int i = 0; i < 101; i++)
        many[i] = (i * 37) % 101;
    check_axis(many, 101, 5, false, (double[]){0, 25, 50, 75, 100}, 5);
    for (int i = 0; i < 100; i++) /* most are 0: each quantile once */
        ties[i] = i < 80 ? 0 : i;
    check_axis(ties, 100, 5, false, (double[]){0, 99}, 2);
    ties[99] = INFINITY;
    check_axis(ties, 100, 3, false, (double[]){0, INFINITY}, 2);
}

static void test_size(void **state)
{
    struct grid g = {.n_axes = 2, .axis = {{.n = 3}, {.n = 4}}};
    double a[] = {1, 2, 3}, b[] = {5, 6, 7, 8};

    (void)state;
    g.axis[0].value = a;
    g.axis[1].value = b;
    assert_int_equal(grid_size(&g), 12);
    assert_close(grid_value(&g, 5, 0), 2, 0, 0);
    assert_close(grid_value(&g, 5, 1), 6, 0, 0);
    g.axis[0].n = g.axis[1].n = INT64_C(1) << 40;
    assert_true(grid_size(&g) > GRID_POINTS_MAX);
    g.axis[0].n = g.axis[1].n = 10000;
    assert_true(grid_size(&g) > GRID_POINTS_MAX);
}

/* ---- dependence ---- */

struct made {
    struct table *rows;
    struct tree_model m;
    struct grid g;
    struct applier a;
};

/* n_outputs 0: a booster, with what it has. */
static void made_init(struct made *made, int64_t n, int n_classes, int n_outputs, int axes)
{
    struct err err = ERR_INIT;
    static const int col[] = {0, 2};

    *made = (struct made){.rows = sample_table(n, 5, n_classes, 4), .g = {.n_axes = axes}};
    if (n_outputs)
        random_model(&made->m, made->rows, 9, FOREST_MEAN, n_outputs, n_outputs);
    else
        random_booster(&made->m, made->rows, 4);
    for (int i = 0; i < axes; i++)
        assert_ok(
            axis_init(&made->g.axis[i], made->rows, col[axes == 1 ? 1 : i], 6, true, &err), &err);
    assert_ok(applier_init(&made->a, &made->m, &err), &err);
}

static void made_release(struct made *made)
{
    applier_release(&made->a);
    grid_release(&made->g);
    tree_model_release(&made->m);
    sample_free(made->rows);
}

/* The prediction of a row at a point, with its columns written over. */
static void plain(const struct made *made, int64_t row, int64_t point, double *linked)
{
    double value[SAMPLE_COLS], raw[8];
    const double *cols[SAMPLE_COLS];

    for (int c = 0; c < SAMPLE_COLS; c++) {
        value[c] = made->rows->values[c][row];
        cols[c] = &value[c];
    }
    for (int i = 0; i < made->g.n_axes; i++)
        value[made->g.axis[i].col] = grid_value(&made->g, point, i);
    forest_predict(&made->m.forest, cols, 0, 1, raw);
    prediction_link(&made->m.target, &made->m.forest, raw, linked);
}

static void check(int64_t n, int n_classes, int n_outputs, int axes, bool weighted)
{
    struct err err = ERR_INIT;
    struct made made;

    made_init(&made, n, n_classes, n_outputs, axes);
    if (weighted) {
        made.rows->weight = mem_alloc((size_t)n, sizeof *made.rows->weight);
        for (int64_t i = 0; i < n; i++)
            made.rows->weight[i] = (double)(i % 5);
    }
    int64_t points = grid_size(&made.g), width = made.a.width;
    size_t size = (size_t)(points * width);
    double *mean = mem_alloc(size, sizeof *mean), *right = mem_zalloc(size, sizeof *right);
    double *curve = mem_alloc((size_t)n * size, sizeof *curve), linked[8], total = 0;
    assert_true(points >= (axes == 1 ? 6 : 36));
    assert_ok(dependence_mean(&made.a, made.rows, &made.g, mean, NULL, &err), &err);
    assert_ok(dependence_curves(&made.a, made.rows, &made.g, 0, n, curve, &err), &err);
    for (int64_t row = 0; row < n; row++) {
        double weight = weighted ? (double)(row % 5) : 1;
        total += weight;
        for (int64_t point = 0; point < points; point++) {
            plain(&made, row, point, linked);
            for (int64_t k = 0; k < width; k++) {
                assert_true(curve[(row * points + point) * width + k] == linked[k]);
                right[point * width + k] += weight * linked[k];
            }
        }
    }
    for (size_t i = 0; i < size; i++)
        right[i] /= total;
    assert_all_close(mean, right, size, 1e-10, 0);
    mem_free(mean);
    mem_free(right);
    mem_free(curve);
    made_release(&made);
}

static void test_dependence(void **state)
{
    (void)state;
    check(300, 0, 1, 1, false);
    check(129, 2, 1, 2, true);
    check(300, 3, 3, 2, false);
    check(129, 0, 0, 1, false);
    check(129, 2, 0, 2, false);
    check(129, 3, 0, 1, true);
    check(66000, 2, 1, 1, true); /* more than a chunk of rows */
}

/* Curves of some rows are those of the whole. */
static void test_part(void **state)
{
    struct err err = ERR_INIT;
    struct made made;

    (void)state;
    made_init(&made, 50, 2, 1, 1);
    size_t size = (size_t)(grid_size(&made.g) * made.a.width);
    double *whole = mem_alloc(50 * size, sizeof *whole), *part = mem_alloc(7 * size, sizeof *part);
    assert_ok(dependence_curves(&made.a, made.rows, &made.g, 0, 50, whole, &err), &err);
    assert_ok(dependence_curves(&made.a, made.rows, &made.g, 20, 7, part, &err), &err);
    assert_all_close(part, whole + 20 * size, 7 * size, 0, 0);
    mem_free(whole);
    mem_free(part);
    made_release(&made);
}

static int compute(void *ctx, struct err *err)
{
    struct made *made = ctx;
    struct grid g = {.n_axes = 2};
    struct applier a = {.predictor = NULL};
    double value[1000];
    int ret = -1;

    if (axis_init(&g.axis[0], made->rows, 0, 4, false, err) == 0 &&
        axis_init(&g.axis[1], made->rows, 2, 4, true, err) == 0 &&
        applier_init(&a, &made->m, err) == 0 &&
        dependence_mean(&a, made->rows, &g, value, NULL, err) == 0)
        ret = dependence_curves(&a, made->rows, &g, 0, 2, value, err);
    applier_release(&a);
    grid_release(&g);
    return ret;
}

static void test_memory(void **state)
{
    struct made made;
    (void)state;
    made_init(&made, 20, 2, 1, 1);
    FAULT_LOOP(compute, &made);
    made_release(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axis),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_dependence),
        cmocka_unit_test(test_part),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
