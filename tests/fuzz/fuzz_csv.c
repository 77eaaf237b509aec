/*
 * fuzz_csv.c -- CSV of any bytes: the first byte picks options, the rest is the file.
 *
 * Rows without quotes are cut by our own code and by libcsv: both must give the same, as must the
 * kernels that take many plain lines at once.  The raw bytes of a row's fields, with delimiters
 * between, must stand in the input.
 */
#include <stdlib.h>
#include <string.h>

#include "common/io/format/csv.h"
#include "common/io/format/csv_scan.h"

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

/* ---- many lines at once ---- */

static void check_cut_row(
    const struct csv *csv, const char *text, const uint32_t *begin, const struct csv_row *row)
{
    for (int i = 0; i < row->n_fields; i++) {
        const struct csv_field *f = &row->fields[i];
        size_t len = begin[i + 1] - 1 - begin[i];
        if (i + 1 == row->n_fields && len && text[begin[i] + len - 1] == '\r')
            len--;
        check(len == f->raw_len && (len == 0 || memcmp(text + begin[i], f->raw, len) == 0));
        check(i == 0 || text[begin[i] - 1] == csv_delimiter(csv));
    }
}

/* Plain lines of as many fields as there are columns are rows; others are left. */
static void take_plain(struct csv *fast, struct csv *slow, size_t want)
{
    struct err err = ERR_INIT;
    struct csv_span span;
    struct csv_census census;
    struct csv_row row;
    const struct csv_kernels *k = csv_kernels(cpu_level());
    size_t columns = (size_t)csv_n_columns(fast), passed = 0;
    int64_t lines = 0;

    check(csv_ahead(fast, want, &span, &err) == 0 && span.len <= want);
    if (span.len)
        k->census(span.text, span.len, &census);
    if (span.len == 0 || !census.plain)
        return;
    uint32_t *begin = malloc((span.len + 1 + CSV_SLACK) * sizeof *begin);
    check(begin != NULL);
    size_t n = k->cut(span.text, 0, (uint32_t)span.len, csv_delimiter(fast), begin, span.len);
    for (size_t i = 0; i + columns <= n; i += columns) {
        size_t newlines = 0;
        for (size_t j = 1; j <= columns; j++)
            newlines += span.text[begin[i + j] - 1] == '\n';
        if (newlines != 1 || span.text[begin[i + columns] - 1] != '\n')
            break;
        check(csv_next(slow, &row, &err) == 1 && row.line == span.line + lines);
        check_cut_row(fast, span.text, begin + i, &row);
        passed = begin[i + columns];
        lines++;
    }
    csv_pass(fast, passed, lines);
    free(begin);
}

static void compare(struct csv *fast, struct csv *slow, size_t ahead)
{
    struct err err = ERR_INIT, other_err = ERR_INIT;
    struct csv_row row, other;
    int got = 1;

    check(csv_n_columns(fast) == csv_n_columns(slow));
    while (got > 0) {
        if (ahead)
            take_plain(fast, slow, ahead);
        got = csv_next(fast, &row, &err);
        check(csv_next(slow, &other, &other_err) == got);
        if (got > 0)
            check_row(fast, &row, &other);
    }
    check(got == 0 || strcmp(err.text, other_err.text) == 0);
}

/* ahead: 0, or how many bytes to look ahead. */
static void read_both(const uint8_t *data, size_t size, size_t ahead)
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
        compare(fast, slow, ahead);
    else
        check(strcmp(err.text, other_err.text) == 0);
    csv_close(fast);
    csv_close(slow);
    input_close(in);
    input_close(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t aheads[] = {1 << 20, 7, 64, 200};

    read_both(data, size, 0);
    read_both(data, size, aheads[size ? data[0] >> 6 : 0]);
    return 0;
}
