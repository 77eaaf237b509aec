/* test_objective.c -- which objectives there are and fit, what they refuse, memory and threads. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/pool.h"
#include "tests/unit/cmd_xgb/rows.h"

/* ---- choosing ---- */

static char target_name[] = "y";

static struct target target_of(int n_classes)
{
    struct target t = {
        .name = target_name, .task = n_classes ? TASK_CLASSIFICATION : TASK_REGRESSION};
    static const char *const names[] = {"a", "b", "c"};

    t.classes = n_classes ? dict_new() : NULL;
    for (int i = 0; i < n_classes; i++)
        assert_int_equal(dict_add(t.classes, names[i], 1), i);
    return t;
}

static void check_choice(const char *name, int n_classes, const char *chosen, int n_outputs)
{
    struct err err = ERR_INIT;
    struct target t = target_of(n_classes);
    struct objective_opts opts = default_opts;
    const struct objective *o = objective_choose(name, &t, true, &err);

    opts.n_quantiles = 5;
    assert_non_null(o);
    assert_string_equal(o->name, chosen);
    assert_int_equal(objective_outputs(o, &opts, &t), n_outputs);
    dict_free(t.classes);
}

static void check_refused(const char *name, int n_classes, bool has_groups, const char *text)
{
    struct err err = ERR_INIT;
    struct target t = target_of(n_classes);
    int ret = objective_choose(name, &t, has_groups, &err) ? 0 : -1;

    assert_err(ret, &err, ERR_USAGE, text);
    dict_free(t.classes);
}

static void test_choosing(void **state)
{
    (void)state;
    check_choice(NULL, 0, "reg:squarederror", 1);
    check_choice(NULL, 2, "binary:logistic", 1);
    check_choice(NULL, 3, "multi:softprob", 3);
    check_choice("multi:softmax", 2, "multi:softmax", 2);
    check_choice("binary:hinge", 2, "binary:hinge", 1);
    check_choice("reg:quantileerror", 0, "reg:quantileerror", 5);
    check_choice("reg:absoluteerror", 0, "reg:absoluteerror", 1);
    check_choice("rank:map", 0, "rank:map", 1);
    check_refused("binary:logistik", 2, false, "did you mean 'binary:logistic'?");
    check_refused("?", 0, false, "there are reg:squarederror, ");
    check_refused("binary:logistic", 0, false, "'y' is a regression target");
    check_refused("reg:gamma", 2, false, "--task regression");
    check_refused("binary:logitraw", 3, false, "'y' has 3");
    check_refused("rank:ndcg", 0, false, "there are no groups");
}

/* ---- what may be a target, and a base score ---- */

static void test_domains(void **state)
{
    static const struct {
        const char *name;
        double in[2], out[2];
    } cases[] = {
        {"reg:squaredlogerror", {-0.999, 5}, {-1, -2}},
        {"reg:logistic", {0, 1}, {-1e-9, 1.01}},
        {"reg:gamma", {1e-9, 4}, {0, -1}},
        {"reg:tweedie", {0, 4}, {-1e-9, -1}},
        {"count:poisson", {0, 2.5}, {-1e-9, -1}},
        {"survival:aft", {0, 4}, {-1e-9, -1}},
        {"rank:ndcg", {0, 2.5}, {-1e-9, -1}},
        {"rank:map", {0, 1}, {0.5, 2}},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct objective *o = objective_named(cases[i].name);
        assert_non_null(o->domain_text);
        for (int j = 0; j < 2; j++) {
            assert_true(o->domain(cases[i].in[j]));
            assert_false(o->domain(cases[i].out[j]));
        }
    }
    assert_null(objective_named("reg:squarederror")->domain);
    assert_null(objective_named("survival:cox")->domain);
    assert_null(objective_named("rank:pairwise")->domain);
}

static void test_base_scores(void **state)
{
    static const struct {
        const char *name;
        double score, raw;
    } cases[] = {
        {"reg:squarederror", -3, -3},
        {"reg:quantileerror", 0.5, 0.5},
        {"binary:logistic", 0.25, -1.0986122886681098},
        {"binary:logistic", 1, 13.815509557935018},
        {"binary:logistic", 0, -13.815509557963774},
        {"binary:logistic", 1.5, NAN},
        {"reg:logistic", -0.1, NAN},
        {"binary:logitraw", 0.25, 0.25},
        {"multi:softprob", 0.5, 0.5},
        {"count:poisson", 2, 0.6931471805599453},
        {"reg:gamma", 0, NAN},
        {"reg:tweedie", -1, NAN},
        {"survival:cox", 0.5, -0.6931471805599453},
        {"survival:aft", 0.5, -0.6931471805599453},
        {"rank:ndcg", 0.5, 0.5},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_close(
            objective_named(cases[i].name)->base_of(cases[i].score), cases[i].raw, 1e-14, 0);
}

/* ---- quantiles ---- */

static double quantile_of(double level, bool rows_weigh)
{
    struct weighted items[] = {{7, 1}, {1, 1}, {4, 1}, {2, 1}};
    items[0].weight = rows_weigh ? 3 : 1;
    return objective_quantile(items, 4, rows_weigh, level);
}

static void test_quantiles(void **state)
{
    (void)state;
    assert_close(quantile_of(0, false), 1, 0, 0);
    assert_close(quantile_of(0.2, false), 1, 0, 0);
    assert_close(quantile_of(0.3, false), 1.5, 1e-15, 0);
    assert_close(quantile_of(0.5, false), 3, 1e-15, 0);
    assert_close(quantile_of(0.7, false), 5.5, 1e-15, 0);
    assert_close(quantile_of(0.8, false), 7, 1e-15, 0);
    assert_close(quantile_of(1, false), 7, 0, 0);
    assert_close(quantile_of(0.4, true), 4, 0, 0);
    assert_close(quantile_of(0.5, true), 4, 0, 0);
    assert_close(quantile_of(0.51, true), 7, 0, 0);
}

/* ---- what start() refuses ---- */

struct start {
    const char *name, *text;
    double y[4], upper[4], weight[4];
    int32_t group[4];
    bool linear_gain;
    int n_outputs;
    enum err_kind kind;
};

static void test_starts(void **state)
{
    static const struct start cases[] = {
        {"survival:aft", "row 2: the upper bound is 1", {1, 2, 0, 0}, {1, 1, 3, INFINITY}},
        {"survival:aft", "row 3: the upper bound is 0", {1, 2, 0, 0}, {1, 3, 0, INFINITY}},
        {"survival:aft", NULL, {1, 2, 0, 3}, {1, NAN, 3, INFINITY}},
        {"reg:tweedie", "the target is 0 in every row", {0, 0, 0, 1}, .weight = {1, 1, 1, 0}},
        {"count:poisson", NULL, {0, 0, 0, 1}, .weight = {1, 1, 1, 1}},
        {"rank:ndcg", "row 2: a relevance of 1.5", {1, 1.5, 0, 2}},
        {"rank:ndcg", "row 4: a relevance of 32", {1, 1, 0, 32}},
        {"rank:ndcg", NULL, {1, 1.5, 0, 32}, .linear_gain = true},
        {"rank:ndcg", NULL, {1, 1, 0, 31}, .group = {3, 3, 0, 0}},
        {"rank:pairwise", "row 4: the rows of a group", {1, 2, 0, 1}, .group = {1, 1, 2, 1}},
        {"rank:map", "first row weighs", {1, 1, 0, 1}, .weight = {0, 1, 1, 1}},
        {"reg:quantileerror", "which quantiles", {1, 2, 3, 4}, .n_outputs = -1, .kind = ERR_USAGE},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct start *c = &cases[i];
        struct err err = ERR_INIT;
        struct objective_opts opts = default_opts;
        opts.ndcg_exp_gain = !c->linear_gain;
        struct objective_rows rows = {.objective = objective_named(c->name),
            .opts = &opts,
            .n = 4,
            .n_outputs = 1 + c->n_outputs,
            .y = c->y,
            .upper = c->upper,
            .weight = c->weight[1] > 0 ? c->weight : NULL,
            .group = c->group};
        int ret = gradients_of(&rows, NULL, 0, NULL, NULL, &err);
        if (c->text)
            assert_err(ret, &err, c->kind ? c->kind : ERR_FAILED, c->text);
        else
            assert_ok(ret, &err);
    }
}

/* ---- many rows of everything ---- */

enum { MANY = 3000, WIDTH = 3 };

struct many {
    double y[MANY], upper[MANY], weight[MANY], raw[MANY * WIDTH];
    int32_t group[MANY];
    struct objective_opts opts;
    struct objective_rows rows;
};

/* Targets of any domain: 0, 1 and, of several classes, 2; groups of 1 to 40 rows. */
static void many_init(struct many *m, const struct objective *o, bool weighted)
{
    uint64_t x = 88172645463325252u;
    int32_t group = 0;

    m->opts = default_opts;
    m->opts.n_quantiles = WIDTH;
    m->opts.quantile[0] = 0.1;
    m->opts.quantile[1] = 0.6;
    m->opts.quantile[2] = 0.9;
    m->opts.lambdarank_unbiased = true;
    m->opts.lambdarank_num_pair = 4;
    m->rows = (struct objective_rows){.objective = o,
        .opts = &m->opts,
        .n = MANY,
        .n_outputs = o->n_classes == 3 || strcmp(o->name, "reg:quantileerror") == 0 ? WIDTH : 1,
        .y = m->y,
        .upper = m->upper,
        .weight = weighted ? m->weight : NULL,
        .group = m->group};
    for (int i = 0; i < MANY * WIDTH; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        m->raw[i] = (double)(int)(x % 4001) / 1000 - 2;
    }
    for (int i = 0; i < MANY; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        m->y[i] = (double)(x % (o->n_classes == 3 ? 3 : 2));
        m->y[i] += o->domain && !o->domain(0) ? 0.5 : 0;
        m->weight[i] = (double)(x / 8 % 4 + 1) / 2;
        m->upper[i] = x / 64 % 3 == 0 ? INFINITY : m->y[i] + (double)(x / 64 % 3) - (m->y[i] > 0);
        group += i > 0 && x / 256 % 20 == 0;
        m->group[i] = group;
    }
}

static void many_gradients(struct many *m, struct gradient *g)
{
    struct err err = ERR_INIT;
    memset(g, 0, sizeof *g * MANY * WIDTH);
    assert_ok(gradients_of(&m->rows, m->raw, 3, g, NULL, &err), &err);
}

static struct many many;
static struct gradient one_thread[MANY * WIDTH], threads[MANY * WIDTH];

static void check_threads(int method)
{
    struct err err = ERR_INIT;
    int n;
    const struct objective *const *all = objectives(&n);

    for (int i = 0; i < n; i++) {
        many_init(&many, all[i], true);
        many.opts.lambdarank_pair_method = method;
        many_gradients(&many, one_thread);
        for (int j = 0; j < MANY * many.rows.n_outputs; j++)
            assert_true(isfinite(one_thread[j].s) && one_thread[j].h >= 0);
        assert_ok(pool_start(8, &err), &err);
        many_gradients(&many, threads);
        pool_stop();
        assert_memory_equal(one_thread, threads, sizeof threads);
    }
}

static void test_threads(void **state)
{
    (void)state;
    check_threads(PAIRS_TOPK);
    check_threads(PAIRS_MEAN);
}

/* Rows are taken in blocks, whose ends do not show. */
static void test_blocks(void **state)
{
    int n;
    const struct objective *const *all = objectives(&n);
    (void)state;

    for (int i = 0; i < n; i++) {
        if (!all[i]->block || all[i]->round)
            continue;
        many_init(&many, all[i], true);
        many_gradients(&many, one_thread);
        for (int at = 500; at < 2100; at += 100) {
            struct objective_rows some = many.rows;
            some.n = 10;
            some.y += at;
            some.upper += at;
            some.weight += at;
            for (int k = 0; k < some.n_outputs; k++) {
                some.objective->gradients(
                    &some, many.raw + at * some.n_outputs, k, 0, some.n, threads);
                assert_memory_equal(
                    threads, one_thread + k * MANY + at, sizeof *threads * (size_t)some.n);
            }
        }
    }
}

/* ---- pairs at random ---- */

/* Of equal outputs each pair gives its rows h = 1/2, and each row has its pairs. */
static void test_pairs(void **state)
{
    double sum = 0, expected = 0;
    bool differ = false;
    (void)state;

    many_init(&many, objective_named("rank:pairwise"), false);
    memset(many.raw, 0, sizeof many.raw);
    many.opts.lambdarank_pair_method = PAIRS_MEAN;
    many.opts.lambdarank_unbiased = false;
    many_gradients(&many, one_thread);
    for (int i = 0; i < MANY; i++) {
        bool other = false;
        for (int j = 0; j < MANY; j++)
            other |= many.group[i] == many.group[j] && many.y[i] != many.y[j];
        expected += other;
        sum += one_thread[i].h;
        assert_true(!other || one_thread[i].h >= 0.5);
        assert_true(other || one_thread[i].h == 0);
    }
    assert_true(expected > MANY / 2);
    assert_close(sum, expected, 1e-12, 0);
    many_gradients(&many, threads);
    assert_memory_equal(threads, one_thread, sizeof threads);
    /* Groups that are alike draw apart. */
    for (int i = 0; i < MANY; i++) {
        many.y[i] = i % 3 == 0;
        many.group[i] = i / 30;
    }
    many_gradients(&many, one_thread);
    for (int i = 30; i < MANY; i++)
        differ |= one_thread[i].h != one_thread[i % 30].h;
    assert_true(differ);
    differ = false;
    many.opts.seed = 2;
    many_gradients(&many, threads);
    for (int i = 0; i < MANY; i++)
        differ |= threads[i].h != one_thread[i].h;
    assert_true(differ);
}

/* However far apart outputs are, H is no 0. */
static void test_far_pair(void **state)
{
    static const double y[2] = {0, 1}, raw[2] = {-60, 60};
    static const int32_t group[2] = {0, 0};
    struct gradient g[2];
    struct err err = ERR_INIT;
    struct objective_rows rows = {.objective = objective_named("rank:pairwise"),
        .opts = &default_opts,
        .n = 2,
        .n_outputs = 1,
        .y = y,
        .group = group};
    (void)state;

    assert_ok(gradients_of(&rows, raw, 1, g, NULL, &err), &err);
    assert_true(g[0].h > 0 && g[0].h < 1e-15 && g[1].h == g[0].h);
}

/* ---- memory ---- */

static int run_all(void *ctx, struct err *err)
{
    struct many *m = ctx;
    return gradients_of(&m->rows, m->raw, 2, one_thread, NULL, err);
}

static void test_faults(void **state)
{
    static const struct {
        const char *name;
        int allocations;
    } cases[] = {{"reg:absoluteerror", 1}, {"reg:quantileerror", 1}, {"multi:softmax", 1},
        {"multi:softprob", 1}, {"survival:cox", 5}, {"rank:pairwise", 10}, {"rank:map", 12},
        {"rank:ndcg", 12}};
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        many_init(&many, objective_named(cases[i].name), true);
        many.opts.lambdarank_pair_method = PAIRS_MEAN;
        many.rows.n = 100;
        assert_int_equal(FAULT_LOOP(run_all, &many), cases[i].allocations);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_choosing),
        cmocka_unit_test(test_domains), cmocka_unit_test(test_base_scores),
        cmocka_unit_test(test_quantiles), cmocka_unit_test(test_starts),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_blocks), cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_far_pair), cmocka_unit_test(test_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
