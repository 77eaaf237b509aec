/* prediction.c -- see prediction.h. */
#include "common/learner/prediction.h"

#include "common/base/buf.h"
#include "common/io/format/csv.h"
#include "common/io/format/number.h"
#include "common/learner/learner.h"

/* Prefix, stem and name as one field. */
static int put_name(struct output *out, const char *prefix, const char *stem, const char *name,
    char delimiter, struct err *err)
{
    struct buf field = BUF_INIT;
    int ret = -1;
    if (buf_str(&field, prefix) < 0 || buf_str(&field, stem) < 0 || buf_str(&field, name) < 0)
        err_memory(err);
    else
        ret = csv_put_field(out, field.data, field.len, delimiter, err);
    buf_release(&field);
    return ret;
}

int prediction_put_header(
    struct output *out, const struct target *t, const char *prefix, char delimiter, struct err *err)
{
    if (put_name(out, prefix, "prediction", "", delimiter, err) < 0)
        return -1;
    for (int32_t k = 0; t->task == TASK_CLASSIFICATION && k < dict_size(t->classes); k++)
        if (output_put(out, &delimiter, 1, err) < 0 ||
            put_name(out, prefix, "p_", dict_text(t->classes, k, NULL), delimiter, err) < 0)
            return -1;
    return 0;
}

int prediction_put(struct output *out, const struct target *t, const double *linked, char delimiter,
    struct err *err)
{
    char text[NUMBER_MAX + 1];
    size_t len;

    if (t->task != TASK_CLASSIFICATION) {
        return output_put(out, text, (size_t)number_write(linked[0], text), err);
    }
    const char *label = dict_text(t->classes, prediction_label(t, linked), &len);
    if (csv_put_field(out, label, len, delimiter, err) < 0)
        return -1;
    for (int32_t k = 0; k < dict_size(t->classes); k++) {
        text[0] = delimiter;
        if (output_put(out, text, 1 + (size_t)number_write_float((float)linked[k], text + 1), err) <
            0)
            return -1;
    }
    return 0;
}
