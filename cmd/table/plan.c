/* plan.c -- see plan.h: which columns there are, and what they hold. */
#include "cmd/table/plan.h"

#include <math.h>
#include <string.h>

#include "cmd/table/plan_row.h"
#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/io/format/csv.h"
#include "common/io/format/number.h"

enum { CODES_TOLD = 10, COLUMNS_TOLD = 20, COLUMNS_MAX = 1 << 24 };

static bool is_number(const char *text, size_t len)
{
    double value;
    return number_read(text, len, &value) && isfinite(value);
}

static bool all_numbers(const struct dict *d)
{
    for (int32_t i = 0; i < dict_size(d); i++) {
        size_t len;
        const char *text = dict_text(d, i, &len);
        if (!is_number(text, len))
            return false;
    }
    return true;
}

/* Columns that column i of the table becomes. */
static int column_width(const struct plan *p, int i)
{
    const struct col_spec *c = &p->table->schema.cols[i];

    if (c->kind == COL_IGNORED)
        return 0;
    return c->kind == COL_CATEGORY && p->form == CATEGORY_ONE_HOT ? dict_size(c->dict) : 1;
}

int plan_init(struct plan *p, const struct table *t, enum category_form form,
    const char *weight_name, const struct watch *watch, struct err *err)
{
    int64_t n = 0;

    *p = (struct plan){.table = t, .form = form, .weight_name = weight_name, .watch = watch};
    for (int i = 0; i < t->schema.n_cols; i++)
        n += column_width(p, i);
    if (n > COLUMNS_MAX)
        return err_set(err, "%lld columns: at most %d can be written", (long long)n, COLUMNS_MAX);
    p->column = mem_alloc((size_t)n, sizeof *p->column);
    if (!p->column)
        return err_memory(err);
    for (int i = 0; i < t->schema.n_cols; i++) {
        const struct col_spec *c = &t->schema.cols[i];
        bool levels = c->kind == COL_CATEGORY && form == CATEGORY_ONE_HOT;
        for (int level = 0; level < column_width(p, i); level++)
            p->column[p->n_columns++] = (struct plan_column){i, levels ? level : -1};
    }
    p->numeric_labels = t->target.classes && all_numbers(t->target.classes);
    return 0;
}

void plan_release(struct plan *p)
{
    mem_free(p->column);
    *p = (struct plan)PLAN_INIT;
}

/* ---- a row ---- */

double plan_value(const struct plan *p, int64_t row, int i)
{
    const struct plan_column *c = &p->column[i];
    const struct table *t = p->table;
    double value = t->sparse ? table_sparse_value(t, row, c->col) : t->values[c->col][row];

    return c->level < 0 || isnan(value) ? value : value == c->level;
}

double plan_target(const struct plan *p, int64_t row)
{
    const struct table *t = p->table;
    double value = t->y[row];

    if (p->numeric_labels) {
        size_t len;
        const char *label = dict_text(t->target.classes, (int32_t)value, &len);
        if (!number_read(label, len, &value))
            value = NAN; /* plan_init() has read it already */
    }
    return value;
}

/* ---- codes ---- */

static void tell(
    const char *what, const char *name, const struct dict *d, const struct watch *watch)
{
    char text[512] = "";
    size_t used = 0;

    for (int32_t i = 0; i < dict_size(d) && used < sizeof text; i++) {
        if (i == CODES_TOLD) {
            snprintf(text + used, sizeof text - used, ", ...");
            break;
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d = %.40s", i ? ", " : "",
            (int)i, dict_text(d, i, NULL));
    }
    watch_info(watch, "%s '%s': %s", what, name, text);
}

void plan_tell_codes(const struct plan *p)
{
    const struct watch *watch = p->watch;
    const struct table *t = p->table;
    int told = 0;

    for (int i = 0; i < t->schema.n_cols && p->form == CATEGORY_CODE; i++)
        if (t->schema.cols[i].kind == COL_CATEGORY && told++ < COLUMNS_TOLD)
            tell("column", t->schema.cols[i].name, t->schema.cols[i].dict, watch);
    if (told > COLUMNS_TOLD)
        watch_info(watch, "and %d more %s as codes (--codes FILE lists them)", told - COLUMNS_TOLD,
            told - COLUMNS_TOLD == 1 ? "column" : "columns");
    if (t->target.classes && !p->numeric_labels)
        tell("target", t->target.name, t->target.classes, watch);
}

static int put_codes(const char *name, const struct dict *d, struct output *out, struct err *err)
{
    for (int32_t i = 0; i < dict_size(d); i++) {
        size_t len;
        const char *text = dict_text(d, i, &len);
        if (csv_put_field(out, name, strlen(name), ',', err) < 0 ||
            output_printf(out, err, ",%d,", (int)i) < 0 ||
            csv_put_field(out, text, len, ',', err) < 0 || output_put(out, "\n", 1, err) < 0)
            return -1;
    }
    return 0;
}

void plan_tell_columns(const struct plan *p)
{
    const struct table *t = p->table;
    const struct {
        bool there;
        const char *what, *name;
    } other[] = {
        {t->weight, "the weight", p->weight_name},
        {t->group, "the qid", NULL},
        {t->y, "the target", t->target.name},
    };
    struct buf text = BUF_INIT;
    int n = p->n_columns, ret = 0;

    for (size_t i = 0; i < sizeof other / sizeof *other && ret == 0; i++) {
        if (!other[i].there)
            continue;
        ret = buf_printf(&text, "%s%d is %s", text.len ? ", " : "column ", ++n, other[i].what);
        if (ret == 0 && other[i].name)
            ret = buf_printf(&text, " '%.60s'", other[i].name);
    }
    if (ret == 0 && (t->weight || t->group))
        watch_info(p->watch, "%s", text.data);
    buf_release(&text);
}

int plan_put_codes(const struct plan *p, struct output *out, struct err *err)
{
    const struct table *t = p->table;

    if (output_printf(out, err, "column,code,level\n") < 0)
        return -1;
    for (int i = 0; i < t->schema.n_cols; i++)
        if (t->schema.cols[i].kind == COL_CATEGORY &&
            put_codes(t->schema.cols[i].name, t->schema.cols[i].dict, out, err) < 0)
            return -1;
    if (t->target.classes && !p->numeric_labels)
        return put_codes(t->target.name, t->target.classes, out, err);
    return 0;
}
