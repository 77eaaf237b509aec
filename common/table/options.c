/* options.c -- the options of tables: format_opts_table, read_opts_table, bind_opts_table. */
#include <string.h>

#include "common/table/reader.h"
#include "common/table/table.h"

static const char *const format_names[] = {"auto", "csv", "libsvm", "npy", NULL};
static const char *const unknown_names[] = {"missing", "error", NULL};

static int parse_delimiter(const char *text, void *field, struct err *err)
{
    static const struct {
        const char *name;
        char byte;
    } names[] = {{"\\t", '\t'}, {"tab", '\t'}, {"comma", ','}, {"semicolon", ';'}, {"space", ' '},
        {"auto", '\0'}};
    char *delimiter = field;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i].name) == 0) {
            *delimiter = names[i].byte;
            return 0;
        }
    if (strlen(text) != 1)
        return err_usage(err, "'%s' is not one character, nor tab, comma, semicolon, space", text);
    if (*text == '"' || *text == '\n' || *text == '\r')
        return err_usage(err, "a quote or a line end cannot be the delimiter");
    *delimiter = *text;
    return 0;
}

static int parse_absent(const char *text, void *field, struct err *err)
{
    bool zero = strcmp(text, "zero") == 0;
    if (!zero && strcmp(text, "missing") != 0)
        return err_usage(err, "'%s' is neither zero nor missing", text);
    *(bool *)field = zero;
    return 0;
}

static int show_absent(const void *field, struct buf *out)
{
    return buf_str(out, *(const bool *)field ? "zero" : "missing");
}

const struct opt format_opts_table[] = {
    OPT_ENUM(0, "format", struct format_opts, format, format_names, "FORMAT",
        "what the input is: csv, libsvm, npy, or auto to look"),
    OPT_CUSTOM('d', "delimiter", struct format_opts, delimiter, parse_delimiter, NULL, "CHAR",
        "what separates CSV fields: a character, or tab (\\t); else the header tells"),
    OPT_FLAG(0, "no-header", struct format_opts, no_header,
        "the first CSV line is a row; columns are c1, c2, ..."),
    OPT_FLAG(0, "zero-based", struct format_opts, zero_based, "LIBSVM indices start at 0"),
    OPT_END,
};

const struct opt read_opts_table[] = {
    OPT_HEAD("Input"),
    OPT_STRING('y', "target", struct read_opts, target, "COL", "column to predict"),
    OPT_STRING('x', "features", struct read_opts, features, "LIST", "columns to learn from"),
    OPT_STRING('X', "exclude", struct read_opts, exclude, "LIST", "columns not to learn from"),
    OPT_STRING('w', "weight", struct read_opts, weight, "COL", "column of row weights"),
    OPT_ENUM(0, "task", struct read_opts, task, task_names, "TASK",
        "classification, regression, or auto: by what the target is"),
    OPT_STRING(0, "positive", struct read_opts, positive, "LABEL",
        "class that counts as positive; it is put last"),
    OPT_FLAG(0, "drop-missing-target", struct read_opts, drop_missing_target,
        "leave out rows without a target"),
    OPT_STRING(0, "na", struct read_opts, na, "TEXT,...",
        "texts of a missing value, as the empty one always is"),
    OPT_STRING(0, "numeric", struct read_opts, numeric, "LIST", "columns that are numbers"),
    OPT_STRING(0, "categorical", struct read_opts, categorical, "LIST", "columns of categories"),
    OPT_STRING(0, "date", struct read_opts, date, "LIST", "columns of ISO 8601 dates"),
    OPT_FLAG(0, "no-trim", struct read_opts, no_trim, "keep blanks around unquoted fields"),
    OPT_CUSTOM(0, "absent", struct read_opts, absent_zero, parse_absent, show_absent,
        "zero|missing", "what an entry absent from a LIBSVM row is"),
    OPT_GROUP(format_opts_table, struct read_opts, format),
    OPT_END,
};

const struct opt read_margin_opt[] = {
    OPT_STRING(0, "base-margin", struct read_opts, margin, "LIST",
        "columns of raw outputs to start from instead of the base, one for each output"),
    OPT_END,
};

const struct opt read_upper_opt[] = {
    OPT_STRING(0, "upper", struct read_opts, upper, "COL",
        "upper bounds of the target, -y being the lower ones; a missing one is infinity"),
    OPT_END,
};

const struct opt bind_margin_opt[] = {
    OPT_STRING(0, "base-margin", struct bind_opts, margin, "LIST",
        "columns of raw outputs to start from instead of the model's base, one for each output"),
    OPT_END,
};

const struct opt bind_opts_table[] = {
    OPT_HEAD("Input"),
    OPT_STRING('k', "keep", struct bind_opts, keep, "LIST", "input columns to pass on as they are"),
    OPT_FLAG(0, "by-position", struct bind_opts, by_position,
        "take columns by position where the input has no names"),
    OPT_ENUM(0, "unknown", struct bind_opts, unknown, unknown_names, "WHAT",
        "treat an unknown category as missing, or as an error"),
    OPT_GROUP(format_opts_table, struct bind_opts, format),
    OPT_END,
};
