/* cell.c -- see cell.h. */
#include "common/table/cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

int na_init(struct na *na, const char *list)
{
    size_t n = 1;

    memset(na, 0, sizeof *na);
    for (const char *p = list; *p; p++)
        n += *p == ',';
    na->list = mem_strdup(list);
    na->item = mem_alloc(n, sizeof *na->item);
    if (!na->list || !na->item) {
        na_release(na);
        return -1;
    }
    for (char *p = na->list; p;) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma = '\0';
        if (*p) {
            na->item[na->n++] = (struct na_item){p, strlen(p)};
            na->first[(unsigned char)*p] = true;
            na->numbers = na->numbers || strchr("-.0123456789", *p);
        }
        p = comma ? comma + 1 : NULL;
    }
    return 0;
}

void na_release(struct na *na)
{
    mem_free(na->list);
    mem_free(na->item);
    memset(na, 0, sizeof *na);
}

bool na_holds(const struct na *na, const char *text, size_t len)
{
    if (len == 0)
        return true;
    if (!na->first[(unsigned char)*text])
        return false;
    for (int i = 0; i < na->n; i++)
        if (na->item[i].len == len && memcmp(na->item[i].text, text, len) == 0)
            return true;
    return false;
}

bool cell_has_leading_zero(const char *text, size_t len)
{
    if (len < 2 || text[0] != '0')
        return false;
    for (size_t i = 1; i < len; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

bool cell_is_rounded(const char *text, size_t len, double value)
{
    char exact[400];

    if (!(fabs(value) >= 9007199254740992.0))
        return false;
    if (len && (*text == '-' || *text == '+'))
        text++, len--;
    for (; len > 1 && *text == '0'; len--)
        text++;
    for (size_t i = 0; i < len; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    int n = snprintf(exact, sizeof exact, "%.0f", fabs(value));
    return (size_t)n != len || memcmp(exact, text, len) != 0;
}

int quote_length(const char *text, size_t len)
{
    size_t n = (size_t)err_quote_len(len);
    if (n < len)
        while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--;
    return (int)n;
}
