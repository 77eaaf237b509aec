/* value.c -- see value.h. */
#include "common/cli/value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int int_set(const struct opt *opt, int64_t *field, const char *text, struct err *err);
static int real_set(const struct opt *opt, double *field, const char *text, struct err *err);
static int enum_set(const struct opt *opt, int *field, const char *text, struct err *err);
static int strings_set(struct opt_strings *field, const char *text, struct err *err);
static int custom_set(const struct opt *opt, void *field, const char *text, struct err *err);
static bool real_within(const struct opt *opt, double value);
static int real_show(double value, struct buf *out);
static int strings_show(const struct opt_strings *strings, struct buf *out);

bool value_wanted(const struct opt *opt)
{
    return opt->type != OPT_TYPE_FLAG && opt->type != OPT_TYPE_UNSET;
}

int value_set(const struct opt *opt, void *field, const char *text, struct err *err)
{
    switch (opt->type) {
    case OPT_TYPE_FLAG:
    case OPT_TYPE_UNSET:
        *(bool *)field = opt->type == OPT_TYPE_FLAG;
        return 0;
    case OPT_TYPE_INT:
        return int_set(opt, field, text, err);
    case OPT_TYPE_REAL:
        return real_set(opt, field, text, err);
    case OPT_TYPE_STRING:
        *(const char **)field = text;
        return 0;
    case OPT_TYPE_STRINGS:
        return strings_set(field, text, err);
    case OPT_TYPE_ENUM:
        return enum_set(opt, field, text, err);
    case OPT_TYPE_CUSTOM:
        return custom_set(opt, field, text, err);
    case OPT_TYPE_END:
    case OPT_TYPE_HEAD:
    case OPT_TYPE_GROUP:
        break;
    }
    return err_set(err, "internal error: an entry that is no option");
}

int value_show(const struct opt *opt, const void *field, struct buf *out)
{
    if (opt->flags & OPT_NO_DEFAULT)
        return 0;
    switch (opt->type) {
    case OPT_TYPE_INT: {
        int64_t value = *(const int64_t *)field;
        return real_within(opt, (double)value) ? buf_printf(out, "%lld", (long long)value) : 0;
    }
    case OPT_TYPE_REAL: {
        double value = *(const double *)field;
        return real_within(opt, value) && isfinite(value) ? real_show(value, out) : 0;
    }
    case OPT_TYPE_STRING: {
        const char *text = *(const char *const *)field;
        return text && *text ? buf_str(out, text) : 0;
    }
    case OPT_TYPE_STRINGS:
        return strings_show(field, out);
    case OPT_TYPE_ENUM: {
        int value = *(const int *)field;
        for (int i = 0; opt->names[i]; i++)
            if (i == value)
                return buf_str(out, opt->names[i]);
        return 0;
    }
    case OPT_TYPE_CUSTOM:
        return opt->show ? opt->show(field, out) : 0;
    case OPT_TYPE_FLAG:
    case OPT_TYPE_UNSET:
    case OPT_TYPE_END:
    case OPT_TYPE_HEAD:
    case OPT_TYPE_GROUP:
        break;
    }
    return 0;
}

int value_names(const struct opt *opt, const char *between, struct buf *out)
{
    for (int i = 0; opt->names[i]; i++)
        if (buf_printf(out, "%s%s", i ? between : "", opt->names[i]) < 0)
            return -1;
    return 0;
}

/* ---- numbers ---- */

static bool real_within(const struct opt *opt, double value)
{
    bool above = opt->flags & OPT_OPEN_MIN ? value > opt->min : value >= opt->min;
    bool below = opt->flags & OPT_OPEN_MAX ? value < opt->max : value <= opt->max;
    return above && below;
}

static int range_error(const struct opt *opt, const char *text, struct err *err)
{
    char low[64] = "", high[64] = "";
    bool open_low = opt->flags & OPT_OPEN_MIN, open_high = opt->flags & OPT_OPEN_MAX;

    if (opt->min > -0x1p62)
        snprintf(low, sizeof low, "%s %.16g", open_low ? "above" : "at least", opt->min);
    if (opt->max < 0x1p62)
        snprintf(high, sizeof high, "%s %.16g", open_high ? "below" : "at most", opt->max);
    if (!*low && !*high)
        return err_usage(err, "%.*s is too large a number", err_quote_len(strlen(text)), text);
    return err_usage(err, "%.*s is out of range: it must be %s%s%s", err_quote_len(strlen(text)),
        text, low, *low && *high ? " and " : "", high);
}

static int int_set(const struct opt *opt, int64_t *field, const char *text, struct err *err)
{
    const char *digits = text + (*text == '-' || *text == '+');

    if (!*digits || strspn(digits, "0123456789") != strlen(digits))
        return err_usage(err, "'%.*s' is not a whole number", err_quote_len(strlen(text)), text);
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    /* As whole numbers: a double cannot tell 2^53 from 2^53 + 1. */
    bool low = opt->min > -0x1p63 && value < (long long)ceil(opt->min);
    bool high = opt->max < 0x1p63 && value > (long long)floor(opt->max);
    if (errno || low || high)
        return range_error(opt, text, err);
    *field = value;
    return 0;
}

static int real_set(const struct opt *opt, double *field, const char *text, struct err *err)
{
    char *end = NULL;
    double value = 0;

    /* strtod alone would take blanks before, hexadecimal, "inf" and "nan". */
    bool plain = *text && strspn(text, "0123456789.eE+-") == strlen(text);
    if (plain)
        value = strtod(text, &end);
    if (!plain || end == text || *end)
        return err_usage(err, "'%.*s' is not a number", err_quote_len(strlen(text)), text);
    if (!isfinite(value) || !real_within(opt, value))
        return range_error(opt, text, err);
    *field = value;
    return 0;
}

/* The shortest of the usual digits that reads back as the same number. */
static int real_show(double value, struct buf *out)
{
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return buf_str(out, text);
}

/* ---- others ---- */

static int enum_set(const struct opt *opt, int *field, const char *text, struct err *err)
{
    struct buf names = BUF_INIT;
    int ret;

    for (int i = 0; opt->names[i]; i++)
        if (strcmp(text, opt->names[i]) == 0) {
            *field = i;
            return 0;
        }
    if (value_names(opt, ", ", &names) < 0)
        ret = err_memory(err);
    else
        ret = err_usage(err, "'%.*s' is not one of %s", err_quote_len(strlen(text)), text,
            names.data ? names.data : "");
    buf_release(&names);
    return ret;
}

static int strings_set(struct opt_strings *field, const char *text, struct err *err)
{
    if (field->n >= OPT_STRINGS_MAX)
        return err_usage(err, "given more than %d times", OPT_STRINGS_MAX);
    field->item[field->n++] = text;
    return 0;
}

static int strings_show(const struct opt_strings *strings, struct buf *out)
{
    for (int i = 0; i < strings->n; i++)
        if (buf_printf(out, "%s%s", i ? "," : "", strings->item[i]) < 0)
            return -1;
    return 0;
}

static int custom_set(const struct opt *opt, void *field, const char *text, struct err *err)
{
    if (opt->parse(text, field, err) == 0)
        return 0;
    if (err->kind != ERR_MEMORY)
        err->kind = ERR_USAGE; /* however the parser called it, it is the option that is wrong */
    return -1;
}
