/* rows.c -- see rows.h. */
#include "tests/unit/table/rows.h"

#include <string.h>

#include "common/table/load.h"
#include "common/table/source.h"
#include "tests/unit/unit.h"

static void note(void *ctx, enum note_level level, const char *text)
{
    assert_int_equal(buf_printf(ctx, "%c: %s\n", "IWD"[level], text), 0);
}

struct watch rows_watch(struct buf *notes)
{
    return (struct watch){.ctx = notes, .note = note};
}

struct source *rows_source(
    const char *text, long n, const struct read_opts *o, bool again, struct err *err)
{
    struct input *in = input_from_memory("x.csv", text, n < 0 ? strlen(text) : (size_t)n, err);
    return in ? source_of(in, &o->format, o->no_trim, again, err) : NULL;
}

int rows_read(struct table *t, const char *text, const struct read_opts *o, const struct watch *w,
    struct err *err)
{
    *t = (struct table)TABLE_INIT;
    struct source *s = rows_source(text, -1, o, true, err);
    int ret = s ? load_table(t, s, o, w, err) : -1;
    source_close(s);
    return ret;
}

struct reader *rows_reader(
    const char *text, const struct bind_opts *opts, const struct schema *schema, struct err *err)
{
    const struct read_opts o = {.format = opts->format, .no_trim = schema->no_trim};
    return reader_of(rows_source(text, -1, &o, false, err), opts, schema, err);
}

const char *rows_columns(const struct table *t, struct buf *out)
{
    buf_clear(out);
    for (int i = 0; i < t->schema.n_cols; i++) {
        const struct col_spec *c = &t->schema.cols[i];
        assert_int_equal(
            buf_printf(out, "%s%s %s", i ? "; " : "", c->name, col_kind_names[c->kind]), 0);
        for (int32_t k = 0; c->dict && k < dict_size(c->dict); k++)
            assert_int_equal(
                buf_printf(out, "%s%s", k ? "," : "(", dict_text(c->dict, k, NULL)), 0);
        assert_int_equal(c->dict ? buf_char(out, ')') : 0, 0);
    }
    return out->data;
}

const char *rows_file(const char *name, const char *text)
{
    return unit_file(name, text, strlen(text));
}
