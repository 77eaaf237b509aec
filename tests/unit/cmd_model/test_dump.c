/* test_dump.c -- models written out: what the JSON says is what the trees do; models of no trees.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/model/about.h"
#include "cmd/model/draw.h"
#include "cmd/model/dump.h"
#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

/* A random_model() through a file. */
static void random_opened(struct opened *o, const struct table *t, int n_trees,
    enum forest_kind kind, int n_outputs, int leaf_width)
{
    struct err err = ERR_INIT;
    struct tree_model m;

    random_model(&m, t, n_trees, kind, n_outputs, leaf_width);
    assert_ok(opened_read(o, model_file(&m, "random.model"), WANT_STATS, &err), &err);
    tree_model_release(&m);
}

/* What a function writes, as text (mem_free). */
static char *written(int (*write)(const struct opened *, const bool *, struct output *,
                         const struct watch *, struct err *),
    const struct opened *o, const bool *picked)
{
    struct err err = ERR_INIT;
    struct output out = OUTPUT_INIT;
    const char *path = unit_path("written");
    size_t n;
    void *bytes;

    assert_ok(output_open(&out, path, OUTPUT_TEXT, &err), &err);
    assert_ok(write(o, picked, &out, NULL, &err), &err);
    assert_ok(output_close(&out, &err), &err);
    struct input *in = input_open(path, &err);
    assert_non_null(in);
    assert_ok(input_slurp(in, 1 << 24, &bytes, &n, &err), &err);
    input_close(in);
    char *text = mem_strndup(bytes, n);
    mem_free(bytes);
    return text;
}

/* ---- JSON ---- */

/* Whether the row goes to yes, by the JSON alone; -1: it is missing. */
static int json_says(const json_t *node, const struct table *rows, int64_t row)
{
    const char *name = json_string_value(json_object_get(node, "column"));
    int col = 0;
    while (strcmp(rows->schema.cols[col].name, name) != 0)
        col++;
    double value = rows->values[col][row];
    if (isnan(value))
        return -1;
    if (rows->schema.cols[col].kind != COL_CATEGORY)
        return value <= json_number_value(json_object_get(node, "threshold"));
    const json_t *levels = json_object_get(node, "levels");
    const char *level = dict_text(rows->schema.cols[col].dict, (int32_t)value, NULL);
    for (size_t i = 0; i < json_array_size(levels); i++)
        if (strcmp(json_string_value(json_array_get(levels, i)), level) == 0)
            return 1;
    return 0;
}

/* The leaf that the JSON leads a row to. */
static const json_t *json_leaf(const json_t *tree, const struct table *rows, int64_t row)
{
    const json_t *nodes = json_object_get(tree, "nodes"), *node = json_array_get(nodes, 0);
    while (!json_object_get(node, "leaf")) {
        int says = json_says(node, rows, row);
        const char *way = says < 0 ? "missing" : says ? "yes" : "no";
        int64_t next = json_integer_value(json_object_get(node, way));
        node = json_array_get(nodes, (size_t)next - 1);
        assert_int_equal(json_integer_value(json_object_get(node, "node")), next);
    }
    return node;
}

static void test_json(void **state)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(200, 70, 3, 1);
    const bool picked[6] = {false, true, true, false, false, true};
    struct opened o;
    int number = 0;

    (void)state;
    random_opened(&o, rows, 6, FOREST_MEAN, 3, 3);
    char *text = written(dump_json, &o, picked);
    json_t *j = json_parse(text, strlen(text), &err);
    assert_non_null(j);
    const json_t *trees = json_object_get(j, "trees");
    assert_int_equal(json_array_size(trees), 3);
    assert_int_equal(json_integer_value(json_object_get(j, "n_outputs")), 3);
    for (size_t i = 0; i < 3; i++, number++) {
        const json_t *tree = json_array_get(trees, i);
        while (!picked[number])
            number++;
        struct tree t = forest_tree(&o.model.forest, number);
        assert_int_equal(json_integer_value(json_object_get(tree, "tree")), number + 1);
        assert_int_equal(json_array_size(json_object_get(tree, "nodes")), t.n_nodes);
        for (int64_t row = 0; row < 200; row++) {
            const json_t *leaf = json_leaf(tree, rows, row);
            uint32_t right = tree_leaf(&t, (columns_t)rows->values, row);
            assert_int_equal(json_integer_value(json_object_get(leaf, "leaf")), right + 1);
            for (size_t k = 0; k < 3; k++)
                assert_true(json_number_value(json_array_get(json_object_get(leaf, "values"), k)) ==
                            t.values[3 * right + k]);
        }
    }
    json_decref(j);
    mem_free(text);
    opened_release(&o);
    sample_free(rows);
}

/* ---- text ---- */

static int draw_top(const struct opened *o, const bool *picked, struct output *out,
    const struct watch *w, struct err *err)
{
    (void)picked, (void)w;
    return draw_tree(o, 0, 1, out, err);
}

/* A chain of n splits: deep, and no deeper to the right than there is room. */
static struct tree *chain(uint32_t n)
{
    struct tree *t = mem_zalloc(1, sizeof *t);
    t->n_nodes = 2 * n + 1;
    t->n_leaves = n + 1;
    t->nodes = mem_zalloc(t->n_nodes, sizeof *t->nodes);
    t->stats = mem_zalloc(t->n_nodes, sizeof *t->stats);
    t->values = mem_zalloc(t->n_leaves, sizeof *t->values);
    t->cuts = mem_zalloc(1, sizeof *t->cuts);
    assert_int_equal(cuts_push(t->cuts, 0, INFINITY), 0);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = i ? 2 * i : 0;
        t->nodes[at] = (struct node){2 * i + 1, 0};
        t->nodes[2 * i + 1] = (struct node){i, NODE_LEAF};
        t->stats[2 * i + 1] = 1;
    }
    t->nodes[2 * n] = (struct node){n, NODE_LEAF};
    return t;
}

static void test_deep(void **state)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(1, 3, 0, 1);
    const bool picked[1] = {true};
    struct tree_model m;
    struct opened o;

    (void)state;
    random_model(&m, rows, 0, FOREST_MEAN, 1, 1);
    assert_int_equal(forest_add(&m.forest, chain(50000)), 0);
    assert_int_equal(forest_settle(&m.forest), 0);
    assert_ok(opened_read(&o, model_file(&m, "deep.model"), WANT_STATS, &err), &err);
    char *text = written(dump_text, &o, picked);
    static const char head[] = "tree 1: 100001 nodes, 50001 leaves, depth 50000\n"
                               "many is not missing (gain 0, cover 50000)\n"
                               "  yes: leaf 1: 0 (cover 1)\n"
                               "  no: many is not missing (gain 0, cover 49999)\n";
    assert_memory_equal(text, head, sizeof head - 1);
    assert_non_null(strstr(text, "[depth 50000] no: leaf 50001: 0 (cover 0)\n"));
    assert_true(strlen(text) < 20000000);
    mem_free(text);
    text = written(dump_json, &o, picked);
    assert_non_null(strstr(text,
        "{\"node\":1,\"column\":\"many\",\"threshold\":\"inf\",\"yes\":2,\"no\":3,\"missing\":3,"));
    mem_free(text);
    text = written(draw_top, &o, picked);
    assert_non_null(strstr(text, "[label=\"many is not missing\\ngain 0, cover 50000\"];\n"
                                 "  n1 -> n2 [label=\"yes\"];\n"
                                 "  n1 -> n3 [label=\"no\"];\n"));
    assert_non_null(strstr(text, "\\n50000 leaves\\ncover 49999"));
    mem_free(text);
    opened_release(&o);
    tree_model_release(&m);
    sample_free(rows);
}

/* ---- boosters ---- */

/* The first tree, to any depth. */
static int draw_first(const struct opened *o, const bool *picked, struct output *out,
    const struct watch *w, struct err *err)
{
    (void)picked, (void)w;
    return draw_tree(o, 0, -1, out, err);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        print_error("no '%s' in '%.200s'\n", part, text);
    assert_non_null(strstr(text, part));
}

/* A leaf of the first tree, as the text has it, and its colour. */
static void check_leaf(const struct opened *o, const char *text, const char *drawn, uint32_t leaf)
{
    double value = forest_tree(&o->model.forest, 0).values[leaf];
    char part[128], number[NUMBER_MAX];

    number_write(value, number);
    snprintf(part, sizeof part, "leaf %u: a %s%s (cover ", leaf + 1, value > 0 ? "+" : "", number);
    has(text, part);
    snprintf(part, sizeof part, "fillcolor=\"%s\", label=\"a %s%.4g\\n",
        value > 0 ? "#cfe2f3" : "#eeeeee", value > 0 ? "+" : "", value);
    has(drawn, part);
}

static void test_booster(void **state)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(50, 5, 3, 1);
    const bool picked[6] = {true, true, false, true, false, false};
    struct forest_facts facts;
    struct buf about = BUF_INIT;
    struct tree_model m;
    struct opened o;

    (void)state;
    random_booster(&m, rows, 2);
    m.forest.base[0] = 1, m.forest.base[1] = 0.5, m.forest.base[2] = -2;
    assert_ok(opened_read(&o, model_file(&m, "booster.model"), WANT_STATS, &err), &err);
    char *text = written(dump_text, &o, picked), *drawn = written(draw_first, &o, picked);
    static const char head[] = "forest: sum, 3 trees a round, link softmax, link_scale 0.5, "
                               "base a +1, b +0.5, c -2\n\ntree 1: ";
    assert_memory_equal(text, head, sizeof head - 1);
    has(text, ", of class a\n");
    has(text, ", of class b\n");
    has(drawn, "label=\"tree 1 of 6, rf, of class a\"");
    for (uint32_t i = 0; i < forest_tree(&o.model.forest, 0).n_leaves; i++)
        check_leaf(&o, text, drawn, i);
    mem_free(text);
    mem_free(drawn);
    text = written(dump_json, &o, picked);
    has(text, "\"n_outputs\":3,\"leaf_width\":1,\"kind\":\"sum\",\"link\":\"softmax\","
              "\"link_scale\":0.5,\"base\":[1,0.5,-2],");
    json_t *j = json_parse(text, strlen(text), &err);
    const json_t *tree = json_array_get(json_object_get(j, "trees"), 1), *node;
    assert_string_equal(json_string_value(json_object_get(tree, "class")), "b");
    struct tree t = forest_tree(&o.model.forest, 1);
    size_t at;
    json_array_foreach(json_object_get(tree, "nodes"), at, node)
    {
        const json_t *values = json_object_get(node, "values");
        if (!values)
            continue;
        assert_int_equal(json_array_size(values), 1);
        assert_true(json_number_value(json_array_get(values, 0)) ==
                    t.values[json_integer_value(json_object_get(node, "leaf")) - 1]);
    }
    json_decref(j);
    mem_free(text);
    assert_ok(forest_facts_of(&facts, &o.model.forest, &err), &err);
    assert_ok(about_text(&o, &facts, false, &about, &err), &err);
    has(about.data, "trees       6\n  output    sum, 3 trees a round, link softmax, ");
    assert_null(strstr(about.data, "leaf_width"));
    buf_release(&about);
    opened_release(&o);
    tree_model_release(&m);
    sample_free(rows);
}

static void test_median(void **state)
{
    struct err err = ERR_INIT;
    struct table *rows = sample_table(50, 5, 0, 1);
    const bool picked[2] = {true, true};
    struct tree_model m;
    struct opened o;

    (void)state;
    random_model(&m, rows, 2, FOREST_MEDIAN, 1, 1);
    forest_weigh(&m.forest, 1, 0.125);
    assert_ok(opened_read(&o, model_file(&m, "median.model"), WANT_STATS, &err), &err);
    char *text = written(dump_text, &o, picked);
    has(text, "forest: median, base ");
    has(text, ", weight 0.125\n");
    mem_free(text);
    text = written(dump_json, &o, picked);
    has(text, "\"kind\":\"median\"");
    has(text, "{\"tree\":2,\"weight\":0.125,\"depth\":");
    mem_free(text);
    opened_release(&o);
    tree_model_release(&m);
    sample_free(rows);
}

/* ---- models of no trees ---- */

static const char *flow_file(const char *description)
{
    struct err err = ERR_INIT;
    struct output out = OUTPUT_INIT;
    const char *path = unit_path("flow.model");
    const float weight[6] = {0};
    const int64_t shape[] = {2, 3};
    json_t *about = json_loads(description, 0, NULL);
    struct st_writer *w = st_writer_new(&err);

    assert_non_null(about);
    assert_non_null(w);
    assert_ok(st_writer_add(w, "layer\n.weight", DTYPE_F32, 2, shape, weight, &err), &err);
    assert_ok(output_open(&out, path, OUTPUT_BINARY, &err), &err);
    assert_ok(model_write(w, "flow", about, &out, &err), &err);
    assert_ok(output_close(&out, &err), &err);
    st_writer_free(w);
    json_decref(about);
    return path;
}

static void test_no_trees(void **state)
{
    const char *path = flow_file("{\"summary\": {\"rows\": 7, \"valid_rows\": 0},"
                                 " \"layers\": [1, 2], \"a\\u001b\": \"x\\u001b[2J\"}");
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct opened o;

    (void)state;
    assert_ok(opened_read(&o, path, WANT_ANY, &err), &err);
    assert_false(o.has_trees);
    assert_ok(about_text(&o, NULL, true, &out, &err), &err);
    assert_string_equal(out.data, "program     flow\n"
                                  "format      2\n"
                                  "rows        7\n"
                                  "layers      [1,2]\n"
                                  "a\\x1b       x\\x1b[2J\n"
                                  "arrays      1, 24 bytes\n"
                                  "  F32       layer\\n.weight: 2 x 3\n");
    buf_clear(&out);
    assert_ok(about_json(&o, NULL, &out, &err), &err);
    json_t *j = json_parse(out.data, out.len, &err);
    assert_non_null(j);
    assert_null(json_object_get(j, "trees"));
    json_decref(j);
    buf_release(&out);
    opened_release(&o);
    assert_err(
        opened_read(&o, path, WANT_TREES, &err), &err, ERR_FAILED, "a flow model has no trees");
}

/* Options on as many lines as they take; scalars of every type. */
static void test_options(void **state)
{
    const char *path = flow_file(
        "{\"options\": {\"a\": \"sqrt\", \"b\": null, \"c\": true, \"d\": 0.1, \"e\": [1, {}],"
        " \"forty_characters_forty_characters_forty_\": 123456789, \"next\": false, \"f\": 0}}");
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct opened o;

    (void)state;
    assert_ok(opened_read(&o, path, WANT_ANY, &err), &err);
    assert_ok(about_text(&o, NULL, false, &out, &err), &err);
    assert_string_equal(out.data,
        "program     flow\n"
        "format      2\n"
        "options     a sqrt, b none, c yes, d 0.1, e [1,{}],\n"
        "            forty_characters_forty_characters_forty_ 123456789, next no, f 0\n"
        "arrays      1, 24 bytes\n");
    buf_release(&out);
    opened_release(&o);
}

/* What is said to be a schema must be one. */
static void test_wrong_description(void **state)
{
    static const char *const wrong[] = {"{\"schema\": 3}", "{\"target\": {\"task\": \"x\"}}"};
    struct err err = ERR_INIT;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct buf out = BUF_INIT;
        struct opened o;
        assert_ok(opened_read(&o, flow_file(wrong[i]), WANT_ANY, &err), &err);
        assert_err(about_text(&o, NULL, true, &out, &err), &err, ERR_FAILED, "flow.model: ");
        buf_release(&out);
        opened_release(&o);
    }
}

/* ---- memory ---- */

static int everything(void *ctx, struct err *err)
{
    const char *path = ctx;
    const bool picked[2] = {true, true};
    struct opened o = OPENED_INIT;
    struct output out = OUTPUT_INIT;
    struct forest_facts facts;
    struct buf text = BUF_INIT;
    int ret = -1;

    if (opened_read(&o, path, WANT_STATS, err) < 0 ||
        forest_facts_of(&facts, &o.model.forest, err) < 0 ||
        about_text(&o, &facts, true, &text, err) < 0 || about_json(&o, &facts, &text, err) < 0 ||
        output_open(&out, "/dev/null", OUTPUT_TEXT, err) < 0 ||
        dump_text(&o, picked, &out, NULL, err) < 0 || dump_json(&o, picked, &out, NULL, err) < 0 ||
        (o.model.forest.n_trees && draw_tree(&o, 1, 2, &out, err) < 0))
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    buf_release(&text);
    opened_release(&o);
    return ret;
}

static void test_quantiles(void **state)
{
    struct table *rows = sample_table(1, 5, 0, 1);
    const bool picked[4] = {true, true, true, true};
    struct err err = ERR_INIT;
    struct tree_model m;
    struct opened o;

    (void)state;
    random_model(&m, rows, 4, FOREST_SUM, 2, 1);
    m.forest.base[0] = 1, m.forest.base[1] = 0.5;
    assert_int_equal(forest_quantiles(&m.forest, (double[]){0.25, 0.75}), 0);
    assert_ok(opened_read(&o, model_file(&m, "quantiles.model"), WANT_STATS, &err), &err);
    char *text = written(dump_text, &o, picked), *drawn = written(draw_first, &o, picked);
    has(text, "forest: sum, 2 trees a round, base 1, 0.5\n");
    has(text, ", of quantile 0.25\n");
    has(text, ", of quantile 0.75\n");
    has(drawn, "label=\"tree 1 of 4, rf, of quantile 0.25\"");
    mem_free(text);
    mem_free(drawn);
    text = written(dump_json, &o, picked);
    has(text, "{\"tree\":2,\"quantile\":0.75,\"depth\"");
    mem_free(text);
    opened_release(&o);
    tree_model_release(&m);
    sample_free(rows);
}

static void test_memory(void **state)
{
    struct table *rows = sample_table(1, 5, 2, 1);
    struct tree_model m;

    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        if (kind == 3)
            random_linear(&m, rows, 1);
        else if (kind == 2)
            random_booster(&m, rows, 2);
        else
            random_model(&m, rows, 2, kind ? FOREST_MEAN : FOREST_MEDIAN, 1, 1);
        const char *path = model_file(&m, "memory.model");
        FAULT_LOOP(everything, (void *)path);
        tree_model_release(&m);
    }
    sample_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_booster),
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_no_trees),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_wrong_description),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
