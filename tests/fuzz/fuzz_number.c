/* fuzz_number.c -- number_read() is strtod() on what it accepts, which is all decimal numbers;
 * what number_write*() writes, it reads back. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
    if (size >= 8)
        check_write(data);
    return 0;
}
