/* test_permute.c -- permutation importance against shuffled copies of the table. */
#include <math.h>
#include <string.h>

#include "cmd/model/permute.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/learner/learner.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { N = 300 };

/* The metric of the rows with column col shuffled (-1: none), all by the plain functions. */
static double score(const struct tree_model *m, const struct table *rows,
    const struct metric *metric, int col, int repeat)
{
    struct err err = ERR_INIT;
    int k = m->forest.n_outputs, width = prediction_width(&m->target);
    double shuffled[N], *raw = mem_alloc(N * (size_t)k, sizeof *raw), value;
    double *linked = mem_alloc(N * (size_t)width, sizeof *linked);
    const double *cols[SAMPLE_COLS];
    int32_t label[N];
    uint32_t index[N];
    struct rng r;

    for (int c = 0; c < SAMPLE_COLS; c++)
        cols[c] = rows->values[c];
    for (uint32_t i = 0; i < N; i++)
        index[i] = i;
    if (col >= 0) {
        rng_init(&r, 5, RNG_SHUFFLE, (uint32_t)repeat, (uint64_t)col);
        rng_shuffle(&r, index, N);
        for (int i = 0; i < N; i++)
            shuffled[i] = rows->values[col][index[i]];
        cols[col] = shuffled;
    }
    forest_predict(&m->forest, cols, 0, N, raw);
    for (int i = 0; i < N; i++) {
        prediction_link(&m->target, &m->forest, raw + i * k, linked + i * width);
        if (m->target.classes)
            label[i] = prediction_label(&m->target, linked + i * width);
    }
    struct scored s = {.n = N, .y = rows->y, .weight = rows->weight, .value = linked};
    if (m->target.classes)
        s = (struct scored){.n = N,
            .y = rows->y,
            .weight = rows->weight,
            .n_classes = width,
            .label = label,
            .prob = linked};
    assert_ok(metric_compute(metric, &s, &value, &err), &err);
    mem_free(raw);
    mem_free(linked);
    return value;
}

/* n_outputs 0: a booster, with what it has. */
static void check(const char *name, int n_classes, int n_outputs, double sign, bool weighted)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(N, 6, n_classes, 1);
    struct permute_opts o = {.repeats = 3, .seed = 5};
    struct tree_model m;
    double mean[SAMPLE_COLS], sd[SAMPLE_COLS];
    struct permuted p = {.mean = mean, .sd = sd};

    if (weighted) {
        rows->weight = mem_alloc(N, sizeof *rows->weight);
        for (int i = 0; i < N; i++)
            rows->weight[i] = i % 3;
    }
    if (n_outputs)
        random_model(&m, rows, 20, FOREST_MEAN, n_outputs, n_outputs);
    else
        random_booster(&m, rows, 8);
    assert_ok(metric_find(&o.metric, name, &err), &err);
    assert_ok(permutation_importance(&m, rows, &o, &p, NULL, &err), &err);
    double base = score(&m, rows, &o.metric, -1, 0);
    assert_close(p.baseline, base, 1e-14, 0);
    for (int c = 0; c < SAMPLE_COLS; c++) {
        double lost[3], sum = 0, squares = 0;
        for (int i = 0; i < 3; i++)
            sum += lost[i] = sign * (base - score(&m, rows, &o.metric, c, i));
        for (int i = 0; i < 3; i++)
            squares += (lost[i] - sum / 3) * (lost[i] - sum / 3);
        assert_close(mean[c], sum / 3, 1e-12, 1e-14);
        assert_close(sd[c], sqrt(squares / 2), 1e-9, 1e-12);
        assert_true(sd[c] > 0);
    }
    tree_model_release(&m);
    sample_free(rows);
}

static void test_shuffles(void **state)
{
    (void)state;
    check("accuracy", 3, 3, 1, false);
    check("log_loss", 2, 1, -1, true);
    check("r2", 0, 1, 1, true);
    check("rmse", 0, 1, -1, false);
    check("log_loss", 3, 0, -1, false);
    check("auc", 2, 0, 1, false);
    check("mae", 0, 0, -1, true);
}

/* A column of no split costs nothing; one repeat has no deviation. */
static void test_unused(void **state)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(N, 6, 0, 1);
    struct permute_opts o = {.repeats = 1, .seed = 5};
    struct tree_model m;
    double mean[SAMPLE_COLS], sd[SAMPLE_COLS];
    struct permuted p = {.mean = mean, .sd = sd};

    (void)state;
    rows->schema.cols[1].kind = COL_IGNORED;
    random_model(&m, rows, 20, FOREST_MEAN, 1, 1);
    assert_ok(metric_find(&o.metric, "rmse", &err), &err);
    assert_ok(permutation_importance(&m, rows, &o, &p, NULL, &err), &err);
    assert_true(mean[0] != 0 && isnan(sd[0]));
    assert_true(mean[1] == 0 && isnan(sd[1]));
    o.repeats = 2;
    assert_ok(permutation_importance(&m, rows, &o, &p, NULL, &err), &err);
    assert_true(sd[0] > 0 && sd[1] == 0);
    tree_model_release(&m);
    sample_free(rows);
}

static void test_undefined(void **state)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(N, 6, 2, 1);
    struct permute_opts o = {.repeats = 1};
    struct tree_model m;
    double mean[SAMPLE_COLS], sd[SAMPLE_COLS];
    struct permuted p = {.mean = mean, .sd = sd};

    (void)state;
    random_model(&m, rows, 2, FOREST_MEAN, 1, 1);
    memset(rows->y, 0, N * sizeof *rows->y);
    assert_ok(metric_find(&o.metric, "auc", &err), &err);
    assert_err(permutation_importance(&m, rows, &o, &p, NULL, &err), &err, ERR_FAILED,
        "auc is not defined on these rows: the truth has one class only");
    tree_model_release(&m);
    sample_free(rows);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void test_stop(void **state)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(N, 6, 2, 1);
    struct permute_opts o = {.repeats = 1};
    const struct watch w = {.stop = always};
    struct tree_model m;
    double mean[SAMPLE_COLS], sd[SAMPLE_COLS];
    struct permuted p = {.mean = mean, .sd = sd};

    (void)state;
    random_model(&m, rows, 2, FOREST_MEAN, 1, 1);
    assert_ok(metric_find(&o.metric, "auc", &err), &err);
    assert_int_equal(permutation_importance(&m, rows, &o, &p, &w, &err), -1);
    assert_int_equal(err.kind, ERR_INTERRUPTED);
    tree_model_release(&m);
    sample_free(rows);
}

struct made {
    struct tree_model m;
    struct table *rows;
};

static int compute(void *ctx, struct err *err)
{
    struct made *made = ctx;
    struct permute_opts o = {.repeats = 2};
    double mean[SAMPLE_COLS], sd[SAMPLE_COLS];
    struct permuted p = {.mean = mean, .sd = sd};
    if (metric_find(&o.metric, "accuracy", err) < 0)
        return -1;
    return permutation_importance(&made->m, made->rows, &o, &p, NULL, err);
}

static void test_memory(void **state)
{
    struct made made = {.rows = sample_table(20, 5, 3, 1)};
    (void)state;
    random_model(&made.m, made.rows, 2, FOREST_MEAN, 3, 3);
    FAULT_LOOP(compute, &made);
    tree_model_release(&made.m);
    sample_free(made.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shuffles),
        cmocka_unit_test(test_unused),
        cmocka_unit_test(test_undefined),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
