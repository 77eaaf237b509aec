/* test_objective_gold.c -- gradients, Hessians and base scores against XGBoost's own. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "tests/gold/xgb_objective_gold.h"
#include "tests/unit/cmd_xgb/rows.h"

/* XGBoost's are float32, and sums of a few.  Of sums that are next to nothing by chance only the
 * numbers they are of count, which are of this size. */
#define CLOSE_ENOUGH 3e-6

static void check(const char *what, const struct objective_gold *gold, const double *mine,
    const double *wanted, int n)
{
    double size = 0;
    for (int i = 0; i < n; i++)
        size = fmax(size, fabs(wanted[i]));
    size = strcmp(what, "base") == 0 ? 1 : fmin(size, 1);
    for (int i = 0; i < n; i++)
        if (!(fabs(mine[i] - wanted[i]) <= CLOSE_ENOUGH * (fabs(wanted[i]) + size)))
            fail_msg("%s: %s[%d] is %.9g, not %.9g", gold->name, what, i, mine[i], wanted[i]);
}

/* Every row gets what its likes have together. */
static void add_likes(const struct objective_gold *gold, double *value)
{
    double sum[GOLD_ROWS] = {0};
    for (int i = 0; i < gold->n; i++)
        for (int j = 0; j < gold->n; j++)
            if (gold->group[i] == gold->group[j] && gold->y[i] == gold->y[j])
                sum[i] += value[j];
    memcpy(value, sum, sizeof sum);
}

static void check_gold(const struct objective_gold *gold)
{
    struct err err = ERR_INIT;
    struct gradient g[GOLD_ROWS * GOLD_OUTPUTS];
    double base[GOLD_OUTPUTS], s[GOLD_ROWS * GOLD_OUTPUTS], h[GOLD_ROWS * GOLD_OUTPUTS];
    double wanted_s[GOLD_ROWS * GOLD_OUTPUTS], wanted_h[GOLD_ROWS * GOLD_OUTPUTS];
    struct objective_rows rows = {.objective = objective_named(gold->objective),
        .opts = &gold->opts,
        .n = gold->n,
        .n_outputs = gold->n_outputs,
        .y = gold->y,
        .upper = gold->bounded ? gold->upper : NULL,
        .weight = gold->weight[0] < 0 ? NULL : gold->weight,
        .group = gold->grouped ? gold->group : NULL};

    assert_ok(gradients_of(&rows, gold->raw, gold->rounds, g, base, &err), &err);
    for (int i = 0; i < gold->n; i++)
        for (int k = 0; k < gold->n_outputs; k++) {
            s[i * gold->n_outputs + k] = g[k * gold->n + i].s;
            h[i * gold->n_outputs + k] = g[k * gold->n + i].h;
        }
    memcpy(wanted_s, gold->s, sizeof wanted_s);
    memcpy(wanted_h, gold->h, sizeof wanted_h);
    if (gold->sums) {
        add_likes(gold, s);
        add_likes(gold, h);
        add_likes(gold, wanted_s);
        add_likes(gold, wanted_h);
    }
    check("s", gold, s, wanted_s, gold->n * gold->n_outputs);
    check("h", gold, h, wanted_h, gold->n * gold->n_outputs);
    check("base", gold, base, gold->base, gold->n_outputs);
}

static void test_gold(void **state)
{
    (void)state;
    for (int i = 0; i < N_GOLDS; i++)
        check_gold(&objective_golds[i]);
}

/* Every objective is there. */
static void test_all_there(void **state)
{
    int n;
    const struct objective *const *all = objectives(&n);
    (void)state;

    for (int i = 0; i < n; i++) {
        bool there = false;
        for (int j = 0; j < N_GOLDS; j++)
            there |= strcmp(objective_golds[j].objective, all[i]->name) == 0;
        if (!there)
            fail_msg("%s has no gold", all[i]->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gold), cmocka_unit_test(test_all_there)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
