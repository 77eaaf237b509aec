/* classes.c -- see classes.h. */
#include "cmd/score/classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/io/format/number.h"

bool text_is_number(const char *text, size_t len, double *number)
{
    if (len > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9')
        return false;
    return number_read(text, len, number) && isfinite(*number);
}

static int by_bytes(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;

    return bytes_compare(x->text, x->len, y->text, y->len);
}

static int by_number(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return by_bytes(a, b);
}

bool ordered_sort(struct ordered *items, size_t n)
{
    bool numeric = true;

    for (size_t i = 0; i < n && numeric; i++) {
        if (items[i].len == 0)
            items[i].number = -INFINITY;
        else
            numeric = text_is_number(items[i].text, items[i].len, &items[i].number);
    }
    if (n)
        qsort(items, n, sizeof *items, numeric ? by_number : by_bytes);
    return numeric;
}

static bool same_class(const struct classes *c, const struct ordered *a, const struct ordered *b)
{
    return c->numeric ? a->number == b->number : by_bytes(a, b) == 0;
}

/* Leaves one of each class, and numbers them. */
static void classes_merge(struct classes *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (c->n > 0 && same_class(c, &c->sorted[c->n - 1], &c->sorted[i]))
            continue;
        c->sorted[c->n] = c->sorted[i];
        c->text[c->n] = c->sorted[i].text;
        c->sorted[c->n].code = c->n;
        c->n++;
    }
}

/* The class called positive becomes the last; those behind it move up. */
static int classes_set_positive(struct classes *c, const char *positive, struct err *err)
{
    int at = classes_find(c, positive, strlen(positive));

    if (at < 0)
        return err_set(err, "--positive '%.*s': no such class (there are %d, such as '%.*s')",
            err_quote_len(strlen(positive)), positive, c->n, err_quote_len(strlen(c->text[0])),
            c->text[0]);
    const char *text = c->text[at];
    for (int i = 0; i < c->n; i++) {
        int *code = &c->sorted[i].code;
        *code = *code == at ? c->n - 1 : *code > at ? *code - 1 : *code;
    }
    memmove(c->text + at, c->text + at + 1, (size_t)(c->n - 1 - at) * sizeof *c->text);
    c->text[c->n - 1] = text;
    return 0;
}

int classes_init(struct classes *c, const struct dict *truth, const char *const *names,
    size_t n_names, const char *positive, struct err *err)
{
    size_t n = (size_t)dict_size(truth) + n_names;

    *c = (struct classes){.n = 0};
    c->sorted = mem_alloc(n, sizeof *c->sorted);
    c->text = mem_alloc(n, sizeof *c->text);
    if (!c->sorted || !c->text)
        return err_memory(err);
    for (int32_t i = 0; i < dict_size(truth); i++)
        c->sorted[i].text = dict_text(truth, i, &c->sorted[i].len);
    for (size_t i = 0; i < n_names; i++) {
        struct ordered *item = &c->sorted[n - n_names + i];
        item->text = names[i];
        item->len = strlen(names[i]);
    }
    c->numeric = ordered_sort(c->sorted, n);
    classes_merge(c, n);
    return positive ? classes_set_positive(c, positive, err) : 0;
}

void classes_release(struct classes *c)
{
    mem_free(c->text);
    mem_free(c->sorted);
}

int classes_find(const struct classes *c, const char *text, size_t len)
{
    struct ordered wanted = {.text = text, .len = len};
    int low = 0, high = c->n;

    if (c->numeric && !text_is_number(text, len, &wanted.number))
        return -1;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct ordered *item = &c->sorted[middle];
        if (same_class(c, item, &wanted))
            return item->code;
        if ((c->numeric ? by_number(item, &wanted) : by_bytes(item, &wanted)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}
