/*
 * levelset.h -- sets of a category's levels, as words in a tree or a model file.
 *
 * The set of a node holds the levels that go the other way than missing values.  Its first word
 * says how it is kept: bit 63 clear, a bitmap: bits 32..62 the place p of its first word, bits
 * 0..31 the number n of words that follow, where bit b of word w is level 64 (p + w) + b; bit 63
 * set, a list: bits 0..31 the number of levels, which follow in rising order, two a word, the lower
 * half first.  A set is kept in the form that is shorter, so that no node costs more than its rows.
 */
#ifndef COMMON_TREE_LEVELSET_H
#define COMMON_TREE_LEVELSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool levelset_has(const uint64_t *set, uint32_t level);

/* One more than the highest level in it, or more. */
size_t levelset_end(const uint64_t *set);

/* Words that the set takes, the first included; 0 when it is no valid set of n_levels levels within
 * `room` words. */
size_t levelset_check(const uint64_t *set, size_t room, uint32_t n_levels);

/* Words of the set of level[n], rising, n >= 1; levelset_write() fills so many. */
size_t levelset_size(const uint32_t *level, uint32_t n);
void levelset_write(uint64_t *set, const uint32_t *level, uint32_t n);

#endif
