/* csv_scan.c -- see csv_scan.h: the kernels in plain C. */
#include "common/io/format/csv_scan.h"

enum { FIELD_MAX = 16 };

static const double powers[FIELD_MAX] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static void census_plain(const char *text, size_t len, struct csv_census *c)
{
    int64_t lines = 0, returns = 0, pairs = 0;
    bool odd = false;

    for (size_t i = 0; i < len; i++) {
        lines += text[i] == '\n';
        returns += text[i] == '\r';
        pairs += i && text[i] == '\n' && text[i - 1] == '\r';
        odd |= text[i] == '"' || text[i] == '\0';
    }
    *c = (struct csv_census){lines, !odd && pairs == returns, returns > 0};
}

static size_t cut_plain(
    const char *text, uint32_t from, uint32_t to, char delimiter, uint32_t *begin, size_t room)
{
    size_t n = 0;

    begin[0] = from;
    for (uint32_t i = from; i < to && n < room; i++) {
        begin[n + 1] = i + 1;
        n += text[i] == delimiter || text[i] == '\n';
    }
    return n;
}

/* One field as numbers() takes it. */
static bool number_plain(const char *text, size_t len, double *value, bool *point)
{
    uint64_t mantissa = 0;
    size_t i = *text == '-', n_digits = 0, decimals = 0;
    bool negative = i;

    *point = false;
    if (len > FIELD_MAX || len <= i)
        return false;
    for (; i < len; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit <= 9) {
            mantissa = 10 * mantissa + digit;
            n_digits++;
            decimals += *point;
        } else if (text[i] == '.' && !*point) {
            *point = true;
        } else {
            return false;
        }
    }
    if (n_digits == 0 || mantissa >> 53 || (!*point && len > 1 && *text == '0'))
        return false;
    double v = (double)mantissa / powers[decimals];
    *value = negative ? -v : v;
    return true;
}

static uint64_t numbers_plain(const struct csv_cells *cells, double *value, uint64_t *points)
{
    uint64_t left = 0;

    *points = 0;
    for (int i = 0; i < cells->n; i++) {
        size_t begin = cells->begin[i], len = cells->next[i] - 1 - begin;
        bool point, done = number_plain(cells->text + begin, len, value + i, &point);
        left |= (uint64_t)!done << i;
        *points |= (uint64_t)(done && point) << i;
    }
    return left;
}

const struct csv_kernels *csv_kernels(enum cpu_level level)
{
    static const struct csv_kernels plain = {census_plain, cut_plain, numbers_plain};
    const struct csv_kernels *vector = csv_vector_kernels(level);
    return vector ? vector : &plain;
}
