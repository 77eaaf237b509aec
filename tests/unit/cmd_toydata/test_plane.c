/* test_plane.c -- without noise, points lie where the formula of their class says. */
#include <math.h>

#include "tests/unit/cmd_toydata/sample.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_spirals),
        cmocka_unit_test(test_pinwheel),
        cmocka_unit_test(test_checkerboard),
        cmocka_unit_test(test_clouds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
