/* libsvm.c -- see libsvm.h. */
#include "common/io/format/libsvm.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/lines.h"
#include "common/io/format/number.h"

enum { LIBSVM_LINE_MAX = 256 << 20, LIBSVM_INDEX_MAX = 1 << 24 };

struct libsvm {
    struct input *in;
    struct lines lines;
    bool zero_based;
    uint32_t *index;
    double *value;
    size_t index_room, value_room;
};

struct token {
    const char *text;
    size_t len;
};

struct libsvm *libsvm_open(struct input *in, bool zero_based, struct err *err)
{
    struct libsvm *s = mem_zalloc(1, sizeof *s);
    if (!s) {
        err_memory(err);
        return NULL;
    }
    s->in = in;
    s->zero_based = zero_based;
    lines_init(&s->lines, in);
    return s;
}

void libsvm_close(struct libsvm *s)
{
    if (!s)
        return;
    lines_release(&s->lines);
    mem_free(s->index);
    mem_free(s->value);
    mem_free(s);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next run of non-blanks in [*p, end); false when there is none before a '#'. */
static bool next_token(const char **p, const char *end, struct token *t)
{
    while (*p < end && is_blank(**p))
        ++*p;
    t->text = *p;
    if (*p == end || **p == '#')
        return false;
    while (*p < end && !is_blank(**p) && **p != '#')
        ++*p;
    t->len = (size_t)(*p - t->text);
    return true;
}

/* All digits, at least one, up to max (above it: max + 1). */
static bool read_whole(const char *text, size_t len, int64_t max, int64_t *value)
{
    int64_t v = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        int digit = text[i] - '0';
        v = v > (max - digit) / 10 ? max + 1 : v * 10 + digit;
        if (v > max) {
            v = max + 1;
            max = v - 1;
        }
    }
    *value = v;
    return len > 0;
}

static bool is_entry(const struct token *t)
{
    double value;
    int64_t index;
    const char *colon = memchr(t->text, ':', t->len);
    if (!colon)
        return false;
    size_t left = (size_t)(colon - t->text);
    return read_whole(t->text, left, LIBSVM_INDEX_MAX, &index) &&
           number_read(colon + 1, t->len - left - 1, &value);
}

static bool is_label(const struct token *t)
{
    double value;
    const char *colon = memchr(t->text, ':', t->len);
    size_t left = colon ? (size_t)(colon - t->text) : t->len;
    return number_read(t->text, left, &value) &&
           (!colon || number_read(colon + 1, t->len - left - 1, &value));
}

/* "index:" and something that no delimiter of a CSV or a time of day has in it. */
static bool is_near_entry(const struct token *t)
{
    int64_t index;
    const char *colon = memchr(t->text, ':', t->len);

    if (!colon || !read_whole(t->text, (size_t)(colon - t->text), LIBSVM_INDEX_MAX, &index))
        return false;
    for (const char *p = colon + 1; p < t->text + t->len; p++)
        if (strchr(",;|\":", *p))
            return false;
    return true;
}

/*
 * A line of a label and entries.  Slips are for libsvm_next() to tell: after a number for a label
 * half of the rest has to look like entries, one of them a good one; after another label all of it,
 * and at least two.  The last token of a line cut short (whole is false) is not looked at.
 */
static bool looks_like_row(const char *p, const char *end, bool whole)
{
    struct token t, label;
    size_t good = 0, near = 0, all = 0;

    if (!next_token(&p, end, &label))
        return false;
    while (next_token(&p, end, &t)) {
        if (!whole && p == end)
            break;
        if (t.len > 4 && memcmp(t.text, "qid:", 4) == 0)
            continue;
        all++;
        good += is_entry(&t);
        near += is_near_entry(&t);
    }
    if (is_label(&label))
        return good > 0 && near * 2 >= all;
    for (size_t i = 0; i < label.len; i++)
        if (strchr(",;|\"", label.text[i]))
            return false;
    return near == all && good > 1;
}

bool libsvm_recognise(const unsigned char *bytes, size_t n)
{
    const char *p = (const char *)bytes, *end = p + n;
    struct token t;

    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p)), *q = p;
        if (next_token(&q, stop ? stop : end, &t))
            return looks_like_row(p, stop ? stop : end, stop != NULL);
        if (!stop)
            return false;
        p = stop + 1;
    }
    return false;
}

/* ---- rows ---- */

static int fail(const struct libsvm *s, const struct token *t, struct err *err, const char *what)
{
    return err_set(err, "%s:%lld: '%.*s': %s", input_name(s->in), (long long)s->lines.line,
        err_quote_len(t->len), t->text, what);
}

static int read_label(
    const struct libsvm *s, struct token *t, struct libsvm_row *row, struct err *err)
{
    double value;
    char *colon = memchr(t->text, ':', t->len);
    size_t left = colon ? (size_t)(colon - t->text) : t->len;

    if (!number_read(t->text, left, &value))
        return fail(s, t, err, "not a LIBSVM label (a number, or number:weight)");
    if (colon) {
        if (!number_read(colon + 1, t->len - left - 1, &row->weight))
            return fail(s, t, err, "not a weight after the label's colon");
        row->has_weight = true;
    }
    row->label = t->text;
    ((char *)t->text)[left] = '\0'; /* a blank, a colon or the line's end stands there */
    return 0;
}

static int read_qid(
    const struct libsvm *s, const struct token *t, struct libsvm_row *row, struct err *err)
{
    if (row->n || row->qid >= 0)
        return fail(s, t, err, "a qid may stand after the label only, and once");
    if (!read_whole(t->text + 4, t->len - 4, INT64_MAX - 1, &row->qid) || row->qid == INT64_MAX)
        return fail(s, t, err, "not a query number");
    return 0;
}

static int read_entry(
    struct libsvm *s, const struct token *t, struct libsvm_row *row, struct err *err)
{
    int64_t index;
    double value;
    size_t n = (size_t)row->n;
    const char *colon = memchr(t->text, ':', t->len);

    if (!colon || !read_whole(t->text, (size_t)(colon - t->text), LIBSVM_INDEX_MAX, &index))
        return fail(s, t, err, "not an index:value");
    if (!number_read(colon + 1, t->len - (size_t)(colon + 1 - t->text), &value))
        return fail(s, t, err, "the value is not a number");
    if (!s->zero_based && index == 0)
        return fail(
            s, t, err, "index 0, but indices start at 1: say --zero-based if they start at 0");
    index -= !s->zero_based;
    if (index >= LIBSVM_INDEX_MAX)
        return fail(s, t, err, "the index is over 16777216");
    if (n && s->index[n - 1] >= index)
        return fail(s, t, err, "indices must rise within a row");
    if (mem_grow(&s->index, &s->index_room, n + 1, sizeof *s->index) < 0 ||
        mem_grow(&s->value, &s->value_room, n + 1, sizeof *s->value) < 0)
        return err_memory(err);
    s->index[n] = (uint32_t)index;
    s->value[n] = value;
    row->n++;
    return 0;
}

/* Gets a line that is neither blank nor a comment; always with a byte behind it that may be
 * overwritten. */
static int next_line(struct libsvm *s, char **line, size_t *len, struct err *err)
{
    struct token t;
    size_t from;

    for (;;) {
        lines_drop(&s->lines);
        int got = lines_more(&s->lines, LIBSVM_LINE_MAX, &from, err);
        if (got == LINES_TOO_LONG)
            return err_set(err, "%s:%lld: a line of over 256 MiB", input_name(s->in),
                (long long)s->lines.line + 1);
        if (got <= 0)
            return got;
        *line = lines_held(&s->lines);
        *len = lines_length(&s->lines);
        if (memchr(*line, '\0', *len))
            return err_set(err, "%s:%lld: NUL byte: this is not LIBSVM text", input_name(s->in),
                (long long)s->lines.line);
        const char *p = *line;
        if (next_token(&p, *line + *len, &t))
            return 1;
    }
}

int libsvm_next(struct libsvm *s, struct libsvm_row *row, struct err *err)
{
    char *line = NULL;
    size_t len = 0;
    struct token t, label;

    int got = next_line(s, &line, &len, err);
    if (got <= 0)
        return got;
    *row = (struct libsvm_row){.line = s->lines.line, .weight = 1, .qid = -1};
    const char *p = line, *end = line + len;
    next_token(&p, end, &label);
    while (next_token(&p, end, &t)) {
        bool qid = t.len > 4 && memcmp(t.text, "qid:", 4) == 0;
        if ((qid ? read_qid(s, &t, row, err) : read_entry(s, &t, row, err)) < 0)
            return -1;
    }
    if (read_label(s, &label, row, err) < 0)
        return -1;
    row->index = s->index;
    row->value = s->value;
    return 1;
}
