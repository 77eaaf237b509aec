/* bind.h -- rows of an input as the columns that a schema asks for. */
#ifndef COMMON_TABLE_BIND_H
#define COMMON_TABLE_BIND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/table/block.h"
#include "common/table/cell.h"
#include "common/table/schema.h"
#include "common/table/source.h"

struct binding {
    const struct schema *schema; /* borrowed */
    const struct source *source; /* borrowed */
    struct na na;
    int *from; /* [n_cols]: the input's column, or -1 for an ignored one */
    int *to;   /* sparse input: [n_to] the schema's column of an index, or -1 */
    uint32_t n_to;
    double absent; /* of a sparse row */
    bool unknown_is_error;
    int64_t *n_unknown; /* [n_cols] unknown categories met */
    struct place first_unknown;
    struct buf first_text;
};

#define BINDING_INIT                                                                               \
    {                                                                                              \
        .schema = NULL                                                                             \
    }

/* By name; input without names by position: to a schema without names, to another only if asked. */
int binding_init(struct binding *b, const struct schema *schema, const struct source *source,
    bool by_position, struct err *err) MUST_CHECK;
void binding_release(struct binding *b);

/* Writes the row to cols[c][at] of every column that is not ignored. */
int binding_row(struct binding *b, const struct source_row *row, double *const *cols, int64_t at,
    struct err *err) MUST_CHECK;
/* Many rows at once (block.h), the schema's columns being the block's.  binding_want() lists those
 * that are read, at most n_cols, and returns how many they are; binding_fill() is for its
 * block_function; binding_accept() counts what is unknown in a piece that was filled. */
int binding_want(const struct binding *b, struct block_column *want);
bool binding_fill(const struct binding *b, const struct block_cells *c, double *to);
void binding_accept(struct binding *b, const struct block_piece *p);
/* One value as the schema's column c reads it; value is NaN if missing or unknown. */
int binding_number(struct binding *b, int c, double number, const struct place *place,
    double *value, struct err *err) MUST_CHECK;

/* One warning that counts the unknown categories; nothing if there were none. */
void binding_report(const struct binding *b, const struct watch *w);

#endif
