/* nasty.c -- see nasty.h. */
#include "tests/unit/table/nasty.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static int below(struct nasty *n, int most)
{
    return (int)rng_below(&n->rng, (uint64_t)most);
}

static bool chance(struct nasty *n, int of_a_million)
{
    return of_a_million && below(n, 1000000) < of_a_million;
}

/* A rate that is often 0 and rarely high. */
static int rate(struct nasty *n, int most)
{
    static const int parts[] = {0, 0, 0, 1, 20, 300, 4000};
    return most / 4000 * parts[below(n, 7)];
}

/* A column for an option, which nearly always has what it should.  False: there is none left. */
static bool pick_column(struct nasty *n, char name[12], enum nasty_kind kind, bool strict)
{
    int i = below(n, n->n_columns);

    if ((n->taken[i] || n->n_columns == 1) && below(n, 50))
        return false;
    n->taken[i] = true;
    n->strict[i] = strict;
    if (kind != NASTY_KINDS && below(n, 20))
        n->kind[i] = kind;
    snprintf(name, 12, "%d", i + 1);
    return true;
}

static void pick_options(struct nasty *n)
{
    static const char *const nas[] = {NULL, NULL, NULL, NULL, NULL, "NA,-1", "?,.,3", "none"};
    static const enum nasty_kind forced[] = {NASTY_LONG, NASTY_DATE, NASTY_CATEGORY};
    struct read_opts *o = &n->opts;
    int force = below(n, 3);

    o->format.no_header = n->no_header;
    o->format.delimiter = n->delimiter == ',' && below(n, 2) ? '\0' : n->delimiter;
    o->drop_missing_target = below(n, 2);
    o->no_trim = below(n, 4) == 0;
    o->na = nas[below(n, 8)];
    o->task = below(n, 3);
    if (below(n, 4) && pick_column(n, n->target, NASTY_KINDS, !o->drop_missing_target))
        o->target = n->target;
    if (below(n, 4) == 0 && pick_column(n, n->weight, NASTY_WEIGHT, true))
        o->weight = n->weight;
    if (below(n, 4) == 0 && pick_column(n, n->group, NASTY_ID, true))
        o->group = n->group;
    if (below(n, 3) == 0 && pick_column(n, n->list, forced[force], true)) {
        o->numeric = force == 0 ? n->list : NULL;
        o->date = force == 1 ? n->list : NULL;
        o->categorical = force == 2 ? n->list : NULL;
    }
}

void nasty_init(struct nasty *n, uint64_t seed)
{
    static const char delimiters[] = {
        ',', ',', ',', ',', ',', ',', ',', ',', ',', ';', ';', '\t', '\t', ' ', '|', '-', '0'};

    memset(n, 0, sizeof *n);
    rng_init(&n->rng, seed, RNG_DATA, 0, 0);
    n->n_columns = below(n, 5) ? 1 + below(n, NASTY_COLUMNS) : 1;
    for (int i = 0; i < n->n_columns; i++)
        n->kind[i] =
            (enum nasty_kind)(below(n, 2) ? below(n, NASTY_CATEGORY) : below(n, NASTY_KINDS));
    n->delimiter = delimiters[below(n, sizeof delimiters)];
    n->no_header = below(n, 4) == 0;
    n->crlf = below(n, 4) == 0;
    n->bom = below(n, 8) == 0;
    n->slips = below(n, 2) ? 0 : rate(n, 20000);
    n->missing = rate(n, 300000);
    n->blanks = rate(n, 300000);
    n->quotes = rate(n, 100000);
    n->ragged = below(n, 8) ? 0 : rate(n, 12000);
    n->empty_lines = below(n, 12) ? 0 : rate(n, 12000);
    n->other_ends = rate(n, 200000);
    n->bytes = below(n, 12) ? 0 : rate(n, 12000);
    pick_options(n);
}

/* ---- cells ---- */

static int digits(struct nasty *n, char *to, int count)
{
    for (int i = 0; i < count; i++)
        to[i] = (char)('0' + (below(n, 4) ? below(n, 10) : 9 * below(n, 2)));
    return count;
}

/* Digits with a point somewhere or nowhere, a sign, an exponent. */
static int hard_number(struct nasty *n, char *to)
{
    static const char *const words[] = {"inf", "-inf", "Infinity", "1e400", "-0", "0.0", ".", "-",
        "-.", "5.", ".5", "-.5", "+3", "1e5", "1E-7", "1e-400", "9007199254740991",
        "9007199254740992", "9007199254740993", "-9007199254740993", "900719925474099.3",
        "0.9007199254740993", "9007199254740.993", "0.1", "0.30000000000000004", "00.5", "-007",
        "0", "1", "4503599627370496.5", "4503599627370497.5", "9999999999999999", "1.5",
        "999999999999999", "0x10", "1_000", "1,5", "--1", "1.2.3", "1-2", "nan", "0e0", "1e",
        "123456789012345.6", "1234567890123456", ".1234567890123456", "1234567890123456."};
    int len = 0;

    if (below(n, 3) == 0)
        return sprintf(to, "%s", words[below(n, sizeof words / sizeof *words)]);
    if (below(n, 3) == 0)
        to[len++] = '-';
    len += digits(n, to + len, below(n, 9));
    if (below(n, 3)) {
        to[len++] = '.';
        len += digits(n, to + len, below(n, 12));
    }
    if (below(n, 10) == 0)
        len += sprintf(to + len, "e%d", below(n, 60) - 30);
    return len;
}

static int cell(struct nasty *n, enum nasty_kind kind, char *to)
{
    static const char *const texts[] = {"red", "green", "blue", "a", "b", "x y", "\xc3\xa9", "\xff",
        "a very long category that is more than sixteen bytes", "yes", "no", "1a"};

    switch (kind) {
    case NASTY_DECIMALS:
        return sprintf(to, "%.*g", 1 + below(n, 12), 20 * rng_uniform(&n->rng) - 10);
    case NASTY_WHOLE:
        return sprintf(to, "%d", below(n, 20000) - 10000);
    case NASTY_DIGITS:
        return sprintf(to, "%d", below(n, 10));
    case NASTY_01:
        return sprintf(to, below(n, 50) ? "%d" : "%d.0", below(n, 2));
    case NASTY_HARD:
        return hard_number(n, to);
    case NASTY_LONG:
        return sprintf(to, "%.*f", 10 + below(n, 8), 2000 * rng_uniform(&n->rng) - 1000);
    case NASTY_BIG:
        return digits(n, to, 15 + below(n, 5));
    case NASTY_ROW:
        return sprintf(to, "%d", n->row);
    case NASTY_CONSTANT:
        return sprintf(to, "same");
    case NASTY_CATEGORY:
        return sprintf(to, "%s", texts[below(n, below(n, 500) ? 7 : 12)]);
    case NASTY_ID:
        return sprintf(to, "id%u", rng_u32(&n->rng) % 5000);
    case NASTY_DATE:
        return sprintf(to, "20%02d-%02d-%02d", below(n, 30), 1 + below(n, 12), 1 + below(n, 28));
    case NASTY_ZEROS:
        return sprintf(to, "%05d", below(n, 2000));
    case NASTY_WEIGHT:
        return sprintf(to, below(n, 3000) ? "%.3g" : "-%.3g", rng_uniform(&n->rng));
    case NASTY_EMPTY:
    case NASTY_KINDS:
        break;
    }
    return 0;
}

static void add(struct buf *out, const char *text, int len)
{
    assert_int_equal(buf_add(out, text, (size_t)len), 0);
}

/* A field with quotes around it, some with line ends and delimiters in them. */
static void add_quoted(struct nasty *n, struct buf *out, const char *text, int len)
{
    static const char *const inside[] = {"", "", "\"\"", "\n", "\r\n", ",", "\t;| ", "\"\"\"\""};
    const char *more = inside[below(n, 8)];

    add(out, "\"", 1);
    add(out, text, len);
    add(out, more, (int)strlen(more));
    add(out, "\"", 1);
    if (below(n, 200) == 0)
        add(out, below(n, 2) ? "\"" : "x", 1);
}

static void add_cell(struct nasty *n, struct buf *out, int i)
{
    static const char *const missing[] = {"", "", "NA", "?", "nan", "NaN", "null"};
    char text[400];
    int len = 0;

    if (chance(n, n->strict[i] ? n->missing / 1000 : n->missing))
        len = sprintf(text, "%s", missing[below(n, 7)]);
    else
        len = cell(n,
            chance(n, n->strict[i] ? n->slips / 20 : n->slips)
                ? (enum nasty_kind)below(n, NASTY_KINDS)
                : n->kind[i],
            text);
    if (chance(n, n->quotes)) {
        add_quoted(n, out, text, len);
        return;
    }
    if (chance(n, n->blanks))
        add(out, "  \t ", below(n, 5));
    if (chance(n, n->bytes))
        text[len++] = (char)below(n, 256);
    add(out, text, len);
    if (chance(n, n->blanks))
        add(out, " \t  ", below(n, 5));
}

static void add_end(struct nasty *n, struct buf *out)
{
    static const char *const ends[] = {"\n", "\r\n"};
    int end = n->crlf;

    if (chance(n, n->other_ends))
        end = !end;
    if (chance(n, n->bytes))
        add(out, "\r", 1);
    add(out, ends[end], 1 + end);
}

void nasty_write(struct nasty *n, int rows, struct buf *out)
{
    int owed = 0;

    assert_int_equal(n->bom ? buf_str(out, "\xef\xbb\xbf") : 0, 0);
    for (int r = n->no_header; r <= rows; r++) {
        int columns = n->n_columns;
        n->row = r;
        if (r && chance(n, n->empty_lines))
            add_end(n, out);
        columns -= owed;
        owed = 0;
        if (r && chance(n, n->ragged)) {
            owed = below(n, 3) - 1;
            columns += owed;
            owed *= below(n, 4) > 0; /* often the next row makes up for it */
        }
        for (int i = 0; i < columns; i++) {
            if (i)
                add(out, &n->delimiter, 1);
            if (r == 0)
                assert_int_equal(buf_printf(out, "col%c", 'a' + i), 0);
            else
                add_cell(n, out, i < n->n_columns ? i : 0);
        }
        if (r < rows || below(n, 2))
            add_end(n, out);
    }
    for (int i = below(n, 40); i < 3; i++)
        add_end(n, out);
}
