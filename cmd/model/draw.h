/* draw.h -- a tree as a graph for Graphviz. */
#ifndef CMD_MODEL_DRAW_H
#define CMD_MODEL_DRAW_H

#include "cmd/model/opened.h"
#include "common/io/stream/output.h"

/* Tree `tree` (from 0) of a model with stats.  Splits beyond max_depth (< 0: none) are summed up.
 */
int draw_tree(const struct opened *o, int tree, int64_t max_depth, struct output *out,
    struct err *err) MUST_CHECK;

/* Text within a quoted label: quotes, backslashes and ampersands (Graphviz knows "&lt;" and the
 * like) stand for themselves.  -1: no memory. */
int draw_escape(struct buf *out, const char *text) MUST_CHECK;

#endif
