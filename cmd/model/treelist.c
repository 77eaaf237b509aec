/* treelist.c -- see treelist.h. */
#include "cmd/model/treelist.h"

#include <string.h>

/* The digits at *text, which moves behind them; -1 when there are none. */
static long read_number(const char **text)
{
    long n = -1;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        n = n > 1 << 30 ? n : (n < 0 ? 0 : n) * 10 + (**text - '0');
    return n;
}

static int item_pick(const char *item, size_t len, int n, bool *picked, struct err *err)
{
    const char *at = item;
    long first = 1, last = n;

    if (len == 3 && strncmp(item, "all", 3) == 0)
        at += 3;
    else {
        long from = read_number(&at);
        bool range = at < item + len && *at == '-';
        at += range;
        long to = range ? read_number(&at) : from;
        if (at != item + len || (from < 0 && to < 0))
            return err_usage(
                err, "--tree: '%.*s' is neither a number nor a range", err_quote_len(len), item);
        first = from < 0 ? 1 : from;
        last = to < 0 ? n : to;
        if (first > last && from >= 0 && to >= 0)
            return err_usage(err, "--tree: '%.*s' ends before it begins", err_quote_len(len), item);
        long wrong = first < 1 || first > n ? first : last < 1 || last > n ? last : -1;
        if (wrong >= 0)
            return err_usage(
                err, "--tree: no tree %ld: there %s %d", wrong, n == 1 ? "is" : "are 1 to", n);
    }
    for (long i = first; i <= last; i++)
        picked[i - 1] = true;
    return 0;
}

int treelist_pick(const char *list, int n, bool *picked, struct err *err)
{
    for (int i = 0; i < n; i++)
        picked[i] = !list;
    while (list) {
        size_t len = strcspn(list, ",");
        if (item_pick(list, len, n, picked, err) < 0)
            return -1;
        list = list[len] ? list + len + 1 : NULL;
    }
    return 0;
}
