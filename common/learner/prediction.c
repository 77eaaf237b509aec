/* prediction.c -- see prediction.h. */
#include "common/learner/prediction.h"

#include "common/base/mem.h"
#include "common/io/format/csv.h"
#include "common/io/format/number.h"
#include "common/learner/learner.h"

int prediction_text_init(
    struct prediction_text *p, const struct target *t, char delimiter, struct err *err)
{
    *p = (struct prediction_text){
        .target = t, .delimiter = delimiter, .width = prediction_width(t), .labels = BUF_INIT};
    if (t->task != TASK_CLASSIFICATION)
        return 0;
    p->start = mem_zalloc((size_t)p->width + 1, sizeof *p->start);
    if (!p->start)
        return err_memory(err);
    for (int32_t k = 0; k < p->width; k++) {
        size_t len;
        const char *label = dict_text(t->classes, k, &len);
        if (csv_add_field(&p->labels, label, len, delimiter) < 0) {
            prediction_text_release(p);
            return err_memory(err);
        }
        p->start[k + 1] = p->labels.len;
    }
    return 0;
}

void prediction_text_release(struct prediction_text *p)
{
    buf_release(&p->labels);
    mem_free(p->start);
    p->start = NULL;
}

int prediction_header(struct header *h, const struct target *t, struct err *err)
{
    if (header_add(h, "prediction", "", err) < 0)
        return -1;
    for (int32_t k = 0; t->task == TASK_CLASSIFICATION && k < dict_size(t->classes); k++)
        if (header_add(h, "p_", dict_text(t->classes, k, NULL), err) < 0)
            return -1;
    return 0;
}

const char *prediction_output(
    const struct target *t, const struct forest *f, int k, char scratch[NUMBER_MAX])
{
    if (t->task == TASK_CLASSIFICATION)
        return dict_text(t->classes, k, NULL);
    number_write(f->quantile[k], scratch);
    return scratch;
}

int number_add(double value, bool as_float, struct buf *out)
{
    if (buf_room(out, NUMBER_MAX) < 0)
        return -1;
    char *text = out->data + out->len;
    out->len +=
        (size_t)(as_float ? number_write_float((float)value, text) : number_write(value, text));
    return 0;
}

int prediction_add_label(const struct prediction_text *p, int32_t k, struct buf *out)
{
    return buf_add(out, p->labels.data + p->start[k], p->start[k + 1] - p->start[k]);
}

int prediction_add_truth(const struct prediction_text *p, double y, struct buf *out)
{
    return p->start ? prediction_add_label(p, (int32_t)y, out) : number_add(y, false, out);
}

int prediction_add(const struct prediction_text *p, const double *linked, struct buf *out)
{
    if (!p->start)
        return number_add(linked[0], false, out);
    if (prediction_add_label(p, prediction_label(p->target, linked), out) < 0 ||
        buf_room(out, (size_t)p->width * (NUMBER_MAX + 1)) < 0)
        return -1;
    char *text = out->data + out->len;
    for (int k = 0; k < p->width; k++) {
        *text++ = p->delimiter;
        text += number_write_float((float)linked[k], text);
    }
    out->len = (size_t)(text - out->data);
    return 0;
}

int prediction_add_none(const struct prediction_text *p, struct buf *out)
{
    for (int k = 0; p->start && k < p->width; k++)
        if (buf_char(out, p->delimiter) < 0)
            return -1;
    return 0;
}
