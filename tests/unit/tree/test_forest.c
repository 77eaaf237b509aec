/* test_forest.c -- forests through files: whole, and with every kind of damage that must be
 * refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/io/stream/output.h"
#include "common/tree/forest.h"
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

/* ---- through a file, with a change to the arrays on the way ---- */

/* The arrays of a hand_forest(). */
struct arrays {
    struct forest *f;
    uint32_t *tree_nodes;
};
typedef void change_fn(struct arrays *p);

/* Writes the forest with the change made; reads it back into *back. */
static int round_trip(change_fn *change, struct forest *back, struct err *err)
{
    struct table *t = sample_table(1, 6, 2, 1);
    struct forest f;
    struct arrays pack = {&f, NULL};
    struct output out = OUTPUT_INIT;
    struct st_file *st = NULL;
    struct input *in = NULL;
    const char *path = unit_path("forest.st");
    struct st_writer *w = st_writer_new(err);

    hand_forest(&f);
    assert_non_null(w);
    assert_ok(forest_pack(&f, &pack.tree_nodes, w, err), err);
    if (change)
        change(&pack);
    assert_ok(output_open(&out, path, OUTPUT_BINARY, err), err);
    assert_ok(st_write(w, &out, err), err);
    assert_ok(output_close(&out, err), err);
    in = input_open(path, err);
    assert_non_null(in);
    st = st_read(in, err);
    assert_non_null(st);
    assert_ok(forest_init(back, FOREST_MEAN, 1, 1, err), err);
    int ret = forest_unpack(back, st, &t->schema, true, err);
    st_free(st);
    input_close(in);
    st_writer_free(w);
    mem_free(pack.tree_nodes);
    forest_release(&f);
    sample_free(t);
    return ret;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prediction_by_hand),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
