/* dump.h -- trees written out, one after another, so that only one is in hand. */
#ifndef CMD_MODEL_DUMP_H
#define CMD_MODEL_DUMP_H

#include "cmd/model/opened.h"
#include "common/io/stream/output.h"

/* The trees with picked[i], numbered from 1; the model has its stats. */
int dump_text(const struct opened *o, const bool *picked, struct output *out, const struct watch *w,
    struct err *err) MUST_CHECK;
int dump_json(const struct opened *o, const bool *picked, struct output *out, const struct watch *w,
    struct err *err) MUST_CHECK;

/* Weights of columns, nothing of trees: as text (-1: no memory), and as a member of JSON with the
 * comma before it. */
int weights_text(const struct tree_model *m, struct buf *out) MUST_CHECK;
int weights_json(const struct tree_model *m, struct buf *out, struct err *err) MUST_CHECK;

#endif
