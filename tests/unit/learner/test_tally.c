/* test_tally.c -- what rows have been given adds up to what the forest predicts. */
#include <math.h>

#include "common/base/mem.h"
#include "common/learner/tally.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 700, TREES = 9 };

struct made {
    struct tree_model m;
    struct table *rows;
};

static void made_init(struct made *made, enum forest_kind kind, int n_classes, int n_outputs)
{
    made->rows = sample_table(ROWS, 9, n_classes, 3);
    random_model(&made->m, made->rows, TREES, kind, n_outputs, 1);
    made->m.forest.link = n_outputs > 1 ? LINK_SOFTMAX : LINK_IDENTITY;
}

static void made_release(struct made *made)
{
    tree_model_release(&made->m);
    sample_free(made->rows);
}

/* The tally's predictions are those of the first n trees. */
static void same(struct tally *t, struct made *made, int n)
{
    struct forest first = made->m.forest;
    int k = first.n_outputs, width = prediction_width(&made->rows->target);
    double *raw = mem_alloc(ROWS, (size_t)k * sizeof *raw), right[3];
    struct err err = ERR_INIT;

    forest_truncate(&first, n);
    forest_predict(&first, (columns_t)made->rows->values, 0, ROWS, raw);
    assert_ok(tally_measure(t, &made->m.forest, NULL, 0, NULL, &err), &err);
    for (int row = 0; row < ROWS; row++) {
        prediction_link(&made->m.target, &first, raw + row * k, right);
        assert_all_close(t->linked + row * width, right, (size_t)width, 0, 0);
    }
    mem_free(raw);
}

/* Trees in several goes, measured in between, and afresh. */
static void test_trees_add_up(void **state)
{
    static const struct {
        enum forest_kind kind;
        int n_classes, n_outputs;
    } cases[] = {
        {FOREST_SUM, 3, 3}, {FOREST_MEAN, 3, 3}, {FOREST_SUM, 0, 1}, {FOREST_MEDIAN, 0, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made made;
        struct tally t;
        struct err err = ERR_INIT;
        made_init(&made, cases[i].kind, cases[i].n_classes, cases[i].n_outputs);
        const struct forest *f = &made.m.forest;
        assert_ok(tally_init(&t, made.rows, f, false, &err), &err);
        for (int n = 0; n < TREES; n += 3) {
            assert_ok(tally_add(&t, f, n, n + 3, NULL, NULL, NULL, &err), &err);
            same(&t, &made, n + 3);
        }
        tally_clear(&t, f);
        assert_ok(tally_add(&t, f, 0, 6, NULL, NULL, NULL, &err), &err);
        same(&t, &made, 6);
        tally_release(&t);
        made_release(&made);
    }
}

/* A median is that of the trees that the row was not drawn for. */
static void test_out_of_bag_median(void **state)
{
    struct made made;
    struct tally t;
    struct err err = ERR_INIT;
    uint16_t *draws[TREES];
    double value[ROWS];

    (void)state;
    made_init(&made, FOREST_MEDIAN, 0, 1);
    const struct forest *f = &made.m.forest;
    for (int i = 0; i < TREES; i++) {
        draws[i] = mem_zalloc(ROWS, sizeof *draws[i]);
        for (int row = 0; row < ROWS; row++)
            draws[i][row] = row % 5 == 4 || (row + i) % 3 == 0;
    }
    assert_ok(tally_init(&t, made.rows, f, true, &err), &err);
    assert_ok(tally_add(&t, f, 0, TREES, draws, NULL, NULL, &err), &err);
    assert_ok(tally_measure(&t, f, NULL, 0, NULL, &err), &err);
    for (int row = 0; row < ROWS; row++) {
        struct tree_vote votes[TREES];
        int n = 0;
        for (int i = 0; i < TREES; i++) {
            struct tree tree = forest_tree(f, i);
            if (!draws[i][row])
                votes[n++] = (struct tree_vote){
                    tree.values[tree_leaf(&tree, (columns_t)made.rows->values, row)], i};
        }
        assert_int_equal(t.n[row], row % 5 == 4 ? 0 : 6);
        assert_close(t.weight[row], row % 5 == 4 ? 0 : 1, 0, 0);
        value[row] = forest_median(f, votes, n);
    }
    assert_all_close(t.linked, value, ROWS, 0, 0);
    for (int i = 0; i < TREES; i++)
        mem_free(draws[i]);
    tally_release(&t);
    made_release(&made);
}

static int tally_once(void *ctx, struct err *err)
{
    struct made *made = ctx;
    struct tally t;
    int ret = tally_init(&t, made->rows, &made->m.forest, true, err);

    if (ret == 0)
        ret = tally_add(&t, &made->m.forest, 0, TREES, NULL, NULL, NULL, err);
    if (ret == 0)
        ret = tally_measure(&t, &made->m.forest, NULL, 0, NULL, err);
    tally_release(&t);
    return ret;
}

static void test_without_memory(void **state)
{
    struct made made;
    (void)state;
    made_init(&made, FOREST_MEDIAN, 0, 1);
    FAULT_LOOP(tally_once, &made);
    made_release(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees_add_up),
        cmocka_unit_test(test_out_of_bag_median),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
