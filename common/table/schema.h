/*
 * schema.h -- the columns a model reads, as they stand in its file.
 */
#ifndef COMMON_TABLE_SCHEMA_H
#define COMMON_TABLE_SCHEMA_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/io/format/json.h"
#include "common/table/dict.h"

enum col_kind {
    COL_NUMBER,
    COL_CATEGORY, /* values are codes of dict, ordered by value if all numeric, else by bytes */
    COL_DATE,     /* UTC seconds since 1970 */
    COL_IGNORED,
};
extern const char *const col_kind_names[]; /* "number" "category" "date" "ignored" */

struct col_spec {
    char *name;
    enum col_kind kind;
    struct dict *dict; /* COL_CATEGORY, else NULL */
    char *note;        /* why it is ignored or doubtful, as training printed it; else NULL */
};

/*
 * Columns in input order; ignored ones stay in, with their note, so that a model can tell.  How
 * fields were read (missing-value texts, trimming) is part of it, since prediction must read them
 * the same way.
 */
struct schema {
    int n_cols;
    struct col_spec *cols;
    bool named; /* false: c1..cN, bound by position */
    bool no_trim;
    bool absent_zero; /* an entry absent from a sparse row is 0, not missing */
    char *na;         /* comma-separated texts of a missing value (the empty field always is) */
};

enum task { TASK_AUTO, TASK_CLASSIFICATION, TASK_REGRESSION };
extern const char *const task_names[]; /* "auto" "classification" "regression", NULL */

/* What is predicted.  Classes: the last one is the positive one. */
struct target {
    char *name; /* owned */
    enum task task;
    struct dict *classes; /* classification, else NULL */
};

int schema_copy(struct schema *to, const struct schema *from) MUST_CHECK; /* -1: no memory */
void schema_release(struct schema *s);
int schema_n_features(const struct schema *s); /* columns that are not ignored */
int target_copy(struct target *to, const struct target *from) MUST_CHECK;
void target_release(struct target *t);

json_t *schema_to_json(const struct schema *s, struct err *err) MUST_CHECK;
int schema_from_json(struct schema *s, const json_t *j, struct err *err) MUST_CHECK;
json_t *target_to_json(const struct target *t, struct err *err) MUST_CHECK;
int target_from_json(struct target *t, const json_t *j, struct err *err) MUST_CHECK;

/*
 * LISTs of columns: comma-separated; each item first an exact name, then a position from 1, then a
 * range of positions or names ("3-5", "3-", "-4", "age-income"), or "all".  Adds to picked[n]; an
 * unknown item is an error naming it. names[i] is NUL-ended.
 */
int list_pick(
    const char *list, const char *const *names, int n, bool *picked, struct err *err) MUST_CHECK;
/* One column: an exact name, else a position from 1 (or cN where columns have no names, which is
 * their name then).  Its index, or -1 with an error that names the nearest. */
int list_find(const char *item, const char *const *names, int n, struct err *err) MUST_CHECK;
/* The same as list_pick() in the order of the list, a range's columns rising: at[n] gets them.
 * Returns how many; a column twice is an error, -1. */
int list_order(
    const char *list, const char *const *names, int n, int *at, struct err *err) MUST_CHECK;
/* What may help whoever asked for a column that is not among names[n] (NULL ones are passed over):
 * appends ": is 'near' meant?", or ": if ';' separates columns, say -d ';'" where a name looks like
 * several columns in one, or nothing.  -1: no memory. */
int list_hint(struct buf *out, const char *item, const char *const *names, int n) MUST_CHECK;

#endif
