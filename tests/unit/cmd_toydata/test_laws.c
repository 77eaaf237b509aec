/*
 * test_laws.c -- targets and classes against closed forms.
 *
 * Numbers without a formula beside them are printed by tests/gold/toydata/facts.py.
 */
#include <math.h>

#include "tests/unit/cmd_toydata/sample.h"

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

/* The target of a row against the formula, which says where the capacitance counts. */
static void assert_circuit(const struct sample *s, bool phase)
{
    for (int i = 0; i < s->n; i++) {
        const float *x = row(s, i);
        double a = x[0], b = (double)x[1] * x[2] - 1.0 / ((double)x[1] * x[3]);
        assert_close(s->y[i], phase ? atan(b / a) : hypot(a, b), 1e-12, 0);
    }
}

static void test_friedman23(void **state)
{
    struct toy_params p = nothing;
    p.noise = 0;
    struct sample s = draw("friedman2", p, ROWS);
    double m, sd;
    int n;

    (void)state;
    assert_circuit(&s, false);
    moments(&s, -1, -1, &m, &sd, &n);
    assert_close(m, 479.53918, 0, 5 * 378.93943 / sqrt(n));
    assert_close(sd, 378.93943, 0.03, 0);
    moments(&s, 1, -1, &m, &sd, &n);
    assert_close(m, 300 * PI, 0, 5 * 520 * PI / sqrt(12.0 * n));
    moments(&s, 3, -1, &m, &sd, &n);
    assert_close(m, 6, 0, 5 * 10 / sqrt(12.0 * n));
    drop(&s);
    s = draw("friedman3", p, ROWS);
    assert_circuit(&s, true);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_friedman1),
        cmocka_unit_test(test_friedman23),
        cmocka_unit_test(test_spheres),
        cmocka_unit_test(test_bayes),
        cmocka_unit_test(test_norm_moments),
        cmocka_unit_test(test_waveform),
        cmocka_unit_test(test_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
