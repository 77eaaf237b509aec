/* test_order.c -- predictions that must not fall, or rise, with a column. */
#include <math.h>

#include "cmd/gbdt/loss.h"
#include "common/base/mem.h"
#include "tests/unit/cmd_gbdt/runs.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 400, GRID = 81, OTHERS = 60 };

/* How often the raw output goes down along a grid of a column, the others being those of some
 * rows, and how often up. */
static void count_steps(const struct fit *fit, const struct table *t, int col, int *down, int *up)
{
    double grid[GRID], raw[GRID];
    double *cell[SAMPLE_COLS], same[SAMPLE_COLS][GRID];

    *down = *up = 0;
    for (int i = 0; i < GRID; i++)
        grid[i] = -4 + 8.0 * i / (GRID - 1);
    for (int row = 0; row < OTHERS; row++) {
        for (int c = 0; c < SAMPLE_COLS; c++) {
            for (int i = 0; i < GRID; i++)
                same[c][i] = t->values[c][row];
            cell[c] = c == col ? grid : same[c];
        }
        forest_predict(&fit->forest, (columns_t)cell, 0, GRID, raw);
        for (int i = 1; i < GRID; i++) {
            *down += raw[i] < raw[i - 1];
            *up += raw[i] > raw[i - 1];
        }
    }
}

static struct table *noisy(int loss)
{
    bool classes = loss == LOSS_LOGISTIC || loss == LOSS_EXPONENTIAL;
    struct table *t = sample_table(ROWS, 6, classes ? 2 : 0, 8);
    for (int i = 0; i < ROWS; i++)
        t->y[i] = classes                ? (i * 7 % 10 < 3 ? 1 - t->y[i] : t->y[i])
                  : loss == LOSS_POISSON ? floor(exp(t->y[i] / 3)) + i * 7 % 3
                                         : t->y[i] + 2 * sin(i * 1.7);
    return t;
}

static void check(int loss, int64_t max_depth, bool weights)
{
    struct gbdt_params params = runs_defaults;
    struct table *t = noisy(loss);
    int down, up;

    params.loss = loss;
    params.learning_rate = 0.3;
    params.min_leaf = 3;
    params.max_depth = max_depth;
    if (weights) {
        t->weight = mem_alloc(ROWS, sizeof *t->weight);
        for (int i = 0; i < ROWS; i++)
            t->weight[i] = 1 + i % 4;
    }
    struct fit free_fit = run_whole(&params, t, 30);
    count_steps(&free_fit, t, 0, &down, &up);
    assert_true(down > 20 && up > 20);
    params.increasing = "many";
    params.decreasing = "few"; /* against what the rows say */
    struct fit fit = run_whole(&params, t, 30);
    count_steps(&fit, t, 0, &down, &up);
    assert_int_equal(down, 0);
    assert_true(up > 20);
    count_steps(&fit, t, 1, &down, &up);
    assert_int_equal(up, 0);
    fit_release(&free_fit);
    fit_release(&fit);
    sample_free(t);
}

static void test_order(void **state)
{
    (void)state;
    for (int loss = LOSS_SQUARED; loss <= LOSS_POISSON; loss++) {
        print_message("%s\n", loss_names[loss]);
        check(loss, 0, false);
        check(loss, 4, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
