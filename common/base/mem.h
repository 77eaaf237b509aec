/*
 * mem.h -- memory whose size is checked.
 *
 * All allocation of the suite goes through here.  Sizes are a count times an element size,
 * multiplied with a check; no memory is NULL, which the caller turns into err_memory().  A size of
 * zero gives a pointer that may be freed.  Everything is released by mem_free().  The tests make
 * the nth allocation fail by wrapping malloc, calloc, realloc and aligned_alloc when they link
 * (tests/unit/fault.h).
 */
#ifndef COMMON_BASE_MEM_H
#define COMMON_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define MEM_ALIGN 64 /* a cache line and an AVX-512 register */

/* *out = a * b (a + b); false when it does not fit. */
bool size_mul(size_t a, size_t b, size_t *out) MUST_CHECK;
bool size_add(size_t a, size_t b, size_t *out) MUST_CHECK;

void *mem_alloc(size_t n, size_t size) MUST_CHECK;  /* uninitialised */
void *mem_zalloc(size_t n, size_t size) MUST_CHECK; /* zeroed */
void *mem_aligned(
    size_t n, size_t size) MUST_CHECK; /* MEM_ALIGN, uninitialised; never mem_resize()d */
void *mem_resize(void *old, size_t n, size_t size) MUST_CHECK; /* NULL leaves old as it was */
void *mem_copy(const void *from, size_t n, size_t size) MUST_CHECK;
char *mem_strdup(const char *text) MUST_CHECK;
char *mem_strndup(const char *text, size_t len) MUST_CHECK; /* copies len bytes, ends with NUL */
void mem_free(void *p);
/* Advice that all of these bytes will be written soon: where the system has large pages to give,
 * far fewer page faults.  No more memory is used than without. */
void mem_expect(void *p, size_t bytes);

/*
 * Makes room for at least `need` elements in a growing array: *array and *capacity change together.
 * Returns 0, or -1 with the array as it was.
 */
int mem_grow(void *array, size_t *capacity, size_t need, size_t size) MUST_CHECK;

#endif
