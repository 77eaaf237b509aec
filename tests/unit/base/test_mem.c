/* test_mem.c -- checked allocation. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/base/mem.h"

static void test_sizes_that_do_not_fit(void **state)
{
    (void)state;
    size_t n;
    assert_true(size_mul(SIZE_MAX / 3, 3, &n));
    assert_int_equal(n, SIZE_MAX / 3 * 3);
    assert_false(size_mul(SIZE_MAX / 2, 3, &n));
    assert_true(size_add(SIZE_MAX - 1, 1, &n));
    assert_false(size_add(SIZE_MAX, 1, &n));
    assert_null(mem_alloc(SIZE_MAX / 2, 4));
    assert_null(mem_zalloc(SIZE_MAX, SIZE_MAX));
    assert_null(mem_aligned(SIZE_MAX / 2, 2));
    assert_null(mem_aligned(PTRDIFF_MAX, 1));
    assert_null(mem_alloc(PTRDIFF_MAX, 2));
    assert_null(mem_copy("", SIZE_MAX, 2));
    assert_null(mem_strndup("", SIZE_MAX));
}

static void test_zero_bytes_can_be_freed(void **state)
{
    (void)state;
    void *all[] = {mem_alloc(0, 8), mem_zalloc(8, 0), mem_aligned(0, 0), mem_copy(NULL, 0, 4),
        mem_resize(NULL, 0, 4)};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_non_null(all[i]);
        mem_free(all[i]);
    }
    mem_free(NULL);
}

static void test_contents(void **state)
{
    (void)state;
    unsigned char *zero = mem_zalloc(100, 3), *aligned = mem_aligned(1, 1);
    for (int i = 0; i < 300; i++)
        assert_int_equal(zero[i], 0);
    assert_int_equal((uintptr_t)aligned % MEM_ALIGN, 0);
    char *copy = mem_copy("abcd", 2, 2), *part = mem_strndup("abcd", 3), *all = mem_strdup("abcd");
    assert_memory_equal(copy, "abcd", 4);
    assert_string_equal(part, "abc");
    assert_string_equal(all, "abcd");
    mem_free(all);
    mem_free(part);
    mem_free(copy);
    mem_free(aligned);
    mem_free(zero);
}

static void test_grow_keeps_what_is_there(void **state)
{
    (void)state;
    int *array = NULL;
    size_t room = 0;
    for (size_t i = 0; i < 10000; i++) {
        assert_int_equal(mem_grow(&array, &room, i + 1, sizeof *array), 0);
        assert_true(room > i);
        array[i] = (int)i;
    }
    for (int i = 0; i < 10000; i++)
        assert_int_equal(array[i], i);
    int *before = array;
    size_t room_before = room;
    assert_int_equal(mem_grow(&array, &room, SIZE_MAX / 2, sizeof *array), -1);
    assert_int_equal(mem_grow(&array, &room, SIZE_MAX, 1), -1);
    fault_after(1);
    assert_int_equal(mem_grow(&array, &room, room + 1, sizeof *array), -1);
    fault_off();
    assert_ptr_equal(array, before);
    assert_int_equal(room, room_before);
    assert_int_equal(array[9999], 9999);
    mem_free(array);
}

static int three_allocations(void *ctx, struct err *err)
{
    char *a = NULL, *b = NULL, *c = NULL;
    int ret = -1;
    (void)ctx;
    a = mem_strdup("a");
    b = a ? mem_aligned(3, 1) : NULL;
    c = b ? mem_zalloc(3, 1) : NULL;
    if (!c)
        err_memory(err);
    else
        ret = 0;
    mem_free(c);
    mem_free(b);
    mem_free(a);
    return ret;
}

static void test_every_allocation_can_fail(void **state)
{
    (void)state;
    assert_int_equal(FAULT_LOOP(three_allocations, NULL), 3);
    /* only the one asked for fails */
    fault_after(2);
    void *first = mem_alloc(1, 1), *second = mem_alloc(1, 1), *third = mem_alloc(1, 1);
    assert_int_equal(fault_off(), 3);
    assert_non_null(first);
    assert_null(second);
    assert_non_null(third);
    mem_free(first);
    mem_free(third);
}

/* Advice changes nothing that can be seen, wherever it begins and ends. */
static void test_expect_is_advice(void **state)
{
    enum { BYTES = 9 << 20 };
    (void)state;
    unsigned char *p = mem_zalloc(BYTES, 1);
    assert_non_null(p);
    memset(p, 7, BYTES / 2);
    mem_expect(p, BYTES);
    mem_expect(p + 1, 0);
    mem_expect(p + 12345, BYTES - 12345);
    for (size_t i = 0; i < BYTES; i++)
        assert_true(p[i] == (i < BYTES / 2 ? 7 : 0));
    mem_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_that_do_not_fit),
        cmocka_unit_test(test_zero_bytes_can_be_freed),
        cmocka_unit_test(test_contents),
        cmocka_unit_test(test_grow_keeps_what_is_there),
        cmocka_unit_test(test_every_allocation_can_fail),
        cmocka_unit_test(test_expect_is_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
