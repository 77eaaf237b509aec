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
        {.column = 0, .threshold = 0.5, .child = 1, .gain = 3, .cover = 10},
        {.column = -1, .child = 0, .cover = 4},
        {.column = 2,
            .child = 3,
            .flags = NODE_CATEGORY | NODE_MISSING_LEFT,
            .gain = 1,
            .cover = 6},
        {.column = -1, .child = 1, .cover = 5},
        {.column = -1, .child = 2, .cover = 1},
    };
    static const double values[] = {10, 20, 30};
    static const uint64_t words[] = {1, 1 << 0 | 1 << 2};
    struct tree *t = mem_zalloc(1, sizeof *t);
    assert_non_null(t);
    t->n_nodes = which ? 1 : 5;
    t->n_leaves = which ? 1 : 3;
    t->n_words = which ? 0 : 2;
    t->nodes = mem_copy(which ? nodes + 1 : nodes, t->n_nodes, sizeof *nodes);
    t->values = mem_copy(values, t->n_leaves, sizeof *values);
    t->words = mem_copy(words, t->n_words, sizeof *words);
    return t;
}

static void hand_forest(struct forest *f)
{
    struct err err = ERR_INIT;
    assert_ok(forest_init(f, 1, true, &err), &err);
    f->base[0] = 100;
    for (int i = 0; i < 2; i++)
        assert_int_equal(forest_add(f, hand_tree(i)), 0);
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
    f.average = false;
    forest_predict(&f, cols, 1, 1, out);
    assert_close(out[0], 130, 0, 0);
    forest_release(&f);
}

/* ---- through a file, with a change to the arrays on the way ---- */

typedef void change_fn(struct forest_pack *p);

/* Writes the forest with the change made; reads it back into *back. */
static int round_trip(change_fn *change, struct forest *back, struct err *err)
{
    struct table *t = sample_table(1, 6, 2, 1);
    struct forest f;
    struct forest_pack pack;
    struct output out = OUTPUT_INIT;
    struct st_file *st = NULL;
    struct input *in = NULL;
    const char *path = unit_path("forest.st");
    struct st_writer *w = st_writer_new(err);

    hand_forest(&f);
    assert_non_null(w);
    assert_ok(forest_pack(&pack, &f, w, err), err);
    if (change)
        change(&pack);
    assert_ok(output_open(&out, path, OUTPUT_BINARY, err), err);
    assert_ok(st_write(w, &out, err), err);
    assert_ok(output_close(&out, err), err);
    in = input_open(path, err);
    assert_non_null(in);
    st = st_read(in, err);
    assert_non_null(st);
    int ret = forest_unpack(back, st, &t->schema, 1, true, err);
    st_free(st);
    input_close(in);
    st_writer_free(w);
    forest_pack_release(&pack);
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
        const struct tree *a = f.trees[i], *b = back.trees[i];
        assert_int_equal(a->n_nodes, b->n_nodes);
        assert_int_equal(a->n_leaves, b->n_leaves);
        assert_int_equal(a->n_words, b->n_words);
        for (uint32_t j = 0; j < a->n_nodes; j++) {
            assert_int_equal(a->nodes[j].column, b->nodes[j].column);
            assert_int_equal(a->nodes[j].child, b->nodes[j].child);
            assert_int_equal(a->nodes[j].flags, b->nodes[j].flags);
            assert_true(a->nodes[j].threshold == b->nodes[j].threshold);
            assert_true(
                a->nodes[j].gain == b->nodes[j].gain && a->nodes[j].cover == b->nodes[j].cover);
        }
        assert_all_close(b->values, a->values, a->n_leaves, 0, 0);
    }
    assert_true(back.trees[0]->words[1] == (1 << 0 | 1 << 2));
    forest_release(&f);
    forest_release(&back);
}

static void cycle(struct forest_pack *p)
{
    p->child[2] = 0;
}
static void child_out_of_range(struct forest_pack *p)
{
    p->child[2] = 4;
}
static void child_far_out_of_range(struct forest_pack *p)
{
    p->child[0] = UINT32_MAX;
}
static void shared_child(struct forest_pack *p)
{
    p->child[0] = 3;
}
static void column_out_of_range(struct forest_pack *p)
{
    p->column[0] = SAMPLE_COLS;
}
static void wrong_kind(struct forest_pack *p)
{
    p->flags[0] = NODE_CATEGORY;
}
static void nan_threshold(struct forest_pack *p)
{
    p->threshold[0] = NAN;
}
static void set_out_of_range(struct forest_pack *p)
{
    p->set[2] = 1;
}
static void leaf_out_of_range(struct forest_pack *p)
{
    p->child[1] = 3;
}
static void leaf_twice(struct forest_pack *p)
{
    p->child[1] = 1;
}
static void nan_leaf(struct forest_pack *p)
{
    p->values[1] = NAN;
}
static void no_nodes(struct forest_pack *p)
{
    p->tree_nodes[0] = 0;
}
static void too_many_nodes(struct forest_pack *p)
{
    p->tree_nodes[1] = 1000;
}
static void nodes_left_over(struct forest_pack *p)
{
    p->tree_nodes[0] = 1;
    p->column[0] = -1;
    p->child[0] = 0;
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
        {wrong_kind, "wrong kind of split"},
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
