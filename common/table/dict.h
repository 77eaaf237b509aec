/*
 * dict.h -- texts numbered in the order they are first seen.
 */
#ifndef COMMON_TABLE_DICT_H
#define COMMON_TABLE_DICT_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

struct dict; /* opaque; texts are any bytes but have no NUL; at most 2^31-2 of them */

struct dict *dict_new(void) MUST_CHECK; /* NULL: no memory */
void dict_free(struct dict *d);
int32_t dict_size(const struct dict *d);
int32_t dict_find(const struct dict *d, const char *text, size_t len); /* -1 when absent */
/* Says that a text will be looked up soon: where the dict is large, many lookups then wait for
 * memory together. */
void dict_expect(const struct dict *d, const char *text, size_t len);
int32_t dict_add(
    struct dict *d, const char *text, size_t len) MUST_CHECK; /* found or added; -1: no memory */
const char *dict_text(
    const struct dict *d, int32_t code, size_t *len); /* NUL-ended; len may be NULL */
struct dict *dict_copy(const struct dict *d) MUST_CHECK;
/* Renumbers: code i becomes order[i]'s old code, so texts stand in the given order. */
int dict_reorder(struct dict *d, const int32_t *order) MUST_CHECK;

#endif
