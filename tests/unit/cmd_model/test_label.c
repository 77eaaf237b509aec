/* test_label.c -- texts of cuts, sets and leaves; lists of trees; escapes for Graphviz. */
#include <math.h>
#include <string.h>

#include "cmd/model/draw.h"
#include "cmd/model/label.h"
#include "cmd/model/treelist.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/tree/levelset.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

static const struct label_style exact = {0, 0};

/* ---- sets ---- */

static void check_set(const uint32_t *level, uint32_t n)
{
    uint64_t *set = mem_zalloc(levelset_size(level, n), sizeof *set);
    struct set_walk walk = {.set = set};
    uint32_t found;

    levelset_write(set, level, n);
    assert_int_equal(set_count(set), n);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(set_next(&walk, &found));
        assert_int_equal(found, level[i]);
    }
    assert_false(set_next(&walk, &found));
    mem_free(set);
}

static void test_sets(void **state)
{
    const uint32_t far[] = {3, 100000, 1000001}, edge[] = {63, 64, 127, 128}, one[] = {640};
    uint32_t level[2000], n;
    struct rng r;

    (void)state;
    check_set(far, 3); /* a list */
    check_set(edge, 4);
    check_set(one, 1);
    for (uint64_t i = 0; i < 50; i++) {
        rng_init(&r, 1, RNG_DATA, 0, i);
        n = 0;
        for (uint32_t j = 0; j < 2000; j++)
            if (rng_below(&r, i + 1) == 0)
                level[n++] = j + (uint32_t)i * 100;
        check_set(level, n);
    }
}

/* ---- cuts ---- */

/* A node of one cut on the column of a schema of one. */
static void check_cut(struct col_spec column, double threshold, const uint32_t *level, uint32_t n,
    struct label_style style, const char *right)
{
    struct schema s = {.n_cols = 1, .cols = &column};
    uint64_t words[16] = {0};
    struct node node = {1, n ? NODE_CATEGORY : 0};
    struct cuts cuts = CUTS_INIT;
    struct tree t = {.words = words, .cuts = &cuts};
    struct buf out = BUF_INIT;

    assert_int_equal(cuts_push(&cuts, 0, threshold), 0);
    if (n)
        levelset_write(words + 1, level, n);
    assert_int_equal(label_cut(&out, &s, &t, &node, style), 0);
    assert_string_equal(out.data, right);
    buf_release(&out);
    cuts_release(&cuts);
}

static void test_cuts(void **state)
{
    struct dict *d = dict_new();
    const char *const levels[] = {"Bonn", "Ulm", "a\nb", "\033[2J", "\xe2\x80\xae", "\xc3\xa9"};
    const uint32_t two[] = {0, 1}, odd[] = {2, 3, 4, 5}, one[] = {1};
    struct col_spec number = {.name = (char[]){"age\t"}, .kind = COL_NUMBER};
    struct col_spec date = {.name = (char[]){"when"}, .kind = COL_DATE};
    struct col_spec city = {.name = (char[]){"city"}, .kind = COL_CATEGORY, .dict = d};

    (void)state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(dict_add(d, levels[i], strlen(levels[i])), i);
    check_cut(number, 0.1, NULL, 0, exact, "age\\t <= 0.1");
    check_cut(number, 1.0 / 3, NULL, 0, (struct label_style){3, 0}, "age\\t <= 0.333");
    check_cut(number, INFINITY, NULL, 0, exact, "age\\t is not missing");
    check_cut(number, -INFINITY, NULL, 0, exact, "age\\t <= -inf");
    check_cut(date, 1709202600, NULL, 0, exact, "when <= 2024-02-29T10:30:00Z");
    check_cut(date, -86400, NULL, 0, exact, "when <= 1969-12-31");
    check_cut(date, 0.5, NULL, 0, exact, "when <= 0.5");
    check_cut(date, -62135596800 - 86400, NULL, 0, exact, "when <= 0000-12-31");
    check_cut(date, 1e18, NULL, 0, exact, "when <= 1e18");
    check_cut(date, -1e11, NULL, 0, exact, "when <= -100000000000");
    check_cut(date, INFINITY, NULL, 0, exact, "when is not missing");
    check_cut(city, 0, one, 1, exact, "city = Ulm");
    check_cut(city, 0, two, 2, exact, "city in {Bonn, Ulm}");
    check_cut(city, 0, odd, 4, exact, "city in {a\\nb, \\x1b[2J, \\xe2\\x80\\xae, \xc3\xa9}");
    check_cut(city, 0, odd, 4, (struct label_style){0, 2}, "city in {a\\nb, \\x1b[2J, 2 more}");
    check_cut(city, 0, odd, 4, (struct label_style){0, 3},
        "city in {a\\nb, \\x1b[2J, \\xe2\\x80\\xae, \xc3\xa9}"); /* the last is no longer */
    dict_free(d);
}

/* node_yes() and node_missing_yes() agree with where rows go. */
static void test_branches(void **state)
{
    static const uint64_t words[] = {0, 1, 1 << 1};
    struct cuts cuts = CUTS_INIT;
    struct tree t = {.words = (uint64_t *)words, .cuts = &cuts};

    (void)state;
    assert_int_equal(cuts_push(&cuts, 0, 1), 0);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t category = i & 1 ? NODE_CATEGORY : 0, missing = i & 2 ? NODE_MISSING_LEFT : 0;
        struct node node = {5, category | missing};
        /* 1 is in the set, and not above the threshold */
        assert_int_equal(node_yes(&node), 5 + !node_goes_left(&t, &node, 1));
        assert_int_equal(node_no(&node), 5 + !node_goes_left(&t, &node, 2));
        assert_int_equal(node_missing_yes(&node) ? node_yes(&node) : node_no(&node),
            5 + !node_goes_left(&t, &node, NAN));
    }
    cuts_release(&cuts);
}

/* ---- leaves ---- */

static void check_outputs(const struct table *rows, int n_outputs, enum forest_kind kind,
    const double *raw, struct label_style style, const char *right)
{
    struct tree_model m;
    struct buf out = BUF_INIT;

    random_model(&m, rows, 1, kind, n_outputs, n_outputs);
    assert_int_equal(label_leaf(&out, &m, 0, raw, style), 0);
    assert_string_equal(out.data, right);
    buf_release(&out);
    tree_model_release(&m);
}

static void test_outputs(void **state)
{
    struct table *value = sample_table(1, 3, 0, 1), *two = sample_table(1, 3, 2, 1);
    struct table *five = sample_table(1, 3, 5, 1);
    const double some[] = {0, 0.25, 0.5, 0.25, 0}, all[] = {0.1, 0.3, 0.2, 0.1, 0.3}, none[5] = {0};
    const struct label_style short_style = {3, 2};

    (void)state;
    check_outputs(value, 1, FOREST_MEAN, (double[]){0.1}, exact, "0.1");
    check_outputs(value, 1, FOREST_SUM, (double[]){2.0 / 3}, short_style, "+0.667");
    check_outputs(two, 1, FOREST_MEAN, (double[]){0.1}, exact, "a 0.9, b 0.1");
    check_outputs(two, 1, FOREST_MEAN, (double[]){1}, exact, "b 1");
    check_outputs(two, 1, FOREST_SUM, (double[]){-0.25}, exact, "b -0.25");
    check_outputs(five, 5, FOREST_MEAN, some, exact, "b 0.25, c 0.5, d 0.25");
    check_outputs(five, 5, FOREST_MEAN, all, short_style, "b 0.3, e 0.3, 3 more");
    check_outputs(five, 5, FOREST_MEAN, (double[]){0.2, 0.2, 0.2, 0.2, 0.2}, short_style,
        "a 0.2, b 0.2, 3 more");
    check_outputs(five, 5, FOREST_SUM, none, exact, "0");
    check_outputs(five, 5, FOREST_SUM, (double[]){0, 0.12, -0.1, 0, 0}, exact, "b +0.12, c -0.1");
    check_outputs(value, 1, FOREST_MEDIAN, (double[]){0.1}, exact, "0.1");
    sample_free(value);
    sample_free(two);
    sample_free(five);
}

/* Which class a tree is for, and what it weighs; what a forest makes of them. */
static void test_trees_and_forests(void **state)
{
    struct table *value = sample_table(1, 3, 0, 1), *two = sample_table(1, 3, 2, 1);
    struct table *three = sample_table(1, 3, 3, 1);
    struct tree_model m;
    struct buf out = BUF_INIT;

    (void)state;
    random_booster(&m, three, 2);
    m.forest.base[0] = 1;
    m.forest.base[1] = 0;
    m.forest.base[2] = -2.5;
    assert_int_equal(label_tree(&out, &m, 4, exact), 0);
    assert_int_equal(buf_str(&out, "; "), 0);
    assert_int_equal(label_leaf(&out, &m, 4, (double[]){0.12}, exact), 0);
    assert_int_equal(buf_str(&out, "; "), 0);
    assert_int_equal(label_leaf(&out, &m, 5, (double[]){-0.12}, exact), 0);
    assert_int_equal(buf_str(&out, "; "), 0);
    assert_int_equal(label_forest(&out, &m), 0);
    assert_string_equal(out.data, ", of class b; b +0.12; c -0.12; "
                                  "sum, 3 trees a round, link softmax, link_scale 0.5, "
                                  "base a +1, c -2.5");
    tree_model_release(&m);
    buf_clear(&out);

    random_booster(&m, two, 1);
    m.forest.base[0] = 0.25;
    assert_int_equal(label_tree(&out, &m, 0, exact), 0);
    assert_int_equal(label_forest(&out, &m), 0);
    assert_string_equal(out.data, "sum, link logistic, link_scale 0.5, base b +0.25");
    tree_model_release(&m);
    buf_clear(&out);

    random_model(&m, value, 2, FOREST_MEDIAN, 1, 1);
    forest_weigh(&m.forest, 1, 2.0 / 3);
    m.forest.base[0] = 0;
    assert_int_equal(label_tree(&out, &m, 1, (struct label_style){3, 0}), 0);
    assert_int_equal(buf_str(&out, "; "), 0);
    assert_int_equal(label_forest(&out, &m), 0);
    assert_string_equal(out.data, ", weight 0.667; median, base 0");
    tree_model_release(&m);
    buf_release(&out);
    sample_free(value);
    sample_free(two);
    sample_free(three);
}

/* ---- lists of trees ---- */

static void check_list(const char *list, const char *right)
{
    struct err err = ERR_INIT;
    bool picked[5];
    char text[6] = "";

    assert_ok(treelist_pick(list, 5, picked, &err), &err);
    for (int i = 0; i < 5; i++)
        text[i] = picked[i] ? 'x' : '-';
    assert_string_equal(text, right);
}

static void test_lists(void **state)
{
    static const char *const wrong[][2] = {
        {"", "'' is neither"},
        {"1,", "'' is neither"},
        {"-", "'-' is neither"},
        {"x", "'x' is neither"},
        {"1-2-3", "'1-2-3' is neither"},
        {"1 2", "'1 2' is neither"},
        {"all2", "'all2' is neither"},
        {"3-2", "'3-2' ends before it begins"},
        {"0", "no tree 0: there are 1 to 5"},
        {"-0", "no tree 0"},
        {"0-3", "no tree 0"},
        {"6", "no tree 6"},
        {"2-6", "no tree 6"},
        {"6-", "no tree 6"},
        {"99999999999999999999", "no tree "},
    };
    struct err err = ERR_INIT;
    bool picked[5];

    (void)state;
    check_list(NULL, "xxxxx");
    check_list("all", "xxxxx");
    check_list("1", "x----");
    check_list("5,1", "x---x");
    check_list("2-4,3", "-xxx-");
    check_list("4-", "---xx");
    check_list("-2", "xx---");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_err(treelist_pick(wrong[i][0], 5, picked, &err), &err, ERR_USAGE, wrong[i][1]);
}

static void test_escape(void **state)
{
    struct buf out = BUF_INIT;
    (void)state;
    assert_int_equal(draw_escape(&out, "a\"b\\N&lt;<b>|{}"), 0);
    assert_string_equal(out.data, "a\\\"b\\\\N&amp;lt;<b>|{}");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_trees_and_forests),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
