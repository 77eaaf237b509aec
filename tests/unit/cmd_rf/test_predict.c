/* test_predict.c -- the verbs as a whole: without memory, and when asked to stop. */
#include <string.h>

#include "common/base/mem.h"
#include "common/learner/predict.h"
#include "common/learner/train.h"
#include "tests/unit/cmd_rf/grown.h"
#include "tests/unit/unit.h"

enum { ROWS = 40 };

/* x, a category and a target of values or of three classes. */
static const char *rows_file(bool classes)
{
    struct buf text = BUF_INIT;
    assert_int_equal(buf_str(&text, "x,city,y\n"), 0);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(buf_printf(&text, "%d,%c,%s%d\n", i * 7 % 11, 'a' + i % 3,
                             classes ? "c" : "", classes ? i % 3 : i * 5 % 13),
            0);
    const char *path = unit_file(classes ? "classes.csv" : "values.csv", text.data, text.len);
    buf_release(&text);
    return path;
}

struct trial {
    const char *file, *out, *oob;
    struct operands files;
    struct common_options common;
    struct predict_opts predict;
    struct forest_opts forest;
    struct watch watch;
};

static void trial_init(struct trial *t, bool classes)
{
    *t = (struct trial){.common = COMMON_OPTIONS_INIT, .predict = PREDICT_OPTIONS_INIT};
    t->file = rows_file(classes);
    t->files = (struct operands){.n = 1, .item = &t->file};
    t->out = unit_path("out.csv");
    t->oob = unit_path("oob.csv");
    t->predict.model = unit_path("model");
    t->predict.bind.keep = "city";
}

static int train_once(void *ctx, struct err *err)
{
    struct trial *t = ctx;
    const struct rf_params params = {
        .mtry = {.rule = MTRY_AUTO}, .min_leaf = 2, .min_split = 2, .replace = true, .seed = 1};
    const struct read_opts read = {.target = "y"};
    const struct train_opts train = TRAIN_OPTIONS_INIT;
    struct common_options common = t->common;
    common.output = t->predict.model;
    const struct train_job job = {.learner = &rf_learner,
        .params = &params,
        .n_rounds = 3,
        .common = &common,
        .read = &read,
        .train = &train,
        .forest = &t->forest};
    return train_run(&job, &t->files, &t->watch, err);
}

static int predict_once(void *ctx, struct err *err)
{
    struct trial *t = ctx;
    t->common.output = t->out;
    const struct predict_job job = {
        .program = "rf", .common = &t->common, .predict = &t->predict, .raw = predictor_raw};
    return predict_run(&job, &t->files, &t->watch, err);
}

/* With each allocation failing in turn there is an error, or it was one of a message or a check
 * that can be done without. */
static void without_memory(int (*fn)(void *ctx, struct err *err), struct trial *t)
{
    int failures = 0;
    for (long n = 1;; n++) {
        struct err err = ERR_INIT;
        fault_after(n);
        int ret = fn(t, &err);
        bool all = fault_off() < n;
        if (all)
            assert_ok(ret, &err);
        if (ret < 0) {
            assert_int_equal(err.kind, ERR_MEMORY);
            failures++;
        }
        if (all)
            break;
    }
    assert_true(failures > 20);
}

static void test_predicting_without_memory(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    for (int kind = 0; kind < 5; kind++) {
        struct trial t;
        trial_init(&t, kind < 2);
        t.forest.keep_leaf_rows = kind >= 2;
        assert_ok(train_once(&t, &err), &err);
        t.predict.contrib = kind == 0 || kind == 2;
        t.predict.proximity = kind == 3;
        t.predict.leaf = t.predict.per_tree = kind == 1 || kind == 4;
        if (kind == 4)
            t.predict.quantiles = (struct quantiles){.n = 2, .q = {0.1, 0.9}};
        without_memory(predict_once, &t);
    }
}

static void test_training_without_memory(void **state)
{
    (void)state;
    for (int classes = 0; classes < 2; classes++) {
        struct trial t;
        trial_init(&t, classes);
        t.forest = (struct forest_opts){t.oob, true, !classes};
        without_memory(train_once, &t);
    }
}

static bool stop(void *ctx)
{
    int *left = ctx;
    return (*left)-- == 0;
}

/* A signal is heard before the rows and after them; what was at the output's place stays. */
static void test_predicting_stops(void **state)
{
    struct err err = ERR_INIT;
    struct trial t;
    int left;
    (void)state;
    trial_init(&t, true);
    assert_ok(train_once(&t, &err), &err);
    t.watch = (struct watch){.ctx = &left, .stop = stop};
    for (int after = 0; after < 2; after++) {
        left = after;
        assert_err(predict_once(&t, &err), &err, ERR_INTERRUPTED, "interrupted");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_predicting_without_memory),
        cmocka_unit_test(test_training_without_memory),
        cmocka_unit_test(test_predicting_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
