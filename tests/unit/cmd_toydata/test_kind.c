/*
 * test_kind.c -- the made data sets against what is known of them in closed form.
 *
 * Numbers without a formula beside them are printed by tests/gold/toydata/facts.py.  Sampling
 * errors are allowed for at five standard deviations; the seed is fixed, so a pass stays a pass.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/toydata/chi2.h"
#include "cmd/toydata/kind.h"
#include "common/base/mem.h"
#include "tests/unit/unit.h"

#define PI 3.14159265358979323846

enum { ROWS = 20000 };

struct sample {
    struct toy toy;
    int n, d, k;
    float *x; /* [n][d] */
    double *y;
};

static struct toy_params nothing = {.seed = 1, .noise = -1};

static struct sample draw(const char *name, struct toy_params params, int n)
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

static void drop(struct sample *s)
{
    mem_free(s->x);
    mem_free(s->y);
    toy_release(&s->toy);
}

static const float *row(const struct sample *s, int i)
{
    return s->x + (size_t)i * (size_t)s->d;
}

/* Mean and standard deviation of column d (-1: y) over the rows of class c (-1: all). */
static void moments(const struct sample *s, int d, int c, double *mean, double *sd, int *count)
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

/* Normal with this mean and standard deviation, as far as two moments tell. */
static void assert_moments(const struct sample *s, int d, int c, double mean, double sd)
{
    double m, v;
    int n;
    moments(s, d, c, &m, &v, &n);
    assert_close(m, mean, 0, 5 * sd / sqrt(n) + 1e-6);
    assert_close(v, sd, 5 / sqrt(2.0 * n), 1e-6);
}

static void assert_share(double share, double p, int n)
{
    assert_close(share, p, 0, 5 * sqrt(p * (1 - p) / n));
}

static void assert_classes_even(const struct sample *s)
{
    for (int c = 0; c < s->k; c++) {
        int n = 0;
        for (int i = 0; i < s->n; i++)
            n += s->y[i] == c;
        assert_share((double)n / s->n, 1.0 / s->k, s->n);
    }
}

static void test_chi2(void **state)
{
    static const struct {
        double p;
        int degrees;
        double x;
    } known[] = {
        {0.5, 10, 9.34181776559197},
        {1 / 3.0, 10, 7.61210903342463},
        {2 / 3.0, 10, 11.3173573940841},
        {0.5, 1, 0.454936423119572},
        {0.001, 3, 0.0242975858156927},
        {0.999, 4096, 4381.4048761582},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_close(chi2_quantile(known[i].p, known[i].degrees), known[i].x, 1e-11, 0);
        assert_close(chi2_below(known[i].x, known[i].degrees), known[i].p, 1e-10, 0);
    }
    assert_close(chi2_below(3, 2), 1 - exp(-1.5), 1e-14, 0);
    assert_close(chi2_below(0, 2), 0, 0, 0);
}

/* Every kind draws what its parameters say, and the same row whatever was drawn before. */
static void test_every_kind(void **state)
{
    static const struct toy_axis axes[2] = {{-1, 1, 5}, {0, 2, 3}};
    struct err err = ERR_INIT;
    float x[64], again[64];
    double y = 0, y_again = 0;

    (void)state;
    for (int i = 0; kinds[i]; i++) {
        struct toy toy;
        struct toy_params p = {.seed = 5, .noise = -1, .axes = axes};
        assert_ptr_equal(kind_find(kinds[i]->name), kinds[i]);
        for (int j = 0; j < i; j++)
            assert_int_not_equal(kinds[i]->stream, kinds[j]->stream);
        assert_ok(toy_init(&toy, kinds[i], &p, &err), &err);
        assert_true(toy.n_dims <= 64);
        toy_row(&toy, 12345678901234, x, &y);
        toy_row(&toy, 3, again, &y_again);
        toy_row(&toy, 12345678901234, again, &y_again);
        assert_memory_equal(x, again, sizeof *x * (size_t)toy.n_dims);
        assert_true(y == y_again);
        for (int d = 0; d < toy.n_dims; d++)
            assert_true(isfinite(x[d]));
        if (!(kinds[i]->uses & (TOY_REAL | TOY_MESH)))
            assert_true(y == floor(y) && y >= 0 && y < toy.n_classes);
        toy_release(&toy);
    }
}

/* Seeds, and kinds of one seed, give unlike rows. */
static void test_seed_matters(void **state)
{
    struct toy_params two = nothing;
    two.seed = 2;
    struct sample a = draw("hastie", nothing, 500), b = draw("hastie", two, 500);
    struct sample c = draw("spheres", nothing, 500);
    int same_seed = 0, same_kind = 0;

    (void)state;
    for (int i = 0; i < 500 * 10; i++) {
        same_seed += a.x[i] == b.x[i];
        same_kind += a.x[i] == c.x[i];
    }
    assert_true(same_seed < 5);
    assert_true(same_kind < 5);
    drop(&a);
    drop(&b);
    drop(&c);
}

static void test_options(void **state)
{
    struct err err = ERR_INIT;
    struct toy toy;
    struct toy_params p;

    (void)state;
    p = nothing, p.classes = 3;
    assert_err(toy_init(&toy, kind_find("friedman1"), &p, &err), &err, ERR_USAGE,
        "friedman1 takes no --classes");
    p = nothing, p.noise = 0;
    assert_err(
        toy_init(&toy, kind_find("hastie"), &p, &err), &err, ERR_USAGE, "hastie takes no --noise");
    p = nothing, p.dims = 3;
    assert_err(
        toy_init(&toy, kind_find("moons"), &p, &err), &err, ERR_USAGE, "moons takes no --dims");
    p = nothing, p.dims = 4;
    assert_err(toy_init(&toy, kind_find("friedman1"), &p, &err), &err, ERR_USAGE,
        "--dims must be from 5 to 4096, not 4");
    p = nothing, p.classes = 3;
    assert_err(toy_init(&toy, kind_find("checkerboard"), &p, &err), &err, ERR_USAGE,
        "--classes must be from 1 to 2, not 3");
    assert_null(kind_find("moon"));
    assert_string_equal(kind_suggest("moon"), "moons");
    assert_string_equal(kind_suggest("freidman1"), "friedman1");
    assert_null(kind_suggest("xyz"));
}

/* Without noise every point lies where the formula of its class says. */
static void test_shapes(void **state)
{
    struct toy_params p = nothing;
    p.noise = 0;
    struct sample s = draw("moons", p, 2000);

    (void)state;
    for (int i = 0; i < s.n; i++) {
        const float *x = row(&s, i);
        bool second = s.y[i] == 1;
        assert_close(hypot(x[0] - (second ? 1 : 0), x[1] - (second ? 0.5 : 0)), 1, 0, 1e-6);
        assert_true(second ? x[1] <= 0.5 : x[1] >= 0);
    }
    assert_classes_even(&s);
    drop(&s);

    p.classes = 3;
    s = draw("circles", p, 2000);
    for (int i = 0; i < s.n; i++)
        assert_close(hypot(row(&s, i)[0], row(&s, i)[1]), 1 - s.y[i] / 3, 0, 1e-6);
    assert_classes_even(&s);
    drop(&s);

    s = draw("rings", p, 2000);
    for (int i = 0; i < s.n; i++)
        assert_close(hypot(row(&s, i)[0], row(&s, i)[1]), s.y[i] + 1, 0, 1e-6);
    assert_classes_even(&s);
    assert_moments(&s, 0, 2, 0, 3 / sqrt(2)); /* a ring is as wide as high */
    assert_moments(&s, 1, 2, 0, 3 / sqrt(2));
    drop(&s);
}

static double turn(double angle)
{
    angle = fmod(angle, 2 * PI);
    return angle < 0 ? angle + 2 * PI : angle;
}

/* Radius gives i, i gives the angle, and the class adds its part of a turn. */
static void test_spirals(void **state)
{
    struct toy_params p = nothing;
    p.noise = 0;
    p.classes = 3;
    struct sample s = draw("spirals", p, 2000);

    (void)state;
    for (int n = 0; n < s.n; n++) {
        const float *x = row(&s, n);
        double i = 104 * (1 - hypot(x[0], x[1]) / 6.5);
        double angle = atan2(x[0], x[1]) - (i * PI / 16 + 2 * PI * s.y[n] / 3);
        assert_true(i > -1e-4 && i < 96 + 1e-4);
        assert_close(turn(angle + 1), 1, 0, 1e-4);
    }
    assert_classes_even(&s);
    drop(&s);
}

static void test_pinwheel(void **state)
{
    struct toy_params p = nothing;
    p.noise = 0;
    struct sample s = draw("pinwheel", p, ROWS);
    double sum = 0, squares = 0;

    (void)state;
    for (int n = 0; n < s.n; n++) {
        const float *x = row(&s, n);
        double radial = hypot(x[0], x[1]) / 2; /* or less than 0, one time in 2000 */
        double angle = turn(-atan2(x[1], x[0]) - 2 * PI * s.y[n] / 5 - 0.25 * exp(radial) + 1);
        if (fabs(angle - 1) > 1e-4) {
            radial = -radial;
            angle = turn(-atan2(x[1], x[0]) + PI - 2 * PI * s.y[n] / 5 - 0.25 * exp(radial) + 1);
        }
        assert_close(angle, 1, 0, 1e-4);
        sum += radial;
        squares += radial * radial;
    }
    double mean = sum / s.n;
    assert_close(mean, 1, 0, 5 * 0.3 / sqrt(s.n));
    assert_close(sqrt(squares / s.n - mean * mean), 0.3, 5 / sqrt(2.0 * s.n), 0);
    drop(&s);
}

static void test_checkerboard(void **state)
{
    struct sample s = draw("checkerboard", nothing, ROWS);
    int squares[4][4] = {{0}};

    (void)state;
    for (int n = 0; n < s.n; n++) {
        int i = (int)floor(row(&s, n)[0] / 2) + 2, j = (int)floor(row(&s, n)[1] / 2) + 2;
        assert_in_range(i, 0, 3);
        assert_in_range(j, 0, 3);
        assert_int_equal((i + j) % 2, (int)s.y[n]);
        squares[i][j]++;
    }
    for (int i = 0; i < 16; i++)
        assert_share((double)squares[i / 4][i % 4] / s.n, 1.0 / 16, s.n);
    drop(&s);

    struct toy_params p = nothing;
    p.classes = 1;
    s = draw("checkerboard", p, 1000);
    for (int n = 0; n < s.n; n++) {
        int i = (int)floor(row(&s, n)[0] / 2) + 2, j = (int)floor(row(&s, n)[1] / 2) + 2;
        assert_int_equal((i + j) % 2, 0);
        assert_true(s.y[n] == 0);
    }
    drop(&s);
}

static void test_clouds(void **state)
{
    struct sample s = draw("8gaussians", nothing, ROWS);

    (void)state;
    for (int c = 0; c < 8; c++) {
        assert_moments(&s, 0, c, 4 / sqrt(2) * cos(c * PI / 4), 0.5 / sqrt(2));
        assert_moments(&s, 1, c, 4 / sqrt(2) * sin(c * PI / 4), 0.5 / sqrt(2));
    }
    assert_classes_even(&s);
    drop(&s);

    struct toy_params p = {.seed = 1, .noise = 0.25, .classes = 4, .dims = 3};
    s = draw("blobs", p, ROWS);
    for (int c = 0; c < 4; c++)
        for (int d = 0; d < 3; d++) {
            double centre = s.toy.fixed[c * 3 + d];
            assert_true(fabs(centre) <= 10);
            assert_moments(&s, d, c, centre, 0.25);
        }
    assert_classes_even(&s);
    drop(&s);
}

static void test_friedman1(void **state)
{
    struct toy_params p = nothing;
    p.noise = 0;
    struct sample s = draw("friedman1", p, ROWS), noisy = draw("friedman1", nothing, ROWS);
    double squares = 0, m, sd;
    int n;

    (void)state;
    moments(&s, -1, -1, &m, &sd, &n);
    assert_close(m, 14.413297342419856, 0, 5 * 4.88 / sqrt(n));
    for (int d = 0; d < 10; d++) {
        moments(&s, d, -1, &m, &sd, &n);
        assert_close(m, 0.5, 0, 5 * sqrt(1 / 12.0 / n));
        assert_close(sd, sqrt(1 / 12.0), 0.02, 0);
    }
    for (int i = 0; i < s.n; i++) {
        const float *x = row(&s, i);
        assert_close(s.y[i],
            10 * sin(PI * x[0] * x[1]) + 20 * (x[2] - 0.5) * (x[2] - 0.5) + 10.0 * x[3] +
                5.0 * x[4],
            0, 1e-5);
        double e = noisy.y[i] - s.y[i]; /* the same columns: only the noise differs */
        squares += e * e;
    }
    assert_close(sqrt(squares / s.n), 1, 5 / sqrt(2.0 * s.n), 0);
    drop(&s);
    drop(&noisy);
}

static void test_friedman23(void **state)
{
    struct toy_params p = nothing;
    p.noise = 0;
    struct sample s = draw("friedman2", p, ROWS);
    double m, sd;
    int n;

    (void)state;
    moments(&s, -1, -1, &m, &sd, &n);
    assert_close(m, 479.53918, 0, 5 * 378.93943 / sqrt(n));
    assert_close(sd, 378.93943, 0.03, 0);
    moments(&s, 1, -1, &m, &sd, &n);
    assert_close(m, 300 * PI, 0, 5 * 520 * PI / sqrt(12.0 * n));
    moments(&s, 3, -1, &m, &sd, &n);
    assert_close(m, 6, 0, 5 * 10 / sqrt(12.0 * n));
    drop(&s);
    s = draw("friedman3", p, ROWS);
    moments(&s, -1, -1, &m, &sd, &n);
    assert_close(m, 1.3238431, 0, 5 * 0.3166035 / sqrt(n));
    assert_close(sd, 0.3166035, 0.05, 0);
    drop(&s);
    s = draw("friedman2", nothing, ROWS); /* variances add: 378.9^2 + 125^2 */
    moments(&s, -1, -1, &m, &sd, &n);
    assert_close(sd, hypot(378.93943, 125), 0.03, 0);
    drop(&s);
    s = draw("friedman3", nothing, ROWS);
    moments(&s, -1, -1, &m, &sd, &n);
    assert_close(sd, hypot(0.3166035, 0.1), 0.05, 0);
    drop(&s);
}

static void test_spheres(void **state)
{
    struct toy_params p = nothing;
    p.classes = 3;
    struct sample s = draw("spheres", p, ROWS), h = draw("hastie", nothing, ROWS);

    (void)state;
    assert_classes_even(&s);
    for (int i = 0; i < s.n; i++) {
        double sum = 0, h_sum = 0;
        for (int d = 0; d < 10; d++) {
            sum += (double)row(&s, i)[d] * row(&s, i)[d];
            h_sum += (double)row(&h, i)[d] * row(&h, i)[d];
        }
        assert_int_equal((int)s.y[i], (sum >= 7.61210903342463) + (sum >= 11.3173573940841));
        assert_int_equal((int)h.y[i], h_sum > 9.34);
    }
    assert_classes_even(&h);
    for (int d = 0; d < 10; d++) {
        assert_moments(&s, d, -1, 0, 1);
        assert_moments(&h, d, -1, 0, 1);
    }
    drop(&s);
    drop(&h);
}

/* Log-likelihood ratio of class 1 against class 0, up to what both have. */
static double twonorm_ratio(const float *x)
{
    double sum = 0;
    for (int d = 0; d < 20; d++)
        sum += x[d];
    return -sum;
}

static double threenorm_ratio(const float *x)
{
    double u = 0, v = 0; /* on unit vectors along (1, 1, ...) and (1, -1, ...): means +-2 and 2 */
    for (int d = 0; d < 20; d++) {
        u += x[d] / sqrt(20);
        v += (d % 2 ? -x[d] : x[d]) / sqrt(20);
    }
    double zero = (exp(-(u - 2) * (u - 2) / 2) + exp(-(u + 2) * (u + 2) / 2)) / 2 * exp(-v * v / 2);
    return exp(-u * u / 2) * exp(-(v - 2) * (v - 2) / 2) - zero;
}

static double ringnorm_ratio(const float *x)
{
    double sum = 20 * log(2), a = 1 / sqrt(20);
    for (int d = 0; d < 20; d++)
        sum += ((double)x[d] * x[d] / 4 - (x[d] - a) * (x[d] - a)) / 2;
    return sum;
}

static void assert_bayes(const char *name, double (*ratio)(const float *), double error)
{
    struct sample s = draw(name, nothing, ROWS);
    int wrong = 0;
    for (int i = 0; i < s.n; i++)
        wrong += (ratio(row(&s, i)) > 0) != (s.y[i] == 1);
    assert_share((double)wrong / s.n, error, s.n);
    assert_classes_even(&s);
    drop(&s);
}

static void test_bayes(void **state)
{
    (void)state;
    assert_bayes("twonorm", twonorm_ratio, 0.022750131948179195);
    assert_bayes("threenorm", threenorm_ratio, 0.10463316306555105);
    assert_bayes("ringnorm", ringnorm_ratio, 0.014965409065597454);
}

static void test_norm_moments(void **state)
{
    struct sample two = draw("twonorm", nothing, ROWS), ring = draw("ringnorm", nothing, ROWS);

    (void)state;
    for (int d = 0; d < 20; d++) {
        assert_moments(&two, d, 0, 2 / sqrt(20), 1);
        assert_moments(&two, d, 1, -2 / sqrt(20), 1);
        assert_moments(&ring, d, 0, 0, 2);
        assert_moments(&ring, d, 1, 1 / sqrt(20), 1);
    }
    drop(&two);
    drop(&ring);
}

/* A uniform mixture of triangles a and b has mean (a + b)/2 and variance (a - b)^2/12, and noise
 * adds 1. */
static void test_waveform(void **state)
{
    static const int h[3][21] = {
        {0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0},
        {0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    };
    static const int mix[3][2] = {{0, 1}, {0, 2}, {1, 2}};
    struct toy_params p = nothing;
    p.dims = 23;
    struct sample s = draw("waveform", p, ROWS);

    (void)state;
    assert_classes_even(&s);
    for (int c = 0; c < 3; c++) {
        for (int d = 0; d < 21; d++) {
            double a = h[mix[c][0]][d], b = h[mix[c][1]][d];
            assert_moments(&s, d, c, (a + b) / 2, sqrt(1 + (a - b) * (a - b) / 12));
        }
        assert_moments(&s, 21, c, 0, 1);
        assert_moments(&s, 22, c, 0, 1);
    }
    drop(&s);
}

static void test_mixed(void **state)
{
    /* The mean of (y - 0.5358) times each term, from four million rows drawn by numpy. */
    static const double known[8] = {
        0.0929, 0.1537, 0.0614, 0.0856, 0.0148, -0.0160, 0.0984, 0.0195};
    struct sample s = draw("mixed", nothing, 4 * ROWS);
    double mean[8] = {0}, squares[8] = {0}, m, sd;
    int n;

    (void)state;
    moments(&s, -1, -1, &m, &sd, &n);
    assert_share(m, 0.5358, s.n);
    for (int i = 0; i < s.n; i++) {
        const float *x = row(&s, i);
        const double terms[8] = {sin(2.0 * x[0]), (double)x[1] * x[2], x[3] > 0 ? x[4] : 0,
            log(x[20]) * x[5], x[24] == 2, x[25] > 3, (double)x[6] * x[6], fabs(x[7])};
        for (int t = 0; t < 8; t++) {
            double v = (s.y[i] - 0.5358) * terms[t];
            mean[t] += v / s.n;
            squares[t] += v * v / s.n;
        }
        for (int d = 24; d < 28; d++)
            assert_true(x[d] == floor(x[d]) && x[d] >= 0 && x[d] <= 5);
    }
    for (int t = 0; t < 8; t++)
        assert_close(mean[t], known[t], 0, 5 * sqrt(squares[t] / s.n) + 0.0005);
    for (int d = 0; d < 20; d++)
        assert_moments(&s, d, -1, 0, 1);
    for (int d = 20; d < 24; d++) {
        moments(&s, d, -1, &m, &sd, &n);
        assert_close(m, exp(0.5), 0, 5 * 2.17 / sqrt(n));
    }
    for (int d = 24; d < 28; d++) {
        moments(&s, d, -1, &m, &sd, &n);
        assert_close(m, 2.5, 0, 5 * 1.71 / sqrt(n));
    }
    drop(&s);
}

static void test_grid(void **state)
{
    static const struct toy_axis axes[3] = {{-1, 1, 3}, {0, 0.3, 4}, {7, 9, 1}};
    static const float x1[3] = {-1, 0, 1}, x2[4] = {0, 0.1f, 0.2f, 0.3f};
    struct err err = ERR_INIT;
    struct toy toy;
    struct toy_params p = {.seed = 1, .noise = -1, .dims = 3, .axes = axes};
    float x[3];
    double y;

    (void)state;
    assert_ok(toy_init(&toy, kind_find("grid"), &p, &err), &err);
    assert_int_equal(toy_mesh_rows(&toy), 12);
    for (int i = 0; i < 12; i++) {
        toy_row(&toy, i, x, &y);
        assert_true(x[0] == x1[i / 4] && x[2] == 7);
        assert_close(x[1], x2[i % 4], 1e-6, 0);
    }
    assert_true(x[1] == 0.3f); /* the end is met exactly */
    toy_release(&toy);

    static const struct toy_axis huge[2] = {{0, 1, INT64_C(1) << 32}, {0, 1, INT64_C(1) << 31}};
    p.axes = huge, p.dims = 2;
    assert_ok(toy_init(&toy, kind_find("grid"), &p, &err), &err);
    assert_int_equal(toy_mesh_rows(&toy), -1);
    toy_release(&toy);
}

static int start_and_release(void *ctx, struct err *err)
{
    struct toy toy;
    if (toy_init(&toy, kind_find(ctx), &nothing, err) < 0)
        return -1;
    toy_release(&toy);
    return 0;
}

static void test_memory(void **state)
{
    char blobs[] = "blobs", spheres[] = "spheres";
    (void)state;
    FAULT_LOOP(start_and_release, blobs);
    FAULT_LOOP(start_and_release, spheres);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chi2),
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_seed_matters),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_spirals),
        cmocka_unit_test(test_pinwheel),
        cmocka_unit_test(test_checkerboard),
        cmocka_unit_test(test_clouds),
        cmocka_unit_test(test_friedman1),
        cmocka_unit_test(test_friedman23),
        cmocka_unit_test(test_spheres),
        cmocka_unit_test(test_bayes),
        cmocka_unit_test(test_norm_moments),
        cmocka_unit_test(test_waveform),
        cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_grid),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
