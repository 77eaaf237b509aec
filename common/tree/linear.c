/* linear.c -- see linear.h. */
#include "common/tree/linear.h"

#include <math.h>

#include "common/base/mem.h"

int linear_init(struct forest *f, int n_cols, struct err *err)
{
    f->linear_cols = n_cols;
    f->linear = mem_zalloc((size_t)f->n_outputs, ((size_t)n_cols + 1) * sizeof *f->linear);
    if (f->linear)
        return 0;
    forest_release(f);
    return err_memory(err);
}

static double term(double weight, double value)
{
    return isnan(value) ? 0 : weight * value;
}

void linear_add(
    const struct forest *f, columns_t cols, int64_t first_row, int64_t n_rows, double *out)
{
    int64_t k = f->n_outputs;

    for (int j = 0; f->linear && j < k; j++) {
        const double *weight = linear_weights(f, j);
        for (int64_t i = 0; i < n_rows; i++)
            out[i * k + j] += weight[f->linear_cols];
        for (int col = 0; col < f->linear_cols; col++) {
            if (weight[col] == 0)
                continue;
            const double *value = cols[col] + first_row;
            for (int64_t i = 0; i < n_rows; i++)
                out[i * k + j] += term(weight[col], value[i]);
        }
    }
}

static void add_entries(
    const struct forest *f, const struct sparse *s, int64_t first_row, int64_t n_rows, double *out)
{
    for (int64_t i = 0; i < n_rows; i++)
        for (int j = 0; j < f->n_outputs; j++) {
            const double *weight = linear_weights(f, j);
            double *sum = &out[i * f->n_outputs + j];
            *sum += weight[f->linear_cols];
            for (int64_t e = s->start[first_row + i]; e < s->start[first_row + i + 1]; e++)
                if (weight[s->col[e]] != 0)
                    *sum += term(weight[s->col[e]], s->value[e]);
        }
}

void linear_add_table(
    const struct forest *f, const struct table *t, int64_t first_row, int64_t n_rows, double *out)
{
    if (t->sparse && f->linear)
        add_entries(f, t->sparse, first_row, n_rows, out);
    else
        linear_add(f, (columns_t)t->values, first_row, n_rows, out);
}

void linear_explain(const struct forest *f, columns_t cols, int64_t row, double *value)
{
    for (int j = 0; f->linear && j < f->n_outputs; j++)
        for (int col = 0; col < f->linear_cols; col++) {
            double weight = linear_weights(f, j)[col];
            if (weight != 0)
                value[(size_t)col * (size_t)f->n_outputs + (size_t)j] +=
                    term(weight, cols[col][row]);
        }
}
