/* test_rows.c -- the CSV of a made data set: the same bytes for any number of threads. */
#include <stdio.h>
#include <string.h>

#include "cmd/toydata/kind.h"
#include "cmd/toydata/rows.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "tests/unit/unit.h"

static const struct toy_params nothing = {.seed = 1, .noise = -1};

/* The text of a kind's first n rows; mem_free(). */
static char *csv(const char *kind, int64_t n, int threads)
{
    struct err err = ERR_INIT;
    struct toy toy;
    struct output out = OUTPUT_INIT;
    const char *path = unit_path("rows.csv");

    assert_ok(pool_start(threads, &err), &err);
    assert_ok(toy_init(&toy, kind_find(kind), &nothing, &err), &err);
    assert_ok(output_open(&out, path, OUTPUT_TEXT, &err), &err);
    assert_ok(rows_write(&toy, n, &out, NULL, &err), &err);
    assert_ok(output_close(&out, &err), &err);
    toy_release(&toy);
    pool_stop();

    FILE *f = fopen(path, "rb");
    char *text = mem_zalloc(1 << 23, 1);
    assert_non_null(f);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 23) - 1, f) > 0);
    fclose(f);
    return text;
}

/* More rows than one wave holds, so that blocks are used again. */
static void test_threads(void **state)
{
    enum { N = 20011 };
    char *one = csv("mixed", N, 1);
    size_t lines = 0;

    (void)state;
    for (const char *c = one; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, N + 1);
    for (int threads = 2; threads <= 8; threads += 3) {
        char *many = csv("mixed", N, threads);
        assert_string_equal(one, many);
        mem_free(many);
    }
    mem_free(one);
}

static void test_prefix(void **state)
{
    (void)state;
    for (int i = 0; kinds[i]; i++) {
        if (kinds[i]->uses & TOY_MESH)
            continue;
        char *few = csv(kinds[i]->name, 10, 1), *many = csv(kinds[i]->name, 1000, 1);
        assert_true(strlen(many) > 50 * strlen(few) / 10);
        assert_memory_equal(few, many, strlen(few));
        mem_free(few);
        mem_free(many);
    }
}

static void test_header(void **state)
{
    char *two = csv("moons", 1, 1), *mixed = csv("mixed", 1, 1);

    (void)state;
    assert_memory_equal(two, "x1,x2,y\n", 8);
    assert_memory_equal(mixed, "f0,f1,f2,", 9);
    assert_non_null(strstr(mixed, ",f26,f27,y\n"));
    mem_free(two);
    mem_free(mixed);
}

static int write_some(void *ctx, struct err *err)
{
    struct toy toy = TOY_INIT;
    struct output out = OUTPUT_INIT;
    int ret = -1;

    if (toy_init(&toy, kind_find("blobs"), &nothing, err) < 0)
        return -1;
    if (output_open(&out, ctx, OUTPUT_TEXT, err) < 0 ||
        rows_write(&toy, 20000, &out, NULL, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    toy_release(&toy);
    return ret;
}

static void test_memory(void **state)
{
    char path[4096];
    (void)state;
    snprintf(path, sizeof path, "%s", unit_path("fault.csv"));
    FAULT_LOOP(write_some, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
