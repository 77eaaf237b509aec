/* list.c -- LISTs of columns; see schema.h. */
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/cli/nearest.h"
#include "common/table/schema.h"

enum { LIST_NAMES_SHOWN = 8 };

struct names {
    const char *const *item;
    int n;
    bool commas; /* some name has a comma in it */
};

static int find_name(const struct names *names, const char *text, size_t len)
{
    for (int i = 0; i < names->n; i++)
        if (strncmp(names->item[i], text, len) == 0 && names->item[i][len] == '\0')
            return i;
    return -1;
}

/* All digits: the position, capped far above any; else 0. */
static long read_position(const char *text, size_t len)
{
    long value = 0;
    if (len == 0)
        return 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        if (value < 100000000)
            value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* Name or position; -1 when it is neither. */
static int find_column(const struct names *names, const char *text, size_t len)
{
    int i = find_name(names, text, len);
    if (i >= 0)
        return i;
    long position = read_position(text, len);
    return position >= 1 && position <= names->n ? (int)position - 1 : -1;
}

/* Appends "a, b, c" and "and 5 more". */
static int show_names(struct buf *out, const struct names *names)
{
    for (int i = 0; i < names->n; i++) {
        if (i == LIST_NAMES_SHOWN && names->n > LIST_NAMES_SHOWN + 1)
            return buf_printf(out, " and %d more", names->n - i);
        if (buf_printf(out, "%s%.*s", i ? ", " : "", err_quote_len(strlen(names->item[i])),
                names->item[i]) < 0)
            return -1;
    }
    return 0;
}

/* Is item one of the parts that d cuts name into? */
static bool has_part(const char *name, char d, const char *item)
{
    size_t len = strlen(item);
    const char *p = name;

    for (;;) {
        const char *stop = strchr(p, d);
        if ((stop ? (size_t)(stop - p) : strlen(p)) == len && memcmp(p, item, len) == 0)
            return true;
        if (!stop)
            return false;
        p = stop + 1;
    }
}

/* A usual delimiter inside the only name, or between parts of a name one of which is asked for. */
static char delimiter_inside(const char *item, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        for (const char *d = ",;\t|"; names[i] && *d; d++)
            if (strchr(names[i], *d) && (n == 1 || has_part(names[i], *d, item)))
                return *d;
    return '\0';
}

int list_hint(struct buf *out, const char *item, const char *const *names, int n)
{
    char d = delimiter_inside(item, names, n);
    const char *best = NULL;

    if (d == '\t')
        return buf_str(out, ": if a tab separates columns, say -d tab");
    if (d)
        return buf_printf(out, ": if '%c' separates columns, say -d '%c'", d, d);
    for (int i = 0; i < n; i++)
        if (names[i])
            nearest_try(&best, item, names[i]);
    return best ? buf_printf(out, ": is '%.*s' meant?", err_quote_len(strlen(best)), best) : 0;
}

/* The message's second half: a hint, or what there is, or both. */
static int describe_unknown(struct buf *out, const struct names *names, const char *typed)
{
    bool position = read_position(typed, strlen(typed)) > 0 || strcmp(typed, "0") == 0;
    bool one = names->n == 1, inside = delimiter_inside(typed, names->item, names->n);

    if (position &&
        buf_printf(out, ": there %s %d, counted from 1", one ? "is" : "are", names->n) < 0)
        return -1;
    if (position && !inside)
        return 0;
    size_t before = out->len;
    if (!inside && list_hint(out, typed, names->item, names->n) < 0)
        return -1;
    if (out->len > before)
        return 0;
    if (!position && (buf_printf(out, ": there %s ", one ? "is" : "are") < 0 ||
                         (names->n ? show_names(out, names) : buf_str(out, "none")) < 0))
        return -1;
    return inside ? list_hint(out, typed, names->item, names->n) : 0;
}

static int unknown(const struct names *names, const char *text, size_t len, struct err *err)
{
    struct buf rest = BUF_INIT;
    char *typed = mem_strndup(text, len);
    bool position = read_position(text, len) > 0 || (len == 1 && *text == '0');
    const char *quote = position ? "" : "'";
    int ret = !typed || describe_unknown(&rest, names, typed) < 0
                  ? err_memory(err)
                  : err_set(err, "no column %s%.*s%s%s", quote, err_quote_len(len), text, quote,
                        rest.data ? rest.data : "");
    mem_free(typed);
    buf_release(&rest);
    return ret;
}

int list_find(const char *item, const char *const *names, int n, struct err *err)
{
    const struct names all = {names, n, false};
    int i = find_column(&all, item, strlen(item));
    return i >= 0 ? i : unknown(&all, item, strlen(item), err);
}

/* "a-b", "3-", "-4": at the first '-' both of whose sides are columns (or nothing). 1, 0 when it is
 * no range, -1. */
static int pick_range(
    const struct names *names, const char *text, size_t len, bool *picked, struct err *err)
{
    for (size_t at = 0; at < len && len > 1; at++) {
        if (text[at] != '-')
            continue;
        int first = at ? find_column(names, text, at) : 0;
        int last = at + 1 < len ? find_column(names, text + at + 1, len - at - 1) : names->n - 1;
        if (first < 0 || last < 0)
            continue;
        if (first > last)
            return err_set(err, "the range '%.*s' runs backwards", err_quote_len(len), text);
        for (int i = first; i <= last; i++)
            picked[i] = true;
        return 1;
    }
    return 0;
}

/* A range between positions, one of which is too high, deserves more than "no such column". */
static bool is_position_range(const char *text, size_t len, size_t *bad, size_t *bad_len, int n)
{
    const char *dash = memchr(text, '-', len);
    if (!dash)
        return false;
    size_t left = (size_t)(dash - text), right = len - left - 1;
    long a = left ? read_position(text, left) : 1, b = right ? read_position(dash + 1, right) : 1;
    if (!a || !b || len == 1)
        return false;
    *bad = a > n ? 0 : left + 1;
    *bad_len = a > n ? left : right;
    return true;
}

static int pick_item(
    const struct names *names, const char *text, size_t len, bool *picked, struct err *err)
{
    int i = find_column(names, text, len);
    if (i >= 0) {
        picked[i] = true;
        return 0;
    }
    if (len == 3 && memcmp(text, "all", 3) == 0) {
        memset(picked, true, (size_t)names->n);
        return 0;
    }
    int range = names->n ? pick_range(names, text, len, picked, err) : 0;
    if (range)
        return range < 0 ? -1 : 0;
    size_t bad, bad_len;
    if (is_position_range(text, len, &bad, &bad_len, names->n))
        return unknown(names, text + bad, bad_len, err);
    if (len == 0)
        return err_set(err, "an empty item in a list of columns");
    return unknown(names, text, len, err);
}

/* Bytes of the list's next item: up to a comma, or further when that is a column's name. */
static size_t item_length(const struct names *names, const char *text)
{
    size_t shortest = strcspn(text, ",");
    if (!names->commas)
        return shortest;
    for (size_t len = strlen(text); len > shortest; len--)
        if ((text[len] == '\0' || text[len] == ',') && find_name(names, text, len) >= 0)
            return len;
    return shortest;
}

static struct names names_of(const char *const *item, int n)
{
    struct names names = {item, n, false};

    for (int i = 0; i < n && !names.commas; i++)
        names.commas = strchr(item[i], ',') != NULL;
    return names;
}

int list_pick(const char *list, const char *const *names, int n, bool *picked, struct err *err)
{
    const struct names all = names_of(names, n);

    for (;;) {
        size_t len = item_length(&all, list);
        if (pick_item(&all, list, len, picked, err) < 0)
            return -1;
        if (list[len] == '\0')
            return 0;
        list += len + 1;
    }
}

int list_order(const char *list, const char *const *names, int n, int *at, struct err *err)
{
    const struct names all = names_of(names, n);
    bool *item = mem_alloc((size_t)n, sizeof *item), *seen = mem_zalloc((size_t)n, sizeof *seen);
    int count = 0, ret = item && seen ? 0 : err_memory(err);

    for (size_t len; ret == 0; list += len + 1) {
        len = item_length(&all, list);
        memset(item, false, (size_t)n * sizeof *item);
        ret = pick_item(&all, list, len, item, err);
        for (int i = 0; i < n && ret == 0; i++) {
            if (item[i] && seen[i])
                ret = err_set(err, "'%s' is there twice", names[i]);
            else if (item[i])
                at[count++] = i;
            seen[i] |= item[i];
        }
        if (ret < 0 || list[len] == '\0')
            break;
    }
    mem_free(item);
    mem_free(seen);
    return ret < 0 ? -1 : count;
}
