/* header.c -- see header.h. */
#include "common/learner/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/io/format/csv.h"

int header_init(struct header *h, struct err *err)
{
    h->names = dict_new();
    h->line = (struct buf)BUF_INIT;
    return h->names ? 0 : err_memory(err);
}

void header_release(struct header *h)
{
    dict_free(h->names);
    buf_release(&h->line);
    h->names = NULL;
}

static int header_append(struct header *h, const char *name, size_t len, struct err *err)
{
    if (dict_find(h->names, name, len) >= 0) {
        err_set(err, "%s '%s' %s", h->before, name, h->after);
        err->kind = h->kind;
        return -1;
    }
    if (dict_add(h->names, name, len) < 0 ||
        (h->line.len && buf_char(&h->line, h->delimiter) < 0) ||
        csv_add_field(&h->line, name, len, h->delimiter) < 0)
        return err_memory(err);
    return 0;
}

int header_keep(struct header *h, const char *name, struct err *err)
{
    return header_append(h, name, strlen(name), err);
}

int header_add(struct header *h, const char *stem, const char *name, struct err *err)
{
    struct buf whole = BUF_INIT;
    int ret = -1;

    if (buf_str(&whole, h->prefix) < 0 || buf_str(&whole, stem) < 0 || buf_str(&whole, name) < 0)
        err_memory(err);
    else
        ret = header_append(h, whole.data, whole.len, err);
    buf_release(&whole);
    return ret;
}

int header_add_numbered(
    struct header *h, const char *stem, int64_t first, int64_t last, struct err *err)
{
    for (int64_t i = first; i <= last; i++) {
        char name[24];
        snprintf(name, sizeof name, "_%" PRId64, i);
        if (header_add(h, stem, name, err) < 0)
            return -1;
    }
    return 0;
}

int header_put(const struct header *h, struct output *out, struct err *err)
{
    if (h->line.len && output_put(out, h->line.data, h->line.len, err) < 0)
        return -1;
    return output_put(out, "\n", 1, err);
}
