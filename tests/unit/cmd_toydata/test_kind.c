/* test_kind.c -- the list of made data sets, their options, meshes, and chi-square. */
#include <math.h>
#include <string.h>

#include "cmd/toydata/chi2.h"
#include "tests/unit/cmd_toydata/sample.h"

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
        cmocka_unit_test(test_grid),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
