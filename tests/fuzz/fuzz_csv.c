/*
 * fuzz_csv.c -- CSV of any bytes: the first byte picks options, the rest is the file.
 *
 * Rows without quotes are cut by our own code and by libcsv: both must give the same.  The raw
 * bytes of a row's fields, with delimiters between, must stand in the input.
 */
#include <stdlib.h>
#include <string.h>

#include "common/io/format/csv.h"

static const char delimiters[] = {'\0', ',', ';', '\t', ' ', '|', '0', '\xff'};

static void check(int right)
{
    if (!right)
        abort();
}

static struct csv *begin(
    struct input *in, const struct csv_opts *opts, bool reference, struct err *err)
{
    struct csv_opts mine = *opts;
    mine.reference = reference;
    return in ? csv_open(in, &mine, err) : NULL;
}

static void check_row(const struct csv *csv, const struct csv_row *row, const struct csv_row *other)
{
    check(row->n_fields == csv_n_columns(csv) && row->n_fields == other->n_fields);
    check(row->line == other->line);
    for (int i = 0; i < row->n_fields; i++) {
        const struct csv_field *f = &row->fields[i], *g = &other->fields[i];
        check(f->len == g->len && f->raw_len == g->raw_len && f->len <= f->raw_len);
        check(f->len == 0 || memcmp(f->text, g->text, f->len) == 0);
        check(f->raw_len == 0 || memcmp(f->raw, g->raw, f->raw_len) == 0);
        check(i == 0 ||
              (f->raw[-1] == csv_delimiter(csv) && f[-1].raw + f[-1].raw_len == f->raw - 1));
    }
}

static void compare(struct csv *fast, struct csv *slow)
{
    struct err err = ERR_INIT, other_err = ERR_INIT;
    struct csv_row row, other;
    int got = 1;

    check(csv_n_columns(fast) == csv_n_columns(slow));
    while (got > 0) {
        got = csv_next(fast, &row, &err);
        check(csv_next(slow, &other, &other_err) == got);
        if (got > 0)
            check_row(fast, &row, &other);
    }
    check(got == 0 || strcmp(err.text, other_err.text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT, other_err = ERR_INIT;
    unsigned char how = size ? data[0] : 0;
    const struct csv_opts opts = {
        .delimiter = delimiters[how & 7], .no_header = how & 8, .no_trim = how & 16};
    const char *rest = size ? (const char *)data + 1 : "";
    struct input *in = input_from_memory("a", rest, size ? size - 1 : 0, &err);
    struct input *again = input_from_memory("a", rest, size ? size - 1 : 0, &err);
    struct csv *fast = begin(in, &opts, false, &err);
    struct csv *slow = begin(again, &opts, true, &other_err);

    check(!fast == !slow);
    if (fast)
        compare(fast, slow);
    else
        check(strcmp(err.text, other_err.text) == 0);
    csv_close(fast);
    csv_close(slow);
    input_close(in);
    input_close(again);
    return 0;
}
