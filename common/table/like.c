/*
 * like.c -- table_read_like(): rows of another file as training would have read them; see table.h.
 */
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/table/bind.h"
#include "common/table/fill.h"
#include "common/table/load.h"
#include "common/table/margin.h"

struct like {
    struct table *t;
    const struct table *train;
    const struct read_opts *o;
    struct source *source;
    struct binding binding;
    int target, weight, group; /* columns of the input, -1: none */
    bool labels, weights;      /* LIBSVM: labels are read; one had a weight */
    struct margins margins, bounds;
    size_t rows_room, row_values_room;
    size_t col_room, value_room; /* sparse */
    double **row;                /* sparse from dense input: one row, as columns of one value */
    int64_t n_dropped;
    struct block block;
    struct block_column *want; /* [n_cols + OTHER_COLUMNS + margins.n + bounds.n] */
    int n_want;
};

/* Numbers of the block's columns behind the schema's, before margins. */
enum { TARGET_COLUMN, WEIGHT_COLUMN, GROUP_COLUMN, OTHER_COLUMNS };

static int find_columns(struct like *l, struct err *err);
static int read_rows(struct like *l, const struct watch *w, struct err *err);
static int finish(struct like *l, const struct watch *w, struct err *err);

static void like_release(struct like *l)
{
    block_release(&l->block);
    margins_release(&l->margins);
    margins_release(&l->bounds);
    mem_free(l->want);
    for (int c = 0; l->row && c < l->train->schema.n_cols; c++)
        mem_free(l->row[c]);
    mem_free(l->row);
    binding_release(&l->binding);
}

int load_like(struct table *t, struct source *s, const struct table *train,
    const struct read_opts *opts, const struct watch *w, struct err *err)
{
    struct like l = {
        .t = t, .source = s, .train = train, .o = opts, .target = -1, .weight = -1, .group = -1};
    int ret = -1;

    *t = (struct table)TABLE_INIT;
    if (schema_copy(&t->schema, &train->schema) < 0 ||
        target_copy(&t->target, &train->target) < 0) {
        err_memory(err);
        goto out;
    }
    if (binding_init(&l.binding, &t->schema, l.source, false, err) < 0 ||
        find_columns(&l, err) < 0 || read_rows(&l, w, err) < 0 || finish(&l, w, err) < 0)
        goto out;
    ret = 0;
out:
    like_release(&l);
    if (ret < 0)
        table_release(t);
    return ret;
}

int table_read_like(struct table *t, const struct operands *files, const struct table *train,
    const struct read_opts *opts, const struct watch *w, struct err *err)
{
    *t = (struct table)TABLE_INIT;
    struct source *s = source_open(files, &opts->format, train->schema.no_trim, false, err);
    int ret = s ? load_like(t, s, train, opts, w, err) : -1;
    source_close(s);
    return ret;
}

/* ---- before the rows ---- */

static int find_one(struct like *l, const char *option, const char *name, int *at, struct err *err)
{
    if (!name)
        return 0;
    *at = list_find(name, source_names(l->source), source_n_columns(l->source), err);
    if (*at < 0)
        return err->kind == ERR_MEMORY ? -1
                                       : err_prefix(err, "%s: %s", source_file(l->source), option);
    return 0;
}

/* A name that is also a number means the name that training found. */
static int find_target(struct like *l, struct err *err)
{
    const char *const *name = source_names(l->source);
    const char *target = l->train->target.name;

    for (int i = 0; target && i < source_n_columns(l->source); i++)
        if (strcmp(name[i], target) == 0)
            l->target = i;
    if (!target || l->target >= 0)
        return 0;
    struct buf hint = BUF_INIT;
    int ret = list_hint(&hint, target, name, source_n_columns(l->source)) < 0
                  ? err_memory(err)
                  : err_set(err, "%s: no column '%.*s', the target%s", source_file(l->source),
                        err_quote_len(strlen(target)), target, hint.data ? hint.data : "");
    buf_release(&hint);
    return ret;
}

static int find_columns(struct like *l, struct err *err)
{
    struct table *t = l->t;
    size_t n = (size_t)t->schema.n_cols;
    int ret = margins_find(&l->margins, l->o->margin, l->source, &t->margin, err);

    t->n_margins = t->margin ? l->margins.n : 0;
    if (ret < 0 || bounds_find(&l->bounds, l->o->upper, l->source, err) < 0)
        return -1;
    if (source_format(l->source) == FORMAT_LIBSVM)
        l->labels = l->train->target.name != NULL;
    else if (find_target(l, err) < 0 || find_one(l, "-w", l->o->weight, &l->weight, err) < 0 ||
             find_one(l, load_group_option(l->o), l->o->group, &l->group, err) < 0)
        return -1;
    if (l->train->sparse) {
        t->sparse = mem_zalloc(1, sizeof *t->sparse);
        l->row = mem_zalloc(n, sizeof *l->row);
        if (!t->sparse || !l->row)
            return err_memory(err);
        for (size_t c = 0; c < n && source_format(l->source) != FORMAT_LIBSVM; c++)
            if (!(l->row[c] = mem_alloc(1, sizeof **l->row)))
                return err_memory(err);
        return 0;
    }
    t->values = mem_zalloc(n, sizeof *t->values);
    return t->values ? 0 : err_memory(err);
}

/* ---- rows ---- */

/* Room for `rows` in every array that has an entry a row; for more of them if they are expected. */
static int make_room(struct like *l, size_t rows, size_t expected, struct err *err)
{
    struct table *t = l->t;
    size_t room = l->rows_room + l->rows_room / 2 + 1024;
    double **columns[] = {&t->y, &t->weight};
    void *grown;

    if (rows <= l->rows_room)
        return 0;
    room = expected > room ? expected : room;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (!(grown = mem_resize(*columns[i], room, sizeof **columns[i])))
            return err_memory(err);
        *columns[i] = grown;
    }
    if (margins_reserve(&l->margins, t->margin, room, err) < 0 ||
        margins_reserve(&l->bounds, &t->upper, room, err) < 0)
        return -1;
    if (!(grown = mem_resize(t->group, room, sizeof *t->group)))
        return err_memory(err);
    t->group = grown;
    for (int c = 0; t->values && c < t->schema.n_cols; c++) {
        if (t->schema.cols[c].kind == COL_IGNORED)
            continue;
        if (!(grown = mem_resize(t->values[c], room, sizeof **t->values)))
            return err_memory(err);
        t->values[c] = grown;
    }
    if (t->sparse) {
        if (!(grown = mem_resize(t->sparse->start, room + 1, sizeof *t->sparse->start)))
            return err_memory(err);
        t->sparse->start = grown;
        if (t->n_rows == 0)
            t->sparse->start[0] = 0;
    }
    l->rows_room = room;
    return 0;
}

static int read_label(const struct like *l, const char *text, size_t len, const struct place *place,
    double *y, struct err *err)
{
    const struct target *target = &l->t->target;
    const char *what = "is not a finite number";

    if (target->task == TASK_CLASSIFICATION) {
        int32_t code = target_class(target, text, len);
        *y = code;
        if (code >= 0)
            return 0;
        what = "is a class that the training rows do not have";
    } else if (number_read(text, len, y) && isfinite(*y)) {
        return 0;
    }
    return err_set(err, "%s:%lld: target '%s': '%.*s' %s", place->file, (long long)place->line,
        target->name, err_quote_len(len), text, what);
}

/* The text of a dense row's cell; a number is written to scratch. Empty if missing. */
static const char *cell_text(const struct like *l, const struct source_row *row, int i, size_t *len,
    char scratch[NUMBER_MAX])
{
    if (row->value) {
        *len = isnan(row->value[i]) ? 0 : (size_t)number_write(row->value[i], scratch);
        return scratch;
    }
    *len = na_holds(&l->binding.na, row->field[i].text, row->field[i].len) ? 0 : row->field[i].len;
    return row->field[i].text;
}

/* The target of a row: 1, 0 if the row is to be left out, -1. */
static int add_target(struct like *l, const struct source_row *row, struct err *err)
{
    char scratch[NUMBER_MAX];
    const char *text;
    size_t len;

    if (row->sparse) {
        text = row->sparse->label;
        len = strlen(text);
        if (!l->labels)
            return 1;
    } else {
        if (l->target < 0)
            return 1;
        text = cell_text(l, row, l->target, &len, scratch);
    }
    if (len == 0 && l->o->drop_missing_target)
        return 0;
    if (len == 0)
        return err_set(err,
            "%s:%lld: target '%s' is missing: --drop-missing-target leaves such rows out",
            row->place.file, (long long)row->place.line, l->t->target.name);
    return read_label(l, text, len, &row->place, &l->t->y[l->t->n_rows], err) < 0 ? -1 : 1;
}

static int add_weight(struct like *l, const struct source_row *row, struct err *err)
{
    char scratch[NUMBER_MAX];
    double *weight = &l->t->weight[l->t->n_rows];
    size_t len;

    *weight = 1;
    if (row->sparse) {
        *weight = row->sparse->weight;
        l->weights = l->weights || row->sparse->has_weight;
        return load_weight(*weight, &row->place, "label", err);
    }
    if (l->weight < 0)
        return 0;
    l->weights = true;
    const char *text = cell_text(l, row, l->weight, &len, scratch);
    *weight = NAN;
    if (len && !number_read(text, len, weight))
        return err_set(err, "%s:%lld: weight '%s': '%.*s' is not a number", row->place.file,
            (long long)row->place.line, l->o->weight, err_quote_len(len), text);
    return load_weight(*weight, &row->place, l->o->weight, err);
}

static int add_group(struct like *l, const struct source_row *row, struct err *err)
{
    struct table *t = l->t;
    char scratch[NUMBER_MAX];
    const char *text = scratch;
    size_t len = 0;

    if (row->sparse) {
        if (t->n_rows > 0 && (t->groups != NULL) != (row->sparse->qid >= 0))
            return err_set(err, "%s:%lld: rows with a qid and rows without", row->place.file,
                (long long)row->place.line);
        if (row->sparse->qid < 0)
            return 0;
        len = (size_t)snprintf(scratch, sizeof scratch, "%lld", (long long)row->sparse->qid);
    } else if (l->group < 0) {
        return 0;
    } else if (row->value) {
        text = cell_text(l, row, l->group, &len, scratch);
    } else {
        text = row->field[l->group].text;
        len = row->field[l->group].len;
    }
    if (len == 0)
        return err_set(
            err, "%s:%lld: a row without a group", row->place.file, (long long)row->place.line);
    if (!t->groups && !(t->groups = dict_new()))
        return err_memory(err);
    t->group[t->n_rows] = dict_add(t->groups, text, len);
    return t->group[t->n_rows] < 0 ? err_memory(err) : 0;
}

static int add_entry(struct like *l, int64_t *n, int c, double value, struct err *err)
{
    struct sparse *sp = l->t->sparse;
    if (isnan(value))
        return 0;
    if (mem_grow(&sp->col, &l->col_room, (size_t)*n + 1, sizeof *sp->col) < 0 ||
        mem_grow(&sp->value, &l->value_room, (size_t)*n + 1, sizeof *sp->value) < 0)
        return err_memory(err);
    sp->col[*n] = (uint32_t)c;
    sp->value[(*n)++] = value;
    return 0;
}

static int add_sparse(struct like *l, const struct source_row *row, struct err *err)
{
    struct table *t = l->t;
    struct binding *b = &l->binding;
    int64_t n = t->sparse->start[t->n_rows];
    double value;

    if (!row->sparse && binding_row(b, row, l->row, 0, err) < 0)
        return -1;
    for (int i = 0; row->sparse && i < row->sparse->n; i++) {
        int c = row->sparse->index[i] < b->n_to ? b->to[row->sparse->index[i]] : -1;
        if (c >= 0 && (binding_number(b, c, row->sparse->value[i], &row->place, &value, err) < 0 ||
                          add_entry(l, &n, c, value, err) < 0))
            return -1;
    }
    for (int c = 0; !row->sparse && c < t->schema.n_cols; c++)
        if (b->from[c] >= 0 && add_entry(l, &n, c, l->row[c][0], err) < 0)
            return -1;
    t->sparse->start[t->n_rows + 1] = n;
    return 0;
}

/* ---- rows by the block ---- */

static int want_columns(struct like *l, struct err *err)
{
    int n = l->t->schema.n_cols, margin = n + OTHER_COLUMNS, bound = margin + l->margins.n;
    const int from[OTHER_COLUMNS] = {
        [TARGET_COLUMN] = l->target, [WEIGHT_COLUMN] = l->weight, [GROUP_COLUMN] = l->group};

    l->want = mem_alloc((size_t)(bound + l->bounds.n), sizeof *l->want);
    if (!l->want)
        return err_memory(err);
    l->n_want = binding_want(&l->binding, l->want);
    for (int i = 0; i < OTHER_COLUMNS; i++)
        if (from[i] >= 0)
            l->want[l->n_want++] = (struct block_column){n + i, from[i]};
    for (int i = 0; i < l->margins.n; i++)
        l->want[l->n_want++] = (struct block_column){margin + i, l->margins.from[i]};
    if (l->bounds.n)
        l->want[l->n_want++] = (struct block_column){bound, l->bounds.from[0]};
    return block_init(&l->block, l->source, bound + l->bounds.n, true, err);
}

static bool fill_target(const struct like *l, const struct block_cells *c, double *y)
{
    const struct target *target = &l->t->target;
    const struct fill_rules r = {.na = &l->binding.na, .needed = true, .finite = true};

    if (target->task != TASK_CLASSIFICATION)
        return fill_numbers(c, &r, y);
    for (int i = 0; i < c->cells.n; i++) {
        size_t len;
        const char *text = block_cell(c, i, &len);
        int32_t code = na_holds(r.na, text, len) ? -1 : target_class(target, text, len);
        if (code < 0)
            return false;
        y[i] = code;
    }
    return true;
}

static bool fill_cells(void *ctx, const struct block_cells *c)
{
    const struct like *l = ctx;
    struct table *t = l->t;
    int64_t row = t->n_rows + c->row;
    int other = c->column - t->schema.n_cols;

    if (other >= OTHER_COLUMNS + l->margins.n)
        return margins_fill(&l->bounds, c, &l->binding.na, t->upper + row);
    if (other >= OTHER_COLUMNS)
        return margins_fill(&l->margins, c, &l->binding.na, t->margin[other - OTHER_COLUMNS] + row);
    switch (other) {
    case TARGET_COLUMN:
        return fill_target(l, c, t->y + row);
    case WEIGHT_COLUMN:
        return fill_weights(c, &l->binding.na, t->weight + row);
    case GROUP_COLUMN:
        return t->groups && fill_groups(c, t->groups, t->group + row);
    default:
        return binding_fill(&l->binding, c, t->values[c->column] + row);
    }
}

static int accept_piece(struct like *l, const struct block_piece *p, struct err *err)
{
    struct table *t = l->t;

    binding_accept(&l->binding, p);
    for (size_t i = 0; i < p->n_texts; i++) { /* of groups */
        int32_t code = dict_add(t->groups, p->texts[i].text, p->texts[i].len);
        if (code < 0)
            return err_memory(err);
        t->group[t->n_rows + p->texts[i].row - p->row] = code;
    }
    for (int64_t i = 0; l->weight < 0 && i < p->census.n_lines; i++)
        t->weight[t->n_rows + i] = 1;
    t->n_rows += p->census.n_lines;
    return 0;
}

/* 1: there were some; 0: the next row must be read by itself. */
static int read_block(struct like *l, struct err *err)
{
    struct block *b = &l->block;
    size_t rows = (size_t)l->t->n_rows;
    int got = l->t->sparse ? 0 : block_take(b, INT64_MAX, err);

    if (got <= 0)
        return got;
    if (make_room(l, rows + (size_t)b->n_rows, block_expected(b, l->t->n_rows), err) < 0 ||
        block_fill(b, l->want, l->n_want, fill_cells, l, err) < 0)
        return -1;
    l->weights = l->weights || (l->weight >= 0 && b->n_good > 0);
    for (int i = 0; i < b->n_good; i++)
        if (accept_piece(l, &b->piece[i], err) < 0)
            return -1;
    block_done(b, b->n_good);
    return b->n_good > 0;
}

/* ---- all rows ---- */

static int read_row(struct like *l, const struct source_row *row, struct err *err)
{
    struct table *t = l->t;

    if (make_room(l, (size_t)t->n_rows + 1, 0, err) < 0)
        return -1;
    int use = add_target(l, row, err);
    if (use < 0)
        return -1;
    if (use == 0) {
        l->n_dropped++;
        return 0;
    }
    if (add_weight(l, row, err) < 0 || add_group(l, row, err) < 0 ||
        margins_row(&l->margins, row, &l->binding.na, t->margin, t->n_rows, err) < 0 ||
        margins_row(&l->bounds, row, &l->binding.na, &t->upper, t->n_rows, err) < 0 ||
        (t->sparse ? add_sparse(l, row, err)
                   : binding_row(&l->binding, row, t->values, t->n_rows, err)) < 0)
        return -1;
    t->n_rows++;
    return 0;
}

static int read_rows(struct like *l, const struct watch *w, struct err *err)
{
    struct source_row row;

    if (make_room(l, 1, 0, err) < 0 || want_columns(l, err) < 0)
        return -1;
    for (;;) {
        int64_t before = l->t->n_rows;
        int got = read_block(l, err);
        if (got == 0 && (got = source_next(l->source, &row, err)) > 0) {
            block_slow(&l->block, 1);
            got = read_row(l, &row, err) < 0 ? -1 : 1;
        }
        if (got <= 0)
            return got;
        if (load_ticks(w, before, l->t->n_rows, err) < 0)
            return -1;
    }
}

/* ---- after the rows ---- */

static int finish(struct like *l, const struct watch *w, struct err *err)
{
    struct table *t = l->t;

    if (t->n_rows == 0)
        return err_set(err, "%s: %s", source_file(l->source),
            l->n_dropped              ? "no row has a target"
            : source_named(l->source) ? "only a header, no rows"
                                      : "no rows");
    if (l->n_dropped)
        watch_info(w, "%s: %lld %s without a target left out", source_file(l->source),
            (long long)l->n_dropped, l->n_dropped == 1 ? "row" : "rows");
    binding_report(&l->binding, w);
    bounds_settle(t->upper, t->n_rows);
    if (l->target < 0 && !l->labels) {
        mem_free(t->y);
        t->y = NULL;
    }
    if (!l->weights) {
        mem_free(t->weight);
        t->weight = NULL;
    }
    if (!t->groups) {
        mem_free(t->group);
        t->group = NULL;
    }
    return load_check_weights(t, err);
}
