/* grid.c -- see grid.h. */
#include "cmd/model/grid.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/base/sort.h"

static int levels_init(struct axis *a, const struct dict *levels, bool missing, struct err *err)
{
    a->n = dict_size(levels);
    a->value = mem_alloc((size_t)a->n + 1, sizeof *a->value);
    if (!a->value)
        return err_memory(err);
    for (int64_t i = 0; i < a->n; i++)
        a->value[i] = (double)i;
    if (missing)
        a->value[a->n++] = NAN;
    return 0;
}

/* Place i of n among m values. */
static int64_t quantile_place(int64_t i, int64_t n, int64_t m)
{
    return n == 1 ? (m - 1) / 2
                  : (int64_t)floor((double)i * (double)(m - 1) / (double)(n - 1) + 0.5);
}

/* Leaves at most n of sorted[m] in place, each once; returns how many. */
static int64_t thin_out(double *sorted, int64_t m, int64_t n)
{
    int64_t distinct = 0, kept = 0;

    for (int64_t i = 0; i < m; i++)
        distinct += i == 0 || sorted[i] != sorted[i - 1];
    if (distinct <= n)
        n = m;
    for (int64_t i = 0; i < n; i++) {
        double value = sorted[quantile_place(i, n, m)];
        if (kept == 0 || sorted[kept - 1] != value)
            sorted[kept++] = value;
    }
    return kept;
}

static int numbers_init(
    struct axis *a, const double *value, int64_t n_rows, int64_t n, bool missing, struct err *err)
{
    double *spare = mem_alloc((size_t)n_rows, sizeof *spare);
    int64_t m = 0;

    a->value = mem_alloc((size_t)n_rows + 1, sizeof *a->value);
    if (!a->value || !spare) {
        mem_free(spare);
        return err_memory(err);
    }
    for (int64_t i = 0; i < n_rows; i++)
        if (!isnan(value[i]))
            a->value[m++] = value[i];
    sort_doubles(a->value, (size_t)m, spare);
    mem_free(spare);
    a->n = m ? thin_out(a->value, m, n) : 0;
    if (missing)
        a->value[a->n++] = NAN;
    return 0;
}

int axis_init(
    struct axis *a, const struct table *rows, int col, int64_t n, bool missing, struct err *err)
{
    const struct col_spec *c = &rows->schema.cols[col];
    const double *value = rows->values[col];
    bool some = false;

    *a = (struct axis){.col = col};
    for (int64_t i = 0; missing && i < rows->n_rows; i++)
        some |= isnan(value[i]);
    if (c->kind == COL_CATEGORY)
        return levels_init(a, c->dict, some, err);
    return numbers_init(a, value, rows->n_rows, n, some, err);
}

void grid_release(struct grid *g)
{
    for (int i = 0; i < g->n_axes; i++)
        mem_free(g->axis[i].value);
    *g = (struct grid)GRID_INIT;
}

int64_t grid_size(const struct grid *g)
{
    int64_t n = 1;
    for (int i = 0; i < g->n_axes; i++) {
        if (g->axis[i].n > GRID_POINTS_MAX || (n *= g->axis[i].n) > GRID_POINTS_MAX)
            return GRID_POINTS_MAX + 1;
    }
    return n;
}

double grid_value(const struct grid *g, int64_t point, int axis)
{
    int64_t last = g->axis[g->n_axes - 1].n;
    if (g->n_axes == 1)
        return g->axis[0].value[point];
    return axis == 0 ? g->axis[0].value[point / last] : g->axis[1].value[point % last];
}
