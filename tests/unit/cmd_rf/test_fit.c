/* test_fit.c -- the frame's rounds: limits, resumption, early stopping, scores that are not
 * defined. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/rf/rf.h"
#include "common/base/mem.h"
#include "common/learner/learner.h"
#include "common/learner/tally.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

static const struct rf_params params = {
    .mtry = {.rule = MTRY_AUTO}, .min_leaf = 1, .min_split = 2, .replace = true, .seed = 1};

struct setup {
    struct table *train, *valid;
    struct metric metric;
    struct fit_opts opts;
    struct fit fit;
    char note[256]; /* the last warning */
    struct watch watch;
};

static void note(void *ctx, enum note_level level, const char *text)
{
    struct setup *s = ctx;
    if (level == NOTE_WARNING)
        snprintf(s->note, sizeof s->note, "%s", text);
}

static void setup_init(struct setup *s, const char *metric, int n_rounds)
{
    struct err err = ERR_INIT;
    *s = (struct setup){.fit = FIT_INIT, .watch = {.ctx = s, .note = note}};
    s->train = sample_table(150, 5, 2, 1);
    s->valid = sample_table(80, 5, 2, 2);
    assert_ok(metric_find(&s->metric, metric, &err), &err);
    s->opts = (struct fit_opts){
        .n_rounds = n_rounds, .max_bins = 255, .n_metrics = 1, .metrics = &s->metric};
}

static void setup_release(struct setup *s)
{
    fit_release(&s->fit);
    sample_free(s->train);
    sample_free(s->valid);
}

static void fit(struct setup *s)
{
    struct comm comm = comm_single();
    struct err err = ERR_INIT;
    assert_ok(learner_fit(&rf_learner, &params, s->train, s->valid, &s->opts, &comm, &s->watch,
                  &s->fit, &err),
        &err);
}

/* Forgets what was measured, keeps the trees, as after a checkpoint. */
static void resume(struct setup *s)
{
    struct forest kept = s->fit.forest;
    s->fit.forest = (struct forest)FOREST_INIT;
    fit_release(&s->fit);
    s->fit.forest = kept;
}

static void test_a_time_limit_keeps_resumed_trees(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, "log_loss", 40);
    fit(&s);
    resume(&s);
    s.opts.n_rounds = 1000000;
    s.opts.time_limit = 1e-9;
    fit(&s);
    assert_true(s.fit.out_of_time);
    assert_true(s.fit.forest.n_trees >= 40 && s.fit.forest.n_trees < 1000000);
    setup_release(&s);
}

static bool stop_now(void *ctx)
{
    (void)ctx;
    return true;
}

static void test_an_interrupt_keeps_resumed_trees(void **state)
{
    struct setup s;
    struct comm comm = comm_single();
    struct err err = ERR_INIT;
    (void)state;
    setup_init(&s, "log_loss", 20);
    fit(&s);
    resume(&s);
    s.watch.stop = stop_now;
    assert_err(
        learner_fit(&rf_learner, &params, s.train, s.valid, &s.opts, &comm, &s.watch, &s.fit, &err),
        &err, ERR_INTERRUPTED, "interrupted");
    assert_int_equal(s.fit.forest.n_trees, 20);
    setup_release(&s);
}

static void test_the_best_round_is_kept_with_its_predictions(void **state)
{
    struct setup s;
    double best = INFINITY, out[80], value;
    int best_round = 0;
    struct err err = ERR_INIT;
    (void)state;
    setup_init(&s, "log_loss", 400);
    s.opts.early_stop = 8;
    fit(&s);
    assert_true(s.fit.stopped_early);
    for (int i = 0; i < s.fit.n_measurements; i++) {
        const struct measurement *m = &s.fit.measurements[i];
        if (strcmp(m->data, "valid") == 0 && m->value < best) {
            best = m->value;
            best_round = m->round;
        }
    }
    assert_int_equal(s.fit.forest.n_trees, best_round);
    assert_close(fit_value(&s.fit, "valid", "log_loss"), best, 0, 0);
    forest_predict(&s.fit.forest, (columns_t)s.valid->values, 0, 80, out);
    for (int i = 0; i < 80; i++)
        assert_close(s.fit.valid.linked[2 * i + 1], out[i], 0, 0);
    assert_ok(tally_measure(&s.fit.valid, &s.fit.forest, &s.metric, 1, &value, &err), &err);
    assert_close(value, best, 0, 0);
    setup_release(&s);
}

/* With one class only auc is not defined: nothing is the best, and that is said. */
static void test_undefined_scores_never_stop(void **state)
{
    struct setup s;
    (void)state;
    setup_init(&s, "auc", 30);
    for (int i = 0; i < 80; i++)
        s.valid->y[i] = 0;
    s.opts.early_stop = 3;
    fit(&s);
    assert_false(s.fit.stopped_early);
    assert_int_equal(s.fit.forest.n_trees, 30);
    assert_non_null(strstr(s.note, "never defined"));
    setup_release(&s);
}

static void test_nothing_to_watch(void **state)
{
    struct setup s;
    struct comm comm = comm_single();
    struct err err = ERR_INIT;
    struct rf_params all = params;
    (void)state;
    setup_init(&s, "log_loss", 30);
    all.replace = false;
    all.sample_fraction = 1;
    s.opts.early_stop = 3;
    assert_err(
        learner_fit(&rf_learner, &all, s.train, NULL, &s.opts, &comm, &s.watch, &s.fit, &err), &err,
        ERR_USAGE, "nothing to watch");
    setup_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_time_limit_keeps_resumed_trees),
        cmocka_unit_test(test_an_interrupt_keeps_resumed_trees),
        cmocka_unit_test(test_the_best_round_is_kept_with_its_predictions),
        cmocka_unit_test(test_undefined_scores_never_stop),
        cmocka_unit_test(test_nothing_to_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
