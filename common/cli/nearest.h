/* nearest.h -- the name that was probably meant. */
#ifndef COMMON_CLI_NEAREST_H
#define COMMON_CLI_NEAREST_H

#include <stddef.h>

/*
 * Edits (insert, delete, replace a character, swap two neighbours) that make a of b; '_' and '-'
 * are alike.  Names longer than 63 bytes are far from everything.
 */
size_t name_distance(const char *a, const char *b);

/* Keeps the better of *best (NULL at first) and name as what `typed` may have meant; a name too far
 * from it is never kept. */
void nearest_try(const char **best, const char *typed, const char *name);

#endif
