/* sheet.c -- see sheet.h. */
#include "cmd/score/sheet.h"

#include <string.h>

#include "common/io/format/csv.h"
#include "common/io/format/number.h"

int sheet_open(struct sheet *s, const char *path, const char *columns, struct err *err)
{
    if (output_open(&s->out, path, OUTPUT_TEXT, err) < 0)
        return -1;
    if (s->by && (csv_put_field(&s->out, s->by, strlen(s->by), ',', err) < 0 ||
                     output_put(&s->out, ",", 1, err) < 0))
        return -1;
    return output_printf(&s->out, err, "%s\n", columns);
}

static int field_begin(struct sheet *s, struct err *err)
{
    if (!s->in_row && s->by && csv_put_field(&s->out, s->by_text, s->by_len, ',', err) < 0)
        return -1;
    if ((s->in_row || s->by) && output_put(&s->out, ",", 1, err) < 0)
        return -1;
    s->in_row = true;
    return 0;
}

int sheet_text(struct sheet *s, const char *text, size_t len, struct err *err)
{
    if (field_begin(s, err) < 0)
        return -1;
    return csv_put_field(&s->out, text, len, ',', err);
}

int sheet_name(struct sheet *s, const char *text, struct err *err)
{
    return sheet_text(s, text, strlen(text), err);
}

int sheet_number(struct sheet *s, double value, struct err *err)
{
    char text[NUMBER_MAX];
    int len = number_write(value, text);

    if (field_begin(s, err) < 0)
        return -1;
    return output_put(&s->out, text, (size_t)len, err);
}

int sheet_end(struct sheet *s, struct err *err)
{
    s->in_row = false;
    return output_put(&s->out, "\n", 1, err);
}
