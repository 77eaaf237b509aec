/* test_dart.c -- trees left out of rounds: XGBoost's numbers, sums, runs in parts, early stops. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "cmd/xgb/xgb.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "tests/gold/xgb_dart_gold.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

static const struct xgb_params defaults = {.booster = BOOSTER_DART,
    .dart = {.rate_drop = 0.3},
    .eta = 0.3,
    .regular = {.lambda = 1, .min_weight = 1},
    .max_depth = 3,
    .num_parallel_tree = 1,
    .subsample = 1,
    .colsample_bytree = 1,
    .colsample_bylevel = 1,
    .colsample_bynode = 1,
    .base_score = NAN,
    .seed = 1};

struct job {
    const struct learner *learner; /* NULL: xgb's */
    struct xgb_params params;
    struct table *train;
    const struct table *valid;
    int max_bins, n_rounds, n_init, early_stop;
    bool drop_cells;
    const struct watch *watch;
};

static int job_try(const struct job *j, struct fit *fit, struct err *err)
{
    bool classes = j->train->target.task == TASK_CLASSIFICATION;
    struct metric metric;
    struct comm comm = comm_single();
    const struct fit_opts opts = {.n_rounds = j->n_rounds,
        .max_bins = j->max_bins ? j->max_bins : 255,
        .n_init = j->n_init,
        .early_stop = j->early_stop,
        .n_metrics = 1,
        .metrics = &metric,
        .drop_cells = j->drop_cells,
        .curve = true};

    if (metric_find(&metric, classes ? "log_loss" : "rmse", err) < 0)
        return -1;
    return learner_fit(j->learner ? j->learner : &xgb_learner, &j->params, j->train, j->valid,
        &opts, &comm, j->watch, fit, err);
}

static struct fit job_run(const struct job *j)
{
    struct fit fit = FIT_INIT;
    struct err err = ERR_INIT;
    assert_ok(job_try(j, &fit, &err), &err);
    return fit;
}

/* Goes on from what another run has grown, which is taken from it. */
static struct fit job_go_on(const struct job *j, struct fit *from)
{
    struct fit fit = FIT_INIT;
    struct err err = ERR_INIT;

    fit.forest = from->forest;
    from->forest = (struct forest)FOREST_INIT;
    fit_release(from);
    assert_ok(job_try(j, &fit, &err), &err);
    return fit;
}

static void same_forest(const struct forest *a, const struct forest *b)
{
    size_t n = a->place[a->n_trees].leaf * sizeof *a->values;

    assert_int_equal(a->n_trees, b->n_trees);
    for (int i = 0; i < a->n_trees; i++) {
        struct tree s = forest_tree(a, i), t = forest_tree(b, i);
        assert_same_tree(&s, &t);
    }
    assert_memory_equal(a->values, b->values, n);
}

/* Of the rounds that both have seen, what was measured on valid. */
static void same_curve(const struct fit *a, const struct fit *b)
{
    int n = 0;
    for (int i = 0; i < a->n_measurements; i++)
        for (int k = 0; k < b->n_measurements; k++) {
            const struct measurement *m = &a->measurements[i], *o = &b->measurements[k];
            if (m->round == o->round && strcmp(m->data, "valid") == 0 &&
                strcmp(o->data, "valid") == 0) {
                assert_true(m->value == o->value);
                n++;
            }
        }
    assert_true(n > 0);
}

/* ---- what is drawn ---- */

/* How often each of four trees is left out, in many rounds. */
static void shares_of(
    const struct dart_opts *o, const double *weight, double share[4], double *none)
{
    enum { ROUNDS = 20000 };
    int dropped[4];

    memset(share, 0, 4 * sizeof *share);
    *none = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int n = dart_choose(o, 7, round, 4, weight, dropped);
        for (int i = 0; i < n; i++) {
            assert_true(i == 0 || dropped[i] > dropped[i - 1]);
            share[dropped[i]] += 1.0 / ROUNDS;
        }
        *none += n ? 0 : 1.0 / ROUNDS;
    }
}

static void test_draws(void **state)
{
    const double weight[] = {0.5, 1, 0.25, 0.25}, equal[] = {1, 1, 1, 1};
    double share[4], none;
    (void)state;

    shares_of(&(struct dart_opts){.rate_drop = 0.3}, weight, share, &none);
    for (int i = 0; i < 4; i++)
        assert_close(share[i], 0.3, 0, 0.02);
    assert_close(none, pow(0.7, 4), 0, 0.02);

    /* as many as with equal weights, 4 x 0.3 */
    shares_of(
        &(struct dart_opts){.rate_drop = 0.3, .sample_type = DART_WEIGHTED}, weight, share, &none);
    for (int i = 0; i < 4; i++)
        assert_close(share[i], 1.2 * weight[i] / 2, 0, 0.02);

    shares_of(&(struct dart_opts){.one_drop = true, .skip_drop = 0.25}, equal, share, &none);
    for (int i = 0; i < 4; i++)
        assert_close(share[i], 0.75 / 4, 0, 0.02);
    assert_close(none, 0.25, 0, 0.02);

    shares_of(
        &(struct dart_opts){.one_drop = true, .sample_type = DART_WEIGHTED}, weight, share, &none);
    for (int i = 0; i < 4; i++)
        assert_close(share[i], weight[i] / 2, 0, 0.02);
    assert_true(none == 0);

    shares_of(&(struct dart_opts){.rate_drop = 1}, equal, share, &none);
    for (int i = 0; i < 4; i++)
        assert_close(share[i], 1, 1e-9, 0);
    int dropped;
    assert_int_equal(
        dart_choose(&(struct dart_opts){.one_drop = true}, 1, 0, 0, NULL, &dropped), 0);
}

/* ---- XGBoost's numbers ---- */

static void test_gold(void **state)
{
    struct table *t = sample_table(DART_GOLD_ROWS, 2, 0, 1);
    double out[DART_GOLD_ROWS];
    (void)state;

    for (int col = 0; col < SAMPLE_COLS; col++) {
        t->schema.cols[col].kind = col == 2 ? COL_IGNORED : COL_NUMBER;
        for (int i = 0; i < DART_GOLD_ROWS && col != 2; i++)
            t->values[col][i] = dart_gold_x[i * DART_GOLD_COLUMNS + (col == 3 ? 2 : col)];
    }
    memcpy(t->y, dart_gold_y, sizeof dart_gold_y);
    for (size_t i = 0; i < sizeof dart_gold / sizeof *dart_gold; i++)
        for (int stage = 0; stage < DART_GOLD_STAGES; stage++) {
            struct job j = {.params = defaults, .train = t, .n_rounds = dart_gold_rounds[stage]};
            j.params.base_score = 1;
            j.params.eta = dart_gold[i].eta;
            j.params.num_parallel_tree = dart_gold[i].parallel;
            j.params.dart = (struct dart_opts){
                .rate_drop = 1, .normalize_type = dart_gold[i].forest ? DART_FOREST : DART_TREE};
            struct fit fit = job_run(&j);
            forest_predict(&fit.forest, (columns_t)t->values, 0, DART_GOLD_ROWS, out);
            assert_all_close(out, dart_gold[i].raw[stage], DART_GOLD_ROWS, 1e-5, 1e-6);
            fit_release(&fit);
        }
    sample_free(t);
}

/* ---- sums ---- */

/* A learner that looks at what the rows' sums are after each round. */
static struct spy {
    double *raw;
    int64_t n;
} spy;

static void spy_measure(void *self, const double *raw, const uint16_t *draws, double *values)
{
    (void)self, (void)draws;
    memcpy(spy.raw, raw, (size_t)spy.n * sizeof *raw);
    values[0] = NAN;
}

static void spied_run(const struct job *j, struct fit *fit)
{
    static const struct boost_measure measures[] = {{"train", "spy"}, {NULL, NULL}};
    struct boosting boosting = *xgb_learner.boosting;
    struct learner learner = xgb_learner;
    struct job spied = *j;
    struct err err = ERR_INIT;

    boosting.measure = spy_measure;
    boosting.measures = measures;
    learner.boosting = &boosting;
    spied.learner = &learner;
    spy.n = j->train->n_rows;
    spy.raw = mem_alloc((size_t)spy.n, sizeof *spy.raw);
    assert_non_null(spy.raw);
    assert_ok(job_try(&spied, fit, &err), &err);
}

/* sum, with base added, is what the forest's leaves add up to, but for a bit or two. */
static void check_sum(const struct forest *f, const struct table *t, const double *sum, double base)
{
    for (int64_t row = 0; row < t->n_rows; row++) {
        long double right = f->base[0];
        for (int i = 0; i < f->n_trees; i++) {
            struct tree tree = forest_tree(f, i);
            right += tree.values[tree_leaf(&tree, (columns_t)t->values, row)];
        }
        assert_close(sum[row] + base, (double)right, 4 * DBL_EPSILON, 4 * DBL_EPSILON);
    }
}

/* rows: those of j, with their cells. */
static void check_sums(const struct job *j, const struct table *rows, struct fit *fit)
{
    spied_run(j, fit);
    assert_int_equal(forest_rounds(&fit->forest), j->n_rounds);
    check_sum(&fit->forest, rows, spy.raw, 0);
    check_sum(&fit->forest, j->valid, fit->valid.sum, fit->forest.base[0]);
    mem_free(spy.raw);
}

static void check_sums_afresh(const struct job *j, const struct table *rows)
{
    struct fit fit = FIT_INIT;
    check_sums(j, rows, &fit);
    fit_release(&fit);
}

static void test_sums_do_not_drift(void **state)
{
    struct table *t = sample_table(700, 9, 0, 3), *valid = sample_table(200, 9, 0, 4);
    struct job j = {.params = defaults, .train = t, .valid = valid, .n_rounds = 150};
    (void)state;

    check_sums_afresh(&j, t);
    j.max_bins = 600; /* codes of two bytes: leaves are found by values */
    j.n_rounds = 20;
    check_sums_afresh(&j, t);
    j.max_bins = 0;
    j.params.dart.normalize_type = DART_FOREST;
    j.params.subsample = 0.6;
    j.params.num_parallel_tree = 3;
    check_sums_afresh(&j, t);
    sample_free(t);
    sample_free(valid);
}

/* A model's trees, whose cuts are none of these rows' bins', are left out as well. */
static void test_sums_after_a_model(void **state)
{
    const int boosters[] = {BOOSTER_DART, BOOSTER_GBTREE};
    struct table *t = sample_table(700, 9, 0, 3), *valid = sample_table(200, 9, 0, 4);
    (void)state;

    for (size_t i = 0; i < sizeof boosters / sizeof *boosters; i++) {
        struct table *train = sample_table(700, 9, 0, 3);
        struct job model = {.params = defaults, .train = valid, .n_rounds = 6};
        struct job j = {.params = defaults,
            .train = train,
            .valid = valid,
            .max_bins = 10,
            .n_rounds = 16,
            .n_init = 6,
            .drop_cells = true};
        model.params.booster = BOOSTER_GBTREE;
        j.params.booster = boosters[i];
        j.params.dart.rate_drop = 0.7;
        struct fit before = job_run(&model), after = job_run(&model);
        check_sums(&j, t, &after);
        const double *grown = i ? after.forest.values : after.forest.unscaled;
        size_t n = before.forest.place[before.forest.n_trees].leaf;
        assert_memory_equal(grown, before.forest.values, n * sizeof *grown);
        fit_release(&before);
        fit_release(&after);
        sample_free(train);
    }
    sample_free(t);
    sample_free(valid);
}

/* Every round that is skipped sees all trees: bit for bit those of gbtree, also after a model. */
static void test_skipped(void **state)
{
    struct table *t = sample_table(500, 9, 2, 3), *valid = sample_table(100, 9, 2, 4);
    struct job j = {.params = defaults, .train = t, .valid = valid, .n_rounds = 30};
    const struct job model = {.params = defaults, .train = valid, .n_rounds = 5};
    (void)state;

    j.params.dart = (struct dart_opts){.rate_drop = 0.5, .one_drop = true, .skip_drop = 1};
    for (; j.n_init <= 5; j.n_init += 5) {
        struct fit dart = FIT_INIT, trees = FIT_INIT;
        if (j.n_init) {
            dart = job_run(&model);
            trees = job_run(&model);
            forest_forget_unscaled(&dart.forest);
            forest_forget_unscaled(&trees.forest);
        }
        j.params.booster = BOOSTER_DART;
        dart = job_go_on(&j, &dart);
        j.params.booster = BOOSTER_GBTREE;
        trees = job_go_on(&j, &trees);
        same_forest(&dart.forest, &trees.forest);
        same_curve(&dart, &trees);
        fit_release(&dart);
        fit_release(&trees);
    }
    sample_free(t);
    sample_free(valid);
}

/* ---- runs in parts ---- */

static void test_parts(void **state)
{
    static const struct {
        int n_classes, n_init, parallel;
        double subsample;
        struct dart_opts dart;
    } cases[] = {
        {0, 0, 1, 1, {.rate_drop = 0.4}},
        {2, 0, 2, 0.7, {.rate_drop = 0.3, .sample_type = DART_WEIGHTED, .one_drop = true}},
        {2, 4, 1, 1, {.rate_drop = 0.5, .sample_type = DART_WEIGHTED, .skip_drop = 0.3}},
        {0, 4, 2, 0.7, {.rate_drop = 0.2, .normalize_type = DART_FOREST}},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table *t = sample_table(400, 9, cases[i].n_classes, 3);
        struct table *valid = sample_table(150, 9, cases[i].n_classes, 4);
        struct job j = {.params = defaults, .train = t, .valid = valid, .n_init = cases[i].n_init};
        struct fit first = FIT_INIT, whole = FIT_INIT;
        j.params.dart = cases[i].dart;
        j.params.num_parallel_tree = cases[i].parallel;
        j.params.subsample = cases[i].subsample;
        if (j.n_init) {
            struct job model = {.params = j.params, .train = valid, .n_rounds = j.n_init};
            model.params.booster = BOOSTER_GBTREE;
            first = job_run(&model);
            whole = job_run(&model);
        }
        j.n_rounds = 30;
        whole = job_go_on(&j, &whole);
        for (int n = 10; n <= 30; n += 10) {
            j.n_rounds = n;
            first = job_go_on(&j, &first);
        }
        same_forest(&whole.forest, &first.forest);
        same_curve(&whole, &first);
        fit_release(&whole);
        fit_release(&first);
        sample_free(t);
        sample_free(valid);
    }
}

/* The best round's forest is that of a run of so many rounds, and what valid rows have is its. */
static void test_early_stop(void **state)
{
    enum { VALID = 200 };
    struct table *t = sample_table(200, 5, 0, 1), *valid = sample_table(VALID, 5, 0, 2);
    struct job j = {.params = defaults, .train = t, .valid = valid, .n_rounds = 300};
    double out[VALID];
    (void)state;

    j.early_stop = 7;
    struct fit stopped = job_run(&j);
    int best = forest_rounds(&stopped.forest);
    assert_true(stopped.stopped_early && best > 5);
    assert_int_equal(stopped.measurements[stopped.n_measurements - 1].round, best + 7);
    forest_predict(&stopped.forest, (columns_t)valid->values, 0, VALID, out);
    for (int i = 0; i < VALID; i++)
        assert_true(stopped.forest.base[0] + stopped.valid.sum[i] == out[i]);

    j.early_stop = 0;
    j.n_rounds = best;
    struct fit right = job_run(&j);
    same_forest(&stopped.forest, &right.forest);
    fit_release(&right);

    /* among rounds that there are already, and once more after the best */
    j.n_rounds = best + 20;
    struct fit later = job_run(&j);
    j.early_stop = 7;
    later = job_go_on(&j, &later);
    same_forest(&stopped.forest, &later.forest);
    same_curve(&stopped, &later);
    j.n_rounds = 300;
    later = job_go_on(&j, &later);
    same_forest(&stopped.forest, &later.forest);
    fit_release(&later);
    fit_release(&stopped);
    sample_free(t);
    sample_free(valid);
}

static bool stop_soon(void *ctx)
{
    int *left = ctx;
    return (*left)-- == 0;
}

/* While it goes over the rounds of an earlier run. */
static void test_interrupted(void **state)
{
    struct table *t = sample_table(150, 5, 2, 1);
    int left = 6;
    const struct watch watch = {.ctx = &left, .stop = stop_soon};
    struct job j = {.params = defaults, .train = t, .n_rounds = 15};
    struct err err = ERR_INIT;
    (void)state;

    struct fit right = job_run(&j), fit = job_run(&j);
    j.watch = &watch;
    assert_err(job_try(&j, &fit, &err), &err, ERR_INTERRUPTED, "interrupted");
    same_forest(&right.forest, &fit.forest);
    fit_release(&fit);
    fit_release(&right);
    sample_free(t);
}

/* ---- threads and memory ---- */

static void test_threads(void **state)
{
    const int threads[] = {1, 4, 8};
    struct table *t = sample_table(40000, 9, 2, 3), *valid = sample_table(3000, 9, 2, 4);
    struct job j = {.params = defaults, .train = t, .valid = valid, .n_rounds = 8};
    struct fit first = FIT_INIT;
    struct err err = ERR_INIT;
    (void)state;

    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        assert_ok(pool_start(threads[i], &err), &err);
        struct fit fit = job_run(&j);
        pool_stop();
        if (i) {
            same_forest(&first.forest, &fit.forest);
            same_curve(&first, &fit);
            fit_release(&fit);
        } else {
            first = fit;
        }
    }
    fit_release(&first);
    sample_free(t);
    sample_free(valid);
}

/* A run that goes on from another's trees. */
static int fit_in_parts(void *ctx, struct err *err)
{
    struct job j = *(struct job *)ctx;
    struct fit first = FIT_INIT, second = FIT_INIT;
    int ret = -1;

    j.n_rounds = 3;
    if (job_try(&j, &first, err) < 0)
        goto out;
    second.forest = first.forest;
    first.forest = (struct forest)FOREST_INIT;
    j.n_rounds = 5;
    j.early_stop = 3;
    ret = job_try(&j, &second, err);
out:
    fit_release(&first);
    fit_release(&second);
    return ret;
}

static void test_no_memory(void **state)
{
    struct table *t = sample_table(60, 5, 2, 1), *valid = sample_table(20, 5, 2, 2);
    struct job j = {.params = defaults, .train = t, .valid = valid};
    (void)state;
    j.params.dart.rate_drop = 1;
    FAULT_LOOP(fit_in_parts, &j);
    sample_free(t);
    sample_free(valid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_gold),
        cmocka_unit_test(test_sums_do_not_drift),
        cmocka_unit_test(test_sums_after_a_model),
        cmocka_unit_test(test_skipped),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_early_stop),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
