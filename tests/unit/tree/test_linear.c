/* test_linear.c -- forests that have weights of columns: what they predict, in every way that there
 * is, and what columns contribute. */
#include "common/tree/linear.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/tree/explain.h"
#include "common/tree/predictor.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

enum { ROWS = 5000, OUTPUTS = 3 };

struct made {
    struct tree_model m;
    struct table *rows;
    double *raw; /* [ROWS][OUTPUTS] by the definition */
};

static void made_init(struct made *made)
{
    made->rows = sample_table(ROWS, 5, OUTPUTS, 3);
    random_linear(&made->m, made->rows, OUTPUTS);
    made->raw = mem_alloc(ROWS, OUTPUTS * sizeof *made->raw);
    for (int64_t row = 0; row < ROWS; row++)
        for (int j = 0; j < OUTPUTS; j++) {
            const double *w = made->m.forest.linear + j * (SAMPLE_COLS + 1);
            double sum = w[SAMPLE_COLS];
            for (int col = 0; col < SAMPLE_COLS; col++) {
                double v = made->rows->values[col][row];
                if (col != 2 && !isnan(v))
                    sum += w[col] * v;
            }
            made->raw[row * OUTPUTS + j] = made->m.forest.base[j] + sum;
        }
}

static void made_release(struct made *made)
{
    mem_free(made->raw);
    tree_model_release(&made->m);
    sample_free(made->rows);
}

static void test_plain(void **state)
{
    struct made made;
    double *raw = mem_alloc(ROWS, OUTPUTS * sizeof *raw);
    (void)state;
    made_init(&made);
    forest_predict(&made.m.forest, (columns_t)made.rows->values, 7, ROWS - 7, raw);
    assert_all_close(raw, made.raw + 7 * OUTPUTS, (ROWS - 7) * OUTPUTS, 0, 0);
    mem_free(raw);
    made_release(&made);
}

static void check_predictor(const struct made *made, const struct predictor *p)
{
    double *raw = mem_alloc(PREDICTOR_ROWS, OUTPUTS * sizeof *raw);
    uint16_t *codes = mem_alloc(predictor_codes_size(p), sizeof *codes);

    for (int64_t first = 0; first < ROWS; first += PREDICTOR_ROWS) {
        int64_t left = ROWS - first;
        struct predictor_block b = {.cols = (columns_t)made->rows->values,
            .first = first,
            .n = left < PREDICTOR_ROWS ? (int)left : PREDICTOR_ROWS,
            .codes = codes};
        predictor_code(p, &b);
        predictor_raw(p, &b, raw);
        assert_all_close(raw, made->raw + first * OUTPUTS, (size_t)b.n * OUTPUTS, 0, 0);
    }
    mem_free(codes);
    mem_free(raw);
}

static void test_predictor(void **state)
{
    struct made made;
    struct err err = ERR_INIT;
    (void)state;
    made_init(&made);
    struct predictor *p = predictor_new(&made.m.forest, SAMPLE_COLS, &err);
    assert_non_null(p);
    check_predictor(&made, p);
    predictor_free(p);
    p = predictor_spend(&made.m.forest, SAMPLE_COLS, &err);
    assert_non_null(p);
    check_predictor(&made, p);
    predictor_free(p);
    made_release(&made);
}

/* What is absent is missing or 0: it adds nothing in either case. */
static void test_table(void **state)
{
    struct made made;
    (void)state;
    made_init(&made);
    struct forest *f = &made.m.forest;
    struct table *sparse = sample_sparse(made.rows);
    double *sum = mem_alloc(ROWS, OUTPUTS * sizeof *sum);
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < ROWS * OUTPUTS; k++)
            sum[k] = 0;
        linear_add_table(f, i ? sparse : made.rows, 0, 100, sum);
        linear_add_table(f, i ? sparse : made.rows, 100, ROWS - 100, sum + 100 * OUTPUTS);
        for (int k = 0; k < ROWS * OUTPUTS; k++)
            sum[k] += f->base[k % OUTPUTS];
        assert_all_close(sum, made.raw, ROWS * OUTPUTS, 0, 0);
    }
    mem_free(sum);
    sample_free(sparse);
    made_release(&made);
}

static void test_explain(void **state)
{
    struct made made;
    struct err err = ERR_INIT;
    double value[SAMPLE_COLS * OUTPUTS];
    (void)state;
    made_init(&made);
    const struct forest *f = &made.m.forest;
    struct explainer *e = explainer_new(f, SAMPLE_COLS, &err);
    assert_non_null(e);
    struct explain_scratch *s = explain_scratch_new(e, &err);
    assert_non_null(s);
    for (int64_t row = 0; row < 100; row++) {
        explain_row(e, s, (columns_t)made.rows->values, row, value);
        for (int j = 0; j < OUTPUTS; j++) {
            double sum = explainer_base(e)[j], v = made.rows->values[1][row];
            assert_true(sum == f->base[j] + linear_bias(f, j));
            for (int col = 0; col < SAMPLE_COLS; col++)
                sum += value[col * OUTPUTS + j];
            assert_close(sum, made.raw[row * OUTPUTS + j], 1e-12, 1e-12);
            assert_true(value[OUTPUTS + j] == (isnan(v) ? 0 : linear_weights(f, j)[1] * v));
        }
    }
    explain_scratch_free(s);
    explainer_free(e);
    made_release(&made);
}

static int use_once(void *ctx, struct err *err)
{
    const struct made *made = ctx;
    struct forest f = FOREST_INIT;
    struct predictor *p = predictor_new(&made->m.forest, SAMPLE_COLS, err);
    struct explainer *e = p ? explainer_new(&made->m.forest, SAMPLE_COLS, err) : NULL;
    int ret = e && forest_init(&f, FOREST_SUM, 1, 1, err) == 0 ? linear_init(&f, 3, err) : -1;

    forest_release(&f);
    explainer_free(e);
    predictor_free(p);
    return ret;
}

static void test_memory(void **state)
{
    struct made made;
    (void)state;
    made_init(&made);
    FAULT_LOOP(use_once, &made);
    made_release(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_predictor),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_explain),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
