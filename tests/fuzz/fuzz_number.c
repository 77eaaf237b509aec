/* fuzz_number.c -- number_read() is strtod() on what it accepts, which is all decimal numbers;
 * what number_write*() writes, it reads back; what the kernels for CSV accept, they read as it
 * does. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/format/csv_scan.h"
#include "common/io/format/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void check_read(const char *text, size_t len)
{
    char *copy = malloc(len + 1), *end;
    double v = 0;
    check(copy != NULL);
    memcpy(copy, text, len);
    copy[len] = '\0';
    double right = strtod(copy, &end);
    bool whole = len && end == copy + len && !strchr(" \t\n\v\f\r", copy[0]);
    bool word = strpbrk(copy, "iI") != NULL;
    bool decimal = whole && !strpbrk(copy, "xX") && !isnan(right) && (word || !isinf(right));
    bool ok = number_read(text, len, &v);
    check(ok == decimal);
    check(!ok || same(v, right));
    free(copy);
}

static void check_kernels(const char *text, size_t len)
{
    enum { MOST = 40 };
    char block[2 * CSV_SLACK + MOST + 1];
    const uint32_t begin = 0, next = (uint32_t)len + 1;
    const struct csv_cells cells = {block + CSV_SLACK, &begin, &next, 1};
    uint64_t points, left[CPU_AVX512 + 1];
    double v, right;

    if (len > MOST)
        return;
    memset(block, '7', sizeof block);
    memcpy(block + CSV_SLACK, text, len);
    for (int level = CPU_PLAIN; level <= (int)cpu_level(); level++) {
        left[level] = csv_kernels((enum cpu_level)level)->numbers(&cells, &v, &points);
        check(left[level] == left[CPU_PLAIN]);
        check(left[level] || (number_read(text, len, &right) && same(v, right)));
    }
}

static void check_write(const uint8_t *data)
{
    char text[NUMBER_MAX];
    double v, back;
    float f;
    memcpy(&v, data, sizeof v);
    memcpy(&f, data, sizeof f);
    int n = number_write(v, text);
    check(n < NUMBER_MAX && strlen(text) == (size_t)n);
    check(isnan(v) || (number_read(text, (size_t)n, &back) && same(v, back)));
    n = number_write_float(f, text);
    check(n < NUMBER_MAX && strlen(text) == (size_t)n);
    check(isnan(f) || (number_read(text, (size_t)n, &back) && same((double)f, (float)back)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_read((const char *)data, size);
    check_kernels((const char *)data, size);
    if (size >= 8)
        check_write(data);
    return 0;
}
