/* test_tree_model.c -- what models say of their forest: all kinds through a file, old ones, and
 * such as make no sense. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/learner/tree_model.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

/* Writes the model, its description changed by `change` (members to set; null: to drop), and reads
 * it back. */
static int read_changed(
    const struct tree_model *m, json_t *change, struct tree_model *back, struct err *err)
{
    const char *path = model_file(m, "plain.model"), *changed = unit_path("changed.model");
    struct model file = MODEL_INIT;
    struct output out = OUTPUT_INIT;
    uint32_t *tree_nodes;
    const char *key;
    json_t *value;

    assert_non_null(change);
    assert_ok(model_open(&file, path, "rf", err), err);
    json_object_foreach(change, key, value)
    {
        if (json_is_null(value))
            json_object_del(file.description, key);
        else
            json_object_set(file.description, key, value);
    }
    struct st_writer *w = st_writer_new(err);
    assert_non_null(w);
    assert_ok(forest_pack(&m->forest, &tree_nodes, w, err), err);
    assert_ok(output_open(&out, changed, OUTPUT_BINARY, err), err);
    assert_ok(model_write(w, "rf", file.description, &out, err), err);
    assert_ok(output_close(&out, err), err);
    st_writer_free(w);
    mem_free(tree_nodes);
    model_release(&file);
    json_decref(change);
    return tree_model_read(back, changed, "rf", true, err);
}

static void same_forest(const struct forest *a, const struct forest *b)
{
    assert_int_equal(a->n_trees, b->n_trees);
    assert_int_equal(a->n_outputs, b->n_outputs);
    assert_int_equal(a->leaf_width, b->leaf_width);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->link, b->link);
    assert_close(a->link_scale, b->link_scale, 0, 0);
    assert_all_close(a->base, b->base, (size_t)a->n_outputs, 0, 0);
    assert_all_close(a->values, b->values, a->place[a->n_trees].leaf * (size_t)a->leaf_width, 0, 0);
    if (a->kind == FOREST_MEDIAN)
        assert_all_close(a->tree_weight, b->tree_weight, (size_t)a->n_trees, 0, 0);
    assert_true(!a->quantile == !b->quantile);
    if (a->quantile)
        assert_all_close(a->quantile, b->quantile, (size_t)a->n_outputs, 0, 0);
    assert_int_equal(a->central, b->central);
}

static const struct {
    int n_classes;
    enum forest_kind kind;
    int n_outputs, leaf_width;
    enum link link;
    double scale;
} forms[] = {
    {0, FOREST_MEAN, 1, 1, LINK_IDENTITY, 1}, {0, FOREST_SUM, 1, 1, LINK_EXP, 1},
    {0, FOREST_MEDIAN, 1, 1, LINK_IDENTITY, 1}, {2, FOREST_SUM, 1, 1, LINK_LOGISTIC, 2},
    {2, FOREST_SUM, 2, 2, LINK_SOFTMAX, 0.1}, {3, FOREST_SUM, 3, 1, LINK_SOFTMAX, 1},
    {3, FOREST_SUM, 3, 3, LINK_SOFTMAX, 1.0 / 3}, {3, FOREST_MEAN, 3, 3, LINK_IDENTITY, 1},
    {0, FOREST_SUM, 3, 1, LINK_IDENTITY, 1}, /* quantiles */
};

static void form_make(struct tree_model *m, size_t i)
{
    struct table *t = sample_table(30, 5, forms[i].n_classes, 1);
    random_model(m, t, 6, forms[i].kind, forms[i].n_outputs, forms[i].leaf_width);
    m->forest.link = forms[i].link;
    m->forest.link_scale = forms[i].scale;
    if (forms[i].n_outputs > 1 && !forms[i].n_classes)
        assert_int_equal(forest_quantiles(&m->forest, (double[]){0.9, 0.4, 0.7}), 0);
    sample_free(t);
}

static void test_all_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tree_model m, back;
        struct err err = ERR_INIT;
        form_make(&m, i);
        assert_ok(read_changed(&m, json_object(), &back, &err), &err);
        same_forest(&back.forest, &m.forest);
        tree_model_release(&back);
        tree_model_release(&m);
    }
}

/* Without kind there is average. */
static void test_average(void **state)
{
    (void)state;
    for (int average = 0; average < 2; average++) {
        struct tree_model m, back;
        struct err err = ERR_INIT;
        form_make(&m, 0);
        json_t *old = json_pack("{s:n, s:b}", "kind", "average", average);
        assert_ok(read_changed(&m, old, &back, &err), &err);
        m.forest.kind = average ? FOREST_MEAN : FOREST_SUM;
        same_forest(&back.forest, &m.forest);
        tree_model_release(&back);
        assert_err(read_changed(&m, json_pack("{s:n}", "kind"), &back, &err), &err, ERR_FAILED,
            "'average'");
        tree_model_release(&m);
    }
}

static void refused(size_t form, json_t *change, const char *message)
{
    struct tree_model m, back;
    struct err err = ERR_INIT;
    form_make(&m, form);
    assert_err(read_changed(&m, change, &back, &err), &err, ERR_FAILED, message);
    assert_null(back.forest.base); /* nothing is left */
    tree_model_release(&m);
}

static void test_nonsense_is_refused(void **state)
{
    static const char link[] = "does not fit its target";
    static const char scale[] = "corrupt model: its link_scale is not above 0 and finite";
    (void)state;
    refused(0, json_pack("{s:s}", "kind", "mode"), "corrupt model: its kind is 'mode'");
    refused(0, json_pack("{s:i}", "kind", 1), "'kind'");
    refused(0, json_pack("{s:s}", "kind", "median"), "tree_weight");
    refused(7, json_pack("{s:s}", "kind", "median"), "a median of more than one output");
    refused(7, json_pack("{s:i}", "leaf_width", 2), "neither one value nor all");
    refused(7, json_pack("{s:i}", "leaf_width", 0), "'leaf_width'");
    refused(7, json_pack("{s:i}", "leaf_width", 4), "'leaf_width'");
    refused(7, json_pack("{s:i}", "leaf_width", 1), "values");
    refused(5, json_pack("{s:n}", "leaf_width"), "values");
    refused(5, json_pack("{s:i}", "n_outputs", 2), "its leaves do not fit its target");
    refused(0, json_pack("{s:s}", "link", "probit"), "corrupt model: its link is 'probit'");
    refused(0, json_pack("{s:s}", "link", "softmax"), link);
    refused(3, json_pack("{s:s}", "link", "softmax"), link);
    refused(3, json_pack("{s:s}", "link", "exp"), link);
    refused(4, json_pack("{s:s}", "link", "logistic"), link);
    refused(5, json_pack("{s:s}", "link", "logistic"), link);
    refused(3, json_pack("{s:f}", "link_scale", 0.0), scale);
    refused(3, json_pack("{s:f}", "link_scale", -1.0), scale);
    refused(3, json_pack("{s:s}", "link_scale", "1"), "'link_scale'");
}

static json_t *levels(json_t *list)
{
    return json_pack("{s:{s:o}}", "options", "quantile_alpha", list);
}

static void test_quantiles_are_checked(void **state)
{
    static const char fit[] = "its leaves do not fit its target";
    static const char within[] = "its quantiles are not within 0 and 1, or not all different";
    (void)state;
    refused(8, json_pack("{s:{}}", "options"), fit);
    refused(8, levels(json_real(0.5)), fit);
    refused(8, levels(json_pack("[f, f]", 0.1, 0.2)), fit);
    refused(8, levels(json_pack("[f, f, f, f]", 0.1, 0.2, 0.3, 0.4)), fit);
    refused(8, levels(json_pack("[f, f, f]", 0.1, 0.2, 0.1)), within);
    refused(8, levels(json_pack("[f, f, f]", 0.1, 0.2, 1.0)), within);
    refused(8, levels(json_pack("[f, f, f]", 0.0, 0.2, 0.3)), within);
    refused(8, levels(json_pack("[f, f, s]", 0.1, 0.2, "0.3")), within);
    refused(8, json_pack("{s:s}", "link", "softmax"), "does not fit its target");
}

static void test_arrays_are_checked(void **state)
{
    struct tree_model m, back;
    struct err err = ERR_INIT;
    (void)state;
    form_make(&m, 5);
    m.forest.base[1] = INFINITY;
    assert_err(read_changed(&m, json_object(), &back, &err), &err, ERR_FAILED,
        "corrupt model: its base is not finite");
    m.forest.base[1] = 0;
    forest_truncate(&m.forest, 4);
    assert_err(read_changed(&m, json_object(), &back, &err), &err, ERR_FAILED,
        "corrupt model: its 4 trees are no whole rounds of 3");
    tree_model_release(&m);
}

/* ---- weights of columns ---- */

static void linear_make(struct tree_model *m)
{
    struct table *t = sample_table(30, 5, 3, 1);
    random_linear(m, t, 3);
    m->forest.link = LINK_SOFTMAX;
    sample_free(t);
}

static void test_linear(void **state)
{
    struct tree_model m, back;
    struct err err = ERR_INIT;
    (void)state;
    linear_make(&m);
    assert_ok(read_changed(&m, json_object(), &back, &err), &err);
    same_forest(&back.forest, &m.forest);
    assert_int_equal(forest_rounds(&back.forest), 3);
    assert_int_equal(back.forest.linear_cols, SAMPLE_COLS);
    assert_all_close(back.forest.linear, m.forest.linear, 3 * (SAMPLE_COLS + 1), 0, 0);
    tree_model_release(&back);
    tree_model_release(&m);
}

static void linear_refused(struct tree_model *m, json_t *change, const char *message)
{
    struct tree_model back;
    struct err err = ERR_INIT;
    assert_err(read_changed(m, change, &back, &err), &err, ERR_FAILED, message);
    assert_null(back.forest.linear);
    tree_model_release(m);
    linear_make(m);
}

static void test_linear_is_checked(void **state)
{
    struct tree_model m, back;
    struct err err = ERR_INIT;
    (void)state;
    linear_make(&m);
    linear_refused(&m, json_pack("{s:n}", "linear_rounds"), "no linear_rounds");
    linear_refused(&m, json_pack("{s:i}", "linear_rounds", 0), "'linear_rounds'");
    linear_refused(&m, json_pack("{s:s}", "kind", "mean"), "beside trees");
    m.forest.linear[SAMPLE_COLS] = NAN;
    linear_refused(&m, json_object(), "a weight of a column is not finite");
    m.forest.linear[1] = -INFINITY;
    linear_refused(&m, json_object(), "a weight of a column is not finite");
    m.forest.linear[2] = 1;
    linear_refused(&m, json_object(), "a weight of a column that is no number");
    m.forest.linear_cols--;
    linear_refused(&m, json_object(), "linear");
    tree_model_release(&m);
    /* beside trees, and none where there should be */
    form_make(&m, 5);
    assert_err(read_changed(&m, json_pack("{s:i}", "linear_rounds", 2), &back, &err), &err,
        ERR_FAILED, "beside trees");
    forest_truncate(&m.forest, 0);
    assert_int_equal(forest_settle(&m.forest), 0);
    assert_err(read_changed(&m, json_pack("{s:i}", "linear_rounds", 2), &back, &err), &err,
        ERR_FAILED, "linear");
    assert_err(read_changed(&m, json_object(), &back, &err), &err, ERR_FAILED, "it has no tree");
    tree_model_release(&m);
}

static int read_once(void *ctx, struct err *err)
{
    struct tree_model back;
    int ret = tree_model_read(&back, ctx, "rf", true, err);
    tree_model_release(&back);
    return ret;
}

static void test_without_memory(void **state)
{
    struct tree_model m;
    (void)state;
    for (size_t form = 2; form < 9; form += 6) {
        form_make(&m, form);
        FAULT_LOOP(read_once, (void *)(uintptr_t)model_file(&m, "median.model"));
        tree_model_release(&m);
    }
    linear_make(&m);
    FAULT_LOOP(read_once, (void *)(uintptr_t)model_file(&m, "linear.model"));
    tree_model_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_forms),
        cmocka_unit_test(test_average),
        cmocka_unit_test(test_nonsense_is_refused),
        cmocka_unit_test(test_quantiles_are_checked),
        cmocka_unit_test(test_arrays_are_checked),
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_linear_is_checked),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
