/* test_predict.c -- what models of boosters write: raw outputs, leaves, trees, first rounds. */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/io/stream/input.h"
#include "common/learner/learner.h"
#include "common/learner/predict.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 60, LEVELS = 6, ROUNDS = 5 };

struct trial {
    struct tree_model m;
    int n_before; /* trees that are left out */
    struct table *rows;
    const char *file;
    struct operands files;
    struct common_options common;
    struct predict_opts predict;
};

/* A margin that tests give a row and output. */
static double margin(int64_t row, int k)
{
    return 0.25 * (double)row - 3 * k;
}

/* The table as CSV, with columns of margins in front. */
static const char *rows_file(const struct table *t)
{
    struct buf text = BUF_INIT;

    assert_int_equal(buf_str(&text, "m1,m2,m3"), 0);
    for (int col = 0; col < SAMPLE_COLS; col++)
        assert_int_equal(buf_printf(&text, ",%s", t->schema.cols[col].name), 0);
    for (int64_t row = 0; row < t->n_rows; row++)
        for (int col = 0; col < SAMPLE_COLS; col++) {
            double value = t->values[col][row];
            if (col == 0)
                assert_int_equal(buf_printf(&text, "\n%.17g,%.17g,%.17g", margin(row, 0),
                                     margin(row, 1), margin(row, 2)),
                    0);
            assert_int_equal(buf_char(&text, ','), 0);
            if (!isnan(value))
                assert_int_equal(col == 2 ? buf_str(&text, dict_text(t->schema.cols[col].dict,
                                                               (int32_t)value, NULL))
                                          : buf_printf(&text, "%.17g", value),
                    0);
        }
    assert_int_equal(buf_char(&text, '\n'), 0);
    const char *path = unit_file("rows.csv", text.data, text.len);
    buf_release(&text);
    return path;
}

static const struct {
    int n_classes;
    enum forest_kind kind;
    int n_outputs, leaf_width;
    enum link link;
} forms[] = {
    {0, FOREST_SUM, 1, 1, LINK_EXP},
    {2, FOREST_SUM, 1, 1, LINK_LOGISTIC},
    {3, FOREST_SUM, 3, 1, LINK_SOFTMAX},
    {3, FOREST_SUM, 3, 3, LINK_SOFTMAX},
    {0, FOREST_SUM, 3, 1, LINK_IDENTITY}, /* quantiles */
    {0, FOREST_MEDIAN, 1, 1, LINK_IDENTITY},
};
enum { FORMS = sizeof forms / sizeof *forms, MEDIAN = FORMS - 1 };

static void trial_init(struct trial *t, size_t form)
{
    int k = forms[form].n_outputs, width = forms[form].leaf_width;

    *t = (struct trial){.common = COMMON_OPTIONS_INIT, .predict = PREDICT_OPTIONS_INIT};
    t->rows = sample_table(ROWS, LEVELS, forms[form].n_classes, 4);
    random_model(&t->m, t->rows, ROUNDS * k / width, forms[form].kind, k, width);
    t->m.forest.link = forms[form].link;
    t->m.forest.link_scale = 0.75;
    if (k > 1 && !forms[form].n_classes)
        assert_int_equal(forest_quantiles(&t->m.forest, (double[]){0.9, 0.25, 0.625}), 0);
    t->file = rows_file(t->rows);
    t->files = (struct operands){.n = 1, .item = &t->file};
    t->predict.model = model_file(&t->m, "model");
    t->common.output = unit_path("out.csv");
}

static void trial_release(struct trial *t)
{
    tree_model_release(&t->m);
    sample_free(t->rows);
}

static int predict_once(struct trial *t, struct err *err)
{
    const struct predict_job job = {
        .program = "rf", .common = &t->common, .predict = &t->predict, .raw = predictor_raw};
    struct watch watch = {.ctx = NULL};
    return predict_run(&job, &t->files, &watch, err);
}

/* What is written (mem_free). */
static char *predicted(struct trial *t)
{
    struct err err = ERR_INIT;
    void *bytes;
    size_t n;

    assert_ok(predict_once(t, &err), &err);
    struct input *in = input_open(t->common.output, &err);
    assert_non_null(in);
    assert_ok(input_slurp(in, 1 << 24, &bytes, &n, &err), &err);
    input_close(in);
    char *text = mem_strndup(bytes, n);
    mem_free(bytes);
    return text;
}

/* ---- by the definition ---- */

static void add_number(struct buf *b, double value)
{
    char text[NUMBER_MAX];
    number_write(value, text);
    assert_int_equal(buf_printf(b, ",%s", text), 0);
}

static void expect_header(struct buf *b, const struct trial *t)
{
    const struct forest *f = &t->m.forest;
    bool classes = t->m.target.task == TASK_CLASSIFICATION;

    assert_int_equal(buf_str(b, "x.prediction"), 0);
    for (int k = 0; classes && k < dict_size(t->m.target.classes); k++)
        assert_int_equal(buf_printf(b, ",x.p_%c", 'a' + k), 0);
    if (f->quantile)
        assert_int_equal(
            buf_str(b, ",x.q_0.9,x.q_0.25,x.q_0.625,x.raw_0.9,x.raw_0.25,x.raw_0.625"), 0);
    for (int k = 0; k < f->n_outputs && !f->quantile; k++)
        assert_int_equal(
            f->n_outputs > 1 ? buf_printf(b, ",x.raw_%c", 'a' + k) : buf_str(b, ",x.raw"), 0);
    for (int i = 0; i < f->n_trees; i++)
        assert_int_equal(buf_printf(b, ",x.leaf_%d", t->n_before + i + 1), 0);
    for (int i = 0; i < f->n_trees; i++)
        assert_int_equal(buf_printf(b, ",x.tree_%d", t->n_before + i + 1), 0);
    assert_int_equal(buf_char(b, '\n'), 0);
}

static void expect_trees(struct buf *b, const struct trial *t, int64_t row)
{
    const struct forest *f = &t->m.forest;
    columns_t cols = (columns_t)t->rows->values;

    for (int i = 0; i < f->n_trees; i++) {
        struct tree tree = forest_tree(f, i);
        add_number(b, tree_leaf(&tree, cols, row));
    }
    for (int i = 0; i < f->n_trees; i++) {
        struct tree tree = forest_tree(f, i);
        const double *value = tree.values + tree_leaf(&tree, cols, row) * (uint32_t)f->leaf_width;
        if (f->leaf_width == 1)
            add_number(b, value[0]);
        else
            assert_int_equal(buf_printf(b, ",%c", 'a' + (int)leaf_vote(value, f->leaf_width)), 0);
    }
}

static void expect_row(struct buf *b, const struct trial *t, int64_t row)
{
    const struct forest *f = &t->m.forest;
    double raw[3], linked[3];
    char text[NUMBER_MAX];

    forest_predict(f, (columns_t)t->rows->values, row, 1, raw);
    for (int k = 0; t->predict.bind.margin && k < f->n_outputs; k++)
        raw[k] += margin(row, k); /* t's forest has no base then */
    prediction_link(&t->m.target, f, raw, linked);
    if (t->m.target.task == TASK_CLASSIFICATION) {
        assert_int_equal(buf_char(b, (char)('a' + prediction_label(&t->m.target, linked))), 0);
        for (int k = 0; k < dict_size(t->m.target.classes); k++) {
            number_write_float((float)linked[k], text);
            assert_int_equal(buf_printf(b, ",%s", text), 0);
        }
    } else {
        number_write(linked[0], text);
        assert_int_equal(buf_str(b, text), 0);
    }
    if (f->quantile)
        assert_true(linked[0] == 0.75 * raw[2]);
    for (int k = 0; k < f->n_outputs && f->quantile; k++)
        add_number(b, 0.75 * raw[k]);
    for (int k = 0; k < f->n_outputs; k++)
        add_number(b, raw[k]);
    expect_trees(b, t, row);
    assert_int_equal(buf_char(b, '\n'), 0);
}

static void test_all_columns(void **state)
{
    (void)state;
    for (size_t form = 0; form < FORMS; form++) {
        struct trial t;
        struct buf right = BUF_INIT;
        trial_init(&t, form);
        t.predict.raw = t.predict.leaf = t.predict.per_tree = true;
        t.predict.prefix = "x";
        expect_header(&right, &t);
        for (int64_t row = 0; row < ROWS; row++)
            expect_row(&right, &t, row);
        char *text = predicted(&t);
        assert_string_equal(text, right.data);
        mem_free(text);
        buf_release(&right);
        trial_release(&t);
    }
}

static void no_base(struct forest *f)
{
    for (int k = 0; k < f->n_outputs; k++)
        f->base[k] = 0;
}

/* Margins take the place of the model's base, also in what contributions start from. */
static void test_margins(void **state)
{
    (void)state;
    for (size_t form = 0; form < MEDIAN; form++) {
        struct trial t;
        struct buf right = BUF_INIT;
        trial_init(&t, form);
        int k = t.m.forest.n_outputs;
        t.predict.bind.margin = k == 1 ? "m1" : "m1-m3";
        t.predict.raw = t.predict.leaf = t.predict.per_tree = true;
        t.predict.prefix = "x";
        no_base(&t.m.forest);
        expect_header(&right, &t);
        for (int64_t row = 0; row < ROWS; row++)
            expect_row(&right, &t, row);
        char *text = predicted(&t);
        assert_string_equal(text, right.data);
        mem_free(text);
        buf_release(&right);
        trial_release(&t);
    }
}

/* ---- rounds ---- */

/* --rounds writes what a model that ended there would have written. */
static void test_first_rounds(void **state)
{
    (void)state;
    for (size_t form = 0; form < FORMS; form++)
        for (int contrib = 0; contrib < (form == MEDIAN ? 1 : 2); contrib++) {
            struct trial t;
            trial_init(&t, form);
            t.predict.contrib = contrib;
            t.predict.raw = t.predict.leaf = t.predict.per_tree = !contrib;
            char *all = predicted(&t);
            t.predict.rounds.last = ROUNDS;
            char *same = predicted(&t);
            assert_string_equal(same, all);
            t.predict.rounds.last = 2;
            char *some = predicted(&t);
            t.predict.rounds.last = 0;
            forest_truncate(&t.m.forest, 2 * forest_trees_per_round(&t.m.forest));
            assert_int_equal(forest_settle(&t.m.forest), 0);
            t.predict.model = model_file(&t.m, "short.model");
            char *right = predicted(&t);
            assert_string_equal(some, right);
            assert_string_not_equal(some, all);
            mem_free(all);
            mem_free(same);
            mem_free(some);
            mem_free(right);
            trial_release(&t);
        }
}

/* Rounds in between, or to the end. */
static void test_later_rounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * FORMS; i++) {
        struct trial t;
        struct buf right = BUF_INIT;
        trial_init(&t, i / 2);
        int per_round = forest_trees_per_round(&t.m.forest);
        t.predict.raw = t.predict.leaf = t.predict.per_tree = true;
        t.predict.prefix = "x";
        t.predict.rounds = (struct round_range){2, i % 2 ? 4 : 0};
        t.n_before = 2 * per_round;
        forest_truncate(&t.m.forest, (i % 2 ? 4 : ROUNDS) * per_round);
        forest_behead(&t.m.forest, t.n_before);
        expect_header(&right, &t);
        for (int64_t row = 0; row < ROWS; row++)
            expect_row(&right, &t, row);
        char *text = predicted(&t);
        assert_string_equal(text, right.data);
        mem_free(text);
        buf_release(&right);
        trial_release(&t);
    }
}

static void test_ranges_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t first, last;
    } good[] = {{"3", 0, 3}, {"1:3", 1, 3}, {"2:", 2, 0}, {":4", 0, 4}, {"0:0", 0, 0},
        {"2:0", 2, 0}, {":", 0, 0}};
    static const char *const bad[] = {
        "", "0", "-1", "1.5", "a", "1:a", "a:2", "3:3", "3:2", "1:2:3", "1e99", "-1:2"};
    const struct opt *opt = predict_boost_table;
    struct predict_opts o = PREDICT_OPTIONS_INIT;
    struct err err = ERR_INIT;

    (void)state;
    while (strcmp(opt->name, "rounds") != 0)
        opt++;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(opt->parse(good[i].text, &o.rounds, &err), &err);
        assert_int_equal(o.rounds.first, good[i].first);
        assert_int_equal(o.rounds.last, good[i].last);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_err(opt->parse(bad[i], &o.rounds, &err), &err, ERR_USAGE, "round");
}

/* The number at the end of a line, and the text of what is before it. */
static double line_value(const char *line, const char *end, size_t *len)
{
    const char *last = end;
    double value;

    while (*--last != ',')
        ;
    assert_true(number_read(last + 1, (size_t)(end - last - 1), &value));
    *len = (size_t)(last - line);
    return value;
}

/* Each line of contributions is the sum of as many of interactions as there are columns. */
static void test_interactions(void **state)
{
    (void)state;
    for (size_t form = 0; form < MEDIAN; form++) {
        struct trial t;
        size_t len, first_len;
        trial_init(&t, form);
        t.predict.contrib = true;
        t.predict.bind.keep = "few";
        char *sums = predicted(&t);
        t.predict.contrib = false;
        t.predict.interactions = true;
        char *text = predicted(&t), *line = strchr(text, '\n') + 1;
        assert_int_equal(strncmp(text, "few,row,class,column,column2,value\n", 35), 0);
        for (char *sum = strchr(sums, '\n') + 1, *end; *sum; sum = end + 1) {
            end = strchr(sum, '\n');
            double all = line_value(sum, end, &len), got = 0;
            int n = memcmp(sum + len - 6, "(base)", 6) == 0 ? 1 : SAMPLE_COLS;
            for (int i = 0; i < n; i++) {
                char *line_end = strchr(line, '\n');
                assert_memory_equal(line, sum, len + 1);
                got += line_value(line, line_end, &first_len);
                if (n > 1) {
                    const char *name = t.m.schema.cols[i].name;
                    assert_int_equal(first_len, len + 1 + strlen(name));
                    assert_memory_equal(line + len + 1, name, strlen(name));
                }
                line = line_end + 1;
            }
            assert_close(got, all, 1e-12, 1e-12);
        }
        assert_string_equal(line, "");
        mem_free(text);
        mem_free(sums);
        trial_release(&t);
    }
}

/* Contributions of a row and class add up to its raw output, with margins too. */
static void test_contributions(void **state)
{
    (void)state;
    for (size_t trial = 0; trial < 2 * MEDIAN; trial++) {
        struct trial t;
        trial_init(&t, trial / 2);
        t.predict.contrib = true;
        if (trial % 2) {
            t.predict.bind.margin = t.m.forest.n_outputs == 1 ? "m1" : "m1,m2,m3";
            no_base(&t.m.forest);
        }
        char *text = predicted(&t), *line = strchr(text, '\n');
        int k = t.m.forest.n_outputs;
        if (t.m.forest.quantile)
            assert_non_null(strstr(text, "\n1,0.25,(base),"));
        double raw[3];
        for (int64_t i = 0; i < ROWS * k; i++) {
            double sum = 0;
            for (int names = 0; names < SAMPLE_COLS + 1; names++) {
                char *end = strchr(line + 1, '\n');
                size_t len;
                sum += line_value(line, end, &len);
                line = end;
            }
            if (i % k == 0)
                forest_predict(&t.m.forest, (columns_t)t.rows->values, i / k, 1, raw);
            double from = t.predict.bind.margin ? margin(i / k, (int)(i % k)) : 0;
            assert_close(sum, raw[i % k] + from, 1e-12, 1e-12);
        }
        assert_string_equal(line, "\n");
        mem_free(text);
        trial_release(&t);
    }
}

/* ---- what cannot be ---- */

static void refused(size_t form, struct predict_opts change, const char *message)
{
    struct trial t;
    struct err err = ERR_INIT;

    trial_init(&t, form);
    change.model = t.predict.model;
    t.predict = change;
    assert_err(predict_once(&t, &err), &err, ERR_USAGE, message);
    trial_release(&t);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char rounds[] = "--rounds: the model has 5 rounds";
    refused(0, (struct predict_opts){.rounds = {0, ROUNDS + 1}}, rounds);
    refused(2, (struct predict_opts){.rounds = {0, ROUNDS + 1}}, rounds);
    refused(2, (struct predict_opts){.rounds = {ROUNDS, 0}}, rounds);
    refused(2, (struct predict_opts){.rounds = {ROUNDS, ROUNDS + 1}}, rounds);
    refused(0, (struct predict_opts){.raw = true, .contrib = true},
        "--contrib writes no predictions: leave out --raw");
    refused(MEDIAN, (struct predict_opts){.contrib = true},
        "--contrib does not fit: the model takes the median of its trees");
    refused(MEDIAN, (struct predict_opts){.interactions = true},
        "--interactions does not fit: the model takes the median of its trees");
    refused(0, (struct predict_opts){.bind.margin = "m1,m2"},
        "--base-margin: 2 columns, and the model has 1 output");
    refused(2, (struct predict_opts){.bind.margin = "m1"},
        "--base-margin: 1 column, and the model has 3 outputs");
    refused(0, (struct predict_opts){.interactions = true, .contrib = true},
        "only one of --contrib and --interactions can be given");
    refused(0, (struct predict_opts){.interactions = true, .proximity = true},
        "only one of --interactions and --proximity can be given");
    refused(0, (struct predict_opts){.interactions = true, .leaf = true},
        "--interactions writes no predictions: leave out --leaf");
}

/* A kept column may have the name of ours. */
static void test_names(void **state)
{
    static const char rows[] = "many,few,level,rare,raw_b\n1,2,L0001,,5\n";
    struct err err = ERR_INIT;
    struct trial t;

    (void)state;
    trial_init(&t, 2);
    t.file = unit_file("names.csv", rows, strlen(rows));
    t.predict.bind.keep = "raw_b";
    mem_free(predicted(&t));
    t.predict.raw = true;
    assert_err(predict_once(&t, &err), &err, ERR_FAILED, "use --prefix");
    t.predict.prefix = "x";
    char *text = predicted(&t);
    assert_int_equal(strncmp(text, "raw_b,x.prediction,x.p_a,x.p_b,x.p_c,x.raw_a,x.raw_b,", 53), 0);
    mem_free(text);
    trial_release(&t);
}

/* With each allocation failing in turn there is an error, or it was one that can be done without.
 */
static void test_without_memory(void **state)
{
    (void)state;
    for (int pairs = 0; pairs < 2; pairs++) {
        struct trial t;
        int failures = 0;
        trial_init(&t, pairs ? 0 : MEDIAN);
        t.predict.interactions = pairs;
        t.predict.raw = !pairs;
        t.predict.rounds = (struct round_range){1, 3};
        bool all = false;
        for (long n = 1; !all; n++) {
            struct err err = ERR_INIT;
            fault_after(n);
            int ret = predict_once(&t, &err);
            all = fault_off() < n;
            if (ret < 0)
                assert_int_equal(err.kind, ERR_MEMORY);
            failures += ret < 0;
        }
        assert_true(failures > 20);
        trial_release(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_columns),
        cmocka_unit_test(test_margins),
        cmocka_unit_test(test_first_rounds),
        cmocka_unit_test(test_later_rounds),
        cmocka_unit_test(test_ranges_are_read),
        cmocka_unit_test(test_contributions),
        cmocka_unit_test(test_interactions),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
