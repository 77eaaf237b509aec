/* rows.h -- a made data set as CSV. */
#ifndef CMD_TOYDATA_ROWS_H
#define CMD_TOYDATA_ROWS_H

#include <stdint.h>

#include "cmd/toydata/kind.h"
#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/io/stream/output.h"

/* The header and rows 0 .. n-1, drawn by the pool; the bytes do not depend on its size. */
int rows_write(const struct toy *toy, int64_t n, struct output *out, const struct watch *watch,
    struct err *err) MUST_CHECK;

#endif
