/* sample.c -- see sample.h. */
#include "tests/unit/cmd_toydata/sample.h"

#include <math.h>

#include "common/base/mem.h"

const struct toy_params nothing = {.seed = 1, .noise = -1};

struct sample draw(const char *name, struct toy_params params, int n)
{
    struct err err = ERR_INIT;
    struct sample s = {.n = n};

    assert_non_null(kind_find(name));
    assert_ok(toy_init(&s.toy, kind_find(name), &params, &err), &err);
    s.d = s.toy.n_dims;
    s.k = s.toy.n_classes;
    s.x = mem_alloc((size_t)n * (size_t)s.d, sizeof *s.x);
    s.y = mem_alloc((size_t)n, sizeof *s.y);
    assert_non_null(s.x);
    assert_non_null(s.y);
    for (int i = 0; i < n; i++)
        toy_row(&s.toy, i, s.x + (size_t)i * (size_t)s.d, &s.y[i]);
    return s;
}

void drop(struct sample *s)
{
    mem_free(s->x);
    mem_free(s->y);
    toy_release(&s->toy);
}

const float *row(const struct sample *s, int i)
{
    return s->x + (size_t)i * (size_t)s->d;
}

void moments(const struct sample *s, int d, int c, double *mean, double *sd, int *count)
{
    double sum = 0, squares = 0;
    int n = 0;
    for (int i = 0; i < s->n; i++) {
        if (c >= 0 && (int)s->y[i] != c)
            continue;
        double v = d < 0 ? s->y[i] : row(s, i)[d];
        sum += v;
        squares += v * v;
        n++;
    }
    assert_true(n > 0);
    *mean = sum / n;
    *sd = sqrt(fmax(squares / n - *mean * *mean, 0));
    *count = n;
}

void assert_moments(const struct sample *s, int d, int c, double mean, double sd)
{
    double m, v;
    int n;
    moments(s, d, c, &m, &v, &n);
    assert_close(m, mean, 0, 5 * sd / sqrt(n) + 1e-6);
    assert_close(v, sd, 5 / sqrt(2.0 * n), 1e-6);
}

void assert_share(double share, double p, int n)
{
    assert_close(share, p, 0, 5 * sqrt(p * (1 - p) / n));
}

void assert_classes_even(const struct sample *s)
{
    for (int c = 0; c < s->k; c++) {
        int n = 0;
        for (int i = 0; i < s->n; i++)
            n += s->y[i] == c;
        assert_share((double)n / s->n, 1.0 / s->k, s->n);
    }
}
