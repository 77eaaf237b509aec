/*
 * plan.h -- the columns of a converted table: numbers, categories as codes, text, or one column a
 * level; and the formats they are written in.
 */
#ifndef CMD_TABLE_PLAN_H
#define CMD_TABLE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/io/format/safetensors.h" /* enum dtype */
#include "common/io/stream/output.h"
#include "common/table/table.h"

enum category_form { CATEGORY_TEXT, CATEGORY_CODE, CATEGORY_ONE_HOT };

/* An output column: column col of the table, or whether it has this level. */
struct plan_column {
    int col, level; /* level -1: the column itself */
};

struct plan {
    const struct table *table;
    enum category_form form;
    const char *weight_name;   /* for the header; NULL without weights */
    const struct watch *watch; /* asked every so many rows whether to stop */
    struct plan_column *column;
    int n_columns;
    bool numeric_labels; /* every class is called by a number */
};

#define PLAN_INIT                                                                                  \
    {                                                                                              \
        .table = NULL                                                                              \
    }

int plan_init(struct plan *p, const struct table *t, enum category_form form,
    const char *weight_name, const struct watch *watch, struct err *err) MUST_CHECK;
void plan_release(struct plan *p);

/* Which code is which level, as notes (the first few), and all of them as CSV column,code,level. */
void plan_tell_codes(const struct plan *p);
int plan_put_codes(const struct plan *p, struct output *out, struct err *err) MUST_CHECK;

/* Which columns of an .npy array hold the weight and the qid, if there are any, as a note. */
void plan_tell_columns(const struct plan *p);

/* The whole table.  Missing values: an empty field, NaN, left out. */
int plan_write_csv(
    const struct plan *p, char delimiter, struct output *out, struct err *err) MUST_CHECK;
int plan_write_npy(
    const struct plan *p, enum dtype dtype, struct output *out, struct err *err) MUST_CHECK;
/* The columns of a table that was sparse keep their indices.  skip_zeros: zeros are left out
 * instead, and a missing value is an error. */
int plan_write_libsvm(
    const struct plan *p, bool skip_zeros, struct output *out, struct err *err) MUST_CHECK;

#endif
