/* same.c -- see same.h. */
#include "tests/unit/table/same.h"

#include <string.h>

#include "common/base/mem.h"
#include "tests/unit/table/rows.h"
#include "tests/unit/unit.h"

static void add_bytes(struct buf *out, const void *bytes, size_t n)
{
    assert_int_equal(buf_add(out, bytes, n), 0);
}

static void add_dict(struct buf *out, const struct dict *d)
{
    for (int32_t i = 0; d && i < dict_size(d); i++) {
        size_t len;
        const char *text = dict_text(d, i, &len);
        add_bytes(out, text, len + 1);
    }
    assert_int_equal(buf_str(out, d ? "/" : "-"), 0);
}

static void add_doubles(struct buf *out, const double *value, int64_t n)
{
    for (int64_t i = 0; value && i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        bits = value[i] == value[i] ? bits : UINT64_MAX; /* all NaN are one */
        add_bytes(out, &bits, sizeof bits);
    }
    assert_int_equal(buf_str(out, value ? "/" : "-"), 0);
}

void same_table(const struct table *t, struct buf *out)
{
    for (int c = 0; c < t->schema.n_cols; c++) {
        const struct col_spec *s = &t->schema.cols[c];
        assert_int_equal(buf_printf(out, "%s: %s (%s)\n", s->name, col_kind_names[s->kind],
                             s->note ? s->note : "-"),
            0);
        add_dict(out, s->dict);
        add_doubles(out, t->values ? t->values[c] : NULL, t->n_rows);
    }
    assert_int_equal(buf_printf(out, "\n%s %s\n", t->target.name ? t->target.name : "-",
                         task_names[t->target.task]),
        0);
    add_dict(out, t->target.classes);
    add_doubles(out, t->y, t->n_rows);
    add_doubles(out, t->weight, t->n_rows);
    add_dict(out, t->groups);
    for (int64_t i = 0; t->group && i < t->n_rows; i++)
        add_bytes(out, &t->group[i], sizeof t->group[i]);
}

int same_rows(struct reader *r, const struct schema *s, bool kept, struct buf *out, struct err *err)
{
    struct watch w = rows_watch(out);
    struct batch b;
    int got;

    while ((got = reader_next(r, &b, err)) > 0)
        for (int i = 0; i < b.n_rows; i++) {
            size_t len;
            const char *text = reader_kept(r, i, &len);
            for (int c = 0; c < s->n_cols; c++)
                add_doubles(out, b.cols[c] ? b.cols[c] + i : NULL, 1);
            if (kept)
                add_bytes(out, text, len);
        }
    if (got == 0) {
        assert_int_equal(buf_printf(out, "%lld\n", (long long)reader_rows(r)), 0);
        reader_report(r, &w);
    }
    return got;
}
