/*
 * fault.h -- makes the nth allocation fail.
 *
 * Test programs are linked with malloc, calloc, realloc and aligned_alloc of our own code wrapped.
 * Every function that allocates is run in FAULT_LOOP: with its first allocation failing, then its
 * second, and so on until it succeeds.  Leaks on the way are seen by LeakSanitizer.
 */
#ifndef TESTS_UNIT_FAULT_H
#define TESTS_UNIT_FAULT_H

#include "common/base/err.h"

/* The nth allocation from now (1: the next) fails, and only it.  Any thread's counts. */
void fault_after(long n);
/* Nothing fails any more.  Returns how many allocations there were since fault_after(). */
long fault_off(void);

/*
 * Runs fn(ctx, &err) with allocation 1, 2, 3 ... failing until it returns 0; asserts that every
 * failure before is -1 with ERR_MEMORY and a message.  fn releases all it made, whatever happens,
 * and starts afresh each time.  Returns the number of failures met; at least one is asserted.
 */
#define FAULT_LOOP(fn, ctx) fault_loop((fn), (ctx), #fn, __FILE__, __LINE__)
long fault_loop(
    int (*fn)(void *ctx, struct err *err), void *ctx, const char *what, const char *file, int line);

#endif
