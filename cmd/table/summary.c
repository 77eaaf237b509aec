/* summary.c -- see summary.h. */
#include "cmd/table/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

/* ---- one column ---- */

/* Missing ones last. */
static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

/* Values are divided by a power of two, so that sums and squares neither overflow nor vanish. */
static void summary_moments(struct summary *s, const double *value, int64_t n, int64_t n_zeros)
{
    double sum = 0, rest = 0, squares = 0, count = (double)s->n;
    double top = fmax(fabs(s->min), fabs(s->max));
    int power = 0;

    if (isfinite(top))
        frexp(top, &power);
    if (s->min == s->max) { /* the sum's rounding would make it differ from its values */
        s->mean = s->min;
        s->sd = s->n > 1 ? 0 : NAN;
        return;
    }
    for (int64_t i = 0; i < n; i++)
        sum += ldexp(value[i], -power);
    double mean = sum / count;
    for (int64_t i = 0; i < n; i++) {
        double d = ldexp(value[i], -power) - mean;
        rest += d;
        squares += d * d;
    }
    rest -= (double)n_zeros * mean;
    squares += (double)n_zeros * mean * mean - rest * rest / count;
    s->mean = ldexp(mean, power);
    s->sd = ldexp(sqrt((squares < 0 ? 0 : squares) / (count - 1)), power);
}

void summary_of(struct summary *s, double *value, int64_t n, int64_t n_zeros, int64_t n_rows)
{
    bool zero = false;
    int64_t present = n;

    qsort(value, (size_t)n, sizeof *value, compare_values);
    while (present && isnan(value[present - 1]))
        present--;
    *s = (struct summary){.n = present + n_zeros,
        .missing = n_rows - present - n_zeros,
        .min = NAN,
        .max = NAN,
        .mean = NAN,
        .sd = NAN};
    if (!s->n)
        return;
    for (int64_t i = 0; i < present; i++) {
        s->distinct += !i || value[i] != value[i - 1];
        zero |= value[i] == 0;
    }
    s->distinct += n_zeros && !zero;
    s->min = present ? value[0] : 0;
    s->max = present ? value[present - 1] : 0;
    if (n_zeros) {
        s->min = fmin(s->min, 0);
        s->max = fmax(s->max, 0);
    }
    summary_moments(s, value, present, n_zeros);
}

/* ---- columns of a table, dense or sparse ---- */

struct columns {
    const struct table *table;
    double *value;  /* [n_rows] of one dense column, or all entries of a sparse table by column */
    int64_t *start; /* sparse: [n_cols + 1] into value */
};

static int columns_gather(struct columns *c, struct err *err)
{
    const struct sparse *sparse = c->table->sparse;
    int64_t n = sparse->start[c->table->n_rows];
    int n_cols = c->table->schema.n_cols;

    c->value = mem_alloc((size_t)n, sizeof *c->value);
    c->start = mem_zalloc((size_t)n_cols + 2, sizeof *c->start);
    if (!c->value || !c->start)
        return err_memory(err);
    for (int64_t i = 0; i < n; i++)
        c->start[sparse->col[i] + 2]++;
    for (int i = 0; i < n_cols; i++)
        c->start[i + 2] += c->start[i + 1];
    for (int64_t i = 0; i < n; i++)
        c->value[c->start[sparse->col[i] + 1]++] = sparse->value[i];
    return 0;
}

struct columns *columns_new(const struct table *t, struct err *err)
{
    struct columns *c = mem_zalloc(1, sizeof *c);
    int ret = 0;

    if (!c) {
        err_memory(err);
        return NULL;
    }
    c->table = t;
    if (t->sparse)
        ret = columns_gather(c, err);
    else if (!(c->value = mem_alloc((size_t)t->n_rows, sizeof *c->value)))
        ret = err_memory(err);
    if (ret < 0) {
        columns_free(c);
        return NULL;
    }
    return c;
}

void columns_free(struct columns *c)
{
    if (!c)
        return;
    mem_free(c->start);
    mem_free(c->value);
    mem_free(c);
}

double *columns_get(struct columns *c, int i, int64_t *n, int64_t *n_zeros)
{
    const struct table *t = c->table;

    *n_zeros = 0;
    if (t->sparse) {
        *n = c->start[i + 1] - c->start[i];
        if (t->schema.absent_zero)
            *n_zeros = t->n_rows - *n;
        return c->value + c->start[i];
    }
    *n = t->n_rows;
    memcpy(c->value, t->values[i], (size_t)t->n_rows * sizeof *c->value);
    return c->value;
}
