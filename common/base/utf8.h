/* utf8.h -- text as UTF-8 (RFC 3629): shortest forms only, no surrogates, nothing beyond U+10FFFF.
 */
#ifndef COMMON_BASE_UTF8_H
#define COMMON_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at text, of which left >= 1 are there, and its code point; 0: there is
 * none. */
size_t utf8_decode(const char *text, size_t left, uint32_t *code);
bool utf8_valid(const char *text, size_t len);

#endif
