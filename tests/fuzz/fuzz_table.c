/*
 * fuzz_table.c -- a table from any bytes, its schema as JSON and back, and the same bytes read for
 * prediction by that schema, which must give what training saw.  The first two bytes pick options.
 * Rows are read one by one and by the block: tables and messages must be the same.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/table/load.h"
#include "common/table/reader.h"
#include "common/table/source.h"

static void check(int right)
{
    if (!right)
        abort();
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void check_table(const struct table *t)
{
    check(t->n_rows > 0 && schema_n_features(&t->schema) > 0);
    for (int c = 0; c < t->schema.n_cols && t->values; c++) {
        const struct col_spec *s = &t->schema.cols[c];
        check(!t->values[c] == (s->kind == COL_IGNORED));
        check(!s->dict == (s->kind != COL_CATEGORY));
        for (int64_t i = 0; s->dict && i < t->n_rows; i++)
            check(isnan(t->values[c][i]) ||
                  (t->values[c][i] >= 0 && t->values[c][i] < dict_size(s->dict)));
    }
    for (int64_t i = 0; t->y && i < t->n_rows; i++)
        check(t->target.classes ? t->y[i] >= 0 && t->y[i] < dict_size(t->target.classes)
                                : isfinite(t->y[i]));
    for (int64_t i = 0; t->sparse && i < t->sparse->start[t->n_rows]; i++)
        check(t->sparse->col[i] < (uint32_t)t->schema.n_cols);
    for (int64_t i = 0; t->group && i < t->n_rows; i++)
        check(t->group[i] >= 0 && t->group[i] < dict_size(t->groups));
}

/* ---- the same by the block ---- */

static void check_dicts(const struct dict *a, const struct dict *b)
{
    check(!a == !b && (!a || dict_size(a) == dict_size(b)));
    for (int32_t i = 0; a && i < dict_size(a); i++)
        check(strcmp(dict_text(a, i, NULL), dict_text(b, i, NULL)) == 0);
}

static void check_doubles(const double *a, const double *b, int64_t n)
{
    check(!a == !b);
    for (int64_t i = 0; a && i < n; i++)
        check(same(a[i], b[i]) && (isnan(a[i]) || signbit(a[i]) == signbit(b[i])));
}

static void check_same(const struct table *a, const struct table *b)
{
    check(a->schema.n_cols == b->schema.n_cols && a->n_rows == b->n_rows);
    for (int c = 0; c < a->schema.n_cols; c++) {
        const struct col_spec *s = &a->schema.cols[c], *u = &b->schema.cols[c];
        check(s->kind == u->kind && strcmp(s->note ? s->note : "", u->note ? u->note : "") == 0);
        check_dicts(s->dict, u->dict);
        if (a->values)
            check_doubles(a->values[c], b->values[c], a->n_rows);
    }
    check(a->target.task == b->target.task);
    check_dicts(a->target.classes, b->target.classes);
    check_dicts(a->groups, b->groups);
    check_doubles(a->y, b->y, a->n_rows);
    check_doubles(a->weight, b->weight, a->n_rows);
    for (int64_t i = 0; a->group && i < a->n_rows; i++)
        check(a->group[i] == b->group[i]);
}

static struct source *open_bytes(const uint8_t *data, size_t size, const struct read_opts *o)
{
    struct err err = ERR_INIT;
    struct input *in = input_from_memory("a", data, size, &err);
    return in ? source_of(in, &o->format, o->no_trim, true, &err) : NULL;
}

static int load(struct table *t, const uint8_t *data, size_t size, const struct read_opts *o,
    struct source_pieces pieces, struct err *err)
{
    struct source *s = open_bytes(data, size, o);
    int ret = -1;

    if (s) {
        source_set_pieces(s, pieces);
        ret = load_table(t, s, o, NULL, err);
    }
    source_close(s);
    return ret;
}

static void load_by_block(const uint8_t *data, size_t size, const struct read_opts *o,
    struct source_pieces pieces, const struct table *want, const struct err *want_err)
{
    struct err err = ERR_INIT;
    struct table t = TABLE_INIT;

    check((load(&t, data, size, o, pieces, &err) == 0) == (want != NULL));
    if (want)
        check_same(want, &t);
    else
        check(strcmp(err.text, want_err->text) == 0);
    table_release(&t);
}

/* Rows are those of the table, unless some were left out for want of a target. */
static void predict(const uint8_t *data, size_t size, const struct table *t,
    const struct schema *schema, const struct read_opts *o)
{
    struct err err = ERR_INIT;
    struct batch b = {0};
    const struct bind_opts opts = {.format = o->format, .unknown = 1};
    struct reader *r = reader_of(open_bytes(data, size, o), &opts, schema, &err);
    int got = 0;

    check(r != NULL);
    while (!o->drop_missing_target && t->values && (got = reader_next(r, &b, &err)) > 0)
        for (int c = 0; c < schema->n_cols; c++)
            for (int i = 0; b.cols[c] && i < b.n_rows; i++)
                check(same(b.cols[c][i], t->values[c][b.first_row + i]));
    check(got == 0);
    check(!t->values || o->drop_missing_target || reader_rows(r) == t->n_rows);
    reader_close(r);
}

static void follow(
    const uint8_t *data, size_t size, const struct table *t, const struct read_opts *o)
{
    struct err err = ERR_INIT;
    struct schema schema;
    struct target target;
    json_t *j = schema_to_json(&t->schema, &err);

    check(j != NULL && schema_from_json(&schema, j, &err) == 0);
    json_decref(j);
    if (t->target.name) {
        j = target_to_json(&t->target, &err);
        check(j != NULL && target_from_json(&target, j, &err) == 0);
        json_decref(j);
        target_release(&target);
    }
    predict(data, size, t, &schema, o);
    schema_release(&schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const targets[] = {NULL, "1", "y", "2"}, *const groups[] = {NULL, "3"};
    static const int sizes[] = {0, 1, 6, 17, 64, 200, 1000, 4096};
    struct err err = ERR_INIT;
    struct read_opts o = READ_OPTIONS_INIT;
    struct table t;

    if (size < 2)
        return 0;
    o.target = targets[data[0] & 3];
    o.group = groups[data[0] >> 2 & 1];
    o.weight = data[0] & 8 ? "w" : NULL;
    o.drop_missing_target = data[0] & 16;
    o.absent_zero = data[0] & 32;
    o.categorical = data[0] & 64 ? "3" : NULL;
    o.task = data[1] % 3;
    o.format.no_header = data[1] & 4;
    o.format.zero_based = data[1] & 8;
    o.no_trim = data[1] & 16;
    const struct source_pieces pieces = {.size = sizes[data[1] >> 5], .n = 3},
                               none = {.none = true};
    int ret = load(&t, data + 2, size - 2, &o, none, &err);
    load_by_block(data + 2, size - 2, &o, pieces, ret == 0 ? &t : NULL, &err);
    if (ret == 0) {
        check_table(&t);
        follow(data + 2, size - 2, &t, &o);
        table_release(&t);
    }
    return 0;
}
