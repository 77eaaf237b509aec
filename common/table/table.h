/*
 * table.h -- training rows in memory: typed columns, target, weights, groups.
 *
 * table_read() reads files (CSV, LIBSVM, .npy; "-"; gzip), settles what each column is, reports
 * every ignored or doubtful column through the watch, and keeps the report in the schema.  Values
 * are double: numbers and UTC seconds as they are, categories as codes of the column's dict; NaN is
 * missing.
 */
#ifndef COMMON_TABLE_TABLE_H
#define COMMON_TABLE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/cli/opt.h"
#include "common/cli/verb.h"
#include "common/table/schema.h"

enum input_format { FORMAT_AUTO, FORMAT_CSV, FORMAT_LIBSVM, FORMAT_NPY };

/* How the bytes of an input become rows: for training and prediction alike. */
struct format_opts {
    int format;     /* enum input_format */
    char delimiter; /* 0: recognised */
    bool no_header;
    bool zero_based; /* LIBSVM indices start at 0 */
};
extern const struct opt format_opts_table[]; /* --format -d --no-header --zero-based */

struct read_opts {
    struct format_opts format;
    const char *target;             /* -y: name or position; NULL: .npy/LIBSVM's own, or none */
    const char *features, *exclude; /* -x, -X: LISTs */
    const char *weight;             /* -w */
    const char *margin;             /* --base-margin LIST */
    const char *upper;              /* --upper: a column of upper bounds of the target */
    const char *group;              /* a column whose equal texts belong together */
    const char *group_option;       /* what messages call that option; NULL: --group */
    const char *na;                 /* --na; NULL: NA,N/A,NaN,nan,null,? */
    const char *numeric, *categorical, *date; /* LISTs */
    bool no_trim, drop_missing_target, absent_zero;
    bool keep_all; /* not to learn from: LIBSVM columns without an entry stay, one class will do */
    int task;      /* enum task */
    const char *positive;
};
#define READ_OPTIONS_INIT                                                                          \
    {                                                                                              \
        .format = {.format = FORMAT_AUTO }                                                         \
    }
extern const struct opt read_opts_table[]; /* all of the above but margin, upper, group, whose name
                                              differs by program, and keep_all */
extern const struct opt read_margin_opt[]; /* --base-margin */
extern const struct opt read_upper_opt[];  /* --upper */

/* Rows of a sparse input: entries of row i are [start[i], start[i+1]), by rising column. */
struct sparse {
    int64_t *start;
    uint32_t *col; /* index into schema.cols */
    double *value;
};

struct table {
    struct schema schema;
    struct target target; /* name NULL when the table was read without one */
    int64_t n_rows;
    double **
        values; /* [schema.n_cols][n_rows]; NULL for an ignored column; NULL altogether if sparse */
    struct sparse *sparse; /* LIBSVM input, else NULL */
    double *y;             /* class code or value; NULL without a target */
    double *weight;        /* NULL: all 1; never negative, not all 0 */
    int n_margins;
    double **margin; /* [n_margins][n_rows] raw outputs to start from; NULL without */
    double *upper;   /* the target is from y to this, perhaps infinite; NULL: it is y */
    int32_t *group;  /* codes; NULL without -- LIBSVM's qid comes here too */
    struct dict *groups;
};
#define TABLE_INIT                                                                                 \
    {                                                                                              \
        .n_rows = 0                                                                                \
    }

/* Frees the values of all columns of a dense table; the schema, target, weights and groups stay. */
void table_drop_cells(struct table *t);

/* A cell of a sparse table: what is absent is missing, or zero. */
double table_sparse_value(const struct table *t, int64_t row, int col);

/* Errors include: no rows, only a header, no usable feature column, a missing target column or
 * value, a target with one class, text among numbers, negative or missing weights; rows differing
 * in length. */
int table_read(struct table *t, const struct operands *files, const struct read_opts *opts,
    const struct watch *w, struct err *err) MUST_CHECK;
/* Reads files as another sample of `train`'s columns: by name, with its kinds, dictionaries,
 * classes, target, weight, margins, bounds.  Of train only schema and target are looked at. */
int table_read_like(struct table *t, const struct operands *files, const struct table *train,
    const struct read_opts *opts, const struct watch *w, struct err *err) MUST_CHECK;
/* The rows named by rows[n], copied, in that order. */
int table_select(struct table *to, const struct table *from, const int64_t *rows, int64_t n,
    struct err *err) MUST_CHECK;
void table_release(struct table *t);

#endif
