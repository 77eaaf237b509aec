/*
 * dump_weights.c -- weights of columns, of models that have them in the place of trees; see dump.h.
 *
 *   weights, of class Bonn:
 *     (bias) 0.25
 *     age -1.5
 *
 *   "linear":[{"class":"Bonn","bias":0.25,"weights":{"age":-1.5}}],
 */
#include "cmd/model/dump.h"

#include <string.h>

#include "cmd/model/label.h"
#include "common/io/format/number.h"
#include "common/tree/linear.h"

/* The class that an output is for; NULL where there is but one output, or values are predicted. */
static const char *class_of(const struct tree_model *m, int output, size_t *len)
{
    return m->target.task == TASK_CLASSIFICATION && m->forest.n_outputs > 1
               ? dict_text(m->target.classes, output, len)
               : NULL;
}

static int add_line(struct buf *out, const char *name, double value)
{
    if (buf_str(out, "  ") < 0 || label_text(out, name) < 0 || buf_char(out, ' ') < 0 ||
        label_number(out, value, 0) < 0)
        return -1;
    return buf_char(out, '\n');
}

int weights_text(const struct tree_model *m, struct buf *out)
{
    const struct forest *f = &m->forest;

    for (int j = 0; f->linear && j < f->n_outputs; j++) {
        const char *class = class_of(m, j, NULL);
        if (buf_str(out, "weights") < 0 ||
            (class && (buf_str(out, ", of class ") < 0 || label_text(out, class) < 0)) ||
            buf_str(out, ":\n") < 0 || add_line(out, "(bias)", linear_bias(f, j)) < 0)
            return -1;
        for (int i = 0; i < f->linear_cols; i++)
            if (linear_takes(&m->schema.cols[i]) &&
                add_line(out, m->schema.cols[i].name, linear_weights(f, j)[i]) < 0)
                return -1;
        if (buf_char(out, '\n') < 0)
            return -1;
    }
    return 0;
}

/* "name":value */
static int add_member(struct buf *out, const char *name, double value, bool first, struct err *err)
{
    char text[NUMBER_MAX];

    number_write(value, text);
    if (!first && buf_char(out, ',') < 0)
        return err_memory(err);
    if (json_write_string(out, name, strlen(name), err) < 0)
        return -1;
    return buf_char(out, ':') < 0 || buf_str(out, text) < 0 ? err_memory(err) : 0;
}

static int add_output(struct buf *out, const struct tree_model *m, int output, struct err *err)
{
    const struct forest *f = &m->forest;
    size_t len;
    const char *class = class_of(m, output, &len);
    bool first = true;

    if (buf_str(out, output ? ",\n{" : "\n{") < 0 || (class && buf_str(out, "\"class\":") < 0))
        return err_memory(err);
    if (class && json_write_string(out, class, len, err) < 0)
        return -1;
    if (class && buf_char(out, ',') < 0)
        return err_memory(err);
    if (add_member(out, "bias", linear_bias(f, output), true, err) < 0)
        return -1;
    if (buf_str(out, ",\"weights\":{") < 0)
        return err_memory(err);
    for (int i = 0; i < f->linear_cols; i++) {
        const struct col_spec *column = &m->schema.cols[i];
        if (!linear_takes(column))
            continue;
        if (add_member(out, column->name, linear_weights(f, output)[i], first, err) < 0)
            return -1;
        first = false;
    }
    return buf_str(out, "}}") < 0 ? err_memory(err) : 0;
}

int weights_json(const struct tree_model *m, struct buf *out, struct err *err)
{
    const struct forest *f = &m->forest;

    if (!f->linear)
        return 0;
    if (buf_str(out, ",\n\"linear\":[") < 0)
        return err_memory(err);
    for (int j = 0; j < f->n_outputs; j++)
        if (add_output(out, m, j, err) < 0)
            return -1;
    return buf_str(out, "\n]") < 0 ? err_memory(err) : 0;
}
