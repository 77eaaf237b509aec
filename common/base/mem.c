/* mem.c -- see mem.h. */
#define _DEFAULT_SOURCE /* madvise */
#include "common/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE ((uintptr_t)2 << 20)

bool size_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

bool size_add(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

/* Bytes of n elements, at least 1; 0 when they cannot exist. */
static size_t mem_bytes(size_t n, size_t size)
{
    size_t bytes;
    if (!size_mul(n, size, &bytes) || bytes > PTRDIFF_MAX)
        return 0;
    return bytes ? bytes : 1;
}

void *mem_alloc(size_t n, size_t size)
{
    size_t bytes = mem_bytes(n, size);
    return bytes ? malloc(bytes) : NULL;
}

void *mem_zalloc(size_t n, size_t size)
{
    size_t bytes = mem_bytes(n, size);
    return bytes ? calloc(bytes, 1) : NULL;
}

void *mem_aligned(size_t n, size_t size)
{
    size_t bytes = mem_bytes(n, size);
    if (!bytes || bytes > PTRDIFF_MAX - MEM_ALIGN)
        return NULL;
    return aligned_alloc(MEM_ALIGN, (bytes + MEM_ALIGN - 1) / MEM_ALIGN * MEM_ALIGN);
}

void *mem_resize(void *old, size_t n, size_t size)
{
    size_t bytes = mem_bytes(n, size);
    return bytes ? realloc(old, bytes) : NULL;
}

void *mem_copy(const void *from, size_t n, size_t size)
{
    void *to = mem_alloc(n, size);
    if (to && n && size)
        memcpy(to, from, n * size);
    return to;
}

char *mem_strndup(const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? mem_alloc(len + 1, 1) : NULL;
    if (copy) {
        if (len)
            memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

void mem_free(void *p)
{
    free(p);
}

void mem_expect(void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    /* Only whole large pages: one that is used in part would cost memory. */
    uintptr_t from = ((uintptr_t)p + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    uintptr_t to = ((uintptr_t)p + bytes) / LARGE_PAGE * LARGE_PAGE;
    if (to > from)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
    (void)p;
    (void)bytes;
#endif
}

int mem_grow(void *array, size_t *capacity, size_t need, size_t size)
{
    void *old;
    size_t room = *capacity < 16 ? 16 : *capacity;

    if (need <= *capacity)
        return 0;
    while (room < need) {
        if (room > SIZE_MAX / 2)
            return -1;
        room += room / 2;
    }
    memcpy(&old, array, sizeof old);
    void *grown = mem_resize(old, room, size);
    if (!grown)
        return -1;
    memcpy(array, &grown, sizeof grown);
    *capacity = room;
    return 0;
}
