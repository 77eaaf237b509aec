/*
 * column.h -- one column of a training table while its rows arrive, and what it is in the end.
 *
 * A column starts as whatever its first value is.  Numbers and dates are kept as doubles, texts as
 * codes of a dictionary.  When a text turns up among numbers, their texts are already gone: the
 * column asks to be read again (column_again()) as texts.  column_settle() then decides its kind.
 */
#ifndef COMMON_TABLE_COLUMN_H
#define COMMON_TABLE_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/table/block.h"
#include "common/table/cell.h"
#include "common/table/dict.h"
#include "common/table/schema.h"

enum column_state {
    COLUMN_EMPTY,  /* no value yet */
    COLUMN_NUMBER, /* numbers in value[] */
    COLUMN_DATE,   /* seconds in value[] */
    COLUMN_TEXT,   /* codes of dict in value[] */
    COLUMN_MIXED,  /* texts among numbers or dates: to be read again */
    COLUMN_FULL,   /* too many different texts to keep: an id */
};

enum { LABELS_RECENT = 64 };

/* A number's label: the first text that was seen for each of a target's values. */
struct labels {
    struct dict *value; /* the values, as number_write() writes them */
    struct dict *text;  /* the same number of texts; codes agree */
    bool only_01;       /* give up at the first value that is neither 0 nor 1 */
    bool given_up;
    struct {
        bool known;
        double value; /* which has a label */
    } * recent;       /* [LABELS_RECENT] */
};

/* The first text of some sort, for a message. */
struct first_text {
    struct buf text; /* empty: there was none; no more of it than a message quotes */
    struct place at;
};

struct column {
    const char *name; /* borrowed */
    bool forced;      /* the user said which kind */
    enum col_kind kind;
    bool target; /* never a date by itself, never given up; finite */
    enum column_state state;
    int64_t n_rows, n_missing;
    double *value; /* [n_rows] but for EMPTY, MIXED and FULL */
    size_t room;
    struct dict *dict;
    bool whole;        /* every number is */
    bool rounded;      /* some whole number is not what double made of it */
    bool leading_zero; /* some text is digits after a zero */
    bool again;        /* rows come a second time, to be kept as texts */
    bool commas;       /* nearly all texts are numbers, many with a decimal comma */
    struct first_text not_number, not_date, not_utf8;
    struct labels labels; /* of a target, while value is not NULL */
};

void column_init(struct column *c, const char *name);
void column_release(struct column *c);
/* Asks that numbers' texts be kept as labels; only_01: as long as all are 0 or 1. */
int column_keep_labels(struct column *c, bool only_01, struct err *err) MUST_CHECK;

int column_add_missing(struct column *c, struct err *err) MUST_CHECK;
int column_add_text(struct column *c, const char *text, size_t len, const struct place *place,
    struct err *err) MUST_CHECK;
int column_add_number(
    struct column *c, double value, const struct place *place, struct err *err) MUST_CHECK;

/*
 * Many rows at once (block.h): column_reserve() makes room for those of the block, column_fill() is
 * for its block_function.  Then for each piece that was filled: column_place() with each text that
 * waited (1; 0: not this way, the piece must be read row by row; -1), and column_accept().  row is
 * the piece's first of the block.
 */
int column_reserve(struct column *c, const struct block *b, struct err *err) MUST_CHECK;
bool column_fill(const struct column *c, const struct block_cells *cells, const struct na *na);
int column_place(struct column *c, const struct block_text *text, int64_t row,
    const struct place *place, struct err *err) MUST_CHECK;
void column_accept(struct column *c, const struct block_tally *tally, int64_t n_rows);

bool column_wants_again(const struct column *c);
void column_again(struct column *c); /* before the rows come a second time */

/*
 * Fills spec's kind, dict and note; the column's value[] then has what the table will keep, codes
 * in the dictionary's final order (NULL for an ignored column).  Fails on stray text among numbers
 * and on text that is not UTF-8.
 */
int column_settle(struct column *c, struct col_spec *spec, struct err *err) MUST_CHECK;

/* Fails on a text column whose values are nearly all numbers or, but for a target, dates; sets
 * commas. */
int column_check_stray(struct column *c, struct err *err) MUST_CHECK;
/* Models are JSON, which is UTF-8: fails on a text that is not, saying how to convert. */
int column_check_utf8(const struct column *c, struct err *err) MUST_CHECK;
#define NOTE_COMMAS "numbers with a decimal comma are text here: convert them"

/* Texts by value if all are numbers, else by bytes: order[i] is the code of the i-th (mem_free). */
int32_t *dict_order(const struct dict *d) MUST_CHECK;
/* Puts the dictionary into that order, and codes[n] (doubles; NaN stays) with it. */
int dict_settle(struct dict *d, const int32_t *order, double *codes, int64_t n) MUST_CHECK;

#endif
