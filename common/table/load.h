/* load.h -- the parts of table_read(), each in its file. */
#ifndef COMMON_TABLE_LOAD_H
#define COMMON_TABLE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/table/column.h"
#include "common/table/source.h"
#include "common/table/table.h"

/* Notes of columns that are ignored not for what they are. */
#define NOTE_LEFT_OUT "left out by request"
#define NOTE_NO_ENTRY "no entry in any row"

enum { LOAD_TICK = 4096 }; /* rows between looks at watch_stop() */

/* What the user calls the option that names the column of groups. */
static inline const char *load_group_option(const struct read_opts *o)
{
    return o->group_option ? o->group_option : "--group";
}

/* table_read() from a source, which stays the caller's. */
int load_table(struct table *t, struct source *s, const struct read_opts *o, const struct watch *w,
    struct err *err) MUST_CHECK;

/* table_read_like() from a source, which stays the caller's. */
int load_like(struct table *t, struct source *s, const struct table *train,
    const struct read_opts *opts, const struct watch *w, struct err *err) MUST_CHECK;

/* Called every row: progress, and ERR_INTERRUPTED when the watch says to stop. */
int load_tick(const struct watch *w, int64_t row, struct err *err) MUST_CHECK;
/* The same when rows came that were `before` so far, and now are `rows`. */
int load_ticks(const struct watch *w, int64_t before, int64_t rows, struct err *err) MUST_CHECK;

/* A weight that is missing, negative or not finite is an error that names the place. */
int load_weight(
    double weight, const struct place *place, const char *column, struct err *err) MUST_CHECK;
int load_check_weights(const struct table *t, struct err *err) MUST_CHECK; /* not all 0 */

/* dense.c: CSV and .npy.  sparse.c: LIBSVM.  Both fill everything but `named` and `na`. */
int load_dense(struct table *t, struct source *s, const struct read_opts *o, const struct watch *w,
    struct err *err) MUST_CHECK;
int load_sparse(struct table *t, struct source *s, const struct read_opts *o, const struct watch *w,
    struct err *err) MUST_CHECK;

/* target.c: how the column of the target has to be read, and what it is in the end.  y is taken
 * from the column. */
int target_prepare(struct column *c, const struct read_opts *o, struct err *err) MUST_CHECK;
int target_settle(struct target *t, struct column *c, double **y, const struct read_opts *o,
    const struct watch *w, struct err *err) MUST_CHECK;
/* The class of a label: its text, or an equal number; -1 when there is none. */
int32_t target_class(const struct target *t, const char *text, size_t len);

#endif
