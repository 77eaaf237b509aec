/*
 * rows.h -- the columns that score looks at, read into memory.
 *
 * What a column must hold depends on the task, which depends on the rows; so a column keeps what it
 * could be (numbers, and codes of its distinct texts) and where it first was something else.
 */
#ifndef CMD_SCORE_ROWS_H
#define CMD_SCORE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/cli/verb.h"
#include "common/io/format/csv.h"
#include "common/table/dict.h"

enum { CLASSES_MAX = 65536 }; /* a column with more distinct texts has no classes */

/* A field that a message may have to point at; line 0: there is none. */
struct spot {
    const char *file;
    int64_t line;
    char text[64];
};

enum column_kind {
    COLUMN_LABEL, /* truth or prediction: numbers and codes */
    COLUMN_PROB,  /* numbers, checked later */
    COLUMN_WEIGHT,
    COLUMN_UPPER, /* numbers; missing is infinity */
    COLUMN_GROUP, /* codes */
    COLUMN_BY,    /* codes; may be missing */
};

struct column {
    enum column_kind kind;
    char *name;
    int field;     /* where it stands in the file being read */
    double *value; /* NaN where it is not a finite number */
    int32_t *code; /* NULL once there are too many distinct texts */
    struct dict *dict;
    struct spot not_number; /* also for what is missing */
    struct spot not_prob;   /* a number, but not within [0, 1] */
};

/* One of the predictions that are compared. */
struct predictor {
    char *name; /* "a" of "a.prediction", else the column's name */
    struct column label;
    struct column *probs; /* p_CLASS, a.p_CLASS */
    int n_probs;
    size_t prefix; /* bytes before CLASS in their names */
    int64_t bad_sums;
    double bad_sum; /* the first sum of probabilities that is not 1 */
    struct spot bad_spot;
};

struct rows {
    int64_t n, dropped; /* dropped: for want of a truth */
    double total_weight;
    struct column truth, upper, weight, group, by; /* name NULL: not there */
    struct predictor *models;
    int n_models;
    struct column **all; /* every one of them, for reading */
    int n_all;
    size_t room;
};

struct rows_opts {
    char delimiter;
    bool drop_missing_target;
    const char *truth, *upper, *predictions, *weight, *group, *by, *na;
};

int rows_read(struct rows *rows, const struct operands *files, const struct rows_opts *opts,
    struct err *err) MUST_CHECK;
void rows_release(struct rows *rows);

/* A message pointing at the spot: "file:line: column 'name': 'text' is what"; returns -1. */
int spot_error(
    const struct spot *spot, const struct column *column, const char *what, struct err *err);

/* header.c: which columns of the first file are meant, and where they are in the later ones. */
int rows_resolve(struct rows *rows, const struct rows_opts *opts, const struct csv *csv,
    const char *file, struct err *err) MUST_CHECK;
int rows_bind(
    struct rows *rows, const struct csv *csv, const char *file, struct err *err) MUST_CHECK;

#endif
