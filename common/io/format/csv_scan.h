/*
 * csv_scan.h -- plain CSV text many bytes at a time: what is in it, where its fields begin, and
 * fields as numbers.
 *
 * Plain text is whole lines without quotes, NULs and carriage returns but those of CRLF.  All
 * kernels of all CPU levels give the same results.  They read up to CSV_SLACK bytes before the text
 * and behind it: the caller owns these, and what they are does not matter.
 */
#ifndef COMMON_IO_FORMAT_CSV_SCAN_H
#define COMMON_IO_FORMAT_CSV_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cpu.h"

enum { CSV_SLACK = 64, CSV_CELLS_MAX = 64 };

/* What there is in some lines, the last of which ends with '\n'. */
struct csv_census {
    int64_t n_lines;
    bool plain;
    bool returns; /* a carriage return is among them */
};

/* Fields of one column in n <= CSV_CELLS_MAX lines: the ith is text[begin[i]] up to text[next[i] -
 * 1], which is the delimiter or line end behind it. */
struct csv_cells {
    const char *text;
    const uint32_t *begin, *next;
    int n;
};

struct csv_kernels {
    void (*census)(const char *text, size_t len, struct csv_census *c);

    /*
     * Writes where fields begin that end in text[from .. to): begin[i + 1] is the byte behind the
     * ith delimiter or '\n'.  Stops after room of them; begin has room + 1 + CSV_SLACK entries.
     * Returns how many there are, at most room.
     */
    size_t (*cut)(
        const char *text, uint32_t from, uint32_t to, char delimiter, uint32_t *begin, size_t room);

    /*
     * Fields of the form [-]digits[.digits], of up to 16 characters and below 2^53 without the
     * point, but not digits alone after a zero (007).  value[i] is what number_read() says; bit i
     * of *points is set if there is a point.  Returns a bit for each other field, whose value[i]
     * may hold anything.
     */
    uint64_t (*numbers)(const struct csv_cells *cells, double *value, uint64_t *points);
};

const struct csv_kernels *csv_kernels(enum cpu_level level);

/* csv_vector.c: the kernels for x86-64; NULL if there are none for the level. */
const struct csv_kernels *csv_vector_kernels(enum cpu_level level);

#endif
