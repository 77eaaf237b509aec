/*
 * coder.h -- values of a column to codes, for predicting.
 *
 * The code of a number is how many of the column's thresholds are below it, so that it is not above
 * threshold i just where its code is not above i; of a category, its level; CODER_MISSING, or its
 * low byte, for a missing value.
 */
#ifndef COMMON_TREE_CODER_H
#define COMMON_TREE_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

enum { CODER_MISSING = UINT16_MAX, CODER_BYTE_CODES = 255 /* below the byte for missing */ };

struct coder {
    bool category;
    size_t n_codes; /* at most CODER_MISSING */
    double *high;   /* numbers: the thresholds, rising, then INFINITY to a power of two, 256 or
                       more */
    size_t size;
    double pivots[16]; /* numbers of at most CODER_BYTE_CODES codes: high[15], high[31] ... */
};

/* Of threshold[n], n < CODER_MISSING, rising; -1: no memory. */
int coder_of_numbers(struct coder *c, const double *threshold, size_t n) MUST_CHECK;
void coder_of_levels(struct coder *c, size_t n_levels);
void coder_release(struct coder *c);

/* to[i * step] is the code of value[i]; whether one was missing. */
bool coder_bytes(const struct coder *c, const double *value, int n, uint8_t *to, size_t step);
void coder_words(const struct coder *c, const double *value, int n, uint16_t *to, size_t step);

#endif
