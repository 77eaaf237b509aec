/*
 * target.c -- classification or regression, and which classes; see load.h.
 *
 * Text means classification, as do numbers that are only 0 and 1; --task overrides.  Classes stand
 * by value if all are numbers, else by bytes; --positive puts one last.  Numbers that are equal
 * ("1", "1.0") are one class, labelled with the text that came first.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"
#include "common/table/load.h"

enum { CLASSES_SHOWN = 10, LABELS_ROWS_MIN = 20, CODES_MAX = 20 };

int target_prepare(struct column *c, const struct read_opts *o, struct err *err)
{
    c->target = true;
    if (o->task == TASK_REGRESSION) {
        if (c->forced && c->kind == COL_CATEGORY)
            return err_usage(err, "regression of a target that is --categorical");
        if (!c->forced)
            c->kind = COL_NUMBER;
        c->forced = true;
        return 0;
    }
    return column_keep_labels(c, o->task == TASK_AUTO, err);
}

/* ---- classes ---- */

static int no_class(const struct target *t, const char *label, struct err *err)
{
    struct buf known = BUF_INIT;
    int ret = 0;

    for (int32_t i = 0; ret == 0 && i < dict_size(t->classes) && i < CLASSES_SHOWN; i++)
        ret = buf_printf(&known, "%s'%.60s'", i ? ", " : "", dict_text(t->classes, i, NULL));
    ret = ret < 0 ? err_memory(err)
                  : err_set(err, "--positive '%.*s': no such class of '%.*s': there are %s%s",
                        err_quote_len(strlen(label)), label, err_quote_len(strlen(t->name)),
                        t->name, known.data ? known.data : "none",
                        dict_size(t->classes) > CLASSES_SHOWN ? " and others" : "");
    buf_release(&known);
    return ret;
}

static int put_last(struct target *t, double *y, int64_t n_rows, const char *label, struct err *err)
{
    int32_t n = dict_size(t->classes), last = target_class(t, label, strlen(label));
    if (last < 0)
        return no_class(t, label, err);
    int32_t *order = mem_alloc((size_t)n, sizeof *order);
    if (!order)
        return err_memory(err);
    for (int32_t i = 0; i < n; i++)
        order[i] = i < last ? i : i + 1 < n ? i + 1 : last;
    int ret = dict_settle(t->classes, order, y, n_rows) < 0 ? err_memory(err) : 0;
    mem_free(order);
    return ret;
}

static void tell_classes(const struct target *t, const struct watch *w)
{
    int32_t n = dict_size(t->classes);
    char text[512];
    size_t used = 0;

    text[0] = '\0';
    for (int32_t i = 0; i < n && i < CLASSES_SHOWN && used < sizeof text - 80; i++) {
        size_t len;
        const char *label = dict_text(t->classes, i, &len);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i ? ", " : "",
            quote_length(label, len) > 40 ? 40 : quote_length(label, len), label);
        if (i + 1 < n && (i + 1 == CLASSES_SHOWN || used >= sizeof text - 80))
            snprintf(text + used, sizeof text - used, ", ...");
    }
    watch_info(w, "target '%s': classification, %ld %s (%s)", t->name, (long)n,
        n == 1 ? "class" : "classes", text);
}

/* Takes over the classes; codes are in the column's value. */
static int settle_classes(struct target *t, struct column *c, struct dict *classes,
    const int32_t *order, const struct read_opts *o, struct err *err)
{
    int32_t n = dict_size(classes);

    t->task = TASK_CLASSIFICATION;
    t->classes = classes;
    if (n == 1 && !o->keep_all)
        return err_set(err, "target '%.*s': only one class, '%.60s': nothing to learn",
            err_quote_len(strlen(t->name)), t->name, dict_text(classes, 0, NULL));
    if (column_check_utf8(c, err) < 0)
        return -1;
    if (dict_settle(classes, order, c->value, c->n_rows) < 0)
        return err_memory(err);
    return o->positive ? put_last(t, c->value, c->n_rows, o->positive, err) : 0;
}

static int settle_texts(
    struct target *t, struct column *c, const struct read_opts *o, struct err *err)
{
    if (o->task == TASK_AUTO && column_check_stray(c, err) < 0)
        return -1;
    struct dict *classes = c->dict;
    int32_t *order = dict_order(classes);
    if (!order)
        return err_memory(err);
    c->dict = NULL;
    int ret = settle_classes(t, c, classes, order, o, err);
    mem_free(order);
    return ret;
}

/* Codes for numbers that are classes.  They come again and again: the first few are remembered. */
static void code_labels(const struct dict *values, double *value, int64_t n_rows)
{
    double known[CODES_MAX];
    int32_t code[CODES_MAX];
    int n_known = 0;

    for (int64_t i = 0; i < n_rows; i++) {
        char text[NUMBER_MAX];
        double v = value[i] + 0.0; /* -0 is 0 */
        int k = 0;
        while (k < n_known && known[k] != v)
            k++;
        if (k < n_known) {
            value[i] = code[k];
            continue;
        }
        value[i] = dict_find(values, text, (size_t)number_write(v, text));
        if (n_known < CODES_MAX) {
            known[n_known] = v;
            code[n_known++] = (int32_t)value[i];
        }
    }
}

/* Numbers as classes: codes for values, then the order of the values. */
static int settle_labels(
    struct target *t, struct column *c, const struct read_opts *o, struct err *err)
{
    struct dict *classes = c->labels.text;
    int32_t *order = dict_order(c->labels.value);

    if (!order)
        return err_memory(err);
    code_labels(c->labels.value, c->value, c->n_rows);
    c->labels.text = NULL;
    int ret = settle_classes(t, c, classes, order, o, err);
    mem_free(order);
    return ret;
}

/* Different values, if they are whole numbers and so few that they may be classes; else 0. */
static int count_codes(const struct column *c)
{
    double seen[CODES_MAX];
    int n = 0;

    if (c->state != COLUMN_NUMBER || !c->whole)
        return 0;
    for (int64_t i = 0; i < c->n_rows; i++) {
        int k = 0;
        while (k < n && seen[k] != c->value[i])
            k++;
        if (k < n)
            continue;
        if (n == CODES_MAX)
            return 0;
        seen[n++] = c->value[i];
    }
    return n >= 2 && c->n_rows / 3 >= n ? n : 0;
}

static void tell_regression(const struct target *t, const struct column *c,
    const struct read_opts *o, const struct watch *w)
{
    int n = o->task == TASK_AUTO ? count_codes(c) : 0;
    if (n)
        watch_info(w,
            "target '%s': regression (%d different whole numbers: if they are classes, --task "
            "classification)",
            t->name, n);
    else
        watch_info(w, "target '%s': regression", t->name);
}

int target_settle(struct target *t, struct column *c, double **y, const struct read_opts *o,
    const struct watch *w, struct err *err)
{
    bool labels = c->labels.value && !c->labels.given_up && c->state == COLUMN_NUMBER;
    int ret = 0;

    t->task = TASK_REGRESSION;
    if (c->state == COLUMN_TEXT)
        ret = settle_texts(t, c, o, err);
    else if (labels)
        ret = settle_labels(t, c, o, err);
    else if (o->task == TASK_CLASSIFICATION)
        ret = err_set(err, "target '%s': dates are no classes", t->name);
    else if (o->positive)
        ret = err_set(
            err, "--positive, but the target '%s' is a number: regression has no classes", t->name);
    if (ret < 0)
        return -1;
    if (t->classes) {
        tell_classes(t, w);
        if (c->commas)
            watch_warn(w, "target '%s': " NOTE_COMMAS, t->name);
        if (c->n_rows >= LABELS_ROWS_MIN && dict_size(t->classes) > c->n_rows / 2)
            watch_warn(w, "target '%s': %ld classes in %lld rows: is it the right column?", t->name,
                (long)dict_size(t->classes), (long long)c->n_rows);
    } else {
        tell_regression(t, c, o, w);
    }
    *y = c->value;
    c->value = NULL;
    return 0;
}

int32_t target_class(const struct target *t, const char *text, size_t len)
{
    double value, other;
    int32_t code = dict_find(t->classes, text, len);

    if (code >= 0 || !number_read(text, len, &value))
        return code;
    for (int32_t i = 0; i < dict_size(t->classes); i++) {
        size_t n;
        const char *label = dict_text(t->classes, i, &n);
        if (number_read(label, n, &other) && other == value)
            return i;
    }
    return -1;
}
