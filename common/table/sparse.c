/* sparse.c -- LIBSVM rows into a table; see load.h. */
#include <string.h>

#include "common/base/mem.h"
#include "common/table/load.h"

enum { MANY_COLUMNS = 1 << 20, COLUMNS_AN_ENTRY = 64 };

struct sparse_load {
    struct table *t;
    const struct read_opts *o;
    struct column label;
    size_t start_room, col_room, value_room, weight_room, group_room;
    int64_t n_entries;
    uint32_t n_cols;  /* the highest index so far */
    int64_t top_line; /* where it was met */
    bool weights;
};

static int load_rows(
    struct sparse_load *l, struct source *s, const struct watch *w, struct err *err);
static int make_schema(struct sparse_load *l, struct source *s, struct err *err);

static int check_options(const struct read_opts *o, struct err *err)
{
    if (o->target)
        return err_usage(err, "a LIBSVM file has its own target: no -y");
    if (o->weight)
        return err_usage(err, "a LIBSVM file has its weights in its labels (label:weight): no -w");
    if (o->upper)
        return err_usage(err, "a LIBSVM file has no column for --upper");
    if (o->margin)
        return err_usage(err, "a LIBSVM file has no column for --base-margin");
    if (o->group)
        return err_usage(err, "a LIBSVM file has its groups in qid: no %s", load_group_option(o));
    if (o->categorical || o->date)
        return err_usage(err, "the columns of a LIBSVM file are numbers");
    return 0;
}

int load_sparse(struct table *t, struct source *s, const struct read_opts *o, const struct watch *w,
    struct err *err)
{
    struct sparse_load l = {.t = t, .o = o};
    int ret = -1;

    column_init(&l.label, "label");
    if (check_options(o, err) < 0 || target_prepare(&l.label, o, err) < 0)
        goto out;
    t->sparse = mem_zalloc(1, sizeof *t->sparse);
    t->target.name = mem_strdup("label");
    if (!t->sparse || !t->target.name) {
        err_memory(err);
        goto out;
    }
    if (load_rows(&l, s, w, err) < 0)
        goto out;
    if (t->n_rows == 0) {
        err_set(err, "%s: no rows", source_file(s));
        goto out;
    }
    if (!l.weights) {
        mem_free(t->weight);
        t->weight = NULL;
    }
    watch_info(w, "absent entries are read as %s (--absent %s reads them as %s)",
        o->absent_zero ? "0" : "missing", o->absent_zero ? "missing" : "zero",
        o->absent_zero ? "missing" : "0");
    if (make_schema(&l, s, err) < 0)
        goto out;
    ret = target_settle(&t->target, &l.label, &t->y, o, w, err);
out:
    column_release(&l.label);
    return ret;
}

/* ---- rows ---- */

static int add_group(
    struct sparse_load *l, const struct libsvm_row *row, const struct place *place, struct err *err)
{
    struct table *t = l->t;
    char text[24];
    size_t n = (size_t)t->n_rows;

    if (n > 0 && (t->groups != NULL) != (row->qid >= 0))
        return err_set(err, "%s:%lld: %s", place->file, (long long)place->line,
            t->groups ? "a row without a qid, after rows with one"
                      : "a row with a qid, after rows without");
    if (row->qid < 0)
        return 0;
    if (!t->groups && !(t->groups = dict_new()))
        return err_memory(err);
    int len = snprintf(text, sizeof text, "%lld", (long long)row->qid);
    int32_t code = dict_add(t->groups, text, (size_t)len);
    if (code < 0 || mem_grow(&t->group, &l->group_room, n + 1, sizeof *t->group) < 0)
        return err_memory(err);
    t->group[n] = code;
    return 0;
}

static int add_entries(struct sparse_load *l, const struct libsvm_row *row, struct err *err)
{
    struct sparse *sp = l->t->sparse;
    size_t n = (size_t)row->n, have = (size_t)l->n_entries, rows = (size_t)l->t->n_rows;

    if (mem_grow(&sp->start, &l->start_room, rows + 2, sizeof *sp->start) < 0 ||
        mem_grow(&sp->col, &l->col_room, have + n, sizeof *sp->col) < 0 ||
        mem_grow(&sp->value, &l->value_room, have + n, sizeof *sp->value) < 0)
        return err_memory(err);
    if (n) {
        memcpy(sp->col + have, row->index, n * sizeof *sp->col);
        memcpy(sp->value + have, row->value, n * sizeof *sp->value);
        if (row->index[n - 1] >= l->n_cols) {
            l->n_cols = row->index[n - 1] + 1;
            l->top_line = row->line;
        }
    }
    l->n_entries += row->n;
    sp->start[0] = 0;
    sp->start[rows + 1] = l->n_entries;
    return 0;
}

static int add_row(struct sparse_load *l, const struct source_row *row, struct err *err)
{
    struct table *t = l->t;
    const struct libsvm_row *r = row->sparse;
    size_t n = (size_t)t->n_rows;

    if (load_weight(r->weight, &row->place, "label", err) < 0 ||
        column_add_text(&l->label, r->label, strlen(r->label), &row->place, err) < 0 ||
        add_group(l, r, &row->place, err) < 0 || add_entries(l, r, err) < 0)
        return -1;
    if (mem_grow(&t->weight, &l->weight_room, n + 1, sizeof *t->weight) < 0)
        return err_memory(err);
    t->weight[n] = r->weight;
    l->weights = l->weights || r->has_weight;
    t->n_rows++;
    return 0;
}

static int load_rows(
    struct sparse_load *l, struct source *s, const struct watch *w, struct err *err)
{
    struct source_row row;
    int got;

    while ((got = source_next(s, &row, err)) > 0)
        if (load_tick(w, l->t->n_rows, err) < 0 || add_row(l, &row, err) < 0)
            return -1;
    return got;
}

/* ---- columns ---- */

/* Columns without any entry cannot be learned from. */
static int mark_columns(struct sparse_load *l, const bool *in, struct err *err)
{
    struct schema *s = &l->t->schema;
    const struct sparse *sp = l->t->sparse;

    for (int i = 0; i < s->n_cols; i++)
        s->cols[i].kind = COL_IGNORED;
    for (int64_t e = 0; e < l->n_entries; e++)
        s->cols[sp->col[e]].kind = COL_NUMBER;
    for (int i = 0; i < s->n_cols; i++) {
        if (in[i] && (s->cols[i].kind == COL_NUMBER || l->o->keep_all)) {
            s->cols[i].kind = COL_NUMBER;
            continue;
        }
        s->cols[i].kind = COL_IGNORED;
        s->cols[i].note = mem_strdup(in[i] ? NOTE_NO_ENTRY : NOTE_LEFT_OUT);
        if (!s->cols[i].note)
            return err_memory(err);
    }
    return 0;
}

/* Takes away the entries of ignored columns. */
static void drop_entries(struct sparse_load *l)
{
    const struct schema *s = &l->t->schema;
    struct sparse *sp = l->t->sparse;
    int64_t to = 0, from = 0;

    for (int64_t row = 0; row < l->t->n_rows; row++) {
        for (; from < sp->start[row + 1]; from++) {
            if (s->cols[sp->col[from]].kind == COL_IGNORED)
                continue;
            sp->col[to] = sp->col[from];
            sp->value[to++] = sp->value[from];
        }
        sp->start[row + 1] = to;
    }
    l->n_entries = to;
}

static int pick_columns(struct sparse_load *l, const char *const *name, bool *in, struct err *err)
{
    const struct read_opts *o = l->o;
    int n = l->t->schema.n_cols;
    bool *out = mem_zalloc((size_t)n, sizeof *out);
    int ret = -1;

    if (!out)
        return err_memory(err);
    memset(in, !o->features, (size_t)n * sizeof *in);
    if ((o->features && list_pick(o->features, name, n, in, err) < 0) ||
        (o->exclude && list_pick(o->exclude, name, n, out, err) < 0))
        goto done;
    for (int i = 0; i < n; i++)
        in[i] = in[i] && !out[i];
    ret = 0;
done:
    mem_free(out);
    return ret;
}

static int make_schema(struct sparse_load *l, struct source *s, struct err *err)
{
    struct schema *schema = &l->t->schema;
    size_t n = l->n_cols;
    char text[24];
    const char **name = NULL;
    bool *in = NULL;
    int ret = -1;

    if (n > MANY_COLUMNS && (int64_t)(n / COLUMNS_AN_ENTRY) > l->n_entries)
        return err_set(err, "%s:%lld: index %zu, though there %s only %lld %s: is it a slip?",
            source_file(s), (long long)l->top_line, n, l->n_entries == 1 ? "is" : "are",
            (long long)l->n_entries, l->n_entries == 1 ? "entry" : "entries");
    schema->cols = mem_zalloc(n, sizeof *schema->cols);
    name = mem_alloc(n, sizeof *name);
    in = mem_alloc(n, sizeof *in);
    if (!schema->cols || !name || !in) {
        err_memory(err);
        goto out;
    }
    for (schema->n_cols = 0; (size_t)schema->n_cols < n; schema->n_cols++) {
        int i = schema->n_cols;
        snprintf(text, sizeof text, "c%d", i + 1);
        schema->cols[i].name = mem_strdup(text);
        if (!schema->cols[i].name) {
            err_memory(err);
            goto out;
        }
        name[i] = schema->cols[i].name;
    }
    schema->absent_zero = l->o->absent_zero;
    if (pick_columns(l, name, in, err) < 0 || mark_columns(l, in, err) < 0)
        goto out;
    drop_entries(l);
    ret = 0;
out:
    mem_free(name);
    mem_free(in);
    return ret;
}
