/* fault.c -- see fault.h. */
#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LOOP_MAX = 1000000 }; /* a loop that never succeeds ends here */

static atomic_long made;    /* allocations since fault_after() */
static atomic_long failing; /* the one to fail, or 0 */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

static bool fault_now(void)
{
    long n = atomic_fetch_add(&made, 1) + 1;
    return n == atomic_load(&failing);
}

void *__wrap_malloc(size_t size)
{
    return fault_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fault_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fault_now() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return fault_now() ? NULL : __real_aligned_alloc(align, size);
}

void fault_after(long n)
{
    atomic_store(&failing, 0);
    atomic_store(&made, 0);
    atomic_store(&failing, n);
}

long fault_off(void)
{
    atomic_store(&failing, 0);
    return atomic_load(&made);
}

long fault_loop(
    int (*fn)(void *ctx, struct err *err), void *ctx, const char *what, const char *file, int line)
{
    for (long n = 1; n <= LOOP_MAX; n++) {
        struct err err = ERR_INIT;
        fault_after(n);
        int ret = fn(ctx, &err);
        long count = fault_off();
        if (ret == 0 && count < n) {
            if (n == 1)
                print_error("%s allocates nothing: nothing was tested\n", what);
            else
                return n - 1;
        } else if (ret == 0) {
            print_error("%s succeeded although allocation %ld failed\n", what, n);
        } else if (count < n) {
            print_error("%s failed by itself, not for memory: %s\n", what, err.text);
        } else if (ret != -1 || err.kind != ERR_MEMORY || !strstr(err.text, "memory")) {
            print_error("%s, allocation %ld failing: returned %d, kind %d, message '%s'\n", what, n,
                ret, (int)err.kind, err.text);
        } else {
            continue;
        }
        _fail(file, line);
    }
    print_error("%s does not end\n", what);
    _fail(file, line);
    return -1;
}
