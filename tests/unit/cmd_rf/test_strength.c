/* test_strength.c -- strength, correlation and out-of-bag predictions by their definitions. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/stream/input.h"
#include "common/learner/bag.h"
#include "common/learner/oob.h"
#include "common/learner/strength.h"
#include "common/learner/tally.h"
#include "tests/unit/cmd_rf/grown.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 90, TREES = 40 };

/* What each tree says of the rows it has not seen, NAN of others. */
static void say(const struct grown *g, int n_trees, double said[][ROWS])
{
    struct bag bag;
    struct err err = ERR_INIT;

    assert_ok(bag_open(&bag, &rf_learner, &g->params, g->table, &err), &err);
    for (int round = 0; round < 2; round++) /* it starts again */
        while (bag_next(&bag, n_trees))
            for (int i = 0; i < bag.n; i++) {
                const struct forest *f = &g->fit.forest;
                struct tree t = forest_tree(f, bag.first + i);
                for (int64_t row = 0; row < ROWS; row++) {
                    uint32_t leaf = tree_leaf_in_table(&t, g->table, row);
                    const double *value = t.values + leaf * (uint32_t)f->n_outputs;
                    said[bag.first + i][row] = bag.draws[i][row] ? NAN
                                               : g->table->target.classes
                                                   ? leaf_vote(value, f->n_outputs)
                                                   : *value;
                }
            }
    bag_close(&bag);
}

static double weight_of(const struct grown *g, int row)
{
    return g->table->weight ? g->table->weight[row] : 1;
}

/* Expectation over rows of f[row], those with NAN left out. */
static double expected(const struct grown *g, const double f[ROWS])
{
    double sum = 0, all = 0;
    for (int row = 0; row < ROWS; row++)
        if (!isnan(f[row])) {
            sum += weight_of(g, row) * f[row];
            all += weight_of(g, row);
        }
    return sum / all;
}

/* The raw margin function of the paper, rmg = I(vote = y) - I(vote = j^): its mean over trees is
 * the margin, its standard deviation over rows a tree's sd. */
static void check_classes(int n_classes, bool weights, int n_trees)
{
    static double said[TREES][ROWS];
    struct grown g;
    struct bag bag;
    struct err err = ERR_INIT;
    struct strength s;
    double margin[ROWS], squares[ROWS], rmg[ROWS], rmg2[ROWS], sd = 0;
    int second[ROWS];

    grown_init(&g, ROWS, n_classes, n_trees, 4, 0, weights);
    say(&g, n_trees, said);
    for (int row = 0; row < ROWS; row++) {
        double votes[8] = {0}, all = 0;
        int y = (int)g.table->y[row];
        for (int i = 0; i < n_trees; i++)
            if (!isnan(said[i][row])) {
                votes[(int)said[i][row]]++;
                all++;
            }
        second[row] = -1;
        for (int k = 0; k < n_classes; k++)
            if (k != y && (second[row] < 0 || votes[k] > votes[second[row]]))
                second[row] = k;
        margin[row] = all > 0 ? (votes[y] - votes[second[row]]) / all : NAN;
        squares[row] = margin[row] * margin[row];
    }
    int counted = 0;
    for (int i = 0; i < n_trees; i++) {
        for (int row = 0; row < ROWS; row++) {
            int vote = isnan(said[i][row]) ? -1 : (int)said[i][row];
            rmg[row] = vote < 0 ? NAN : (vote == (int)g.table->y[row]) - (vote == second[row]);
            rmg2[row] = rmg[row] * rmg[row];
        }
        double mean = expected(&g, rmg), deviation = sqrt(expected(&g, rmg2) - mean * mean);
        sd += deviation;
        counted++;
    }
    sd /= counted;
    double strength = expected(&g, margin);
    double correlation = (expected(&g, squares) - strength * strength) / (sd * sd);

    assert_ok(bag_open(&bag, &rf_learner, &g.params, g.table, &err), &err);
    assert_true(bag_leaves_out(&bag));
    assert_ok(strength_measure(&s, &bag, &g.fit.forest, &err), &err);
    assert_true(s.classes);
    assert_close(s.strength, strength, 1e-12, 0);
    assert_close(s.correlation, correlation, 1e-12, 0);
    assert_close(s.c_s2, correlation / strength / strength, 1e-12, 0);
    bag_close(&bag);
    grown_release(&g);
}

static void test_classes(void **state)
{
    (void)state;
    check_classes(2, false, TREES);
    check_classes(3, false, TREES);
    check_classes(3, true, TREES);
    check_classes(3, false, 2); /* rows that no tree left out */
}

/* PE(forest) = E_theta E_theta' E (y - h)(y - h'), of trees that have not seen the row. */
static void test_values(void **state)
{
    static double said[TREES][ROWS];
    struct grown g;
    struct bag bag;
    struct err err = ERR_INIT;
    struct strength s;
    double off[ROWS], squares[ROWS], sd = 0, pe = 0;
    (void)state;

    grown_init(&g, ROWS, 0, TREES, 4, 0, true);
    say(&g, TREES, said);
    for (int row = 0; row < ROWS; row++) {
        double sum = 0, n = 0;
        for (int i = 0; i < TREES; i++)
            if (!isnan(said[i][row])) {
                sum += g.table->y[row] - said[i][row];
                n++;
            }
        off[row] = n > 0 ? sum / n * (sum / n) : NAN;
    }
    for (int i = 0; i < TREES; i++) {
        for (int row = 0; row < ROWS; row++)
            squares[row] = pow(g.table->y[row] - said[i][row], 2);
        pe += expected(&g, squares) / TREES;
        sd += sqrt(expected(&g, squares)) / TREES;
    }
    assert_ok(bag_open(&bag, &rf_learner, &g.params, g.table, &err), &err);
    assert_ok(strength_measure(&s, &bag, &g.fit.forest, &err), &err);
    assert_false(s.classes);
    assert_close(s.pe_forest, expected(&g, off), 1e-12, 0);
    assert_close(s.pe_tree, pe, 1e-12, 0);
    assert_close(s.correlation, expected(&g, off) / (sd * sd), 1e-12, 0);
    assert_true(s.pe_forest <= s.correlation * s.pe_tree + 1e-12); /* theorem 11.2 */
    bag_close(&bag);
    grown_release(&g);
}

/* What the frame tallied while growing is what is tallied afterwards. */
static void test_tally_afterwards(void **state)
{
    struct grown g;
    struct bag bag;
    struct err err = ERR_INIT;
    struct tally t;
    (void)state;

    grown_init(&g, ROWS, 3, TREES, 1, 0, true);
    assert_ok(bag_open(&bag, &rf_learner, &g.params, g.table, &err), &err);
    assert_ok(oob_tally(&t, &bag, &g.fit.forest, &err), &err);
    assert_all_close(t.linked, g.fit.oob.linked, (size_t)ROWS * 3, 0, 0);
    assert_memory_equal(t.n, g.fit.oob.n, ROWS * sizeof *t.n);
    tally_release(&t);
    bag_close(&bag);
    grown_release(&g);
}

static int all_once(void *ctx, struct err *err)
{
    const struct grown *g = ctx;
    struct bag bag = BAG_INIT;
    struct strength s;
    json_t *summary = json_object();
    int ret = -1;

    if (!summary)
        err_memory(err);
    else if (bag_open(&bag, &rf_learner, &g->params, g->table, err) == 0 &&
             strength_measure(&s, &bag, &g->fit.forest, err) == 0 &&
             oob_write(unit_path("oob.csv"), &bag, &g->fit.forest, NULL, err) == 0)
        ret = strength_summary(&s, summary) < 0 ? err_memory(err) : 0;
    json_decref(summary);
    bag_close(&bag);
    return ret;
}

static void test_without_memory(void **state)
{
    struct grown g;
    (void)state;
    for (int n_classes = 0; n_classes <= 3; n_classes += 3) {
        grown_init(&g, ROWS, n_classes, 3, 4, 0, false);
        FAULT_LOOP(all_once, &g);
        grown_release(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_tally_afterwards),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
