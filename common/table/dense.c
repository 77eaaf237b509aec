/*
 * dense.c -- CSV and .npy rows into a table; see load.h.
 *
 * One pass settles what the columns are and keeps their values; a second one is made only for
 * columns in which a text turned up after numbers (column.h).
 */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/table/fill.h"
#include "common/table/load.h"
#include "common/table/margin.h"

enum role { ROLE_FEATURE, ROLE_TARGET, ROLE_WEIGHT, ROLE_GROUP, ROLE_MARGIN, ROLE_OUT };

struct dense {
    struct table *t;
    struct source *source;
    const struct read_opts *o;
    const struct watch *w;
    struct na na;
    int n;
    const char *const *name;
    unsigned char *role;       /* [n], enum role */
    struct column *column;     /* [n]; features and the target are used */
    int target, weight, group; /* -1: none */
    size_t weight_room, group_room;
    struct margins margins, bounds;
    int64_t n_rows, n_dropped;
    struct block block;
    struct block_column *want; /* [n]: what of the rows is read */
    int n_want;
    bool again; /* the second pass */
};

static int pick_roles(struct dense *d, struct err *err);
static int force_kinds(struct dense *d, struct err *err);
static int read_rows(struct dense *d, bool again, struct err *err);
static int settle(struct dense *d, struct err *err);

static int dense_init(struct dense *d, struct err *err)
{
    d->n = source_n_columns(d->source);
    d->name = source_names(d->source);
    d->role = mem_zalloc((size_t)d->n, sizeof *d->role);
    d->column = mem_zalloc((size_t)d->n, sizeof *d->column);
    d->want = mem_alloc((size_t)d->n, sizeof *d->want);
    if (!d->role || !d->column || !d->want || na_init(&d->na, d->o->na ? d->o->na : NA_DEFAULT) < 0)
        return err_memory(err);
    for (int i = 0; i < d->n; i++)
        column_init(&d->column[i], d->name[i]);
    return 0;
}

static void dense_release(struct dense *d)
{
    for (int i = 0; d->column && i < d->n; i++)
        column_release(&d->column[i]);
    mem_free(d->column);
    mem_free(d->role);
    mem_free(d->want);
    margins_release(&d->margins);
    margins_release(&d->bounds);
    block_release(&d->block);
    na_release(&d->na);
}

int load_dense(struct table *t, struct source *s, const struct read_opts *o, const struct watch *w,
    struct err *err)
{
    struct dense d = {.t = t, .source = s, .o = o, .w = w, .target = -1, .weight = -1, .group = -1};
    int ret = -1;

    if (dense_init(&d, err) < 0 || pick_roles(&d, err) < 0 || force_kinds(&d, err) < 0 ||
        read_rows(&d, false, err) < 0)
        goto out;
    if (d.n_rows == 0) {
        err_set(err, "%s: %s", source_file(s),
            d.n_dropped       ? "no row has a target"
            : source_named(s) ? "only a header, no rows"
                              : "no rows");
        goto out;
    }
    bool again = false;
    for (int i = 0; i < d.n; i++)
        again = again || column_wants_again(&d.column[i]);
    if (again && (source_rewind(s, err) < 0 || read_rows(&d, true, err) < 0))
        goto out;
    if (d.n_dropped)
        watch_info(w, "%lld %s without a target left out", (long long)d.n_dropped,
            d.n_dropped == 1 ? "row" : "rows");
    bounds_settle(t->upper, d.n_rows);
    ret = settle(&d, err);
out:
    dense_release(&d);
    return ret;
}

/* ---- which column is what ---- */

static int pick(
    const struct dense *d, const char *option, const char *list, bool *picked, struct err *err)
{
    if (list && list_pick(list, d->name, d->n, picked, err) < 0)
        return err->kind == ERR_MEMORY ? -1
                                       : err_prefix(err, "%s: %s", source_file(d->source), option);
    return 0;
}

/* Gives one column its role; item NULL: there is none. */
static int pick_one(
    struct dense *d, const char *option, const char *item, enum role role, int *at, struct err *err)
{
    if (!item)
        return 0;
    *at = list_find(item, d->name, d->n, err);
    if (*at < 0)
        return err->kind == ERR_MEMORY ? -1
                                       : err_prefix(err, "%s: %s", source_file(d->source), option);
    if (d->role[*at] != ROLE_FEATURE && d->role[*at] != ROLE_OUT)
        return err_usage(
            err, "column '%s' cannot be the target, a weight or a group at once", d->name[*at]);
    d->role[*at] = (unsigned char)role;
    return 0;
}

static int margins_role(struct dense *d, const struct margins *m, struct err *err)
{
    for (int i = 0; i < m->n; i++) {
        unsigned char *role = &d->role[m->from[i]];
        if (*role != ROLE_FEATURE && *role != ROLE_OUT)
            return err_usage(err, "column '%s' is the target, a weight or a group: it is no %s",
                d->name[m->from[i]], m->bounds ? "bound" : "margin");
        *role = ROLE_MARGIN;
    }
    return 0;
}

static int pick_margins(struct dense *d, struct err *err)
{
    struct table *t = d->t;
    int ret = margins_find(&d->margins, d->o->margin, d->source, &t->margin, err);

    t->n_margins = t->margin ? d->margins.n : 0;
    if (ret < 0 || margins_role(d, &d->margins, err) < 0 ||
        bounds_find(&d->bounds, d->o->upper, d->source, err) < 0)
        return -1;
    return margins_role(d, &d->bounds, err);
}

static int pick_roles(struct dense *d, struct err *err)
{
    const struct read_opts *o = d->o;
    bool *picked = mem_zalloc((size_t)d->n, sizeof *picked);
    int ret = -1;

    if (!picked)
        return err_memory(err);
    if (pick(d, "-x", o->features, picked, err) < 0)
        goto out;
    for (int i = 0; i < d->n && o->features; i++)
        if (!picked[i])
            d->role[i] = ROLE_OUT;
    memset(picked, 0, (size_t)d->n * sizeof *picked);
    if (pick(d, "-X", o->exclude, picked, err) < 0)
        goto out;
    for (int i = 0; i < d->n; i++)
        if (picked[i])
            d->role[i] = ROLE_OUT;
    if (pick_one(d, "-y", o->target, ROLE_TARGET, &d->target, err) < 0 ||
        pick_one(d, "-w", o->weight, ROLE_WEIGHT, &d->weight, err) < 0 ||
        pick_one(d, load_group_option(o), o->group, ROLE_GROUP, &d->group, err) < 0 ||
        pick_margins(d, err) < 0)
        goto out;
    ret = 0;
out:
    mem_free(picked);
    return ret;
}

static int force_kinds(struct dense *d, struct err *err)
{
    const struct {
        const char *option, *list;
        enum col_kind kind;
    } forced[] = {{"--numeric", d->o->numeric, COL_NUMBER},
        {"--categorical", d->o->categorical, COL_CATEGORY}, {"--date", d->o->date, COL_DATE}};
    bool *picked = mem_alloc((size_t)d->n, sizeof *picked);
    int ret = -1;

    if (!picked)
        return err_memory(err);
    for (size_t k = 0; k < sizeof forced / sizeof *forced; k++) {
        memset(picked, 0, (size_t)d->n * sizeof *picked);
        if (pick(d, forced[k].option, forced[k].list, picked, err) < 0)
            goto out;
        for (int i = 0; i < d->n; i++) {
            if (picked[i] && d->column[i].forced) {
                err_usage(err, "column '%s' is to be of two kinds (%s and %s)", d->name[i],
                    col_kind_names[d->column[i].kind], col_kind_names[forced[k].kind]);
                goto out;
            }
            if (picked[i]) {
                d->column[i].forced = true;
                d->column[i].kind = forced[k].kind;
            }
        }
    }
    ret = d->target >= 0 ? target_prepare(&d->column[d->target], d->o, err) : 0;
out:
    mem_free(picked);
    return ret;
}

/* ---- rows ---- */

static bool is_missing(const struct dense *d, const struct source_row *row, int i)
{
    return row->field ? na_holds(&d->na, row->field[i].text, row->field[i].len)
                      : isnan(row->value[i]);
}

static int add_cell(struct dense *d, const struct source_row *row, int i, struct err *err)
{
    struct column *c = &d->column[i];
    if (row->value)
        return column_add_number(c, row->value[i], &row->place, err);
    const struct csv_field *f = &row->field[i];
    if (na_holds(&d->na, f->text, f->len))
        return column_add_missing(c, err);
    return column_add_text(c, f->text, f->len, &row->place, err);
}

static int add_weight(struct dense *d, const struct source_row *row, struct err *err)
{
    struct table *t = d->t;
    double weight = row->value ? row->value[d->weight] : NAN;
    size_t n = (size_t)d->n_rows;

    if (row->field) {
        const struct csv_field *f = &row->field[d->weight];
        if (!is_missing(d, row, d->weight) && !number_read(f->text, f->len, &weight))
            return err_set(err, "%s:%lld: weight '%s': '%.*s' is not a number", row->place.file,
                (long long)row->place.line, d->name[d->weight], err_quote_len(f->len), f->text);
    }
    if (load_weight(weight, &row->place, d->name[d->weight], err) < 0)
        return -1;
    if (n == d->weight_room && mem_grow(&t->weight, &d->weight_room, n + 1, sizeof *t->weight) < 0)
        return err_memory(err);
    t->weight[n] = weight;
    return 0;
}

static int add_group(struct dense *d, const struct source_row *row, struct err *err)
{
    struct table *t = d->t;
    char number[NUMBER_MAX];
    const char *text = number;
    size_t len, n = (size_t)d->n_rows;

    if (row->field) {
        text = row->field[d->group].text;
        len = row->field[d->group].len;
    } else {
        len = isnan(row->value[d->group]) ? 0 : (size_t)number_write(row->value[d->group], number);
    }
    if (len == 0)
        return err_set(err, "%s:%lld: column '%s': a row without a group", row->place.file,
            (long long)row->place.line, d->name[d->group]);
    if (!t->groups && !(t->groups = dict_new()))
        return err_memory(err);
    int32_t code = dict_add(t->groups, text, len);
    if (code < 0 || mem_grow(&t->group, &d->group_room, n + 1, sizeof *t->group) < 0)
        return err_memory(err);
    t->group[n] = code;
    return 0;
}

static int add_row(struct dense *d, const struct source_row *row, struct err *err)
{
    for (int i = 0; i < d->n; i++) {
        bool kept = d->role[i] == ROLE_FEATURE || d->role[i] == ROLE_TARGET;
        if (kept && (!d->again || d->column[i].again) && add_cell(d, row, i, err) < 0)
            return -1;
    }
    if (d->again)
        return 0;
    if ((d->weight >= 0 && add_weight(d, row, err) < 0) ||
        (d->group >= 0 && add_group(d, row, err) < 0) ||
        margins_reserve(&d->margins, d->t->margin, (size_t)d->n_rows + 1, err) < 0 ||
        margins_row(&d->margins, row, &d->na, d->t->margin, d->n_rows, err) < 0 ||
        margins_reserve(&d->bounds, &d->t->upper, (size_t)d->n_rows + 1, err) < 0 ||
        margins_row(&d->bounds, row, &d->na, &d->t->upper, d->n_rows, err) < 0)
        return -1;
    d->n_rows++;
    return 0;
}

/* ---- rows by the block ---- */

/* The columns that a pass reads.  A second one looks at the target too, as rows without one are
 * left out. */
static void want_columns(struct dense *d)
{
    d->n_want = 0;
    for (int i = 0; i < d->n; i++) {
        bool wanted = d->again ? d->column[i].again || i == d->target : d->role[i] != ROLE_OUT;
        if (wanted)
            d->want[d->n_want++] = (struct block_column){i, i};
    }
}

static bool fill_cells(void *ctx, const struct block_cells *c)
{
    const struct dense *d = ctx;
    int64_t row = d->n_rows + c->row;

    if (c->column == d->weight)
        return fill_weights(c, &d->na, d->t->weight + row);
    for (int i = 0; i < d->margins.n; i++)
        if (c->column == d->margins.from[i])
            return margins_fill(&d->margins, c, &d->na, d->t->margin[i] + row);
    if (d->bounds.n && c->column == d->bounds.from[0])
        return margins_fill(&d->bounds, c, &d->na, d->t->upper + row);
    if (c->column == d->group)
        return d->t->groups && fill_groups(c, d->t->groups, d->t->group + row);
    if (d->again && !d->column[c->column].again)
        return fill_nothing(c, &d->na) == 0; /* the target, which was read before */
    return column_fill(&d->column[c->column], c, &d->na);
}

static int make_room(struct dense *d, struct err *err)
{
    const struct block *b = &d->block;
    struct table *t = d->t;

    size_t beside = d->margins.n + d->bounds.n ? block_expected(b, d->n_rows) : 0;
    if (margins_reserve(&d->margins, t->margin, beside, err) < 0 ||
        margins_reserve(&d->bounds, &t->upper, beside, err) < 0)
        return -1;
    for (int k = 0; k < d->n_want; k++) {
        int i = d->want[k].column;
        if (d->role[i] == ROLE_MARGIN)
            continue;
        if ((i == d->weight ? block_reserve(
                                  b, &t->weight, &d->weight_room, d->n_rows, sizeof *t->weight, err)
                : i == d->group
                    ? block_reserve(b, &t->group, &d->group_room, d->n_rows, sizeof *t->group, err)
                    : column_reserve(&d->column[i], b, err)) < 0)
            return -1;
    }
    return 0;
}

static void expect_text(const struct dense *d, const struct block_text *t)
{
    const struct dict *dict = t->column == d->group ? d->t->groups : d->column[t->column].dict;
    if (dict)
        dict_expect(dict, t->text, t->len);
}

/* Texts that waited for their turn: 1, 0 if they need another way, -1. */
static int place_texts(struct dense *d, const struct block_piece *p, struct err *err)
{
    enum { AHEAD = 16 };

    for (size_t i = 0; i < p->n_texts; i++) {
        const struct block_text *text = &p->texts[i];
        if (i + AHEAD < p->n_texts)
            expect_text(d, &p->texts[i + AHEAD]);
        const struct place place = {source_file(d->source), p->line + (text->row - p->row)};
        if (text->column == d->group) {
            int32_t code = dict_add(d->t->groups, text->text, text->len);
            if (code < 0)
                return err_memory(err);
            d->t->group[d->n_rows + text->row - p->row] = code;
            continue;
        }
        int placed = column_place(&d->column[text->column], text, p->row, &place, err);
        if (placed <= 0)
            return placed;
    }
    return 1;
}

static void accept_piece(struct dense *d, const struct block_piece *p)
{
    for (int k = 0; k < d->n_want; k++) {
        int i = d->want[k].column;
        bool column = d->role[i] == ROLE_FEATURE || d->role[i] == ROLE_TARGET;
        if (column && (!d->again || d->column[i].again))
            column_accept(&d->column[i], &p->tally[i], p->census.n_lines);
    }
    if (!d->again)
        d->n_rows += p->census.n_lines;
}

/* Rows by the block: 1, and how many are added to *n; 0: the next row must be read by itself. */
static int read_block(struct dense *d, int64_t *n, struct err *err)
{
    struct block *b = &d->block;
    int used = 0, got = block_take(b, INT64_MAX, err);

    if (got <= 0)
        return got;
    if (make_room(d, err) < 0 || block_fill(b, d->want, d->n_want, fill_cells, d, err) < 0)
        return -1;
    for (; used < b->n_good; used++) {
        int placed = place_texts(d, &b->piece[used], err);
        if (placed < 0)
            return -1;
        if (placed == 0)
            break;
        accept_piece(d, &b->piece[used]);
    }
    *n += block_done(b, used);
    return used > 0;
}

/* ---- all rows ---- */

static int read_row(struct dense *d, const struct source_row *row, struct err *err)
{
    if (d->target < 0 || !is_missing(d, row, d->target))
        return add_row(d, row, err);
    if (!d->o->drop_missing_target)
        return err_set(err,
            "%s:%lld: target '%s' is missing: --drop-missing-target leaves such rows out",
            row->place.file, (long long)row->place.line, d->name[d->target]);
    d->n_dropped += !d->again;
    return 0;
}

static int read_rows(struct dense *d, bool again, struct err *err)
{
    struct source_row row;
    int64_t n = 0;

    d->again = again;
    for (int i = 0; again && i < d->n; i++)
        if (column_wants_again(&d->column[i]))
            column_again(&d->column[i]);
    want_columns(d);
    block_release(&d->block);
    if (block_init(&d->block, d->source, d->n, true, err) < 0)
        return -1;
    for (;;) {
        int64_t before = n;
        int got = read_block(d, &n, err);
        if (got == 0 && (got = source_next(d->source, &row, err)) > 0) {
            block_slow(&d->block, 1);
            n++;
            got = read_row(d, &row, err) < 0 ? -1 : 1;
        }
        if (got <= 0)
            return got;
        if (load_ticks(d->w, before, n, err) < 0)
            return -1;
    }
}

/* ---- the end ---- */

/* Takes the column's values over, without the room they had to grow. */
static int take_values(struct column *c, double **to, struct err *err)
{
    if (!c->value)
        return 0;
    *to = mem_resize(c->value, (size_t)c->n_rows, sizeof **to);
    if (!*to)
        return err_memory(err);
    c->value = NULL;
    c->room = 0;
    return 0;
}

static int settle_feature(struct dense *d, int i, struct err *err)
{
    struct table *t = d->t;
    struct col_spec *spec = &t->schema.cols[t->schema.n_cols++];
    struct column *c = &d->column[i];

    spec->kind = COL_IGNORED;
    spec->name = mem_strdup(d->name[i]);
    if (!spec->name)
        return err_memory(err);
    if (d->role[i] == ROLE_OUT) {
        spec->note = mem_strdup(NOTE_LEFT_OUT);
        return spec->note ? 0 : err_memory(err);
    }
    if (column_settle(c, spec, err) < 0)
        return -1;
    return take_values(c, &t->values[t->schema.n_cols - 1], err);
}

static int settle(struct dense *d, struct err *err)
{
    struct table *t = d->t;

    t->n_rows = d->n_rows;
    t->schema.cols = mem_zalloc((size_t)d->n, sizeof *t->schema.cols);
    t->values = mem_zalloc((size_t)d->n, sizeof *t->values);
    if (!t->schema.cols || !t->values)
        return err_memory(err);
    for (int i = 0; i < d->n; i++)
        if ((d->role[i] == ROLE_FEATURE || d->role[i] == ROLE_OUT) && settle_feature(d, i, err) < 0)
            return -1;
    if (d->target < 0)
        return 0;
    t->target.name = mem_strdup(d->name[d->target]);
    if (!t->target.name)
        return err_memory(err);
    return target_settle(&t->target, &d->column[d->target], &t->y, d->o, d->w, err);
}
