/* test_forest.c -- forests through files: whole, and with every kind of damage that must be
 * refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/io/stream/output.h"
#include "common/tree/forest.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

/*
 * Two trees on the sample's columns.  Tree 0: number column 0 at 0.5; left a leaf, right category
 * column 2 with levels 1 and 3 left.  Tree 1: a leaf.
 */
static struct tree *hand_tree(int which)
{
    static const struct node nodes[] = {
        {1, 0},
        {0, NODE_LEAF},
        {3, NODE_CATEGORY | NODE_MISSING_LEFT | 0},
        {1, NODE_LEAF},
        {2, NODE_LEAF},
    };
    static const float stats[] = {3, 4, 1, 5, 1};
    static const double values[] = {10, 20, 30};
    static const uint64_t words[] = {2, 1, 1 << 0 | 1 << 2};
    struct tree *t = mem_zalloc(1, sizeof *t);
    assert_non_null(t);
    t->n_nodes = which ? 1 : 5;
    t->n_leaves = which ? 1 : 3;
    t->n_words = which ? 0 : 3;
    t->nodes = mem_copy(which ? nodes + 1 : nodes, t->n_nodes, sizeof *nodes);
    t->stats = mem_copy(which ? stats + 1 : stats, t->n_nodes, sizeof *stats);
    t->values = mem_copy(values, t->n_leaves, sizeof *values);
    t->words = mem_copy(words, t->n_words, sizeof *words);
    t->cuts = mem_zalloc(1, sizeof *t->cuts);
    assert_int_equal(cuts_push(t->cuts, 0, 0.5), 0);
    return t;
}

static void hand_forest(struct forest *f)
{
    struct err err = ERR_INIT;
    assert_ok(forest_init(f, FOREST_MEAN, 1, 1, &err), &err);
    f->base[0] = 100;
    for (int i = 0; i < 2; i++)
        assert_int_equal(forest_add(f, hand_tree(i)), 0);
    assert_int_equal(forest_settle(f), 0);
}

static const double missing = NAN;

static void test_prediction_by_hand(void **state)
{
    const double number[] = {0.5, 0.6, 0.6, 0.6, missing}, level[] = {0, 1, 2, missing, 3};
    const double *cols[SAMPLE_COLS] = {number, NULL, level, NULL};
    const double right[] = {100 + 10, 100 + 15, 100 + 20, 100 + 15, 100 + 15};
    double out[5];
    struct forest f;
    (void)state;
    hand_forest(&f);
    forest_predict(&f, cols, 0, 5, out);
    assert_all_close(out, right, 5, 0, 0);
    f.kind = FOREST_SUM;
    forest_predict(&f, cols, 1, 1, out);
    assert_close(out[0], 130, 0, 0);
    forest_release(&f);
}

/* A tree that asks for column 0 at 0.5 and says left or right. */
static struct tree *stump(double left, double right)
{
    struct tree *t = hand_tree(0);
    t->n_nodes = 3;
    t->n_leaves = 2;
    t->n_words = 0;
    t->nodes[2] = (struct node){1, NODE_LEAF};
    t->values[0] = left;
    t->values[1] = right;
    return t;
}

static void stumps(struct forest *f, enum forest_kind kind, int n_outputs, int n)
{
    struct err err = ERR_INIT;
    assert_ok(forest_init(f, kind, n_outputs, 1, &err), &err);
    for (int j = 0; j < n_outputs; j++)
        f->base[j] = 1000 * (j + 1);
    for (int i = 0; i < n; i++)
        assert_int_equal(forest_add(f, stump(1 << i, 7)), 0);
    assert_int_equal(forest_settle(f), 0);
}

/* Trees of one output each take turns; a mean is one over rounds. */
static void test_trees_of_one_output(void **state)
{
    const double number[] = {0, 1};
    const double *cols[SAMPLE_COLS] = {number};
    const double sums[] = {1000 + 1 + 8, 2000 + 2 + 16, 3000 + 4 + 32, 1014, 2014, 3014};
    const double means[] = {1000 + 4.5, 2000 + 9, 3000 + 18, 1007, 2007, 3007};
    struct forest f;
    double out[6];
    (void)state;
    stumps(&f, FOREST_SUM, 3, 6);
    assert_int_equal(forest_trees_per_round(&f), 3);
    assert_int_equal(forest_rounds(&f), 2);
    assert_int_equal(forest_tree_output(&f, 4), 1);
    forest_predict(&f, cols, 0, 2, out);
    assert_all_close(out, sums, 6, 0, 0);
    f.kind = FOREST_MEAN;
    forest_predict(&f, cols, 0, 2, out);
    assert_all_close(out, means, 6, 0, 0);
    forest_release(&f);
}

/* Values of the left leaves are 1, 2, 4, 8; those of the right ones are the same. */
static void test_median_by_hand(void **state)
{
    static const struct {
        double weight[4], right;
    } cases[] = {
        {{1, 1, 1, 1}, 2}, /* the lower of two */
        {{1, 1, 1, 2}, 4},
        {{1, 1, 1, 3}, 4}, /* right on half of the total */
        {{1, 1, 1, 3.5}, 8},
        {{9, 1, 1, 1}, 1},
        {{0.1, 0.2, 0.3, 0.1}, 4},
    };
    const double number[] = {0, 1};
    const double *cols[SAMPLE_COLS] = {number};
    struct forest f;
    double out[2];
    (void)state;
    stumps(&f, FOREST_MEDIAN, 1, 4);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* in any order of the votes */
        struct tree_vote votes[] = {{8, 3}, {2, 1}, {1, 0}, {4, 2}};
        for (int j = 0; j < 4; j++)
            forest_weigh(&f, j, cases[i].weight[j]);
        forest_predict(&f, cols, 0, 2, out);
        assert_close(out[0], 1000 + cases[i].right, 0, 0);
        assert_close(out[1], 1007, 0, 0);
        assert_close(forest_median(&f, votes, 4), 1000 + cases[i].right, 0, 0);
    }
    assert_close(forest_median(&f, NULL, 0), 1000, 0, 0);
    forest_release(&f);
}

/* ---- through a file, with a change to the arrays on the way ---- */

/* The arrays of a hand_forest(). */
struct arrays {
    struct forest *f;
    uint32_t *tree_nodes;
};
typedef void change_fn(struct arrays *p);

/* Writes the forest, which it releases, with the change made; reads it back into *back. */
static int round_trip_of(struct forest f, change_fn *change, struct forest *back, struct err *err)
{
    struct table *t = sample_table(1, 6, 2, 1);
    struct arrays pack = {&f, NULL};
    struct output out = OUTPUT_INIT;
    struct st_file *st = NULL;
    struct input *in = NULL;
    const char *path = unit_path("forest.st");
    struct st_writer *w = st_writer_new(err);

    assert_non_null(w);
    assert_ok(forest_pack(&f, &pack.tree_nodes, w, err), err);
    assert_ok(forest_pack_unscaled(&f, w, err), err);
    if (change)
        change(&pack);
    assert_ok(output_open(&out, path, OUTPUT_BINARY, err), err);
    assert_ok(st_write(w, &out, err), err);
    assert_ok(output_close(&out, err), err);
    in = input_open(path, err);
    assert_non_null(in);
    st = st_read(in, err);
    assert_non_null(st);
    assert_ok(forest_init(back, f.kind, f.n_outputs, f.leaf_width, err), err);
    int ret = forest_unpack(back, st, &t->schema, true, err);
    st_free(st);
    input_close(in);
    st_writer_free(w);
    mem_free(pack.tree_nodes);
    forest_release(&f);
    sample_free(t);
    return ret;
}

static int round_trip(change_fn *change, struct forest *back, struct err *err)
{
    struct forest f;
    hand_forest(&f);
    return round_trip_of(f, change, back, err);
}

static void test_round_trip(void **state)
{
    struct forest f, back;
    struct err err = ERR_INIT;
    (void)state;
    assert_ok(round_trip(NULL, &back, &err), &err);
    hand_forest(&f);
    assert_int_equal(back.n_trees, 2);
    assert_close(back.base[0], 100, 0, 0);
    for (int i = 0; i < 2; i++) {
        struct tree a = forest_tree(&f, i), b = forest_tree(&back, i);
        assert_same_tree(&a, &b);
        assert_all_close(b.values, a.values, a.n_leaves, 0, 0);
    }
    forest_release(&f);
    forest_release(&back);
}

static void cycle(struct arrays *p)
{
    p->f->nodes[2].child = 0;
}
static void child_out_of_range(struct arrays *p)
{
    p->f->nodes[2].child = 4;
}
static void child_far_out_of_range(struct arrays *p)
{
    p->f->nodes[0].child = UINT32_MAX;
}
static void shared_child(struct arrays *p)
{
    p->f->nodes[0].child = 3;
}
static void column_out_of_range(struct arrays *p)
{
    p->f->cuts.column[0] = SAMPLE_COLS;
}
static void wrong_kind(struct arrays *p)
{
    p->f->cuts.column[0] = 2;
}
static void nan_threshold(struct arrays *p)
{
    p->f->cuts.threshold[0] = NAN;
}
static void cut_out_of_range(struct arrays *p)
{
    p->f->nodes[0].test = 1;
}
static void set_of_a_number(struct arrays *p)
{
    p->f->words[0] = 1;
}
static void nan_stat(struct arrays *p)
{
    p->f->stats[2] = NAN;
}
static void set_out_of_range(struct arrays *p)
{
    p->f->nodes[2].test |= 2;
}
static void leaf_out_of_range(struct arrays *p)
{
    p->f->nodes[1].child = 3;
}
static void leaf_twice(struct arrays *p)
{
    p->f->nodes[1].child = 1;
}
static void nan_leaf(struct arrays *p)
{
    p->f->values[1] = NAN;
}
static void no_nodes(struct arrays *p)
{
    p->tree_nodes[0] = 0;
}
static void too_many_nodes(struct arrays *p)
{
    p->tree_nodes[1] = 1000;
}
static void nodes_left_over(struct arrays *p)
{
    p->tree_nodes[0] = 1;
    p->f->nodes[0] = (struct node){0, NODE_LEAF};
}

static void test_weights_and_rounds(void **state)
{
    static const double wrong[] = {0, -1, NAN, INFINITY};
    struct forest f, back;
    struct err err = ERR_INIT;
    (void)state;
    stumps(&f, FOREST_MEDIAN, 1, 3);
    forest_weigh(&f, 1, 0.25);
    assert_ok(round_trip_of(f, NULL, &back, &err), &err);
    assert_int_equal(back.n_trees, 3);
    assert_all_close(back.tree_weight, ((double[]){1, 0.25, 1}), 3, 0, 0);
    /* more trees, as a training that goes on adds them */
    for (int i = 0; i < 20; i++)
        assert_int_equal(forest_add(&back, stump(1, 2)), 0);
    assert_close(back.tree_weight[1], 0.25, 0, 0);
    assert_close(back.tree_weight[22], 1, 0, 0);
    forest_release(&back);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        stumps(&f, FOREST_MEDIAN, 1, 3);
        forest_weigh(&f, 2, wrong[i]);
        assert_err(round_trip_of(f, NULL, &back, &err), &err, ERR_FAILED,
            "corrupt model: tree 2 has a weight that is not above 0 and finite");
    }
    stumps(&f, FOREST_SUM, 3, 6);
    assert_ok(round_trip_of(f, NULL, &back, &err), &err);
    assert_int_equal(forest_rounds(&back), 2);
    forest_release(&back);
    stumps(&f, FOREST_SUM, 3, 5);
    assert_err(round_trip_of(f, NULL, &back, &err), &err, ERR_FAILED,
        "corrupt model: its 5 trees are no whole rounds of 3");
}

static void nan_unscaled(struct arrays *p)
{
    p->f->unscaled[1] = NAN;
}

/* Leaves that are scaled, time and again, are always those that grew times a weight, also after a
 * file and beside trees that come later. */
static void test_scaling(void **state)
{
    struct forest f, back;
    struct err err = ERR_INIT;
    (void)state;

    stumps(&f, FOREST_SUM, 1, 3);
    size_t n = f.place[3].leaf;
    double *grown = mem_copy(f.values, n, sizeof *grown);
    assert_non_null(grown);
    assert_int_equal(forest_keep_unscaled(&f), 0);
    forest_scale(&f, 1, 0.1);
    forest_scale(&f, 1, 0.7);
    assert_ok(round_trip_of(f, NULL, &back, &err), &err);
    assert_int_equal(forest_keep_unscaled(&back), 0);
    assert_int_equal(forest_add(&back, stump(1, 2)), 0);
    assert_memory_equal(back.unscaled, grown, n * sizeof *grown);
    assert_true(back.unscaled[n] == back.values[n]);
    for (size_t i = 0; i < n; i++) {
        bool scaled = i >= back.place[1].leaf && i < back.place[2].leaf;
        assert_true(back.values[i] == (scaled ? grown[i] * 0.7 : grown[i]));
    }
    forest_scale(&back, 1, 1);
    assert_memory_equal(back.values, grown, n * sizeof *grown);
    forest_release(&back);

    stumps(&f, FOREST_SUM, 1, 3);
    assert_int_equal(forest_keep_unscaled(&f), 0);
    assert_err(round_trip_of(f, nan_unscaled, &back, &err), &err, ERR_FAILED,
        "corrupt model: an unscaled value of a leaf is not finite");
    mem_free(grown);
}

static void test_damage_is_refused(void **state)
{
    static const struct {
        change_fn *change;
        const char *message;
    } cases[] = {
        {cycle, "child out of range"},
        {child_out_of_range, "child out of range"},
        {child_far_out_of_range, "child out of range"},
        {shared_child, "shares a child"},
        {column_out_of_range, "column that does not exist"},
        {wrong_kind, "a threshold for a category"},
        {cut_out_of_range, "threshold out of range"},
        {set_of_a_number, "set of levels out of range"},
        {nan_stat, "gain or cover that is not finite"},
        {nan_threshold, "threshold that is not a number"},
        {set_out_of_range, "set of levels out of range"},
        {leaf_out_of_range, "leaf number out of range"},
        {leaf_twice, "leaf number out of range or used twice"},
        {nan_leaf, "leaf value that is not finite"},
        {no_nodes, "has 0 nodes"},
        {too_many_nodes, "has 1000 nodes"},
        {nodes_left_over, "corrupt model"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct forest back;
        struct err err = ERR_INIT;
        assert_err(round_trip(cases[i].change, &back, &err), &err, ERR_FAILED, cases[i].message);
    }
}

/* The trees that are left say what they said. */
static void test_beheading(void **state)
{
    struct table *t = sample_table(40, 300, 3, 1);
    columns_t cols = (columns_t)t->values;

    (void)state;
    for (int median = 0; median < 2; median++) {
        struct tree_model all, some;
        random_model(&all, t, 9, median ? FOREST_MEDIAN : FOREST_SUM, 1, 1);
        random_model(&some, t, 9, median ? FOREST_MEDIAN : FOREST_SUM, 1, 1);
        forest_behead(&some.forest, 4);
        assert_int_equal(forest_settle(&some.forest), 0);
        assert_int_equal(some.forest.n_trees, 5);
        for (int i = 0; i < 5; i++) {
            struct tree was = forest_tree(&all.forest, i + 4), is = forest_tree(&some.forest, i);
            assert_int_equal(is.n_leaves, was.n_leaves);
            assert_memory_equal(is.stats, was.stats, is.n_nodes * sizeof *is.stats);
            if (median)
                assert_close(some.forest.tree_weight[i], all.forest.tree_weight[i + 4], 0, 0);
            for (int64_t row = 0; row < t->n_rows; row++)
                assert_close(is.values[tree_leaf(&is, cols, row)],
                    was.values[tree_leaf(&was, cols, row)], 0, 0);
        }
        tree_model_release(&all);
        tree_model_release(&some);
    }
    sample_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prediction_by_hand),
        cmocka_unit_test(test_trees_of_one_output),
        cmocka_unit_test(test_median_by_hand),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_weights_and_rounds),
        cmocka_unit_test(test_beheading),
        cmocka_unit_test(test_scaling),
        cmocka_unit_test(test_damage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
