/* fitted.c -- see fitted.h. */
#include "tests/unit/fitted.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/unit/sample.h"
#include "tests/unit/unit.h"

struct table *fitted_table(
    const double *x, int64_t n, int d, const double *y, int n_classes, const double *weight)
{
    struct table *t = mem_zalloc(1, sizeof *t);

    assert_non_null(t);
    t->schema = (struct schema){.n_cols = d, .named = true};
    t->schema.cols = mem_zalloc((size_t)d, sizeof *t->schema.cols);
    t->schema.na = mem_strdup("NA");
    t->n_rows = n;
    t->values = mem_zalloc((size_t)d, sizeof *t->values);
    t->y = mem_copy(y, (size_t)n, sizeof *y);
    if (weight)
        t->weight = mem_copy(weight, (size_t)n, sizeof *weight);
    for (int col = 0; col < d; col++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", col + 1);
        t->schema.cols[col] = (struct col_spec){.name = mem_strdup(name), .kind = COL_NUMBER};
        t->values[col] = mem_alloc((size_t)n, sizeof **t->values);
        for (int64_t i = 0; i < n; i++)
            t->values[col][i] = x[i * d + col];
    }
    t->target.name = mem_strdup("y");
    t->target.task = n_classes ? TASK_CLASSIFICATION : TASK_REGRESSION;
    if (n_classes)
        t->target.classes = dict_new();
    for (int k = 0; k < n_classes; k++) {
        char label[2] = {(char)('a' + k), '\0'};
        assert_int_equal(dict_add(t->target.classes, label, 1), k);
    }
    return t;
}

double fitted_measured(const struct fit *fit, int round, const char *data, const char *name)
{
    for (int i = 0; i < fit->n_measurements; i++) {
        const struct measurement *m = &fit->measurements[i];
        if (m->round == round && strcmp(m->data, data) == 0 && strcmp(m->name, name) == 0)
            return m->value;
    }
    return NAN;
}

double *fitted_raw(const struct fit *fit, const struct table *t, int n_rounds)
{
    struct forest some = fit->forest; /* borrows all */
    double *raw = mem_alloc((size_t)t->n_rows, (size_t)some.n_outputs * sizeof *raw);

    assert_non_null(raw);
    some.n_trees = n_rounds * forest_trees_per_round(&some);
    forest_predict(&some, (columns_t)t->values, 0, t->n_rows, raw);
    return raw;
}

void assert_same_forest(const struct forest *a, const struct forest *b)
{
    assert_int_equal(a->n_trees, b->n_trees);
    for (int k = 0; k < a->n_outputs; k++)
        assert_true(a->base[k] == b->base[k]);
    for (int i = 0; i < a->n_trees; i++) {
        struct tree s = forest_tree(a, i), t = forest_tree(b, i);
        assert_same_tree(&s, &t);
        for (size_t k = 0; k < s.n_leaves * (size_t)a->leaf_width; k++)
            assert_true(s.values[k] == t.values[k]);
        assert_true(!a->tree_weight || a->tree_weight[i] == b->tree_weight[i]);
    }
}
